"""Another municipality with other habits than the one of `adversary`: rules that fit only one town fail here.

Apartment houses with two entrances and their own styles of labels (101, 2-1, A2, "2 th"), pairs of semi-detached houses, farms with a
name for a street, streets that differ in a first word, an old register with last years' rents, a lease system without unit numbers
that writes them in the label, and rows that were copied, shifted or typed a line off. `share` is that of the rows soiled; of the
buildings and entries too, unless `elsewhere` is given for them.
"""

from __future__ import annotations

from random import Random
from typing import Any

from benchmarks.matching.soiled_rows import in_rows
from benchmarks.matching.worlds import Labelled, Written
from reconciliation.model.tables import CONTENT

Row = dict[str, Any]
IN_REGISTER = 0.55
_NAMES = ("Kirke", "Sjø", "Hammar", "Lille", "Prest", "Verft", "Solbakk", "Nytorp", "Orre", "Gran", "Lang", "Stor", "Heim", "Kvern")
_ENDS = ("veien", "gata", "vegen", "bakken", "plassen", "åsen")
_FIRST = ("", "", "", "Nordre ", "Søndre ")
SYSTEMS = ("fdv", "omsorg", "eiendom")
OLD_RENT = 0.4
"""Share of the entries whose rent is some years old."""


def second_town(dwellings: int, share: float, seed: int = 1, elsewhere: float | None = None) -> Labelled:
    """Deterministic in its arguments."""
    random = Random(f"second town {dwellings} {share} {seed}")
    written, made, number = Written(), 0, 0
    while made < dwellings:
        number += 1
        homes = _house(number, random)
        made += len(homes)
        _write(homes, written, share, share if elsewhere is None else elsewhere, random)
    return written.labelled(random)


