"""Delimited text as it really comes: dialects, encodings, quoted lines, broken lines, joined files, folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from connectors.read_result import SourceRead, Verdict
from language import rendered
from tests.connectors.made_sources import read

LIST = 'Nr;Adresse;Areal;Merknad\r\n1;"Skåkgata 1; 2. etg";54,5;x\r\n2;Blåbærveien 2;61;\r\n'


def read_csv(home: Path, content: str | bytes, written_as: str = "utf-8", **settings: Any) -> SourceRead:
    (home / "liste.csv").write_bytes(content if isinstance(content, bytes) else content.encode(written_as))
    return read(home, **{"kind": "csv", "path": "liste.csv", **settings})


def values(result: SourceRead, heading: str = "Adresse") -> list[str | None]:
    assert result.verdict is not Verdict.FAILED, result.message
    return result.rows[heading].to_list()


ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "utf-16", "utf-16-le", "utf-16-be", "cp865", "mac-roman")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_encoding_is_found_and_said(tmp_path: Path, encoding: str) -> None:
    result = read_csv(tmp_path, LIST, encoding)
    assert values(result) == ["Skåkgata 1; 2. etg", "Blåbærveien 2"]
    stated = "cp1252" if encoding == "iso-8859-1" else encoding
    assert result.notes[0].startswith(f"liste.csv: {stated}, separator ';', quote \", headings on line 1")


OLD_LETTERS = [
    ("cp865", "Müllers gate 1 Bjørkevegen"),
    ("mac-roman", "Ålgata 1"),
    ("mac-roman", "Østre gate 1"),
    ("cp1252", "Caféen® – 5¾ «gate»"),
    ("cp1252", "Bokš 1"),
]


@pytest.mark.parametrize(("encoding", "text"), OLD_LETTERS)
def test_few_letters_are_enough_to_tell_old_encodings_from_windows_own(tmp_path: Path, encoding: str, text: str) -> None:
    assert values(read_csv(tmp_path, f"Nr;Adresse;Areal;Merknad\n1;{text};1;\n", encoding)) == [text]


@pytest.mark.parametrize("encoding", ["cp865", "cp1252", "utf-8"])
def test_the_mark_that_dos_ends_a_text_with_is_no_line(encoding: str, tmp_path: Path) -> None:
    result = read_csv(tmp_path, LIST + "\x1a", encoding)
    assert (result.verdict, result.rows.height) == (Verdict.COMPLETE, 2)


def test_headings_that_are_repeated_on_each_page_are_no_row(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "Nr;Adresse;Areal;Merknad\n1;A;1;\nNR; Adresse;Areal;Merknad\n2;Adresse;1;\n", "utf-8")
    assert result.rows.select("row", "Nr").rows() == [(2, "1"), (4, "2")]
    assert any("1 row(s) of headings left out (row 3)" in note for note in result.notes)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [('="0301"', "0301"), ('"=""0301"""', "0301"), ('="Storgata 1"&"A"', '="Storgata 1"&"A"'), ("=1+1", "=1+1"), ('=""', None)],
)
def test_a_text_that_is_dressed_as_a_formula_for_excel_is_the_text(tmp_path: Path, written: str, read_as: str | None) -> None:
    assert values(read_csv(tmp_path, f"Nr;Adresse;Areal;Merknad\n1;{written};1;\n", "utf-8")) == [read_as]


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "cp1252", "utf-16"])
def test_a_configured_encoding_is_used(tmp_path: Path, encoding: str) -> None:
    assert values(read_csv(tmp_path, LIST, encoding, encoding=encoding))[1] == "Blåbærveien 2"


@pytest.mark.parametrize(
    ("written", "configured", "words"),
    [
        ("utf-8", "iso-8859-1", "look like utf-8"),
        ("utf-8-sig", "cp1252", "look like utf-8"),
        ("cp1252", "utf-8", "liste.csv, line 2: the bytes are not utf-8"),
        ("utf-16", "utf-8", "look like utf-16"),
        ("utf-8", "klingon", "no encoding that Python knows"),
    ],
)
def test_a_wrong_configured_encoding_is_refused_before_it_turns_letters_to_rubbish(
    tmp_path: Path, written: str, configured: str, words: str
) -> None:
    result = read_csv(tmp_path, LIST, written, encoding=configured)
    assert result.verdict is Verdict.FAILED
    assert words in str(result.message)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_separator_and_quote_are_found(tmp_path: Path, separator: str, quote: str) -> None:
    lines = [("Nr", "Adresse", "Areal", "Merknad"), ("1", f"{quote}Storgata 1{separator} 2. etg{quote}", "5", ""), ("2", "Vika 2", "", "")]
    result = read_csv(tmp_path, "\n".join(separator.join(line) for line in lines))
    assert values(result) == [f"Storgata 1{separator} 2. etg", "Vika 2"]


