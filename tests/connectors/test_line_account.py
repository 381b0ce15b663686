"""Law 14 in a file: every physical line is accounted for, and no stray quote, odd byte or printed line changes what other lines say."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.read_result import SourceRead, Verdict
from language import rendered
from tests.connectors.made_sources import read

HEADINGS = ("Nr", "Adresse", "Areal", "Merknad")


def read_csv(content: str | bytes, **settings: Any) -> SourceRead:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "liste.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(Path(folder), **{"kind": "csv", "path": "liste.csv", **settings})


def balanced(result: SourceRead) -> bool:
    counts = dict(result.lines)
    return counts.pop("lines") == sum(counts.values()) and "nobody has foreseen" not in str(result.message)


def town(count: int, separator: str = ";") -> list[list[str]]:
    return [[f"B{number}", f"Blåbærveien {number}", str(40 + number), "fin utsikt"] for number in range(1, count + 1)]


def lines_of(rows: list[list[str]], separator: str = ";") -> list[str]:
    return [separator.join(row) for row in [list(HEADINGS), *rows]]


ANY_LINES = st.lists(st.text(alphabet="a1;\"', \t\r\u00a0øB-", max_size=14), max_size=14)


@given(ANY_LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.binary(max_size=6))
def test_every_line_of_any_text_is_accounted_for(lines: list[str], end: str, ends: bool, tail: bytes) -> None:
    text = end.join(["Tittel", ";".join(HEADINGS), *lines]) + (end if ends else "")
    for content in (text.encode(), text.encode("cp1252"), text.encode() + tail.replace(b"\0", b"")):
        result = read_csv(content)
        if result.verdict is Verdict.FAILED:
            assert result.message
            continue
        assert balanced(result), (dict(result.lines), result.message)
        # Splitting the bytes as an editor does gives the same number of lines.
        plain = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\x1a")
        assert result.lines["lines"] == len(plain.split(b"\n")) - plain.endswith(b"\n")
        assert (result.lines.get("unreadable", 0) == 0) == (result.unreadable is None)


SEPARATORS = st.sampled_from([";", ",", "\t", "|"])


@given(st.data(), SEPARATORS, st.booleans())
def test_stray_quotes_never_make_a_row_disappear_without_a_word(data: st.DataObject, separator: str, quoted: bool) -> None:
    rows = town(12)
    sign = '"' if quoted else ""
    lines = [separator.join(f"{sign}{value}{sign}" for value in row) for row in [list(HEADINGS), *rows]]
    places = st.tuples(st.integers(1, 12), st.integers(0, 3), st.booleans())
    cells = [line.split(separator) for line in lines]
    for row, column, in_front in data.draw(st.lists(places, min_size=1, max_size=4)):
        cells[row][column] = '"' + cells[row][column] if in_front else cells[row][column] + '"'
    result = read_csv("\n".join(separator.join(line) for line in cells) + "\n")
    assert result.verdict is Verdict.FAILED or balanced(result)
    if result.verdict is Verdict.COMPLETE:
        assert [value.strip('"') for value in result.rows["Nr"]] == [row[0] for row in rows]
        assert [value.strip('"') for value in result.rows["Adresse"]] == [row[1] for row in rows]


def test_the_line_where_a_stray_quote_opened_is_reported_and_all_others_are_read() -> None:
    rows = town(40)
    rows[17][3] = '"Skap 4, kjeller'
    rows[18][3] = '"Skap 4, kjeller'
    result = read_csv("\n".join(lines_of(rows)))
    assert result.verdict is Verdict.SUSPICIOUS
    assert "2 lines could not be read, the first is liste.csv, row 19" in str(result.message)
    assert result.rows.height == 38
    assert result.unreadable is not None
    assert result.unreadable.select("row", "reason").rows() == [(19, "quote_swallows")]
    assert "til og med linje 20" in rendered(result.unreadable["melding"][0])
    assert dict(result.lines) == {"lines": 41, "headings": 1, "rows": 38, "unreadable": 2}


@pytest.mark.parametrize("separator", [";", ","])
def test_a_remark_of_several_lines_is_a_value(separator: str) -> None:
    rows = town(6)
    rows[2][3] = '"Skap 4, kjeller, og bod\nnøkler: to, tre, fire\n\nring, før besøk"'
    result = read_csv("\n".join(lines_of(rows, separator)))
    assert (result.verdict, result.rows.height) == (Verdict.COMPLETE, 6)
    assert dict(result.lines) == {"lines": 10, "headings": 1, "rows": 6, "continued": 3}


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("odd", [b"\xe5", b"\x86", b"\xff\xfe", b"\xc3"])
def test_an_odd_byte_in_utf8_is_damage_in_its_line_and_changes_no_other(at: int, odd: bytes) -> None:
    rows = [[f"SØ-{number}", *row[1:]] for number, row in enumerate(town(9), start=1)]
    lines = [line.encode() for line in lines_of(rows)]
    cells = lines[5].split(b";")
    cells[at] += odd + b"x"
    lines[5] = b";".join(cells)
    result = read_csv(b"\n".join(lines))
    assert result.rows["Nr"].to_list() == [row[0] for number, row in enumerate(rows) if number != 4]
    assert result.verdict is Verdict.SUSPICIOUS
    assert result.notes[0].startswith("liste.csv: utf-8,")
    assert result.unreadable is not None
    assert result.unreadable.select("row", "reason").rows() == [(6, "damaged_text")]
    assert f"«{HEADINGS[at]}»" in rendered(result.unreadable["melding"][0])
    assert balanced(result)


@pytest.mark.parametrize(
    ("encoding", "odd"), [("cp1252", "æ".encode()), ("cp1252", b"\x81"), ("cp1252", b"\x86"), ("cp865", b"\xe5"), ("mac-roman", b"\xe5")]
)
def test_an_odd_byte_changes_no_other_line_in_older_encodings_either(encoding: str, odd: bytes) -> None:
    rows = [[f"SØ-{number}", *row[1:]] for number, row in enumerate(town(9), start=1)]
    lines = [line.encode(encoding) for line in lines_of(rows)]
    lines[5] = lines[5].replace(b"fin", b"f" + odd + b"n")
    result = read_csv(b"\n".join(lines))
    expected = [row[0] for row in rows]
    assert result.rows["Nr"].to_list() in (expected, [key for key in expected if key != "SØ-5"])
    assert result.rows.height == 9 or result.verdict is Verdict.SUSPICIOUS


def test_a_key_with_the_replacement_character_is_never_a_key() -> None:
    rows = town(4)
    rows[1][0] = "B\ufffd"
    result = read_csv("\n".join(lines_of(rows)))
    assert result.rows["Nr"].to_list() == ["B1", "B3", "B4"]
    assert result.verdict is Verdict.SUSPICIOUS
    assert result.unreadable is not None
    assert result.unreadable["reason"].to_list() == ["damaged_key"]
    assert balanced(result)


FOOTERS = [
    "Kjørt av økonomi 03.11.2026 kl. 07:15",
    "(8 row(s) returned)",
    "(8 rows affected)",
    "Eksportert 03.11.2026;;;",
    "Utskrift dato: 03.11.2026;;;",
    "Utskriftsdato;03.11.2026;;",
    "Antall rader: 8",
    "Antall rader;8;;",
    "Side 1 av 1",
    "*** Slutt på rapport ***",
    "-----------------",
    "Med vennlig hilsen Boligkontoret",
    "Sign. ______________",
    "Levert fra systemet natt til tirsdag",
    "8 boliger",
    "%%EOF",
    "\x1aEOF",
    "=====;=====",
]


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("blank", [[], [""], [";;;"]])
def test_what_a_system_prints_after_the_list_is_known_reported_once_and_holds_nothing_back(footer: str, blank: list[str]) -> None:
    result = read_csv("\n".join([*lines_of(town(8)), *blank, footer, ""]))
    assert (result.verdict, result.rows.height) == (Verdict.COMPLETE, 8), result.message
    assert result.lines["footers"] == 1
    assert sum("printed around the list" in note for note in result.notes) == 1
    assert balanced(result)


def test_pages_in_the_middle_are_known_too() -> None:
    lines = lines_of(town(8))
    result = read_csv("\n".join([*lines[:5], "Side 1 av 2", "", lines[0], *lines[5:], "Side 2 av 2"]))
    assert (result.verdict, result.rows.height) == (Verdict.COMPLETE, 8)
    assert dict(result.lines) == {"lines": 13, "headings": 1, "rows": 8, "blank": 1, "again": 1, "footers": 2}


@pytest.mark.parametrize("line", ["B9;;;", "B9", "B9;Blåbærv", "Blåbærveien 9"])
def test_a_row_without_most_of_its_values_is_no_footer(line: str) -> None:
    keyed_by_words = [["Enhet " + row[0], *row[1:]] for row in town(8)]
    rows = keyed_by_words if line.startswith("Bl") else town(8)
    result = read_csv("\n".join([*lines_of(rows), line]))
    assert "footers" not in result.lines
    assert result.rows.height + (result.unreadable.height if result.unreadable is not None else 0) == 9


@pytest.mark.parametrize("other", [",", "\t", "|", " ", ", "])
@pytest.mark.parametrize("at", [3, -1])
def test_a_row_with_other_separators_is_no_footer_wherever_it_is(at: int, other: str) -> None:
    lines = lines_of(town(8))
    lines[at] = lines[at].replace(";", other)
    result = read_csv("\n".join(lines))
    assert (result.verdict, result.rows.height, dict(result.lines).get("footers")) == (Verdict.SUSPICIOUS, 7, None)
    assert result.unreadable is not None
    assert result.unreadable.height == 1


def test_the_second_half_of_a_list_with_other_separators_is_not_its_footer() -> None:
    lines = lines_of(town(40))
    result = read_csv("\n".join([*lines[:21], *(line.replace(";", ",") for line in lines[21:])]))
    assert (result.verdict, result.lines["unreadable"]) == (Verdict.SUSPICIOUS, 20)


def test_a_ruler_below_the_headings_is_no_row_and_a_short_total_no_fault() -> None:
    lines = lines_of(town(8))
    result = read_csv("\n".join([lines[0], ";".join("-" * len(line) for line in lines[0].split(";")), *lines[1:], "Totalt;8"]))
    assert (result.verdict, result.rows.height, result.lines["footers"]) == (Verdict.COMPLETE, 8, 2)
    assert balanced(result)


def test_a_pattern_of_the_municipality_names_other_printed_lines() -> None:
    lines = [*lines_of(town(8)), "Xyzzy;7;ok;"]
    assert read_csv("\n".join(lines)).rows.height == 9
    result = read_csv("\n".join(lines), footer=["^xyzzy"])
    assert (result.rows.height, result.lines["footers"]) == (8, 1)
    with pytest.raises(ValueError, match="no regular expression"):
        read_csv("\n".join(lines), footer=["("])
