"""Where owners put their answers, and the list of receipts: on the page when answers are configured, reached from every night."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from reporting.publish import publish
from reporting.report_copies import copy_night
from tests.reporting.example import AS_OF, night

SENT = ("svar fra Helse-2-20231103-103000123456", "svar-20231102-230501000000")


def test_every_night_leads_to_the_receipts_newest_first_in_the_clock_of_the_municipality(tmp_path: Path) -> None:
    folder = tmp_path / "fjordvik" / "kvitteringer"
    folder.mkdir(parents=True)
    for name in SENT:
        (folder / f"kvittering-{name}.xlsx").touch()
    earlier = publish(night(as_of=date(2023, 11, 1)), tmp_path, answers=tmp_path / "svar").page
    page = publish(night(), tmp_path, answers=tmp_path / "svar").page
    assert str(tmp_path / "svar") in page.read_text(encoding="utf-8")
    listed = (page.parent / _target(page)).read_text(encoding="utf-8")
    assert re.findall(r">([^<]*)</a></td>", listed) == ["svar fra Helse-2", "svar"]
    assert [" ".join(when.split()) for when in re.findall(r'class="nowrap">([^<]*)', listed)] == [
        "3. november 2023 11.30",
        "3. november 2023 00.05",
    ]
    assert f'href="../{AS_OF}/index.html"' in listed
    archived = tmp_path / "fjordvik" / "arkiv" / earlier.parent.name / "index.html"
    assert "../../kvitteringer/index.html" in (archived.parent / _target(archived)).read_text(encoding="utf-8")


def test_receipts_are_copied_once_with_the_night_and_their_list_each_time(tmp_path: Path) -> None:
    receipt = tmp_path / "fjordvik" / "kvitteringer" / f"kvittering-{SENT[0]}.xlsx"
    receipt.parent.mkdir(parents=True)
    receipt.write_bytes(b"first")
    page = publish(night(), tmp_path, answers=tmp_path / "svar").page
    there = tmp_path / "share" / "fjordvik" / "kvitteringer"
    copy_night(page.parent, str(tmp_path / "share"), "fjordvik", page.name)
    receipt.write_bytes(b"a receipt is never written again")
    (there / "index.html").write_text("an older list", encoding="utf-8")
    copy_night(page.parent, str(tmp_path / "share"), "fjordvik", page.name)
    assert (there / receipt.name).read_bytes() == b"first"
    assert receipt.name in (there / "index.html").read_text(encoding="utf-8").replace("%20", " ")


def test_a_municipality_without_an_answers_folder_hears_of_none(tmp_path: Path) -> None:
    page = publish(night(), tmp_path).page
    assert "kvitteringer" not in page.read_text(encoding="utf-8")
    assert not (tmp_path / "fjordvik" / "kvitteringer").exists()


def _target(page: Path) -> str:
    return next(iter(re.findall(r'href="([^"]*kvitteringer[^"]*)"', page.read_text(encoding="utf-8"))))
