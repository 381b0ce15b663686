"""Law 10: a shielded home in a shared house cannot be found by anything that people open, whatever else is wrong with it."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from assets.known_shielded import SHIELDED_GONE, shielded_and_gone
from assets.stored_table import Table
from reconciliation.ledger import open_ledger
from tests.strategies import WHOLE_NIGHTS
from tests.whole_nights.shielded_town import Home, ShieldedTown, changed, homes, named, night_result, records
from tests.whole_nights.whole_night import whole_night


@given(shielded_homes=homes(), then=st.sampled_from(["gone", "mended", "rejected", "same"]))
@settings(WHOLE_NIGHTS, deadline=None)
def test_nothing_that_people_open_leads_to_a_shielded_home(shielded_homes: list[Home], then: str) -> None:
    town, before = ShieldedTown(shielded_homes), None
    try:
        for number, here in enumerate([shielded_homes, changed(shielded_homes, then)]):
            town.homes = here
            town.write()
            as_of = date(2023, 11, 1) + timedelta(days=number)
            with closing(open_ledger(town.url, Path())) as ledger, town.client() as client, TemporaryDirectory() as folder:
                night = whole_night(town.municipality, town.home, ledger, client, town.calls, f"run-{number}", as_of)
                gone = shielded_and_gone(before, night.merged.dwellings)
                before = Table(night.merged.dwellings, {SHIELDED_GONE: gone})
                result = night_result(town, night, ledger, frozenset(gone))
                names = named(result, night, shielded_homes)
                for where, text in records(result, night, Path(folder)):
                    assert not [name for name in names.values if name in text], (where, text)
                    hidden, visible = ([name for name in side if name in text] for side in (names.hidden, names.visible))
                    assert not (hidden and visible), (where, hidden, visible, text)
    finally:
        town.close()
