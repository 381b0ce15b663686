"""Street names of a municipality that does not exist: every kind of name that is hard for an address parser."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

# Each reads differently: two words, letters outside ASCII, an apostrophe, hyphens, a name in two languages.
_SPECIAL = (
    "Øvre Strandgate",
    "Nedre Åsgate",
    "Gamle Kongevei",
    "Sankt Hans' gate",
    "Nord-Sør-vegen",
    "Finne-Bakkens veg",
    "Vuotnageaidnu - Fjordbunnen",
    "Søndre Brygge",
)
_STEMS = (
    "Fjord Berg Skog Strand Åker Elve Bekke Bjørke Furu Gran Hassel Lønne Ospe Rogne Selje Kirke Skole Stasjons Havne "
    "Brygge Naust Fiskar Tømmer Mølle Sag Smie Eng Kløver Lyng Multe Tyttebær Blåbær Ørne Svane Måke Terne Ærfugl Sjø "
    "Myr Kvern Stølen Utsikt Solhøgd Nordlys Vinter Haug Lien Torv Jern Kobber Slette Øyer Holme Skjær Våg Nes Eid Dal "
    "Foss Hei"
)
_FIRST = _STEMS.split()
# One ending of each family only: readers treat -vei, -veien and -vegen of the same stem as one street.
_LAST = ("gata", "veien", "lia", "bakken", "stien", "kroken", "tunet", "svingen", "jordet", "ringen")
_AREAS = ("FJORDVIK", "FJORDVIKA", "NORDFJORDVIK", "INDRE FJORDVIK", "FJORDVIKBOTN")


@dataclass(frozen=True, slots=True)
class InventedStreet:
    """adressekode: the street's number in the municipality."""

    adressekode: int
    name: str
    postnummer: str
    poststed: str


def streets(random: Random, count: int) -> list[InventedStreet]:
    """`count` streets (at most 608), the special names first. No two fold to the same name."""
    made: list[str] = []
    endings = len(_LAST)
    for turn in range(endings):
        for place, first in enumerate(_FIRST):
            last = _LAST[(place + turn) % endings]
            # Half the roads are written the eastern and northern way.
            made.append(first + ("vegen" if last == "veien" and place % 2 else last))
    names = [*_SPECIAL, *made][:count]
    chosen = []
    for code, name in enumerate(names, start=1001):
        area = random.randrange(len(_AREAS))
        chosen.append(InventedStreet(code, name, f"99{area * 10 + 1:02d}", _AREAS[area]))
    return chosen
