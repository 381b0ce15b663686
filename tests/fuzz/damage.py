"""What happens to a list on its way to us, by hand or by machine: each takes the file's lines and gives the damaged file.

DAMAGES are of delimited text. SHEET_DAMAGES give lines that are written as a workbook again; PACKAGE_DAMAGES are of the workbook's bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime

import xlsxwriter
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[int]], int]
Lines = list[str]


def _at(draw: Draw, lines: Lines) -> int:
    return draw(st.integers(1, len(lines) - 1))


def _bytes(lines: Lines) -> bytes:
    return "\n".join(lines).encode() + b"\n"


def bytes_flipped(draw: Draw, lines: Lines) -> bytes:
    damaged = bytearray(_bytes(lines))
    for _ in range(draw(st.integers(1, 3))):
        damaged[draw(st.integers(0, len(damaged) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(damaged)


def lines_dropped(draw: Draw, lines: Lines) -> bytes:
    first, many = _at(draw, lines), draw(st.integers(1, 12))
    return _bytes(lines[:first] + lines[first + many :])


def lines_repeated(draw: Draw, lines: Lines) -> bytes:
    first, many, to = _at(draw, lines), draw(st.integers(1, 3)), _at(draw, lines)
    return _bytes(lines[:to] + lines[first : first + many] + lines[to:])


def quotes_put_in(draw: Draw, lines: Lines) -> bytes:
    lines = [*lines]
    for _ in range(draw(st.integers(1, 4))):
        place, column = _at(draw, lines), draw(st.integers(0, 6))
        cells = lines[place].split(";")
        cells[min(column, len(cells) - 1)] = '"' + cells[min(column, len(cells) - 1)]
        lines[place] = ";".join(cells)
    return _bytes(lines)


def encodings_mixed(draw: Draw, lines: Lines) -> bytes:
    others = {_at(draw, lines) for _ in range(draw(st.integers(1, len(lines))))}
    encoding = ("cp1252", "cp865", "utf-8-sig")[draw(st.integers(0, 2))]
    return b"\n".join(line.encode(encoding if place in others else "utf-8") for place, line in enumerate(lines)) + b"\n"


def decoded_wrong(draw: Draw, lines: Lines) -> bytes:
    del draw
    return _bytes(lines).decode("cp1252", "replace").encode()


def _renumbered(lines: Lines) -> Lines:
    return [lines[0], *(f"{number};{line.split(';', 1)[1]}" for number, line in enumerate(lines[1:], start=1))]


NEW = "0;Nyveien {number};;77,0;Ordinær;;x"


def rows_put_in(draw: Draw, lines: Lines) -> bytes:
    place, many = _at(draw, lines), draw(st.integers(1, 3))
    return _bytes(_renumbered([*lines[:place], *(NEW.format(number=number) for number in range(1, many + 1)), *lines[place:]]))


def rows_taken_out_and_renumbered(draw: Draw, lines: Lines) -> bytes:
    place = _at(draw, lines)
    return _bytes(_renumbered(lines[:place] + lines[place + 1 :]))


def sorted_and_renumbered(draw: Draw, lines: Lines) -> bytes:
    column = draw(st.integers(1, 4))
    return _bytes(_renumbered([lines[0], *sorted(lines[1:], key=lambda line: line.split(";")[column])]))


def rows_exchanged(draw: Draw, lines: Lines) -> bytes:
    lines = [*lines]
    for _ in range(draw(st.integers(1, 3))):
        first, second = _at(draw, lines), _at(draw, lines)
        lines[first], lines[second] = lines[second], lines[first]
    return _bytes(_renumbered(lines))


def columns_exchanged(draw: Draw, lines: Lines) -> bytes:
    first, second, heading_too = draw(st.integers(0, 5)), draw(st.integers(0, 5)), draw(st.integers(0, 1))
    cells = [line.split(";") for line in lines]
    for row in cells[1 - heading_too :]:
        row[first], row[second] = row[second], row[first]
    return _bytes([";".join(row) for row in cells])


def cut_short(draw: Draw, lines: Lines) -> bytes:
    whole = _bytes(lines)
    return whole[: draw(st.integers(len(whole) // 3, len(whole)))]


def a_column_emptied(draw: Draw, lines: Lines) -> bytes:
    column = draw(st.integers(0, 5))
    cells = [line.split(";") for line in lines]
    for row in cells[1:]:
        row[column] = ""
    return _bytes([";".join(row) for row in cells])


def lines_joined(draw: Draw, lines: Lines) -> bytes:
    place = _at(draw, lines)
    return _bytes([*lines[: place - 1], "".join(lines[place - 1 : place + 1]), *lines[place + 1 :]])


def keys_in_another_form(draw: Draw, lines: Lines) -> bytes:
    """A prefix, zeros before, a decimal behind; of all keys or of a few."""
    forms = ("K{}", "00{}", "{}.0", "{} ", "Ø{}")
    form, every = forms[draw(st.integers(0, len(forms) - 1))], draw(st.integers(1, 5))
    keyed = [line.split(";", 1) for line in lines[1:]]
    others = [f"{form.format(key) if place % every == 0 else key};{rest}" for place, (key, rest) in enumerate(keyed)]
    return _bytes([lines[0], *others])


def keys_reused(draw: Draw, lines: Lines) -> bytes:
    """A few keys name homes that were in no source before."""
    lines = [*lines]
    for number in range(draw(st.integers(1, 4))):
        place = _at(draw, lines)
        lines[place] = lines[place].split(";", 1)[0] + f";Nyveien {number + 1};;{70 + number},0;Ordinær;;x"
    return _bytes(lines)


def written_twice(draw: Draw, lines: Lines) -> bytes:
    """The export is appended to itself, whole or from some line on."""
    return _bytes([*lines, *lines[draw(st.integers(0, len(lines) - 1)) :]])


def separators_changed(draw: Draw, lines: Lines) -> bytes:
    """Lines of another program's, put in with its separators."""
    first, many, other = _at(draw, lines), draw(st.integers(1, 12)), draw(st.integers(0, 3))
    changed = [line.replace(";", (",", "\t", "|", " ")[other]) for line in lines[first : first + many]]
    return _bytes([*lines[:first], *changed, *lines[first + many :]])


