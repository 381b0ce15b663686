"""A night that was run while the clock was ahead does not stay the newest for ever."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from reporting.report_files import dated, place


def placed(folder: Path, day: str, *, replayed: bool) -> str:
    made = place(folder, date.fromisoformat(day), lambda into: (into / "index.html").write_text(day) and None, replayed=replayed)
    return str(made.relative_to(folder))


def test_the_night_that_was_run_last_is_the_newest_and_one_dated_ahead_is_put_aside(tmp_path: Path) -> None:
    for day in ("2023-12-04", "2024-03-11", "2023-12-05", "2023-12-06"):
        assert placed(tmp_path, day, replayed=False) == day
        assert [path.name for path in dated(tmp_path)] == [day]
    assert [path.name for path in dated(tmp_path / "arkiv")] == ["2023-12-04", "2023-12-05", "2024-03-11"]


def test_a_replayed_night_is_the_newest_only_where_its_date_is(tmp_path: Path) -> None:
    placed(tmp_path, "2023-12-05", replayed=False)
    assert placed(tmp_path, "2023-12-01", replayed=True) == "arkiv/2023-12-01"
    assert placed(tmp_path, "2023-12-06", replayed=True) == "2023-12-06"
