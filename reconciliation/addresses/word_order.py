"""A legible text in the order that addresses are written: street and number, postnummer and place, and nothing around them."""

from __future__ import annotations

import re

from reconciliation.addresses.address_register import AddressRegister, place_key
from reconciliation.addresses.parsing import ParsedAddress, Status, parse_legible
from reconciliation.addresses.unit_labels import only_labels

CARE_OF = re.compile(r"(?:^|,|\s)\s*(?:c\s*[/\\]\s*o(?!(?-i:[a-zæøå]))|co\s*[/\\]|v/|att[.:]+)[^,]*(?=,|$)", re.IGNORECASE)
_IN_PARENTHESES = re.compile(r"\s*\(([^()]*)\)")
_PLACE_TWICE = re.compile(r"[,\s]\s*(?P<place>[^\W\d][^,\d]*?)\s*,\s*(?P<code>\d{4})\s*,?\s*(?P=place)$", re.IGNORECASE)
_CODE_FIRST = re.compile(r"^(?P<code>\d{4})\s+(?P<place>[^\W\d][^,;\d]*)[,;]\s*(?P<street>\S.*)$")
_GLUED = re.compile(r"^(?P<name>[^\W\d_][^\d,;/]*[^\W\d_])(?P<number>\d{1,4})(?P<letter>\s?[^\W\d_])?(?=$|[\s,;])")
_PLACE_WITHOUT_COMMA = re.compile(
    r"^(?P<address>.*[^\W\d_].*?\s\d{1,4}(?:\s?[^\W\d_])?)\s+(?P<place>(?!(?:og|til)\b)[^\W\d_]{2,}[^\d,;]*)$"
)


def without_asides(register: AddressRegister, written: str) -> tuple[str, str | None]:
    """The text without c/o and parentheses, and what is uncertain about that."""
    opened = _IN_PARENTHESES.sub(
        lambda one: f", {one[1]}," if only_labels(one[1]) or place_key(one[1]) in register.known_places else one[0], written
    )
    bare = _IN_PARENTHESES.sub(" ", opened)
    rest = CARE_OF.sub(",", bare)
    doubt = "Det som står i parentes, er ikke brukt." if bare != opened else None
    if any(re.search(r"\d", one[0]) for one in CARE_OF.finditer(bare)):
        doubt = "Det som står etter c/o, er ikke brukt."
    return re.sub(r"\s*,(\s*,)+", ",", _PLACE_TWICE.sub(r", \g<code> \g<place>", rest.strip(" ,"))).strip(" ,"), doubt


def in_order(text: str) -> tuple[str, ParsedAddress]:
    """`2413 Elverum, Kirkevegen 58`, `Kirkevegen58` and `Kirkevegen 58 Elverum` in the order that addresses are written."""
    if first := _CODE_FIRST.match(text):
        text = f"{first['street']}, {first['code']} {first['place'].strip()}"
    text = _GLUED.sub(lambda found: f"{found['name']} {found['number']}{found['letter'] or ''}", text)
    parsed = parse_legible(text)
    if parsed.status is Status.UNCLEAR and (placed := _PLACE_WITHOUT_COMMA.match(text)):
        text = f"{placed['address']}, {placed['place']}"
        parsed = parse_legible(text)
    return text, parsed
