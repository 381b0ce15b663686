"""Who may call: everyone, holders of a static key, or holders of tokens as Maskinporten issues them (register-contract 4.2)."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KNOWN_CLAIMS = frozenset({"aud", "iss", "iat", "exp", "jti", "scope", "resource", "pid", "consumer_org", "iss_onbehalfof"})


@dataclass(slots=True)
class Access:
    """kind: none, api_key or maskinporten; set by POST /rehearsal/access.

    api_key: header, sha256 of its value. maskinporten: issuer, client_id, scope, jwk (public), key_id, orgno, delegated (orgnos), lifetime.
    """

    settings: dict[str, Any] = field(default_factory=lambda: {"kind": "none"})
    tokens: dict[str, float] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def refusal(self, headers: Mapping[str, str]) -> JSONResponse | None:
        """The answer that refuses a call with these headers; None when it is allowed."""
        kind = self.settings["kind"]
        if kind == "none":
            return None
        if kind == "api_key":
            value = headers.get(self.settings.get("header", "Authorization"), "")
            good = secrets.compare_digest(hashlib.sha256(value.encode()).hexdigest(), self.settings["sha256"])
        else:
            token = headers.get("authorization", "").removeprefix("Bearer ")
            good = self.tokens.get(token, 0.0) > time.monotonic()
        return None if good else JSONResponse({"title": "Unauthorized", "detail": "Ukjent eller utløpt tilgang"}, 401)

    def expire(self) -> None:
        """Make all tokens expire now."""
        self.tokens.clear()

    def token(self, form: Mapping[str, str]) -> JSONResponse:
        """The token endpoint: 200 with a token, or 400 with Maskinporten's code."""
        if form.get("grant_type") != GRANT:
            return _no("unsupported_grant_type", "MP-001", "grant_type")
        if self.settings["kind"] != "maskinporten":
            return _no("invalid_client", "MP-100", "no client is registered")
        fault = self._fault_in(form.get("assertion", ""))
        if fault is not None:
            return fault
        token = secrets.token_urlsafe(24)
        lifetime = float(self.settings.get("lifetime", 120))
        self.tokens[token] = time.monotonic() + lifetime
        body = {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime), "scope": self.settings["scope"]}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    def _fault_in(self, assertion: str) -> JSONResponse | None:
        # Imported here: without Maskinporten the server starts without cryptography.
        import jwt  # noqa: PLC0415

        registered = self.settings
        try:
            header = jwt.get_unverified_header(assertion)
            claims = jwt.decode(
                assertion,
                jwt.PyJWK(registered["jwk"], "RS256").key,
                algorithms=["RS256", "RS384", "RS512"],
                options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            return _no("invalid_grant", "MP-120", f"the signature is not the client's ({type(error).__name__})")
        now = time.time()
        if registered.get("key_id") and header.get("kid") != registered["key_id"]:
            return _no("invalid_client", "MP-120", "kid is not registered")
        if "x5c" in header and not isinstance(header["x5c"], list):
            return _no("invalid_grant", "MP-123", "x5c")
        if claims.keys() - KNOWN_CLAIMS:
            return _no("invalid_grant", "", f"Invalid assertion: {', '.join(sorted(claims.keys() - KNOWN_CLAIMS))}")
        if claims.get("iss") != registered["client_id"]:
            return _no("invalid_client", "MP-100", "unknown client")
        if claims.get("aud") != registered["issuer"]:
            return _no("invalid_grant", "MP-110", "aud")
        issued, ends = claims.get("iat", 0), claims.get("exp", 0)
        if issued > now + 10:
            return _no("invalid_grant", "", "Issue time is after now")
        if ends < now or issued < now - 130 or ends - issued > 120:
            return _no("invalid_grant", "MP-130", "exp and iat")
        if not claims.get("jti") or claims["jti"] in self.used:
            return _no("invalid_grant", "MP-012", "jti was used before")
        if claims.get("scope") != registered["scope"]:
            return _no("invalid_scope", "MP-200", "the scope is not on the client")
        consumer = claims.get("consumer_org")
        if consumer is not None and consumer == registered.get("orgno"):
            return _no("invalid_request", "", "consumer_org is the client's own orgno")
        if consumer is not None and consumer not in registered.get("delegated", [consumer]):
            return _no("invalid_request", "MP-251", "the consumer has not delegated the scope")
        self.used.add(claims["jti"])
        return None


def _no(error: str, code: str, words: str) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": f"{code}: {words} (trace_id: rehearsal)".lstrip(": ")}, 400)
