"""One address as people write it -> its parts.

Writing rules: Kartverket's Adresseveileder (Storgata 20B), Posten's (Storgata 15 A), føringsinstruks 6.1.11 (H0101).
A label of the owner's ("leil 3") is never made into a bruksenhetsnummer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import polars as pl

from reconciliation.addresses.text_repair import LONGEST, legible
from reconciliation.addresses.unit_labels import take_labels, tidy
from reconciliation.identifiers.matrikkel import LABEL


class Status(StrEnum):
    OK = "ok"
    EMPTY = "empty"
    NO_NUMBER = "mangler_husnummer"
    NOT_A_HOME = "ikke_bosted"
    UNCLEAR = "kan_ikke_tolkes"
    CADASTRAL = "matrikkeladresse"


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """The parts that stand in the text; None for those that do not. poststed is upper case, as Posten writes it."""

    status: Status
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


_POST_BOX = re.compile(r"^(?:(?:post|service)?boks|pb|p\.\s?b|postb|p\.?\s?o\.?\s?box)\b\.?\s*(?:nr\.?\s*)?(.+?)\s*(?:,|$)", re.IGNORECASE)
_POST_CODE = re.compile(r"(?:^|[,\s])(\d{4})\s*,?\s*([^\W\d][^\d,]*)?$")
_SHORT_CODE = re.compile(r",\s*(\d{3})\s+([^\W\d]{2}[^\d,]*)$")
"""A postnummer whose zero a spreadsheet took; only after an address and before a place."""
NUMBER_LABEL = r"(?:(?:(?:hus)?n(?:umme)?r\.?|no\.|[#№])\s*:?\s*)?"
_NUMBERED = re.compile(
    rf"^(?P<name>.*?[^\s\d,.].*?|.*[^\W\d].*?)[\s,]+{NUMBER_LABEL}(?P<number>\d{{1,4}})(?:\s*(?:bokst(?:av)?\.?\s*)?(?P<letter>[^\W\d_]))?$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\d+\s*[^\W\d_]?\s*(?:[-–—/+&]|til|og)\s*\d+\s*[^\W\d_]?$", re.IGNORECASE)
_CADASTRAL = re.compile(
    rf"^(?:(?:{LABEL}|(?:g\.?\s?nr|g(?:å|aa?)rdsn(?:umme)?r)\.?\s*:?\s*)\d|(?:\d{{4}}[\s-]\s*)?\d+\s*/\s*\d+|\d{{4}}\s+gnr)", re.IGNORECASE
)
_PROPERTYS_CODE = re.compile(r",\s*(\d{4})\s+([^\W\d]{2}[^\d,]*)$")
_PLAIN = re.compile(r"([^\W\d_]+(?: [^\W\d_]+)*) ([1-9]\d{0,2})([^\W\d_]?)")
_NOT_A_STREETS = re.compile(
    r"(?:leil|lgh|rom|hybel|(?:hus)?n(?:r|umme)|pb|(?:post|service)?boks|g?b?nr|g\.|g(?:å|aa?)rdsn|matr|eiendom|b(?:ruks|olig))",
    re.IGNORECASE,
)
"""Words that begin like these mean something else than a street, as far as the rules below go."""
_LOWER_WORDS = frozenset({"gate", "gata", "gaten", "vei", "veg", "veien", "vegen", "plass", "torg", "allé", "alle", "brygge", "og"})


def parse(text: str | None) -> ParsedAddress:
    """Take one address apart. Never raises; what cannot be understood has a status that says so."""
    return parse_plain(text or "") or parse_legible(legible(text or ""))


def parse_plain(text: str) -> ParsedAddress | None:
    """ "Storgata 20B" and nothing more: nine of ten in a list that a system wrote, at a fifth of the cost. Else None."""
    found = _PLAIN.fullmatch(text)
    name = _plain_name(found[1]) if found else None
    if found is None or name is None:
        return None
    return ParsedAddress(Status.OK, name, int(found[2]), found[3].upper() or None)


@lru_cache(maxsize=1 << 14)
def _plain_name(name: str) -> str | None:
    """A street's name, neat; None for what may be something else. A list has twenty houses to each street."""
    return None if any(_NOT_A_STREETS.match(word) for word in name.split(" ")) else neat_name(name)