def _house(number: int, random: Random) -> list[Row]:
    """The true homes of one place, in the order of their unit numbers."""
    kind = random.choices(("farm", "house", "pair", "entrances", "block", "unnumbered"), (0.12, 0.5, 0.16, 0.09, 0.11, 0.02))[0]
    street = random.choice(_FIRST) + _NAMES[number // 24 % len(_NAMES)] + _ENDS[number // 336 % len(_ENDS)]
    nummer = number % 24 * 2 + 1 + number // 2016 * 50
    size = {"farm": 1, "house": 1, "pair": 2, "entrances": 12}.get(kind) or random.choice((4, 6, 9))
    style = random.randrange(4)
    kinds = [_measures(random) for _ in range(size if random.random() < 0.4 else 2)]
    homes = []
    for at in range(size):
        entrance, flat = divmod(at, 6) if kind == "entrances" else (0, at)
        floor = flat // 3 + 1 if kind == "block" else flat // 2 + 1 if kind in ("entrances", "unnumbered") else 1
        door = flat % 3 + 1 if kind == "block" else flat % 2 + 1 if kind in ("entrances", "unnumbered") else 1
        several = kind in ("entrances", "block", "unnumbered")
        homes.append(
            dict.fromkeys(CONTENT) | kinds[at % len(kinds)] | {
                "kommunenummer": "9902", "adressenavn": street, "nummer": nummer, "postnummer": f"99{10 + number // 70 % 80}",
                "bokstav": "AB"[at] if kind == "pair" else "AB"[entrance] if kind == "entrances" else None,
                "gardsnummer": 3 + number // 250, "bruksnummer": number % 250 + 4, "kategori": "ordinar", "boligtype": "ORDINAR_BOLIG",
                "bruksenhetsnummer": None if kind == "unnumbered" else f"H{floor:02d}{door:02d}", "etasjenummer": floor,
                "leilighetsnummer": _label(style, floor, door, entrance, flat) if several else None,
                "seksjonsnummer": at + 1 if several and number % 4 == 0 else None,
            }
        )  # fmt: skip
    return homes


def _label(style: int, floor: int, door: int, entrance: int, flat: int) -> str:
    return (f"{floor}0{door}", f"{floor}-{door}", f"{'ABC'[entrance]}{flat + 1}", f"{entrance * 6 + flat + 1}")[style]


def _measures(random: Random) -> Row:
    bedrooms = random.choice((1, 1, 1, 2, 2, 3, 4))
    area = round(22 + bedrooms * 13 + random.random() * 20, 1)
    return {"bruksareal": area, "antall_soverom": bedrooms, "manedsleie": float(round(3000 + area * 95 + random.choice((0, 0, 150)), -1))}


def _write(homes: list[Row], written: Written, share: float, elsewhere: float, random: Random) -> None:
    systems = random.choice((SYSTEMS, SYSTEMS, ("fdv", "eiendom"), ("omsorg", "eiendom"), ("fdv",)))
    names = [f"{written.places}-{at}" for at in range(len(homes))]
    written.places += 1
    trouble = random.random() / elsewhere if elsewhere else 1.0
    for source in systems:
        rows = [_as_written(source, home, random) for home in homes]
        if trouble < 0.15 and source == "omsorg" and len(homes) > 2:
            labels = [row["leilighetsnummer"] for row in rows]
            for row, label in zip(rows, [*labels[1:], labels[0]], strict=True):
                row["leilighetsnummer"] = label
        elif 0.15 <= trouble < 0.35 and source == systems[-1] and len(systems) > 1:
            rows = [row | {"adressenavn": f"Professor {row['adressenavn'].split()[-1]}"} for row in rows]
        elif 0.35 <= trouble < 0.45 and source == "fdv" and len(homes) > 1:
            # A column that slid one line down: each row has the unit number of the one before.
            units = [row["bruksenhetsnummer"] for row in rows]
            for row, unit in zip(rows, [units[-1], *units[:-1]], strict=True):
                row["bruksenhetsnummer"] = unit
        for name, home, row in zip(names, homes, rows, strict=True):
            _soiled(source, name, home, row, homes, written, share, random)
    for name, home in zip(names, homes, strict=True):
        if random.random() < IN_REGISTER:
            entry = home | dict.fromkeys(("bruksareal", "etasjenummer", "leilighetsnummer"))
            if random.random() < OLD_RENT:
                entry["manedsleie"] = float(round(entry["manedsleie"] * 0.94, -1))
            if random.random() < 0.2:
                entry["antall_soverom"] = None
            if random.random() < elsewhere:
                entry = _mistaken(entry, homes, random)
            written.entry(name, entry, another=_names(entry) != _names(home))


def _as_written(source: str, home: Row, random: Random) -> Row:
    if source == "fdv":
        return home | {
            "manedsleie": None,
            "antall_soverom": None,
            "leilighetsnummer": home["leilighetsnummer"] if random.random() < 0.3 else None,
        }
    if source == "omsorg":
        lost = {"bruksenhetsnummer": None} if home["leilighetsnummer"] is None and random.random() < 0.3 else {}
        return (
            home | {"seksjonsnummer": None, "gardsnummer": None, "bruksnummer": None, "bruksareal": float(round(home["bruksareal"]))} | lost
        )
    return home | {"etasjenummer": None, "seksjonsnummer": None, "bruksareal": float(int(home["bruksareal"]))}


def _soiled(source: str, name: str, home: Row, row: Row, homes: list[Row], written: Written, share: float, random: Random) -> None:
    if random.random() >= share:
        written.row(source, name, row, another=_names(row) != _names(home))
        return
    kind = random.random()
    if kind < 0.6:
        row = _mistaken(row, homes, random)
        written.row(source, name, row, another=_names(row) != _names(home))
    elif kind < 0.8:
        written.row(source, name, row, another=_names(row) != _names(home))
        written.row(source, name, row | {"manedsleie": row["manedsleie"] and row["manedsleie"] * 0.9, "etasjenummer": None}, another=False)
    else:
        written.row(source, name, row, another=_names(row) != _names(home))
        written.row(source, name, row | {"bruksenhetsnummer": None}, another=False)


def _mistaken(row: Row, homes: list[Row], random: Random) -> Row:
    """A flaw of `dirt`, or the numbers of another home of the house, in the fields that the row has."""
    others = [home for home in homes if _names(home) != _names(row)]
    if not others or random.random() < 0.6:
        return in_rows(row, 1.0, random)[0]
    other = random.choice(others)
    return row | {name: other[name] for name in ("bokstav", "bruksenhetsnummer") if row[name] is not None}


def _names(row: Row) -> tuple[Any, ...]:
    return row["nummer"], row["bokstav"], row["bruksenhetsnummer"]
