"""The errors of merging and matching on an adversarial town: those that the rows' values could have prevented, and the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from benchmarks.matching.measuring import meanings
from benchmarks.matching.second_night import AfterShift, after_shift, planned
from benchmarks.matching.worlds import Labelled
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import questions
from reconciliation.ledger.decision_log import DECISIONS
from reconciliation.model.known_decisions import groups_of

TELLING = ("manedsleie", "bruksareal", "antall_soverom", "etasjenummer", "seksjonsnummer", "bruksenhetsnummer")
"""Fields of which two unequal values are evidence that rows are two homes."""
_ROUNDED = 1.0
SELDOM = 0.05
"""Up to this share of dirty rows the strict goals hold."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Misled:
    """*_told: wrong although the values are evidence that the rows are two homes. Of a merge: any value differs. Of a match: in some field
    the entry agrees with no row of the dwelling that it was matched with, and its own home's rows do not disagree with it there (a rent
    that is years old differs from both, and is no evidence). wrong_matches_differs: the looser count, any differing value is evidence.

    offered: share of the homes in Kobo that are matched or asked about. in_doubt: share of the dwellings in review or conflict;
    in_doubt_apart: those in houses where no source has unit numbers left out. copies_told: rows that are no dwelling, for their owner was
    told that they are copies without a unit number (B07). posted_known: would be created although Kobo has them,
    of which posted_known_told leaves out those whose entry was matched with another home with equal measures. posted_twice: how many
    more would be created than there are homes."""

    dwellings: int
    wrong_merges: int
    wrong_merges_told: int
    wrong_matches: int
    wrong_matches_told: int
    wrong_matches_differs: int
    automatic: float
    offered: float
    in_doubt: float
    in_doubt_apart: float
    questions: int
    copies_told: int
    posted_known: int
    posted_known_told: int
    posted_twice: int
    homes_posted_twice: int
    after_shift: AfterShift
    seconds: float


def misled(world: Labelled, share: float = SELDOM) -> Misled:
    """share: of the rows whose key moves by one line before the second night."""
    first = planned(world)
    merged, pairs = first.merged, first.pairs
    night = Tables(merged.dwellings, first.items, pairs, merged.lineage, world.rows, world.entries)
    homes_of = meanings(world, merged.dwellings)
    keys_of: dict[str, list[str]] = dict(merged.dwellings.select("leverandor_bolig_id", "source_keys").iter_rows())
    rows = {f"{row['source']}:{row['source_key']}": row for row in world.rows.iter_rows(named=True)}
    entries = {row["kobo_id"]: row for row in world.entries.iter_rows(named=True)}
    matched = pairs.select("leverandor_bolig_id", "kobo_id", "certain").rows()
    mixed = [ours for ours, homes in homes_of.items() if len(homes) > 1]
    mistaken = [(ours, entry) for ours, entry, certain in matched if certain and world.entry_truth[entry] not in homes_of[ours]]
    right = [(world.entry_truth[entry], certain) for ours, entry, certain in matched if world.entry_truth[entry] in homes_of[ours]]
    in_kobo = {home for homes in homes_of.values() for home in homes} & set(world.entry_truth.values())
    classes = first.classes
    posted = [ours for ours, kind in classes.items() if kind == "create"]
    own_rows: dict[str, list[Row]] = defaultdict(list)
    for key, home in world.row_truth.items():
        own_rows[home].append(rows[key])
    differs = sum(_tell([*(rows[key] for key in keys_of[ours]), entries[entry]]) for ours, entry in mistaken)
    told_of = {
        entry: _fits_worse([rows[key] for key in keys_of[ours]], own_rows[world.entry_truth[entry]], entries[entry])
        for ours, entry in mistaken
    }
    silent = {world.entry_truth[entry] for entry, tells in told_of.items() if not tells}
    silent |= {home for ours in mixed if not _tell([rows[key] for key in keys_of[ours]]) for home in homes_of[ours]}
    known = [ours for ours in posted if homes_of[ours] & in_kobo]
    doubted = {ours for ours, kind in classes.items() if kind in ("review", "conflict")}
    return Misled(
        dwellings=merged.dwellings.height,
        wrong_merges=len(mixed),
        wrong_merges_told=sum(_tell([rows[key] for key in keys_of[ours]]) for ours in mixed),
        wrong_matches=len(mistaken),
        wrong_matches_told=sum(told_of.values()),
        wrong_matches_differs=differs,
        automatic=len({home for home, certain in right if certain}) / max(len(in_kobo), 1),
        offered=len({home for home, _ in right}) / max(len(in_kobo), 1),
        in_doubt=len(doubted) / max(len(classes), 1),
        in_doubt_apart=len(doubted - _without_units(merged.dwellings)) / max(len(classes), 1),
        questions=len(questions(night, pl.DataFrame(schema=DECISIONS))),
        copies_told=world.copies_told,
        posted_known=len(known),
        posted_known_told=sum(not (homes_of[ours] & in_kobo) <= silent for ours in known),
        posted_twice=_created_too_often({ours: homes_of[ours] for ours in posted}),
        homes_posted_twice=sum(count > 1 for count in Counter(home for ours in posted for home in homes_of[ours]).values()),
        after_shift=after_shift(world, first, share),
        seconds=first.seconds,
    )


