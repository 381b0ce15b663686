"""A small made register: two invented municipalities, written as Kartverket writes its file."""

from __future__ import annotations

from pathlib import Path

from reconciliation.addresses.register import AddressRegister, load_register

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
    here = _lines("9901", "FJORDVIK", "9901;FJORDVIK", STREETS)
    here.append("99019;9901;FJORDVIK;matrikkeladresse;;;;;;9;9;;;9/9;9901;FJORDVIK;;")
    there = _lines("9902", "NABOVIK", "9902;NABOVIK", ELSEWHERE)
    files = folder / "fjordvik.csv", folder / "nabovik.csv"
    for file, lines in zip(files, (here, there), strict=True):
        file.write_bytes("\r\n".join([HEADINGS, *lines, ""]).encode("utf-8-sig"))
    return files


def register(folder: Path, *, both: bool = False) -> AddressRegister:
    files = write(folder)
    return load_register(files if both else files[:1])
