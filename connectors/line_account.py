"""Counts of a delimited file's physical lines by kind (law 14). If they do not add up, the read is not used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class LineAccount:
    """Lines of one file, as an editor counts them; each in one of the counts after `lines`.

    before: above the headings. blank: nothing but blanks and separators, or no value under any mapped heading. again: headings that are
    printed once more. footers: printed by the system that made the file. continued: a quoted value runs on over them.
    """

    file: str
    lines: int
    before: int = 0
    headings: int = 0
    rows: int = 0
    blank: int = 0
    again: int = 0
    totals: int = 0
    footers: int = 0
    unreadable: int = 0
    continued: int = 0

    @property
    def missing(self) -> int:
        """Lines that are in no count. Anything but 0 is a fault of the program."""
        return 2 * self.lines - sum(count for count in asdict(self).values() if isinstance(count, int))


def physical_lines(text: bytes) -> int:
    """Number of lines of a text with one kind of line end; text after the last line end is a line too."""
    return text.count(b"\n") + (not text.endswith(b"\n") and bool(text))


def account_totals(accounts: Sequence[LineAccount]) -> dict[str, int]:
    """The account of a whole source, its counts that are not 0: for metadata and summary.json. Empty for what has no lines."""
    names = [name for name in LineAccount.__dataclass_fields__ if name != "file"]
    sums = {name: sum(int(getattr(account, name)) for account in accounts) for name in names}
    return {name: count for name, count in sums.items() if count or name in ("lines", "rows")} if accounts else {}
