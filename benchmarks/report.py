"""Time, memory and size of a night's reports at 1,090, 20,000 and 111,000 dwellings. Run: python -m benchmarks.report

And of one owner's workbook with 20,000 deviations.

Each size runs in a process of its own, so that its memory is its own. The floor beside it: the same dwellings written as
one JSON text by polars; for the workbook, the same cells by xlsxwriter alone, without places, links, colours or widths.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.memory import peak_mb

SIZES = (1_090, 20_000, 111_000)


def measure(size: int) -> dict[str, Any]:
    """One night of that size, published once to warm up what is imported (a small one), then once for the clock."""
    from reporting.publish import publish
    from tests.reporting.example import deviations, dwellings, items, night, outcomes

    homes = dwellings(size)
    plan = items(homes)
    made = replace(night(), dwellings=homes, items=plan, outcomes=outcomes(plan), deviations=deviations(size // 20))
    with tempfile.TemporaryDirectory() as folder:
        publish(night(), Path(folder) / "warm")
        started = time.perf_counter()
        published = publish(made, Path(folder) / "measured")
        seconds = time.perf_counter() - started
        files = [file for file in published.folder.rglob("*") if file.is_file()]
        started = time.perf_counter()
        (Path(folder) / "floor.json").write_text(homes.write_json(), encoding="utf-8")
        floor = time.perf_counter() - started
        return {
            "size": size,
            "seconds": round(seconds, 3),
            "floor": round(floor, 3),
            "page_kb": round(published.page.stat().st_size / 1000, 1),
            "all_mb": round(sum(file.stat().st_size for file in files) / 1e6, 2),
            "memory_mb": peak_mb(),
        }


def workbook(rows: int = 20_000) -> dict[str, Any]:
    """An owner's workbook with that many deviations."""
    import polars as pl
    import xlsxwriter

    from reporting.workbook import write_workbook
    from tests.reporting.example import deviations, night

    faults = deviations(rows).with_columns(owner=pl.lit("boligkontoret"))
    made = night(deviations=faults)
    with tempfile.TemporaryDirectory() as folder:
        write_workbook(Path(folder) / "warm.xlsx", "boligkontoret", night(), deviations(), [])
        started, used = time.perf_counter(), time.process_time()
        write_workbook(Path(folder) / "ours.xlsx", "boligkontoret", made, faults, [])
        seconds, processor = time.perf_counter() - started, time.process_time() - used
        started = time.perf_counter()
        cells = faults.select(
            "file", "sheet", "row", "column", "value", "message", "rule", "severity", "first_seen", "age_days", "source_key"
        )
        bare = xlsxwriter.Workbook(str(Path(folder) / "bare.xlsx"), {"constant_memory": True})
        sheet, dates = bare.add_worksheet(), bare.add_format({"num_format": "dd.mm.yyyy"})
        for number, row in enumerate(cells.iter_rows()):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell, *([dates] if place == 8 else []))
        bare.close()
        floor = time.perf_counter() - started
        size = (Path(folder) / "ours.xlsx").stat().st_size
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "floor": round(floor, 2),
        "mb": round(size / 1e6, 2),
        "memory_mb": peak_mb(),
    }


def _one(what: str) -> dict[str, Any]:
    answer = subprocess.run([sys.executable, "-m", "benchmarks.report", what], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def run() -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them."""
    found = []
    for size in SIZES:
        one = _one(str(size))
        found.append(
            {
                "name": "all reports of a night (seconds)",
                "size": size,
                "ours": one["seconds"],
                "other": one["floor"],
                "other_is": "the dwellings as one JSON text by polars",
                "ratio": round(one["seconds"] / max(one["floor"], 1e-3), 1),
                "goal": "< 1 s and a page < 100 kB at 1,090",
                "met": size != SIZES[0] or (one["seconds"] < 1 and one["page_kb"] < 100),
                "detail": one,
            }
        )
    one = _one("workbook")
    found.append(
        {
            "name": "one owner's workbook (seconds)",
            "size": one["rows"],
            "ours": one["seconds"],
            "other": one["floor"],
            "other_is": "the same cells by xlsxwriter alone",
            "ratio": round(one["seconds"] / max(one["floor"], 1e-3), 1),
            "goal": "20,000 rows in seconds: < 10 s",
            "met": one["seconds"] < 10,
            "detail": one,
        }
    )
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(workbook() if sys.argv[1] == "workbook" else measure(int(sys.argv[1]))))
    else:
        for figure in run():
            print(json.dumps(figure["detail"]))