def as_rows(title: str, size: int, share: float, misled_figures: Misled) -> list[Row]:
    """The rows of this benchmark in benchmarks/results.json; the first has every figure in its detail."""
    goals = (
        ("wrong where something in the rows told", misled_figures.wrong_merges_told + misled_figures.wrong_matches_told, 0.0),
        (
            "wrong in all (share)",
            (misled_figures.wrong_merges + misled_figures.wrong_matches) / misled_figures.dwellings,
            0.002 if share <= SELDOM else None,
        ),
        ("created although Kobo has it and something told", misled_figures.posted_known_told, 0.0),
        (
            "created although Kobo has it (share)",
            misled_figures.posted_known / misled_figures.dwellings,
            0.002 if share <= SELDOM else 0.01,
        ),
        ("created twice", misled_figures.posted_twice, 0.0),
        ("two homes in one after two neighbours changed keys", misled_figures.after_shift.merges, 0.0),
        ("matched wrong after two neighbours changed keys", misled_figures.after_shift.matches, 0.0),
        ("created anew after two neighbours changed keys", misled_figures.after_shift.posted_again, 0.0),
        ("not matched and not asked about (share)", 1 - misled_figures.offered, 0.005 if share <= SELDOM else 0.015),
        ("in doubt, houses without units left out (share)", misled_figures.in_doubt_apart, 0.05 if share <= SELDOM else None),
        (
            "questions for each dwelling in doubt",
            misled_figures.questions / max(misled_figures.in_doubt * misled_figures.dwellings, 1),
            1.0,
        ),
    )
    rows: list[Row] = []
    for what, ours, goal in goals:
        row = {"name": f"{title}: {what}", "size": size, "ours": round(ours, 4), "other": None, "other_is": "", "ratio": None}
        rows.append(row | ({"goal": "", "met": None} if goal is None else {"goal": f"<= {goal:g}", "met": round(ours, 6) <= goal}))
    rows[0]["detail"] = asdict(misled_figures)
    return rows


def _without_units(dwellings: pl.DataFrame) -> set[str]:
    """leverandor_bolig_id of those in a house of several where none has a unit number."""
    place = ("adressenavn", "nummer", "bokstav")
    unknown = pl.col("bruksenhetsnummer").is_null().all().over(place) & (pl.len().over(place) > 1)
    return set(dwellings.filter(unknown).get_column("leverandor_bolig_id"))


def _created_too_often(posted: dict[str, set[str]]) -> int:
    """posted: leverandor_bolig_id -> true homes. How many more are created than there are homes: two dwellings that took each other's
    rows are two homes still."""
    head = groups_of({(ours, f"home {home}") for ours, homes in posted.items() for home in homes})
    dwellings = Counter(head[ours] for ours in posted)
    homes = Counter(head[home] for home in {f"home {home}" for named in posted.values() for home in named})
    return sum(count - homes[group] for group, count in dwellings.items() if count > homes[group])


def _fits_worse(given: list[Row], own: list[Row], entry: Row) -> bool:
    """Does the entry agree in some field with no row of `given`, and with a row of `own` (its own home), or does none of these say it?"""
    for name in TELLING:
        values, own_values = ([row[name] for row in rows if row.get(name) is not None] for rows in (given, own))
        if (
            (value := entry.get(name)) is not None
            and values
            and not _among(value, values, name)
            and (not own_values or _among(value, own_values, name))
        ):
            return True
    return False


def _among(value: Any, values: list[Any], name: str) -> bool:
    return any(abs(value - candidate) <= _ROUNDED if name == "bruksareal" else value == candidate for candidate in values)


def _tell(rows: list[Row]) -> bool:
    """Do the rows differ in anything that tells homes apart?"""
    for name in TELLING:
        values = {row.get(name) for row in rows} - {None}
        if len(values) > 1 and (name != "bruksareal" or max(values) - min(values) > _ROUNDED):
            return True
    return False
