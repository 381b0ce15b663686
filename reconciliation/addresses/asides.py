"""Words beside an address that are not part of it: c/o, a heading, a post box, a matrikkelnummer, a temporary use.

They are removed and kept as written, to be shown to a person. Words that change the meaning ("tidligere adresse") are not removed: with
them the text is not the dwelling's address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciliation.addresses.address_reason import reason
from reconciliation.addresses.unit_labels import tidy
from reconciliation.identifiers.matrikkel import LABEL

CARE_OF = re.compile(
    r"(?:^|,|\s|\()\s*(?:c\s*[/\\]\s*o(?!(?-i:[a-zæøå]))|co\s*[/\\]|v/|att[.:]+)[^,]*?(?=,|\s+\d{4}\s+[^\W\d]{2,}[^\d,]*$|$)", re.IGNORECASE
)
_OF_ANOTHER_TIME = re.compile(
    r"^(?:tidl(?:igere|\.)|(?:gammel|gml\.?|forrige|eks|ex)[\s.-]*(?:bolig|bosteds)?adr(?:esse|\.|\b)|(?:former|old|previous)\s+address)\b",
    re.IGNORECASE,
)
_FOR_POST = re.compile(r"^(?:post|faktura|kontor|korrespondanse)[\s-]?adr(?:esse|\.|\b)|^postal\s+address", re.IGNORECASE)
_ADDRESS_WORD = (
    r"(?:(?:ny|nåv(?:ærende|\.)|mid(?:l(?:ertidig)?)?|foreløpig|besøks?|bo(?:lig|steds?)|gate|vei|veg|folkereg(?:istrert|\.)|leie|temporary|present"
    r"|current|visiting)[\s.-]*)*(?:adr(?:esse)?n?|address)"
)
_HEADING = re.compile(
    rf"^(?:{_ADDRESS_WORD}\b[\s.:-]*"
    r"|(?:midlertidig|midl\.|foreløpig|p\.\s?t\.|p\.\s?a\.|p/a|for tiden|temporary)[\s.:-]*|[^\W\d_][^\d:,/]{0,40}:\s*)(?=[^\W\d_])",
    re.IGNORECASE,
)
"""What is before a colon is a heading, unless a number follows ("Leil: 3")."""
_BOX_WORD = r"(?:post\s?boks|service\s?boks|boks|pb|p\.\s?b|postb|p\.?\s?o\.?\s?box)\b\.?\s*(?:nr\.?\s*)?"
POST_BOX = re.compile(rf"^{_BOX_WORD}(.+?)\s*(?:,|$)", re.IGNORECASE)
_BOX = re.compile(rf"(?:^|[\s,;/(-]+){_BOX_WORD}(?P<box>\d{{1,5}}(?:\s+(?!\d)[^\W\d][^\d,/]*)?)\)?(?=\s*[,/]|$)", re.IGNORECASE)
_BOX_BEFORE = re.compile(
    rf"^{_BOX_WORD}(?P<box>\d{{1,5}}(?:\s+[^\W\d][^\d,/]*)?)\s*[,/;]\s*(?=[^\d,]*[^\W\d_]{{2}}[^\d,]*\d)", re.IGNORECASE
)
_PARCEL = r"\d{1,5}\s*/\s*\d{1,4}(?:\s*/\s*\d{1,4}){0,2}"
_NAMED_PARCEL = r"g(?:å|aa?)?(?:rds)?\.?\s?n(?:umme)?r\.?\s*:?\s*\d{1,5}[\s,/]*b(?:ruks)?\.?\s?n(?:umme)?r\.?\s*:?\s*\d{1,4}"
_NAMED_PARTS = r"(?:[\s,/]*(?:f(?:este)?|s(?:eksj(?:ons?)?)?)\.?\s?n(?:umme)?r\.?\s*:?\s*\d{1,4}){0,2}"
_GROUND = re.compile(
    rf"(?:^|[\s,;(-]+)(?P<ground>(?:{LABEL}|g\.?\s?nr\.?\s*:?\s*){_PARCEL}|{_NAMED_PARCEL}{_NAMED_PARTS}|(?<=\(){_PARCEL}(?=\)))\)?",
    re.IGNORECASE,
)
_HOUSE_AND_FLOOR = re.compile(
    r"^(?P<house>[^\d,]*[^\W\d_]{2}[^\d,]*?)[\s,]*\d{1,2}\s*\.?\s*(?:etasje|etg|et)\b\.?[\s,]+(?=[^\W\d_]{2})", re.IGNORECASE
)
""" "Rutebilgården 3etg. Ospestien 24": the name of the house and the floor, then the address."""
_IN_PARENTHESES = re.compile(r"\s*\(([^()\d]*)\)")
_A_HOUSE_HAS = re.compile(r"[^\W\d_]{2}.*\d")
_KIND = (
    r"(?:enebolig|tomannsbolig|rekkehus|hybelhus|kårbolig|bofellesskap(?:et)?|omsorgsbolig(?:er)?|leilighet|hybel|bolig|an+eks(?:et)?"
    r"|midlertidig|foreløpig|temporary)"
)
_ONLY_KIND = re.compile(_KIND, re.IGNORECASE)
_KIND_OF_HOUSE = re.compile(rf"(?<=[\w.])(?:[\s,]+|\s-\s*|,\s*-){_KIND}(?=\s*(?:,|$))", re.IGNORECASE)
_WITH = re.compile(r"(?<=[\w.])[\s,(]+[mu]/\s?[^\W\d_][^\d,]*(?=,|$)", re.IGNORECASE)
""" "m/garasje", "u/ heis"."""
_SIZE = re.compile(
    r"(?<=\w)[\s,(-]+(?:\d\s*-?\s*roms(?:\s*-?\s*leil(?:ighet)?)?|\d{2,3}(?:[.,]\d)?\s*(?:kvm|m2|m²|kv\.?m))\b\.?\)?"
    r"(?=\s*(?:,|-|\(|$))",
    re.IGNORECASE,
)
"""How many rooms or square metres the home has."""


@dataclass(frozen=True, slots=True)
class Asides:
    """words: the removed words, as written. postboks: the box's number. ground: a matrikkelnummer beside the address, as written.

    unclear: a stored message when the remaining text may be another address than the dwelling's.
    loose: words of unknown kind, which may be a place.
    """

    words: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    postboks: str | None = None
    ground: str | None = None
    unclear: str | None = None


def take_asides(text: str) -> tuple[Asides, str]:
    """The asides of one tidy text, and the text without them."""
    words: list[str] = []
    loose: list[str] = []
    if _OF_ANOTHER_TIME.match(text):
        return Asides(unclear=reason("former_address")), text
    if _FOR_POST.match(text):
        return Asides(unclear=reason("for_post")), text
    text, unclear = _without_people(text, words)
    text = _cut(_HEADING, text, words)
    text = _cut(_HOUSE_AND_FLOOR, text, words)
    for pattern in (_SIZE, _WITH):
        while (match := pattern.search(text)) and _A_HOUSE_HAS.search(text[: match.start()]):
            words.append(match[0].strip(" ,-()"))
            text = text[: match.start()] + text[match.end() :]
    text = _IN_PARENTHESES.sub(
        lambda parenthesis: _moved_to(parenthesis[1], words if _ONLY_KIND.fullmatch(parenthesis[1].strip()) else loose), text
    )
    text, box = _without_box(text, words)
    ground = _GROUND.search(text)
    if ground and _A_HOUSE_HAS.search(text[: ground.start()] or text[ground.end() :]):
        text = tidy(f"{text[: ground.start()]} {text[ground.end() :]}")
    else:
        ground = None
    while (kind := _KIND_OF_HOUSE.search(text)) and _A_HOUSE_HAS.search(text[: kind.start()]):
        words.append(kind[0].strip(" ,-"))
        text = text[: kind.start()] + text[kind.end() :]
    asides = Asides(tuple(words), tuple(loose), box, ground["ground"] if ground else None, unclear)
    return asides, re.sub(r"\s*,(\s*,)+", ",", text).strip(" ,")


def _without_people(text: str, words: list[str]) -> tuple[str, str | None]:
    """Remove "c/o ...". Without a comma after the name, a number in it may be the dwelling's own house number."""
    unclear = None
    for match in CARE_OF.finditer(text):
        names = match[0].strip(" ,")
        words.append(names)
        if re.search(r"\d", names):
            unclear = reason("aside_with_number", words=names)
    return re.sub(r"\s*,(\s*,)+", ",", CARE_OF.sub(",", text)).strip(" ,"), unclear


def _cut(pattern: re.Pattern[str], text: str, words: list[str]) -> str:
    match = pattern.match(text)
    if match is None or not match[0].strip():
        return text
    words.append(match[0].strip(" :-"))
    return text[match.end() :]


def _moved_to(aside: str, words: list[str]) -> str:
    if aside.strip():
        words.append(aside.strip())
    return " "


def _without_box(text: str, words: list[str]) -> tuple[str, str | None]:
    """Remove a post box beside a whole address. A post box alone is kept: the text has no address then."""
    box = _BOX_BEFORE.match(text)
    if box is None:
        box = next((match for match in _BOX.finditer(text) if _A_HOUSE_HAS.search(text[: match.start()])), None)
    if box is None:
        return text, None
    words.append(box[0].strip(" ,;/()-"))
    return (text[: box.start()] + ("," if box.start() else "") + text[box.end() :].lstrip(" /")).strip(" ,"), box["box"].strip()
