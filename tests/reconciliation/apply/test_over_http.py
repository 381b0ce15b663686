"""The whole life of dwellings in a rehearsal register: a real process, real HTTP, the real client."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import requests

from kobo_client.client import RegisterClient
from kobo_client.import_columns import COLUMNS
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running
from reconciliation.apply import adopt, apply_plan
from reconciliation.ledger import Ledger
from reconciliation.model.tables import MATCHES
from reconciliation.plan.undo import plan_inverse
from tests.reconciliation.apply.applying import became, links_stored
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan, retire, update
from tests.strategies import register


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = Path(tmp_path_factory.mktemp("register"))
    with rehearsal_running(
        RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=folder / "register.sqlite"), folder
    ) as url:
        yield url


@pytest.fixture
def client(address: str) -> Iterator[RegisterClient]:
    requests.post(f"{address}/rehearsal/reset", timeout=10).raise_for_status()
    with RegisterClient(RegisterConfig(kind="rehearsal", base_url=address, attempts=1, retry_wait_cap=0.05)) as opened:
        yield opened


def bodies(client: RegisterClient) -> dict[str, float]:
    return {str(body.get("leverandorBoligId")): float(body.get("bruksareal", 0)) for body in client.listing() if not body.get("slettet")}


def test_created_changed_retired_and_all_taken_back(client: RegisterClient, ledger: Ledger, night: Nights) -> None:
    desired = dwellings("a", "b", "c")
    apply_plan(plan(*create("a", "b", "c")), desired, client, ledger, night(), MUNICIPALITY, 2)
    kobo = links_stored(ledger)
    run_id = night()
    items = plan(update("a", kobo["a"], bruksareal=(50.0, 51.5)), retire("b", kobo["b"]), update("c", kobo["c"], bruksareal=(49.0, 52.0)))
    assert became(apply_plan(items, desired, client, ledger, run_id, MUNICIPALITY, 2)) == {"a": "done", "b": "done", "c": "moved"}
    assert bodies(client) == {"a": 51.5, "c": 50}
    inverse = plan_inverse(ledger, MUNICIPALITY, run_id)
    assert became(apply_plan(inverse.items, inverse.desired, client, ledger, night(), MUNICIPALITY, 2)) == {"a": "done", "b": "done"}
    assert bodies(client) == {"a": 50, "b": 50, "c": 50}
    back = client.read(links_stored(ledger)["b"])
    assert {name: back[name] for name in ("adressenavn", "nummer", "postnummer", "boligtype")} == {
        name: desired.row(1, named=True)[name] for name in ("adressenavn", "nummer", "postnummer", "boligtype")
    }


def test_an_imported_dwelling_becomes_ours_by_the_first_change(client: RegisterClient, address: str, ledger: Ledger, night: Nights) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=";")
    writer.writeheader()
    place = {"gatenavn": "Fjordveien a", "husnummer": "1", "postnummer": "9990", "kommunenummer": "9901", "bruksenhetsnummer": "H0101"}
    writer.writerow({**place, "koboboligtype": "OMSORGSBOLIG"})
    answer = requests.post(f"{address}/rehearsal/import", data=text.getvalue().encode(), timeout=10)
    assert answer.json()["importert"] == 1
    kobo_id = next(client.listing())["koboId"]
    matches = pl.DataFrame([{"leverandor_bolig_id": "a", "kobo_id": kobo_id, "key": "address", "certain": True}], schema=MATCHES)
    assert adopt(matches, register({"kobo_id": kobo_id}), ledger, MUNICIPALITY).is_empty()
    items = plan(update("a", kobo_id, bruksareal=(None, 50.0)))
    assert became(apply_plan(items, dwellings("a"), client, ledger, night(), MUNICIPALITY, 1)) == {"a": "done"}
    assert bodies(client) == {"a": 50}


def test_the_same_dwelling_created_by_somebody_meanwhile_is_found_not_doubled(
    client: RegisterClient, ledger: Ledger, night: Nights
) -> None:
    apply_plan(plan(*create("a")), dwellings("a"), client, ledger, night(), MUNICIPALITY, 1)
    with ledger.write() as connection:
        ledger.unlink_within(connection, MUNICIPALITY, ["a"], "test")
    outcomes = apply_plan(plan(*create("a")), dwellings("a"), client, ledger, night(), MUNICIPALITY, 1)
    assert became(outcomes) == {"a": "done"}
    assert len(list(client.listing())) == 1


def test_what_the_register_refuses_comes_back_in_its_own_words(client: RegisterClient, ledger: Ledger, night: Nights) -> None:
    desired = pl.concat([dwellings("a"), dwellings("b", boligtype="SLOTT")])
    outcomes = apply_plan(plan(*create("a", "b")), desired, client, ledger, night(), MUNICIPALITY, 2)
    assert became(outcomes) == {"a": "done", "b": "refused"}
    refused = outcomes.filter(pl.col("outcome") == "refused").row(0, named=True)
    assert refused["status"] == 400
    assert "boligtype" in refused["message"]


def test_a_register_that_is_not_there_is_reported_and_the_next_night_does_it(client: RegisterClient, ledger: Ledger, night: Nights) -> None:
    nowhere = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:9", attempts=1, give_up_after=2, retry_wait_cap=0.01)
    ours = [f"{number:02d}" for number in range(40)]
    with RegisterClient(nowhere) as down:
        first = became(apply_plan(plan(*create(*ours)), dwellings(*ours), down, ledger, night(), MUNICIPALITY, 2))
    assert len(first) == 40
    assert set(first.values()) == {"failed", "not_tried"}
    assert set(became(apply_plan(plan(*create(*ours)), dwellings(*ours), client, ledger, night(), MUNICIPALITY, 2)).values()) == {"done"}
    assert sorted(bodies(client)) == ours
