"""The property department's database in the shape of BOEI: unit key in parts, postnummer on the property.

It has no bruksenhetsnummer and no matrikkel. Two columns are Fjordvik's own: Leilighetsnr and AntallSoverom.
Of tenants it holds a number and `hemmeligAdresse`, no names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from random import Random

from demo.typed_rows import TypedRow, Value
from demo.world import BOEI, Building, Dwelling

FORMAAL = {
    "heldogns": (1, "Omsorgsbolig heldøgn"),
    "oppfolging": (2, "Omsorgsbolig oppfølging"),
    "eldre": (3, "Bolig for eldre"),
    "tilpasset": (4, "Tilpasset bolig"),
    "ikke_tilpasset": (5, "Ordinær utleie"),
}
ODD_PURPOSE = (7, "Diverse")
_NOT_COUNTED = (99, "Telles ikke")
_SCHEMA = """
CREATE TABLE Poststed (Postnr_ID varchar(4) PRIMARY KEY, Poststed varchar(50));
CREATE TABLE Eier (Eier_ID int PRIMARY KEY, Navn varchar(50), EierType_ID int);
CREATE TABLE Formaal (Formaal_ID int PRIMARY KEY, NavnPaaFormaal varchar(50), Tjenestested int);
CREATE TABLE Gateadresse (Gateadresse_ID int PRIMARY KEY, GateNavn varchar(50), NasjonalID int);
CREATE TABLE Leietaker (Leietaker_ID int PRIMARY KEY, hemmeligAdresse smallint);
CREATE TABLE Objekt (Objekt_ID varchar(6) PRIMARY KEY, Navn varchar(50), GenerellAdresse varchar(50), Bydel_ID int,
  Postnr_ID varchar(5), Eier_ID int, Tjenestested int);
CREATE TABLE Bygg (Objekt_ID varchar(6), Bygg_ID varchar(2), ByggNavn varchar(100), GenerellAdresse varchar(100), Driftstatus smallint,
  PRIMARY KEY (Objekt_ID, Bygg_ID));
CREATE TABLE Seksjon (Objekt_ID varchar(6), Bygg_ID varchar(2), Seksjons_ID varchar(2), Beskrivelse varchar(35),
  PRIMARY KEY (Objekt_ID, Bygg_ID, Seksjons_ID));
CREATE TABLE Leieobjekt (Objekt_ID varchar(6), Bygg_ID varchar(2), Seksjons_ID varchar(2), Leie_ID varchar(3), Flyttenr smallint,
  Formaal_ID smallint, Gateadresse_ID int, Gatenr varchar(30), Etasje varchar(5), AntallRom smallint, Boareal int,
  AndelAvFellesareal smallint, Livslopsstd smallint, Heis smallint, Driftsstatus_ID smallint, Leietaker_ID int,
  Leilighetsnr varchar(10), AntallSoverom smallint, PRIMARY KEY (Objekt_ID, Bygg_ID, Seksjons_ID, Leie_ID));
