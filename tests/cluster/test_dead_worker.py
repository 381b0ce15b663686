"""Nights on Celery workers over a real Redis and PostgreSQL; one worker's machine is lost in the middle of an apply."""

from __future__ import annotations

import time

import polars as pl
import pytest
import requests

from benchmarks.municipalities import dwellings, slug_of
from tests.cluster.deployment import Deployment, deployed, finished, kill

SLOW = [{"kind": "latency", "rate": 1.0, "seconds": 0.25, "verb": "POST"}]


def register_of(deployment: Deployment) -> pl.DataFrame:
    answer = requests.get(f"{deployment.register}/rehearsal/export", timeout=30)
    answer.raise_for_status()
    return pl.read_csv(answer.content, separator=";" if b";" in answer.content.splitlines()[0] else ",", infer_schema=False)


@pytest.mark.soak
def test_a_worker_that_dies_in_the_middle_costs_no_night_and_nothing_is_there_twice() -> None:
    count = 4
    slugs = [slug_of(number) for number in range(1, count + 1)]
    with deployed(count) as deployment:
        requests.post(f"{deployment.register}/rehearsal/faults", json=SLOW, timeout=10).raise_for_status()
        deployment.start_worker()
        deployment.start_worker()
        deployment.submit(slugs)
        deployment.start_daemon()
        until = time.monotonic() + 240
        while register_of(deployment).height < 5:
            assert time.monotonic() < until, deployment.log()
            time.sleep(0.2)
        assert register_of(deployment).height < dwellings(count), "still in the middle"
        busy = deployment.busy_worker()
        kill(deployment.workers[busy])
        requests.delete(f"{deployment.register}/rehearsal/faults", timeout=10).raise_for_status()
        runs = finished(deployment, slugs, within=400)
        entries = register_of(deployment)
    assert sorted(runs) == slugs
    assert any("FAILURE" in statuses for statuses in runs.values()), "the night that was lost is seen as lost"
    assert all(statuses[-1] == "SUCCESS" for statuses in runs.values())
    assert entries.height == dwellings(count)
    assert entries.drop("koboId").unique().height == entries.height, "no dwelling stands there under two ids"
