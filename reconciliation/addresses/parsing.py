"""One address as people write it -> its parts.

Writing rules: Kartverket's Adresseveileder (Storgata 20B), Posten's (Storgata 15 A), føringsinstruks 6.1.11 (H0101).
The owner's own label ("leil 3") is never made into a bruksenhetsnummer. Words around the address are removed and kept as written; a text
about two houses or streets is never read as one.
"""

from __future__ import annotations

import re
from dataclasses import replace

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.asides import POST_BOX, Asides, take_asides
from reconciliation.addresses.name_shape import house_and_street, is_house_like, is_name, is_remark, says_nothing
from reconciliation.addresses.parsed_address import ParsedAddress, ParseStatus
from reconciliation.addresses.pointers import points_elsewhere
from reconciliation.addresses.post_code import take_post_code
from reconciliation.addresses.several_places import is_joined, is_street_like, places_in, says_more, why_several
from reconciliation.addresses.text_repair import LONGEST, repaired_text
from reconciliation.addresses.unit_labels import Labels, take_labels, tidy
from reconciliation.addresses.word_order import written_order
from reconciliation.identifiers.matrikkel import LABEL
from reconciliation.identifiers.units import LOOKALIKE

NUMBER_LABEL = r"(?:(?:(?:hus)?n(?:umme)?r\.?|no\.?(?=[\s\d.:])|[#№])\s*:?\s*)?"
_LETTER = "[A-ZÆØÅa-zæøå]"
"""A house's letter as the register knows it: a footnote's ² or a ½ is none."""
_NUMBERED = re.compile(
    rf"^(?P<name>.*?[^\s\d,.].*?|.*[^\W\d].*?)[\s,]+{NUMBER_LABEL}(?P<number>\d{{1,4}})(?:\s*(?:bokst(?:av)?\.?\s*)?(?P<letter>{_LETTER}))?$",
    re.IGNORECASE,
)
_ONLY_NUMBER = re.compile(rf"\s*{NUMBER_LABEL}\d{{1,4}}\s*[^\W\d_]?\s*", re.IGNORECASE)
_WORDS_BEHIND = re.compile(r"^(?P<address>.*[^\W\d_].*?[\s.]\d{1,4}(?:\s?[^\W\d_](?!\w))?)\s+(?:-\s+)?(?P<words>[^\W\d_]{2}[^\d,;/+&?=]*)$")
_A_NUMBER_FOLLOWS = re.compile(r"(?:n(?:umme)?r|no)(?!\w)", re.IGNORECASE)
""" "4 nr. B": a letter of the house, or of a flat."""
_RANGE = re.compile(r"\d+\s*[^\W\d_]?\s*(?:[-–—/+&]|til|og|eller)\s*\d+\s*[^\W\d_]?$", re.IGNORECASE)
_LETTER_FOR_DIGIT = re.compile(r"(?<=[\s,.])(?-i:[lI|O]\d{1,3})$")
""" "Duevegen l8": no street ends in such a letter without a blank before its number."""
_CADASTRAL = re.compile(
    rf"^(?:(?:{LABEL}|(?:g\.?\s?nr|g(?:å|aa?)rdsn(?:umme)?r)\.?\s*:?\s*)\d|(?:\d{{4}}[\s-]\s*)?\d+\s*/\s*\d+|\d{{4}}\s+gnr)", re.IGNORECASE
)
_PROPERTYS_CODE = re.compile(r",\s*(\d{4})\s+([^\W\d]{2}[^\d,]*)$")
_SPREADSHEETS_ZERO = re.compile(r"(?<=\s\d)\.0$|(?<=\s\d\d)\.0$|(?<=\s\d\d\d)\.0$")
_LOWER_WORDS = frozenset({"gate", "gata", "gaten", "vei", "veg", "veien", "vegen", "plass", "torg", "allé", "alle", "brygge", "og"})


def parse_address(text: str | None, code: str | None = None, *, housed: bool = False) -> ParsedAddress:
    """Parse one address. Never raises; a text that is not understood has a status and a message.

    code: postnummer from a column of its own. housed: the number at the end is known to be the house's, of a column of its own.
    """
    if points_elsewhere(text or ""):
        return ParsedAddress(ParseStatus.POINTS_ELSEWHERE, unclear=reason("points_elsewhere", text=(text or "").strip()))
    return parse_legible(repaired_text(text or ""), code, housed=housed)


def parse_legible(text: str, code: str | None = None, *, housed: bool = False) -> ParsedAddress:
    """`parse` of a text that is `legible` and does not point to another row."""
    rest = tidy(text)
    if not rest:
        return ParsedAddress(ParseStatus.EMPTY)
    if len(rest) > LONGEST:
        return ParsedAddress(ParseStatus.UNCLEAR, unclear=reason("too_long", most=LONGEST))
    asides, labels, rest = _core(rest)
    parsed = ParsedAddress(
        ParseStatus.OK,
        bruksenhetsnummer=labels.bruksenhetsnummer,
        leilighetsnummer=labels.leilighetsnummer,
        rom=labels.rom,
        oppgangsbokstav=labels.oppgangsbokstav,
        ground=asides.ground,
        postboks=asides.postboks,
        asides=asides.words,
        loose=asides.loose,
        unclear=asides.unclear or labels.unclear,
    )
    if _CADASTRAL.match(rest):
        return _cadastral(parsed, rest)
    if not housed:
        parsed, rest = take_post_code(parsed, rest, code)
    if box := POST_BOX.match(rest):
        return replace(parsed, status=ParseStatus.NOT_A_HOME, postboks=box.group(1).strip())
    if asides.postboks:
        parsed = replace(parsed, postnummer=None)  # It is the box's.
    return _street(parsed, rest)


