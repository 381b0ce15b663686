"""Fixtures of the report tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from reporting.acquisitions_reading import Measure, MeasureKind, Measures, Stage
from reporting.needs_cells import Fault
from reporting.needs_reading import NeedsAnswers, NeedsLine
from reporting.publish import Published, publish
from tests.reporting.example import AS_OF, dwellings, items, night
from tests.reporting.housing import asking

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a golden file; `KOBOSYNC_REGENERATE=1` writes the file anew instead."""

    def check(name: str, text: str) -> None:
        file = GOLDEN / name
        if os.environ.get("KOBOSYNC_REGENERATE"):
            GOLDEN.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{name} changed; look at it, then run with KOBOSYNC_REGENERATE=1"

    return check


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """A night of 1,200 dwellings with a receipt beside it; no test may change it."""
    homes = dwellings(1200).with_columns(
        adressenavn=pl.when(pl.col("leverandor_bolig_id") == "facilit-000000")
        .then(pl.lit("<img src=x onerror=alert(1)>"))
        .otherwise("adressenavn")
    )
    plan = items(homes)
    register = homes.select("leverandor_bolig_id", "adressenavn", "nummer", "manedsleie").join(
        plan.select("leverandor_bolig_id", "kobo_id"), on="leverandor_bolig_id"
    )
    reports = tmp_path_factory.mktemp("reports")
    (reports / "fjordvik" / "kvitteringer").mkdir(parents=True)
    (reports / "fjordvik" / "kvitteringer" / "kvittering-svar-20231207-093000000000.xlsx").touch()
    return publish(night(dwellings=homes, items=plan, register_rows=register), reports, answers=reports / "svar")


@pytest.fixture(scope="session")
def needs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a night with answers about needs, one of them unreadable, and with plans in each state."""
    plans = [
        Measure("F-1", MeasureKind.ACQUIRE, "eldre", 1, AS_OF - timedelta(10), Stage.DONE, "eiendom", None, "t.csv", 2, "Ny gate", 5),
        Measure(
            "A-1", MeasureKind.DISPOSE, "eldre", 1, AS_OF - timedelta(9), Stage.DONE, None, None, "t.csv", 3, "Strandgata", 1, None, "H0101"
        ),
        Measure("F-2", MeasureKind.ACQUIRE, "heldogns", 24, AS_OF + timedelta(200), Stage.DECIDED, None, None, "t.csv", 4),
        Measure("F-3", MeasureKind.ACQUIRE, "eldre", 4, AS_OF - timedelta(200), Stage.CANCELLED, None, None, "t.csv", 5),
    ]
    given = [
        NeedsLine("boligkontoret", "eldre", 160, 200, "x" * 300, None, "a.xlsx", 5),
        NeedsLine("boligkontoret", "heldogns", 150, 180, None, None, "a.xlsx", 6),
    ]
    faults = (Fault("a" * 90 + ".xlsx", "Behov", 9, "Behov nå", "«mange» er ikke et tall."),)
    needs = NeedsAnswers(("boligkontoret", "helse_omsorg"), tuple(given), faults, 1)
    result = night(municipality=asking(), needs=needs, measures=Measures(tuple(plans)))
    return publish(result, tmp_path_factory.mktemp("reports")).folder
