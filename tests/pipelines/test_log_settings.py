"""One logger for all rooms, configured once; in a run, Dagster has its lines too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from connectors.own_faults import log_own_fault
from pipelines.log_settings import LOGGER, configure_logging

ROOT = Path(__file__).parents[2]


@pytest.fixture
def unconfigured() -> Iterator[logging.Logger]:
    logger = logging.getLogger(LOGGER)
    before, level = logger.handlers[:], logger.level
    logger.handlers.clear()
    yield logger
    logger.handlers[:] = before
    logger.setLevel(level)


@pytest.mark.parametrize(("setting", "level"), [(None, logging.WARNING), ("info", logging.INFO), ("nonsense", logging.WARNING)])
def test_the_level_is_the_one_that_is_asked_for_and_configuring_twice_shows_a_line_once(
    setting: str | None, level: int, unconfigured: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        configure_logging({"KOBOSYNC_LOG": setting} if setting else {})
    assert unconfigured.level == level
    unconfigured.warning("a line")
    assert capsys.readouterr().err.count("a line") == 1


def test_a_run_has_the_lines_in_its_own_log(tmp_path: Path) -> None:
    settings = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump({"python_logs": settings["python_logs"]}), encoding="utf-8")

    @dg.asset
    def plan() -> None:
        log_own_fault("planning", KeyError("Storgata 7"))

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        run = dg.materialize([plan], instance=instance)
        lines = [entry.user_message for entry in instance.all_logs(run.run_id)]
    (line,) = (line for line in lines if "fault in kobosync" in line)
    assert "KeyError" in line
    assert "Storgata" not in line
