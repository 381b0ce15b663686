"""Maskinporten's private_key_jwt grant (docs.digdir.no): one token, shared by all threads until shortly before it ends."""

from __future__ import annotations

import re
import threading
import time
import uuid
from typing import Any

import jwt
import requests

from kobo_client.error_body import error_words, json_object
from kobo_client.errors import AuthenticationFault, ConfigurationFault, RegisterError, Transient
from kobo_client.maskinporten_keys import Credential, load_credential
from kobo_client.register_config import RegisterConfig
from kobo_client.timed_adapter import TimedAdapter

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = 110
"""Seconds an assertion is good; Maskinporten takes at most 120."""

SENTENCES: tuple[tuple[str, str], ...] = (
    ("MP-100", "Maskinporten does not know client_id in this environment. IT: compare client_id and token_url (test or production)."),
    ("MP-110", "aud is wrong. IT: set issuer to the issuer identifier with its trailing slash, e.g. https://test.maskinporten.no/."),
    ("MP-120", "the certificate is not accepted. IT: production certificates do not work in test, nor the other way round."),
    ("MP-121", "the key has expired (keys live at most a year). IT: register a new key on the client and put it in place."),
    ("MP-123", "x5c must be a list. This is a fault in kobosync; report it."),
    ("MP-124", "the certificate is not accepted. IT: check that it is valid and complete."),
    ("MP-012", "the grant was used before. Run again; if it lasts, another machine uses the same ids."),
    ("MP-130", "the grant has expired when it arrives. IT: the clock of this machine is wrong; turn on NTP."),
    ("Issue time is after now", "the clock of this machine is ahead. IT: turn on NTP."),
    ("MP-200", "the scope is not on the client. IT: compare scope with the agreement, letter by letter, and add it to the client."),
    ("MP-201", "the scope is no Maskinporten scope. IT: compare scope with the agreement, letter by letter."),
    ("MP-250", "the municipality has not been given the scope. The owner of the register (Husbanken) must grant it to its orgno."),
    ("MP-251", "the municipality has not delegated the scope to its supplier. The municipality must delegate it in Altinn."),
    ("invalid_scope", "the scope is not accepted. IT: compare scope with the agreement, letter by letter."),
)
"""Text in Maskinporten's answer -> what it means and who must act."""

_SCOPE = re.compile(r"^[a-z0-9_]+:[A-Za-z0-9_.:/-]+$")


class Maskinporten:
    """Token client. Raises ConfigurationFault for settings that are wrong by themselves, before any request."""

    def __init__(self, config: RegisterConfig) -> None:
        self._config = config
        settings = config.authentication
        missing = [name for name in ("token_url", "issuer", "client_id", "scope") if not getattr(settings, name)]
        if missing:
            raise ConfigurationFault(f"register.authentication: maskinporten needs {', '.join(missing)}.")
        if not str(settings.issuer).endswith("/"):
            raise ConfigurationFault("register.authentication.issuer must end with a slash: it is compared letter by letter.")
        if not all(_SCOPE.match(scope) for scope in str(settings.scope).split(" ")):
            raise ConfigurationFault(f"register.authentication.scope {settings.scope!r} is no scope; it looks like prefix:name.")
        if settings.consumer_org is not None and not re.fullmatch(r"\d{9}", settings.consumer_org):
            raise ConfigurationFault("register.authentication.consumer_org must be the nine digits of the municipality's orgno.")
        self.credential: Credential = load_credential(settings.key_variable)
        if not (settings.key_id or self.credential.key_id or self.credential.chain):
            raise ConfigurationFault(
                "register.authentication.key_id is missing: name the registered key, or put the certificate with the key."
            )
        self._lock = threading.Lock()
        self._token: str | None = None
        self._until = 0.0

    def token(self) -> str:
        """The access token; asked for when there is none or it ends soon. Raises AuthenticationFault, Transient."""
        token = self._token
        if token is not None and time.monotonic() < self._until:
            return token
        with self._lock:
            if self._token is None or time.monotonic() >= self._until:
                self._token, seconds = self._ask()
                self._until = time.monotonic() + seconds - min(30.0, seconds / 10)
            return self._token

    def forget(self, token: str) -> None:
        """Discard a token that the register refused. Later threads with the same token cause no second request."""
        with self._lock:
            if self._token == token:
                self._token = None

    def assertion(self) -> str:
        """The signed grant, with exactly the claims Maskinporten knows: an unknown one is refused."""
        settings = self._config.authentication
        issued = int(time.time())
        claims: dict[str, Any] = {
            "aud": settings.issuer,
            "iss": settings.client_id,
            "scope": settings.scope,
            "iat": issued,
            "exp": issued + LIFETIME,
            "jti": str(uuid.uuid4()),
        }
        if settings.resource:
            claims["resource"] = [settings.resource]
        if settings.consumer_org:
            claims["consumer_org"] = settings.consumer_org
        key_id = settings.key_id or self.credential.key_id
        headers: dict[str, Any] = {"kid": key_id} if key_id else {"x5c": list(self.credential.chain)}
        return jwt.encode(claims, self.credential.key, algorithm="RS256", headers=headers)

    def _ask(self) -> tuple[str, float]:
        config = self._config
        with requests.Session() as session:
            session.trust_env = config.use_system_proxy
            for scheme in ("http://", "https://"):
                session.mount(scheme, TimedAdapter())
            failure: RegisterError = Transient("Maskinporten did not answer.")
            for attempt in range(config.attempts):
                if attempt:
                    time.sleep(min(config.retry_wait_cap, 0.5 * 2**attempt))
                try:
                    assertion = self.assertion()
                    answer = session.post(
                        str(config.authentication.token_url),
                        data={"grant_type": GRANT, "assertion": assertion},
                        timeout=(config.connect_timeout, config.read_timeout),
                        allow_redirects=False,
                    )
                except requests.RequestException as error:
                    failure = Transient(f"Maskinporten did not answer ({type(error).__name__}).")
                    continue
                if answer.status_code >= 500 or answer.status_code == 429:
                    failure = Transient(
                        f"Maskinporten answered {answer.status_code}: {error_words(answer.content, answer.status_code, [assertion])}."
                    )
                    continue
                return _token_of(answer, assertion)
        raise failure


def _token_of(answer: requests.Response, assertion: str) -> tuple[str, float]:
    body = json_object(answer.content) or {}
    if answer.status_code == 200 and isinstance(body.get("access_token"), str):
        try:
            return body["access_token"], float(body.get("expires_in", 60))
        except (TypeError, ValueError):
            return body["access_token"], 60.0
    words = error_words(answer.content, answer.status_code, [assertion])
    meaning = next(
        (text for sign, text in SENTENCES if sign.lower() in words.lower()), "IT: compare register.authentication with the agreement."
    )
    raise AuthenticationFault(f"Maskinporten gave no token: {meaning} It said: {words}", status=answer.status_code)
