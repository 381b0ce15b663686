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

import polars as pl

from reconciliation.model.words import DwellingClass
from reporting.deviation_lines import cell_in_words, each_cell_once
from reporting.night_report import DecidedThatDay, NightResult
from reporting.privacy import hidden_deviations, hidden_names

CLASSES = tuple(name.value for name in DwellingClass if name is not DwellingClass.REGISTER_ONLY)
"""Classes of what stands in a source, or did. What is in Kobo alone has no id of ours to follow it by."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A dwelling in one class, from one night to another, as indices of `NightLog.nights`. home: None for a shielded one."""

    home: str | None
    kind: str
    first: int
    last: int


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
    """Everything that differs between two of `nights`, oldest first. stays: home -> its stays; those of shielded dwellings are in `hidden`.

    whole: class -> dwellings that were in it on every night.
    """

    nights: Sequence[date]
    stays: Mapping[str, Sequence[Stay]]
    hidden: Sequence[Sequence[Stay]]
    whole: Mapping[str, int]
    faults: Sequence[DeviationSpell]
    answers: Sequence[DecidedThatDay]

    def count(self, night: int) -> dict[str, int]:
        """Class -> dwellings on that night."""
        counts = Counter(self.whole)
        counts.update(stay.kind for stays in (*self.stays.values(), *self.hidden) for stay in stays if stay.first <= night <= stay.last)
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
    pairs = [(stays[0].home, _at(stays, since), _at(stays, until)) for stays in (*log.stays.values(), *log.hidden) if stays]
    begun = [fault for fault in log.faults if since < fault.since <= until]
    opened = [fault for fault in begun if fault.fixed is None or fault.fixed > until]
    first_day, last_day = log.nights[since], log.nights[until]
    return NightDifference(
        came=tuple((home, now) for home, before, now in pairs if before is None and now is not None),
        went=tuple((home, before) for home, before, now in pairs if before is not None and now is None),
        moved=tuple((home, before, now) for home, before, now in pairs if before and now and before != now),
        new=tuple(fault for fault in opened if fault.first > since),
        returned=tuple(fault for fault in opened if fault.first <= since),
        fixed=tuple(fault for fault in log.faults if fault.since <= since and fault.fixed is not None and since < fault.fixed <= until),
        passing=len(begun) - len(opened),
        answered=tuple(answer for answer in log.answers if first_day <= answer.day <= last_day),
    )


def _at(stays: Sequence[Stay], night: int) -> str | None:
    return next((stay.kind for stay in stays if stay.first <= night <= stay.last), None)


def night_log(result: NightResult) -> NightLog:
    """From the ledger's classes, deviations and decisions. Nights whose register was not seen have no classes and are left out."""
    seen = result.history.filter((pl.col("as_of") <= result.as_of) & pl.col("register_seen").all().over("as_of"))
    nights = seen.get_column("as_of").unique().sort().to_list()
    hidden = hidden_names(result.dwellings, result.items, result.shielded_gone)
    stays: dict[str, list[Stay]] = {}
    secret: dict[str, list[Stay]] = {}
    whole: Counter[str] = Counter()
    for home, kinds in _classes(result.class_changes, nights).items():
        if len(kinds) == 1 and (kinds[0][1], kinds[0][2]) == (0, len(nights) - 1):
            whole[kinds[0][0]] += 1
            continue
        into = secret if home in hidden else stays
        into[home] = [Stay(None if home in hidden else home, *kind) for kind in kinds]
    return NightLog(nights, stays, list(secret.values()), whole, _faults(result, nights), result.answers)


def _classes(changes: pl.DataFrame, nights: Sequence[date]) -> dict[str, list[tuple[str, int, int]]]:
    """leverandor_bolig_id -> (class, first night, last night), in order."""
    last = len(nights) - 1
    by_dwelling: dict[str, list[tuple[str, int, int]]] = {}
    known = changes.filter(pl.col("class").is_in(CLASSES))
    follows = pl.col("as_of").shift(-1).over("leverandor_bolig_id").alias("follows")
    for home, kind, began, ended, following in known.select("leverandor_bolig_id", "class", "as_of", "last", follows).iter_rows():
        first = bisect_left(nights, began)
        if kind == DwellingClass.IN_SYNC:
            end = last if following is None else bisect_left(nights, following) - 1
        else:
            end = bisect_left(nights, ended) if ended in nights else bisect_left(nights, ended) - 1
        if first <= min(end, last):
            by_dwelling.setdefault(home, []).append((kind, first, min(end, last)))
    return by_dwelling


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