def core_of(text: str) -> str:
    """A legible text without words around the address and without labels: the rest should be an address."""
    return _core(tidy(text))[2]


def _core(text: str) -> tuple[Asides, Labels, str]:
    asides, rest = take_asides(text)
    labels, rest = take_labels(rest)
    return asides, labels, written_order(_SPREADSHEETS_ZERO.sub("", rest))


def _cadastral(parsed: ParsedAddress, text: str) -> ParsedAddress:
    code = _PROPERTYS_CODE.search(text)
    parsed = replace(parsed, status=ParseStatus.CADASTRAL, unclear=reason("cadastral"))
    return replace(parsed, postnummer=code.group(1), poststed=code.group(2).strip().upper()) if code else parsed


def _street(parsed: ParsedAddress, text: str) -> ParsedAddress:
    parts = _parts(text)
    if not parts:
        return replace(parsed, status=ParseStatus.EMPTY)
    numbered = [at for at, part in enumerate(parts) if re.search(r"\d", part)]
    if len(numbered) > 1:
        return _unclear(parsed, text)
    if not numbered:
        before = ", ".join(parts[:-1]) or None
        return replace(parsed, status=ParseStatus.NO_NUMBER, tillegg=before, adressenavn=neat_name(parts[-1]))
    at = numbered[0]
    parsed = replace(parsed, tillegg=", ".join(parts[:at]) or None)
    if any(is_street_like(words) or says_more(words) or says_nothing(words) for words in (*parts[:at], *parsed.loose)):
        return _unclear(parsed, text)
    for part in parts[at + 1 :]:
        parsed = _placed(parsed, part, text)
    return _house(parsed, parts[at], text)


def _parts(text: str) -> list[str]:
    """What is between commas; "Storgata, 12 B" is one part."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    joined: list[str] = []
    for part in parts:
        if joined and _ONLY_NUMBER.fullmatch(part) and is_name(joined[-1]):
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def _house(parsed: ParsedAddress, part: str, text: str) -> ParsedAddress:
    """The one part with a number: a name and the number, perhaps with words behind."""
    if letters := _LETTER_FOR_DIGIT.search(part):
        digits = letters[0].translate(LOOKALIKE)
        return replace(parsed, status=ParseStatus.UNCLEAR, unclear=reason("number_meant", written=letters[0], meant=digits))
    numbered = _NUMBERED.match(re.sub(r"(\d)([^\W\d_])$", r"\1 \2", part))
    if numbered is None and (words := _WORDS_BEHIND.match(part)):
        parsed = _placed(parsed, words["words"], text)
        numbered = _NUMBERED.match(re.sub(r"(\d)([^\W\d_])$", r"\1 \2", words["address"]))
    if numbered is None or _RANGE.search(part):
        return _unclear(parsed, text)
    name, letter = numbered.group("name"), numbered.group("letter")
    if split := house_and_street(name):
        parsed, name = replace(parsed, loose=(*parsed.loose, split[0])), split[1]
    if parsed.status is not ParseStatus.OK:
        return parsed
    if not int(numbered.group("number")):
        return replace(parsed, status=ParseStatus.NO_NUMBER, adressenavn=neat_name(name))
    parsed = replace(parsed, adressenavn=neat_name(name), nummer=int(numbered.group("number")), bokstav=letter.upper() if letter else None)
    return parsed if is_name(name) else _unclear(parsed, text)


def _placed(parsed: ParsedAddress, words: str, text: str) -> ParsedAddress:
    """Words behind the house: a poststed, the name of a house, or a second street."""
    if _A_NUMBER_FOLLOWS.match(words):
        return _unclear(parsed, text)
    if is_street_like(words) or is_joined(words) or says_more(words) or re.search(r"[^\w\s.'’-]", words) or len(words) < 2:
        return _unclear(parsed, text)
    if parsed.poststed is None and not is_house_like(words) and not is_remark(words, text):
        return replace(parsed, poststed=words.strip(" .").upper())
    return replace(parsed, loose=(*parsed.loose, words))


def _unclear(parsed: ParsedAddress, text: str) -> ParsedAddress:
    several = len(places_in(text)) > 1 or is_joined(text) or says_more(text) or len(re.findall(r"\d+", text)) > 1
    why = why_several(text) if several else reason("not_one_address", text=text.strip())
    return replace(parsed, status=ParseStatus.UNCLEAR, unclear=parsed.unclear or why)


def neat_name(name: str) -> str:
    """A name in upper or lower case only gets normal capitals, since the register shows it to people."""
    name = name.strip(" ,.-") if not name.endswith(".") else name.strip(" ,-")
    if (name != name.upper() and name != name.lower()) or name[:1].isdigit():
        return name
    words = [word if index and word in _LOWER_WORDS else word[:1].upper() + word[1:] for index, word in enumerate(name.lower().split(" "))]
    return " ".join(words)
