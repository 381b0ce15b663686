"""Law 15, for runs that Dagster starts anew or ends: from failure nothing goes on from another run, all steps are a new night."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from reconciliation.ledger import open_ledger
from reconciliation.model.municipality import load
from tests.pipelines.village import Village, inhabited


def nightly() -> dg.JobDefinition:
    """The job as another process would load it."""
    config = Path(os.environ["VIK_CONFIG"])
    return build_definitions([load(config)], config.parents[1]).resolve_job_def("vik_nightly")


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as village:
        monkeypatch.setenv("VIK_CONFIG", str(village.config))
        yield village


def verdicts(village: Village) -> list[str]:
    with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
        return ledger.runs("vik")["verdict"].to_list()


def test_from_failure_is_no_night_and_all_steps_anew_are_one(village: Village) -> None:
    reports = village.home / "reports"
    reports.write_text("in the way", encoding="utf-8")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.get() as instance:
        job = dg.reconstructable(nightly)
        failed = dg.execute_job(job, instance, quiet)
        assert not failed.success
        assert verdicts(village) == ["failed"]
        with closing(open_ledger("sqlite:///var/ledger.sqlite", village.home)) as ledger:
            posted = ledger.links("vik").height
        assert posted == 4, "what was applied before the reports failed stands"

        village.write_fdv("Nummer;Adresse;Bruksenhet;Areal;Kategori\n")
        reports.unlink()
        again = dg.execute_job(job, instance, quiet, reexecution_options=dg.ReexecutionOptions.from_failure(failed.run_id, instance))
        assert again.success, "the reports that failed are made, of the run that made their tables"
        assert verdicts(village) == ["failed", "rendered"], "and they are no night of their own"
        assert village.summary()["run_id"] == failed.run_id

        whole = dg.execute_job(job, instance, quiet, reexecution_options=dg.ReexecutionOptions(parent_run_id=failed.run_id))
        assert not whole.success, "a night of its own, which sees that the source is empty by now"
        assert verdicts(village) == ["failed", "rendered", "incomplete"]
