"""The night after, when keys of the lists have moved by one line: a known key then names the next home.

Each list is compared with its last read first, as in a night: one of which many keys moved is refused, and one in which two neighbours
changed keys passes that limit; there the reading, the merge and the match must see it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from random import Random

import polars as pl

from benchmarks.matching.measuring import HOUSE, meanings
from benchmarks.matching.worlds import REGISTER, Labelled
from reconciliation.ledger.links import LINKS
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.merge.merging import Merged
from reconciliation.model.tables import SOURCE_ROWS
from reconciliation.plan.planning import make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from reconciliation.reading.read_evidence import Evidence, read_evidence
from tests.strategies import NIGHT, SOURCES, none_known
from tests.strategies import links as no_links

LONGEST_PIECE = 9


@dataclass(frozen=True, slots=True)
class PlannedNight:
    """What merging, matching and planning made of a world's rows. classes: leverandor_bolig_id -> class of the plan.
    seconds: of merging and matching."""

    merged: Merged
    pairs: pl.DataFrame
    items: pl.DataFrame
    classes: dict[str, str]
    seconds: float

    @property
    def certain(self) -> dict[str, str]:
        """leverandor_bolig_id -> koboId."""
        return dict(self.pairs.filter("certain").select("leverandor_bolig_id", "kobo_id").iter_rows())


@dataclass(frozen=True, slots=True)
class AfterShift:
    """Faults of the second night that the first did not have.

    refused: where a share of the keys moved, how many of the lists were refused whole. The rest is of a night in which two neighbouring
    lines of each list changed keys (shifted: so many rows). waiting: of these, rows that wait while the row of before is used. merges:
    dwellings that hold two homes. matches: dwellings matched with another home's entry. posted_again: dwellings that would be created
    although Kobo has the home, from the night before or earlier."""

    lists: int
    refused: int
    shifted: int
    waiting: int
    merges: int
    matches: int
    posted_again: int


def planned(
    world: Labelled, known: pl.DataFrame | None = None, links: pl.DataFrame | None = None, decisions: pl.DataFrame | None = None
) -> PlannedNight:
    """known: of an earlier night's `merged.memberships`. decisions: DECISION_COLUMNS."""
    linked = no_links() if links is None else links
    start = time.perf_counter()
    merged = merge(world.rows, none_known() if known is None else known, decisions, HOUSE)
    pairs = match(merged.dwellings, world.entries, linked, decisions)
    seconds = time.perf_counter() - start
    plan = make_plan(merged, world.entries, pairs, Reading(frozenset(SOURCES)), Remembered(linked), HOUSE, NIGHT)
    classes = dict(plan.items.drop_nulls("leverandor_bolig_id").select("leverandor_bolig_id", "class").iter_rows())
    return PlannedNight(merged, pairs, plan.items, classes, seconds)


def after_shift(world: Labelled, first: PlannedNight, share: float) -> AfterShift:
    """The night after `first`, whose matches were linked and whose creations were made."""
    random = Random(f"shift {share} {len(world.row_truth)}")
    made, links = after_creations(world, first)
    many, _ = shifted(made, random, share)
    refused = sum(not evidence.believed for evidence in _evidence(many.rows, made.rows).values())
    moved, keys = shifted(made, random)
    waiting = {
        f"{source}:{key}" for source, evidence in _evidence(moved.rows, made.rows).items() for key in evidence.reused if evidence.believed
    }
    used = _with_earlier_rows(moved, made, waiting)
    second = planned(used, first.merged.memberships, links)
    homes_before = meanings(world, first.merged.dwellings)
    mixed_before = {frozenset(homes) for homes in homes_before.values()}
    wrong_before = {entry for ours, entry in links.iter_rows() if made.entry_truth[entry] not in homes_before[ours]}
    homes_of = meanings(used, second.merged.dwellings)
    in_kobo = set(made.entry_truth.values())
    return AfterShift(
        lists=world.rows.get_column("source").n_unique(),
        refused=refused,
        shifted=len(keys),
        waiting=len(waiting),
        merges=sum(len(homes) > 1 and frozenset(homes) not in mixed_before for homes in homes_of.values()),
        matches=sum(made.entry_truth[entry] not in homes_of[ours] for ours, entry in second.certain.items() if entry not in wrong_before),
        posted_again=sum(kind == "create" and not in_kobo.isdisjoint(homes_of[ours]) for ours, kind in second.classes.items()),
    )


