"""Law 15: one run, one snapshot, one plan, one verdict. No step goes on from what another run read, saw or planned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import requests

from pipelines.commands.night_command import run_night
from pipelines.definitions import build_definitions
from pipelines.run_night import Runner
from pipelines.sensors.alert_sensor import look
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import ConfigurationError, load
from tests.pipelines.village import FDV, FIRST, SECOND, THIRD, Village, inhabited, instance_in_memory


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as village:
        yield village


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with instance_in_memory() as instance:
        yield instance


class Operator:
    """Starts things as the Dagster UI and the command line do, and tells what both say of it."""

    def __init__(self, village: Village, instance: dg.DagsterInstance) -> None:
        self.village, self.instance = village, instance

    def night(self, as_of: Any, apply: str = "auto") -> str:
        with Runner(load(self.village.config), self.village.home, self.instance) as runner:
            return runner.night(as_of, apply).run_id

    def materialise(self, *names: str, job: str | None = None, backfill: bool = False) -> dg.ExecuteInProcessResult:
        """The chosen assets, of a job or of the graph; all where none is chosen."""
        definitions = build_definitions([load(self.village.config)], self.village.home)
        job_definition = definitions.resolve_job_def(job) if job else definitions.resolve_implicit_global_asset_job_def()
        chosen = [dg.AssetKey(["vik", *name.split("/")]) for name in names]
        tags = {"dagster/backfill": "abc"} if backfill else {}
        return job_definition.execute_in_process(instance=self.instance, asset_selection=chosen or None, tags=tags, raise_on_error=False)

    def verdicts(self) -> list[tuple[str, str]]:
        """(what the ledger says, what Dagster says) of each run that either knows, in the order of their beginning."""
        with closing(open_ledger("sqlite:///var/ledger.sqlite", self.village.home)) as ledger:
            ours = {run["run_id"]: run["verdict"] for run in ledger.runs("vik").to_dicts()}
        theirs = {run.run_id: run.status.value for run in reversed(self.instance.get_runs())}
        return [(ours.get(run_id, "-"), theirs.get(run_id, "-")) for run_id in dict.fromkeys([*theirs, *ours])]

    def register(self) -> str:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(f"{self.village.content['register']['base_url']}/rehearsal/export", timeout=5).text

    def says(self, result: dg.ExecuteInProcessResult) -> str:
        return " ".join(
            event.step_failure_data.user_failure_data.description or ""
            for event in result.all_events
            if event.is_step_failure and event.step_failure_data.user_failure_data
        )


@pytest.fixture
def operator(village: Village, instance: dg.DagsterInstance) -> Operator:
    return Operator(village, instance)


def test_outcomes_alone_applies_nothing_of_an_earlier_runs_plan(operator: Operator, village: Village) -> None:
    operator.night(FIRST)
    before = operator.register()
    village.write_fdv(FDV.replace("50,5", "52,5"))
    operator.night(SECOND, "never")
    village.write_fdv(FDV)
    done = operator.materialise("outcomes")
    assert not done.success
    assert operator.register() == before
    assert "nothing was done. Launch the job vik_nightly" in operator.says(done)
    state = look(load(village.config), village.home, operator.instance, datetime.now(UTC), datetime.now(UTC))
    assert state is not None
    assert state.state == "done", "no failed night"


CHAIN = ["source_rows", "accepted_rows", "standing_rows", "dwellings", "matches", "plan", "outcomes", "progress"]


def test_no_step_goes_on_from_another_runs_tables(operator: Operator, village: Village) -> None:
    """Whatever is left out of a run, nothing below it is made of what an earlier run left."""
    operator.night(FIRST)
    village.write_fdv(FDV.replace("50,5", "52,5"))
    before = operator.register()
    multi = {
        "source_rows": ["source_rows", "unreadable_values"],
        "accepted_rows": ["accepted_rows", "rejected_rows", "out_of_scope_rows", "deviations"],
        "dwellings": ["dwellings", "lineage", "memberships"],
    }
    for number in range(len(CHAIN)):
        chosen = [name for asset in CHAIN[number:] for name in multi.get(asset, [asset])]
        assert not operator.materialise(*chosen, "reports", job="vik_nightly").success
        assert operator.register() == before
    assert [verdict for verdict, _ in operator.verdicts()] == ["done", *["-"] * len(CHAIN)], "no night of the ledger"


def test_chosen_sources_are_read_and_are_no_night(operator: Operator) -> None:
    operator.night(FIRST)
    assert operator.materialise("source/fdv").success
    assert operator.verdicts() == [("done", "SUCCESS"), ("partial", "SUCCESS")]


def test_reports_alone_are_the_last_nights_again_of_its_date_and_no_night(operator: Operator, village: Village) -> None:
    operator.night(FIRST)
    first = village.summary()
    assert operator.materialise("reports").success
    assert operator.verdicts() == [("done", "SUCCESS"), ("rendered", "SUCCESS")]
    again = village.summary()
    assert {name: again[name] for name in ("as_of", "run_id")} == {name: first[name] for name in ("as_of", "run_id")}


def test_reports_are_not_made_of_two_nights_tables(operator: Operator) -> None:
    operator.night(FIRST)
    assert operator.materialise(job="vik_plan").success
    done = operator.materialise("reports")
    assert not done.success
    assert "not of one night" in operator.says(done)
    assert [verdict for verdict, _ in operator.verdicts()] == ["done", "planned", "-"]


def test_a_refused_approval_is_red_in_dagster_and_in_the_ledger_and_says_the_right_digest(operator: Operator, village: Village) -> None:
    operator.night(FIRST, "0" * 12)
    assert operator.verdicts() == [("refused", "FAILURE")]
    summary = village.summary()
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        (run,) = ledger.runs("vik").to_dicts()
    assert summary["plan_digest"][:12] in run["message"]
    operator.night(SECOND, summary["plan_digest"])
    operator.night(THIRD, "never")
    assert operator.verdicts()[1:] == [("done", "SUCCESS"), ("done", "SUCCESS")]


def test_what_stopped_a_night_is_the_same_sentence_in_dagster_the_ledger_and_the_alert(operator: Operator, village: Village) -> None:
    operator.night(FIRST)
    (village.home / "reports").rename(village.home / "reports.away")
    (village.home / "reports").write_text("in the way", encoding="utf-8")
    with Runner(load(village.config), village.home, operator.instance) as runner:
        result = runner.night(SECOND, "auto")
    (sentence,) = result.messages
    assert "Give the night write permission" in sentence
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        last = ledger.runs("vik").row(-1, named=True)
    assert (last["verdict"], last["message"]) == ("failed", sentence)
    state = look(load(village.config), village.home, operator.instance, datetime.now(UTC), datetime.now(UTC))
    assert state is not None
    assert (state.state, state.says) == ("failed", sentence)


def test_a_backfill_of_everything_is_a_night_and_one_of_some_steps_does_nothing(operator: Operator, village: Village) -> None:
    """What Dagster starts for either: the chosen assets of the graph, with the backfill's tag and none of the night's job."""
    assert operator.materialise(backfill=True).success
    assert operator.verdicts() == [("done", "SUCCESS")]
    before = operator.register()
    village.write_fdv(FDV.replace("50,5", "52,5"))
    done = operator.materialise("plan", "outcomes", backfill=True)
    assert not done.success
    assert "Launch the job vik_nightly" in operator.says(done)
    assert operator.register() == before
    assert operator.verdicts()[1:] == [("-", "FAILURE")]


def test_the_command_line_beside_a_night_of_dagster_does_nothing_and_says_who_is_at_it(operator: Operator, village: Village) -> None:
    operator.night(FIRST)
    before = operator.register()
    with (
        closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger,
        ledger.lock("vik", "the-night-of-dagster"),
        Runner(load(village.config), village.home, operator.instance) as runner,
    ):
        result = runner.night(SECOND, "auto")
    assert not result.success
    assert all("is being run by the-night-of-dagster" in sentence for sentence in result.messages)
    assert operator.register() == before
    assert operator.verdicts() == [("done", "SUCCESS"), ("-", "FAILURE")]


def test_a_file_without_sources_is_no_night_and_says_what_to_do(operator: Operator, village: Village) -> None:
    village.write_config(sources={}, survivorship={"default": []})
    done = operator.materialise(job="vik_nightly")
    assert not done.success
    assert "kobosync map FILE" in operator.says(done)
    with pytest.raises(ConfigurationError, match="there is none yet"):
        run_night(village.config, "auto", FIRST, operator.instance)
    assert not (village.home / "var" / "ledger.sqlite").exists()
