"""How much of a dirty list resolves, by kind: python -m tests.reconciliation.addresses.shares KARTVERKETS_FILE [SEED].

Every address of the file is written as each kind of dirty list (dirt.LISTS) and read back.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.kartverket_file import read_official
from reconciliation.addresses.resolve_column import resolve_column
from reconciliation.addresses.verdicts import Resolution
from tests.reconciliation.addresses.dirty_lists import LISTS, Row, dirty


@dataclass(frozen=True, slots=True)
class Share:
    """verdicts: verdict -> rows. wrong: texts that were resolved to another address than theirs."""

    kind: str
    verdicts: Counter[str]
    wrong: list[str]

    @property
    def resolved(self) -> float:
        return self.verdicts[Resolution.RESOLVED] / max(1, self.verdicts.total())


def shares(official: pl.DataFrame, seed: int = 1) -> Iterator[Share]:
    """official: kartverket_file.OFFICIAL."""
    streets = official.filter(pl.col("adressenavn").is_not_null())
    register = AddressRegister(official)
    for kind in LISTS:
        yield share_of(register, kind, list(dirty(kind, iter(streets.to_dicts()), seed)))


def share_of(register: AddressRegister, kind: str, rows: list[Row]) -> Share:
    resolved = resolve_column(register, pl.Series([row.text for row in rows]))
    verdicts = zip(rows, resolved["verdict"], resolved["lokalid"], strict=True)
    wrong = [row.text for row, verdict, lokalid in verdicts if verdict == Resolution.RESOLVED and lokalid != row.lokalid]
    return Share(kind, Counter(resolved["verdict"]), wrong)


if __name__ == "__main__":
    for share in shares(read_official([Path(sys.argv[1])]), *(int(seed) for seed in sys.argv[2:])):
        others = ", ".join(f"{verdict} {number}" for verdict, number in sorted(share.verdicts.items()))
        print(f"{share.kind:<16} resolved {share.resolved:.4f}  wrong {len(share.wrong)}  ({others})", *share.wrong[:5])
