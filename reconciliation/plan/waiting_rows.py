"""Rows without an entry that may be the home of an entry which would be deleted: the deletion waits as long as they do."""

from __future__ import annotations

import json

import polars as pl

from reconciliation.identifiers import kommune_table
from reconciliation.match.both_sides import PAIR
from reconciliation.match.candidates import with_this_rent
from reconciliation.match.decided_pairs import pair_decisions
from reconciliation.match.last_search import left_behind
from reconciliation.match.matching import prepared_sides
from reconciliation.match.other_streets import OtherStreets, alone_alike
from reconciliation.model.known_decisions import Decisions
from reconciliation.model.municipality import Municipality
from reconciliation.model.shielding import is_shielded
from reconciliation.model.tables import CONTENT
from reconciliation.model.words import DwellingClass
from reconciliation.plan.guards import RETIRE_WAITING, SAME_PLACE_ASKED
from reconciliation.plan.planning_inputs import Remembered

_NONE = pl.DataFrame(schema=PAIR)
_COLUMNS = ["leverandor_bolig_id", "candidates", "source_keys", *CONTENT]


def held_where_a_row_waits(
    items: pl.DataFrame,
    dwellings: pl.DataFrame,
    entries: pl.DataFrame,
    rejected: pl.DataFrame | None,
    remembered: Remembered,
    municipality: Municipality,
) -> pl.DataFrame:
    """items (PLAN_ITEMS): holds deletions of entries whose home may be a row that waits, for whatever reason: a dwelling in question that
    has no entry, or a row of `rejected` (SOURCE_ROWS) that is in no dwelling. Its key may be new, and it lost its unit number. A pair of
    which a person said that they are two homes holds nothing, nor does a rejected row that was beside the home in its own list, at another
    place. The details name the rows that are waited for, but for those with a shielded address.
    """
    may_go = pl.col("held").is_null() | (pl.col("held") == RETIRE_WAITING)
    leaving = (pl.col("class") == DwellingClass.RETIRE.value) & may_go
    gone = entries.join(items.filter(leaving), on="kobo_id", how="semi")
    rows = _without_entry(items, dwellings, rejected)
    if gone.is_empty() or rows.is_empty():
        return items
    ours, theirs = prepared_sides(rows, gone, kommune_table().same_place_as(municipality.kommunenummer))
    pairs = left_behind(ours.with_columns(with_this_rent()), theirs, OtherStreets(ours, theirs, _NONE), alone_alike(ours, theirs))
    kept = pair_decisions(Decisions.of(remembered.decisions), dwellings, entries).not_different(pairs.select(list(PAIR)))
    kept = _not_beside(kept, items.filter(leaving), ours, theirs, remembered)
    names = _names(kept, rows, municipality)
    waits = leaving & pl.col("kobo_id").is_in(kept.get_column("kobo_id").implode())
    return items.with_columns(
        held=pl.when(waits).then(pl.lit(SAME_PLACE_ASKED)).otherwise("held"),
        details=pl.struct("kobo_id", "details", _waits=waits).map_elements(
            lambda item: (
                json.dumps({**json.loads(item["details"] or "{}"), "rows": names[item["kobo_id"]]}, ensure_ascii=False)
                if item["_waits"] and item["kobo_id"] in names
                else item["details"]
            ),
            return_dtype=pl.String(),
        ),
    )


def _not_beside(
    kept: pl.DataFrame, leaving: pl.DataFrame, ours: pl.DataFrame, theirs: pl.DataFrame, remembered: Remembered
) -> pl.DataFrame:
    """Without the pairs of an entry and a rejected row that was beside the home's row in one list, in another house or under another unit
    number: two homes. One at the same place may be the home's own row, written twice."""
    homes = leaving.select("kobo_id", _home="leverandor_bolig_id")
    gone = homes.join(kept, on="kobo_id", how="semi").get_column("_home").drop_nulls().to_list()
    beside = pl.DataFrame(
        sorted(remembered.rejected_beside(gone)) if gone else [],
        schema={"_home": pl.String(), "leverandor_bolig_id": pl.String()},
        orient="row",
    )
    if beside.is_empty():
        return kept
    places = ["_house", "bruksenhetsnummer", "ekstra_referanse"]
    pairs = beside.join(homes, on="_home").join(kept, on=["leverandor_bolig_id", "kobo_id"], how="semi")
    placed = pairs.join(ours.select("leverandor_bolig_id", *places), on="leverandor_bolig_id")
    placed = placed.join(theirs.select("kobo_id", *places), on="kobo_id", suffix="_theirs")
    parted = placed.filter(pl.any_horizontal((pl.col(name) != pl.col(f"{name}_theirs")).fill_null(value=False) for name in places))
    return kept.join(parted, on=["leverandor_bolig_id", "kobo_id"], how="anti")


def _names(kept: pl.DataFrame, rows: pl.DataFrame, municipality: Municipality) -> dict[str, list[str]]:
    """koboId -> the rows that are waited for, as people know them: their list and key there."""
    visible = rows.filter(~is_shielded()).select("leverandor_bolig_id", "source_keys")
    named = kept.join(visible, on="leverandor_bolig_id").explode("source_keys")
    names: dict[str, list[str]] = {}
    for kobo_id, key in named.select("kobo_id", "source_keys").drop_nulls().unique().sort("kobo_id", "source_keys").iter_rows():
        source, _, rest = str(key).partition(":")
        title = municipality.sources[source].title if source in municipality.sources else source
        names.setdefault(kobo_id, []).append(f"{title}: {rest}")
    return names


def _without_entry(items: pl.DataFrame, dwellings: pl.DataFrame, rejected: pl.DataFrame | None) -> pl.DataFrame:
    """Dwellings that are asked about and have no entry, and rejected rows that are in no dwelling, under a name of their own."""
    asked = pl.col("class").is_in([DwellingClass.REVIEW.value, DwellingClass.CONFLICT.value]) & pl.col("kobo_id").is_null()
    waiting = dwellings.join(items.filter(asked), on="leverandor_bolig_id", how="semi").select(_COLUMNS)
    if rejected is None or rejected.is_empty():
        return waiting
    in_dwellings = dwellings.select(_name=pl.col("source_keys").explode(empty_as_null=False))
    name = pl.concat_str("source", pl.lit(":"), pl.col("source_key").fill_null(""))
    alone = rejected.with_columns(_name=name).join(in_dwellings, on="_name", how="anti")
    named = alone.with_columns(
        leverandor_bolig_id="_name", candidates=pl.lit([], pl.List(pl.String())), source_keys=pl.concat_list("_name")
    )
    return pl.concat([waiting, named.select(_COLUMNS)], how="vertical_relaxed")
