"""The result of parsing one written address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ParseStatus(StrEnum):
    """Status of parsing an address text. The values are stored in tables."""

    OK = "ok"
    EMPTY = "empty"
    NO_NUMBER = "mangler_husnummer"
    NOT_A_HOME = "ikke_bosted"
    UNCLEAR = "kan_ikke_tolkes"
    CADASTRAL = "matrikkeladresse"
    POINTS_ELSEWHERE = "viser_til_annen_rad"


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """The parts that are in the text; None for those that do not. poststed is upper case, as Posten writes it.

    With status UNCLEAR, name and number are what they would be if the text were one address: only a register can tell.
    """

    status: ParseStatus
    adressenavn: str | None = None
    nummer: int | None = None
    bokstav: str | None = None
    bruksenhetsnummer: str | None = None
    leilighetsnummer: str | None = None
    rom: str | None = None
    postnummer: str | None = None
    poststed: str | None = None
    tillegg: str | None = None
    """A place before the street ("Heggen, Vikavegen 225")."""
    postboks: str | None = None
    oppgangsbokstav: str | None = None
    """The letter of an entrance ("oppgang B"), which may be the letter of the house."""
    ground: str | None = None
    """A matrikkelnummer beside the address, as written."""
    asides: tuple[str, ...] = ()
    """Words of a known kind around the address, as written ("postboks 7", "c/o Moe")."""
    loose: tuple[str, ...] = ()
    """Words that may be a house's name or a place elsewhere, as written ("Tinghuset")."""
    unclear: str | None = None
    """Bokmål: what was not understood or is ambiguous. When it is set the address is not certain, whatever the status."""

    @property
    def whole(self) -> bool:
        """Whether all of the text was understood as one address: only then may a dwelling be created from it."""
        doubtful_letter = self.oppgangsbokstav is not None and self.bokstav is None
        return self.status is ParseStatus.OK and self.unclear is None and not doubtful_letter
