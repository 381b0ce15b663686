"""One official address, one street with its houses, and the streets that a written name may mean."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import IntEnum

House = tuple[int, str]
"""Number and letter; the letter is "" for none."""


@dataclass(frozen=True, slots=True)
class Official:
    """One official address."""

    lokalid: str | None
    kommunenummer: str | None
    adressenavn: str
    nummer: int
    bokstav: str
    postnummer: str | None
    poststed: str | None

    def __str__(self) -> str:
        return f"{self.adressenavn} {self.nummer}{self.bokstav}" if self.nummer else self.adressenavn


@dataclass(slots=True, eq=False)
class Street:
    """One street of one municipality. Two municipalities with a street of the same name have two streets."""

    adressenavn: str
    kommunenummer: str | None
    houses: dict[House, list[Official]] = field(default_factory=lambda: defaultdict(list))

    def letters(self, nummer: int) -> list[str]:
        """The letters that the number exists with."""
        return sorted(letter for number, letter in self.houses if number == nummer and letter)


class FoundBy(IntEnum):
    """What a written street name was found by. NAME and SPELLING can be certain; LOST_LETTERS only where no other street is similar."""

    NAME = 0
    SPELLING = 1
    LOST_LETTERS = 2
    GUESS = 3
    NEAR = 4
    NONE = 5


@dataclass(frozen=True, slots=True)
class StreetCandidates:
    """streets: those that the name may mean. rivals: other streets with so similar a name that they may be meant too."""

    found_by: FoundBy
    streets: tuple[Street, ...] = ()
    rivals: tuple[Street, ...] = ()
