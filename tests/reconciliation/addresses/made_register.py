"""A small made register: two invented municipalities, written as Kartverket writes its file."""

from __future__ import annotations

from pathlib import Path

from reconciliation.addresses.address_register import AddressRegister, load_register

HEADINGS = (
    "lokalid;kommunenummer;kommunenavn;adressetype;adressetilleggsnavn;adressekode;adressenavn;nummer;bokstav;gardsnummer;bruksnummer;"
    "festenummer;undernummer;adresseTekst;postnummer;poststed;grunnkretsnavn;tettstednavn"
)
STREETS: dict[str, tuple[str, ...]] = {
    "Kirkevegen": ("1", "2", "58"),
    "Storgata": ("1", "12B", "14A", "14B"),
    "Karl Johans gate": ("1",),
    "Gamle Trysilveg": ("32", "32C"),
    "Gate 1": ("44",),
    "Gate 11": ("4",),
    "Bevervegen": ("3",),
    "Revervegen": ("3",),
    "St. Olavs gate": ("10",),
    "P. Chr. Asbjørnsens veg": ("4A",),
    "Henrik Wergelands veg": ("7",),
    "Solbergveg": ("5", "6"),
    "Solbergvegen": ("5",),
    "Nordelva": ("4",),
    "Nordelvegen": ("4",),
    "17. mai gate": ("3",),
    "Strandveien - Gáddeluodda": ("8",),
    "Finne-Grønns veg": ("34",),
    "Ole Paus' gate": ("7",),
    "Aasgata": ("2",),
    "Langvegen": ("1234", "9901", "1"),
    "Nordre Torg": ("1",),
    "Gnrevegen": ("6",),
}
ELSEWHERE: dict[str, tuple[str, ...]] = {"Storgata": ("1", "99"), "Elvegata": ("1",), "Storgaten": ("7",)}


def _lines(municipality: str, name: str, post: str, streets: dict[str, tuple[str, ...]]) -> list[str]:
    lines = []
    for code, (street, houses) in enumerate(streets.items(), 1000):
        for house in houses:
            number, letter = (house, "") if house.isdigit() else (house[:-1], house[-1])
            lokalid = f"{municipality}{code}{house}"
            lines.append(
                f"{lokalid};{municipality};{name};vegadresse;;{code};{street};{number};{letter};7;{code};;;{street} {house};{post};;"
            )
    return lines


def write(folder: Path) -> tuple[Path, Path]:
    """The two files: UTF-8 with BOM, CRLF, semicolons."""
    own = _lines("9901", "FJORDVIK", "9901;FJORDVIK", STREETS)
    own.append("99019;9901;FJORDVIK;matrikkeladresse;;;;;;9;9;;;9/9;9901;FJORDVIK;;")
    neighbours = _lines("9902", "NABOVIK", "9902;NABOVIK", ELSEWHERE)
    files = folder / "fjordvik.csv", folder / "nabovik.csv"
    for file, lines in zip(files, (own, neighbours), strict=True):
        file.write_bytes("\r\n".join([HEADINGS, *lines, ""]).encode("utf-8-sig"))
    return files


def register(folder: Path, *, both: bool = False) -> AddressRegister:
    files = write(folder)
    return load_register(files if both else files[:1])


NORTH: dict[str, tuple[str, ...]] = {
    "Johkageaidnu / Elvevegen": ("1", "12", "12B"),
    "Storgata": ("1", "5", "12", "12A", "12B", "14A", "14B"),
    "Kong Oscar's gate": ("3",),
    "Dr. Holms vei": ("7",),
    "Kaptein Linges veg": ("2",),
    "17. mai gate": ("5",),
    "1. divisjons vei": ("8",),
    "Nordre-Land veg": ("9",),
    "Strandgata": ("5",),
    "Strandgaten": ("5",),
    "Lindevegen": ("6",),
    "Linnevegen": ("6",),
    "Måltrostvegen": ("3",),
    "Nygårdsvegen": ("5",),
    "Nygaardsgata": ("5",),
    "Fylkesvei 98": ("15",),
    "Ringveien": ("1001", "1002", "2"),
    "Sundvegen": ("16", "16A", "16B"),
    "Kirkegata": ("1", "3"),
}
UNITS = {
    "Storgata 12": ("H0101", "H0102"),
    "Storgata 12B": ("H0101", "H0201", "U0101", "K0101"),
    "Sundvegen 16": ("H0101",),
    "Sundvegen 16A": ("H0101", "L0101"),
}


def north(folder: Path) -> AddressRegister:
    """A third invented municipality, whose file has units and a farm's name."""
    lines = []
    for line in _lines("9903", "NORDVIK", "9903;NORDVIK", NORTH):
        cells = line.split(";")
        lines += [f"{line};{unit}" for unit in UNITS.get(f"{cells[6]} {cells[7]}{cells[8]}", ("",))]
    lines.append("990399;9903;NORDVIK;vegadresse;Nordgard;1099;Sundvegen;20;;7;5;;;Nordgard, Sundvegen 20;9903;NORDVIK;;;")
    lines.append("990398;9903;NORDVIK;matrikkeladresse;;;;;;12;4;1;2;12/4/1-2;9903;NORDVIK;;;")
    file = folder / "nordvik.csv"
    file.write_bytes("\r\n".join([HEADINGS + ";bruksenhetsnummerTekst", *lines, ""]).encode("utf-8-sig"))
    return load_register([file])
