"""What one column is: by its heading, and by how many of its values can be read as that."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from connectors.personal_numbers import MASK
from language import Message, message
from reconciliation.addresses import parse_address
from reconciliation.addresses.parsed_address import ParseStatus
from reconciliation.drafting.known_headings import KNOWN, PERSONAL, bare, field_named, names_of, plain_heading
from reconciliation.identifiers import parse_matrikkel, parse_unit
from reconciliation.reading.dates import NoDate
from reconciliation.reading.numbers import TwoNumbers
from reconciliation.reading.transforms import SINGLE

_ENOUGH = 0.5
_BY_VALUE = 0.7
_FEW_VALUES = 30
_ABOUT_A_PERSON = re.compile(
    r"[^@\s]+@[^@\s]+\.\w+"  # an address of mail
    r"|^(?:\+?47\s?)?[2-9]\d(?:\s?\d){6}$"  # a telephone number
    r"|^\d{4}[ .]?\d{2}[ .]?\d{5}$"  # an account
)
_LIKE_A_NAME = re.compile(r"^[A-ZÆØÅ][a-zæøåé]+(?:[ -][A-ZÆØÅ][a-zæøåé.]*){1,3}$")
"""Two to four words, each with a capital."""
_PLACES = ("poststed", "adressenavn")
"""Fields whose values are written as people's names are: Kristiansund N, Nedre Storgate."""
_DATE = re.compile(r"^\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})(?:\D.*)?$")


PERSONAL_WHY, _BY_HEADING = message("drafts.personal"), message("drafts.by_heading")


@dataclass(frozen=True, slots=True)
class Guess:
    """One column. field None: not mapped, and why. recognised of filled: how many of its values can be read as that."""

    heading: str
    field: str | None
    transform: str
    filled: int
    recognised: int
    why: Message
    values: tuple[str, ...] = ()
    """The few values of a column that a lookup table is made of."""


def how_well(guess: Guess, rows: int) -> tuple[float, int, int]:
    """Rank of a column for a field: share of recognised rows in tenths, how well its heading fits, number of recognised rows."""
    headings = [bare(each) for each in KNOWN[guess.field][2]] if guess.field else []
    places = [headings.index(name) for name in names_of(guess.heading) if name in headings]
    return (round(guess.recognised / rows, 1) if rows else 0.0, -min(places, default=len(headings)), guess.recognised)


def without_field(guess: Guess, why: Message) -> Guess:
    """The column, without a field."""
    return Guess(guess.heading, None, "", guess.filled, 0, why)


def guessed(heading: str, column: pl.Series) -> Guess:
    """The field that the column's heading names, else the one its values look like; none for columns about a person."""
    texts = [text.strip() for text in column.drop_nulls().to_list() if text.strip()]
    names = names_of(heading)
    named = field_named(heading, names)
    if PERSONAL.search(plain_heading(heading)) or _looks_personal(texts, may_be_names=named not in _PLACES):
        return Guess(heading, None, "", len(texts), 0, PERSONAL_WHY)
    if named == "adresse" and texts and sum(not re.search(r"\d", text) for text in texts) >= _BY_VALUE * len(texts):
        return _tried(heading, "adressenavn", texts, _ENOUGH, message("drafts.by_values_without_number"))
    if named == "leilighetsnummer":
        # "Leil.nr" is the owner's own label, unless its values are like H0101.
        unit = _tried(heading, "bruksenhetsnummer", texts, _BY_VALUE, message("drafts.by_values"))
        if unit.field:
            return unit
    if named is not None:
        return _tried(heading, named, texts, _ENOUGH, _BY_HEADING)
    for field in ("bruksenhetsnummer", "matrikkel", "adresse"):
        tried = _tried(heading, field, texts, _BY_VALUE, message("drafts.by_values"))
        if tried.field:
            return tried
    return Guess(heading, None, "", len(texts), 0, message("drafts.unknown" if texts else "drafts.blank"))


def _tried(heading: str, field: str, texts: Sequence[str], least: float, by: Message) -> Guess:
    transform, is_, _ = KNOWN[field]
    counted = Counter(texts)
    distinct = sorted(counted, key=lambda value: (-counted[value], value))
    if transform == "lookup":
        if not texts or len(distinct) > _FEW_VALUES:
            return Guess(heading, None, "", len(texts), 0, message("drafts.too_many_values", field=field, count=len(distinct)))
        return Guess(
            heading, field, transform, len(texts), len(texts), message("drafts.few_values", by=by, count=len(distinct)), tuple(distinct)
        )
    # 45,5 can be read as gnr/bnr; only where the heading says so.
    readable = [text for text in distinct if by == _BY_HEADING or field != "matrikkel" or "/" in text]
    good = {text for text in readable if _reads(field, transform, text)}
    recognised = sum(text in good for text in texts)
    if not texts or recognised < least * len(texts):
        return Guess(
            heading,
            None,
            "",
            len(texts),
            recognised,
            message("drafts.not_readable", field=field, count=recognised, of=len(texts), kind=message(f"draft_kinds.{is_}")),
        )
    return Guess(heading, field, transform, len(texts), recognised, by)


def _reads(field: str, transform: str, text: str) -> bool:
    if transform == "address":
        address = parse_address(text)
        return address.status is ParseStatus.OK and address.nummer is not None
    if transform == "matrikkel":
        return parse_matrikkel(text) is not None and not _DATE.match(text)
    if field == "bruksenhetsnummer":
        return parse_unit(text) is not None and bool(re.search(r"[A-Za-z]", text))
    if field == "postnummer":
        return bool(re.fullmatch(r"\d{3,4}", text))
    try:
        return SINGLE[transform][0](text) is not None
    except (TwoNumbers, NoDate):
        return True


def _looks_personal(texts: Sequence[str], *, may_be_names: bool) -> bool:
    marked = sum(MASK in text or bool(_ABOUT_A_PERSON.search(text)) or (may_be_names and bool(_LIKE_A_NAME.search(text))) for text in texts)
    return bool(texts) and marked > len(texts) * 0.3
