"""A row that a person called the home of an entry of ours, whose own row is gone, keeps that entry and its id."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from reconciliation.ledger.links import LINK_HISTORY
from reconciliation.merge.kept_homes import with_kept_homes
from tests.reconciliation.decisions.nights import decided
from tests.strategies import MEMBERSHIPS, standing_rows

EARLIER, LATER = (datetime(year, 1, 1, tzinfo=UTC) for year in (2023, 2024))
"""Before and after the night on which `decided` has people answer."""


def linked(home: str, made: datetime) -> pl.DataFrame:
    return pl.DataFrame([{"leverandor_bolig_id": home, "kobo_id": "k1", "made": made}], schema=LINK_HISTORY)


def kept(
    keys: list[str], known: dict[str, str], made: datetime = EARLIER, verdict: str = "same", subject: str = "fdv-new"
) -> dict[str, str]:
    rows = standing_rows(*({"source": "fdv", "source_key": key} for key in keys))
    memberships = pl.DataFrame([("fdv", key, home) for key, home in known.items()], schema=MEMBERSHIPS, orient="row")
    answers = decided({"kind": "match", "subject": subject, "other": "kobo:k1", "verdict": verdict})
    after = with_kept_homes(memberships, rows, answers, linked("fdv-old", made))
    return dict(after.select("source_key", "leverandor_bolig_id").iter_rows())


@pytest.mark.parametrize("known", [{"old": "fdv-old"}, {"old": "fdv-old", "new": "fdv-new"}], ids=["in doubt", "remembered"])
def test_its_key_names_the_home_from_then_on(known: dict[str, str]) -> None:
    assert kept(["new"], known) == {"old": "fdv-old", "new": "fdv-old"}
    assert kept(["new"], known, verdict="different") == known


def test_all_rows_of_its_dwelling_come_along() -> None:
    known = {"old": "fdv-old", "new": "fdv-new", "other": "fdv-new"}
    assert set(kept(["new", "other"], known).values()) == {"fdv-old"}


def test_a_home_that_is_back_in_its_list_keeps_its_entry_itself() -> None:
    known = {"old": "fdv-old", "new": "fdv-new"}
    assert kept(["new", "old"], known) == known


def test_an_answer_about_an_entry_that_was_another_homes_then_says_nothing() -> None:
    known = {"old": "fdv-old", "new": "fdv-new"}
    assert kept(["new"], known, made=LATER) == known


@pytest.mark.parametrize(("listed", "home"), [(["copy"], "fdv-old"), (["copy", "old"], None)], ids=["taken out", "still listed"])
def test_a_row_whose_original_was_taken_out_of_the_list_is_the_home_that_both_were_called(listed: list[str], home: str | None) -> None:
    rows = standing_rows(*({"source": "fdv", "source_key": key} for key in listed), {"source": "omsorg", "source_key": "7"})
    known = [("fdv", "old", "fdv-old"), ("omsorg", "7", "fdv-old")]
    memberships = pl.DataFrame(known, schema=MEMBERSHIPS, orient="row")
    for subject, other in (("fdv:copy", "fdv:old"), ("fdv:old", "fdv:copy")):
        answers = decided({"kind": "merge", "subject": subject, "other": other, "verdict": "same"})
        after = with_kept_homes(memberships, rows, answers, linked("fdv-old", EARLIER))
        assert dict(after.select("source_key", "leverandor_bolig_id").iter_rows()).get("copy") == home
        assert after.height == len(known) + (home is not None)