def test_the_facilit_fm_dialect(tmp_path: Path) -> None:
    text = "'Nr','Adresse','Areal','Merknad'\r\n'0001','Ole Paus'' gate 7','7340,50',<NULL>\r\n2,<NULL>,'',''\r\n"
    result = read_csv(tmp_path, text)
    assert result.rows.select("Nr", "Adresse", "Areal").rows() == [("0001", "Ole Paus' gate 7", "7340,50"), ("2", None, None)]


def test_configured_separator_and_quote_win(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "Nr;Adresse;Areal;Merknad\n1;'Vika;5;\n", separator=";", quote="")
    assert values(result) == ["'Vika"]


def test_excels_own_first_line_and_a_title_are_passed_over(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "sep=,\nBoliger i kommunen\n\nNr,Adresse,Areal,Merknad\n1,Vika 1,5,\n")
    assert (values(result), result.rows["row"].to_list()) == (["Vika 1"], [5])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_row_numbers_are_the_editors_also_after_line_breaks_in_quotes_and_blank_lines(tmp_path: Path, newline: str) -> None:
    lines = ["Nr;Adresse;Areal;Merknad", "1;A 1;1;", "", '2;"B', 'under";2;', ";;;", '3;"C";3;', '4;D "4" x;4;', "5;E;5;", "", ""]
    result = read_csv(tmp_path, newline.join(lines))
    assert result.rows.select("row", "Nr", "Adresse").rows() == [
        (2, "1", "A 1"),
        (4, "2", "B\nunder"),
        (7, "3", "C"),
        (8, "4", 'D "4" x'),
        (9, "5", "E"),
    ]


def test_only_real_line_ends_end_a_line(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "Nr;Adresse;Areal;Merknad\n1;A\x85B\u2028C\x0bD;1;\n2;E;2;\n")
    assert result.rows.select("row", "Adresse").rows() == [(2, "A\x85B\u2028C\x0bD"), (3, "E")]


def test_leading_zeros_and_outer_blanks_stay(tmp_path: Path) -> None:
    assert values(read_csv(tmp_path, "Nr;Adresse;Areal;Merknad\n007; A 1 ;0072;\n"), "Nr") == ["007"]
    assert values(read_csv(tmp_path, "Nr;Adresse;Areal;Merknad\n007; A 1 ;0072;\n")) == [" A 1 "]


def test_broken_lines_are_counted_with_reason_and_good_rows_go_on(tmp_path: Path) -> None:
    result = read_csv(tmp_path, 'Nr;Adresse;Areal;Merknad\n1;A;1;\n2;B\n3;C;3;;x\n5;E;5;\n6;"F";6;"";x\n4;"D;4;\n')
    assert result.rows["Nr"].to_list() == ["1", "5"]
    assert result.unreadable is not None
    assert result.unreadable.select("source", "file", "row", "reason").rows() == [
        ("liste", "liste.csv", 3, "too_few_values"),
        ("liste", "liste.csv", 4, "too_many_values"),
        ("liste", "liste.csv", 6, "too_many_values"),
        ("liste", "liste.csv", 7, "quote_not_closed"),
    ]
    assert rendered(result.unreadable["melding"][0]).startswith("Raden har 2 verdier, men det er 4 overskrifter.")
    # The keys of those lines are unknown, so nothing may be retired on this read.
    assert result.verdict is Verdict.SUSPICIOUS
    assert "4 lines could not be read, the first is liste.csv, row 3" in str(result.message)


def test_blank_values_beyond_the_headings_are_forgiven(tmp_path: Path) -> None:
    assert read_csv(tmp_path, "Nr;Adresse;Areal;Merknad;\n1;A;1;;\n2;B;2;;;;\n").verdict is Verdict.COMPLETE


def test_a_system_that_leaves_out_its_last_values_on_every_line_is_understood(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "Nr;Adresse;Areal;Merknad\n1;A;1\n2;B;2\n")
    assert (result.verdict, result.rows.height) == (Verdict.COMPLETE, 2)
    assert "liste.csv: no line has a value for the last headings (Merknad)" in result.notes
    # A value we map is never guessed at.
    assert read_csv(tmp_path, "Nr;Adresse;Merknad;Areal\n1;A;1\n2;B;2\n").verdict is Verdict.SUSPICIOUS


def test_sums_are_no_dwellings_but_a_street_that_begins_so_is(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "Nr;Adresse;Areal;Merknad\n1;Sumvegen 3;1;\n2;Sum vei 4;2;\n;Sum:;3;\nTotalt;;6;\n")
    assert result.rows["Nr"].to_list() == ["1", "2"]
    assert any("2 total row(s) left out (row 4, 5)" in note for note in result.notes)