"""


def row(dwelling: Dwelling, random: Random) -> TypedRow:
    """One clean Leieobjekt with what belongs to its property. BOEI has no rent and no unit number."""
    building, serial = dwelling.building, int(dwelling.id[1:])
    letter = building.bokstav or ""
    lease = f"{int(dwelling.leilighetsnummer or 1):03d}"
    values: dict[str, Value] = {
        "Objekt_ID": str(5000 + building.id),
        "Bygg_ID": "01",
        "Seksjons_ID": "01",
        "Leie_ID": lease,
        "GateNavn": building.street.name,
        "NasjonalID": building.street.adressekode,
        "Gateadresse_ID": building.street.adressekode,
        "Gatenr": f"{building.nummer}{random.choice(('', ' ')) if letter else ''}{letter if random.random() < 0.8 else letter.lower()}",
        "Postnr_ID": building.street.postnummer,
        "Poststed": building.street.poststed,
        "Formaal_ID": FORMAAL[dwelling.kategori][0],
        "Etasje": str(dwelling.etasjenummer),
        "Boareal": int(dwelling.bruksareal),
        "AntallRom": dwelling.antall_soverom + 1,
        "AntallSoverom": dwelling.antall_soverom,
        "Livslopsstd": int(dwelling.rullestol),
        "Leietaker_ID": serial if dwelling.hemmelig_adresse or random.random() < 0.8 else 0,
        "hemmeligAdresse": int(dwelling.hemmelig_adresse),
        "Leilighetsnr": dwelling.leilighetsnummer,
    }
    return TypedRow(BOEI, None, _key(values), dwelling.id, values)


def store_room(building: Building) -> TypedRow:
    """A lease object that BOEI does not count (purpose 99)."""
    values: dict[str, Value] = {
        "Objekt_ID": str(5000 + building.id),
        "Bygg_ID": "01",
        "Seksjons_ID": "01",
        "Leie_ID": "900",
        "GateNavn": building.street.name,
        "Gateadresse_ID": building.street.adressekode,
        "Gatenr": building.house,
        "Postnr_ID": building.street.postnummer,
        "Poststed": building.street.poststed,
        "Formaal_ID": _NOT_COUNTED[0],
        "Leietaker_ID": 0,
        "hemmeligAdresse": 0,
    }
    return TypedRow(BOEI, None, _key(values), None, values, out_of_scope="inactive")


def _key(values: dict[str, Value]) -> str:
    return "-".join(str(values[part]) for part in ("Objekt_ID", "Bygg_ID", "Seksjons_ID", "Leie_ID"))


def write(path: Path, rows: Sequence[TypedRow]) -> None:
    """A new database file, filled in one transaction; the same bytes for the same rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_SCHEMA)
        values = [typed.values for typed in rows]
        _insert(connection, "Poststed", {(v["Postnr_ID"], v["Poststed"]) for v in values if v["Postnr_ID"] and v["Poststed"]})
        _insert(connection, "Eier", {(1, "Fjordvik kommune", 1)})
        _insert(connection, "Formaal", {(number, name, None) for number, name in (*FORMAAL.values(), ODD_PURPOSE, _NOT_COUNTED)})
        streets = {(v["Gateadresse_ID"], v["GateNavn"], v["Gateadresse_ID"]) for v in values if v["Gateadresse_ID"]}
        _insert(connection, "Gateadresse", streets)
        _insert(connection, "Leietaker", {(v["Leietaker_ID"], v["hemmeligAdresse"]) for v in values if v["Leietaker_ID"]})
        objects = {(v["Objekt_ID"], f"Objekt {v['Objekt_ID']}", None, 1, v["Postnr_ID"], 1, None) for v in values}
        _insert(connection, "Objekt", objects)
        _insert(connection, "Bygg", {(v["Objekt_ID"], "01", "Bygg 01", None, 1) for v in values})
        _insert(connection, "Seksjon", {(v["Objekt_ID"], "01", "01", "Hele bygget") for v in values})
        _insert(connection, "Leieobjekt", {_lease(v) for v in values})
        connection.commit()
    finally:
        connection.close()


def _lease(v: dict[str, Value]) -> tuple[Value, ...]:
    asis = ("Objekt_ID", "Bygg_ID", "Seksjons_ID", "Leie_ID")
    return (
        *(v[heading] for heading in asis),
        1,
        *(v.get(heading) for heading in ("Formaal_ID", "Gateadresse_ID", "Gatenr", "Etasje", "AntallRom", "Boareal")),
        None,
        v.get("Livslopsstd"),
        None,
        1,
        *(v.get(heading) for heading in ("Leietaker_ID", "Leilighetsnr", "AntallSoverom")),
    )


def _insert(connection: sqlite3.Connection, table: str, rows: Collection[tuple[Value, ...]]) -> None:
    if rows:
        marks = ",".join("?" * len(next(iter(rows))))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", sorted(rows, key=repr))  # noqa: S608 - names of our own


def places(rows: Sequence[TypedRow]) -> list[tuple[str, str | None, int]]:
    """(file, sheet, ordinal) of each, in the order of config's query: by the four parts of the key."""
    order = {id(typed): ordinal for ordinal, typed in enumerate(sorted(rows, key=lambda typed: str(typed.key)), start=1)}
    return [("boei.sqlite", None, order[id(typed)]) for typed in rows]
