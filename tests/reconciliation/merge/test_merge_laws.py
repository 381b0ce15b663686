"""Laws of merging, on made municipalities."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from benchmarks.matching.adversary import adversary_world
from benchmarks.matching.worlds import demo_world
from reconciliation.likeness.place import with_place
from reconciliation.merge import merge
from reconciliation.model.known_decisions import DECISION_COLUMNS
from tests.strategies import SOURCES, WHOLE_NIGHTS, World, municipality, none_known, standing_rows, worlds

HOUSE = municipality()
FEW_TOWNS = settings(WHOLE_NIGHTS, max_examples=3)


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


def answered_at_random(dwellings: pl.DataFrame, random: Any) -> pl.DataFrame:
    """An answer to every pair that is asked about, true or not: the same of pairs that share no dwelling, else different."""
    sources, keys = (dict(dwellings.select("leverandor_bolig_id", name).iter_rows()) for name in ("sources", "source_keys"))
    # Two rows of one source are two homes, whatever is said.
    asked = {
        tuple(sorted((dwelling, other)))
        for dwelling, others in dwellings.select("leverandor_bolig_id", "candidates").iter_rows()
        for other in others
        if not set(sources[dwelling]) & set(sources[other])
    }
    joined: set[str] = set()
    decided = []
    for pair in random.sample(sorted(asked), len(asked)):
        same = joined.isdisjoint(pair) and random.random() < 0.5
        joined |= set(pair) if same else set()
        left, right = (keys[dwelling][0] for dwelling in pair)
        decided.append(dict.fromkeys(DECISION_COLUMNS) | {"kind": "same" if same else "different", "left": left, "right": right})
    return pl.DataFrame(decided, schema=DECISION_COLUMNS)


@FEW_TOWNS
@given(st.integers(0, 10**6), st.sampled_from(SOURCES), st.randoms(use_true_random=False))
def test_decisions_survive_another_order_a_missing_source_and_the_next_night(seed: int, gone: str, random: Any) -> None:
    rows = adversary_world(20, 0.3, seed).rows
    decided = answered_at_random(merge(rows, none_known(), None, HOUSE).dwellings, random)
    again = merge(rows, none_known(), decided, HOUSE)
    order = random.sample(range(rows.height), rows.height)
    nights = [
        again,
        merge(rows[order], again.memberships, decided, HOUSE),
        merge(rows.filter(pl.col("source") != gone), again.memberships, decided, HOUSE),
    ]
    for night in nights:
        homes = keys_of(night.dwellings)
        for kind, left, right in decided.select("kind", "left", "right").iter_rows():
            assert left not in homes or right not in homes or (homes[left] == homes[right]) == (kind == "same"), (left, right)


@FEW_TOWNS
@given(st.integers(0, 10**6), st.sampled_from(SOURCES))
def test_in_a_town_made_to_mislead_a_source_that_goes_merges_no_two_but_such_as_were_asked_about_and_are_one(seed: int, gone: str) -> None:
    world = adversary_world(20, 0.3, seed)
    once = merge(world.rows, none_known(), None, HOUSE)
    before, beside = keys_of(once.dwellings), dict(once.dwellings.select("leverandor_bolig_id", "candidates").iter_rows())
    left = merge(world.rows.filter(pl.col("source") != gone), once.memberships, None, HOUSE).dwellings
    for keys in left.get_column("source_keys"):
        merged = {before[key] for key in keys}
        assert sum(not beside[dwelling] for dwelling in merged) <= 1
        if len(merged) > 1:
            assert all(merged & ({dwelling, *beside[dwelling]} - {dwelling}) for dwelling in merged if beside[dwelling])
            assert len({world.row_truth[key] for key in keys}) == 1


WEAK = ("address_lease", "address_label", "address", "last")
TOLD_APART_BY = ("_unit", "_extra", "_label", "_house")


@WHOLE_NIGHTS
@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.15, 0.3, 0.5]))
def test_no_chain_of_weak_links_joins_rows_that_would_not_join_alone(seed: int, share: float) -> None:
    """Row A fits B and B fits C for want of a number: then A and C must fit too, or the chain is not joined.

    Rows with one label and two unit numbers all share the label: no chain, but a contradiction that a person settles.
    """
    rows = demo_world(60, share, seed).rows
    merged = merge(rows, none_known(), None, HOUSE).dwellings
    agreed = merged.filter(pl.col("contradictions").list.len() == 0)
    weak = agreed.filter(pl.col("merged_by").is_in(WEAK)).select("leverandor_bolig_id", _row="source_keys").explode("_row")
    placed = with_place(rows).with_columns(_row=pl.col("source") + ":" + pl.col("source_key"))
    values = placed.join(weak, on="_row").group_by("leverandor_bolig_id").agg(pl.col(TOLD_APART_BY).drop_nulls().n_unique())
    assert values.filter(pl.any_horizontal(pl.col(name) > 1 for name in TOLD_APART_BY)).is_empty()


CHAINS = {
    "the middle one has no unit number": (
        {"source": "fdv", "bruksenhetsnummer": "H0101"},
        {"source": "eiendom", "leilighetsnummer": "3"},
        {"source": "omsorg", "bruksenhetsnummer": "H0203", "leilighetsnummer": "3"},
    ),
    "the middle one has no label": (
        {"source": "fdv", "leilighetsnummer": "1"},
        {"source": "eiendom"},
        {"source": "omsorg", "leilighetsnummer": "2"},
    ),
    "the middle one has no ground": (
        {"source": "fdv", "gardsnummer": 5, "bruksnummer": 7},
        {"source": "eiendom"},
        {"source": "omsorg", "gardsnummer": 5, "bruksnummer": 8},
    ),
    "the middle one is a room of either": (
        {"source": "fdv", "bruksenhetsnummer": "H0101"},
        {"source": "eiendom", "ekstra_referanse": "Rom 2"},
        {"source": "omsorg", "bruksenhetsnummer": "H0102"},
    ),
}


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS.keys())
def test_two_rows_that_differ_are_never_joined_through_one_that_says_less(
    chain: tuple[dict[str, Any], ...], order: tuple[int, int, int]
) -> None:
    rows = standing_rows(*({**chain[place], "source_key": str(number)} for number, place in enumerate(order)))
    ends = {f"{row['source']}:{row['source_key']}" for row in rows.iter_rows(named=True) if row["source"] != "eiendom"}
    assert not any(ends <= set(keys) for keys in merge(rows, none_known(), None, HOUSE).dwellings["source_keys"])
