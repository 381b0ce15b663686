"""The 35 columns of Kobo's bulk import (third party, 2023), and a dwelling as one such row. Pure: no frames here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kobo_client.scrubbing import quotable

COLUMNS = (
    "kommunenummer",
    "gnrbnr",
    "festenummer",
    "seksjonsnummer",
    "bruksenhetsnummer",
    "gatenavn",
    "husnummer",
    "husbokstav",
    "postnummer",
    "ekstrareferanse",
    "koboboligtype",
    "underkategoriboligtype",
    "kobodisposisjonsform",
    "boligeiersnavn",
    "boligeiersorganisasjonsnummer",
    "boligeiersmobilnummer",
    "boligstatus",
    "statusdato",
    "manedsleie",
    "malernummerstrom",
    "malernummervann",
    "depositum",
    "errullestoltilpasset",
    "antallsoverom",
    "skolekretsbarneskole",
    "skolekretsungdomsskole",
    "ovriginformasjon",
    "kvalifiserermvakompensasjon",
    "erbofellesskap",
    "erdognbemannet",
    "harpersonalbase",
    "hovedsoker",
    "leieforholdertidsubegrenset",
    "leieforholdstartdato",
    "leieforholdsluttdato",
)
KOBO_ID = "koboId"
"""Comes after the 35 in a file exported from the register. Our assumption."""

PERSONAL = {
    "hovedsoker": "the tenant",
    "depositum": "belongs to a tenancy",
    "leieforholdertidsubegrenset": "belongs to a tenancy",
    "leieforholdstartdato": "belongs to a tenancy",
    "leieforholdsluttdato": "belongs to a tenancy; counted from a source's leieforhold_slutt, never written",
    "ovriginformasjon": "free text that may be about a person",
}
"""Never written, and why."""

OWNERS_NAME, OWNERS_NUMBER, OWNERS_PHONE = "eier_navn", "eier_organisasjonsnummer", "eier_mobilnummer"
REQUIRED_OF_OWNER: dict[str, tuple[str, ...]] = {
    "KOMMUNALT_EID": (),
    "INNLEID_FRA_KOMMUNALT_FORETAK": (OWNERS_NAME, OWNERS_NUMBER),
    "INNLEID_FRA_STIFTELSE": (OWNERS_NAME, OWNERS_NUMBER),
    "INNLEID_FRA_PRIVAT_FORETAK": (OWNERS_NAME, OWNERS_NUMBER, OWNERS_PHONE),
}
"""disposisjonsform -> owner fields that the import requires (third party). A private person's name is never written."""
PRIVATE_OWNER = "INNLEID_FRA_PRIVATPERSON"

_TEXT = {
    "kommunenummer": "kommunenummer",
    "bruksenhetsnummer": "bruksenhetsnummer",
    "gatenavn": "adressenavn",
    "husbokstav": "bokstav",
    "postnummer": "postnummer",
    "ekstrareferanse": "ekstra_referanse",
    "koboboligtype": "boligtype",
    "kobodisposisjonsform": "disposisjonsform",
    "boligeiersnavn": OWNERS_NAME,
    "boligeiersorganisasjonsnummer": OWNERS_NUMBER,
    "boligeiersmobilnummer": OWNERS_PHONE,
    "boligstatus": "boligstatus",
    "underkategoriboligtype": "underkategori_boligtype",
    "malernummerstrom": "malernummer_strom",
    "malernummervann": "malernummer_vann",
    "skolekretsbarneskole": "skolekrets_barneskole",
    "skolekretsungdomsskole": "skolekrets_ungdomsskole",
}
_DATE = {"statusdato": "statusdato"}
_INTEGER = {"festenummer": "festenummer", "seksjonsnummer": "seksjonsnummer", "husnummer": "nummer", "antallsoverom": "antall_soverom"}
_BOOLEAN = {"errullestoltilpasset": "er_tilgjengelig_for_rullestolbruker", "erbofellesskap": "er_bofellesskap"}
_BOOLEAN |= {
    "kvalifiserermvakompensasjon": "kvalifiserer_mva_kompensasjon",
    "erdognbemannet": "er_dognbemannet",
    "harpersonalbase": "har_personalbase",
}


def missing_owner_fields(values: Mapping[str, Any]) -> list[str]:
    """Canonical names of owner fields that the import requires and the row lacks. Empty when disposisjonsform is blank."""
    return [name for name in REQUIRED_OF_OWNER.get(str(values.get("disposisjonsform")), ()) if values.get(name) in (None, "")]


IMPORTABLE = frozenset(
    {*_TEXT.values(), *_DATE.values(), *_INTEGER.values(), *_BOOLEAN.values(), "gardsnummer", "bruksnummer", "manedsleie"}
)
"""Canonical fields that the 35 columns can hold."""


def source_of(column: str) -> tuple[str, ...]:
    """The canonical fields that fill a column; empty for columns that are never written."""
    if column == "gnrbnr":
        return ("gardsnummer", "bruksnummer")
    fields = {**_TEXT, **_DATE, **_INTEGER, **_BOOLEAN, "manedsleie": "manedsleie"}
    return (fields[column],) if column in fields else ()


def to_import_row(values: Mapping[str, Any]) -> dict[str, str]:
    """Canonical values -> the 35 columns. Booleans 1 or blank, dates dd.mm.yyyy, rent without decimals, no semicolon in any cell."""
    row = dict.fromkeys(COLUMNS, "")
    for column, name in _DATE.items():
        if (on := values.get(name)) is not None:
            row[column] = f"{date.fromisoformat(str(on)):%d.%m.%Y}"
    for column, name in (_TEXT | _INTEGER).items():
        value = values.get(name)
        row[column] = "" if value is None else " ".join(str(value).replace(";", ",").split())
    for column, name in _BOOLEAN.items():
        row[column] = "1" if values.get(name) else ""
    if values.get("gardsnummer") is not None and values.get("bruksnummer") is not None:
        row["gnrbnr"] = f"{values['gardsnummer']}/{values['bruksnummer']}"
    if values.get("manedsleie") is not None:
        row["manedsleie"] = str(round(float(values["manedsleie"])))
    return row


def from_import_row(row: Mapping[str, str | None]) -> dict[str, Any]:
    """The 35 columns -> canonical values, blanks left out. Raises ValueError that names the column."""
    values: dict[str, Any] = {}
    for column, name in _TEXT.items():
        text = (row.get(column) or "").strip()
        if text:
            values[name] = text
    for column, name in _DATE.items():
        text = (row.get(column) or "").strip()
        if text:
            values[name] = _date(column, text)
    for column, name in _INTEGER.items():
        text = (row.get(column) or "").strip()
        if text:
            values[name] = _integer(column, text)
    for column, name in _BOOLEAN.items():
        if (row.get(column) or "").strip() == "1":
            values[name] = True
    gnrbnr = (row.get("gnrbnr") or "").strip()
    if gnrbnr:
        parts = gnrbnr.split("/")
        if len(parts) != 2:
            raise ValueError(f"gnrbnr: {quotable(gnrbnr)} is not like 118/507")
        values["gardsnummer"], values["bruksnummer"] = (_integer("gnrbnr", part) for part in parts)
    rent = (row.get("manedsleie") or "").strip()
    if rent:
        values["manedsleie"] = float(_integer("manedsleie", rent))
    return values


def _date(column: str, text: str) -> date:
    try:
        day, month, year = text.split(".")
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"{column}: {quotable(text)} is not like 31.12.2023") from None


def _integer(column: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(f"{column}: {quotable(text)} is not a number")
    return int(text)
