"""Laws of merging, on made municipalities."""

from __future__ import annotations

from collections import Counter

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from reconciliation.merge import merge
from tests.strategies import SOURCES, WHOLE_NIGHTS, World, municipality, none_known, worlds

HOUSE = municipality()


def keys_of(dwellings: pl.DataFrame) -> dict[str, str]:
    return dict(dwellings.select("source_keys", "leverandor_bolig_id").explode("source_keys").iter_rows())


@WHOLE_NIGHTS
@given(worlds())
def test_each_standing_row_is_in_exactly_one_dwelling(world: World) -> None:
    merged = merge(world.rows, none_known(), None, HOUSE).dwellings
    assert Counter(merged["source_keys"].explode().to_list()) == Counter(list(world.truth))
    assert merged["rows"].sum() == world.rows.height
    assert merged["leverandor_bolig_id"].is_unique().all()


@WHOLE_NIGHTS
@given(worlds())
def test_no_two_dwellings_are_ever_taken_for_one(world: World) -> None:
    for keys in merge(world.rows, none_known(), None, HOUSE).dwellings["source_keys"]:
        assert len({world.truth[key] for key in keys}) == 1, keys


@WHOLE_NIGHTS
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(world: World, random: st.DataObject) -> None:
    order = list(range(world.rows.height))
    random.shuffle(order)
    once, again = merge(world.rows, none_known(), None, HOUSE), merge(world.rows[order], none_known(), None, HOUSE)
    assert_frame_equal(once.dwellings, again.dwellings)
    assert_frame_equal(once.lineage, again.lineage)
    assert_frame_equal(once.memberships, again.memberships)


@WHOLE_NIGHTS
@given(worlds())
def test_merging_again_with_what_is_remembered_changes_nothing(world: World) -> None:
    once = merge(world.rows, none_known(), None, HOUSE)
    again = merge(world.rows, once.memberships, None, HOUSE)
    # Only the reason may be another: what several keys held together is now simply known.
    assert_frame_equal(once.dwellings.drop("merged_by"), again.dwellings.drop("merged_by"))
    assert_frame_equal(once.memberships, again.memberships)


@WHOLE_NIGHTS
@given(worlds(), st.sampled_from(SOURCES))
def test_a_source_that_goes_merges_no_two_settled_dwellings_and_moves_no_id(world: World, gone: str) -> None:
    once = merge(world.rows, none_known(), None, HOUSE)
    settled = keys_of(once.dwellings.filter(pl.col("candidates").list.len() == 0))
    without = keys_of(merge(world.rows.filter(pl.col("source") != gone), once.memberships, None, HOUSE).dwellings)
    assert all(without[key] == settled[key] for key in settled if key in without)


@WHOLE_NIGHTS
@given(worlds(), st.sampled_from(SOURCES))
def test_a_source_that_comes_leaves_every_id_as_it_was(world: World, new: str) -> None:
    before = merge(world.rows.filter(pl.col("source") != new), none_known(), None, HOUSE)
    settled = keys_of(before.dwellings.filter(pl.col("candidates").list.len() == 0))
    after = keys_of(merge(world.rows, before.memberships, None, HOUSE).dwellings)
    assert {key: after[key] for key in settled} == settled
