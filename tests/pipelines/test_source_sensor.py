"""A new file begins a night, once, when it is whole and nobody is at it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build
from pipelines.source_sensor import look_for_files
from reconciliation.ledger import open_ledger
from reconciliation.municipality import Municipality, load
from tests.pipelines.village import FDV, Village


@pytest.fixture
def village(tmp_path: Path) -> Village:
    made = Village(tmp_path)
    made.write_config(on_new_file=True)
    return made


def written(village: Village, text: str, ago: float = 60.0) -> None:
    village.write_fdv(text)
    at = time.time() - ago
    os.utime(village.home / "kilder" / "fdv.csv", (at, at))


def look(village: Village, cursor: str | None) -> tuple[dg.RunRequest | dg.SkipReason, str | None]:
    municipality: Municipality = load(village.config)
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        answer = look_for_files(context, municipality, village.home)
        return answer, context.cursor


def test_a_changed_file_asks_for_one_night_and_no_second(village: Village) -> None:
    first, cursor = look(village, None)
    assert isinstance(first, dg.SkipReason), "what lies there already is the schedule's"
    written(village, FDV + "104;Lillevegen 6;;40,0;Ordinær\n")
    asked, after = look(village, cursor)
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags["kobosync/new_files"] == "fdv: fdv.csv"
    again, _ = look(village, after)
    assert isinstance(again, dg.SkipReason)
    assert again.skip_message == "No source's file is new or has changed."


def test_a_file_that_may_still_be_on_its_way_is_waited_for(village: Village) -> None:
    _, cursor = look(village, None)
    written(village, FDV + "104;Lillevegen 6;;40,0;Ordinær\n", ago=1.0)
    waits, kept = look(village, cursor)
    assert isinstance(waits, dg.SkipReason)
    assert "may still be on its way" in str(waits.skip_message)
    written(village, FDV + "104;Lillevegen 6;;40,0;Ordinær\n")
    assert isinstance(look(village, kept)[0], dg.RunRequest)


def test_while_a_night_runs_the_file_waits_and_is_not_forgotten(village: Village) -> None:
    _, cursor = look(village, None)
    written(village, FDV + "104;Lillevegen 6;;40,0;Ordinær\n")
    with open_ledger(load(village.config).ledger, village.home) as ledger, ledger.lock("vik", "other-run", 60.0):
        waits, kept = look(village, cursor)
    assert isinstance(waits, dg.SkipReason)
    assert "no second night beside it" in str(waits.skip_message)
    assert isinstance(look(village, kept)[0], dg.RunRequest)


def test_a_file_that_went_away_is_for_the_night_to_tell(village: Village) -> None:
    _, cursor = look(village, None)
    (village.home / "kilder" / "fdv.csv").unlink()
    assert isinstance(look(village, cursor)[0], dg.SkipReason)


@pytest.mark.parametrize(("wanted", "there"), [(True, ["vik_files"]), (False, [])])
def test_only_those_who_ask_for_it_are_watched(wanted: bool, there: list[str], village: Village) -> None:
    village.write_config(on_new_file=wanted)
    definitions = build([load(village.config)], village.home)
    assert [one.name for one in definitions.sensors or [] if one.name.endswith("_files")] == there
