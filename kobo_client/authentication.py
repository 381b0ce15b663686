"""The authentication header of each call, and which addresses may be called at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from kobo_client.errors import ConfigurationFault
from kobo_client.register_config import RegisterConfig

if TYPE_CHECKING:
    from kobo_client.maskinporten import Maskinporten

WARN_DAYS = 45
"""Days before a certificate expires from which operators are warned."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Authenticator(Protocol):
    """Makes the headers by which a call is authenticated."""

    def headers(self) -> dict[str, str]: ...
    def refresh(self, used: dict[str, str]) -> bool:
        """After a 401: whether trying once more makes sense."""
        ...


class Nothing:
    """No authentication: for a rehearsal register."""

    def headers(self) -> dict[str, str]:
        """No headers."""
        return {}

    def refresh(self, used: dict[str, str]) -> bool:
        """Never worth another try: there is nothing to renew."""
        return False


class StaticKey:
    """A key in a header, from an environment variable. Raises ConfigurationFault when the variable is not set."""

    def __init__(self, config: RegisterConfig) -> None:
        variable = config.authentication.key_variable
        value = os.environ.get(variable, "").strip()
        if not value:
            raise ConfigurationFault(f"The environment variable {variable} is not set. It must hold the register's key.")
        if any(ord(letter) < 32 or ord(letter) > 126 for letter in value):
            raise ConfigurationFault(f"{variable}: the key holds letters that cannot stand in a header. Copy it again.")
        self._headers = {config.authentication.header: value}

    def headers(self) -> dict[str, str]:
        """The header that holds the key."""
        return self._headers

    def refresh(self, used: dict[str, str]) -> bool:
        """Never worth another try: the key does not change during a night."""
        return False


def _maskinporten(config: RegisterConfig) -> Maskinporten:
    # Cryptography costs a tenth of a second to import: only those who sign need it.
    from kobo_client.maskinporten import Maskinporten  # noqa: PLC0415

    return Maskinporten(config)


class Token:
    """A bearer token from Maskinporten, fetched when it is first needed and when it expires."""

    def __init__(self, config: RegisterConfig) -> None:
        self.maskinporten = _maskinporten(config)

    def headers(self) -> dict[str, str]:
        """The Authorization header. Raises RegisterError when Maskinporten gives no token."""
        return {"Authorization": f"Bearer {self.maskinporten.token()}"}

    def refresh(self, used: dict[str, str]) -> bool:
        """Forget the refused token, so that the next call fetches a new one; always worth one more try."""
        self.maskinporten.forget(used["Authorization"].removeprefix("Bearer "))
        return True


_KINDS: dict[str, type[Nothing] | type[StaticKey] | type[Token]] = {"none": Nothing, "api_key": StaticKey, "maskinporten": Token}


def authenticator(config: RegisterConfig) -> Authenticator:
    """Raises ConfigurationFault."""
    kind = _KINDS[config.authentication.kind]
    return kind() if kind is Nothing else kind(config)  # type: ignore[call-arg]


def check_addresses(config: RegisterConfig) -> None:
    """Raises ConfigurationFault for an address that is not valid, or over which secrets would be sent unencrypted."""
    for name, address in (("register.base_url", config.base_url), ("register.authentication.token_url", config.authentication.token_url)):
        if address is None:
            continue
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise ConfigurationFault(f"{name}: {address!r} is no address.") from None
        if parts.scheme not in ("http", "https") or not host:
            raise ConfigurationFault(f"{name}: {address!r} must begin with https:// (or http:// on this machine).")
        if parts.username or parts.password:
            raise ConfigurationFault(f"{name}: holds a password. Secrets come from the environment; see register.authentication.")
        if parts.query or parts.fragment:
            raise ConfigurationFault(f"{name}: must end before '?' and '#'.")
        if parts.scheme == "http" and host not in LOOPBACK:
            raise ConfigurationFault(f"{name}: {address!r} is not encrypted. Use https://; http:// is only for this machine.")
    if config.kind == "rehearsal" and config.environment == "production":
        raise ConfigurationFault("register: a rehearsal register is never production. Set environment: test, or kind: kobo.")


def expiry_notice(config: RegisterConfig) -> str | None:
    """One sentence when the certificate beside the key ends within WARN_DAYS; None when not, or when the date is unknown."""
    if config.authentication.kind != "maskinporten":
        return None
    expires = _maskinporten(config).credential.expires
    days = None if expires is None else (expires - datetime.now(UTC)).days
    if expires is None or days is None or days > WARN_DAYS:
        return None
    return f"The certificate in {config.authentication.key_variable} expires on {expires:%Y-%m-%d}, in {days} days. Order a new one now."
