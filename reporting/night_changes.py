"""What differs between two nights: dwellings that came, went and changed class, deviations that came and were mended, and the answers.

The ledger has a row for every night on which a dwelling's class is not "in sync"; "in sync" is stored once and lasts until the next
class. So the class of each dwelling on any night is known, and the counts of every night add up to what its plan counted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from reconciliation.model.words import DwellingClass
from reporting.deviation_lines import cell_in_words, each_cell_once
from reporting.night_report import DecidedThatDay, NightResult
from reporting.privacy import hidden_deviations, hidden_names

CLASSES = tuple(name.value for name in DwellingClass if name is not DwellingClass.REGISTER_ONLY)
"""Classes of dwellings that are or were in a source. What is in Kobo alone has no id of ours to follow it by."""


STAYS = pl.Schema({"home": pl.String(), "kind": pl.String(), "first": pl.Int64(), "last": pl.Int64(), "hidden": pl.Boolean()})
"""A dwelling (leverandor_bolig_id) in one class, from one night to another, as indices of `NightLog.nights`. hidden: a shielded one, whose
name is shown nowhere."""


@dataclass(frozen=True, slots=True)
class DeviationSpell:
    """A deviation's life: open from night `since` until night `fixed`, both indices of nights. place: None for a shielded dwelling.

    first: when it was seen for the first time, earlier than `since` for one that was fixed and came back.
    """

    owner: str
    rule: str
    place: str | None
    first: int
    since: int
    fixed: int | None


@dataclass(frozen=True)
class NightLog:
    """Everything that differs between two of `nights`, oldest first. stays: STAYS, those of one home together, oldest first, the shielded
    homes last. whole: class -> dwellings that were in it on every night; they are not in `stays`.
    """

    nights: Sequence[date]
    stays: pl.DataFrame
    whole: Mapping[str, int]
    faults: Sequence[DeviationSpell]
    answers: Sequence[DecidedThatDay]

    def count(self, night: int) -> dict[str, int]:
        """Class -> dwellings on that night."""
        counts = Counter(self.whole)
        counts.update(self.stays.filter(_covers(night)).get_column("kind"))
        return dict(counts)


@dataclass(frozen=True, slots=True)
class NightDifference:
    """Between two nights. came, went: home and its class. moved: home, class before and after. Homes are None for shielded dwellings.

    new: open now and never before; returned: open now and before, but not on the first of the nights; fixed: open then and not now.
    passing: came and were fixed between the two.
    """

    came: tuple[tuple[str | None, str], ...]
    went: tuple[tuple[str | None, str], ...]
    moved: tuple[tuple[str | None, str, str], ...]
    new: tuple[DeviationSpell, ...]
    returned: tuple[DeviationSpell, ...]
    fixed: tuple[DeviationSpell, ...]
    passing: int
    answered: tuple[DecidedThatDay, ...]


def between(log: NightLog, since: int, until: int) -> NightDifference:
    """since, until: indices of nights, the earlier first."""
    shown = pl.when(~pl.col("hidden")).then("home")
    before, now = (log.stays.filter(_covers(night)).unique("home", keep="first") for night in (since, until))
    homes = log.stays.select("home", "hidden").unique("home", maintain_order=True)
    for name, stays in (("before", before), ("now", now)):
        homes = homes.join(stays.select("home", pl.col("kind").alias(name)), on="home", how="left", maintain_order="left")
    begun = [fault for fault in log.faults if since < fault.since <= until]
    opened = [fault for fault in begun if fault.fixed is None or fault.fixed > until]
    first_day, last_day = log.nights[since], log.nights[until]
    return NightDifference(
        came=tuple(homes.filter(pl.col("before").is_null() & pl.col("now").is_not_null()).select(shown, "now").iter_rows()),
        went=tuple(homes.filter(pl.col("before").is_not_null() & pl.col("now").is_null()).select(shown, "before").iter_rows()),
        moved=tuple(homes.filter(pl.col("before") != pl.col("now")).select(shown, "before", "now").iter_rows()),
        new=tuple(fault for fault in opened if fault.first > since),
        returned=tuple(fault for fault in opened if fault.first <= since),
        fixed=tuple(fault for fault in log.faults if fault.since <= since and fault.fixed is not None and since < fault.fixed <= until),
        passing=len(begun) - len(opened),
        answered=tuple(answer for answer in log.answers if first_day <= answer.day <= last_day),
    )


def _covers(night: int) -> pl.Expr:
    return (pl.col("first") <= night) & (pl.col("last") >= night)


def night_log(result: NightResult) -> NightLog:
    """From the ledger's classes, deviations and decisions. Nights whose register was not seen have no classes and are left out."""
    seen = result.history.filter((pl.col("as_of") <= result.as_of) & pl.col("register_seen").all().over("as_of"))
    nights = seen.get_column("as_of").unique().sort().to_list()
    hidden = hidden_names(result.dwellings, result.items, result.shielded_gone)
    classes = _classes(result.class_changes, nights).with_columns(hidden=pl.col("home").is_in(sorted(hidden)))
    throughout = (pl.col("first") == 0) & (pl.col("last") == len(nights) - 1) & (pl.len().over("home") == 1)
    whole = dict(classes.filter(throughout).group_by("kind").len().iter_rows())
    stays = classes.filter(~throughout).sort("hidden", maintain_order=True)
    return NightLog(nights, stays, whole, _faults(result, nights), result.answers)


def _classes(changes: pl.DataFrame, nights: Sequence[date]) -> pl.DataFrame:
    """The stays in a class of every dwelling, in the order of the changes: STAYS without `hidden`."""
    known = changes.filter(pl.col("class").is_in(CLASSES)).with_columns(follows=pl.col("as_of").shift(-1).over("leverandor_bolig_id"))
    days = pl.Series(nights, dtype=pl.Date)

    def nights_before(column: str, side: Literal["left", "right"]) -> pl.Series:
        # search_sorted would place nulls (no later change) too.
        return pl.Series(days.search_sorted(known.get_column(column).fill_null(date.max), side), dtype=pl.Int64)

    until_next = nights_before("follows", "left") - 1
    until_seen = nights_before("last", "right") - 1
    end = pl.when(pl.col("class") == DwellingClass.IN_SYNC).then(until_next).otherwise(until_seen)
    stays = known.select(
        home="leverandor_bolig_id", kind="class", first=nights_before("as_of", "left"), last=pl.min_horizontal(end, len(nights) - 1)
    )
    return stays.filter(pl.col("first") <= pl.col("last"))


def _faults(result: NightResult, nights: Sequence[date]) -> list[DeviationSpell]:
    marked = hidden_deviations(each_cell_once(result.deviation_log), result)
    return [
        DeviationSpell(
            row["owner"],
            row["rule"],
            None if row["secret"] else cell_in_words(row),
            bisect_left(nights, row["first_seen"]),
            bisect_left(nights, row["since"]),
            None if row["fixed"] is None or row["fixed"] > result.as_of else bisect_left(nights, row["fixed"]),
        )
        for row in marked.iter_rows(named=True)
        if row["first_seen"] <= result.as_of
    ]
