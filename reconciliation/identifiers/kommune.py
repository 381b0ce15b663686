"""kommunenummer through time. A number is a name that is valid between dates, not an identity.

Source: SSB KLASS 131 (kommuneinndeling), changes 1972-2024 and the codes valid from 2024-01-01; kommunenummer.csv beside this
file. Refresh: `kobosync kommuner --refresh`. A change with the same number before and after renamed the municipality only.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("kommunenummer.csv")
COLUMNS = ("old", "new", "date")
"""One line per change; a line whose old is blank says that new is valid at that date."""
_LABEL = r"(?:k(?:omm?(?:une)?)?[\s.]*(?:nr|nummer)?[.:\s-]*)?"
_NUMBER = re.compile(rf"^'?{_LABEL}(\d{{1,4}})(?:[.,]0)?(?!\d)\s*(?:[-–(,;].*|/?\s*[^\W\d].*)?$", re.IGNORECASE)
_NAME_FIRST = re.compile(r"^[^\W\d][^\d(]*?[\s,(-]+(\d{3,4})\)?$")
"""`Elverum (3420)`, `Oslo 0301`."""

_ONE_NUMBER = re.compile(r"(?:[^\W\d]+\s+)?(\d{3,4})(?:\s+[^\W\d].*)?")


@dataclass(frozen=True, slots=True)
class Change:
    """From that date the municipality with the old number, or a part of it, has the new one."""

    old: str
    new: str
    on: date


class Municipalities:
    """All kommunenummer ever used, and their changes."""

    def __init__(self, changes: Sequence[Change], valid: Iterable[str], valid_from: date) -> None:
        self.changes = tuple(sorted(changes, key=lambda change: (change.on, change.old, change.new)))
        self.valid_from = valid_from
        self.valid = frozenset(valid)
        self._ends: dict[str, dict[date, tuple[str, ...]]] = defaultdict(dict)
        begins: dict[str, set[date]] = defaultdict(set)
        for change in self.changes:
            begins[change.new].add(change.on)
            self._ends[change.old][change.on] = (*self._ends[change.old].get(change.on, ()), change.new)
        self._begins = dict(begins)
        self.known = self.valid | set(self._ends) | set(self._begins)

    def current(self, number: str, as_of: date | None = None) -> tuple[str, ...]:
        """The numbers that the place has at that date (the newest without one): one, several where it was split, or is only to be a
        part of a merger, and only the address can tell, none for a number that never was. Followed by date, so a number used again is
        its newest self."""
        if number not in self.known:
            return ()
        until = as_of or date.max
        if self._is_used(number, until):
            return (number,)
        ended = [on for on, news in self._ends.get(number, {}).items() if on <= until and number not in news]
        return tuple(sorted(self._follow(number, max(ended), until) if ended else self._before(number, until, set())))

    def is_used(self, number: str, at: date) -> bool:
        """Whether the number is in use at that date. An unknown one is an invented municipality's, and always is."""
        return number not in self.known or self.current(number, at) == (number,)

    def _is_used(self, number: str, at: date) -> bool:
        """Whether it was not replaced by then, or used again, and is not one of a later reform."""
        gone = max((on for on, news in self._ends.get(number, {}).items() if on <= at and number not in news), default=None)
        begins: set[date] = self._begins.get(number, set())
        if gone is not None:
            return any(gone <= on <= at for on in begins)
        return any(on <= at for on in begins) or self._is_older_than_the_table(number)

    def _is_older_than_the_table(self, number: str) -> bool:
        """Whether the first that the table tells of it is not that it began."""
        first = min((*self._begins.get(number, ()), *self._ends.get(number, ())), default=None)
        return first is None or first in self._ends.get(number, {})

    def _before(self, number: str, at: date, seen: set[str]) -> set[str]:
        """The numbers of the place at that date, before it got that number."""
        first = min(self._begins[number])
        olds = {change.old for change in self.changes if change.new == number and change.on == first} - seen - {number}
        seen |= olds
        numbers: set[str] = set()
        for old in olds:
            if self._is_used(old, at):
                numbers.add(old)
            elif old in self._begins:
                numbers |= self._before(old, at, seen)
        return numbers

    def _follow(self, number: str, on: date, until: date) -> set[str]:
        """Each step is later than the one before, so this ends."""
        numbers: set[str] = set()
        for new in self._ends[number][on]:
            later = [then for then, news in self._ends.get(new, {}).items() if on < then <= until and new not in news]
            numbers |= self._follow(new, min(later), until) if later else {new}
        return numbers

    def repaired(self, text: str, home: str = "") -> str | None:
        """`301` -> 0301, `427 (Elverum)` -> 0427, ` 301.0` -> 0301. None when it is no number that ever was, and not home's."""
        plain = " ".join(text.split())
        match = _NUMBER.match(plain) or _NAME_FIRST.match(plain)
        if match is None:
            return None
        number = match.group(1).zfill(4)
        return number if (number in self.known or number == home) and len(match.group(1)) >= _LEAST_DIGITS else None

    @staticmethod
    def bare(text: str) -> str:
        """The text without blanks and what a spreadsheet puts behind a number (`3420.0`)."""
        return re.sub(r"[.,]0+$", "", text.strip())

    @staticmethod
    def numbers_in(text: str) -> list[str]:
        """The numbers of a cell that names several (`1145, 1149`); a year in parentheses and a repeated number are no others."""
        cells = re.split(r"\s*(?:[,;/&+]|(?<!\w)og(?!\w)|(?<=\d{4})\s?[-–]\s?(?=\d{4}(?!\d)))\s*", re.sub(r"\([^)]*\)", "", text))
        matches = (_ONE_NUMBER.fullmatch(cell.strip()) for cell in cells)
        numbers = [match[1].zfill(4) for match in matches if match]
        return list(dict.fromkeys(numbers)) if len(cells) > 1 else []

    def kept_its_farms(self, number: str) -> bool:
        """Whether the number was only replaced one to one. In a merger or split farms get new numbers (gnr/bnr)."""
        while number not in self.valid:
            ended = [on for on, news in self._ends.get(number, {}).items() if number not in news]
            if not ended:
                return False
            on = max(ended)
            news = self._ends[number][on]
            joined = {change.old for change in self.changes if change.on == on and change.new in news}
            if len(news) > 1 or joined != {number}:
                return False
            (number,) = news
            if any(change.on > on and change.new == number and change.old != number for change in self.changes):
                return False
        return True

    def may_be_one(self, first: str, second: str) -> bool:
        """Whether the two may be names of one place, at whatever dates they were written."""
        return first == second or not set(self.current(first)).isdisjoint(self.current(second))

    def same_place_as(self, home: str) -> Callable[[str], str]:
        """The form of a number that two rows of one municipality's night are joined on: what it is called today, and for a
        municipality that was split the part that this night is about. An unknown number is itself. Never a number to be sent."""
        ours = set(self.current(home) or (home,))

        def today(number: str) -> str:
            now = self.current(number)
            if len(now) == 1:
                return now[0]
            mine = ours.intersection(now)
            return mine.pop() if len(mine) == 1 else number

        return today


