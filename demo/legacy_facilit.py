"""The FDV system's CSV export: Seksjon.csv (what is let) and Grunneiendom.csv (the ground it is built on)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from random import Random

from demo.invented_numbers import identity_number
from demo.typed_rows import TypedRow, Value
from demo.world import FACILIT, Building, Dwelling

_SECTION = (
    "Nummer;Navn;Merknad;Adresse;Fasilitet;Eiendom;Bygning;Region;Kategori bolig;Formål;Status utleie;Plassering;Standard;"
    "Korreksjonsfaktorer;Seksjonstype;Mengde;Sum;Anskaffelsespris;Anskaffet dato;SSB nummer;Antall rom;Aktiv;Utleibar;"
    "Løpenummer;Leietaker nummer;Leietaker;Eierform"
)
_PROPERTY = (
    "Nummer;Navn;Adresse;Eiendom;Merknad;Hjemmelshaver;Matrikkelnr;Parkeringsplasser;Parkeringsareal;Plenareal;"
    "Bruksareal (BRA);Totalt areal;Brøytet areal;Grunneiendomstype;Eierform;Kommune;Region;Kategori bolig;Formål;Status utleie"
)
SECTION, PROPERTY = _SECTION.split(";"), _PROPERTY.split(";")

KATEGORI = {
    "heldogns": "Omsorgsbolig heldøgns",
    "oppfolging": "Omsorgsbolig oppfølging",
    "eldre": "Velferdsbolig eldre",
    "tilpasset": "Velferdsbolig tilpasset",
    "ikke_tilpasset": "Velferdsbolig",
}
EIERFORM = {
    "KOMMUNALT_EID": "Eid",
    "INNLEID_FRA_KOMMUNALT_FORETAK": "Fjordvik Boligforetak KF",
    "INNLEID_FRA_STIFTELSE": "Leid - Stiftelse",
    "INNLEID_FRA_PRIVAT_FORETAK": "Leid",
    "INNLEID_FRA_PRIVATPERSON": "Leid - Privatperson",
}
FASILITET = {"hus": "Enebolig", "blokk": "Leilighet", "borettslag": "Andel", "bofellesskap": "Bofellesskap"}
_UNIT_STYLES = (", {0}", ", {0}", ", {0}", " {0}", ", {1}", ", {2}")


def section_number(dwelling: Dwelling) -> str:
    """7, 9 or 11 digits. It starts with 9, so that no 11 digits of it look like a national identity number."""
    serial = int(dwelling.id[1:])
    return f"{9_000_000 + serial}" + ("", "01", "0101")[serial % 3]


def place_of(building: Building) -> str:
    """The end of an address as Facilit writes it: `, 9901 FJORDVIK`."""
    return f", {building.street.postnummer} {building.street.poststed}"


def _address(dwelling: Dwelling, unit: str | None, random: Random) -> str:
    building = dwelling.building
    name, letter = building.street.name, building.bokstav or ""
    text = f"{name} {building.nummer}{random.choice(('', '', ' ')) if letter else ''}{letter}"
    if unit:
        text += random.choice(_UNIT_STYLES).format(unit, f"{unit[0]} {unit[1:]}", unit.lower())
    text += place_of(building)
    style = random.random()
    if style < 0.04:
        return text.upper()
    if style < 0.07:
        return text.replace(" ", "  ", 1) + " "
    return text


def row(dwelling: Dwelling, unit: str | None, rent: int, random: Random) -> TypedRow:
    """One clean row of Seksjon.csv with the two columns of its property (Matrikkelnr, Hjemmelshaver)."""
    building, serial = dwelling.building, int(dwelling.id[1:])
    label = f" Leil. {dwelling.leilighetsnummer}" if dwelling.leilighetsnummer else ""
    label += f" {dwelling.ekstra_referanse}" if dwelling.ekstra_referanse else ""
    label += f" Andel {dwelling.andelsnummer}" if dwelling.andelsnummer else ""
    secret = f" ({identity_number(random)})" if serial % 97 == 0 else ""
    # A national identity number where a label or a remark should be, as in real files.
    matrikkel = f"{building.gardsnummer}.{building.bruksnummer}"
    values: dict[str, Value] = dict.fromkeys(SECTION, "")
    values |= {
        "Nummer": section_number(dwelling),
        "Navn": f"{building.street.name} {building.house}{label}{secret}",
        "Merknad": f"Gjelder {identity_number(random)}" if serial % 89 == 0 else random.choice(("", "", "", "Ny varmepumpe 2021")),
        "Adresse": _address(dwelling, unit, random),
        "Fasilitet": FASILITET[building.kind],
        "Eiendom": property_number(building),
        "Bygning": f"{property_number(building)}-1",
        "Region": building.street.poststed,
        "Kategori bolig": KATEGORI[dwelling.kategori],
        "Formål": "Utleie",
        "Status utleie": random.choice(("Klar til tildeling", "Tildelt/under kontrakt", "Tildelt/under kontrakt", "Under renovering")),
        "Plassering": f"{dwelling.etasjenummer}. etg",
        "Seksjonstype": "Andels og sameie" if building.kind == "borettslag" else random.choice(("Komm.bolig", "Flyktningebolig")),
        "Mengde": f"{dwelling.bruksareal:.{random.randint(1, 3)}f}".replace(".", ","),
        "Sum": random.choice((f"{rent},00", f"{rent},0", f"{rent}", f"{rent},000")),
        "Anskaffelsespris": f"{random.randint(900, 3900)} 000",
        "Anskaffet dato": f"{random.randint(1, 28):02d}.{random.randint(1, 12):02d}.{random.randint(1988, 2022)}",
        "Antall rom": str(dwelling.antall_soverom + 1),
        "Aktiv": "True",
        "Utleibar": "True",
        "Løpenummer": str(100_000 + serial),
        "Leietaker nummer": f"T-{100 + serial}",
        "Leietaker": random.choice(("Passiv", f"T-{100 + serial}", f"T-{100 + serial}")),
        "Eierform": EIERFORM[building.disposisjonsform],
        "Matrikkelnr": ("." if building.id % 3 == 0 else "") + matrikkel,
        "Hjemmelshaver": _holder(building),
    }
    return TypedRow(FACILIT, None, section_number(dwelling), dwelling.id, values, unit=unit)


def store_room(building: Building, serial: int) -> TypedRow:
    """A row that is no dwelling: a garage or store room, marked as not lettable."""
    values: dict[str, Value] = dict.fromkeys(SECTION, "")
    number = f"{7_000_000 + serial}"
    values |= {
        "Nummer": number,
        "Navn": f"{('Bod', 'Garasje')[serial % 2]} {building.house}",
        "Adresse": f"{building.street.name} {building.house}{place_of(building)}",
        "Fasilitet": ("Bod", "Garasje")[serial % 2],
        "Eiendom": property_number(building),
        "Mengde": "12,0",
        "Sum": "0,00",
        "Aktiv": "True",
        "Utleibar": "False",
        "Eierform": "Eid",
        "Matrikkelnr": f"{building.gardsnummer}.{building.bruksnummer}",
        "Hjemmelshaver": _holder(building),
    }
    return TypedRow(FACILIT, None, number, None, values, out_of_scope="inactive")


def property_number(building: Building) -> str:
    """Facilit's number of the building's property, e.g. E10001."""
    return f"E{10_000 + building.id}"


def _holder(building: Building) -> str:
    if building.eier_organisasjonsnummer:
        return f"Utleier {building.eier_organisasjonsnummer}"
    return "Privat hjemmelshaver" if building.disposisjonsform == "INNLEID_FRA_PRIVATPERSON" else "Fjordvik kommune"


def write(folder: Path, rows: Sequence[TypedRow]) -> None:
    """Seksjon.csv and Grunneiendom.csv: `;`, ISO-8859-1, CRLF."""
    folder.mkdir(parents=True, exist_ok=True)
    properties: dict[Value, dict[str, Value]] = {}
    for typed in rows:
        eiendom = typed.values["Eiendom"]
        properties.setdefault(
            eiendom,
            dict.fromkeys(PROPERTY, "")
            | {heading: typed.values[heading] for heading in ("Eiendom", "Matrikkelnr", "Hjemmelshaver", "Eierform")}
            | {"Nummer": eiendom, "Navn": f"Eiendom {eiendom}", "Grunneiendomstype": "Boligeiendom", "Kommune": "9901 Fjordvik"},
        )
    _table(folder / "Seksjon.csv", SECTION, [typed.values for typed in rows])
    _table(folder / "Grunneiendom.csv", PROPERTY, list(properties.values()))


def _table(path: Path, headings: Sequence[str], rows: Sequence[dict[str, Value]]) -> None:
    with path.open("w", encoding="iso-8859-1", newline="") as stream:
        out = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        out.writerow(headings)
        out.writerows([row[heading] for heading in headings] for row in rows)


def places(rows: Sequence[TypedRow]) -> list[tuple[str, str | None, int]]:
    """(file, sheet, row) of each: the line an editor shows, the headings being line 1."""
    return [("Seksjon.csv", None, line) for line in range(2, len(rows) + 2)]
