"""A declared change of a source's key system: old key -> new key, so that every dwelling keeps its leverandorBoligId.

Only memberships are renamed. The file is checked and shown first, and refused as a whole when one line is ambiguous."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from connectors.check_digits import is_national_identity_number

HEADINGS = (("gammel", "ny"), ("old", "new"))
DELIMITERS = (";", ",", "\t")


class Fate(StrEnum):
    """Result of checking one line."""

    MOVES = "moves"
    DONE = "done"
    SAME = "same"
    UNMATCHED = "unmatched"
    TWICE_OLD = "twice_old"
    TWICE_NEW = "twice_new"
    TAKEN = "taken"
    BLANK = "blank"
    PERSONAL = "personal"


AMBIGUOUS = (Fate.TWICE_OLD, Fate.TWICE_NEW, Fate.TAKEN, Fate.BLANK, Fate.PERSONAL)
"""Results because of which the whole file is refused."""

WORDS = {
    Fate.MOVES: "moves",
    Fate.DONE: "moved already",
    Fate.SAME: "old and new are the same",
    Fate.UNMATCHED: "no dwelling was ever seen under the old key",
    Fate.TWICE_OLD: "the old key is twice in the file, with different new ones",
    Fate.TWICE_NEW: "the new key is twice in the file: two dwellings would become one",
    Fate.TAKEN: "the new key belongs to another dwelling already",
    Fate.BLANK: "the old or the new key is missing",
    Fate.PERSONAL: "the new key is a national identity number, and an id is never made of one",
}


class RekeyError(Exception):
    """The file cannot be used; the text says which line, why, and what to do."""


@dataclass(frozen=True, slots=True)
class RekeyLine:
    """One line of the file. row: 1-based, the heading counted. leverandor_bolig_id: the dwelling under the old key."""

    row: int
    old: str
    new: str
    fate: Fate
    leverandor_bolig_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rekey:
    """lines: one per line of the file. left: keys of the source that the file does not name, sorted."""

    source: str
    lines: tuple[RekeyLine, ...]
    left: tuple[str, ...]

    @property
    def ambiguous(self) -> tuple[RekeyLine, ...]:
        """The lines because of which the file is refused."""
        return tuple(line for line in self.lines if line.fate in AMBIGUOUS)

    @property
    def moves(self) -> tuple[RekeyLine, ...]:
        """The lines whose key is renamed."""
        return tuple(line for line in self.lines if line.fate is Fate.MOVES)

    def count(self, fate: Fate) -> int:
        """Number of lines with that result."""
        return sum(line.fate is fate for line in self.lines)


def read_pairs(content: bytes) -> list[tuple[str, str]]:
    """Old and new keys from delimited text with the headings gammel and ny (or old and new). Raises RekeyError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RekeyError("The file is not UTF-8. Save it as CSV UTF-8, and try again.") from error
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    head = [name.strip().casefold() for name in rows[0]] if rows else []
    names = next((names for names in HEADINGS if set(names) <= set(head)), None)
    if names is None:
        raise RekeyError("The first line must hold the headings gammel and ny (or old and new), parted by a semicolon.")
    old, new = (head.index(name) for name in names)
    read = []
    for row in rows[1:]:
        cells = [*row, *[""] * (max(old, new) + 1 - len(row))]
        read.append((cells[old].strip(), cells[new].strip()))
    while read and read[-1] == ("", ""):
        read.pop()
    if not read:
        raise RekeyError("The file holds no keys below its headings.")
    return read


def plan_rekey(source: str, pairs: Iterable[tuple[str, str]], memberships: pl.DataFrame, in_kobo: Collection[str] | None = None) -> Rekey:
    """memberships: source, source_key, leverandor_bolig_id. in_kobo: ids of dwellings that are or may be in Kobo; None: all of them.
    Pure: nothing moves here.

    A chain (A to B while B goes to C) is renamed in one step. A new key is taken when another dwelling has it and it is not renamed
    itself, unless that dwelling was never sent to Kobo and has no other key: a night has seen the renamed key before it was declared.
    """
    own = memberships.filter(pl.col("source") == source)
    known: dict[str, str] = dict(own.select("source_key", "leverandor_bolig_id").iter_rows())
    numbered = list(enumerate(pairs, start=2))
    distinct = dict.fromkeys(pair for _, pair in numbered)
    olds, news = Counter(old for old, _ in distinct), Counter(new for _, new in distinct)
    leaving = {old for old, new in distinct if old != new}
    if in_kobo is not None:
        keys_of = Counter(memberships.get_column("leverandor_bolig_id"))
        unsent = {key for key, ours in known.items() if ours not in in_kobo and keys_of[ours] == 1}
        leaving |= {new for old, new in distinct if old in known and new in unsent}
    lines = []
    for row, (old, new) in numbered:
        fate = _fate(old, new, known, olds, news, leaving)
        lines.append(RekeyLine(row, old, new, fate, known.get(old)))
    named = {key for pair in distinct for key in pair}
    return Rekey(source, tuple(lines), tuple(sorted(set(known) - named)))


def _fate(old: str, new: str, known: dict[str, str], olds: Counter[str], news: Counter[str], leaving: set[str]) -> Fate:
    if not old or not new:
        return Fate.BLANK
    if is_national_identity_number(new):
        return Fate.PERSONAL
    if olds[old] > 1:
        return Fate.TWICE_OLD
    if news[new] > 1:
        return Fate.TWICE_NEW
    if old == new:
        return Fate.SAME
    if old not in known:
        return Fate.DONE if new in known and new not in leaving else Fate.UNMATCHED
    if new in known and new not in leaving:
        return Fate.TAKEN
    return Fate.MOVES


def declared_moves(rekey: Rekey) -> dict[str, str]:
    """Old key -> new key, of the lines that are renamed. Raises RekeyError when any line is ambiguous."""
    if rekey.ambiguous:
        line = rekey.ambiguous[0]
        more = f" ({len(rekey.ambiguous)} such lines)" if len(rekey.ambiguous) > 1 else ""
        raise RekeyError(f"Line {line.row}: {WORDS[line.fate]}{more}. Nothing is moved; mend the file and try again.")
    return {line.old: line.new for line in rekey.moves}
