"""Texts that refer to the row above: "ditto", "som over", a quote sign. The address is never filled in; its owner must write it."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = "\"'`´“”„‟’‘‚‛«»″〃,-–—.:=↑^|~*"
_ABOVE = (
    r"(?:d\.?\s?o|d\.?t\.?o|ditt?o|idem|ibid(?:em)?|id|lik(?:eså|t)|same(?:\s+(?:as\s+)?(?:above|before|address|street))?|(?:as|see)\s+above"
    r"|(?:(?:den\s+|det\s+)?samme?|som|se|lik|jf|jfr|og)\s+(?:\w+\s+){0,2}(?:over|ovenfor|ovenstående|forrige|foregående)(?:\s+(?:rad|linje|adresse|bolig))?"
    r"|(?:i\s+|på\s+)?(?:den\s+|det\s+)?samme(?:\s+(?:adr(?:esse)?n?|gat[ea]n?|vei(?:en)?|veg(?:en)?|hus(?:et)?|bygg(?:et)?|sted(?:et)?|plass(?:en)?|som))?"
    r"|(?:se|jfr?\.?|som|lik)\s+(?:rad|linje|punkt|pkt\.?|post|nr\.?|merknad\w*|vedlegg\w*|ark|fane|kommentar\w*|kart|liste)"
    r"|forrige(?:\s+(?:rad|linje|adresse))?|(?:rad|linj)en?\s+over|ovenfor|ovenstående|(?:som|lik)\s+(?=\d))"
)
_HOUSE = r"(?:(?:,|\bn(?:umme)?r\.?|\bno\.)?\s*\d{1,4}\s*[^\W\d_]?(?:\W.*)?)?"
_WORDS = re.compile(rf"{_ABOVE}[\s.:,]*{_HOUSE}", re.IGNORECASE)
_ONLY_SIGNS = re.compile(rf"[\s{re.escape(_SIGNS)}]*[\"'`´“”„‟’‘‚‛«»″〃↑^][\s{re.escape(_SIGNS)}]*{_HOUSE}", re.IGNORECASE)


def points_elsewhere(text: str) -> bool:
    """Whether the text refers to another row's street, with or without a house number of its own."""
    plain = unicodedata.normalize("NFC", text).strip()
    if not plain:
        return False
    return bool(_ONLY_SIGNS.fullmatch(plain) or _WORDS.fullmatch(plain.strip(_SIGNS + "()[] ")))
