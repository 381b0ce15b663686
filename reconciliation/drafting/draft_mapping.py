"""A first mapping of a new file: the field of each heading, and how many of its values can be read as that field.

A draft is for a person to correct; nothing here is used at night.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from language import Message, message
from reconciliation.drafting.column_guesses import PERSONAL_WHY, Guess, guessed, how_well, without_field
from reconciliation.drafting.footer_patterns import without_footers
from reconciliation.drafting.known_headings import KEYS, plain_heading


@dataclass(frozen=True, slots=True)
class Draft:
    """key: heading(s) whose values name a row. guesses: one per column, in the file's order. rows: how many were looked at."""

    key: tuple[str, ...]
    guesses: tuple[Guess, ...]
    rows: int
    running_key: bool = False
    """Whether the key only counts the lines."""
    keys: tuple[str, ...] = ()
    """Headings with a value of its own on every row: what may be the key."""
    footer: tuple[str, ...] = ()
    """Patterns of lines that are no rows."""

    @property
    def warnings(self) -> list[Message]:
        """What a person must see before they use it."""
        messages = [message("drafts.personal_column", heading=guess.heading) for guess in self.guesses if guess.why == PERSONAL_WHY]
        if not self.key:
            messages.append(message("drafts.no_key"))
        if self.running_key:
            messages.append(message("drafts.running_key", heading=self.key[0]))
        fields = {guess.field for guess in self.guesses}
        if "adresse" not in fields and not {"adressenavn", "nummer"} <= fields:
            messages.append(message("drafts.no_address"))
        if "kategori" not in fields:
            messages.append(message("drafts.no_category"))
        return messages


def draft(rows: pl.DataFrame, broken: Collection[int] = ()) -> Draft:
    """rows: one String column per heading. Each field is given to the column that fits it best. A row without any value does not count.

    broken: places of rows whose line could not be split into cells.
    """
    lines = without_footers(rows, _named_as_key(rows)[:1], broken)
    rows = lines.rows
    rows = rows.filter(pl.any_horizontal(pl.all().str.strip_chars().fill_null("") != "")) if rows.width else rows
    guesses = [guessed(heading, rows[heading]) for heading in rows.columns]
    best: dict[str, Guess] = {}
    for guess in guesses:
        if guess.field and (guess.field not in best or how_well(guess, rows.height) > how_well(best[guess.field], rows.height)):
            best[guess.field] = guess
    once = [
        guess
        if guess.field is None or best[guess.field] is guess
        else without_field(guess, message("drafts.fits_better", field=guess.field, heading=best[guess.field].heading))
        for guess in guesses
    ]
    keys = tuple(guess.heading for guess in once if guess.why != PERSONAL_WHY and _is_unique(rows, guess.heading))
    # The ledger stores keys for good, so a key is never guessed from its values.
    free = {guess.heading for guess in once if guess.field is None}
    key = tuple(heading for heading in _named_as_key(rows) if heading in keys and heading in free)[:1]
    counts = bool(key) and rows[key[0]].str.strip_chars().to_list() == [str(number) for number in range(1, rows.height + 1)]
    return Draft(key, tuple(once), rows.height, counts, keys, lines.patterns)


def _named_as_key(rows: pl.DataFrame) -> list[str]:
    return [heading for heading in rows.columns if plain_heading(heading) in KEYS]


def _is_unique(rows: pl.DataFrame, heading: str) -> bool:
    return rows.height > 0 and rows[heading].null_count() == 0 and rows[heading].n_unique() == rows.height
