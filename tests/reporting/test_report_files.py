"""Where reports lie: the newest on top, all or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from reporting.report_files import ReportError, place


def text(content: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "a.txt").write_text(content, encoding="utf-8") and None


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file()}


def nights(folder: Path, *days: int) -> None:
    for day in days:
        place(folder, date(2023, 11, day), text(f"night {day}"))


@pytest.mark.parametrize(
    ("days", "on_top"),
    [((1,), 1), ((1, 3, 7), 7), ((3, 1), 3), ((1, 7, 3), 7), ((1, 1), 1), ((1, 3, 1), 3)],
    ids=["first", "newer", "older comes late", "between", "again", "old again"],
)
def test_only_the_newest_is_on_top(tmp_path: Path, days: tuple[int, ...], on_top: int) -> None:
    nights(tmp_path, *days)
    expected = {f"2023-11-{day:02}/a.txt" if day == on_top else f"arkiv/2023-11-{day:02}/a.txt": f"night {day}" for day in days}
    assert tree(tmp_path) == expected


def test_a_night_made_again_replaces_itself_wherever_it_lies(tmp_path: Path) -> None:
    nights(tmp_path, 1, 3)
    folder = place(tmp_path, date(2023, 11, 1), text("again"))
    assert folder == tmp_path / "arkiv" / "2023-11-01"
    assert tree(tmp_path)["arkiv/2023-11-01/a.txt"] == "again"


def test_a_night_that_stops_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    nights(tmp_path, 1)

    def stop(folder: Path) -> None:
        text("half")(folder)
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        place(tmp_path, date(2023, 11, 1), stop)
    assert tree(tmp_path) == {"2023-11-01/a.txt": "night 1"}
    assert [path.name for path in tmp_path.iterdir()] == ["2023-11-01"]


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notater").mkdir()
    nights(tmp_path, 1, 3)
    assert (tmp_path / "notater").is_dir()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "reports"
    if os.geteuid() == 0:
        blocked.write_text("a file stands where the folder should be", encoding="utf-8")  # root may write anywhere
    else:
        blocked.mkdir(mode=0o500)
    with pytest.raises(ReportError, match=r"cannot be written.*write permission") as error:
        place(blocked / "fjordvik", date(2023, 11, 1), text("x"))
    assert "\n" not in str(error.value)
