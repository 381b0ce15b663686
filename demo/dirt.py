"""The kinds of faulty rows, each with the validation rule that must reject it.

Harmless dirt (casing, blanks, "H 0101", numbers as text) is not here: the legacy writers add it to every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo import legacy_boei, legacy_facilit
from demo.typed_rows import Value
from demo.world import BOEI, CARE, FACILIT, Dwelling

Edit = Value | Callable[[Dwelling], Value]

HOUSE = "house"
"""Only on a building with one dwelling, where the address is in that row alone."""
UNIT = "unit"
"""Only on a row that says which unit it is."""
ANY = "any"
TWO_HOUSES = "two houses"
"""On two rows at once: the second gets the first one's key."""
TWO_UNITS = "two units"
"""On two rows of one building at once."""
TWICE = "twice"
"""The row is typed in once more under another key."""


@dataclass(frozen=True, slots=True)
class Dirt:
    """edits: heading -> the value written instead. weight: frequency relative to the other kinds."""

    name: str
    source: str
    rules: tuple[str, ...]
    where: str
    weight: int
    edits: Mapping[str, Edit]


def _facilit_address(text: str) -> Callable[[Dwelling], str]:
    def edit(dwelling: Dwelling) -> str:
        building = dwelling.building
        filled = text.format(street=building.street.name, nummer=building.nummer, house=building.house)
        return filled + legacy_facilit.place_of(building)

    return edit


def _facilit_without_place(dwelling: Dwelling) -> str:
    return f"{dwelling.building.street.name} {dwelling.building.house}"


def _street_only(dwelling: Dwelling) -> str:
    return dwelling.building.street.name


def _facilit_name_without_label(dwelling: Dwelling) -> str:
    return f"{dwelling.building.street.name} {dwelling.building.house}"


DIRT: tuple[Dirt, ...] = (
    Dirt("house number missing", FACILIT, ("A02",), HOUSE, 4, {"Adresse": _facilit_address("{street}")}),
    Dirt("post box instead of address", FACILIT, ("A03",), HOUSE, 2, {"Adresse": "Postboks 55, 9901 FJORDVIK"}),
    Dirt("range of house numbers", FACILIT, ("A04",), HOUSE, 2, {"Adresse": _facilit_address("{street} {nummer} - 399")}),
    Dirt("postnummer missing", FACILIT, ("P01",), HOUSE, 4, {"Adresse": _facilit_without_place}),
    Dirt("matrikkel not readable", FACILIT, ("M01",), HOUSE, 2, {"Matrikkelnr": "se skjøte"}),
    Dirt("category missing", FACILIT, ("K01",), ANY, 4, {"Kategori bolig": ""}),
    Dirt("category unknown", FACILIT, ("K02",), ANY, 3, {"Kategori bolig": "Hybelhus"}),
    Dirt("area not a number", FACILIT, ("V01",), ANY, 3, {"Mengde": "ukjent"}),
    Dirt("rent per year in the month's column", FACILIT, ("V02",), ANY, 2, {"Sum": "108000,00"}),
    Dirt("area impossible", FACILIT, ("V02",), ANY, 1, {"Mengde": "0,00"}),
    Dirt("key missing", FACILIT, ("N01",), ANY, 2, {"Nummer": ""}),
    Dirt("key copied from another row", FACILIT, ("N02",), TWO_HOUSES, 2, {}),
    Dirt(
        "two units told apart by nothing",
        FACILIT,
        ("B02",),
        TWO_UNITS,
        2,
        {"Adresse": _facilit_address("{street} {house}"), "Navn": _facilit_name_without_label},
    ),
    Dirt("typed in twice", FACILIT, ("B03",), TWICE, 2, {}),
    Dirt("house number missing", CARE, ("A02",), HOUSE, 2, {"Adresse": _street_only}),
    Dirt("post box instead of address", CARE, ("A03",), HOUSE, 1, {"Adresse": "Postboks 12"}),
    Dirt("postnummer with a letter", CARE, ("P02",), HOUSE, 2, {"Postnr": "99O1"}),
    Dirt("unit number with an unknown letter", CARE, ("B01",), UNIT, 3, {"Bruksenhet": "A0101"}),
    Dirt("unit number too short", CARE, ("B01",), UNIT, 3, {"Bruksenhet": "H101"}),
    Dirt("matrikkel not readable", CARE, ("M01",), HOUSE, 1, {"Gnr/bnr": "ukjent"}),
    Dirt("category missing", CARE, ("K01",), ANY, 2, {"Kategori": None}),
    Dirt("category unknown", CARE, ("K02",), ANY, 2, {"Kategori": "Trygghetsbolig"}),
    Dirt("rent not a number", CARE, ("V01",), ANY, 3, {"Husleie": "etter avtale"}),
    Dirt("date that does not exist", CARE, ("V01",), ANY, 2, {"Sist endret": "31.02.2023"}),
    Dirt("area impossible", CARE, ("V02",), ANY, 2, {"Areal m²": 5400}),
    Dirt("key missing", CARE, ("N01",), ANY, 2, {"Bolig-ID": None}),
    Dirt("two units told apart by nothing", CARE, ("B02",), TWO_UNITS, 1, {"Bruksenhet": None, "Leil.nr": None, "Rom": None}),
    Dirt("typed in twice", CARE, ("B03",), TWICE, 2, {}),
    Dirt("address missing", BOEI, ("A01",), HOUSE, 3, {"Gateadresse_ID": None, "GateNavn": None}),
    Dirt("house number missing", BOEI, ("A02",), HOUSE, 3, {"Gatenr": ""}),
    Dirt("postnummer missing", BOEI, ("P01",), HOUSE, 2, {"Postnr_ID": None, "Poststed": None}),
    Dirt("postnummer too long", BOEI, ("P02",), HOUSE, 1, {"Postnr_ID": "99011", "Poststed": None}),
    Dirt("category missing", BOEI, ("K01",), ANY, 2, {"Formaal_ID": None}),
    Dirt("category unknown", BOEI, ("K02",), ANY, 3, {"Formaal_ID": legacy_boei.ODD_PURPOSE[0]}),
    Dirt("floor not a number", BOEI, ("V01",), ANY, 3, {"Etasje": "loft"}),
    Dirt("area impossible", BOEI, ("V02",), ANY, 3, {"Boareal": 0}),
)

KEY_HEADING = {FACILIT: "Nummer", CARE: "Bolig-ID"}
SHARE = 0.06
"""Share of the in-scope rows that are dirty when they are first typed in."""


def with_dirt(values: Mapping[str, Value], dirt: Dirt, dwelling: Dwelling) -> dict[str, Value]:
    """The row's values with those edits applied."""
    return {**values, **{heading: edit(dwelling) if callable(edit) else edit for heading, edit in dirt.edits.items()}}
