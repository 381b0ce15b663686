"""A municipality without API access: files out, exports in, and the same plan, guards and ledger between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
import requests

from kobo_client import import_file
from kobo_client.import_columns import COLUMNS, KOBO_ID
from pipelines.exit_codes import DONE, FAILED
from reconciliation.apply import apply_plan, hand_over, still_to_arrive
from reconciliation.ledger import Ledger, Write, open_ledger
from reconciliation.model.municipality import ConfigurationError, load
from reconciliation.model.plan_actions import FILE
from tests.pipelines.earlier_nights import first_night
from tests.pipelines.village import FDV, FIRST, FOURTH, SECOND, THIRD, Village, inhabited, run_night
from tests.reconciliation.apply.made_plans import create, dwellings, plan, retire
from tests.reconciliation.apply.paper_register import PaperRegister

EXPORT = "kilder/eksport.csv"


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as village:
        village.content["register"] |= {"write": "import_file", "see": "export", "export": EXPORT}
        village.write_config()
        (tmp_path / EXPORT).write_text(";".join([*COLUMNS, KOBO_ID]) + "\n", encoding="utf-8")
        yield village


def files(village: Village) -> list[Path]:
    return sorted((village.home / "var/vik/import").glob("*/kobo-import.csv"))


def uploaded(village: Village, file: Path) -> None:
    """What the person does: the file goes into Kobo."""
    answer = requests.post(f"{village.content['register']['base_url']}/rehearsal/import", data=file.read_bytes(), timeout=10)
    assert answer.json()["importert"] == len(import_file.read(file)), answer.text


def exported(village: Village) -> None:
    answer = requests.get(f"{village.content['register']['base_url']}/rehearsal/export", timeout=10)
    (village.home / EXPORT).write_bytes(answer.content)


def in_ledger(village: Village) -> Ledger:
    municipality = load(village.config)
    return open_ledger(municipality.ledger, village.home)


def test_what_was_handed_over_is_waited_for_and_settled_when_an_export_shows_it(village: Village) -> None:
    assert run_night(village.config, "auto", FIRST) == DONE
    (file,) = files(village)
    assert len(import_file.read(file)) == 4
    assert {outcome["outcome"] for outcome in _outcomes(village)} == {"handed_over"}
    assert village.summary()["progress"]["in_register"] == 0, "a file on a disk is not in Kobo"

    village.write_fdv(FDV + "104;Lillevegen 6;;40,0;Ordinær\n")
    assert run_night(village.config, "auto", SECOND) == DONE
    first, second = files(village)
    assert [row["adressenavn"] for row in import_file.read(second)] == ["Lillevegen"], "only the new one: the others lie in the first file"

    uploaded(village, first)
    exported(village)
    assert run_night(village.config, "auto", THIRD) == DONE
    summary = village.summary()
    assert summary["progress"]["in_register"] == 4
    assert (summary["dwellings"]["in_sync"], summary["dwellings"]["create"]) == (4, 1), "bruksareal is in no export, and no difference"
    assert len(files(village)) == 2

    uploaded(village, second)
    exported(village)
    assert run_night(village.config, "auto", FOURTH) == DONE
    assert village.summary()["progress"]["in_sync"] == 5
    with closing(in_ledger(village)) as ledger:
        assert still_to_arrive(ledger, "vik", village.home / "var/vik/import") == {}
        assert ledger.handed_over("vik").is_empty()
        assert ledger.links("vik").height == 5
    present = requests.get(f"{village.content['register']['base_url']}/rehearsal/health", timeout=10).json()["entries"]
    assert present == 5, "nothing twice"


def test_what_no_export_shows_for_a_fortnight_is_reported_and_never_sent_again_by_itself(village: Village) -> None:
    first_night(village)
    assert run_night(village.config, "auto", FIRST + timedelta(days=14)) == DONE
    assert len(files(village)) == 1
    page = next((village.home / "reports/vik").glob("*/index.html")).read_text(encoding="utf-8")
    assert "lå i en importfil" in page.casefold()


def test_a_change_has_no_file_form_and_is_somebodys_to_make_by_hand(village: Village) -> None:
    first_night(village)
    uploaded(village, files(village)[0])
    exported(village)
    run_night(village.config, "auto", SECOND)
    village.write_property([(1, "Lillevegen 4", 2)])
    assert run_night(village.config, "auto", THIRD) == DONE
    assert [(outcome["outcome"], outcome["verb"]) for outcome in _outcomes(village)] == [("by_hand", "PUT")]
    assert len(files(village)) == 1
    with closing(in_ledger(village)) as ledger:
        assert ledger.unsettled("vik") == []


def test_a_folder_that_cannot_be_written_is_one_sentence_and_the_next_night_hands_over(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = village.home / "var/vik/import"
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    assert run_night(village.config, "auto", FIRST) == FAILED
    assert "The import file cannot be written" in " ".join(capsys.readouterr().out.split())
    os.remove(blocked)
    assert run_night(village.config, "auto", SECOND) == DONE
    assert len(import_file.read(files(village)[0])) == 4


@pytest.mark.parametrize("file_was_written", [True, False])
def test_a_night_killed_around_its_file_is_judged_by_whether_the_file_is_there(file_was_written: bool, tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.begin_run("vik", date(2023, 11, 1), "killed", "auto")
        ledger.journal("vik", "killed", [], [Write("r1", "killed", "a", FILE)])
        if file_was_written:
            import_file.write_import_file([{"kommunenummer": "9902"}], tmp_path / "killed")
        assert still_to_arrive(ledger, "vik", tmp_path) == ({"a": date(2023, 11, 1)} if file_was_written else {})
        assert ledger.unsettled("vik") == []


def test_what_the_api_never_answered_is_in_no_file_until_an_export_shows_it(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.begin_run("vik", date(2023, 11, 1), "by-api", "auto")
        ledger.journal("vik", "by-api", [], [Write("r1", "by-api", "a", "POST", body="{}")])
        ledger.begin_run("vik", date(2023, 11, 2), "by-file", "auto")
        assert still_to_arrive(ledger, "vik", tmp_path) == {}
        assert [write.request_id for write in ledger.unsettled("vik")] == ["r1"], "nobody has told what became of it"
        outcomes = hand_over(plan(*create("a", "b")), dwellings("a", "b"), ledger, "by-file", "vik", tmp_path)
        assert dict(outcomes.select("leverandor_bolig_id", "outcome").iter_rows()) == {"a": "unknown", "b": "handed_over"}
        assert len(import_file.read(tmp_path / "by-file" / "kobo-import.csv")) == 1
        ledger.save_links("vik", pl.DataFrame({"leverandor_bolig_id": ["a"], "kobo_id": ["k-a"]}), "adopted")
        assert list(still_to_arrive(ledger, "vik", tmp_path)) == ["b"]
        assert ledger.unsettled("vik") == []


def test_what_a_file_began_is_settled_when_the_api_takes_over(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.begin_run("vik", date(2023, 11, 1), "killed", "auto")
        ledger.journal("vik", "killed", [], [Write("r1", "killed", "a", FILE)])
        still_to_arrive(ledger, "vik", tmp_path)
        ledger.begin_run("vik", date(2023, 11, 2), "by-api", "auto")
        outcomes = apply_plan(plan(*create("a")), dwellings("a"), PaperRegister(), ledger, "by-api", "vik", 1)
        assert outcomes["outcome"].to_list() == ["done"]
        assert ledger.unsettled("vik") == []


def test_a_dwelling_that_lacks_what_the_import_requires_is_reported_and_the_others_leave(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.begin_run("vik", date(2023, 11, 1), "one", "auto")
        wanted = pl.concat([dwellings("a"), dwellings("b", postnummer=None)])
        outcomes = hand_over(plan(*create("a", "b")), wanted, ledger, "one", "vik", tmp_path)
        assert dict(outcomes.select("leverandor_bolig_id", "outcome").iter_rows()) == {"a": "handed_over", "b": "refused"}
        assert "postnummer" in outcomes.filter(pl.col("outcome") == "refused")["message"][0]


def test_a_retirement_is_made_by_hand(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.sqlite", tmp_path) as ledger:
        ledger.begin_run("vik", date(2023, 11, 1), "one", "auto")
        outcomes = hand_over(plan(retire("a", "k-a")), dwellings(), ledger, "one", "vik", tmp_path)
        assert outcomes.select("verb", "outcome").rows() == [("DELETE", "by_hand")]
        assert not list(tmp_path.glob("*/kobo-import.*"))


def test_without_an_export_nobody_could_tell_what_arrived(village: Village) -> None:
    del village.content["register"]["export"]
    village.write_config()
    with pytest.raises(ConfigurationError, match=r"register\.export: with `write: import_file`"):
        load(village.config)


def _outcomes(village: Village) -> list[dict[str, object]]:
    return pl.read_parquet(village.home / "var/tables/vik/outcomes.parquet").to_dicts()
