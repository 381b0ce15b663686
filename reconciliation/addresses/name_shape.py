"""Whether a text can be the name of a street, when there is no register to look it up in."""

from __future__ import annotations

import re

from reconciliation.addresses.pointers import points_elsewhere
from reconciliation.addresses.several_places import is_joined

_NUMBERED_KIND = (
    r"(?:gate|gata|veg|vei|vegen|veien|felt|feltet|rute|fylkesve[gi]|riksve[gi]|europave[gi]|fv|rv|kvartal|tverrgate|linje|sone|\w*brygge)"
)
_ENDS_IN_NUMBER = re.compile(rf"(?:.*(?<!\w))?(?:{_NUMBERED_KIND}\.?\s?|e\s?)\d{{1,4}}", re.IGNORECASE)
"""Gate 1, Rådhusbrygge 2, Fv. 98, Gamle E6."""
_ORDINAL = re.compile(
    r"\d{1,2}(?:\.\s?|\s+(?=(?:januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember)))(?=[^\W\d_])",
    re.IGNORECASE,
)
"""17. mai gate, 1. divisjonsveg."""
_ONLY_A_KIND = re.compile(r"(?:gate|vei|veg|felt|rute|fylkesve[gi]|riksve[gi]|europave[gi]|fv|rv|kvartal|tverrgate)\.?", re.IGNORECASE)
_FOREIGN = re.compile(r"[^\w\s.'’‘`´-]")
_NOT_SAID = re.compile(
    r"(?:ukjent|mangler|ingen|uten|div(?:erse)?\.?|flere|hjørnet|ca\.?|cirka|omtrent|antatt|trolig|kanskje|evt\.?|eventuelt)(?!\w)",
    re.IGNORECASE,
)
_BEGINS_NO_NAME = re.compile(
    r"(?:se|jfr?\.?|flytte[tr]|byttet|bor|nb|obs|ex|brl\.?|borettslag(?:et)?|sameiet?|avd(?:eling)?\.?|(?:kommunal\s+)?(?:\w*bolig|leilighet|hybel))\s",
    re.IGNORECASE,
)
""" "Se Ospestien", "Flyttet til Ospestien", "Borettslaget Ospestien": a remark, or what kind of home it is, before the street."""
_NEARLY = re.compile(r"\s(?:ca\.?|cirka|omtrent|antatt|trolig|evt\.?|eventuelt|ukjent|mangler|uten)$", re.IGNORECASE)
""" "Duevegen ca 18": before the number, it is no number."""
_REMARK = re.compile(
    r"(?<!\w)(?:utleid|ledig|opptatt|solgt|selges|revet|rives|brukes|tom(?:t)?|fraflyttet|innflyttet|oppsagt|rehab\w*|pusses|oppuss\w*|stengt|brent|"
    r"mangler|nøkk?el\w*|kontrakt\w*|ref|leies?|eies?|eier|kjøpt|kjøp|bygd|byggeår|nybygg|se|obs|ny|nye|gammel|gml|hos|med|uten|fra|til|pga|er|har|skal|ikke)"
    r"(?!\w)",
    re.IGNORECASE,
)
_HOUSE = re.compile(
    r"[\w-]*(?:gården|gaarden|huset|bygget|bygningen|senteret|sentret|senter|hjemmet|hallen|fløyen|blokka|blokken|skolen|barnehagen|brakka|bolig(?:en|er|ene)?|"
    r"tunet|kvartalet|kirken|kirka|sykehuset|stasjonen)",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:bak|ved|mot|nær|over|under|foran|etter|innenfor|utenfor|nord|sør|øst|vest|inngang|oppgang|innkjørsel|a[dt]komst)(?!\w)",
    re.IGNORECASE,
)
_HOUSE_THEN_STREET = re.compile(
    r"(?P<house>[^\d,]*[^\s-])\s+(?:-\s+)?(?P<street>\w{3,}(?:vegen|veien|veg|vei|gata|gaten|gate|stien|svingen|bakken))", re.IGNORECASE
)


def is_name(name: str) -> bool:
    """Whether it may be the name of one street: no comma, slash or colon, no second house number, nothing joined by "og"."""
    bare = _ORDINAL.sub("", name.strip(), count=1) if _ORDINAL.match(name.strip()) else name.strip()
    if _NEARLY.search(bare) or _ONLY_A_KIND.fullmatch(bare) or _BEGINS_NO_NAME.match(bare) or says_nothing(bare):
        return False
    if _FOREIGN.search(bare) or is_joined(bare) or points_elsewhere(bare):
        return False
    if re.search(r"\d", bare) and not _ENDS_IN_NUMBER.fullmatch(bare):
        return False
    return re.search(r"[^\W\d_]{2}|å|Å", bare) is not None


def says_nothing(words: str) -> bool:
    """Whether the words begin as a remark does ("ukjent", "flere adresser")."""
    return _NOT_SAID.match(words) is not None


def is_house_like(words: str) -> bool:
    """Whether the words are a house's name or say where it is ("Tinghuset", "bak kirka"), and no poststed."""
    return _HOUSE.fullmatch(words.rsplit(maxsplit=1)[-1]) is not None or _BEHIND.match(words) is not None


def is_remark(words: str, text: str) -> bool:
    """Whether the words behind a house say something of the home ("utleid", "bakgård"), and are no poststed: names have capitals in a
    text that has any."""
    return _REMARK.search(words) is not None or (words == words.lower() and text != text.lower())


def house_and_street(name: str) -> tuple[str, str] | None:
    """ "Rådhuset Storgata" -> the house's name and the street, where the first ends as houses do and the last word as streets do."""
    match = _HOUSE_THEN_STREET.fullmatch(name.strip())
    if match is None or not _HOUSE.fullmatch(match["house"].split()[-1]):
        return None
    return match["house"], match["street"]
