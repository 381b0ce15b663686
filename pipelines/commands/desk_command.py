"""`kobosync desk`: the review desk in the browser, on 127.0.0.1."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import closing
from pathlib import Path

import uvicorn

from assets.lost_ledger import open_known_ledger
from desk.desk_server import server_config
from desk.visit import Desk
from pipelines.commands.free_port import cannot_listen
from pipelines.exit_codes import CONFIGURATION, DONE
from pipelines.stored_night import StoredNight
from reconciliation.model.municipality import home_of, load

SECRET_VARIABLE = "KOBOSYNC_DESK_PROXY_SECRET"  # noqa: S105 - the name of a variable, not a secret
LEAST_SECRET = 16


def run_desk(config: Path, port: int, host: str) -> int:
    """Serve the desk until interrupted. 2 when the address or the secret cannot be used."""
    municipality, home = load(config), home_of(config)
    secret = os.environ.get(SECRET_VARIABLE, "")
    if fault := _misuse(secret, host):
        print(fault, file=sys.stderr)
        return CONFIGURATION
    with closing(open_known_ledger(municipality, home)) as ledger:
        desk = Desk(municipality, ledger, StoredNight(municipality, home, ledger).load, secret, getpass.getuser())
        if why := cannot_listen(port, host):
            print(f"--port={port}: {why}", file=sys.stderr)
            return CONFIGURATION
        print(f"Review desk of {municipality.name}: http://{host}:{port}/  (stop with Ctrl-C)")
        uvicorn.Server(server_config(desk, host, port)).run()
    return DONE


def _misuse(secret: str, host: str) -> str | None:
    if secret and len(secret) < LEAST_SECRET:
        return f"{SECRET_VARIABLE} has fewer than {LEAST_SECRET} characters; anybody could guess it. Make a longer one."
    if not secret and host not in ("127.0.0.1", "localhost", "::1"):
        return f"--host={host} can be reached by others, and nobody is asked who they are. Put a sign-in before it; set {SECRET_VARIABLE}."
    return None