def test_a_heading_that_is_there_twice_is_refused_when_it_is_mapped(tmp_path: Path) -> None:
    assert "'Areal' is there more than once" in str(read_csv(tmp_path, "Nr;Adresse;Areal;Areal;Merknad\n1;A;1;2;\n").message)
    assert read_csv(tmp_path, "Nr;Adresse;Areal;Merknad;Merknad\n1;A;1;;\n").verdict is Verdict.COMPLETE


def test_a_file_without_headings_shows_none_of_its_values(tmp_path: Path) -> None:
    result = read_csv(tmp_path, "1;Kari Nordmann;5;\n2;Ola Nordmann;6;\n")
    assert result.verdict is Verdict.FAILED
    assert "Nordmann" not in str((result.message, result.melding, result.notes))


GROUND = "Eiendom;Matrikkelnr;Navn\nE1;12.345;x\nE2;12.346;y\n"


def with_join(home: Path, ground: str | None, **settings: Any) -> SourceRead:
    if ground is not None:
        (home / "grunn.csv").write_text(ground, encoding="utf-8")
    join = {"path": "grunn.csv", "on": {"Eiendom": "Eiendom"}, "columns": ["Matrikkelnr"], "ignore": ["Navn"], **settings}
    text = "Nr;Adresse;Eiendom\n1;A 1;E1\n2;A 2;E2 \n3;A 3;E1\n4;A 4;E9\n5;A 5;\n"
    fields = {"adresse": {"column": "Adresse", "as": "address"}, "matrikkel": {"column": "Matrikkelnr", "as": "matrikkel"}}
    return read_csv(home, text, joins=[join], fields=fields, ignore=[])


def test_columns_are_joined_from_a_second_file(tmp_path: Path) -> None:
    result = with_join(tmp_path, GROUND)
    assert result.rows.select("row", "Nr", "Matrikkelnr").rows() == [
        (2, "1", "12.345"),
        (3, "2", "12.346"),
        (4, "3", "12.345"),
        (5, "4", None),
        (6, "5", None),
    ]
    assert "Eiendom" not in result.rows.columns
    assert "grunn.csv: 2 row(s) have no partner there" in result.notes


def test_two_answers_for_one_joined_key_are_refused_and_one_answer_twice_is_not(tmp_path: Path) -> None:
    assert with_join(tmp_path, GROUND + "E1;12.345;z\n").verdict is Verdict.COMPLETE
    result = with_join(tmp_path, GROUND + "E1;99.1;z\n")
    assert result.verdict is Verdict.FAILED
    assert "grunn.csv, row 4: the key E1 is there more than once" in str(result.message)


def test_a_joined_file_that_is_gone_fails_the_source_unless_it_is_optional(tmp_path: Path) -> None:
    assert "grunn.csv does not exist" in str(with_join(tmp_path, None).message)
    result = with_join(tmp_path, None, optional=True)
    assert result.rows["Matrikkelnr"].null_count() == 5
    assert "grunn.csv is not there; its columns are blank" in result.notes


def test_an_unknown_heading_in_a_joined_file_is_refused_with_its_file(tmp_path: Path) -> None:
    assert "grunn.csv: unknown heading 'Eier'" in str(with_join(tmp_path, "Eiendom;Matrikkelnr;Navn;Eier\n").message)


def in_folder(home: Path, **settings: Any) -> SourceRead:
    return read(home, **{"kind": "csv", "path": "inn", "pattern": "Boliger_*.csv", **settings})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inn").mkdir()
    for age, name in enumerate(["Boliger_ny.csv", "BOLIGER_gammel.CSV", "~$Boliger_x.csv", "annet.csv"]):
        (tmp_path / "inn" / name).write_text(f"Nr;Adresse;Areal;Merknad\n{name};A;1;\n", encoding="utf-8")
        os.utime(tmp_path / "inn" / name, (1_700_000_000 - age, 1_700_000_000 - age))
    return tmp_path


def test_the_newest_file_of_a_folder_or_all_of_them(folder: Path) -> None:
    assert in_folder(folder).rows["Nr"].to_list() == ["Boliger_ny.csv"]
    both = in_folder(folder, pick="all").rows
    assert both.select("file", "row").rows() == [("BOLIGER_gammel.CSV", 2), ("Boliger_ny.csv", 2)]


@pytest.mark.parametrize(
    ("settings", "words"), [({"pattern": None}, "inn is a folder"), ({"pattern": "*.xlsx"}, "No file in inn is named like *.xlsx")]
)
def test_a_folder_that_gives_no_file_is_refused(folder: Path, settings: dict[str, Any], words: str) -> None:
    result = in_folder(folder, **settings)
    assert result.verdict is Verdict.FAILED
    assert words in str(result.message)
