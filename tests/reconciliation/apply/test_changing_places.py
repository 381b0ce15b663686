"""Homes that stand in Kobo under each other's numbers: replaced in one night, none is lost, whatever happens in between (law 4)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation.apply import apply_plan
from reconciliation.ledger import Ledger, open_ledger
from tests.reconciliation.apply.applying import became, linked, links_stored
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan, retire
from tests.reconciliation.apply.paper_register import PaperRegister
from tests.reconciliation.apply.test_replacing import replacement
from tests.reconciliation.ledger.databases import new_ledger_database
from tests.strategies import register as seen
from tests.whole_nights.dying_ledger import Killed, open_dying

HOUSE = {"kommunenummer": "9901", "adressenavn": "Fjordveien", "nummer": 1, "postnummer": "9990"}


def unit(number: int) -> str:
    return f"H010{number}"


def homes(**units: str) -> pl.DataFrame:
    """Dwellings of one house, by id and unit number."""
    return pl.concat([dwellings(ours, **HOUSE, bruksenhetsnummer=number) for ours, number in units.items()])


def put_in_kobo(ledger: Ledger, register: PaperRegister, *, ours_known: bool, **units: str) -> None:
    """Entries in Kobo that are linked. Not ours_known: a caseworker made them, so they have no id of ours."""
    for ours, number in units.items():
        kobo_id = linked(ledger, register, ours, **HOUSE, bruksenhetsnummer=number)
        register.entries[kobo_id] |= {"adressenavn": HOUSE["adressenavn"], "leverandor_bolig_id": ours if ours_known else None}


def one_night(
    ledger: Ledger, register: PaperRegister, run_id: str, wanted: dict[str, str], threads: int = 4, more: tuple[dict[str, Any], ...] = ()
) -> dict[str, str]:
    """The plan that a night would make, applied: a home without a link is created, one with another number is replaced."""
    links = links_stored(ledger)
    items: list[dict[str, Any]] = [*more]
    for ours, number in wanted.items():
        number_there = register.entries.get(links.get(ours, ""), {}).get("bruksenhetsnummer")
        if ours not in links:
            items += create(ours)
        elif number_there != number:
            items.append(replacement(ours, links[ours], None))
    entries = seen(*({"kobo_id": kobo_id, **entry} for kobo_id, entry in register.entries.items()))
    return became(apply_plan(plan(*items), homes(**wanted), register, ledger, run_id, MUNICIPALITY, threads, entries=entries))


def is_right(ledger: Ledger, register: PaperRegister, wanted: dict[str, str]) -> None:
    assert register.ids == sorted(wanted), "each exactly once"
    assert {entry["leverandor_bolig_id"]: entry["bruksenhetsnummer"] for entry in register.entries.values()} == wanted
    assert links_stored(ledger) == {entry["leverandor_bolig_id"]: kobo_id for kobo_id, entry in register.entries.items()}
    assert ledger.unsettled(MUNICIPALITY) == []


SWAP = {"a": unit(1), "b": unit(2)}


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("ours_known", [False, True])
def test_two_homes_change_numbers_in_one_night(
    ours_known: bool, threads: int, ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    put_in_kobo(ledger, register, ours_known=ours_known, a=unit(2), b=unit(1))
    assert one_night(ledger, register, night(), SWAP, threads) == {"a": "done", "b": "done"}
    is_right(ledger, register, SWAP)


@pytest.mark.parametrize("after_commit", [False, True])
def test_killed_at_every_transaction_of_the_exchange_both_homes_stand_after_the_next_night(after_commit: bool, tmp_path: Path) -> None:
    for dies_at in range(1, 30):
        folder = tmp_path / str(dies_at)
        folder.mkdir()
        url, register = new_ledger_database("sqlite", folder), PaperRegister()
        with open_ledger(url, folder) as healthy:
            put_in_kobo(healthy, register, ours_known=False, a=unit(2), b=unit(1))
        dying = open_dying(url, dies_at, after_commit)
        try:
            one_night(dying, register, Nights(dying)(), SWAP, 1)
        except Killed:
            died = True
        else:
            died = False
        dying.close()
        with open_ledger(url, folder) as ledger:
            nights = Nights(ledger)
            nights.number = 1
            one_night(ledger, register, nights(), SWAP)
            is_right(ledger, register, SWAP)
        shutil.rmtree(folder)
        if not died:
            assert dies_at > 4
            return
    pytest.fail("the apply never came to its end")


def test_killed_before_any_call_of_the_exchange_both_homes_stand_after_the_next_night(tmp_path: Path) -> None:
    for dies_at in range(1, 20):
        folder = tmp_path / str(dies_at)
        folder.mkdir()
        register = PaperRegister()
        with open_ledger(new_ledger_database("sqlite", folder), folder) as ledger:
            put_in_kobo(ledger, register, ours_known=False, a=unit(2), b=unit(1))
            nights = Nights(ledger)
            called: list[str] = []

            def die(verb: str, called: list[str] = called, dies_at: int = dies_at) -> None:
                called.append(verb)
                if len(called) >= dies_at:
                    raise Killed

            register.on_call = die
            try:
                one_night(ledger, register, nights(), SWAP, 1)
            except Killed:
                pass
            else:
                assert dies_at > 6
                return
            register.on_call = None
            one_night(ledger, register, nights(), SWAP)
            is_right(ledger, register, SWAP)
        shutil.rmtree(folder)
    pytest.fail("the apply never came to its end")


FAULTS = st.dictionaries(
    st.tuples(st.sampled_from(["POST", "DELETE"]), st.integers(1, 4)), st.sampled_from(["before", "after", "wait", "busy", "down"])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.permutations([1, 2, 3, 4]), threads=st.integers(1, 4), faults=FAULTS, ours_known=st.booleans())
def test_in_whatever_rings_homes_stand_and_whatever_fails_each_comes_to_its_own_number(
    before: list[int],
    threads: int,
    faults: dict[tuple[str, int], str],
    ours_known: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = Path(tmp_path_factory.mktemp("ring"))
    wanted = {f"d{number}": unit(number) for number in (1, 2, 3, 4)}
    register = PaperRegister()
    with open_ledger(new_ledger_database("sqlite", folder), folder) as ledger:
        put_in_kobo(ledger, register, ours_known=ours_known, **{f"d{at}": unit(number) for at, number in enumerate(before, start=1)})
        register.faults = {(verb, f"d{at}" if verb == "POST" else f"k-d{at}"): fault for (verb, at), fault in faults.items()}
        nights = Nights(ledger)
        for _ in range(5):
            register.is_down = False
            outcomes = one_night(ledger, register, nights(), wanted, threads)
            there = {
                register.entries[kobo_id]["bruksenhetsnummer"] for kobo_id in links_stored(ledger).values() if kobo_id in register.entries
            }
            assert len(there) + len(set(wanted) - set(links_stored(ledger))) == len(wanted) or "unknown" in outcomes.values()
        stays = [ours for ours, number in wanted.items() if before[int(ours[1]) - 1] == int(number[-1])]
        for ours in stays:
            register.entries[f"k-{ours}"]["leverandor_bolig_id"] = ours
        is_right(ledger, register, wanted)


def test_a_home_moves_into_the_place_that_a_retirement_of_the_same_plan_frees(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    put_in_kobo(ledger, register, ours_known=True, a=unit(2), gone=unit(1))
    assert one_night(ledger, register, night(), {"a": unit(1)}, more=(retire("gone", "k-gone"),)) == {"a": "done", "gone": "done"}
    is_right(ledger, register, {"a": unit(1)})


def test_a_home_stays_where_it_is_while_the_retirement_that_would_free_its_place_fails(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    put_in_kobo(ledger, register, ours_known=True, a=unit(2), gone=unit(1))
    register.faults["DELETE", "k-gone"] = "busy"
    leaves = (retire("gone", "k-gone"),)
    assert one_night(ledger, register, night(), {"a": unit(1)}, more=leaves) == {"a": "refused", "gone": "failed"}
    assert sorted(register.entries) == ["k-a", "k-gone"]
    assert one_night(ledger, register, night(), {"a": unit(1)}, more=leaves) == {"a": "done", "gone": "done"}
    is_right(ledger, register, {"a": unit(1)})


def test_nothing_is_deleted_for_a_place_that_stays_taken_nor_for_two_homes_in_one(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    put_in_kobo(ledger, register, ours_known=False, a=unit(2), b=unit(3), c=unit(4), stays=unit(1))
    assert one_night(ledger, register, night(), {"a": unit(1), "b": unit(2), "stays": unit(1)}) == {"a": "refused", "b": "refused"}
    assert one_night(ledger, register, night(), {"b": unit(5), "c": unit(5)}) == {"b": "refused", "c": "refused"}
    assert register.calls["DELETE"] == 0


def test_no_home_of_a_ring_is_deleted_when_another_entry_of_it_was_edited_since(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    put_in_kobo(ledger, register, ours_known=False, a=unit(2), b=unit(1))
    entries = seen(*({"kobo_id": kobo_id, **entry} for kobo_id, entry in register.entries.items()))
    register.entries["k-b"]["manedsleie"] = 9000.0
    items = plan(replacement("a", "k-a", None), replacement("b", "k-b", None))
    outcomes = apply_plan(items, homes(**SWAP), register, ledger, night(), MUNICIPALITY, 4, entries=entries)
    assert became(outcomes) == {"a": "refused", "b": "moved"}
    assert register.calls["DELETE"] == 0


def test_a_new_place_taken_meanwhile_is_told_and_the_home_is_sent_again(ledger: Ledger, register: PaperRegister, night: Nights) -> None:
    put_in_kobo(ledger, register, ours_known=True, a=unit(2))
    newcomer = {**HOUSE, "bruksenhetsnummer": unit(1)}

    def taken(verb: str) -> None:
        if verb == "POST":
            register.entries.setdefault("k-new", newcomer)

    register.on_call = taken
    assert one_night(ledger, register, night(), {"a": unit(1)}) == {"a": "refused"}
    assert links_stored(ledger) == {}, "so the home is not taken for one in Kobo"
    register.on_call = None
    del register.entries["k-new"]
    assert one_night(ledger, register, night(), {"a": unit(1)}) == {"a": "done"}
    is_right(ledger, register, {"a": unit(1)})
