"""The rehearsal register: the four verbs of `kobobolig`, and the controls beside them."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kobo_client.contract import FIELDS, ID_OF_NO_ENTRY
from kobo_client.payload import from_body, to_body
from kobo_client.rehearsal.access import Access
from kobo_client.rehearsal.caseworker import Caseworker
from kobo_client.rehearsal.contract_checks import faults_in_change, faults_in_create
from kobo_client.rehearsal.controls import Controls
from kobo_client.rehearsal.entry_store import Duplicate, EntryStore
from kobo_client.rehearsal.injected_faults import BEFORE, Faults, answer_instead, cut, spoil
from kobo_client.rehearsal.problem import problem

LARGEST_BODY = 1_000_000
UUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
_WHOLE = re.compile(r"^[0-9]{1,7}$")


class RehearsalRegister:
    """One rehearsal register: store, faults and access. An ASGI application for /kobobolig."""

    def __init__(self, database: Path, version: str = "V1") -> None:
        self.database = database
        self.store = EntryStore(database)
        self.faults = Faults()
        self.access = Access()
        self.caseworker: Caseworker | None = None
        self.version = version
        self._renamed: dict[str, str] = {field.old_path: field.path for field in FIELDS if field.old_path} if version == "old" else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, too_large = await _body(receive)
        verb, path, query = scope["method"], scope["path"], scope["query_string"].decode("latin-1")
        response = None
        rule = None
        if self.faults.rules:
            latency, rule = self.faults.of(verb, f"{path}?{query} {body.decode('utf-8', 'replace')}")
            if latency:
                await asyncio.sleep(latency)
            if rule is not None and rule.kind in BEFORE:
                if rule.kind == "token_expiry":
                    self.access.expire()
                response = answer_instead(rule)
                if response is None:
                    cut(scope)
                    return
        if response is None:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            response = self.access.refusal(headers) if self.access.settings["kind"] != "none" else None
        if response is None:
            response = problem(413, "For stort") if too_large else self.answer(verb, path, query, body)
            if rule is not None:
                await spoil(rule, response, scope, receive, send)
                return
        await response(scope, receive, send)

    def answer(self, verb: str, path: str, query: str, body: bytes) -> Response:
        """Carry out one call. Does not await, so that a call is carried out whole or not at all."""
        kobo_id = path.removeprefix("/kobobolig").strip("/")
        if not kobo_id:
            if verb == "POST":
                return self._create(body)
            return self._list(query) if verb == "GET" else _not_allowed("GET, POST")
        if verb not in ("GET", "PUT", "DELETE"):
            return _not_allowed("GET, PUT, DELETE")
        if not UUID.match(kobo_id):
            return problem(400, "koboboligId er ingen uuid")
        kobo_id = kobo_id.lower()
        if verb == "GET":
            if kobo_id == ID_OF_NO_ENTRY and self.caseworker is not None:
                # A night begins with this request: edits made now are edits between two nights.
                self.caseworker.work(self.store, datetime.now(UTC).isoformat(timespec="seconds"))
            text = self.store.text(kobo_id)
            return problem(404, "Finnes ikke") if text is None else self._entry(text, 200)
        existing = self.store.get(kobo_id)
        if existing is None or existing.get("slettet"):
            return problem(404, "Finnes ikke")
        return self._change(kobo_id, existing, body) if verb == "PUT" else self._remove(kobo_id, existing, query)

    def _create(self, content: bytes) -> Response:
        body = self._read(content)
        if body is None:
            return problem(400, "Innholdet er ikke et JSON-objekt")
        faults = faults_in_create(body)
        if faults:
            return problem(400, "Boligen kan ikke registreres", errors=faults)
        try:
            return self._entry(self.store.create(to_body(from_body(body))), 201)
        except Duplicate as there:
            return problem(409, "Boligen finnes allerede", koboId=there.kobo_id)

    def _change(self, kobo_id: str, existing: dict[str, Any], content: bytes) -> Response:
        body = self._read(content)
        if body is None:
            return problem(400, "Innholdet er ikke et JSON-objekt")
        faults = faults_in_change(body, existing)
        if faults:
            return problem(400, "Boligen kan ikke endres", errors=faults)
        try:
            return self._entry(self.store.change(kobo_id, existing, to_body(from_body(body))), 200)
        except Duplicate as there:
            return problem(409, "leverandorBoligId er i bruk", koboId=there.kobo_id)

    def _remove(self, kobo_id: str, existing: dict[str, Any], query: str) -> Response:
        given = dict(parse_qsl(query))
        name = next((old for old, new in self._renamed.items() if new == "leverandorBoligId"), "leverandorBoligId")
        if not given.get(str(name)):
            return problem(400, f"{name} mangler")
        if existing.get("leverandorBoligId") not in (None, given[str(name)]):
            return problem(400, f"{name} er ikke boligens")
        self.store.remove(kobo_id, existing)
        return Response(status_code=204)

    def _list(self, query: str) -> Response:
        """Our assumption: no list endpoint is documented."""
        given = dict(parse_qsl(query, keep_blank_values=True))
        side, size = given.get("side", "0"), given.get("antall", "500")
        if not _WHOLE.match(side) or not _WHOLE.match(size) or not 1 <= int(size) <= 1000 or int(side) > 1_000_000:
            return problem(400, "side og antall må være hele tall")
        texts = self.store.page(int(side), int(size))
        if self._renamed:
            texts = [bytes(self._entry(text, 200).body).decode() for text in texts]
        content = '{"boliger":[' + ",".join(texts) + '],"totalt":' + str(self.store.count()) + "}"
        return Response(content, media_type="application/json")

    def _read(self, content: bytes) -> dict[str, Any] | None:
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict):
            return None
        return {self._renamed.get(str(name), str(name)): value for name, value in body.items()} if self._renamed else body

    def _entry(self, entry: dict[str, Any] | str, status: int) -> Response:
        if self._renamed:
            loaded = json.loads(entry) if isinstance(entry, str) else entry
            back: dict[str, str] = {new: old for old, new in self._renamed.items()}
            entry = {back.get(name, name): value for name, value in loaded.items()}
        text = entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        return Response(text, status, media_type="application/json")


async def _body(receive: Receive) -> tuple[bytes, bool]:
    parts, size = [], 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= LARGEST_BODY:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts), size > LARGEST_BODY


def _not_allowed(allowed: str) -> Response:
    response = problem(405, "Metoden finnes ikke")
    response.headers["Allow"] = allowed
    return response


def application(database: Path, version: str = "V1") -> Starlette:
    """The whole server for one SQLite file."""
    register = RehearsalRegister(database, version)
    every = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"]
    return Starlette(
        routes=[
            Route("/kobobolig/{koboboligId}", register, methods=every),
            Route("/kobobolig", register, methods=every),
            *Controls(register).routes(),
        ]
    )
