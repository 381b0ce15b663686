"""A whole night through real parts: files, SQLite, the Dagster job, HTTP to a rehearsal register, reports on disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, WAITING
from reconciliation.model.municipality import ConfigurationError
from tests.pipelines.earlier_nights import first_night
from tests.pipelines.village import FDV, FIRST, FOURTH, SECOND, THIRD, Village, free_port, inhabited, run_night


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as village:
        yield village
    assert not list(tmp_path.glob("**/*.unfinished"))


def writes(village: Village) -> dict[str, int]:
    calls = village.summary()["register_calls"]
    return {verb: calls[verb] for verb in ("POST", "PUT", "DELETE")}


def test_the_first_night_creates_every_dwelling_once_and_the_second_changes_nothing(village: Village) -> None:
    assert run_night(village.config, "auto", FIRST) == DONE
    first = village.summary()
    assert first["dwellings"]["create"] == first["dwellings"]["total"] == 4, "Lillevegen 4 stands in two sources and is one dwelling"
    assert first["rows"] == {"read": 5, "rejected": 0, "out_of_scope": 0, "merged_into_dwellings": 5} | {
        key: value for key, value in first["rows"].items() if key not in ("read", "rejected", "out_of_scope", "merged_into_dwellings")
    }
    assert writes(village) == {"POST": 4, "PUT": 0, "DELETE": 0}
    assert run_night(village.config, "auto", SECOND) == DONE
    assert village.summary()["dwellings"]["in_sync"] == 4
    assert writes(village) == {"POST": 0, "PUT": 0, "DELETE": 0}


def test_a_changed_value_is_updated_and_a_changed_unit_number_waits_for_a_person(village: Village) -> None:
    first_night(village)
    village.write_fdv(FDV.replace("50,5", "52,5").replace("H0102", "H0103"))
    assert run_night(village.config, "auto", SECOND) == DONE
    summary = village.summary()
    assert (summary["dwellings"]["update"], summary["dwellings"]["conflict"]) == (1, 1)
    assert writes(village) == {"POST": 0, "PUT": 1, "DELETE": 0}


def test_a_dwelling_gone_from_every_source_is_retired_on_its_second_night(village: Village) -> None:
    first_night(village)
    gone = "\n".join(line for line in FDV.splitlines() if not line.startswith("102")) + "\n"
    village.content["sources"]["fdv"]["maximum_shrink"] = 0.5
    village.write_config()
    village.write_fdv(gone)
    run_night(village.config, "auto", SECOND)
    assert village.summary()["dwellings"]["retire"] == 1
    assert writes(village)["DELETE"] == 0, "gone one night may be a slip"
    run_night(village.config, "auto", THIRD)
    assert writes(village)["DELETE"] == 1
    run_night(village.config, "auto", FOURTH)
    assert writes(village)["DELETE"] == 0


BROKEN_SOURCES = {
    "missing file": (lambda village: (village.home / "kilder" / "fdv.csv").unlink(), "fdv.csv"),
    "unknown column": (lambda village: village.write_fdv(FDV.replace("Areal", "Arealet")), "Arealet"),
    "empty file": (lambda village: village.write_fdv(""), "fdv.csv"),
}


def test_a_source_that_cannot_be_read_changes_nothing_and_the_next_night_repairs_it(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    first_night(village)
    before = village.summary()
    for night, (breaks, named) in enumerate(BROKEN_SOURCES.values()):
        village.write_fdv(FDV)
        breaks(village)
        capsys.readouterr()
        assert run_night(village.config, "auto", SECOND + timedelta(days=night)) == FAILED
        assert named in " ".join(capsys.readouterr().out.split()), "the sentence names what is wrong"
        summary = village.summary()
        assert summary["sources"]["fdv"]["verdict"] == "failed"
        assert summary["sources"]["eiendom"]["verdict"] == "complete", "the other source is processed"
        assert summary["sources"]["eiendom"]["accepted"] == 1
        assert writes(village) == {"POST": 0, "PUT": 0, "DELETE": 0}
        assert summary["dwellings"]["in_sync"] == 4, "what stood, stands"
        assert summary["progress"]["in_register"] == before["progress"]["in_register"]
    village.write_fdv(FDV)
    assert run_night(village.config, "auto", FOURTH) == DONE


def test_a_wrong_database_url_is_said_without_its_password(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    village.content["sources"]["eiendom"]["url"] = "postgresql+psycopg://kobosync:hemmelig-passord@127.0.0.1:9/bolig"
    village.write_config()
    assert run_night(village.config, "auto", FIRST) == FAILED
    output = capsys.readouterr()
    assert "hemmelig-passord" not in output.out + output.err
    assert village.summary()["sources"]["eiendom"]["verdict"] == "failed"
    assert writes(village)["POST"] == 4, "the other source's dwellings are created"


def test_an_unknown_key_in_the_file_stops_before_anything_runs(village: Village) -> None:
    village.write_config(dedline="2023-12-21")
    with pytest.raises(ConfigurationError, match="dedline"):
        run_night(village.config, "auto", FIRST)
    assert not (village.home / "reports").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"survivorship": {"default": ["fdv", "excel"]}}, "'excel' is not among `sources`"),
        ({"owners": {"bolig": {"title": "Boligkontoret"}}}, "'eiendom' is not among `owners`"),
        ({"register": {"kind": "rehearsal", "write": "import_file"}}, "register.export: with `write: import_file`"),
        ({"deadline": "snart"}, "deadline"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_the_key(village: Village, changes: dict[str, object], words: str) -> None:
    village.write_config(**changes)
    with pytest.raises(ConfigurationError, match=words):
        run_night(village.config, "auto", FIRST)


def test_a_register_that_is_down_leaves_the_sources_reported_and_the_next_night_repairs_it(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    first_night(village)
    down = dict(village.content["register"])
    nobody = f"http://127.0.0.1:{free_port()}"
    village.write_config(register=down | {"kind": "kobo", "database": None, "base_url": nobody})
    village.write_fdv(FDV + "104;Lillevegen 6;;40,0;Bofellesskap\n")
    assert run_night(village.config, "auto", SECOND) == FAILED
    assert "127.0.0.1" in capsys.readouterr().out
    summary = village.summary()
    assert summary["sources"]["fdv"]["rejected"] == 1, "rows are still read and judged"
    assert summary["progress"]["in_register"] == 4, "what is in the register is still there"
    village.write_config(register=down)
    assert run_night(village.config, "auto", THIRD) == DONE


def test_a_register_that_dies_half_way_leaves_what_is_done_done_and_the_next_night_does_the_rest(village: Village) -> None:
    address = village.content["register"]["base_url"]
    with requests.Session() as session:
        session.trust_env = False
        outage = [{"kind": "cut_before", "verb": "POST", "after": 2}]
        session.post(f"{address}/rehearsal/faults", json=outage, timeout=5).raise_for_status()
        assert run_night(village.config, "auto", FIRST) == FAILED
        summary = village.summary()
        assert summary["night"]["verdict"] == "incomplete"
        assert summary["progress"]["in_register"] == 2
        session.delete(f"{address}/rehearsal/faults", timeout=5).raise_for_status()
        assert run_night(village.config, "auto", SECOND) == DONE
        entries = session.get(f"{address}/rehearsal/export", timeout=5).text.strip().splitlines()
    assert village.summary()["progress"]["in_sync"] == 4
    assert len(entries) == 1 + 4, "a heading and four dwellings: none lost, none twice"


def test_a_plan_beyond_its_limits_waits_and_its_digest_lets_it_through(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    first_night(village)
    village.write_config(guards={"floor": 0, "maximum_update_share": 0.1, "maximum_update_count": 1})
    village.write_fdv(FDV.replace("50,5", "52,5").replace("48,0", "49,0"))
    capsys.readouterr()
    assert run_night(village.config, "auto", SECOND) == WAITING
    assert writes(village)["PUT"] == 0
    digest = village.summary()["plan_digest"]
    assert digest[:12] in " ".join(capsys.readouterr().out.split()), "the message carries the approving command"
    village.write_fdv(FDV.replace("50,5", "53,5").replace("48,0", "49,0"))
    assert run_night(village.config, digest, THIRD) == WAITING, "the sources moved: that plan is stale"
    assert writes(village)["PUT"] == 0
    village.write_fdv(FDV.replace("50,5", "52,5").replace("48,0", "49,0"))
    assert run_night(village.config, digest, FOURTH) == DONE
    assert writes(village)["PUT"] == 2


def test_an_apply_that_is_no_mode_is_refused(village: Village) -> None:
    assert run_night(village.config, "yes", FIRST) == CONFIGURATION
