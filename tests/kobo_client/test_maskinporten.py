"""Tokens as Maskinporten gives them, against the rehearsal register's token endpoint, which checks the whole grant."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

from kobo_client.authentication import expiry_notice
from kobo_client.client import CallRecord, RegisterClient
from kobo_client.errors import AuthenticationFault, ConfigurationFault
from kobo_client.maskinporten import Maskinporten
from kobo_client.payload import to_body
from kobo_client.register_config import Authentication, RegisterConfig
from kobo_client.rehearsal.process import maskinporten_access

from .conftest import Rehearsal

VARIABLE = "KOBOSYNC_TEST_KEY"


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def certificate(key: rsa.RSAPrivateKey, days: int) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fjordvik kommune")])
    ends = datetime.now(UTC) + timedelta(days=days, hours=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), ends - timedelta(days=400), ends)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def config(running: str, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> RegisterConfig:
    monkeypatch.setenv(VARIABLE, pem(key))
    return RegisterConfig(
        kind="rehearsal",
        base_url=running,
        attempts=2,
        retry_wait_cap=0.02,
        authentication=Authentication(
            kind="maskinporten",
            key_variable=VARIABLE,
            token_url=f"{running}/rehearsal/token",
            issuer="https://test.maskinporten.no/",
            client_id="fjordvik-client",
            scope="husbanken:kobo.bolig",
            key_id="key-1",
        ),
    )


def changed(config: RegisterConfig, **settings: Any) -> RegisterConfig:
    return config.model_copy(update={"authentication": config.authentication.model_copy(update=settings)})


Values = Callable[..., dict[str, Any]]


def test_a_token_is_asked_for_once_by_all_threads(config: RegisterConfig, rehearsal: Rehearsal, values: Values) -> None:
    rehearsal.access(**maskinporten_access(config))
    with RegisterClient(config) as client, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: client.create(to_body(values(number)), str(number)), range(1, 33)))
    assert len(rehearsal.holds()) == 32


def test_without_a_token_nothing_is_answered(config: RegisterConfig, rehearsal: Rehearsal, values: Values) -> None:
    rehearsal.access(**maskinporten_access(config))
    with RegisterClient(config.model_copy(update={"authentication": Authentication()})) as client, pytest.raises(AuthenticationFault):
        client.create(to_body(values()), "one")


def test_a_token_that_ends_in_the_middle_is_renewed_once(
    config: RegisterConfig, rehearsal: Rehearsal, calls: list[CallRecord], values: Values
) -> None:
    rehearsal.access(**maskinporten_access(config))
    with RegisterClient(config, calls.append) as client:
        client.create(to_body(values(1)), "one")
        rehearsal.faults({"kind": "token_expiry", "times": 1})
        client.create(to_body(values(2)), "two")
    assert [call.status for call in calls] == [201, 401, 201]


def test_the_grant_has_the_documented_claims_and_no_other(config: RegisterConfig, key: rsa.RSAPrivateKey) -> None:
    grant = Maskinporten(changed(config, resource="https://kobo.example/", consumer_org="999888777")).assertion()
    header = jwt.get_unverified_header(grant)
    claims = jwt.decode(grant, key.public_key(), algorithms=["RS256"], audience="https://test.maskinporten.no/")
    assert header["kid"] == "key-1"
    assert "x5c" not in header
    assert set(claims) == {"aud", "iss", "scope", "iat", "exp", "jti", "resource", "consumer_org"}
    assert claims["exp"] - claims["iat"] <= 120
    assert claims["resource"] == ["https://kobo.example/"]


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        ({"client_id": "another"}, "does not know client_id"),
        ({"issuer": "https://maskinporten.no/"}, "aud is wrong"),
        ({"scope": "husbanken:kobo.boliger"}, "letter by letter"),
        ({"key_id": "key-2"}, "certificate is not accepted"),
    ],
)
def test_what_maskinporten_refuses_is_said_with_who_must_act(
    config: RegisterConfig, rehearsal: Rehearsal, registered: dict[str, str], expected: str, values: Values
) -> None:
    rehearsal.access(**{**maskinporten_access(config), **registered})
    with RegisterClient(config) as client, pytest.raises(AuthenticationFault, match=expected) as fault:
        client.create(to_body(values()), "one")
    assert "eyJ" not in str(fault.value)


@pytest.mark.parametrize(
    ("orgno", "delegated", "expected"), [("999888777", [], "own orgno"), ("111222333", ["444555666"], "delegate it in Altinn")]
)
def test_a_supplier_needs_the_municipalitys_delegation(
    config: RegisterConfig, rehearsal: Rehearsal, orgno: str, delegated: list[str], expected: str, values: Values
) -> None:
    acting = changed(config, consumer_org="999888777")
    rehearsal.access(**maskinporten_access(acting, orgno=orgno, delegated=delegated or ["999888777"]))
    with RegisterClient(acting) as client, pytest.raises(AuthenticationFault, match=expected):
        client.create(to_body(values()), "one")


BAD_KEYS: dict[str, tuple[Callable[[rsa.RSAPrivateKey], str], str]] = {
    "nothing": (lambda key: "", "is not set"),
    "a public key": (
        lambda key: key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
        "public key",
    ),
    "a public JWK": (lambda key: json.dumps(RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)), "public key"),
    "only a certificate": (lambda key: certificate(key, 10), "only a certificate"),
    "a cut PEM": (lambda key: pem(key)[:400], "damaged"),
    "an odd JWK": (lambda key: '{"kty": "RSA", "d": "x"}', "JWK cannot be read"),
    "an expired certificate": (lambda key: pem(key) + certificate(key, -3), "expired on"),
    "no file": (lambda key: "/nowhere/key.pem", "neither a PEM"),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_key_that_cannot_work_is_explained_before_anything_is_sent(
    config: RegisterConfig, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    make, expected = BAD_KEYS[name]
    monkeypatch.setenv(VARIABLE, make(key))
    with pytest.raises(ConfigurationFault, match=expected) as fault:
        RegisterClient(config)
    secret = [line for line in pem(key).splitlines() if len(line) > 40]
    assert not [line for line in secret if line in str(fault.value)], "no line of the key is ever said"


def test_a_key_file_that_others_can_read_is_refused(
    config: RegisterConfig, key: rsa.RSAPrivateKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key.pem"
    file.write_text(pem(key))
    monkeypatch.setenv(VARIABLE, str(file))
    file.chmod(0o644)
    with pytest.raises(ConfigurationFault, match="chmod 600"):
        RegisterClient(config)
    file.chmod(0o600)
    RegisterClient(config).close()


def test_a_jwk_names_its_own_key(config: RegisterConfig, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, json.dumps({**RSAAlgorithm.to_jwk(key, as_dict=True), "kid": "from-jwk"}))
    assert jwt.get_unverified_header(Maskinporten(changed(config, key_id=None)).assertion())["kid"] == "from-jwk"


def test_a_certificate_that_ends_soon_is_reported_weeks_ahead(
    config: RegisterConfig, key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, pem(key) + certificate(key, 20))
    assert "in 20 days" in str(expiry_notice(config))
    monkeypatch.setenv(VARIABLE, pem(key) + certificate(key, 300))
    assert expiry_notice(config) is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"scope": "husbanken kobo"}, "is no scope"),
        ({"scope": None, "client_id": None}, "client_id, scope"),
        ({"issuer": "https://test.maskinporten.no"}, "slash"),
        ({"consumer_org": "12"}, "nine digits"),
        ({"key_id": None}, "key_id is missing"),
        ({"token_url": "ftp://maskinporten.no/token"}, "must begin with https"),
    ],
)
def test_settings_that_cannot_work_are_named(config: RegisterConfig, settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigurationFault, match=expected):
        RegisterClient(changed(config, **settings))
