"""Nine kinds of dirty list, written from official addresses. What was done to a row never decides which address it is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

LETTERS = "abcdefghijklmnoprstuvyæøå"


@dataclass(frozen=True, slots=True)
class Row:
    """An official address, as a list of somebody's writes it."""

    text: str
    lokalid: str
    adressenavn: str


def house(row: Mapping[str, object], *, spaced: bool = False) -> str:
    letter = str(row["bokstav"] or "")
    return f"{row['nummer']}{' ' if spaced and letter else ''}{letter}"


def abbreviated(row: Mapping[str, object], chance: random.Random) -> str:
    name = str(row["adressenavn"])
    short = {"veg": ("v.", "vg", "vg.", "v"), "vegen": ("vn", "vn.", "v."), "gate": ("gt", "gt.", "g."), "gata": ("gt", "gt.", "g.")}
    for ending, forms in short.items():
        if re.search(rf"\b{ending}\b", name):
            name = re.sub(rf"\b{ending}\b", chance.choice(forms), name)
        elif re.search(rf"{ending}\b", name):
            name = re.sub(rf"{ending}\b", chance.choice([form for form in forms if form != "v"]), name)
    name = name.replace("Nordre", "ndr.").replace("Gamle", "Gml.").replace("Øvre", "Ø.").replace("General", "Gen.")
    return f"{name} {house(row)}"


def misspelt(row: Mapping[str, object], chance: random.Random) -> str:
    return f"{one_letter_wrong(str(row['adressenavn']), chance)} {house(row)}"


def one_letter_wrong(name: str, chance: random.Random) -> str:
    place = chance.choice([index for index, letter in enumerate(name) if letter.isalpha()])
    kind = chance.choice(("change", "drop", "add", "swap"))
    if kind == "change":
        return name[:place] + chance.choice(LETTERS) + name[place + 1 :]
    if kind == "drop":
        return name[:place] + name[place + 1 :]
    if kind == "add":
        return name[:place] + chance.choice(LETTERS) + name[place:]
    return name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]


def untidy(row: Mapping[str, object], chance: random.Random) -> str:
    name = chance.choice((str.upper, str.lower, str.title, str))(str(row["adressenavn"]))
    name = chance.choice(
        (name.replace(" ", ""), name.replace(" ", "  "), name.replace(" ", "-"), name.replace("-", " "), name.replace(".", ""))
    )
    number = house(row, spaced=chance.random() < 0.5)
    return chance.choice(("{} {}", " {}  {} ", "{}, {}", "{} {},", "{} nr. {}")).format(name, chance.choice((number, number.lower())))


def other_norwegian(row: Mapping[str, object], chance: random.Random) -> str:
    name = str(row["adressenavn"])
    name = re.sub(r"vegen\b", chance.choice(("veien", "vei", "vegen")), re.sub(r"veg\b", chance.choice(("vei", "veien")), name))
    name = re.sub(r"gat[ae]\b", chance.choice(("gate", "gaten", "gata")), name)
    swaps = (("å", "aa"), ("aa", "å"), ("Å", "Aa"), ("ø", "oe"), ("æ", "ae"), ("Aa", "Å"))
    return f"{name.replace(*chance.choice(swaps))} {house(row)}"


def all_in_one(row: Mapping[str, object], chance: random.Random) -> str:
    unit = chance.choice(("", " H0201", ", h 02 01", " H-0101", " leil 3", ", leil. 12", "-H0304", " 2. etg"))
    code, place = row["postnummer"], str(row["poststed"])
    post = chance.choice(
        (
            f", {code} {place}",
            f" {code} {place.title()}",
            f", {code}, {place}",
            f", {place}, {code}, {place}",
            f", {code} {place}, {code} {place}",
        )
    )
    return f"{row['adressenavn']} {house(row, spaced=chance.random() < 0.3)}{unit}{post}"


def glued(row: Mapping[str, object], chance: random.Random) -> str:
    """The ending down to its first letter, where it is part of the last word."""
    name = re.sub(r"(?<=\w{3})(?:(v)(?:egen|eien|eg|ei)|(g)at(?:a|en|e))$", lambda match: match[1] or match[2], str(row["adressenavn"]))
    return f"{name} {house(row)}, {row['postnummer']} {str(row['poststed']).title()}"


def bare(row: Mapping[str, object], chance: random.Random) -> str:
    name = str(row["adressenavn"]).translate(str.maketrans("åøæÅØÆ", "aoeAOE"))
    return f"{name} {house(row)}, {row['postnummer']}"


def glued_and_bare(row: Mapping[str, object], chance: random.Random) -> str:
    return glued({**row, "adressenavn": str(row["adressenavn"]).translate(str.maketrans("åøæÅØÆ", "aoeAOE"))}, chance)


def with_words(row: Mapping[str, object], chance: random.Random) -> str:
    """Words around it that are no part of the address."""
    return chance.choice(
        (
            "Midlertidig adresse: {}",
            "{}, postboks 44",
            "{}, inngang 2, 3. etg",
            "c/o Boligkontoret, {}",
            "{} v/ vaktmester",
            "{}, Tinghuset",
            "Rutebilgården 2. etg. {}",
            "{} (enebolig)",
            "{}, {code} {place}, Norge",
        )
    ).format(f"{row['adressenavn']} {house(row)}", code=row["postnummer"], place=row["poststed"])


LISTS: dict[str, Callable[[Mapping[str, object], random.Random], str]] = {
    "abbreviated": abbreviated,
    "misspelt": misspelt,
    "untidy": untidy,
    "other_norwegian": other_norwegian,
    "all_in_one": all_in_one,
    "glued": glued,
    "bare": bare,
    "glued_and_bare": glued_and_bare,
    "with_words": with_words,
}


def dirty(kind: str, rows: Iterator[Mapping[str, object]], seed: int = 1) -> Iterator[Row]:
    chance = random.Random(seed)
    for row in rows:
        yield Row(LISTS[kind](row, chance), str(row["lokalid"]), str(row["adressenavn"]))
