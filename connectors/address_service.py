"""Kartverket's open address API: every address of one municipality, or a failed read; never a part of them.

The service gives no more than 10,000 hits to one question and no more than 1,000 a page. What does not fit is asked for by
postnummer, as they become known, and then by kind and by the letters that a street's name begins with, until as many different
addresses are fetched as the service says there are. Only municipality number, postnummer, kind and letters are ever sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import polars as pl

from connectors.http_get import JsonSession, asked_within
from connectors.read_faults import SourceFault
from connectors.service_config import AddressService

MOST_HITS = 10_000
PAGE = 1_000
MOST_QUESTIONS = 1_000
"""Oslo, with some 100,000 addresses in 400 postnumre, takes half; without a limit, a service with a wrong count would be asked for ever."""
FIELDS = (
    "kommunenummer",
    "kommunenavn",
    "objtype",
    "adressenavn",
    "nummer",
    "bokstav",
    "adressetekst",
    "adressetilleggsnavn",
    "gardsnummer",
    "bruksnummer",
    "festenummer",
    "undernummer",
    "postnummer",
    "poststed",
)
UNIT = "bruksenhetsnummer"
_BEGINNINGS = "abcdefghijklmnopqrstuvwxyzæøåáčđŋšŧžäöü0123456789"
_DEEPEST = 3


def fetch_addresses(service: AddressService) -> pl.DataFrame:
    """One row per address and unit: FIELDS and UNIT as text, null where blank; an address without units has one row.

    Raises SourceFault, also when fewer or more addresses came than the service says there are.
    """
    parts = urlsplit(service.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceFault("bad_address", url=service.url)
    return asked_within(service.maximum_seconds, service.url, lambda: _fetched(service))


def _fetched(service: AddressService) -> pl.DataFrame:
    with JsonSession(service, {}, (), service.url) as session:
        asking = _Asking(session, service)
        total = asking.everything()
    if total == 0:
        raise SourceFault("addresses_none", url=service.url, kommunenummer=service.api)
    if len(asking.addresses) != total:
        raise SourceFault("addresses_incomplete", url=service.url, kommunenummer=service.api, total=total, found=len(asking.addresses))
    return _frame(asking.addresses.values())


class _Asking:
    """The addresses fetched so far, each once, and the requests for those that are missing."""

    def __init__(self, session: JsonSession, service: AddressService) -> None:
        self._asker, self._service = session, service
        self.addresses: dict[str, Mapping[str, Any]] = {}
        self._total = self._questions = 0

    def everything(self) -> int:
        """Fetch until `addresses` has as many addresses as the service says there are; returns that number."""
        self._total = self._pages({})
        asked: set[str] = set()
        while self._incomplete() and (unasked := self._codes() - asked):
            code = min(unasked)
            asked.add(code)
            if self._pages({"postnummer": code}) > MOST_HITS:
                self._in_parts({"postnummer": code})
        if self._incomplete():
            self._in_parts({})
        return self._total

    def _incomplete(self) -> bool:
        return len(self.addresses) < self._total and self._questions < MOST_QUESTIONS

    def _codes(self) -> set[str]:
        return {str(address["postnummer"]) for address in self.addresses.values() if address["postnummer"]}

    def _in_parts(self, asked: Mapping[str, str]) -> None:
        """Cadastral addresses have no street, so no letter finds them."""
        self._pages({**asked, "objtype": "Matrikkeladresse"})
        self._by_letters(asked, "")

    def _by_letters(self, asked: Mapping[str, str], beginning: str) -> None:
        for letter in _BEGINNINGS:
            if not self._incomplete():
                return
            hits = self._pages({**asked, "adressenavn": f"{beginning}{letter}*"})
            if hits > MOST_HITS and len(beginning) < _DEEPEST:
                self._by_letters(asked, beginning + letter)

    def _pages(self, asked: Mapping[str, str]) -> int:
        """Fetch all pages of one request; returns the number of hits that the service states."""
        hits = 0
        for page in range(MOST_HITS // PAGE):
            hits, addresses = self._page(asked, page)
            self.addresses |= {json.dumps(address, sort_keys=True): address for address in addresses}
            if not addresses or (page + 1) * PAGE >= hits:
                break
        return hits

    def _page(self, asked: Mapping[str, str], page: int) -> tuple[int, list[Mapping[str, Any]]]:
        self._questions += 1
        question = {"kommunenummer": self._service.api, **asked, "treffPerSide": str(PAGE), "side": str(page)}
        content = self._asker.ask(f"{self._service.url.rstrip('/')}/sok?{urlencode(question)}").content
        counted = content.get("metadata") if isinstance(content, dict) else None
        hits = counted.get("totaltAntallTreff") if isinstance(counted, dict) else None
        addresses = content.get("adresser") if isinstance(content, dict) else None
        if not isinstance(addresses, list) or not all(map(self._ours, addresses)) or not str(hits).isdigit():
            keys = ", ".join(sorted(map(str, content))[:8]) if isinstance(content, dict) else f"a {type(content).__name__}"
            raise SourceFault("no_row_list", url=self._service.url, at="adresser", page=page, there=keys)
        return int(str(hits)), addresses

    def _ours(self, address: object) -> bool:
        """Raises SourceFault for an address of another municipality: the service misunderstood the request."""
        return isinstance(address, dict) and {*FIELDS, UNIT} <= address.keys() and address["kommunenummer"] == self._service.api


def _frame(addresses: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    rows = [{**{name: _text(address[name]) for name in FIELDS}, UNIT: unit} for address in addresses for unit in _units(address)]
    return pl.DataFrame(rows, dict.fromkeys((*FIELDS, UNIT), pl.String())).sort(*FIELDS, UNIT)


def _units(address: Mapping[str, Any]) -> Sequence[str | None]:
    return sorted(text for unit in address[UNIT] or () if (text := _text(unit))) or [None]


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None