def _evidence(tonight: pl.DataFrame, before: pl.DataFrame) -> dict[str, Evidence]:
    source = next(iter(HOUSE.sources.values()))
    rows = {str(name): part for (name,), part in tonight.group_by("source")}
    return {
        name: read_evidence(part.select(list(SOURCE_ROWS)), before.filter(pl.col("source") == name), source, {}, {})
        for name, part in rows.items()
    }


def _with_earlier_rows(tonight: Labelled, before: Labelled, waiting: set[str]) -> Labelled:
    """Where a key waits for an answer, the row of the night before is used."""
    name = (pl.col("source") + ":" + pl.col("source_key")).is_in(list(waiting))
    rows = pl.concat([tonight.rows.filter(~name), before.rows.filter(name)])
    truth = tonight.row_truth | {key: before.row_truth[key] for key in waiting}
    return Labelled(rows, tonight.entries, truth, tonight.entry_truth, tonight.misnamed)


def after_creations(world: Labelled, night: PlannedNight) -> tuple[Labelled, pl.DataFrame]:
    """The world with the entries that the night creates, and the links after it."""
    homes_of = meanings(world, night.merged.dwellings)
    created = {ours: f"new-{ours}" for ours, kind in night.classes.items() if kind == "create"}
    dwellings = night.merged.dwellings.filter(pl.col("leverandor_bolig_id").is_in(list(created)))
    kobo_id = pl.col("leverandor_bolig_id").replace_strict(created, return_dtype=pl.String())
    entries = dwellings.with_columns(kobo_id=kobo_id, slettet=pl.lit(value=False)).select(list(REGISTER))
    truth = world.entry_truth | {entry: min(homes_of[ours]) for ours, entry in created.items()}
    made = Labelled(world.rows, pl.concat([world.entries, entries]), world.row_truth, truth, world.misnamed)
    return made, pl.DataFrame(list((night.certain | created).items()), schema=LINKS, orient="row")


def shifted(world: Labelled, random: Random, share: float | None = None) -> tuple[Labelled, dict[str, str]]:
    """The world with keys moved by one line, and "source:key" -> key after it: about `share` of the rows in pieces of up to LONGEST_PIECE,
    or two neighbouring lines of each list."""
    lines: dict[str, list[str]] = defaultdict(list)
    for name in world.row_truth:
        source, key = name.split(":", 1)
        lines[source].append(key)
    new_keys: dict[str, str] = {}
    for source, keys in sorted(lines.items()):
        keys.sort(key=lambda key: int(key[1:]))
        at = random.randrange(len(keys) - 1) if share is None else 0
        while at < len(keys) - 1:
            piece = keys[at : at + (2 if share is None else random.randint(2, LONGEST_PIECE))]
            if share is None or random.random() < share:
                new_keys |= {f"{source}:{key}": other for key, other in zip(piece, [*piece[1:], piece[0]], strict=True)}
            at = len(keys) if share is None else at + len(piece)
    name_now = pl.col("source") + ":" + pl.col("source_key")
    rows = world.rows.with_columns(source_key=name_now.replace_strict(new_keys, default=pl.col("source_key"), return_dtype=pl.String()))
    truth = {f"{name.split(':', 1)[0]}:{new_keys[name]}" if name in new_keys else name: home for name, home in world.row_truth.items()}
    return Labelled(rows, world.entries, truth, world.entry_truth, world.misnamed), new_keys
