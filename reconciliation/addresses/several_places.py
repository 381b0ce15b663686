"""Whether a text has more than one house or street. Then it is about several dwellings, and its owner must choose one."""

from __future__ import annotations

import re

from reconciliation.addresses.address_reason import reason

_PLACED = re.compile(r"(?P<name>[^\W\d_][^\d,;/+&()]*?)[\s,]*(?:n(?:umme)?r\.?\s*)?(?P<house>\d{1,4}(?:\s?[^\W\d_](?!\w))?)(?!\w)")
_JOINED = re.compile(r"\s*(?:[/\\+&;]|(?<!\w)(?:og|eller|samt|and|or)(?!\w)|[-–]\s*(?=\d))\s*", re.IGNORECASE)
_LEADING = re.compile(r"^(?:og|eller|samt|and|or|til)(?:\s+|$)", re.IGNORECASE)
_MORE = re.compile(
    r"(?:m\.?\s?[/.]?\s?fl\.?|m\.?\s?m\.?|o\.?\s?fl\.?|osv\.?|etc\.?|f{1,2}\.|(?<!\w)ff|flere|div(?:erse)?\.?)$", re.IGNORECASE
)
_STREET_WORD = re.compile(
    r"(?<!\w)\w*(?:vegen|veien|veg|vei|vn|gata|gaten|gate|gt|stien|alléen|allé|svingen|bakken|terrasse)\.?$", re.IGNORECASE
)


def places_in(text: str) -> list[str]:
    """Each street with a house number behind it, as written and in the text's order: ["Ospestien 5", "Hegrevika 3"]."""
    places = (f"{_LEADING.sub('', match['name']).strip()} {match['house']}" for match in _PLACED.finditer(text))
    return list(dict.fromkeys(place for place in places if re.search(r"[^\W\d_]{2}", place)))


def is_joined(text: str) -> bool:
    """Whether a slash, a plus or a conjunction is in it: no name of a street has one, save where it has two languages."""
    return _JOINED.search(text) is not None


def says_more(text: str) -> bool:
    """Whether it ends with "m.fl.", "osv." and the like."""
    return _MORE.search(text.strip(" ,.")) is not None or _MORE.search(text.strip(" ,")) is not None


def is_street_like(words: str) -> bool:
    """Whether the words end as streets do ("Kirkegata"), so that they are more than the name of a house or a place."""
    return _STREET_WORD.search(words.strip(" ,")) is not None


def why_several(text: str) -> str:
    """A stored message with the places in the text, asking for one of them."""
    places = places_in(text)
    # "leil 1", "tidligere 10": small letters beside capitals are no street.
    if len(places) > 1 and (text == text.lower() or not any(place[0].islower() for place in places)):
        return reason("several_addresses", addresses="; ".join(places[:4]))
    return reason("several_places", text=text.strip())
