"""A row that lacks what the import asks about its owner is never handed over; the others go, and the owner reads what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import polars as pl
import pytest

from connectors.service_config import OrganisationService
from kobo_client import import_file
from language import rendered
from reconciliation.apply import hand_over
from reconciliation.apply.owner_names import KEPT, OwnerNames, with_owner_names
from reconciliation.ledger import Ledger
from tests.connectors.made_sources import Service, service
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan

DAY = date(2023, 12, 4)
FORMS = {
    "a": "KOMMUNALT_EID",
    "b": "INNLEID_FRA_STIFTELSE",
    "c": "INNLEID_FRA_PRIVAT_FORETAK",
    "d": "INNLEID_FRA_PRIVATPERSON",
}


def leased() -> pl.DataFrame:
    made = dwellings(*FORMS, eier_organisasjonsnummer="938000111")
    return made.with_columns(disposisjonsform=pl.col("leverandor_bolig_id").replace_strict(FORMS))


def names_of(named: OwnerNames) -> dict[str, str | None]:
    return dict(named.dwellings.select("leverandor_bolig_id", "eier_navn").iter_rows())


def test_only_whole_rows_are_handed_over(ledger: Ledger, night: Nights, tmp_path: Path) -> None:
    outcomes = hand_over(plan(*create(*FORMS)), leased(), ledger, night(), MUNICIPALITY, tmp_path)
    became = {ours: (outcome, rendered(stored)) for ours, _, _, outcome, _, stored in outcomes.iter_rows()}
    assert {ours: outcome for ours, (outcome, _) in became.items()} == {"a": "handed_over", "b": "refused", "c": "refused", "d": "by_hand"}
    assert "Eiers navn." in became["b"][1]
    assert "Eiers navn, Eiers telefonnummer" in became["c"][1]
    assert "for hånd" in became["d"][1]
    (file,) = tmp_path.rglob("kobo-import.csv")
    assert [row["disposisjonsform"] for row in import_file.read(file)] == ["KOMMUNALT_EID"]


def test_the_downloaded_file_names_organisations_and_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "enheter.csv"
    file.write_text('organisasjonsnummer,navn,postadresse\n938000111,"Nordvik boligstiftelse","x"\n938000112,Annet,y\n', encoding="utf-8")
    assert names_of(with_owner_names(leased(), file, tmp_path, DAY)) == {
        "a": None,
        "b": "Nordvik boligstiftelse",
        "c": "Nordvik boligstiftelse",
        "d": None,
    }


def test_a_firm_that_is_a_person_is_not_named_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "enheter.csv"
    file.write_text("organisasjonsnummer;navn;organisasjonsform.kode\n938000111;En person;ENK\n", encoding="utf-8")
    assert set(names_of(with_owner_names(leased(), file, tmp_path, DAY)).values()) == {None}


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"orgnr;name\n1;2\n"])
def test_a_file_that_cannot_be_read_is_a_sentence_and_nothing_stops(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "enheter.csv"
    if content is not None:
        file.write_bytes(content)
    named = with_owner_names(leased(), file, tmp_path, DAY)
    assert named.note is not None
    assert "enheter.csv cannot be read" in named.note
    assert named.dwellings.equals(leased())


FOUNDATION = {"organisasjonsnummer": "938000111", "navn": "Nordvik boligstiftelse", "organisasjonsform": {"kode": "STI"}}


@dataclass
class Register:
    """Enhetsregisteret on loopback. kinds: enheter and underenheter -> what it knows. status: of every answer."""

    running: Service
    kinds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    status: int = 200

    def __post_init__(self) -> None:
        for kind in ("enheter", "underenheter"):
            self.running.answers[f"/api/{kind}"] = partial(self.answer, kind)

    def answer(self, kind: str, query: dict[str, str], _: int) -> tuple[int, dict[str, str], Any]:
        self.asked.append((kind, query["organisasjonsnummer"]))
        numbers = query["organisasjonsnummer"].split(",")
        hits = [unit for unit in self.kinds.get(kind, []) if unit["organisasjonsnummer"] in numbers]
        return self.status, {}, {"_embedded": {kind: hits}} if hits else {"page": {"totalElements": 0}}

    def config(self, **more: Any) -> OrganisationService:
        return OrganisationService.model_validate({"url": f"{self.running.url}/api", "attempts": 1, "read_timeout": 2, **more})


@pytest.fixture
def enhetsregisteret() -> Iterator[Register]:
    with service() as running:
        yield Register(running)


def test_the_service_is_asked_for_numbers_alone_once_and_again_when_the_name_is_old(enhetsregisteret: Register, tmp_path: Path) -> None:
    enhetsregisteret.kinds["underenheter"] = [FOUNDATION]
    named = with_owner_names(leased(), enhetsregisteret.config(), tmp_path, DAY)
    assert named.note is None
    assert names_of(named) == {"a": None, "b": "Nordvik boligstiftelse", "c": "Nordvik boligstiftelse", "d": None}
    assert enhetsregisteret.asked == [("enheter", "938000111"), ("underenheter", "938000111")]
    assert names_of(with_owner_names(leased(), enhetsregisteret.config(), tmp_path, DAY + timedelta(days=29))) == names_of(named)
    assert len(enhetsregisteret.asked) == 2
    with_owner_names(leased(), enhetsregisteret.config(), tmp_path, DAY + timedelta(days=30))
    assert len(enhetsregisteret.asked) == 4


def test_a_service_that_fails_is_a_sentence_and_names_that_are_kept_serve(enhetsregisteret: Register, tmp_path: Path) -> None:
    enhetsregisteret.kinds["enheter"] = [FOUNDATION]
    with_owner_names(leased(), enhetsregisteret.config(), tmp_path, DAY)
    enhetsregisteret.status = 500
    later = with_owner_names(leased(), enhetsregisteret.config(), tmp_path, DAY + timedelta(days=400))
    assert later.note is not None
    assert "answers 500" in later.note
    assert names_of(later)["b"] == "Nordvik boligstiftelse"
    (tmp_path / KEPT).write_text("{", encoding="utf-8")
    assert names_of(with_owner_names(leased(), enhetsregisteret.config(), tmp_path, DAY))["b"] is None
    none = with_owner_names(leased(), enhetsregisteret.config(url="data.brreg.no"), tmp_path, DAY)
    assert none.note is not None
    assert "cannot be used" in none.note
    enhetsregisteret.running.answers["/api/enheter"] = lambda *_: (Event().wait(0.5), 200)
    slow = with_owner_names(leased(), enhetsregisteret.config(maximum_seconds=0.1), tmp_path, DAY)
    assert slow.note is not None
    assert "held back" in slow.note


def test_a_firm_that_is_a_person_is_not_named_by_the_service_and_words_that_are_no_answer_are_reported(
    enhetsregisteret: Register, tmp_path: Path
) -> None:
    enhetsregisteret.kinds["enheter"] = [{**FOUNDATION, "organisasjonsform": {"kode": "ENK"}}]
    assert set(names_of(with_owner_names(leased(), enhetsregisteret.config(), tmp_path, DAY)).values()) == {None}
    enhetsregisteret.running.answers["/api/enheter"] = lambda *_: (200, {}, ["no", "object"])
    named = with_owner_names(leased(), enhetsregisteret.config(), tmp_path, DAY)
    assert named.note is not None
    assert "does not answer with JSON" in named.note


def test_what_has_gone_is_reported_once_per_dwelling(ledger: Ledger, night: Nights, tmp_path: Path) -> None:
    outcomes = hand_over(plan(*create(*FORMS)), leased(), ledger, night(), MUNICIPALITY, tmp_path)
    assert outcomes.get_column("leverandor_bolig_id").to_list() == sorted(FORMS)
    assert all(json.loads(stored) for stored in outcomes.get_column("message"))
