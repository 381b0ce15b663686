"""What becomes of a deviation as its owner sees it: new, open, back, fixed; and the rule it breaks, one click away."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from reconciliation.ledger.deviation_history import OPEN_DEVIATIONS
from reconciliation.model.rules import RULES
from reporting.owner_workbook import rule_link
from reporting.progress_overview import lives
from reporting.progress_page import RULES_PAGE
from reporting.publish import publish
from tests.reporting.example import AS_OF, deviations, night


def fixed(*days_ago: int, owner: str = "boligkontoret") -> pl.DataFrame:
    rows = [
        {
            "source": "facilit",
            "owner": owner,
            "source_key": f"{2000 + number}",
            "file": "Seksjon.csv",
            "row": 40 + number,
            "heading": "Adresse",
            "rule": "A02",
            "severity": "error",
            "first_seen": AS_OF - timedelta(days=20),
            "fixed": AS_OF - timedelta(days=ago),
            "times_returned": 0,
        }
        for number, ago in enumerate(days_ago)
    ]
    return pl.DataFrame(rows, schema=OPEN_DEVIATIONS)


def test_what_was_fixed_since_last_night_is_counted_for_its_owner() -> None:
    counted = {life.owner: life.fixed for life in lives(night(fixed=fixed(0, 0, 3)))}
    assert counted == {"boligkontoret": 2, "helse_omsorg": 0, "eiendom": 0}


def test_an_owner_who_fixed_the_last_one_is_still_thanked() -> None:
    owners = lives(night(fixed=fixed(0), deviations=deviations(0), history=night().history.clear()))
    assert [(life.owner, life.open, life.fixed) for life in owners] == [("boligkontoret", 0, 1)]


def test_fixed_rows_are_listed_in_the_owners_book_the_newest_first(tmp_path: Path) -> None:
    published = publish(night(fixed=fixed(9, 0)), tmp_path)
    sheet = openpyxl.load_workbook(published.workbooks["boligkontoret"])["Rettet"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert [(row[0].date(), row[3], row[7]) for row in rows] == [(AS_OF, 41, "2001"), (AS_OF - timedelta(days=9), 40, "2000")]
    assert "Rettet" not in openpyxl.load_workbook(published.workbooks["eiendom"]).sheetnames


def test_every_rule_has_a_section_that_links_lead_to(tmp_path: Path) -> None:
    published = publish(night(), tmp_path)
    rules = (published.folder / RULES_PAGE).read_text(encoding="utf-8")
    sections = set(re.findall(r'<section[^>]* id="(\w+)"', rules))
    assert sections == {rule.id for rule in RULES}
    linked = set(re.findall(rf'href="{RULES_PAGE}#(\w+)"', published.page.read_text(encoding="utf-8")))
    assert linked == set(deviations()["rule"])
    assert linked <= sections


def test_a_rule_in_the_book_leads_to_its_line_in_the_same_book_so_that_a_copy_works_too(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(publish(night(), tmp_path).workbooks["boligkontoret"])
    for row in book["Avvik"].iter_rows(min_row=3):
        link = row[6].hyperlink
        sheet, _, cell = link.location.partition("!")
        assert (link.target, sheet) == (None, "'Regler'")
        assert book["Regler"][cell].value == row[6].value


@pytest.mark.parametrize("rule", ["Z99", '=HYPERLINK("http://example.invalid")', "../../x"])
def test_a_rule_nobody_knows_is_no_link(rule: str) -> None:
    assert isinstance(rule_link(rule), str)
