"""Official statistics in JSON-stat 2: decoded whole, kept for as long as the file says, and never half."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors.read_faults import SourceFault
from connectors.service_config import StatisticsTable
from connectors.statistics_table import VALUE, read_statistics
from tests.connectors.made_sources import Service, service

TODAY = date(2023, 12, 4)


def dataset(**changes: Any) -> dict[str, Any]:
    """Two ages in two years; the year varies fastest."""
    return {
        "version": "2.0",
        "class": "dataset",
        "label": "Befolkning",
        "updated": "2023-02-21T07:00:00Z",
        "id": ["Region", "Alder", "Tid"],
        "size": [1, 2, 2],
        "dimension": {
            "Region": {"category": {"label": {"9901": "Fjordvik"}}},
            "Alder": {"category": {"index": {"080+": 1, "079": 0}}},
            "Tid": {"category": {"index": ["2022", "2023"]}},
        },
        "value": [10, 11, 20, None],
        **changes,
    }


@pytest.fixture
def running() -> Iterator[Service]:
    with service() as state:
        yield state


def asked(running: Service, **changes: Any) -> StatisticsTable:
    return StatisticsTable(table="07459", url=f"{running.url}/api", values={"Region": ("9901",), "Alder": ("*",)}, attempts=1, **changes)


def test_a_table_is_asked_for_by_id_and_codes_and_decoded_in_the_order_of_its_dimensions(running: Service, tmp_path: Path) -> None:
    running.answers["/api/tables/07459/data"] = dataset()
    result = read_statistics(asked(running), tmp_path, TODAY)
    assert result.frame.rows() == [
        ("9901", "079", "2022", 10),
        ("9901", "079", "2023", 11),
        ("9901", "080+", "2022", 20),
        ("9901", "080+", "2023", None),
    ]
    assert (result.label, result.updated, result.fetched) == ("Befolkning", date(2023, 2, 21), TODAY)
    assert "valueCodes%5BRegion%5D=9901" in running.asked[0][0]
    assert "outputformat=json-stat2" in running.asked[0][0]


def test_a_sparse_value_object_is_the_same_table(running: Service, tmp_path: Path) -> None:
    running.answers["/api/tables/07459/data"] = dataset(value={"0": 10, "1": 11, "2": 20})
    assert read_statistics(asked(running), tmp_path, TODAY).frame.get_column(VALUE).to_list() == [10, 11, 20, None]


def test_an_answer_is_kept_and_asked_for_again_only_when_it_is_too_old(running: Service, tmp_path: Path) -> None:
    running.answers["/api/tables/07459/data"] = dataset()
    table = asked(running, refresh_days=30)
    for today in (date(2023, 12, 4), date(2023, 12, 20), date(2024, 1, 3)):
        read_statistics(table, tmp_path, today)
    assert len(running.asked) == 2


def test_while_the_service_is_away_the_older_answer_serves_and_says_so(running: Service, tmp_path: Path) -> None:
    running.answers["/api/tables/07459/data"] = dataset()
    read_statistics(asked(running), tmp_path, TODAY)
    running.answers["/api/tables/07459/data"] = lambda query, number: (404, {}, {"detail": "no such table"})
    later = read_statistics(asked(running), tmp_path, date(2024, 3, 1))
    assert later.fetched == TODAY
    assert later.fault is not None
    assert later.fault.code == "service_status"


def test_a_kept_answer_that_is_damaged_is_asked_for_again(running: Service, tmp_path: Path) -> None:
    running.answers["/api/tables/07459/data"] = dataset()
    read_statistics(asked(running), tmp_path, TODAY)
    (kept,) = (tmp_path / "var" / "statistics").glob("*.json")
    kept.write_text("{", encoding="utf-8")
    assert read_statistics(asked(running), tmp_path, TODAY).frame.height == 4
    assert len(running.asked) == 2


def test_a_table_that_does_not_exist_and_was_never_had_is_a_fault(running: Service, tmp_path: Path) -> None:
    with pytest.raises(SourceFault) as fault:
        read_statistics(asked(running), tmp_path, TODAY)
    assert fault.value.code == "service_status"


@pytest.mark.parametrize(
    "broken",
    [
        {"value": [1, 2, 3]},
        {"size": [1, 2, 3]},
        {"id": ["Region", "Alder", "Alder"]},
        {"dimension": {}},
        {"value": ["many", 1, 2, 3]},
        {"value": {"9": 1}},
    ],
)
def test_what_is_no_whole_table_is_a_fault_that_names_the_table(broken: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "tabell.json").write_text(json.dumps(dataset(**broken)), encoding="utf-8")
    with pytest.raises(SourceFault) as fault:
        read_statistics(StatisticsTable(table="07459", file=Path("tabell.json")), tmp_path, TODAY)
    assert fault.value.code == "no_statistics"
    assert fault.value.values["table"] == "07459"


def test_a_downloaded_file_is_read_with_a_byte_order_mark_too(tmp_path: Path) -> None:
    (tmp_path / "tabell.json").write_text(json.dumps(dataset()), encoding="utf-8-sig")
    result = read_statistics(StatisticsTable(table="07459", file=Path("tabell.json")), tmp_path, TODAY)
    assert isinstance(result.frame, pl.DataFrame)
    assert result.frame.height == 4


@pytest.mark.parametrize(("content", "code"), [(None, "missing_file"), (b"\xff\xfe", "no_statistics"), (b"[", "no_statistics")])
def test_a_file_that_is_missing_or_no_json_is_a_sentence(content: bytes | None, code: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "tabell.json").write_bytes(content)
    with pytest.raises(SourceFault) as fault:
        read_statistics(StatisticsTable(table="07459", file=Path("tabell.json")), tmp_path, TODAY)
    assert fault.value.code == code
