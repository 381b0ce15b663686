"""What every connector does, whatever it reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from connectors.read_result import PLACE_COLUMNS, SourceRead, Verdict
from language import rendered
from tests.connectors.identity_numbers import identity_number
from tests.connectors.made_sources import HEADINGS, ROWS, Made, Service, connectors, service, source

KINDS = ("csv", "excel", "sql", "rest")


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with service() as state:
        yield state


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest, running: Service) -> Made:
    running.answers.clear()
    return next(each for each in connectors(running) if each.kind == request.param)


def refused(read: SourceRead) -> str:
    assert read.verdict is Verdict.FAILED
    assert read.rows.is_empty()
    assert read.rows.columns == [*PLACE_COLUMNS, "Nr", "Adresse", "Areal"]
    assert read.message
    assert read.melding
    assert read.message.endswith(".")
    assert rendered(read.melding).endswith(".")
    return read.message


def test_rows_come_as_written_with_their_place(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, ROWS)
    read = made.read(tmp_path)
    assert (read.verdict, read.message, read.melding, read.unreadable) == (Verdict.COMPLETE, None, None, None)
    assert read.rows.columns == [*PLACE_COLUMNS, "Nr", "Adresse", "Areal"]
    assert read.rows.select("Nr", "Adresse", "Areal").rows() == [row[:3] for row in ROWS]
    assert read.rows["row"].to_list() == list(range(made.first_row, made.first_row + 3))
    assert read.rows["source"].unique().to_list() == ["liste"]
    assert read.rows["sheet"].unique().to_list() == (["Boliger"] if made.kind == "excel" else [None])
    assert read.rows.schema == pl.Schema({name: pl.Int64() if name == "row" else pl.String() for name in read.rows.columns})
    assert read.notes


def test_what_is_not_mapped_is_not_read(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, [("1", "Storgata 1", "1", "a secret remark")])
    read = made.read(tmp_path)
    assert "a secret remark" not in str(read)
    assert "a secret remark" not in str(read.rows.to_dicts())


def test_a_missing_source_is_refused(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, ROWS)
    made.remove(tmp_path)
    refused(made.read(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_no_rows_are_no_complete_read(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, [])
    read = made.read(tmp_path, last=100)
    assert read.verdict is not Verdict.COMPLETE
    assert read.message
    assert read.melding


def test_a_heading_too_many_stops_the_source(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, (*HEADINGS, "Leietaker"), [(*row, "x") for row in ROWS])
    assert "'Leietaker'" in refused(made.read(tmp_path))


def test_a_heading_too_few_stops_the_source_and_the_nearest_spelling_is_named(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, ("Nr", "Adrese", "Areal", "Merknad"), ROWS)
    read = made.read(tmp_path)
    assert "missing heading 'Adresse' (nearest there is 'Adrese')" in refused(read)
    assert "skulle den hett «Adresse»" in rendered(read.melding)


def test_an_ignored_heading_that_is_gone_stops_the_source(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS[:3], [row[:3] for row in ROWS])
    assert "'Merknad'" in refused(made.read(tmp_path))


def test_national_identity_numbers_are_masked_and_counted(made: Made, tmp_path: Path) -> None:
    number = identity_number()
    made.write(tmp_path, HEADINGS, [("1", f"Storgata 1 v/ {number[:6]} {number[6:]}", "1", "a"), ("2", "Storgata 2", number, number)])
    read = made.read(tmp_path)
    assert read.masked == {"Adresse": 1, "Areal": 1}
    assert read.rows["Adresse"][0] == "Storgata 1 v/ ***********"
    assert number not in str(read.rows.to_dicts())


def test_a_rows_hash_is_of_its_values_alone(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, ROWS)
    before = dict(made.read(tmp_path).rows.select("Nr", "row_hash").rows())
    shuffled = [(row[3] + "!", row[2], row[0], row[1]) for row in (*reversed(ROWS), ("4", "Storgata 4", "7", ""))]
    made.write(tmp_path, ("Merknad", "Areal", "Nr", "Adresse"), shuffled)
    after = dict(made.read(tmp_path).rows.select("Nr", "row_hash").rows())
    assert before.items() <= after.items()
    assert len(set(after.values())) == 4


def test_hashes_are_alike_in_every_kind_of_source(running: Service, tmp_path: Path) -> None:
    hashes = set()
    for each in connectors(running):
        each.write(tmp_path, HEADINGS, ROWS)
        hashes.add(tuple(each.read(tmp_path).rows["row_hash"]))
    assert len(hashes) == 1


def test_a_hash_is_the_same_in_every_version_and_on_every_machine(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, ROWS)
    # XXH3-128 of encoding 1 of polars_hash.hash_rows: the values in the order of their headings, each with its type and length before it.
    assert made.read(tmp_path).rows["row_hash"][0] == "bdf66c47bb7a227733ede9dbf255417f"


def test_rows_that_differ_only_in_where_a_value_ends_have_different_hashes(made: Made, tmp_path: Path) -> None:
    rows = [
        ("1", "Storgata 1", "Areal5", ""),
        ("1", "Storgata 1A", "real5", ""),
        ("1Storgata", " 1", "Areal5", ""),
        ("1", "", "Storgata 1Areal5", ""),
    ]
    made.write(tmp_path, HEADINGS, rows)
    hashes = made.read(tmp_path).rows["row_hash"]
    assert hashes.n_unique() == len(rows)
    assert hashes.str.contains("^[0-9a-f]{32}$").all()


def test_a_changed_value_changes_the_hash_and_only_its_own(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, ROWS)
    before = made.read(tmp_path).rows["row_hash"].to_list()
    made.write(tmp_path, HEADINGS, [ROWS[0], ("2", "Storgata 2", "62", "b"), ROWS[2]])
    after = made.read(tmp_path).rows["row_hash"].to_list()
    assert [hash_before == other for hash_before, other in zip(before, after, strict=True)] == [True, False, True]


@pytest.mark.parametrize(
    ("settings", "last", "words"),
    [
        ({"minimum_rows": 4}, None, "at least 4"),
        ({"maximum_shrink": 0.2}, 4, "25 %"),
        ({"minimum_rows": 9, "maximum_shrink": 0.5}, 100, "97 %"),
    ],
)
def test_too_few_rows_are_suspicious_and_still_handed_on(
    made: Made, tmp_path: Path, settings: dict[str, float], last: int | None, words: str
) -> None:
    made.write(tmp_path, HEADINGS, ROWS)
    read = made.read(tmp_path, last, **settings)
    assert (read.verdict, read.rows.height) == (Verdict.SUSPICIOUS, 3)
    assert words in str(read.message)
    assert read.melding


def test_as_many_rows_as_last_time_are_complete(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, ROWS)
    assert made.read(tmp_path, 3, maximum_shrink=0).verdict is Verdict.COMPLETE


def test_a_row_without_any_mapped_value_is_no_row(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, [ROWS[0], ("", " ", "", ""), ROWS[1]])
    read = made.read(tmp_path)
    assert read.rows["row"].to_list() == [made.first_row, made.first_row + 2]


def test_a_column_that_lost_its_values_is_suspicious_and_named(made: Made, tmp_path: Path) -> None:
    made.write(tmp_path, HEADINGS, [ROWS[0], ("2", "Storgata 2", "", "b"), ("3", "Storgata 3", " ", "c")])
    read = made.read(tmp_path, fill_rate={"bruksareal": 0.5, "adresse": 1})
    assert (read.verdict, read.rows.height) == (Verdict.SUSPICIOUS, 3)
    assert "33 % of the rows have bruksareal (heading Areal), at least 50 %" in str(read.message)
    assert "adresse" not in str(read.message)
    assert made.read(tmp_path, fill_rate={"bruksareal": 0.3}).verdict is Verdict.COMPLETE


def test_a_fill_rate_of_a_field_that_is_not_mapped_is_refused() -> None:
    with pytest.raises(ValueError, match="fill_rate: manedsleie is none of the source's fields"):
        source(kind="csv", path="liste.csv", fill_rate={"manedsleie": 0.9})
