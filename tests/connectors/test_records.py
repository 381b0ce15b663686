"""The fast way through delimited text gives what the standard library's careful reader gives."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.dialect import Dialect
from connectors.records import lines_of, split_records

CELLS = st.text(alphabet="ab1,;\"'\n øé", max_size=6)
TABLES = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12)


@given(table=TABLES, quote=st.sampled_from(['"', "'"]), everything=st.booleans())
def test_every_cell_comes_back_on_the_line_it_began(table: list[list[str]], quote: str, everything: bool) -> None:
    stream = io.StringIO()
    dialect: dict[str, Any] = {"delimiter": ";", "quotechar": quote, "lineterminator": "\n"}
    writer = csv.writer(stream, **dialect, quoting=csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL)
    writer.writerow(["A", "B", "C"])
    expected = []
    for row in table:
        began = stream.getvalue().count("\n") + 1
        writer.writerow(row)
        if stream.getvalue().split("\n")[began - 1].strip(" ;"):
            expected.append((began, *row))
    lines = stream.getvalue().split("\n")
    rows, bad = split_records(lines, Dialect(";", quote, 0, 1, ("A", "B", "C")), [0, 1, 2])
    assert bad == []
    blank_is_nothing = [(row, *(value or "" for value in values)) for row, *values in rows.rows()]
    assert blank_is_nothing == expected


@given(st.lists(st.text(alphabet="a;\"' ", max_size=8), max_size=15))
def test_every_line_with_anything_on_it_is_a_row_or_a_bad_line_or_part_of_one(lines: list[str]) -> None:
    rows, bad = split_records(["A;B", *lines], Dialect(";", '"', 0, 1, ("A", "B")), [0, 1])
    begun = {*rows["row"], *(record.row for record in bad)}
    filled = {number for number, line in enumerate(lines, start=2) if line.strip(" ;")}
    assert begun <= filled | {number for number, line in enumerate(lines, start=2) if line}
    assert len(begun) == rows.height + len(bad)
    plain = {number for number in filled if '"' not in "".join(lines)}
    assert plain <= begun


@given(st.lists(st.text(alphabet="ab; \t\u00a0ø", max_size=9), max_size=15), st.sampled_from([1, 2, 3]))
def test_a_line_without_quotes_is_a_row_of_just_its_values_or_bad_with_how_many_it_has(lines: list[str], width: int) -> None:
    columns = list(range(width - 1, -1, -1))
    rows, bad = split_records(["heading", *lines], Dialect(";", '"', 0, 1, ("A", "B", "C")[:width]), columns)
    expected, wrong = [], []
    for number, line in enumerate(lines, start=2):
        values = line.split(";")
        if not line.strip(" \t\u00a0;"):
            continue
        if len(values) < width or "".join(values[width:]).strip():
            wrong.append((number, "too_few_values" if len(values) < width else "too_many_values", len(values)))
        else:
            expected.append((number, *(values[column] for column in columns)))
    assert rows.rows() == expected
    assert [(record.row, record.reason, record.found) for record in bad] == wrong


@given(st.text(alphabet="ab\r\n\x0b\x1c\u2028;", min_size=1, max_size=20))
def test_lines_are_counted_as_an_editor_counts_them(text: str) -> None:
    assert lines_of(text).to_list() == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