def unseen_signs_put_in(draw: Draw, lines: Lines) -> bytes:
    """As where exports are put together, or cells were copied from a page."""
    sign, others = ("\ufeff", "\u200b", "\u00a0")[draw(st.integers(0, 2))], {_at(draw, lines) for _ in range(draw(st.integers(1, 8)))}
    return _bytes([sign + line if place in others else line for place, line in enumerate(lines)])


DAMAGES: tuple[Callable[[Draw, Lines], bytes], ...] = (
    bytes_flipped,
    lines_dropped,
    lines_repeated,
    quotes_put_in,
    encodings_mixed,
    decoded_wrong,
    rows_put_in,
    rows_taken_out_and_renumbered,
    sorted_and_renumbered,
    rows_exchanged,
    columns_exchanged,
    cut_short,
    a_column_emptied,
    lines_joined,
    keys_in_another_form,
    keys_reused,
    written_twice,
    separators_changed,
    unseen_signs_put_in,
)
SHEET_DAMAGES: tuple[Callable[[Draw, Lines], bytes], ...] = (
    lines_dropped,
    lines_repeated,
    rows_put_in,
    rows_taken_out_and_renumbered,
    sorted_and_renumbered,
    rows_exchanged,
    columns_exchanged,
    a_column_emptied,
    keys_in_another_form,
    keys_reused,
    written_twice,
    unseen_signs_put_in,
)


def as_workbook(lines: Lines) -> bytes:
    """One sheet, all as texts. The same bytes whenever it is made: examples are drawn from their number."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2023, 11, 1)})
        sheet = book.add_worksheet("Ark1")
        for number, line in enumerate(lines):
            for column, cell in enumerate(line.split(";")):
                if cell:
                    sheet.write_string(number, column, cell)
    return made.getvalue()


def workbook_cut_short(draw: Draw, whole: bytes) -> bytes:
    return whole[: draw(st.integers(10, len(whole) - 1))]


def workbook_bytes_flipped(draw: Draw, whole: bytes) -> bytes:
    damaged = bytearray(whole)
    for _ in range(draw(st.integers(1, 3))):
        damaged[draw(st.integers(0, len(damaged) - 1))] ^= 1 << draw(st.integers(0, 7))
    return bytes(damaged)


PACKAGE_DAMAGES: tuple[Callable[[Draw, bytes], bytes], ...] = (workbook_cut_short, workbook_bytes_flipped)
