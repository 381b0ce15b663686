"""Lists as people have them: workbooks and texts that `kobosync map` must be able to draft. Each holds the same four homes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlsxwriter.worksheet import Worksheet

HEADINGS = ["Nr", "Adresse", "Postnr", "Bruksenhet", "Kategori", "Kvadrat"]
ROWS = [
    [f"K{number}", f"Ospestien {number}", "9910", "H0101", "Vanlig" if number < 4 else "Omsorg", str(40 + number)] for number in range(1, 5)
]


def table(sheet: Worksheet, headings: Sequence[str] = HEADINGS, at: tuple[int, int] = (0, 0), blank: int | None = None) -> None:
    for place, row in enumerate([headings, *ROWS]):
        cells = [*row[:blank], "", *row[blank:]] if blank is not None else row
        for column, cell in enumerate(cells):
            if cell:
                sheet.write(at[0] + place, at[1] + column, cell)


def two_levels(sheet: Worksheet) -> None:
    sheet.write(0, 0, "Nr")
    sheet.merge_range(0, 1, 0, 3, "Hvor")
    table(sheet, ["", *HEADINGS[1:]], (1, 0))


UGLY: dict[str, tuple[str, Callable[[Worksheet], None], tuple[str, ...]]] = {
    "another sheet": ("liste.xlsx", table, ("Forklaring",)),
    "empty sheets": ("liste.xlsx", table, ("", "")),
    "starts in B3": ("liste.xlsx", lambda sheet: table(sheet, at=(2, 1)), ()),
    "a title above": ("liste.xlsx", lambda sheet: (sheet.write(0, 0, "Boliger i kommunen"), table(sheet, at=(3, 0)))[1], ()),
    "an empty column": ("liste.xlsx", lambda sheet: table(sheet, blank=2), ()),
    "an empty column with a heading": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS, "Notat"]), ()),
    "no heading over values": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:5], ""]), ()),
    "no heading over the category": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:4], "", "Kvadrat"]), ()),
    "two alike": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:4], "Kommentar", "Kommentar"]), ()),
    "two alike that are mapped": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:4], "Kategori", "Postnr"]), ()),
    "two levels": ("liste.xlsx", two_levels, ()),
    "a line break in a heading": ("liste.xlsx", lambda sheet: table(sheet, ["Nr", "Adresse\n(gate)", *HEADINGS[2:]]), ()),
    "a name that is a year": ("2022.xlsx", table, ()),
    "a name that is a word of YAML": ("off.xlsx", table, ()),
    "a name with letters of ours": ("Ærlig liste (ny).xlsx", table, ()),
    "signs in a heading": (
        "liste.xlsx",
        lambda sheet: table(sheet, ["Nr", "Adresse", "Postnr", "Bruksenhet", "Kategori", 'A: "b" #c']),
        (),
    ),
}


def pages(sheet: Worksheet) -> None:
    """Headings once more in the middle, and what a system prints below."""
    below = [[], ["Sum", "", "", "", "", "170"], ["Utskrift 01.02.2024"]]
    for place, row in enumerate([HEADINGS, *ROWS[:2], ["Side 1 av 2"], HEADINGS, *ROWS[2:], *below]):
        sheet.write_row(place, 0, row)


def told_below(sheet: Worksheet) -> None:
    table(sheet)
    sheet.write_row(6, 0, ["Gjennomsnittlig areal", "", "", "", "", "42,5"])
    sheet.write_row(7, 0, ["Ansvarlig for listen", "Eiendomsavdelingen"])


def merged_down(sheet: Worksheet) -> None:
    table(sheet)
    sheet.merge_range(1, 2, 4, 2, "9910")


def numbers(sheet: Worksheet) -> None:
    """Keys, postal codes and areas as numbers, and a formula."""
    sheet.write_row(0, 0, HEADINGS)
    for place, row in enumerate(ROWS, start=1):
        sheet.write_row(place, 0, [place + 700, row[1], 9910, row[3], row[4], 40.5])
    sheet.write_formula(4, 5, "=40+4", None, 44)


def dates(sheet: Worksheet) -> None:
    table(sheet, [*HEADINGS, "Sist endret"])
    for place in range(1, 5):
        sheet.write_number(place, 6, 45291 + place)


def hidden(sheet: Worksheet) -> None:
    table(sheet)
    sheet.set_column(2, 3, None, None, {"hidden": True})
    sheet.set_row(2, None, None, {"hidden": True})


UGLY |= {
    "pages": ("liste.xlsx", pages, ()),
    "words and a mean below": ("liste.xlsx", told_below, ()),
    "merged downwards": ("liste.xlsx", merged_down, ()),
    "numbers and a formula": ("liste.xlsx", numbers, ()),
    "dates as counts of days": ("liste.xlsx", dates, ()),
    "hidden rows and columns": ("liste.xlsx", hidden, ()),
    "capitals twice": ("liste.xlsx", lambda sheet: table(sheet, ["NR", "ADRESSE", "POSTNR", "BRUKSENHET", "KATEGORI", "Adresse"]), ()),
    "headings that YAML knows": ("liste.xlsx", lambda sheet: table(sheet, ["Nr", "Adresse", "null", "~", "Kategori", "- ja"]), ()),
    "a heading that is a number": ("liste.xlsx", lambda sheet: table(sheet, [*HEADINGS[:5], "2023"]), ()),
    "far down and to the right": ("liste.xlsx", lambda sheet: table(sheet, at=(30, 12)), ()),
    "blanks around headings": ("liste.xlsx", lambda sheet: table(sheet, [f" {each}\u00a0 " for each in HEADINGS]), ()),
    "a workbook with macros by its name": ("liste.xlsm", table, ()),
}
TEXT: dict[str, Callable[[Sequence[str]], str]] = {
    "semicolon": ";".join,
    "comma": ",".join,
    "no heading in text": lambda cells: ";".join("" if cell == "Postnr" else cell for cell in cells),
    "two alike in text": lambda cells: ";".join("Kvadrat" if cell == "Kategori" else cell for cell in cells),
    "blank headings behind": lambda cells: ";".join([*cells, "", ""]),
    "pipes": "|".join,
    "tabs": "\t".join,
    "every value in quotes": lambda cells: ";".join(f'"{cell}"' for cell in cells),
    "texts for Excel": lambda cells: ";".join([cells[0] if cells[0] == "Nr" else f'="{cells[0]}"', *cells[1:]]),
}
AROUND: dict[str, Callable[[str], bytes]] = {
    "a title and a blank line": lambda text: f"Boliger i kommunen\n\n{text}".encode(),
    "Excel's own first line": lambda text: f"sep=;\n{text}".encode(),
    "Windows' letters and line ends": lambda text: text.replace("\n", "\r\n").replace("Omsorg", "Særskilt").encode("cp1252"),
    "two bytes a letter": lambda text: text.encode("utf-16"),
    "a byte order mark": lambda text: text.encode("utf-8-sig"),
    "printed below": lambda text: f"{text}\n\n(4 rows affected)\nUtskrift dato: 01.02.2024\n".encode(),
    "words below": lambda text: f"{text}\nListen eies av eiendom;;;;;\nLevert av;drift;;;;\n".encode(),
    "lines cut short below": lambda text: f"{text}\nKontakt for listen: boligkontoret;rom 3\nLevert;av;drift\n".encode(),
}