_LEAST_DIGITS = 3
"""A zero in front is what spreadsheets drop, one at most: every number has had a county's two digits before its own two."""


def read_changes(file: Path = FILE) -> Municipalities:
    """The table of changes in `file`. Raises OSError, and KeyError or ValueError for a file of another form."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    changes = [Change(row["old"], row["new"], date.fromisoformat(row["date"])) for row in rows if row["old"]]
    valid = {row["new"]: date.fromisoformat(row["date"]) for row in rows if not row["old"]}
    return Municipalities(changes, valid, max(valid.values()))


@cache
def kommune_table() -> Municipalities:
    """The table that is shipped, or as it was refreshed."""
    return read_changes()


def write_changes(file: Path, changes: Sequence[Change], valid: Iterable[str], valid_from: date) -> None:
    """The file's one form, sorted, so that a refresh shows in a diff."""
    lines = [
        "# kommunenummer: changes, and (old blank) the numbers valid from that date.",
        "# Source: Statistics Norway (SSB), KLASS 131, CC BY 4.0. Refresh: kobosync kommuner --refresh",
        ",".join(COLUMNS),
    ]
    lines += [
        f"{change.old},{change.new},{change.on.isoformat()}"
        for change in sorted(set(changes), key=lambda change: (change.on, change.old, change.new))
    ]
    lines += [f",{number},{valid_from.isoformat()}" for number in sorted(set(valid))]
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.write_text("\n".join(lines) + "\n", encoding="utf-8")
    unfinished.replace(file)
