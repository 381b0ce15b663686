"""Approving a plan in the Dagster UI: the job, its config, and the decision that is kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from pipelines.definitions import build_definitions
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import Municipality, load
from tests.pipelines.village import Village


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Village:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(tmp_path)
    village.write_config(apply="approve")
    return village


def launch(municipality: Municipality, root: Path, job: str, config: dict[str, Any]) -> dg.ExecuteInProcessResult:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}} if job != "vik_approve" else {}
    return build_definitions([municipality], root).resolve_job_def(job).execute_in_process(run_config=config | quiet, raise_on_error=False)


def approvals(municipality: Municipality, root: Path) -> list[tuple[str, str, str]]:
    with closing(open_ledger(municipality.ledger, root)) as ledger:
        decided = ledger.decisions(municipality.slug).filter(pl.col("kind") == "plan")
        return decided.select("subject", "verdict", "decided_by").rows()


def test_the_job_asks_for_a_digest(village: Village) -> None:
    with pytest.raises(dg.DagsterError, match="digest"):
        launch(load(village.config), village.home, "vik_approve", {})
    assert not (village.home / "var" / "ledger.sqlite").exists(), "nothing was run"


@pytest.mark.parametrize("digest", ["auto ", "abc", "", "x" * 12, "never!"])
def test_what_is_no_digest_is_a_sentence_and_changes_nothing(village: Village, digest: str) -> None:
    done = launch(load(village.config), village.home, "vik_approve", {"digest": digest})
    (failed,) = {str(event.step_failure_data.user_failure_data.description) for event in done.all_events if event.is_step_failure}
    assert "is no digest" in failed
    assert not (village.home / "var" / "ledger.sqlite").exists(), "nothing was run"


def test_a_stale_digest_applies_nothing_and_the_right_one_applies_that_plan_and_is_kept_once(village: Village) -> None:
    municipality = load(village.config)
    root = village.home
    assert not launch(municipality, root, "vik_approve", {"digest": "0" * 64}).success, "a refusal is red"
    waiting = village.summary()
    assert (waiting["night"]["verdict"], waiting["register_calls"]["POST"]) == ("refused", 0)
    assert "no longer tonight's plan" in waiting["night"]["messages"][0]
    assert approvals(municipality, root) == [], "what was not applied was not approved"

    digest = waiting["plan_digest"]
    assert launch(municipality, root, "vik_approve", {"digest": digest[:12].upper(), "approved_by": "Driftsvakt"}).success
    done = village.summary()
    assert (done["night"]["verdict"], done["register_calls"]["POST"]) == ("done", 4)
    assert approvals(municipality, root) == [(digest, "approved", "Driftsvakt")]

    with closing(open_ledger(municipality.ledger, root)) as ledger:
        last = ledger.runs("vik").row(-1, named=True)
        calls = ledger.call_counts(last["run_id"])
    assert {verb: calls.get(verb, 0) for verb in ("GET", "POST", "PUT", "DELETE")} == {
        verb: done["register_calls"][verb] for verb in ("GET", "POST", "PUT", "DELETE")
    }, "every call is in the ledger"
