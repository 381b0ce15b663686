"""A new file begins a night, once, when it is complete and not being written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import dagster as dg
import pytest
import yaml

from pipelines.definitions import build_definitions
from pipelines.sensors.source_sensor import look_for_files
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import Municipality, load
from tests.pipelines.village import FDV, Village

MORE = FDV + "104;Lillevegen 6;;40,0;Ordinær\n"


@pytest.fixture
def village(tmp_path: Path) -> Village:
    made = Village(tmp_path)
    made.write_config(on_new_file=True)
    return made


def look(village: Village, cursor: str | None, settled: float = 0.0) -> tuple[dg.RunRequest | dg.SkipReason, str | None]:
    municipality: Municipality = load(village.config)
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        answer = look_for_files(context, municipality, village.home, settled)
        return answer, context.cursor


def test_a_changed_file_asks_for_one_night_and_no_second(village: Village) -> None:
    first, cursor = look(village, None)
    assert isinstance(first, dg.SkipReason), "what lies there already is the schedule's"
    village.write_fdv(MORE)
    asked, after = look(village, cursor)
    assert isinstance(asked, dg.RunRequest)
    assert asked.tags["kobosync/new_files"] == "fdv: fdv.csv"
    again, _ = look(village, after)
    assert isinstance(again, dg.SkipReason)
    assert again.skip_message == "No source's file is new or has changed."


@pytest.mark.parametrize("copied", [False, True])
def test_a_file_that_may_still_be_on_its_way_is_waited_for(copied: bool, village: Village) -> None:
    _, cursor = look(village, None)
    village.write_fdv(MORE)
    if copied:  # with the time of the original, as some programs do
        os.utime(village.home / "kilder" / "fdv.csv", (1_600_000_000, 1_600_000_000))
    waits, kept = look(village, cursor, settled=30.0)
    assert isinstance(waits, dg.SkipReason)
    assert "may still be on its way" in str(waits.skip_message)
    assert isinstance(look(village, kept)[0], dg.RunRequest)


def test_a_file_saved_without_a_change_begins_no_night(village: Village) -> None:
    _, cursor = look(village, None)
    file = village.home / "kilder" / "fdv.csv"
    file.write_bytes(file.read_bytes())
    os.utime(file)
    skipped, after = look(village, cursor)
    assert isinstance(skipped, dg.SkipReason)
    assert after != cursor, "and is not read again at the next check"


def test_contents_that_come_back_are_asked_for_again(village: Village) -> None:
    _, cursor = look(village, None)
    keys = []
    for text in (MORE, FDV, MORE):
        village.write_fdv(text)
        asked, cursor = look(village, cursor)
        assert isinstance(asked, dg.RunRequest)
        keys.append(asked.run_key)
    assert len(set(keys)) == 3


def test_what_an_earlier_version_remembered_still_counts(village: Village) -> None:
    _, cursor = look(village, None)
    earlier = json.dumps({name: state[:2] for name, state in json.loads(str(cursor)).items()})
    assert isinstance(look(village, earlier)[0], dg.SkipReason)
    village.write_fdv(MORE)
    assert isinstance(look(village, earlier)[0], dg.RunRequest)


def test_joined_files_and_the_owners_corrections_are_watched_too(village: Village) -> None:
    (village.home / "rettelser.csv").write_text("Kilde;Kolonne;Verdi;Betyr;Kommentar\n", "utf-8")
    village.write_config(on_new_file=True, corrections="rettelser.csv")
    (village.home / "kilder" / "matrikkel.csv").write_text("Nr;Matrikkelnr\n100;12/1\n", "utf-8")
    config = yaml.safe_load(village.config.read_text("utf-8"))
    config["sources"]["fdv"]["joins"] = [{"path": "kilder/matrikkel.csv", "on": {"Nummer": "Nr"}, "columns": ["Matrikkelnr"]}]
    village.config.write_text(yaml.safe_dump(config), "utf-8")
    _, cursor = look(village, None)
    for file in ("rettelser.csv", "kilder/matrikkel.csv"):
        with (village.home / file).open("a", encoding="utf-8") as stream:
            stream.write("\n")
        asked, cursor = look(village, cursor)
        assert isinstance(asked, dg.RunRequest)
        assert asked.tags["kobosync/new_files"].endswith(Path(file).name)


def test_while_a_night_runs_the_file_waits_and_is_not_forgotten(village: Village) -> None:
    _, cursor = look(village, None)
    village.write_fdv(MORE)
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
    definitions = build_definitions([load(village.config)], village.home)
    assert [sensor.name for sensor in definitions.sensors or [] if sensor.name.endswith("_files")] == there
