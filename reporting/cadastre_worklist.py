"""What must be settled in the cadastre, or compared with it, before Kobo can take a dwelling: typed, grouped by building.

Only for a municipality that names its official addresses. Nothing of a shielded dwelling is in it (law 10).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from language import rendered, text
from reconciliation.addresses.spelling_keys import street_keys
from reconciliation.model.shielding import is_shielded
from reconciliation.model.tables import SOURCE_ROWS
from reporting.night_report import NightResult
from reporting.privacy import hidden_names
from reporting.value_words import row_in_words

MISSING_UNIT, UNKNOWN_UNIT, MISSING_ADDRESS, LETTER = "missing_unit", "unknown_unit", "missing_address", "letter"
_OF_RULE = {"B02": MISSING_UNIT, "B06W": MISSING_UNIT, "B07": MISSING_UNIT, "B04W": UNKNOWN_UNIT}
_OF_ADDRESS = "A05W"
_LETTER_KEYS = frozenset({"address_reasons.only_with_letter", "address_reasons.letter_too", "address_reasons.other_letter"})
_OUTSIDE_KEY = "address_verdicts.outside"
_CADASTRES_WORDS = ("address_reasons.", "row_numbers.", "row_address.")


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to settle at one building. settle: a key of cadastre_settle. says: what the cadastre has, as text.

    rows: "source: key" of the rows that wait for it, or are uncertain until it is settled; ours: their units or labels as written.
    """

    building: str
    settle: str
    ours: tuple[str, ...]
    says: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spelling:
    """A street that Kobo writes otherwise than we do, and on how many dwellings: no conflict, listed once."""

    ours: str
    theirs: str
    dwellings: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """tasks: sorted by building. spellings: sorted by street."""

    tasks: tuple[Task, ...]
    spellings: tuple[Spelling, ...]


def cadastre_worklist(result: NightResult) -> Worklist | None:
    """None without official addresses, or when there is nothing to list. result: deviations without secret values."""
    if not result.municipality.addresses:
        return None
    worklist = Worklist(tuple(_tasks(result)), tuple(_spellings(result)))
    return worklist if worklist.tasks or worklist.spellings else None


def _tasks(result: NightResult) -> Iterator[Task]:
    rows = _open_rows(result)
    by_task: dict[tuple[str, str, str], list[Mapping[str, object]]] = defaultdict(list)
    message_of = cache(_cadastre_message)  # The rows of one house have the same messages.
    for source, key, rule, message in result.deviations.select("source", "source_key", "rule", "message").iter_rows():
        row = rows.get((source, key))
        settle, says = message_of(rule, message)
        if row is None or settle is None:
            continue
        by_task[(_building(row), settle, says)].append(row)
    explained = {(building, settle) for building, settle, says in by_task if says}
    for (building, settle, says), waiting in sorted(by_task.items()):
        if not says and (building, settle) in explained:
            continue  # Two rules found the same problem; the task of the rule that quotes the cadastre is enough.
        ours = sorted({str(row["bruksenhetsnummer"] or row["leilighetsnummer"] or row["ekstra_referanse"] or "") for row in waiting} - {""})
        named = sorted({row_in_words(f"{row['source']}:{row['source_key']}", result.municipality) for row in waiting})
        yield Task(building, settle, tuple(ours), says, tuple(named))


def _open_rows(result: NightResult) -> dict[tuple[str, str], Mapping[str, object]]:
    """(source, key) -> tonight's row that breaks a rule of the cadastre's, without those of shielded dwellings."""
    hidden = hidden_names(result.dwellings, result.items, result.shielded_gone)
    rows = pl.concat([frame.select(list(SOURCE_ROWS)) for frame in (result.standing_rows, result.rejected_rows)])
    broken = result.deviations.filter(pl.col("rule").is_in([*_OF_RULE, _OF_ADDRESS])).select("source", "source_key").unique()
    named = rows.filter(pl.col("adressenavn").is_not_null() & ~is_shielded())
    named = named.join(broken, on=["source", "source_key"], how="semi", nulls_equal=True, maintain_order="left")
    by_place = {(row["source"], row["source_key"]): row for row in named.iter_rows(named=True)}
    return {place: row for place, row in by_place.items() if f"{place[0]}:{place[1]}" not in hidden}


def _cadastre_message(rule: str, message: str) -> tuple[str | None, str]:
    """(key of cadastre_settle, what the cadastre has) of a deviation; the key is None when there is nothing to settle."""
    parts = json.loads(message) if message.startswith("[") else []
    named = {part["key"] for part in parts if isinstance(part, dict)}
    says = [part for part in parts if not isinstance(part, dict) or part["key"].startswith(_CADASTRES_WORDS)]
    words = " ".join(part if isinstance(part, str) else rendered(json.dumps([part], separators=(",", ":"))) for part in says)
    if rule in _OF_RULE:
        return _OF_RULE[rule], words
    if rule != _OF_ADDRESS:
        return None, ""
    if named & _LETTER_KEYS:
        return LETTER, words
    return (MISSING_ADDRESS, words) if _OUTSIDE_KEY in named else (None, "")


def _building(row: Mapping[str, object]) -> str:
    number = "" if row["nummer"] is None else f" {row['nummer']}{row['bokstav'] or ''}"
    return f"{row['adressenavn']}{number}"


def _spellings(result: NightResult) -> Iterator[Spelling]:
    """Streets that compare as equal and are written in two ways."""
    if result.register_rows is None:
        return
    pairs = result.items.select("leverandor_bolig_id", "kobo_id").drop_nulls()
    ours = result.dwellings.filter(~is_shielded()).select("leverandor_bolig_id", ours="adressenavn")
    theirs = result.register_rows.select("kobo_id", theirs="adressenavn")
    both = pairs.join(ours, on="leverandor_bolig_id").join(theirs, on="kobo_id").filter(pl.col("ours") != pl.col("theirs"))
    counted = Counter(both.select("ours", "theirs").iter_rows())
    for (mine, other), dwellings in sorted(counted.items()):
        if street_keys(mine).sure == street_keys(other).sure:
            yield Spelling(mine, other, dwellings)


def one_line(worklist: Worklist) -> str:
    """The worklist in one line, beside its link."""
    rows = {row for task in worklist.tasks for row in task.rows}
    return text("cadastre.line", tasks=len(worklist.tasks), rows=len(rows), spellings=len(worklist.spellings))
