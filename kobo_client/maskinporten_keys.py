"""The private key of a Maskinporten client, from the environment or a file, PEM or JWK, and when it expires."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from kobo_client.errors import ConfigurationFault

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
SMALLEST = 2048


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """key: RSA. key_id: of a JWK that names itself. chain: x5c strings when certificates came along. expires: None when
    unknown here (a registered key lives at most a year, but only Maskinporten knows since when)."""

    key: RSAPrivateKey
    key_id: str | None
    chain: tuple[str, ...]
    expires: datetime | None


def load_credential(variable: str) -> Credential:
    """The key that the environment variable holds or whose file it names. Raises ConfigurationFault in one sentence."""
    content = _content(variable)
    key, key_id = _jwk(content, variable) if content.lstrip().startswith(b"{") else (_pem(content, variable), None)
    if key.key_size < SMALLEST:
        raise ConfigurationFault(f"{variable}: the key has {key.key_size} bits; Maskinporten wants at least {SMALLEST}. Make a new one.")
    certificates = _certificates(content, variable)
    expires = min((certificate.not_valid_after_utc for certificate in certificates), default=None)
    if expires is not None and expires < datetime.now(UTC):
        raise ConfigurationFault(f"{variable}: the certificate expired on {expires:%Y-%m-%d}. Order a new one and put it in its place.")
    chain = tuple(base64.b64encode(certificate.public_bytes(Encoding.DER)).decode() for certificate in certificates)
    return Credential(key, key_id, chain, expires)


def _content(variable: str) -> bytes:
    value = os.environ.get(variable, "").strip()
    if not value:
        raise ConfigurationFault(f"The environment variable {variable} is not set. It must hold the private key or the path of its file.")
    if value.startswith(("-----BEGIN", "{")):
        return value.replace("\\n", "\n").encode()
    file = Path(value).expanduser()
    try:
        mode = file.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigurationFault(f"{variable}: others than you can read {file}. Run: chmod 600 {file}")
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationFault(f"{variable}: is neither a PEM, a JWK nor a file that can be read ({error.strerror}).") from None


def _pem(content: bytes, variable: str) -> RSAPrivateKey:
    if b"PRIVATE KEY" not in content:
        content_kind = (
            "a public key" if b"PUBLIC KEY" in content else "only a certificate" if b"CERTIFICATE" in content else "no PEM and no JWK"
        )
        raise ConfigurationFault(
            f"{variable}: this is {content_kind}. Give the private half: the PEM file that your key tool wrote beside it."
        )
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError:
        raise ConfigurationFault(
            f"{variable}: the private key is locked by a password. Unlock it: openssl pkcs8 -in KEY -out NEW"
        ) from None
    except ValueError:
        raise ConfigurationFault(f"{variable}: the private key is damaged. Copy it again, all lines.") from None
    return _rsa(key, variable)


def _jwk(content: bytes, variable: str) -> tuple[RSAPrivateKey, str | None]:
    try:
        parsed = json.loads(content)
        if parsed.get("kty") == "RSA" and "d" not in parsed:
            raise ConfigurationFault(f"{variable}: this is a public key (a JWK without d). The private key is needed.")
        key = PyJWK(parsed, "RS256").key
    except (ValueError, PyJWTError, AttributeError):
        raise ConfigurationFault(f"{variable}: the JWK cannot be read. It must be an RSA key with n, e, d, p and q.") from None
    return _rsa(key, variable), parsed.get("kid")


def _rsa(key: object, variable: str) -> RSAPrivateKey:
    if not isinstance(key, RSAPrivateKey):
        raise ConfigurationFault(f"{variable}: Maskinporten takes RSA keys; this is {type(key).__name__}.")
    return key


def _certificates(content: bytes, variable: str) -> list[x509.Certificate]:
    try:
        return [x509.load_pem_x509_certificate(pem) for pem in _CERTIFICATE.findall(content)]
    except ValueError:
        raise ConfigurationFault(f"{variable}: a certificate beside the key is damaged. Copy it again, all lines.") from None
