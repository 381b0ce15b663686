"""Real nights, a real sensor and real receivers: each owner hears once per change, and a sending that fails fails nothing."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from pipelines.exit_codes import DONE
from reconciliation.model.municipality import ConfigurationError, load
from tests.pipelines.test_alerts import receiving
from tests.pipelines.village import FDV, Village, inhabited, run_night

BROKEN = FDV.replace("Storgata 1;H0102", "Storgata;H0102")


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    with inhabited(tmp_path, monkeypatch) as village:
        yield village


class Looking:
    """The sensor, looking again and again with its cursor, as the daemon does."""

    def __init__(self, village: Village) -> None:
        self.sensor = build_definitions([load(village.config)], village.home).resolve_sensor_def("vik_letters")
        self.cursor: str | None = None

    def look(self) -> str:
        with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance=instance, cursor=self.cursor) as context:
            tick_result = self.sensor.evaluate_tick(context)
        self.cursor = tick_result.cursor
        return tick_result.skip_message or ""


def night(village: Village, day: int) -> None:
    assert run_night(village.config, "auto", date(2023, 11, day)) == DONE


def test_owners_hear_once_per_change_and_what_cannot_be_sent_is_a_named_warning(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as bolig, receiving() as eiendom:
        village.write_config(send={"owners": {"bolig": "SEND_BOLIG", "eiendom": "SEND_EIENDOM"}, "link": "https://intranett.example/k"})
        monkeypatch.setenv("SEND_EIENDOM", eiendom.address)
        looking = Looking(village)
        assert looking.look() == "Sent 0.", "no night yet"
        village.write_fdv(BROKEN)
        night(village, 1)
        assert looking.look() == (
            "Sent 0. send.owners.bolig (SEND_BOLIG) is not set where Dagster runs. Set the variable to an apprise URL and restart it."
        )
        monkeypatch.setenv("SEND_BOLIG", bolig.address)
        bolig.status = 500
        assert "send.owners.bolig (SEND_BOLIG) could not be reached; it is tried again" in looking.look()
        bolig.status = 200
        assert [looking.look() for _ in range(2)] == ["Sent 1.", "Sent 0."]
        night(village, 2)
        assert looking.look() == "Sent 0.", "the same list is not told again"
        village.write_fdv(FDV)
        night(village, 3)
        assert [looking.look() for _ in range(2)] == ["Sent 1.", "Sent 0."]
    first, last = bolig.arrived
    assert first["title"] == "Kobo, Boligkontoret: 1\N{NO-BREAK SPACE}avvik"
    assert "https://intranett.example/k/vik/index.html" in first["message"]
    assert "Storgata" not in first["message"]
    assert first["attachments"] == []
    assert "Siden forrige natt: 1 rettet." in last["message"]
    assert "ingen åpne avvik" in last["message"]
    assert eiendom.arrived == [], "they never had anything to do"
    assert bolig.address not in str(looking.cursor), "an address is remembered by its hash"


def test_the_workbook_goes_with_it_where_that_is_allowed(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver:
        village.write_config(send={"owners": {"bolig": "SEND_BOLIG"}, "workbook": True, "addresses": True})
        monkeypatch.setenv("SEND_BOLIG", receiver.address)
        village.write_fdv(BROKEN)
        night(village, 1)
        assert Looking(village).look() == "Sent 1."
    (arrived,) = receiver.arrived
    (book,) = arrived["attachments"]
    made = village.home / "reports" / "vik" / "2023-11-01" / "avvik-bolig.xlsx"
    assert base64.b64decode(book["base64"]) == made.read_bytes()
    assert "fdv.csv, rad 3" in arrived["message"]


def test_a_damaged_file_of_letters_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    village = Village(tmp_path)
    village.write_config(send={"owners": {"bolig": "SEND_BOLIG"}})
    folder = village.home / "reports" / "vik" / "2023-11-01"
    folder.mkdir(parents=True)
    looking = Looking(village)
    assert looking.look() == "Sent 0.", "a report made before anybody was to be told"
    (folder / "brev.json").write_text("{half", encoding="utf-8")
    assert "brev.json cannot be read" in looking.look()


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "an address in the file": ({"send": {"owners": {"bolig": "mailto://bruker:hemmelig@example.invalid"}}}, "send.owners.bolig"),
    "nobody's owner": ({"send": {"owners": {"skole": "VAR"}}}, "send.owners: 'skole' is not among `owners`"),
    "addresses in a workbook that may not be sent": ({"send": {"workbook": True}}, "Set `send.addresses: true` too"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_cannot_be_meant_is_a_sentence(case: str, tmp_path: Path) -> None:
    changes, sentence = FAULTS[case]
    village = Village(tmp_path)
    village.write_config(**changes)
    with pytest.raises(ConfigurationError) as caught:
        load(village.config)
    assert sentence in str(caught.value)
    assert "hemmelig" not in str(caught.value)
