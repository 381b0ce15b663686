"""What Fjordvik had typed into the register by hand, as the 35-column import file. Imported dwellings have no supplier id."""

from __future__ import annotations

import csv
from pathlib import Path

from demo.script import Script
from demo.world import KOMMUNENUMMER, Dwelling

_COLUMNS = (
    "kommunenummer gnrbnr festenummer seksjonsnummer bruksenhetsnummer gatenavn husnummer husbokstav postnummer ekstrareferanse "
    "koboboligtype underkategoriboligtype kobodisposisjonsform boligeiersnavn boligeiersorganisasjonsnummer boligeiersmobilnummer "
    "boligstatus statusdato manedsleie malernummerstrom malernummervann depositum errullestoltilpasset antallsoverom "
    "skolekretsbarneskole skolekretsungdomsskole ovriginformasjon kvalifiserermvakompensasjon erbofellesskap erdognbemannet "
    "harpersonalbase hovedsoker leieforholdertidsubegrenset leieforholdstartdato leieforholdsluttdato"
)
COLUMNS = _COLUMNS.split()
BOLIGTYPE = {
    "heldogns": "OMSORGSBOLIG",
    "oppfolging": "OMSORGSBOLIG",
    "eldre": "OMSORGSBOLIG",
    "tilpasset": "ORDINAR_BOLIG",
    "ikke_tilpasset": "ORDINAR_BOLIG",
}


def entries(plot: Script) -> list[tuple[str | None, str, dict[str, str]]]:
    """(dwelling or None, how it differs from the truth, the 35 columns) per register entry, in file order."""
    entries_made: list[tuple[str | None, str, dict[str, str]]] = []
    for ident, kind in plot.registered.items():
        row = _row(plot.world.dwellings[int(ident[1:]) - 1])
        if kind == "outdated":
            row |= {"manedsleie": str(int(row["manedsleie"]) - 300), "antallsoverom": str(int(row["antallsoverom"]) + 1)}
        if kind == "wrong_letter":
            row["husbokstav"] = "F"  # no house of Fjordvik has it
        entries_made.append((ident, kind, row))
    return [*entries_made, *_unknown(plot)]


def _row(dwelling: Dwelling) -> dict[str, str]:
    building = dwelling.building
    row = dict.fromkeys(COLUMNS, "")
    return row | {
        "kommunenummer": KOMMUNENUMMER,
        "gnrbnr": f"{building.gardsnummer}/{building.bruksnummer}",
        "seksjonsnummer": str(dwelling.seksjonsnummer or ""),
        "bruksenhetsnummer": dwelling.bruksenhetsnummer or "",
        "gatenavn": building.street.name,
        "husnummer": str(building.nummer),
        "husbokstav": building.bokstav or "",
        "postnummer": building.street.postnummer,
        "ekstrareferanse": dwelling.ekstra_referanse or "",
        "koboboligtype": BOLIGTYPE[dwelling.kategori],
        "kobodisposisjonsform": building.disposisjonsform,
        "boligstatus": "UTLEID",
        "manedsleie": str(dwelling.manedsleie),
        "errullestoltilpasset": "1" if dwelling.rullestol else "",
        "antallsoverom": str(dwelling.antall_soverom),
        "erbofellesskap": "1" if building.kind == "bofellesskap" else "",
    }


def _unknown(plot: Script) -> list[tuple[str | None, str, dict[str, str]]]:
    """Two dwellings that are in no source, on streets without municipal dwellings."""
    rows: list[tuple[str | None, str, dict[str, str]]] = []
    for place, street in enumerate(plot.world.free_streets[:2], start=1):
        row = dict.fromkeys(COLUMNS, "") | {
            "kommunenummer": KOMMUNENUMMER,
            "gnrbnr": f"{190 + place}/{7 * place}",
            "bruksenhetsnummer": "H0101",
            "gatenavn": street.name,
            "husnummer": str(4 + place),
            "postnummer": street.postnummer,
            "koboboligtype": "ORDINAR_BOLIG",
            "kobodisposisjonsform": "KOMMUNALT_EID",
            "boligstatus": "IKKE_TILGJENGELIG",
            "antallsoverom": "2",
        }
        rows.append((None, "register_only", row))
    return rows


def write_register_export(path: Path, plot: Script) -> Path:
    """UTF-8, `;`, booleans as 1 or blank; no semicolon is in a field."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, COLUMNS, delimiter=";", lineterminator="\r\n")
        out.writeheader()
        out.writerows(row for _, _, row in entries(plot))
    return path
