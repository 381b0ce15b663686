"""What the progress page shows, as typed data: no markup, no wording beyond titles."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from language import text, word_for
from reconciliation.model.rules import BY_ID
from reconciliation.plan.progress import UNKNOWN
from reporting.backlog import NEXT_NIGHT, OPERATIONS, holder_of
from reporting.deviation_lines import deviation_lines, each_cell_once
from reporting.night_report import NightResult
from reporting.stop_causes import cause, rule_title


@dataclass(frozen=True, slots=True)
class ProgressGroup:
    """Dwellings of one category, owner or source. baseline: what the plan counted. slug: None for a total."""

    title: str
    in_scope: int
    in_register: int
    in_sync: int
    baseline: int | None = None
    slug: str | None = None

    @property
    def missing(self) -> int:
        """Dwellings in scope that are not in the register."""
        return self.in_scope - self.in_register

    @property
    def share(self) -> float:
        """Share in the register, 0 to 1; 0 when none is in scope."""
        return self.in_register / self.in_scope if self.in_scope else 0.0


@dataclass(frozen=True, slots=True)
class Block:
    """Something that stops `count` rows or dwellings. kind: rejected, person, kobo, waiting. code: rule id or reason code.
    age_days: of the oldest. rule: id of the rule that rejects, for its link. holder: who must act (reporting/backlog)."""

    kind: str
    code: str
    why: str
    owner: str
    count: int
    new: int | None = None
    age_days: int | None = None
    rule: str | None = None
    owner_slug: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class OwnerLife:
    """An owner's deviations, counted by cell (deviation_lines), and the dwellings stopped by rejected rows night by night.

    fixed: since the night before.
    """

    owner: str
    title: str
    open: int
    new: int
    fixed: int
    returned: int
    oldest_days: int | None
    trend: tuple[tuple[date, int], ...]


def owner_title(result: NightResult, slug: str | None) -> str:
    """The owner's title; a slug that the file does not have is shown as it is."""
    owner = result.municipality.owners.get(slug or "")
    return owner.title if owner else text("groups.unknown") if slug in (None, UNKNOWN) else str(slug)


def holder_title(result: NightResult, holder: str) -> str:
    """Who must act, as people know them. holder: an owner's slug, or one of the two of reporting/backlog."""
    return word_for("holders", holder) if holder in (OPERATIONS, NEXT_NIGHT) else owner_title(result, holder)


def groups(result: NightResult, by: str) -> list[ProgressGroup]:
    """by: category, owner or source; in the order of the municipality's file, then what it does not know."""
    municipality = result.municipality
    titles: Mapping[str, str] = {
        "category": {slug: category.title for slug, category in municipality.categories.items() if category.in_scope},
        "owner": {slug: owner.title for slug, owner in municipality.owners.items()},
        "source": {slug: source.title for slug, source in municipality.sources.items()},
    }[by]
    tonight = result.history.filter(pl.col("as_of") == result.as_of).group_by(by).agg(pl.col("in_scope", "in_register", "in_sync").sum())
    counts = {slug or UNKNOWN: (scope, registered, same) for slug, scope, registered, same in tonight.sort(by).iter_rows()}
    slugs = [*titles, *(slug for slug in counts if slug not in titles)]

    def group(slug: str) -> ProgressGroup:
        scope, registered, same = counts.get(slug, (0, 0, 0))
        planned = municipality.categories[slug].baseline if by == "category" and slug in municipality.categories else None
        title = titles.get(slug) or (text("groups.unknown") if slug == UNKNOWN else slug)
        return ProgressGroup(title, scope, registered, same, planned, slug)

    return [group(slug) for slug in slugs]


def blocks(result: NightResult) -> list[Block]:
    """Everything that stops, the most first."""
    everything = [*_rejected(result), *_of_snapshot(result)]
    return sorted(everything, key=lambda block: (-block.count, -(block.age_days or 0), block.why, block.owner))


def _rejected(result: NightResult) -> list[Block]:
    """Rejected rows by rule and owner. A row with several errors counts once, under its oldest one."""
    errors = result.deviations.filter(pl.col("severity") == "error")
    first = errors.sort("age_days", "rule", descending=[True, False], maintain_order=True).unique(
        ["source", "file", "sheet", "row"], keep="first", maintain_order=True
    )
    counts = first.group_by("rule", "owner").agg(pl.len(), pl.col("is_new").sum(), pl.col("age_days").max()).sort("rule", "owner")
    return [
        Block(
            "rejected",
            rule,
            rule_title(rule),
            owner_title(result, owner),
            count,
            new,
            age,
            rule=rule if rule in BY_ID else None,
            owner_slug=owner or "",
            holder=owner or "",
        )
        for rule, owner, count, new, age in counts.iter_rows()
    ]


_KINDS = {"review": "person", "conflict": "person", "refused": "kobo"}


def _of_snapshot(result: NightResult) -> list[Block]:
    """Dwellings whose rows are fine and that are still not in Kobo; and those there that wait for a person."""
    stopped: Counter[tuple[str, str]] = Counter()
    for owner, reasons in result.history.filter(pl.col("as_of") == result.as_of).select("owner", "blocked").iter_rows():
        for reason, dwellings in json.loads(reasons or "{}").items():
            if reason not in ("rejected", "conflict"):
                stopped[reason, owner] += dwellings
    # A dwelling in conflict may well be in Kobo, so conflicts are counted in the plan and not among what is missing.
    owners = result.dwellings.select("leverandor_bolig_id", "owner")
    conflicts = result.items.filter(pl.col("class") == "conflict").join(owners, on="leverandor_bolig_id", how="left")
    stopped.update({("conflict", owner): count for owner, count in conflicts.group_by("owner").len().iter_rows()})
    return [
        Block(
            _KINDS.get(reason, "waiting"),
            reason,
            cause(reason),
            owner_title(result, owner),
            dwellings,
            holder=holder_of(reason, owner),
            owner_slug=owner or "",
        )
        for (reason, owner), dwellings in stopped.items()
    ]


def lives(result: NightResult) -> list[OwnerLife]:
    """Every owner that has, or had, something to fix; in the order of the municipality's file."""
    trend: dict[str, dict[date, int]] = {}
    for as_of, owner, reasons in result.history.filter(pl.col("as_of") <= result.as_of).select("as_of", "owner", "blocked").iter_rows():
        nights = trend.setdefault(owner, {})
        nights[as_of] = nights.get(as_of, 0) + json.loads(reasons or "{}").get("rejected", 0)
    open_now = (
        deviation_lines(result.deviations).group_by("owner").agg(pl.len(), pl.col("is_new", "returned").sum(), pl.col("age_days").max())
    )
    open_counts = {owner: (total, new, back, oldest) for owner, total, new, back, oldest in open_now.iter_rows()}
    gone = dict(each_cell_once(result.fixed.filter(pl.col("fixed") == result.as_of)).group_by("owner").len().iter_rows())
    known = [*result.municipality.owners, *sorted({*open_counts, *trend, *gone} - {*result.municipality.owners, None})]

    def life(owner: str) -> OwnerLife:
        total, new, back, oldest = open_counts.get(owner, (0, 0, 0, None))
        nights = tuple(sorted(trend.get(owner, {}).items()))
        return OwnerLife(owner, owner_title(result, owner), total, new, gone.get(owner, 0), back, oldest, nights)

    return [life(owner) for owner in known if owner in open_counts or owner in gone or any(trend.get(owner, {}).values())]
