"""The parts of a plan: what is created, updated, retired or replaced, per source, per category or both.

Each part has its digest, its limits and its approval. Parts within their limits are applied while others wait: forty retirements that
need approval do not delay a new dwelling.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from reconciliation.merge import Merged
from reconciliation.merge.survivorship import ranks
from reconciliation.model.municipality import Municipality
from reconciliation.model.plan_actions import acts, replaces
from reconciliation.plan.approval import approve_with
from reconciliation.plan.guards import Limit, Refusal, creation_limit, deletion_limit, environment_mismatch, refusal, update_limit

CREATE, UPDATE, RETIRE, REPLACE = "create", "update", "retire", "replace"
UNKNOWN_GROUP = "-"
"""Group of a dwelling whose group is known neither tonight nor in the ledger."""
EXAMPLES = 3
"""Number of dwellings that are named as examples where a part is shown."""


@dataclass(frozen=True, slots=True)
class Part:
    """name: action/source. changes: number of items. examples: the first leverandor_bolig_id. refusals: why it waits, if it does."""

    name: str
    digest: str
    changes: int
    examples: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def with_parts(items: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """items (PLAN_ITEMS) with `part` filled; null where nothing is done. groups: what `part_groups` returns."""
    if items.filter(acts()).is_empty():
        return items
    joined = items.drop("part").join(groups, on="leverandor_bolig_id", how="left")
    kind = pl.when(replaces()).then(pl.lit(REPLACE)).otherwise("class")
    name = pl.concat_str(kind, pl.lit("/"), pl.col("_group").fill_null(UNKNOWN_GROUP))
    return joined.with_columns(part=pl.when(acts()).then(name)).select(items.columns)


def part_groups(merged: Merged, municipality: Municipality, stock: pl.DataFrame) -> pl.DataFrame:
    """(leverandor_bolig_id, _group): source, category, or source/category, as `guards.parts` says.

    stock: the ledger's STOCK, for the category of dwellings that are in no source any more."""
    sources, categories = first_sources(merged, municipality), _categories(merged, stock)
    if municipality.guards.parts == "source":
        return sources.rename({"_source": "_group"})
    if municipality.guards.parts == "category":
        return categories.rename({"_category": "_group"})
    both = sources.join(categories, on="leverandor_bolig_id", how="left")
    return both.select("leverandor_bolig_id", _group=pl.concat_str("_source", pl.col("_category").fill_null(UNKNOWN_GROUP), separator="/"))


def _categories(merged: Merged, stock: pl.DataFrame) -> pl.DataFrame:
    tonight = merged.dwellings.select("leverandor_bolig_id", _category="kategori")
    before = stock.select("leverandor_bolig_id", _category="category").join(tonight, on="leverandor_bolig_id", how="anti")
    return pl.concat([tonight, before]).drop_nulls("_category").filter(pl.col("_category") != "")


def first_sources(merged: Merged, municipality: Municipality) -> pl.DataFrame:
    """(leverandor_bolig_id, _source): of the sources that have or had the dwelling, the one that ranks first."""
    order = ranks(municipality.survivorship.default, sorted(municipality.sources))
    tonight = merged.dwellings.select("leverandor_bolig_id", _source="sources", _now=pl.lit(0)).explode("_source")
    before = merged.memberships.select("leverandor_bolig_id", _source="source", _now=pl.lit(1))
    return (
        pl.concat([tonight, before])
        .with_columns(_rank=pl.col("_source").replace_strict(order, default=len(order), return_dtype=pl.Int64))
        .sort("leverandor_bolig_id", "_now", "_rank", "_source")
        .unique("leverandor_bolig_id", keep="first", maintain_order=True)
        .select("leverandor_bolig_id", "_source")
    )


@dataclass(frozen=True, slots=True)
class RegisterCounts:
    """The numbers that limits are shares of. ours: group -> linked entries; in_register: all entries; first: no entry is linked yet."""

    ours: Mapping[str, int]
    in_register: int
    first: bool


def parts_of(
    items: pl.DataFrame, counts: RegisterCounts, municipality: Municipality, digest_of: Callable[[pl.DataFrame], str]
) -> tuple[Part, ...]:
    """The parts of a plan (PLAN_ITEMS with `part`), sorted by name, each with the limits that it exceeds.

    A part must be within the limit of its own group, and together with all smaller parts of its kind within the municipality's limit. The
    smallest parts go first, so that one faulty source does not hold back the others. Retirements and replacements count together.
    """
    counted = items.filter(pl.col("part").is_not_null())
    groups = {str(name): frame for (name,), frame in counted.group_by("part", maintain_order=True)}
    limits = {name: limit for name, limit in _limits(groups, counts, municipality) if limit is not None}
    mismatch = environment_mismatch(municipality.register_)
    parts = []
    for name, frame in sorted(groups.items()):
        digest = digest_of(frame)
        broken = [("environment_mismatch", mismatch)] if mismatch else []
        broken += [limits[name]] if name in limits else []
        command = approve_with(digest, f"kobosync night {municipality.file}", f"{municipality.slug}_approve")
        refused = tuple(refusal(code, details, command, name) for code, details in broken)
        ids = frame.get_column("leverandor_bolig_id").drop_nulls().sort().head(EXAMPLES)
        parts.append(Part(name, digest, frame.height, tuple(ids.to_list()), refused))
    return tuple(parts)


def _limits(
    groups: Mapping[str, pl.DataFrame], counts: RegisterCounts, municipality: Municipality
) -> Iterator[tuple[str, tuple[str, dict[str, str | int]] | None]]:
    """Part -> the limit that it exceeds, or None."""
    everything = sum(counts.ours.values())
    kinds: tuple[tuple[Sequence[str], Callable[[int], Limit]], ...] = (
        ((CREATE,), lambda of: creation_limit(counts.in_register, municipality.guards)),
        ((UPDATE,), lambda of: update_limit(of, municipality.guards)),
        ((RETIRE, REPLACE), lambda of: deletion_limit(of, municipality.guards)),
    )
    for actions, limit_for in kinds:
        mine = {name: _size(frame) for name, frame in groups.items() if name.partition("/")[0] in actions}
        if actions == (CREATE,) and counts.first and not counts.in_register:
            # The first night fills an empty register: no limit holds it back.
            continue
        whole, going = limit_for(everything), 0
        for name, number in sorted(mine.items(), key=lambda item: (item[1], item[0])):
            own = limit_for(counts.ours.get(name.partition("/")[2], 0))
            if number > own.most:
                yield name, own.broken_by(number)
            elif going + number > whole.most:
                yield name, whole.broken_by(sum(mine.values()))
            else:
                going += number
                yield name, None


def _size(frame: pl.DataFrame) -> int:
    """Number of changes in the register. A retirement whose entry is gone from Kobo already only ends the link, and does not count."""
    return frame.filter(pl.col("reason").ne_missing(pl.lit("gone_in_both"))).height
