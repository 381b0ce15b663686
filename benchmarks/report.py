"""Time, memory and size of a night's reports at 1,090, 20,000 and 111,000 dwellings. Run: python -m benchmarks.report

And of one owner's workbook with 20,000 deviations.

Each size runs in a process of its own, so that the measured memory is of that size alone. The floor, measured alternately: the
same dwellings written as one JSON text by polars; for the workbook, the same cells by xlsxwriter without places, links, colours or widths.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.memory import peak_mb
from benchmarks.pairs import PAIRS, seconds

SIZES = (1_090, 20_000, 111_000)


def measure(size: int) -> dict[str, Any]:
    """One night of that size, published in turns with the floor; a small one first, to warm up what is imported."""
    from reporting.publish import publish
    from tests.reporting.example import deviations, dwellings, items, night, outcomes

    homes = dwellings(size)
    plan = items(homes)
    made = replace(night(), dwellings=homes, items=plan, outcomes=outcomes(plan), deviations=deviations(size // 20))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        publish(night(), home / "warm")
        ours, floor = medians(
            lambda: publish(made, Path(tempfile.mkdtemp(dir=home))),
            lambda: (home / "floor.json").write_text(homes.write_json(), encoding="utf-8"),
        )
        published = publish(made, home / "weighed")
        files = [file for file in published.folder.rglob("*") if file.is_file()]
        return {
            "size": size,
            "seconds": round(ours, 4),
            "floor": round(floor, 4),
            "page_kb": round(published.page.stat().st_size / 1000, 1),
            "all_mb": round(sum(file.stat().st_size for file in files) / 1e6, 2),
            "memory_mb": peak_mb(),
        }


def workbook(rows: int = 20_000) -> dict[str, Any]:
    """An owner's workbook with that many deviations."""
    import polars as pl
    import xlsxwriter

    from reporting.owner_workbook import write_workbook
    from tests.reporting.example import deviations, night

    faults = deviations(rows).with_columns(owner=pl.lit("boligkontoret"))
    made = night(deviations=faults)
    names = ("file", "sheet", "row", "column", "value", "message", "rule", "severity", "first_seen", "age_days", "source_key")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)

        def bare() -> None:
            book = xlsxwriter.Workbook(str(home / "bare.xlsx"), {"constant_memory": True})
            sheet, dates = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
            for number, row in enumerate(faults.select(names).iter_rows()):
                for place, cell in enumerate(row):
                    sheet.write(number, place, cell, *([dates] if place == 8 else []))
            book.close()

        write_workbook(home / "warm.xlsx", "boligkontoret", night(), deviations(), [])
        ours, floor = medians(lambda: write_workbook(home / "ours.xlsx", "boligkontoret", made, faults, []), bare)
        size = (home / "ours.xlsx").stat().st_size
    return {
        "rows": rows,
        "seconds": round(ours, 2),
        "floor": round(floor, 2),
        "mb": round(size / 1e6, 2),
        "memory_mb": peak_mb(),
    }


def medians(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of each, measured alternately."""
    taken = [(seconds(ours), seconds(floor)) for _ in range(PAIRS)]
    return statistics.median(mine for mine, _ in taken), statistics.median(least for _, least in taken)


def _measured_apart(what: str) -> dict[str, Any]:
    answer = subprocess.run([sys.executable, "-m", "benchmarks.report", what], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def run() -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them."""
    rows = []
    for size in SIZES:
        figures = _measured_apart(str(size))
        rows.append(
            {
                "name": "all reports of a night (seconds)",
                "size": size,
                "ours": figures["seconds"],
                "other": figures["floor"],
                "other_is": "the dwellings as one JSON text by polars",
                "ratio": round(figures["seconds"] / max(figures["floor"], 1e-3), 1),
                "goal": "< 1 s and a page < 100 kB at 1,090",
                "met": size != SIZES[0] or (figures["seconds"] < 1 and figures["page_kb"] < 100),
                "detail": figures,
            }
        )
    figures = _measured_apart("workbook")
    rows.append(
        {
            "name": "one owner's workbook (seconds)",
            "size": figures["rows"],
            "ours": figures["seconds"],
            "other": figures["floor"],
            "other_is": "the same cells by xlsxwriter alone",
            "ratio": round(figures["seconds"] / max(figures["floor"], 1e-3), 1),
            "goal": "20,000 rows in seconds: < 10 s",
            "met": figures["seconds"] < 10,
            "detail": figures,
        }
    )
    return rows


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(workbook() if sys.argv[1] == "workbook" else measure(int(sys.argv[1]))))
    else:
        for figure in run():
            print(json.dumps(figure["detail"]))
