"""`kobosync up` and `kobosync rehearse`: servers on 127.0.0.1 until they are interrupted."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import requests

from kobo_client.rehearsal.process import rehearsal_running
from pipelines.commands.child_processes import child, ending_on_signals
from pipelines.commands.free_port import cannot_listen
from pipelines.exit_codes import CONFIGURATION
from pipelines.home import home, prepare_dagster_home
from reconciliation.model.municipality import home_of, load

DEMO = Path("config/demo.yaml")
DESK_PORT = 3100


def run_rehearsal(config: Path, caseworker: int | None = None) -> int:
    """Serve the municipality's rehearsal register until interrupted. caseworker: seed of somebody who edits entries before each night."""
    municipality = load(config)
    if municipality.register_.kind != "rehearsal":
        print(f"{config}: register.kind is {municipality.register_.kind}, not rehearsal; there is nothing to rehearse on.", file=sys.stderr)
        return CONFIGURATION
    with rehearsal_running(municipality.register_, home_of(config)) as address:
        if caseworker is not None:
            edits = {"seed": caseworker, "edits": 2, "between_nights": True}
            requests.post(f"{address}/rehearsal/caseworker", json=edits, timeout=10).raise_for_status()
        print(f"Rehearsal register of {municipality.name}: {address}/  (stop with Ctrl-C)")
        _wait()
    return 0


def run_up(port: int, desk_port: int = DESK_PORT) -> int:
    """The Dagster UI with all of config/. Where the demo is one of them its register runs, and it is played first when it never was.

    2: a port is taken.
    """
    root = home()
    for option, wanted in {"--port": port, "--desk-port": desk_port}.items():
        if why := cannot_listen(wanted):
            print(f"{option}={wanted}: {why}", file=sys.stderr)
            return CONFIGURATION
    with ending_on_signals(), ExitStack() as running:
        if (root / DEMO).exists():
            municipality = load(root / DEMO)
            if not (root / municipality.reports / municipality.slug).exists():
                from pipelines.commands.demo_command import run_demo  # noqa: PLC0415

                run_demo(12, keep=False)
            print(f"Rehearsal register: {running.enter_context(rehearsal_running(municipality.register_, root))}/")
            print(f"Review desk: http://127.0.0.1:{desk_port}/")
            desk = [sys.executable, "-c", "from pipelines.command_line import main; main()", "desk", str(DEMO), "--port", str(desk_port)]
            running.enter_context(child(desk, root))
        # From Dagster's own home: in another folder that has a dagster.yaml it warns that it does not read that one.
        folder = prepare_dagster_home(root)
        os.environ["KOBOSYNC_HOME"] = str(root.resolve())
        os.environ["PYTHONWARNINGS"] = "ignore:Function `dev_command` is superseded"
        print(f"Dagster UI: http://127.0.0.1:{port}/  (stop with Ctrl-C)", flush=True)
        command = [sys.executable, "-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port), "-m", "pipelines.definitions"]
        server = running.enter_context(child(command, folder))
        try:
            return server.wait()
        except KeyboardInterrupt:
            return 0


def _wait() -> None:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    stop.wait()
