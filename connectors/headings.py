"""Exact column sets (law 12): a heading too many or too few stops the source, and the nearest spelling is named."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from connectors.read_faults import SourceFault
from language import Message, message
from language.messages import Value

_NEAR = 70
_SHOWN = 6
_UNSEEN = dict.fromkeys((0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF))
"""Soft hyphens, zero-width signs and byte order marks."""


def visible_text(heading: str) -> str:
    """A heading without what the eye does not see: outer and double blanks, line breaks, composed letters."""
    if heading.isascii():
        return " ".join(heading.split())
    return " ".join(unicodedata.normalize("NFC", heading).translate(_UNSEEN).split())


def matching(headings: Sequence[str], known: Sequence[str]) -> int:
    """How many of the known headings are there."""
    return len({visible_text(heading) for heading in headings} & {visible_text(heading) for heading in known} - {""})


def first_of_most(rows: Sequence[Sequence[str]], known: Sequence[str]) -> int:
    """Index of the first row that holds most of the known headings."""
    named = {visible_text(heading) for heading in known} - {""}
    best, most = 0, -1
    for index, row in enumerate(rows):
        known_here = len(named & {visible_text(heading) for heading in row})
        if known_here > most:
            best, most = index, known_here
        if most == len(named):  # no later row has more
            break
    return best


def given_names(headings: Sequence[str], above: Sequence[str] = ()) -> list[str]:
    """A unique name for each column, the same when a mapping is drafted and when it is used.

    A column without a heading gets that of the row above (headings of two levels), or `kolonne 5`; a repeated heading becomes
    `Merknad (2)`. above: that row, blank where there is none.
    """
    made: list[str] = []
    taken: set[str] = set()
    for number, heading in enumerate(headings, start=1):
        over = visible_text(above[number - 1]) if number <= len(above) else ""
        base = visible_text(heading) or over or f"kolonne {number}"
        name, again = base, 2
        while name in taken:
            name, again = f"{base} ({again})", again + 1
        taken.add(name)
        made.append(name)
    return made


def positions(headings: Sequence[str], wanted: Sequence[str], ignored: Sequence[str], place: str) -> Mapping[str, int]:
    """Wanted heading -> its column. Raises SourceFault when the headings are not exactly wanted + ignored.

    Columns have their given names; a repetition of an ignored heading is ignored too."""
    at = {name: column for column, name in enumerate(given_names(headings))}
    bare = {name: visible_text(headings[column]) for name, column in at.items()}
    named = {visible_text(heading): heading for heading in wanted}
    passed = {visible_text(heading) for heading in ignored}
    if not at.keys() & named.keys():
        # Nothing fits: the "headings" are probably a row of data, which no message may repeat.
        raise SourceFault("no_headings", place=place, expected=", ".join(wanted))
    unknown = [name for name in at if name not in named and name not in passed and bare[name] not in passed]
    doubled = [bare[name] for name in unknown if bare[name] in named]
    extra = [bare[name] for name in unknown if bare[name] not in named]
    placed = at.keys() | set(bare.values())
    missing = [heading for heading in (*named, *(visible_text(each) for each in ignored)) if heading not in placed]
    if extra or missing or doubled:
        distinct = [list(dict.fromkeys(each)) for each in (extra, missing, doubled)]
        raise SourceFault("headings", place=place, **heading_faults(*distinct))
    return {heading: at[name] for name, heading in named.items()}


def heading_faults(extra: Sequence[str], missing: Sequence[str], doubled: Sequence[str]) -> dict[str, Value]:
    """Values of the fault `headings`: `faults` in English, and `problems` for owners."""
    english: list[str] = []
    problems: list[Message] = []
    for heading in extra[:_SHOWN]:
        nearest_heading = nearest(heading, missing)
        shown = f"'{heading}'" if heading else "a column without heading"
        english.append(f"unknown heading {shown}" + (f" (is it '{nearest_heading}'?)" if nearest_heading else ""))
        problems.append(_problem("unknown", heading, nearest_heading) if heading else message("heading_faults.unknown_blank"))
    for heading in missing[:_SHOWN]:
        nearest_heading = nearest(heading, extra)
        english.append(f"missing heading '{heading}'" + (f" (nearest there is '{nearest_heading}')" if nearest_heading else ""))
        problems.append(_problem("missing", heading, nearest_heading))
    for heading in doubled[:_SHOWN]:
        english.append(f"heading '{heading}' is there more than once")
        problems.append(_problem("twice", heading, None))
    more = sum(max(0, len(headings) - _SHOWN) for headings in (extra, missing, doubled))
    if more:
        english.append(f"and {more} more")
        problems.append(message("heading_faults.more", count=more))
    return {"faults": ", ".join(english), "problems": problems}


def _problem(code: str, heading: str, nearest_heading: str | None) -> Message:
    if nearest_heading is None:
        return message(f"heading_faults.{code}", heading=heading)
    return message(f"heading_faults.{code}_near", heading=heading, near=nearest_heading)


def nearest(text: str, choices: Sequence[str]) -> str | None:
    """The choice with the most similar spelling; None when none is similar enough."""
    closest = process.extractOne(text, choices, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=_NEAR) if text else None
    return str(closest[0]) if closest else None
