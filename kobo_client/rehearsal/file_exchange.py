"""Import of the 35-column file, and export of the whole register to a file."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import JSONResponse, Response

from kobo_client.import_columns import COLUMNS, KOBO_ID, from_import_row, to_import_row
from kobo_client.payload import from_body, to_body
from kobo_client.rehearsal.contract_checks import faults_in_create
from kobo_client.rehearsal.entry_store import EntryStore
from kobo_client.rehearsal.problem import problem


async def written(store: EntryStore) -> AsyncIterator[str]:
    """The file a part at a time: others are answered in between."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*COLUMNS, KOBO_ID], delimiter=";", lineterminator="\n")
    writer.writeheader()
    for entries in store.existing_entries():
        writer.writerows({**to_import_row(from_body(entry)), KOBO_ID: entry["koboId"]} for entry in entries)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
        await asyncio.sleep(0)
    yield out.getvalue()


def import_rows(store: EntryStore, content: bytes) -> Response:
    """Import 35 columns with semicolons, in UTF-8. Good rows are stored; the answer lists the others by line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return problem(400, "Filen er ikke UTF-8. Lagre den som UTF-8, ellers blir æ, ø og å feil.")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    if tuple(reader.fieldnames or ()) not in (COLUMNS, (*COLUMNS, KOBO_ID)):
        return problem(400, "Filen har ikke de 35 kolonnene i riktig rekkefølge.")
    bodies: list[dict[str, Any]] = []
    lines: list[int] = []
    refused: list[dict[str, Any]] = []
    for row in reader:
        try:
            body = to_body(from_import_row(row))
        except ValueError as error:
            refused.append({"linje": reader.line_num, "melding": str(error)})
            continue
        # The file has no supplier id, and its boligtype is filled in by hand: blank in some.
        faults = [
            fault for fault in faults_in_create(body) if fault["felt"] != "leverandorBoligId" and fault["melding"] != "boligtype mangler"
        ]
        if faults:
            refused.append({"linje": reader.line_num, "melding": "; ".join(fault["melding"] for fault in faults)})
        else:
            bodies.append(body)
            lines.append(reader.line_num)
    already = store.fill(bodies)
    refused += [{"linje": lines[position], "melding": "Boligen finnes allerede"} for position in already]
    return JSONResponse({"importert": len(bodies) - len(already), "avvist": sorted(refused, key=lambda line: line["linje"])})
