"""What the rehearsal register holds, for a person who wants to look."""

from __future__ import annotations

import json
from html import escape

from kobo_client.contract import FIELDS
from kobo_client.payload import from_body

SHOWN = 200
_COLUMNS = tuple(field for field in FIELDS if not field.personal)

_PAGE = """<!doctype html><html lang="nb"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Øvingsregister</title>
<style>body{{font:15px/1.4 system-ui,sans-serif;margin:1.5rem;color:#1d2733}}table{{border-collapse:collapse;font-size:13px}}
th,td{{border-bottom:1px solid #d5dbe1;padding:.25rem .6rem;text-align:left;white-space:nowrap}}
th{{background:#eef2f5;position:sticky;top:0}}
.wide{{overflow-x:auto}}</style>
<h1>Øvingsregister</h1>
<p>Dette er ikke KOBO, men en øvelse på denne maskinen. Det holder <strong>{standing}</strong> boliger, og {deleted} er slettet.</p>
<p>Side {page} av {pages} {links} · <a href="/rehearsal/export">Last ned som fil</a> · <a href="/rehearsal/openapi.json">OpenAPI</a></p>
<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></html>"""


def page(texts: list[str], number: int, present: int, deleted: int) -> str:
    """HTML of one page of entries (JSON texts); number counts from 0."""
    pages = max(1, -(-present // SHOWN))
    links = [
        f'<a href="/?side={other}">{word}</a>' for other, word in ((number - 1, "forrige"), (number + 1, "neste")) if 0 <= other < pages
    ]
    rows = []
    for text in texts:
        values = from_body(json.loads(text))
        cells = ("" if values[field.name] is None else escape(str(values[field.name])) for field in _COLUMNS)
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{escape(field.path.split('.')[-1])}</th>" for field in _COLUMNS)
    return _PAGE.format(
        standing=present, deleted=deleted, page=number + 1, pages=pages, links=" ".join(links), head=head, rows="".join(rows)
    )
