"""The fast way through delimited text gives what the standard library's careful reader gives."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.dialect import Dialect
from connectors.records import lines_of, regular_records, split_records

CELLS = st.text(alphabet="ab1,;\"'\n øé", max_size=6).filter(lambda cell: "\n" not in cell or cell.count(";") < 2)
"""A text of several lines that has as many separators as a row is none (test_line_account.py)."""
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
    result = split_records(lines, Dialect(";", quote, 0, 1, ("A", "B", "C")), [0, 1, 2])
    rows = result.rows
    assert result.bad == []
    blank_is_nothing = [(row, *(value or "" for value in values)) for row, *values in rows.rows()]
    assert blank_is_nothing == expected


@given(st.lists(st.text(alphabet="a;\"' ", max_size=8), max_size=15))
def test_every_line_with_anything_on_it_is_a_row_or_a_bad_line_or_part_of_one(lines: list[str]) -> None:
    result = split_records(["A;B", *lines], Dialect(";", '"', 0, 1, ("A", "B")), [0, 1])
    rows, bad = result.rows, result.bad
    begun = {*rows["row"], *(record.row for record in bad)}
    filled = {number for number, line in enumerate(lines, start=2) if line.strip(" ;")}
    assert begun <= filled | {number for number, line in enumerate(lines, start=2) if line}
    assert len(begun) == rows.height + len(bad)
    plain = {number for number in filled if '"' not in "".join(lines)}
    assert plain <= begun


@given(st.lists(st.text(alphabet="ab; \t\u00a0ø", max_size=9), max_size=15), st.sampled_from([1, 2, 3]))
def test_a_line_without_quotes_is_a_row_of_just_its_values_or_bad_with_how_many_it_has(lines: list[str], width: int) -> None:
    columns = list(range(width - 1, -1, -1))
    result = split_records(["heading", *lines], Dialect(";", '"', 0, 1, ("A", "B", "C")[:width]), columns)
    rows, bad = result.rows, result.bad
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
    assert [(record.row, record.reason, record.value_count) for record in bad] == wrong


@given(
    st.lists(st.lists(st.text(alphabet='ab \t\u00a0\u2028"ø#', max_size=4), min_size=1, max_size=4).map(";".join), max_size=15),
    st.sampled_from(["", "\n", "\n\n"]),
    st.sampled_from(['"', "'", ""]),
)
def test_what_polars_reads_whole_is_what_is_read_line_by_line(lines: list[str], end: str, quote: str) -> None:
    text = ("\n".join(["A;B;C", *lines]) + end).encode()
    dialect = Dialect(";", quote, 0, 1, ("A", "B", "C"))
    whole = regular_records(text, dialect, [2, 0])
    result = split_records(lines_of(text), dialect, [2, 0])
    rows, bad = result.rows, result.bad
    if whole is None:
        assert (quote and quote.encode() in text) or any(line.count(";") != 2 for line in text.decode().split("\n"))
    else:
        assert bad == []
        numbers = set(rows["row"])
        blank_is_nothing = [(row, *(value or None for value in values)) for row, *values in rows.rows()]
        assert [row for row in whole.rows() if row[0] in numbers] == blank_is_nothing
        assert not any("".join(value or "" for value in row[1:]).strip() for row in whole.rows() if row[0] not in numbers)


def test_a_value_that_is_missing_is_no_empty_one_however_long_the_text() -> None:
    lines = ["1;2;"] * 50_000
    dialect = Dialect(";", '"', 0, 1, ("A", "B", "C"))
    whole = regular_records("\n".join(["A;B;C", *lines]).encode(), dialect, [0, 2])
    assert whole is not None
    assert whole.row(-1) == (50_001, "1", None)
    for odd in ("1;2", "1;2;3;", ""):
        assert regular_records("\n".join(["A;B;C", *lines, odd, *lines]).encode(), dialect, [0, 2]) is None


@given(st.text(alphabet="ab\r\n\x0b\x1c\u2028;", min_size=1, max_size=20))
def test_lines_are_counted_as_an_editor_counts_them(text: str) -> None:
    assert lines_of(text).to_list() == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
