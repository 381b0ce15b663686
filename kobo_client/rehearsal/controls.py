"""What a rehearsal needs beside the register's own four verbs: a page to look at, files, faults, access, a caseworker, reset."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from kobo_client.rehearsal import register_page as pages
from kobo_client.rehearsal.access import Access
from kobo_client.rehearsal.caseworker import Caseworker
from kobo_client.rehearsal.entry_store import EntryStore
from kobo_client.rehearsal.file_exchange import import_rows, written
from kobo_client.rehearsal.identity import identity_of
from kobo_client.rehearsal.injected_faults import Faults
from kobo_client.rehearsal.openapi import openapi
from kobo_client.rehearsal.problem import problem

_WHOLE_NUMBER = re.compile(r"^[0-9]{1,7}$")


class Controlled(Protocol):
    """The register that is controlled: app.RehearsalRegister."""

    database: Path
    version: str
    store: EntryStore
    faults: Faults
    access: Access
    caseworker: Caseworker | None


class Controls:
    """The endpoints `/` and `/rehearsal/...` of one rehearsal register."""

    def __init__(self, register: Controlled) -> None:
        self.register = register

    def routes(self) -> list[Route]:
        """Every endpoint with its methods."""
        return [
            Route("/", self._page),
            Route("/rehearsal/health", self._health),
            Route("/rehearsal/import", self._import_file, methods=["POST"]),
            Route("/rehearsal/export", self._export_file),
            Route("/rehearsal/faults", self._set_faults, methods=["POST", "DELETE"]),
            Route("/rehearsal/access", self._set_access, methods=["POST"]),
            Route("/rehearsal/caseworker", self._caseworker, methods=["POST"]),
            Route("/rehearsal/token", self._token, methods=["POST"]),
            Route("/rehearsal/reset", self._reset, methods=["POST"]),
            Route("/rehearsal/openapi.json", self._openapi),
        ]

    async def _health(self, request: Request) -> Response:
        store = self.register.store
        counts = {"entries": store.count(), "deleted": store.count(deleted=True)}
        return JSONResponse({**identity_of(self.register.database), "contract": self.register.version, **counts})

    async def _page(self, request: Request) -> Response:
        store = self.register.store
        side = request.query_params.get("side", "0")
        number = int(side) if _WHOLE_NUMBER.match(side) else 0
        return HTMLResponse(pages.page(store.page(number, pages.SHOWN), number, store.count(), store.count(deleted=True)))

    async def _import_file(self, request: Request) -> Response:
        return import_rows(self.register.store, await request.body())

    async def _export_file(self, request: Request) -> Response:
        return StreamingResponse(written(self.register.store), media_type="text/csv; charset=utf-8")

    async def _set_faults(self, request: Request) -> Response:
        try:
            self.register.faults.set([] if request.method == "DELETE" else await request.json())
        except (ValueError, TypeError) as error:
            return problem(400, f"Feilmanuset kan ikke leses: {error}")
        return JSONResponse({"rules": len(self.register.faults.rules)})

    async def _set_access(self, request: Request) -> Response:
        self.register.access = Access(await request.json())
        return JSONResponse({"kind": self.register.access.settings["kind"]})

    async def _caseworker(self, request: Request) -> Response:
        """Edits now: {"seed": 1, "edits": 3, "stamp": "2023-12-04T10:00:00"}. With "between_nights" they come before each night instead."""
        asked = await request.json()
        somebody = Caseworker(int(asked.get("seed", 0)), int(asked.get("edits", 1)))
        if asked.get("between_nights"):
            self.register.caseworker = somebody
            return JSONResponse([])
        stamp = str(asked.get("stamp") or datetime.now(UTC).isoformat(timespec="seconds"))
        return JSONResponse([asdict(edit) for edit in somebody.work(self.register.store, stamp)])

    async def _token(self, request: Request) -> Response:
        return self.register.access.token(dict(parse_qsl((await request.body()).decode("utf-8", "replace"))))

    async def _reset(self, request: Request) -> Response:
        self.register.store.reset()
        self.register.faults.set([])
        self.register.access = Access()
        self.register.caseworker = None
        return Response(status_code=204)

    async def _openapi(self, request: Request) -> Response:
        return JSONResponse(openapi())