def plain_parts(texts: pl.Series) -> pl.DataFrame:
    """Columns text, adressenavn, nummer, bokstav: `parse_plain` of many texts, only those that it surely takes. texts: each once."""
    letters = "A-Za-zÆØÅæøåÄÖäöÉé"
    pattern = rf"^(?P<adressenavn>[{letters}]+(?: [{letters}]+)*) (?P<nummer>[1-9][0-9]{{0,2}})(?P<bokstav>[{letters}]?)$"
    parts = texts.to_frame("text").with_columns(pl.col("text").str.extract_groups(pattern).alias("parts")).unnest("parts")
    names = {name: _plain_name(name) for name in parts["adressenavn"].drop_nulls().unique()}
    letter = pl.col("bokstav").str.to_uppercase()
    return parts.with_columns(
        pl.col("adressenavn").replace_strict(names, default=None, return_dtype=pl.String),
        pl.col("nummer").cast(pl.Int64),
        pl.when(letter != "").then(letter).alias("bokstav"),
    ).drop_nulls("adressenavn")


def parse_legible(text: str) -> ParsedAddress:
    """`parse` the long way, of a text that is `legible`."""
    rest = tidy(text)
    if not rest:
        return ParsedAddress(Status.EMPTY)
    if len(rest) > LONGEST:
        return ParsedAddress(Status.UNCLEAR)
    labels, rest = take_labels(rest)
    found = ParsedAddress(Status.OK, None, None, None, labels.bruksenhetsnummer, labels.leilighetsnummer, labels.rom)
    if _CADASTRAL.match(rest):
        code = _PROPERTYS_CODE.search(rest)
        found = replace(found, status=Status.CADASTRAL)
        return replace(found, postnummer=code.group(1), poststed=code.group(2).strip().upper()) if code else found
    found, rest = _take_post_code(found, rest)
    if box := _POST_BOX.match(rest):
        return replace(found, status=Status.NOT_A_HOME, postboks=box.group(1).strip())
    return _street(found, rest)


def _take_post_code(found: ParsedAddress, text: str) -> tuple[ParsedAddress, str]:
    """The postnummer and its place from the end, as often as it is written there."""
    while code := _POST_CODE.search(text):
        before = text[: code.start()].rstrip(" ,")
        if not before and not code.group(2):
            break
        if found.postnummer is None:
            place = code.group(2).strip().upper() if code.group(2) else None
            found = replace(found, postnummer=code.group(1), poststed=place)
        elif found.postnummer != code.group(1):
            break
        text = before
    if found.postnummer is None and (short := _SHORT_CODE.search(text)) and re.search(r"[^\W\d].*\d", text[: short.start()]):
        found = replace(found, postnummer=short.group(1).zfill(4), poststed=short.group(2).strip().upper())
        text = text[: short.start()]
    head, comma, tail = text.rpartition(",")
    if comma and found.poststed is None and re.search(r"\d", head) and not re.search(r"\d", tail) and len(tail.strip()) > 1:
        found, text = replace(found, poststed=tail.strip().upper()), head.rstrip(" ,")
    return found, text


def _street(found: ParsedAddress, text: str) -> ParsedAddress:
    head, comma, tail = text.rpartition(",")
    if comma and re.fullmatch(rf"\s*{NUMBER_LABEL}\d{{1,4}}\s*[^\W\d_]?\s*", tail, re.IGNORECASE):
        text = f"{head} {tail.strip()}"  # "Storgata, 12 B"
    elif comma and not re.search(r"\d", head):
        found, text = replace(found, tillegg=head.strip()), tail.strip()
    if not text:
        return replace(found, status=Status.EMPTY)
    if _RANGE.search(text):
        return replace(found, status=Status.UNCLEAR)
    glued = re.sub(r"(\d)([^\W\d_])$", r"\1 \2", text)
    numbered = _NUMBERED.match(glued)
    if numbered is None:
        status = Status.UNCLEAR if re.search(r"\d", text) else Status.NO_NUMBER
        return replace(found, status=status, adressenavn=neat_name(text) if status is Status.NO_NUMBER else None)
    letter = numbered.group("letter")
    return replace(
        found,
        adressenavn=neat_name(numbered.group("name")),
        nummer=int(numbered.group("number")),
        bokstav=letter.upper() if letter else None,
    )


def neat_name(name: str) -> str:
    """A name in capitals or without any gets ordinary capitals, since the register shows it to people."""
    name = name.strip(" ,.-") if not name.endswith(".") else name.strip(" ,-")
    if name != name.upper() and name != name.lower():
        return name
    words = [word if index and word in _LOWER_WORDS else word[:1].upper() + word[1:] for index, word in enumerate(name.lower().split(" "))]
    return " ".join(words)
