"""A municipality made to mislead: homes that look alike, and every way a row was seen to name another home than its own.

Houses, terraces on one parcel, blocks with unit numbers and blocks where no source has them; three sources that each leave
fields out; a register filled to IN_REGISTER. `share` is the chance of each row to be soiled; of each building and entry too,
unless `elsewhere` is given for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.matching.soiled_rows import in_rows
from benchmarks.matching.worlds import Labelled, Written
from reconciliation.model.tables import CONTENT
from tests.strategies import SOURCES

IN_REGISTER = 0.55
_STREETS = ("Ospe", "Terne", "Hegre", "Svane", "Bjerke", "Furu", "Lerke", "Kastanje", "Myr", "Bekke", "Skole", "Fjord", "Elve", "Tangen")
_ENDS = ("stien", "vika", "bakken", "lia", "haugen", "tunet", "svingen", "engen")
_WRITTEN: dict[str, tuple[str, ...]] = {
    "fdv": ("antall_soverom", "etasjenummer", "seksjonsnummer"),
    "omsorg": ("seksjonsnummer", "leilighetsnummer"),
    "eiendom": ("manedsleie",),
}
"""What each source leaves out."""
_NOT_IMPORTED = ("bruksareal", "etasjenummer", "leilighetsnummer")


@dataclass(slots=True)
class Home:
    """true: canonical fields. neighbours: the homes of the building, itself included."""

    name: str
    true: dict[str, Any]
    systems: tuple[str, ...]
    neighbours: list[Home] = field(default_factory=list)


def adversary_world(dwellings: int, share: float, seed: int = 1, elsewhere: float | None = None) -> Labelled:
    """Deterministic in its arguments."""
    random = Random(f"adversary {dwellings} {share} {seed}")
    written = _Written(share, share if elsewhere is None else elsewhere, random)
    made = number = 0
    while made < dwellings:
        number += 1
        made += written.building(_building(number, random))
    return written.labelled(random)


def _building(number: int, random: Random) -> list[Home]:
    kind = random.choices(("house", "terrace", "block", "unnumbered"), (0.68, 0.1, 0.2, 0.02))[0]
    size = 1 if kind == "house" else random.randint(6, 16) if kind == "terrace" else random.choice((4, 4, 6, 8, 8, 12))
    street = f"{_STREETS[number // 40 % len(_STREETS)]}{_ENDS[number // 560 % len(_ENDS)]}{'' if number < 4480 else f' {number // 4480}'}"
    systems = random.choice((("fdv",), ("fdv", "eiendom"), ("omsorg", "fdv"), ("omsorg", "eiendom"), SOURCES))
    alike, homes, first = random.random() < 0.5, [], 2 * (number % 40) + 1
    types = [_measures(random) for _ in range(2)]
    for at in range(size):
        floor = at // 2 + 1 if kind in ("block", "unnumbered") else 1
        true = dict.fromkeys(CONTENT) | {
            "kommunenummer": "9902", "adressenavn": street, "nummer": first if kind != "terrace" else 100 + number % 40 * 20 + at // 2,
            "bokstav": "AB"[at % 2] if kind == "terrace" else None, "postnummer": f"99{number // 200 % 80 + 10}",
            "gardsnummer": 10 + number // 900, "bruksnummer": number % 900 + 1, "kategori": "ordinar", "boligtype": "ORDINAR_BOLIG",
            "bruksenhetsnummer": None if kind == "unnumbered" else f"H{floor:02d}{at % 2 + 1:02d}" if kind == "block" else "H0101",
            "leilighetsnummer": str(at + 1) if kind in ("block", "unnumbered") else None,
            "seksjonsnummer": at + 1 if kind == "block" and number % 3 == 0 else None, "etasjenummer": floor,
        } | (types[at % 2] if alike else _measures(random))  # fmt: skip
        homes.append(Home(f"h{number}-{at + 1}", true, systems))
    for home in homes:
        home.neighbours = homes
    return homes


def _measures(random: Random) -> dict[str, Any]:
    bedrooms = random.choice((1, 1, 2, 2, 3))
    rent = float(4200 + bedrooms * 1500 + random.randint(0, 30) * 100)
    return {"bruksareal": float(24 + bedrooms * 14 + random.randint(0, 18)), "antall_soverom": bedrooms, "manedsleie": rent}


class _Written(Written):
    """What the sources and the register hold of the homes."""

    def __init__(self, share: float, elsewhere: float, random: Random) -> None:
        super().__init__()
        self.share, self.elsewhere, self.random = share, elsewhere, random

    def building(self, homes: list[Home]) -> int:
        trouble = self.random.choice(("labels", "street", "sections")) if self.random.random() < self.elsewhere else ""
        for source in homes[0].systems:
            changes: dict[str, Any] = {}
            if trouble == "street" and source == homes[0].systems[-1] and len(homes[0].systems) > 1:
                changes = {"adressenavn": f"Gamle {homes[0].true['adressenavn']}"}
            for at, home in enumerate(homes):
                clean = home.true | dict.fromkeys(_WRITTEN[source]) | changes
                if trouble == "labels" and source == "eiendom" and clean["leilighetsnummer"]:
                    clean["leilighetsnummer"] = str(len(homes) - at)
                if source == "eiendom":
                    clean["bruksareal"] = float(int(clean["bruksareal"]))
                    if trouble != "sections":
                        clean["seksjonsnummer"] = None
                self._row(source, home, clean)
        for home in homes:
            if self.random.random() < IN_REGISTER:
                self._entry(home)
        return len(homes)

    def _row(self, source: str, home: Home, clean: dict[str, Any]) -> None:
        row = dict(clean)
        if self.random.random() < self.share:
            flaw = self.random.random()
            if flaw < 0.5:
                row, another = in_rows(row, 1.0, self.random)
                self.row(source, home.name, row, another=another)
            elif flaw < 0.75 and len(home.neighbours) > 1:
                row |= _names_of(self.random.choice([neighbour for neighbour in home.neighbours if neighbour is not home]), row)
                self.row(source, home.name, row, another=True)
            elif flaw < 0.9:
                # The clean row, and a copy of it that somebody forgot to correct.
                self.row(source, home.name, clean, another=False)
                self.row(source, home.name, row | {"manedsleie": row["manedsleie"] and row["manedsleie"] - 700.0}, another=False)
            else:
                self.row(source, home.name, row, another=False)
                self.row(source, home.name, row, another=False)
        else:
            self.row(source, home.name, row, another=False)

    def _entry(self, home: Home) -> None:
        row, another = home.true | dict.fromkeys(_NOT_IMPORTED), False
        if self.random.random() < self.elsewhere:
            others = [neighbour for neighbour in home.neighbours if neighbour is not home]
            if others and self.random.random() < 0.5:
                row, another = row | _names_of(self.random.choice(others), row), True
            else:
                row, another = in_rows(row, 1.0, self.random)
        self.entry(home.name, row, another=another)


def _names_of(other: Home, row: dict[str, Any]) -> dict[str, Any]:
    """The numbers of the other home, as far as the row writes them; what was measured stays."""
    names = ("nummer", "bokstav", "bruksenhetsnummer", "leilighetsnummer")
    return {name: other.true[name] for name in names if row.get(name) is not None}
