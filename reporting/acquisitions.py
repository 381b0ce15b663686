"""Fremskaffelse og avhending: each planned measure compared with Kobo and the sources as they are after tonight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import polars as pl

from language import text
from reconciliation.addresses import fold, folded
from reconciliation.model.words import DwellingClass
from reporting.acquisitions_reading import Measure, Measures, Stage
from reporting.needs_cells import Fault
from reporting.night_report import NightResult

WITHIN = timedelta(days=365)
"""What is planned so soon is planned within the year."""
HORIZON = timedelta(days=5 * 365 + 1)


class MeasureState(StrEnum):
    """State of a measure. The first five need action now."""

    MISSING = "missing"  # acquired, and not in Kobo
    STILL_THERE = "still_there"  # disposed of, and still in Kobo
    OVERDUE = "overdue"  # its date has passed, and neither the plan nor Kobo shows it as carried out
    EARLY = "early"  # marked as carried out, with a date that is still to come
    UNCHECKED = "unchecked"  # should be carried out by now, and cannot be looked up in Kobo
    SOON = "soon"
    LATER = "later"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


URGENT = (MeasureState.MISSING, MeasureState.STILL_THERE, MeasureState.OVERDUE, MeasureState.EARLY, MeasureState.UNCHECKED)
TO_COME = (MeasureState.SOON, MeasureState.LATER)


@dataclass(frozen=True, slots=True)
class Checked:
    """One measure with its state tonight.

    address: as shown, or that it is secret; empty when no place is known. in_kobo, in_sources: dwellings found at the place;
    None when there is no place, in_kobo also when Kobo was not seen. days: since its date; negative before it.
    net: dwellings that it will add to, or take from, what the municipality has today.
    """

    measure: Measure
    state: MeasureState
    address: str
    secret: bool
    in_kobo: int | None
    in_sources: int | None
    days: int
    net: int


@dataclass(frozen=True, slots=True)
class MeasuresNight:
    """The municipality's planned measures, compared with tonight's tables, and the faults of those that could not be read."""

    checked: tuple[Checked, ...]
    faults: tuple[Fault, ...]

    def planned(self) -> dict[str, int]:
        """Category -> net dwellings within five years."""
        by_category: dict[str, int] = {}
        for checked in self.checked:
            if -checked.days <= HORIZON.days:
                by_category[checked.measure.category] = by_category.get(checked.measure.category, 0) + checked.net
        return by_category


def check_measures(result: NightResult, measures: Measures | None) -> MeasuresNight | None:
    """Compare every measure with tonight's tables. None when the municipality's file names no such plan."""
    if measures is None:
        return None
    keys = {key for measure in measures.measures if (key := _key(measure))}
    kobo = _at(_in_register(result), keys) if result.register_verdict == "complete" else None
    sources, secret = _at(result.dwellings, keys), _secret(result)
    checked = tuple(_checked(measure, result.as_of, kobo, sources, secret) for measure in measures.measures)
    return MeasuresNight(checked, measures.faults)


def _key(measure: Measure) -> str | None:
    return f"{fold(measure.adressenavn)}|{measure.nummer}{(measure.bokstav or '').upper()}" if measure.adressenavn else None


def _house() -> pl.Expr:
    return pl.concat_str(
        folded("adressenavn"), pl.lit("|"), pl.col("nummer").cast(pl.String), pl.col("bokstav").fill_null("").str.to_uppercase()
    )


def _at(dwellings: pl.DataFrame, keys: set[str]) -> dict[str, list[str | None]]:
    """House -> the unit numbers of its dwellings, None for one without."""
    at_houses = dwellings.with_columns(_house=_house()).filter(pl.col("_house").is_in(list(keys)))
    return dict(at_houses.group_by("_house").agg(pl.col("bruksenhetsnummer")).iter_rows())


def _in_register(result: NightResult) -> pl.DataFrame:
    """Every entry of the register after tonight's apply, with its address."""
    place = ["adressenavn", "nummer", "bokstav", "bruksenhetsnummer"]
    done = result.outcomes.filter(pl.col("outcome") == "done").select("leverandor_bolig_id", done=pl.lit(value=True))
    items = result.items.join(done.unique("leverandor_bolig_id"), on="leverandor_bolig_id", how="left")
    done_now = pl.col("done").fill_null(value=False)
    same = pl.col("class").is_in([DwellingClass.IN_SYNC.value, DwellingClass.UPDATE.value]) & pl.col("kobo_id").is_not_null()
    ours = items.filter(same | ((pl.col("class") == DwellingClass.CREATE.value) & done_now))
    frames = [result.dwellings.join(ours.select("leverandor_bolig_id"), on="leverandor_bolig_id", how="semi").select(place)]
    if result.register_rows is not None and {*place, "kobo_id"} <= set(result.register_rows.columns):
        retired = items.filter((pl.col("class") == DwellingClass.RETIRE.value) & done_now)
        known = pl.concat([ours, retired]).select("kobo_id").drop_nulls()
        frames.append(result.register_rows.join(known, on="kobo_id", how="anti").select(place))
    return pl.concat(frames, how="vertical_relaxed")


