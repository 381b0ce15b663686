"""One address as people write it -> its parts.

Writing rules: Kartverket's Adresseveileder (Storgata 20B), Posten's (Storgata 15 A), føringsinstruks 6.1.11 (H0101).
A label of the owner's ("leil 3") is never made into a bruksenhetsnummer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum


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


_UNIT = re.compile(
    r"(?<![\w])(?:bruksenhet(?:snummer|snr\.?)?\s*:?\s*)?([HULK])\s*[-.]?\s*(\d\s?\d)\s*[-.]?\s*(\d\s?\d)(?!\d)", re.IGNORECASE
)
_FLAT = re.compile(r"(?<!\w)(?:leilighet(?:s?nummer|s?nr)?|leil|lgh)\.?\s*(?:nr\.?)?\s*:?\s*(\d+\s?[a-zæøå]?)(?!\w)", re.IGNORECASE)
_ROOM = re.compile(r"(?<!\w)(?:rom|hybel)\s*(?:nr\.?)?\s*:?\s*(\d+|[a-zæøå])(?!\w)", re.IGNORECASE)
_POST_BOX = re.compile(r"^(?:postboks|pb\.?|boks)\s+(.+?)\s*(?:,|$)", re.IGNORECASE)
_POST_CODE = re.compile(r"(?:^|[,\s])(\d{4})\s*,?\s*([^\W\d][^\d,]*)?$")
_NUMBERED = re.compile(r"^(?P<name>.*?[^\s\d,.].*?|.*[^\W\d].*?)[\s,]+(?:nr\.?\s*)?(?P<number>\d{1,4})(?:\s*(?P<letter>[^\W\d_]))?$")
_RANGE = re.compile(r"\d+\s*[^\W\d_]?\s*(?:[-–—/]|til|og)\s*\d+\s*[^\W\d_]?$", re.IGNORECASE)
_CADASTRAL = re.compile(
    r"^(?:(?:gnr|g\.\s?nr|gårdsn(?:umme)?r|gardsn(?:umme)?r|matrikkel(?:n(?:umme)?r)?)\.?\s*:?\s*\d|\d+\s*/\s*\d+)", re.IGNORECASE
)
_PLAIN = re.compile(r"([^\W\d_]+(?: [^\W\d_]+)*) ([1-9]\d{0,2})([^\W\d_]?)")
_NOT_A_STREETS = re.compile(r"(?:leil|lgh|rom|hybel|nr|pb|boks|postboks|gnr|g\.|gårdsn|gardsn|matrikkel|bruksenhet)", re.IGNORECASE)
"""Words that begin like these mean something else than a street, as far as the rules below go."""
_HIGHEST_FLOOR = 60
_LOWER_WORDS = frozenset({"gate", "gata", "gaten", "vei", "veg", "veien", "vegen", "plass", "torg", "allé", "alle", "brygge", "og"})


def parse(text: str | None) -> ParsedAddress:
    """Take one address apart. Never raises; what cannot be understood has a status that says so."""
    return _plain(text or "") or _taken_apart(text)


def _plain(text: str) -> ParsedAddress | None:
    """ "Storgata 20B" and nothing more: nine of ten in a list that a system wrote, at a fifth of the cost. Else None."""
    found = _PLAIN.fullmatch(text)
    if found is None or any(_NOT_A_STREETS.match(word) for word in found[1].split(" ")):
        return None
    return ParsedAddress(Status.OK, neat_name(found[1]), int(found[2]), found[3].upper() or None)


def _taken_apart(text: str | None) -> ParsedAddress:
    rest = _tidy(text or "")
    if not rest:
        return ParsedAddress(Status.EMPTY)
    found, rest = _take_labels(rest)
    found, rest = _take_post_code(found, rest)
    if box := _POST_BOX.match(rest):
        return replace(found, status=Status.NOT_A_HOME, postboks=box.group(1).strip())
    if _CADASTRAL.match(rest):
        return replace(found, status=Status.CADASTRAL)
    return _street(found, rest)


def _tidy(text: str) -> str:
    """One blank between words, and one after a full stop that a number follows ("Økernvn.38")."""
    return re.sub(r"(?<=[^\W\d]\.)(?=\d)", " ", re.sub(r"\s+", " ", text.replace("\xa0", " "))).strip(" ,;")


def _take_labels(text: str) -> tuple[ParsedAddress, str]:
    found = ParsedAddress(Status.OK)
    for unit in _UNIT.finditer(text):
        letter, floor, number = unit.group(1).upper(), re.sub(r"\s", "", unit.group(2)), re.sub(r"\s", "", unit.group(3))
        if int(floor) <= _HIGHEST_FLOOR and not _is_letter_and_post_code(text, unit):
            found = replace(found, bruksenhetsnummer=f"{letter}{floor}{number}")
            text = _without(text, unit)
            break
    if flat := _FLAT.search(text):
        found, text = replace(found, leilighetsnummer=re.sub(r"\s", "", flat.group(1)).upper()), _without(text, flat)
    if room := _ROOM.search(text):
        found, text = replace(found, rom=f"Rom {room.group(1).upper()}"), _without(text, room)
    return found, _tidy(re.sub(r"\s*,(\s*,)+", ",", text))


def _is_letter_and_post_code(text: str, unit: re.Match[str]) -> bool:
    """ "Storgata 12 H 2413 Elverum": a house letter, then a postnummer and its place."""
    follows = text[unit.end() :].lstrip()
    spaced = bool(re.match(r"[HULK]\s+\d{4}$", unit.group(0), re.IGNORECASE))
    return spaced and bool(re.match(r"[^\W\d]{2,}", follows)) and not _POST_CODE.search(text[unit.end() :])


def _without(text: str, part: re.Match[str]) -> str:
    return _tidy(text[: part.start()].rstrip(" ,-") + " " + text[part.end() :].lstrip(" -")) if part.start() else _tidy(text[part.end() :])


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
    head, comma, tail = text.rpartition(",")
    if comma and found.poststed is None and re.search(r"\d", head) and not re.search(r"\d", tail) and len(tail.strip()) > 1:
        found, text = replace(found, poststed=tail.strip().upper()), head.rstrip(" ,")
    return found, text


def _street(found: ParsedAddress, text: str) -> ParsedAddress:
    head, comma, tail = text.rpartition(",")
    if comma and re.fullmatch(r"\s*\d{1,4}\s*[^\W\d_]?\s*", tail):
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
