"""A legible text in the order that addresses are written: street and number, postnummer and place."""

from __future__ import annotations

import re

_CODE_FIRST = re.compile(r"^(?P<code>\d{4})\s+(?P<place>[^\W\d][^,;\d]*)[,;]\s*(?P<street>\S.*)$")
_GLUED = re.compile(
    r"^(?P<name>[^\W\d_][^\d,;/]*[^\W\d_])(?<![\s,.][lIO])(?P<number>\d{1,4})(?P<letter>\s?[^\W\d_])?(?=$|[\s,;])"
    r"(?!\s+\d{1,4}(?:\s?[^\W\d_])?(?:$|\s*,))"
)
"""Not where a house number follows: "Gamle E6 12"."""
_PLACE_TWICE = re.compile(r"[,\s]\s*(?P<place>[^\W\d][^,\d]*?)\s*,\s*(?P<code>\d{4})\s*,?\s*(?P=place)$", re.IGNORECASE)


def written_order(text: str) -> str:
    """`2413 Elverum, Kirkevegen 58` and `Kirkevegen58` as addresses are written; a place that occurs twice once."""
    text = _PLACE_TWICE.sub(r", \g<code> \g<place>", text)
    if first := _CODE_FIRST.match(text):
        text = f"{first['street']}, {first['code']} {first['place'].strip()}"
    return _GLUED.sub(lambda match: f"{match['name']} {match['number']}{match['letter'] or ''}", text)
