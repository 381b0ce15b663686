"""REST services that answer in JSON: all pages, or a failed read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import polars as pl

from connectors.headings import positions
from connectors.http_get import JsonSession, Page
from connectors.raw_rows import RAW_PLACE, Raw
from connectors.read_faults import SourceFault
from connectors.row_selection import without_blank
from connectors.secrets_in_urls import fill_in, with_values_hidden
from connectors.source_config import RestSource
from connectors.text_values import as_texts


def read_service(source: RestSource, home: Path) -> Raw:
    """`row` is the ordinal over all pages; a nested value's heading is its path, `adresse.gate`. Raises SourceFault."""
    del home
    url, hidden = fill_in(source.url, "url")
    headers: dict[str, str] = {}
    for name, value in source.headers.items():
        headers[name], more = fill_in(value, f"headers.{name}")
        hidden = (*hidden, *more)
    shown = _shown(url, hidden)
    with JsonSession(source, headers, hidden, shown) as session:
        pages = list(_pages(source, session, url, shown))
    rows = [flat(row) for page in pages for row in page]
    mapped = source.mapped()
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    if not rows:
        raise SourceFault("no_service_rows", url=shown)
    positions(headings, mapped, source.ignore, shown)
    place = {"file": [shown] * len(rows), "sheet": [None] * len(rows), "row": list(range(1, len(rows) + 1))}
    values = {heading: as_texts([row.get(heading) for row in rows]) for heading in mapped}
    frame = pl.DataFrame({**place, **values}, schema={**RAW_PLACE, **dict.fromkeys(mapped, pl.String())})
    return Raw(without_blank(frame, mapped), (f"{shown}: {len(rows)} rows on {len(pages)} page(s)",))


def _shown(url: str, hidden: Sequence[str]) -> str:
    """The address as messages show it: without parameters, which often hold keys."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SourceFault("bad_address", url=with_values_hidden(url, hidden)) from error
    shown = with_values_hidden(urlunsplit(parts._replace(query="", fragment="")), hidden)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceFault("bad_address", url=shown)
    return shown


def flat(row: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Nested objects as one level; lists stay what they are."""
    values: dict[str, Any] = {}
    for name, value in row.items():
        values |= flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return values


def _pages(source: RestSource, session: JsonSession, url: str, shown: str) -> Iterator[Sequence[Mapping[str, Any]]]:
    paging = source.paging
    number = paging.first_page
    address = _with(url, paging.parameter or "page", str(number)) if paging.by == "page" else url
    seen: set[bytes] = set()
    for count in range(1, paging.most_pages + 1):
        page = session.ask(address)
        rows = _rows(page.content, source.rows_at, shown, count)
        if rows:
            _refuse_seen(seen, address if paging.by in ("link", "cursor") else rows, shown, count)
            yield rows
        following = _next(source, page, address, url, number, bool(rows))
        if following is None:
            return
        address, number = following, number + 1
    raise SourceFault("paging_too_long", url=shown, limit=f"{paging.most_pages} pages")


def _refuse_seen(seen: set[bytes], what: object, shown: str, count: int) -> None:
    mark = blake2b(json.dumps(what, sort_keys=True).encode(), digest_size=16).digest()
    if mark in seen:
        raise SourceFault("paging_goes_round", url=shown, page=count)
    seen.add(mark)


def _next(source: RestSource, page: Page, address: str, url: str, number: int, had_rows: bool) -> str | None:
    """The next address; None after the last page."""
    paging = source.paging
    if paging.by == "page":
        return _with(url, paging.parameter or "page", str(number + 1)) if had_rows else None
    if paging.by == "cursor":
        mark = _at(page.content, paging.next_at)
        return _with(url, paging.parameter or "cursor", str(mark)) if mark not in (None, "", False) else None
    if paging.by == "link":
        link = _at(page.content, paging.next_at) if paging.next_at else page.next_link
        return urljoin(address, str(link)) if link else None
    return None


def _with(url: str, parameter: str, value: str) -> str:
    parts = urlsplit(url)
    query = [(name, old) for name, old in parse_qsl(parts.query, keep_blank_values=True) if name != parameter]
    return urlunsplit(parts._replace(query=urlencode([*query, (parameter, value)])))


def _at(content: Any, path: str | None) -> Any:
    for step in (path or "").split("."):
        if step:
            content = content.get(step) if isinstance(content, dict) else None
    return content


def _rows(content: Any, path: str | None, shown: str, page: int) -> Sequence[Mapping[str, Any]]:
    rows = _at(content, path)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        keys = ", ".join(sorted(map(str, content))[:8]) if isinstance(content, dict) else f"a {type(content).__name__}"
        raise SourceFault("no_row_list", url=shown, at=path or "(the whole answer)", page=page, there=keys)
    return rows
