"""What people do to a row: typing errors, short forms, lost letters and numbers, values in the wrong field.

Kinds as in the public files the project has seen (short street names, lost letters, section and unit numbers left out,
areas measured otherwise, a postcode that is off by a digit). `share` is the chance that a row's street is written
otherwise; every other kind happens with a third of it.
"""

from __future__ import annotations

from random import Random
from typing import Any

_SHORT = (
    (("veien", "vegen"), ("vn", "vn.", "v.", "vei")),
    (("gata", "gate", "gaten"), ("gt", "gt.", "g.", "gate")),
    (("plassen", "plass"), ("pl.",)),
    (("terrasse",), ("terr.",)),
)
_OTHER_FORM = (("veien", "vegen"), ("vegen", "veien"), ("gata", "gaten"), ("gate", "gata"), ("å", "aa"), ("Sankt ", "St. "))


def street(name: str, random: Random) -> str:
    """The street as somebody in a hurry writes it."""
    kind = random.randrange(6)
    if kind == 0:
        for ends, shorts in _SHORT:
            for end in ends:
                if name.endswith(end):
                    return name[: -len(end)] + random.choice(shorts)
    if kind == 1:
        for one, other in _OTHER_FORM:
            if one in name:
                return name.replace(one, other)
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


def soil(clean: dict[str, Any], share: float, random: Random) -> tuple[dict[str, Any], bool]:
    """The row as it stands in a system where nobody checks, and whether it now names another home than its own (a wrong
    house number, letter or unit number, not a missing unit number): where that home exists, no method can know better."""
    row = dict(clean)
    if random.random() < share:
        row["adressenavn"] = street(row["adressenavn"], random)
    third = share / 3
    for name in ("bruksenhetsnummer", "leilighetsnummer", "bokstav", "ekstra_referanse", "etasjenummer", "bruksareal", "manedsleie"):
        if random.random() < third:
            row[name] = None
    if random.random() < third:
        row |= {"gardsnummer": None, "bruksnummer": None, "seksjonsnummer": None}
    if random.random() < third and row.get("gardsnummer"):
        row |= {"gardsnummer": row["bruksnummer"], "bruksnummer": row["gardsnummer"]}
    if random.random() < third and row.get("bruksareal"):
        row["bruksareal"] = round(row["bruksareal"] * random.uniform(0.93, 1.08))
    if random.random() < third and row.get("antall_soverom") is not None:
        row["antall_soverom"] += random.choice((-1, 1)) if row["antall_soverom"] else 1
    if random.random() < third and row.get("manedsleie"):
        row["manedsleie"] += 250.0
    if random.random() < third:
        digits = list(row["postnummer"])
        digits[random.randrange(1, 4)] = str(random.randrange(10))
        row["postnummer"] = "".join(digits)
    if random.random() < third and row.get("bruksenhetsnummer") and row.get("leilighetsnummer") is None:
        row |= {"leilighetsnummer": row["bruksenhetsnummer"], "bruksenhetsnummer": None}
    if random.random() < third / 4 and row.get("bruksenhetsnummer"):
        unit = row["bruksenhetsnummer"]
        row["bruksenhetsnummer"] = f"{unit[:2]}{random.randrange(1, 4)}{unit[3:]}"
    if random.random() < third / 4:
        row["nummer"] += random.choice((-2, 2)) if row["nummer"] > 2 else 2
    another = (row["nummer"], row["bokstav"]) != (clean["nummer"], clean["bokstav"])
    another |= row["bruksenhetsnummer"] not in (None, clean["bruksenhetsnummer"])
    return row, another
