"""A made address API on loopback: pages, its limit of hits, its errors, and faults on demand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from tests.connectors.made_sources import Service, service

KNOWN = {"kommunenummer", "adressenavn", "postnummer", "objtype", "nummer", "bokstav", "treffPerSide", "side"}
LIMIT = 10_000


def address(street: str, number: int, letter: str = "", *, code: str = "9901", units: tuple[str, ...] = ("H0101",)) -> dict[str, Any]:
    return {
        "adressenavn": street,
        "adressetekst": f"{street} {number}{letter}",
        "adressetilleggsnavn": None,
        "adressekode": 1000,
        "nummer": number,
        "bokstav": letter,
        "kommunenummer": "9901",
        "kommunenavn": "FJORDVIK",
        "gardsnummer": 7,
        "bruksnummer": number,
        "festenummer": 0,
        "undernummer": None,
        "bruksenhetsnummer": list(units),
        "objtype": "Vegadresse",
        "poststed": "FJORDVIK" if code == "9901" else "VIKA",
        "postnummer": code,
        "stedfestingverifisert": True,
        "representasjonspunkt": {"epsg": "EPSG:4258", "lat": 60.0, "lon": 11.0},
    }


def cadastral(farm: int) -> dict[str, Any]:
    return {**address("", farm), "adressenavn": "", "nummer": None, "gardsnummer": farm, "objtype": "Matrikkeladresse"}


VILLAGE = [
    address("Kirkevegen", 58, units=("H0101", "H0201")),
    address("Kirkevegen", 2, "B", units=()),
    address("Storgata", 1, code="9902"),
    cadastral(9),
]


class AddressApi:
    """addresses: what it knows. faults: answers to give before any other, first to last. asked: each question's parameters."""

    def __init__(self, running: Service) -> None:
        self.addresses: list[dict[str, Any]] = list(VILLAGE)
        self.faults: list[tuple[int, dict[str, str], Any]] = []
        self.asked: list[dict[str, str]] = []
        self.says: int | None = None
        self._last: tuple[dict[str, str], list[dict[str, Any]]] = {}, []
        self.url = f"{running.url}/adresser/v1"
        running.answers["/adresser/v1/sok"] = self.answer

    def answer(self, query: dict[str, str], _: int) -> tuple[int, dict[str, str], Any]:
        self.asked.append(query)
        if self.faults:
            return self.faults.pop(0)
        size, page = int(query.get("treffPerSide", 10)), int(query.get("side", 0))
        refused = {name: ["Unknown field."] for name in query if name not in KNOWN}
        if size > 1000:
            refused["treffPerSide"] = ["Antallet treff per side er satt for høyt."]
        if size * (page + 1) > LIMIT:
            refused["side"] = ["Bare de 10000 første treffene kan hentes."]
        if refused:
            return 400, {}, {"message": refused}
        hits = self._hits({name: value for name, value in query.items() if name not in ("treffPerSide", "side")}, page)
        counted = {"totaltAntallTreff": len(hits) if self.says is None else self.says, "side": page, "treffPerSide": size}
        return 200, {}, {"metadata": counted, "adresser": hits[page * size : (page + 1) * size]}

    def _hits(self, asked: dict[str, str], page: int) -> list[dict[str, Any]]:
        """Searched for on the first page, and kept for those that follow."""
        if page == 0 or self._last[0] != asked:
            self._last = asked, [address for address in self.addresses if all(_fits(address, *each) for each in asked.items())]
        return self._last[1]


def _fits(address: dict[str, Any], name: str, value: str) -> bool:
    own = str(address[name]).casefold()
    return own.startswith(value[:-1].casefold()) if value.endswith("*") else own == value.casefold()


@contextlib.contextmanager
def address_api() -> Iterator[AddressApi]:
    with service() as running:
        yield AddressApi(running)