def _secret(result: NightResult) -> set[str]:
    """Houses where somebody's address is secret: nothing planned there is shown with its address."""
    frames = [result.dwellings, result.rejected_rows, *([] if result.register_rows is None else [result.register_rows])]
    flagged = [frame for frame in frames if {"hemmelig_adresse", "adressenavn", "nummer", "bokstav"} <= set(frame.columns)]
    houses = [frame.filter(pl.col("hemmelig_adresse").fill_null(value=False)).select(house=_house()) for frame in flagged]
    return set(pl.concat(houses).get_column("house").drop_nulls()) if houses else set()


def _checked(
    measure: Measure,
    as_of: date,
    kobo: dict[str, list[str | None]] | None,
    sources: dict[str, list[str | None]],
    secret: set[str],
) -> Checked:
    key = _key(measure)
    in_sources = _dwellings_meant(sources.get(key, []), measure) if key else None
    in_kobo = _dwellings_meant(kobo.get(key, []), measure) if key and kobo is not None else None
    neighbours = len((kobo or {}).get(key or "", []))
    days = (as_of - measure.when).days
    state = _state(measure, days, in_kobo, neighbours)
    hidden = key in secret
    address = text("page.secret") if hidden else _written(measure)
    return Checked(measure, state, address, hidden, in_kobo, in_sources, days, _net(measure, state, in_sources, days))


def _dwellings_meant(units: list[str | None], measure: Measure) -> int:
    """How many of a house's dwellings (units) the measure can refer to. A single dwelling without a unit number counts as H0101."""
    if measure.bruksenhetsnummer is None:
        return len(units)
    alone = units == [None] and measure.bruksenhetsnummer == "H0101"
    return 1 if alone else sum(unit == measure.bruksenhetsnummer for unit in units)


def _state(measure: Measure, days: int, in_kobo: int | None, neighbours: int) -> MeasureState:
    if measure.stage is Stage.CANCELLED:
        return MeasureState.CANCELLED
    carried_out = measure.stage is Stage.DONE
    if carried_out and days < 0:
        return MeasureState.EARLY
    if days < 0:
        there_already = measure.kind.adds and measure.bruksenhetsnummer is not None and bool(in_kobo)
        return MeasureState.FULFILLED if there_already else MeasureState.SOON if -days <= WITHIN.days else MeasureState.LATER
    if in_kobo is None:
        return MeasureState.UNCHECKED if carried_out else MeasureState.OVERDUE
    if measure.kind.adds:
        return MeasureState.FULFILLED if in_kobo >= measure.count else MeasureState.MISSING if carried_out else MeasureState.OVERDUE
    if in_kobo == 0:
        return MeasureState.FULFILLED
    if measure.bruksenhetsnummer is None and neighbours > measure.count:
        return MeasureState.UNCHECKED  # only some of the house's dwellings are given up, and the plan does not say which
    return MeasureState.STILL_THERE if carried_out else MeasureState.OVERDUE


def _net(measure: Measure, state: MeasureState, in_sources: int | None, days: int) -> int:
    """Relative to what is in the sources today, so that nothing is counted twice."""
    if state is MeasureState.CANCELLED:
        return 0
    count = measure.count
    if in_sources is None:
        left = 0 if measure.stage is Stage.DONE else count
        return left if measure.kind.adds else -left
    if not measure.kind.adds:
        return -min(count, in_sources)
    # Before the measure's date, the dwellings at the house are not the planned ones.
    return count if days < 0 and measure.bruksenhetsnummer is None else count - min(count, in_sources)


def _written(measure: Measure) -> str:
    if measure.adressenavn is None:
        return ""
    house = f"{measure.adressenavn} {measure.nummer}{measure.bokstav or ''}"
    return f"{house} {measure.bruksenhetsnummer}" if measure.bruksenhetsnummer else house
