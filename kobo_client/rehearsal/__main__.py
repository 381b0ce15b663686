"""python -m kobo_client.rehearsal --port P --database FILE"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kobo_client.rehearsal.app import application


class CuttableProtocol(HttpToolsProtocol):
    """Lets a fault reach the connection itself."""

    def on_headers_complete(self) -> None:
        self.scope["rehearsal.transport"] = self.transport  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()


async def _stop_with_parent(server: uvicorn.Server, parent: int) -> None:
    # A killed night must not leave its register behind on the port.
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    server.should_exit = True


async def _serve(arguments: argparse.Namespace) -> None:
    config = uvicorn.Config(
        application(arguments.database, arguments.contract),
        host=arguments.host,
        port=arguments.port,
        http=CuttableProtocol,
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="error",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=300,
        server_header=False,
        date_header=False,
    )
    server = uvicorn.Server(config)
    watching: asyncio.Task[Any] | None = None
    if arguments.parent:
        watching = asyncio.create_task(_stop_with_parent(server, arguments.parent))
    await server.serve()
    if watching is not None:
        watching.cancel()


def main() -> int:
    """Serve until interrupted. Returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m kobo_client.rehearsal", description="A register to rehearse on, on this machine only.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1", choices=("127.0.0.1", "::1", "localhost"))
    parser.add_argument("--contract", default="V1", choices=("V1", "old"))
    parser.add_argument("--parent", type=int, default=0, help="stop when this process has ended")
    arguments = parser.parse_args()
    try:
        import uvloop  # noqa: PLC0415

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(_serve(arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
