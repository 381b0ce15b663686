"""Small dwellings against those that families need: what exists, what is empty, and what the services ask for, as counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from reporting.needs_reading import NeedsLine
from reporting.night_report import NightResult

SMALL, LARGE, OTHER_SIZE = "small", "large", "untold"
MOST_ROOMS = 2
"""So many rooms, a bedroom less, are small; words: texts `size_bands.<band>`."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class SizeBand:
    """have, empty: dwellings by their bedrooms. now, later: what the services need now and in five years; None where no service said."""

    band: str
    have: int
    empty: int
    now: int | None
    later: int | None


def size_bands(result: NightResult, dwellings: pl.DataFrame, empty: pl.DataFrame) -> tuple[SizeBand, ...]:
    """dwellings: those that are counted. empty: those of them that are empty. Returns () where no service has given a size."""
    answers = _answers(result)
    if not any(_band(answer.detail.size) != OTHER_SIZE for answer in answers):
        return ()
    have, free = _by_band(dwellings), _by_band(empty)
    return tuple(
        SizeBand(band, have.get(band, 0), free.get(band, 0), *_needed([answer for answer in answers if _band(answer.detail.size) == band]))
        for band in (SMALL, LARGE, OTHER_SIZE)
    )


def _answers(result: NightResult) -> list[NeedsLine]:
    """One answer per service and part of a let category; none where the service contradicts itself."""
    given: dict[tuple[object, ...], set[tuple[int | None, int | None]]] = {}
    first: dict[tuple[object, ...], NeedsLine] = {}
    for line in result.needs.answers if result.needs else ():
        if result.municipality.categories[line.category].in_scope:
            part = (line.service, line.category, line.detail.part)
            given.setdefault(part, set()).add((line.now, line.later))
            first.setdefault(part, line)
    return [answer for part, answer in first.items() if len(given[part]) == 1]


def _band(size: str | None) -> str:
    """The band of a size in rooms, as written: "2", "3-4 rom". OTHER_SIZE for one that is in both bands or in none."""
    rooms = [int(number) for number in _NUMBER.findall(size or "")]
    if not rooms or min(rooms) <= MOST_ROOMS < max(rooms):
        return OTHER_SIZE
    return SMALL if max(rooms) <= MOST_ROOMS else LARGE


def _by_band(dwellings: pl.DataFrame) -> Mapping[str, int]:
    small = pl.col("antall_soverom") < MOST_ROOMS
    band = pl.when(small).then(pl.lit(SMALL)).when(~small).then(pl.lit(LARGE)).otherwise(pl.lit(OTHER_SIZE))
    return dict(dwellings.group_by(band.alias("band")).len().iter_rows())


def _needed(answers: list[NeedsLine]) -> tuple[int | None, int | None]:
    now = [answer.now for answer in answers if answer.now is not None]
    later = [answer.later for answer in answers if answer.later is not None]
    return (sum(now) if now else None), (sum(later) if later else None)
