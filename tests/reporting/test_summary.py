"""summary.json is an interface: its shape is documented, its counts add up."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from connectors.read_result import Verdict
from reconciliation.model import tables
from reconciliation.model.words import DwellingClass
from reporting.forecast import forecast
from reporting.night_report import SourceNight
from reporting.summary import summary_content
from tests.reporting.example import AS_OF, dwellings, history, municipality, night

PAGE = Path(__file__).parents[2] / "docs" / "summary.md"
FREE_KEYS = {"sources", "seconds"}
"""Objects whose keys are the municipality's own names."""


def flat(content: dict[str, Any], prefix: str = "") -> set[str]:
    names: set[str] = set()
    for key, value in content.items():
        name = f"{prefix}{'*' if prefix.rstrip('.') in FREE_KEYS else key}"
        names |= flat(value, f"{name}.") if isinstance(value, dict) else {name}
    return names


def test_page_and_builder_name_the_same_keys() -> None:
    documented = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(documented) == sorted(flat(summary_content(night())))


def test_summary_of_the_example_night(golden: Callable[[str, str], None]) -> None:
    golden("summary.json", json.dumps(summary_content(night()), ensure_ascii=False, indent=1) + "\n")


FORESEEN = forecast(history(), municipality(), AS_OF)
_COUNTS = st.integers(0, 400)


@given(
    rows=st.lists(st.tuples(_COUNTS, _COUNTS, _COUNTS), max_size=4),
    classes=st.lists(st.sampled_from([name.value for name in DwellingClass]), max_size=60),
)
def test_counts_add_up(rows: list[tuple[int, int, int]], classes: list[str]) -> None:
    sources = {f"s{place}": SourceNight(Verdict.COMPLETE, "Kilde", "eier", sum(counts), *counts) for place, counts in enumerate(rows)}
    dwellings_counted = sum(counts[2] for counts in rows)
    homes = dwellings(1).with_columns(rows=pl.lit(dwellings_counted, dtype=pl.Int64))
    plan = pl.DataFrame(
        [{"class": name, "leverandor_bolig_id": str(place), "changes": "[]"} for place, name in enumerate(classes)],
        schema=tables.PLAN_ITEMS,
    )
    made = summary_content(night(sources=sources, dwellings=homes, items=plan), FORESEEN)
    counted = made["rows"]
    assert counted["read"] == counted["rejected"] + counted["out_of_scope"] + counted["merged_into_dwellings"]
    assert made["dwellings"]["total"] == sum(made["dwellings"][name.value] for name in DwellingClass) == len(classes)
    assert json.loads(json.dumps(made)) == made


def test_a_lost_row_shows_in_the_counts() -> None:
    made = summary_content(night(dwellings=dwellings(699)))["rows"]
    assert made["read"] - made["rejected"] - made["out_of_scope"] - made["merged_into_dwellings"] == 1


def test_rows_of_an_earlier_night_are_distinguished_from_those_read() -> None:
    failed = SourceNight(Verdict.FAILED, "Kilde", "eier", carried=120, message="It failed.")
    made = summary_content(night(sources={"care": failed}, dwellings=dwellings(120).with_columns(rows=pl.lit(0), carried=pl.lit(True))))
    assert made["rows"] == {"read": 0, "rejected": 0, "out_of_scope": 0, "merged_into_dwellings": 0, "carried": 120}
    assert made["sources"]["care"]["message"] == "It failed."


def test_nothing_known_is_null_and_not_zero_percent() -> None:
    made = summary_content(night(history=history(nights=())))["progress"]
    assert (made["in_scope"], made["percent"], made["forecast_date"], made["state"]) == (0, None, None, "for lite historikk")
