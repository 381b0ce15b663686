"""What people do to a row: typing errors, short forms, lost letters and numbers, values in the wrong field.

Kinds as in the public files the project has seen (short street names, lost letters, section and unit numbers left out,
areas measured otherwise, a postcode that is off by a digit). Two ways to spread them: `in_rows` soils a share of the rows,
`in_cells` soils every value of every row by chance, so that "5 %" leaves one row in four with a flaw: the harsh reading.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

Row = dict[str, Any]
Flaw = Callable[[Row, Random], None]
Soil = Callable[[Row, float, Random], tuple[Row, bool]]
"""(clean row, share, random) -> the row as it is in a system without validation, and whether it now names another home than
its own (a wrong house number, letter or unit number, not a missing unit number): where that home exists, no method can know."""

_SHORT = (
    (("veien", "vegen"), ("vn", "vn.", "v.", "vei")),
    (("gata", "gate", "gaten"), ("gt", "gt.", "g.", "gate")),
    (("plassen", "plass"), ("pl.",)),
    (("terrasse",), ("terr.",)),
)
_OTHER_FORM = (("veien", "vegen"), ("vegen", "veien"), ("gata", "gaten"), ("gate", "gata"), ("å", "aa"), ("Sankt ", "St. "))


def street(name: str, random: Random) -> str:
    """The street abbreviated or with typing errors."""
    kind = random.randrange(6)
    if kind == 0:
        for ends, shorts in _SHORT:
            for end in ends:
                if name.endswith(end):
                    return name[: -len(end)] + random.choice(shorts)
    if kind == 1:
        for written, short in _OTHER_FORM:
            if written in name:
                return name.replace(written, short)
    if kind == 2:
        return name.upper()
    return mistyped(name, random)


def mistyped(text: str, random: Random) -> str:
    """One letter lost, doubled, taken for its neighbour, or two that changed places; never the first."""
    if len(text) < 4:
        return text
    place = random.randrange(1, len(text) - 1)
    return random.choice(
        (
            text[:place] + text[place + 1 :],
            text[:place] + text[place] + text[place:],
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
            text[:place] + random.choice("aeinrst") + text[place + 1 :],
        )
    )


def _restreet(row: Row, random: Random) -> None:
    row["adressenavn"] = street(row["adressenavn"], random)


def _without(*names: str) -> Flaw:
    def lose(row: Row, random: Random) -> None:
        row |= dict.fromkeys(names)

    return lose


def _ground_swapped(row: Row, random: Random) -> None:
    if row.get("gardsnummer"):
        row |= {"gardsnummer": row["bruksnummer"], "bruksnummer": row["gardsnummer"]}


def _measured_otherwise(row: Row, random: Random) -> None:
    if row.get("bruksareal"):
        row["bruksareal"] = round(row["bruksareal"] * random.uniform(0.93, 1.08))


def _another_bedroom(row: Row, random: Random) -> None:
    if row.get("antall_soverom") is not None:
        row["antall_soverom"] += random.choice((-1, 1)) if row["antall_soverom"] else 1


def _rent_risen(row: Row, random: Random) -> None:
    if row.get("manedsleie"):
        row["manedsleie"] += 250.0


def _postcode_digit(row: Row, random: Random) -> None:
    digits = list(row["postnummer"])
    digits[random.randrange(1, 4)] = str(random.randrange(10))
    row["postnummer"] = "".join(digits)


def _unit_in_the_label(row: Row, random: Random) -> None:
    if row.get("bruksenhetsnummer") and row.get("leilighetsnummer") is None:
        row |= {"leilighetsnummer": row["bruksenhetsnummer"], "bruksenhetsnummer": None}


def _another_floor(row: Row, random: Random) -> None:
    if row.get("bruksenhetsnummer"):
        unit = row["bruksenhetsnummer"]
        row["bruksenhetsnummer"] = f"{unit[:2]}{random.randrange(1, 4)}{unit[3:]}"


def _house_beside(row: Row, random: Random) -> None:
    row["nummer"] += random.choice((-2, 2)) if row["nummer"] > 2 else 2


_LOST = ("bruksenhetsnummer", "leilighetsnummer", "bokstav", "ekstra_referanse", "etasjenummer", "bruksareal", "manedsleie")
FLAWS: tuple[tuple[float, Flaw], ...] = (
    (1, _restreet),
    *((1 / 3, _without(name)) for name in _LOST),
    (1 / 3, _without("gardsnummer", "bruksnummer", "seksjonsnummer")),
    (1 / 3, _ground_swapped),
    (1 / 3, _measured_otherwise),
    (1 / 3, _another_bedroom),
    (1 / 3, _rent_risen),
    (1 / 3, _postcode_digit),
    (1 / 3, _unit_in_the_label),
    (1 / 12, _another_floor),
    (1 / 12, _house_beside),
)
"""How often each flaw occurs, relative to a street written otherwise."""
_SEVERAL = (1, 1, 1, 2, 2, 3)
_WEIGHTS = [weight for weight, _ in FLAWS]


def in_rows(clean: Row, share: float, random: Random) -> tuple[Row, bool]:
    """`share` of the rows are soiled, each with one to three flaws that show."""
    row = dict(clean)
    if random.random() < share:
        for _ in range(random.choice(_SEVERAL)):
            before = dict(row)
            while row == before:
                random.choices(FLAWS, _WEIGHTS)[0][1](row, random)
    return row, _names_another(row, clean)


def in_cells(clean: Row, share: float, random: Random) -> tuple[Row, bool]:
    """Every flaw strikes every row by itself, a street written otherwise with the chance `share`, the others as FLAWS says."""
    row = dict(clean)
    for weight, flaw in FLAWS:
        if random.random() < share * weight:
            flaw(row, random)
    return row, _names_another(row, clean)


def _names_another(row: Row, clean: Row) -> bool:
    house = (row["nummer"], row["bokstav"]) != (clean["nummer"], clean["bokstav"])
    return house or row["bruksenhetsnummer"] not in (None, clean["bruksenhetsnummer"])
