"""The rehearsal register as a separate process: one that runs is used, otherwise one is started and stopped at the end."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from kobo_client.authentication import LOOPBACK, check_addresses
from kobo_client.errors import ConfigurationFault, RegisterDown
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.identity import identity_of

READY_WITHIN = 20.0


@contextmanager
def rehearsal_running(config: RegisterConfig, home: Path) -> Iterator[str]:
    """Yields the base URL. A register that runs there with the same database is used and left running.

    Port 0 in base_url: any free port. Raises ConfigurationFault, RegisterDown when it does not come up.
    """
    check_addresses(config)
    if config.database is None:
        raise ConfigurationFault("register.database is missing: a rehearsal register needs a file of its own, e.g. var/rehearsal.sqlite.")
    parts = urlsplit(config.base_url)
    host = parts.hostname or ""
    if host not in LOOPBACK or parts.scheme != "http" or parts.path not in ("", "/"):
        raise ConfigurationFault(
            f"register.base_url: {config.base_url!r} is not on this machine. A rehearsal is, e.g. http://127.0.0.1:8088."
        )
    database = home / config.database
    port = 80 if parts.port is None else parts.port
    with requests.Session() as session:
        session.trust_env = False
        address = f"http://{f'[{host}]' if ':' in host else host}:{port or _free_port(host)}"
        answer = _health(session, address) if port else None
        if answer is not None:
            _must_be_ours(answer, database, address)
            yield address
            return
        process = _start(address, database, config)
        try:
            _wait_until_ready(session, address, database, process)
            _let_in(session, address, config)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _start(address: str, database: Path, config: RegisterConfig) -> subprocess.Popen[bytes]:
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationFault(f"register.database: {config.database} cannot be made ({error.strerror}).") from None
    parts = urlsplit(address)
    command = [sys.executable, "-m", "kobo_client.rehearsal", "--port", str(parts.port), "--host", str(parts.hostname)]
    command += ["--database", str(database), "--contract", config.contract, "--parent", str(os.getpid())]
    # A session of its own, so that Ctrl-C at the terminal reaches only the night, which then stops the register.
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def _wait_until_ready(session: requests.Session, address: str, database: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            output = (process.stderr.read() if process.stderr else b"").decode("utf-8", "replace").strip().splitlines()
            why = output[-1] if output else f"exit code {process.returncode}"
            raise RegisterDown(f"The rehearsal register did not start on {address}: {why[-300:]}")
        answer = _health(session, address, patient=False)
        if answer is not None:
            _must_be_ours(answer, database, address)
            return
        time.sleep(0.02)
    raise RegisterDown(f"The rehearsal register did not answer on {address} within {READY_WITHIN:.0f} s.")


def _health(session: requests.Session, address: str, *, patient: bool = True) -> dict[str, Any] | None:
    """The register's answer. None: nothing listens at the address. {}: another program does."""
    try:
        answer = session.get(f"{address}/rehearsal/health", timeout=3 if patient else 1, allow_redirects=False)
    except requests.ConnectTimeout:
        return None
    except requests.ConnectionError as error:
        refused = "refused" in str(error).lower() or "newconnection" in str(error).lower()
        return None if refused or not patient else {}
    except requests.RequestException:
        return {} if patient else None
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _must_be_ours(answer: dict[str, Any], database: Path, address: str) -> None:
    wanted = identity_of(database)
    if answer.get("service") != wanted["service"]:
        raise ConfigurationFault(f"{address} is used by another program. Set another port in register.base_url, or stop that program.")
    if answer.get("database") != wanted["database"]:
        raise ConfigurationFault(
            f"{address} is a rehearsal register with another database than register.database. Set another port in register.base_url, "
            "or stop that one."
        )


def _let_in(session: requests.Session, address: str, config: RegisterConfig) -> None:
    """Tell a register that we started about the client that the configuration describes."""
    settings = config.authentication
    if settings.kind == "none":
        return
    if settings.kind == "api_key":
        value = os.environ.get(settings.key_variable, "").strip()
        access: dict[str, Any] = {
            "kind": "api_key",
            "header": settings.header.lower(),
            "sha256": hashlib.sha256(value.encode()).hexdigest(),
        }
    else:
        access = maskinporten_access(config)
    session.post(f"{address}/rehearsal/access", json=access, timeout=10).raise_for_status()


def maskinporten_access(config: RegisterConfig, **more: Any) -> dict[str, Any]:
    """The client as Maskinporten would have it registered: with its public key, never the private one."""
    from jwt.algorithms import RSAAlgorithm  # noqa: PLC0415

    from kobo_client.maskinporten_keys import load_credential  # noqa: PLC0415

    settings = config.authentication
    credential = load_credential(settings.key_variable)
    jwk = RSAAlgorithm.to_jwk(credential.key.public_key(), as_dict=True)
    registered = {"issuer": settings.issuer, "client_id": settings.client_id, "scope": settings.scope}
    return {"kind": "maskinporten", "jwk": jwk, "key_id": settings.key_id or credential.key_id, **registered, **more}


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
