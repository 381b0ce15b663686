"""Labels beside an address in the same cell: the unit, the owner's own label, the room, the entrance, the floor and the side.

A label of the owner's ("leil 3") is never made into a bruksenhetsnummer. The official register has no floors and sides.
An entrance or a block is made part of the owner's label, so that two homes at one address stay different."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciliation.addresses.address_reason import reason
from reconciliation.identifiers.units import meant_unit

_SEVERAL = r"(?!\s*(?:[-–/+&]|og|til)\s*\d)"
"""Of "leil 3 og 4" none is taken."""
_UNIT = re.compile(
    r"(?:(?<!\w)(?:bruksenhet(?:snummer|snr\.?)?\s*:?\s*|bolig(?:nummer|nr\.?)\s*:?\s*)?([HULK])\s*[-.]?\s*(\d\s?\d)\s*[-.]?\s*(\d\s?\d)"
    r"|(?:(?<=\d)|(?<=\d[A-Za-zÆØÅæøå])|(?<=\d [A-Za-zÆØÅæøå]))([HULK])-?(\d\d)(\d\d))(?!\d)(?!\s*[-–/]\s*\d)",
    re.IGNORECASE,
)
"""The second form is glued to the house: 12BH0201."""
_WITH_LETTERS = re.compile(r"(?<!\w)[HULK][\s-]?(?=\w*[OolI|])(?=(?:[OolI|]*\d){2})[\dOolI|]{4}(?!\w)")
"""HO101, H0lO2."""
_FLAT = re.compile(
    r"(?<!\w)(?:(?:leilighet|(?:bo)?enhet|bolig)(?:s?nummer|s?nr)?|leil|lgh|apartment|apt|flat|unit)\.?\s*(?:n(?:umme)?r\.?|no\.|#)?\s*:?\s*(\d+(?:\s?(?!(?<=\s)i)[a-zæøå])?|(?-i:[A-ZÆØÅ]))(?!\w)"
    + _SEVERAL,
    re.IGNORECASE,
)
_ROOM = re.compile(
    r"(?<!\w)(?:rom|hybel)(?:\s*(?:nr\.?)?\s*:?\s*(?=\d)|\s+(?:nr\.?)?\s*:?\s*|\s*:\s*)(\d+|(?!i\s+\w)[a-zæøå])(?!\w)" + _SEVERAL,
    re.IGNORECASE,
)
_EMPTY_LABEL = re.compile(
    r"[\s,]+(?:leilighet(?:s?nummer|s?nr)?|leil|lgh|bolig(?:nummer|nr)?|bnr|bruksenhet)\.?\s*(?:nr\.?)?\s*:?(?=\s*(?:,|$))", re.IGNORECASE
)
"""What is left of "leil H0201"."""
_SIDE = r"(?:t\.?\s?[hv]\.?|til\s+(?:høyre|venstre)|høyre|venstre)(?!\w)"
_FLOOR = re.compile(
    r"(?<=[\w.])[\s,]+(?:"
    rf"(?:(?:\d{{1,2}}|(?-i:[IV]{{1,3}}))\s*\.?\s*(?:etasje|etg|et)(?!\w)\.?|\d{{1,2}}(?:st|nd|rd|th)?\s+floor(?!\w)"
    rf"|(?:u|under|kjeller|sokkel|lofts?|hoved|ground|first)\.?\s?(?:etasje|etg|floor)(?!\w)\.?)(?:[\s,]*(?:{_SIDE}|[hv]\.?(?!\w)))?"
    rf"|{_SIDE}|(?:(?:kjeller|sokkel|lofts?|hybel)(?:leilighet|bolig)(?:en)?|sokkel|loft(?:et)?)(?!\w)|(?-i:kjeller)(?:en)?(?!\w))",
    re.IGNORECASE,
)
"""Kjeller with a capital is a place, and before a number all of them may be part of a name."""
_ENTRANCES = {
    "oppgang": r"opp(?:g(?:ang)?)?|opg(?:ang)?",
    "inngang": r"inng(?:ang)?|entrance",
    "blokk": r"blokk",
    "bygg": r"bygg|bygning|building",
    "hus": r"hus",
    "trapp": r"trapp(?:e?oppgang)?|staircase",
    "fløy": r"fløy",
    "seksjon": r"seksj?(?:on)?(?:s?nr|snummer)?|s\.?\s?nr",
    "andel": r"andel(?:s?nr|snummer)?",
}
"""How the label says it, and how lists write it."""
_ENTRANCE_WORD = "|".join(f"(?P<{name}>{forms})" for name, forms in _ENTRANCES.items())
_ENTRANCE = re.compile(
    rf"(?:^|[\s,;/-]+)(?:{_ENTRANCE_WORD})(?!\w)\.?\s*(?:n(?:umme)?r\.?)?\s*:?\s*(?P<which>\d{{1,3}}(?:\s?(?-i:[A-ZÆØÅ])|[a-zæøå])?|(?-i:[A-ZÆØÅ]))(?!\w)"
    + _SEVERAL,
    re.IGNORECASE,
)
_FLOOR_BEHIND = re.compile(
    r"(?<=\d)(?:\s?[^\W\d_])?(?P<floor>[\s,]+(?:etasje|etg|floor)\.?\s*(?:nr\.?\s*)?:?\s*\d{1,2})(?!\w)", re.IGNORECASE
)
""" "etg. 2" behind a house number."""
_FLOOR_FIRST = re.compile(r"^\d{1,2}\s*\.?\s*(?:etasje|etg)(?!\w)\.?[\s,]*", re.IGNORECASE)
_HIGHEST_FLOOR = 60


@dataclass(frozen=True, slots=True)
class Labels:
    """None for those that are not in the text."""

    bruksenhetsnummer: str | None = None
    leilighetsnummer: str | None = None
    rom: str | None = None
    oppgangsbokstav: str | None = None
    """The letter of an entrance or block ("oppgang B"), which may be that of the house."""
    unclear: str | None = None
    """A stored message: what is nearly a bruksenhetsnummer, and the one that may be meant."""


def take_labels(text: str) -> tuple[Labels, str]:
    """The labels of one text, and the text without them. Parentheses that contain only labels are removed."""
    text = re.sub(r"\s*\(([^()]*)\)", lambda inner: f", {inner[1]}," if only_labels(inner[1]) else inner[0], text)
    unit, text = _take_unit(text)
    unclear = None
    if unit is None and (odd := _WITH_LETTERS.search(text)) and (corrected := meant_unit(odd[0])):
        unclear, text = reason("unit_meant", written=odd[0], meant=corrected), _without(text, odd)
    flat = room = None
    if match := _FLAT.search(text):
        flat, text = re.sub(r"\s", "", match.group(1)).upper(), _without(text, match)
    if match := _ROOM.search(text):
        room, text = f"Rom {match.group(1).upper()}", _without(text, match)
    text = _FLOOR_BEHIND.sub(lambda match: match[0].removesuffix(match["floor"]), text)
    text = _FLOOR.sub(lambda match: "" if re.search(r"\d", match.string[: match.start()]) else match[0], _FLOOR_FIRST.sub("", text))
    entrances, letter, text = _take_entrances(text)
    if unit or unclear:
        text = _EMPTY_LABEL.sub("", text)
    label = ", ".join([*entrances, *([flat] if flat else [])]) or None
    return Labels(unit, label, room, letter, unclear), tidy(re.sub(r"\s*,(\s*,)+", ",", text))


def _take_entrances(text: str) -> tuple[list[str], str | None, str]:
    """ "oppgang 2", "Blokk B" as labels, the letter that one of them has, and the text without them."""
    labels, letter = [], None
    while match := _ENTRANCE.search(text):
        which = re.sub(r"\s", "", match["which"]).upper()
        word = next(name for name in _ENTRANCES if match[name])
        labels.append(f"{word} {which}")
        if which.isalpha() and word not in ("seksjon", "andel"):
            letter = which
        behind = text[match.end() :].lstrip(" ,;-/")
        text = tidy(f"{text[: match.start()]}, {behind}" if match.start() else behind)
    return labels, letter, text


def only_labels(text: str) -> bool:
    """Whether the text has nothing but labels."""
    return bool(text.strip()) and "(" not in text and not take_labels(f"x1 {text.strip()}")[1].removeprefix("x1").strip(" ,.")


def tidy(text: str) -> str:
    """One blank between words, and one after a full stop that a number follows ("Økernvn.38")."""
    return re.sub(r"(?<=[^\W\d]\.)(?=\d)", " ", re.sub(r"\s+", " ", text)).strip(" ,;")


def _take_unit(text: str) -> tuple[str | None, str]:
    """The unit number in the text, and the text without it. None when there are several, since the row is about several dwellings then."""
    units = [(unit, name) for unit in _UNIT.finditer(text) if (name := _name(unit)) and not _is_letter_and_post_code(text, unit)]
    if len({name for _, name in units}) != 1:
        return None, text
    for unit, _ in reversed(units):
        text = _without(text, unit)
    return units[0][1], text


def _name(unit: re.Match[str]) -> str | None:
    letter, floor, number = (re.sub(r"\s", "", part).upper() for part in unit.groups() if part)
    return f"{letter}{floor}{number}" if 1 <= int(floor) <= _HIGHEST_FLOOR and int(number) else None


def _is_letter_and_post_code(text: str, unit: re.Match[str]) -> bool:
    """ "Storgata 12 H 2413 Elverum": a house letter, then a postnummer and its place."""
    follows = text[unit.end() :].lstrip()
    spaced = bool(re.match(r"[HULK]\s+\d{4}$", unit.group(0), re.IGNORECASE))
    return spaced and bool(re.match(r"[^\W\d]{2,}", follows)) and not re.search(r"(?:^|[,\s])\d{4}\s*,?\s*(?:[^\W\d][^\d,]*)?$", follows)


def _without(text: str, part: re.Match[str]) -> str:
    return tidy(text[: part.start()].rstrip(" ,-/") + " " + text[part.end() :].lstrip(" -")) if part.start() else tidy(text[part.end() :])
