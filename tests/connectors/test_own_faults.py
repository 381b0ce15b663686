"""A fault of kobosync itself while a source is read: the read has failed, its owner reads whose fault it is, and the log says where."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from connectors.read import read_source
from connectors.read_result import Verdict
from connectors.source_config import CsvSource
from language import rendered

PRIVATE = "Storgata 7 H0203"


def test_a_bug_of_ours_is_called_one_and_logs_the_place_and_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(source: object, home: Path) -> object:
        try:
            raise ValueError(PRIVATE)
        except ValueError as error:
            raise KeyError(PRIVATE) from error

    monkeypatch.setitem(read_source.__globals__["_READERS"], "csv", broken)
    source = CsvSource.model_validate(
        {
            "kind": "csv",
            "title": "FDV",
            "owner": "bolig",
            "path": "fdv.csv",
            "encoding": "utf-8",
            "separator": ";",
            "key": ["Nr"],
            "fields": {"adresse": {"column": "Adresse", "as": "address"}},
        }
    )
    with caplog.at_level(logging.ERROR):
        read = read_source("fdv", source, tmp_path)
    assert read.verdict is Verdict.FAILED
    assert "fault in kobosync (KeyError)" in (read.message or "")
    assert "feil i kobosync" in rendered(read.melding or "")
    (line,) = caplog.messages
    assert "KeyError at connectors/read.py" in line
    assert "caused by ValueError at connectors/test_own_faults.py" in line
    assert PRIVATE not in line + (read.message or "") + (read.melding or "")
