"""The page in a few plain sentences."""

from __future__ import annotations

from datetime import date

from language import counted, day, listed, number, text, texts, word_for
from reporting.backlog import NEXT_NIGHT
from reporting.forecast import STUCK, Forecast, ForecastState
from reporting.night_report import NightResult
from reporting.progress_curve import curve
from reporting.progress_overview import Block, holder_title


def first_sentence(result: NightResult) -> str:
    """How many of the dwellings in scope are in the register."""
    last = curve(result.history, result.as_of).tail(1).to_dicts()
    if not last or not last[0]["in_scope"]:
        return text("headline.none")
    return text("headline.so_far", in_register=number(last[0]["in_register"]), in_scope=counted(last[0]["in_scope"], "utleiebolig"))


def what_next(result: NightResult, foreseen: Forecast, stopping: list[Block]) -> list[str]:
    """Whether the deadline will be met, and what stops most dwellings."""
    deadline, year = result.municipality.deadline, result.as_of.year
    sentences = []
    if foreseen.state is ForecastState.DONE:
        sentences.append(text("headline.done"))
    if foreseen.state is ForecastState.NOT_ALL_READ:
        sentences.append(text("headline.not_all_read"))
    if foreseen.state is ForecastState.PASSED:
        sentences.append(text("headline.passed", date=day(deadline, year), days=counted(-foreseen.days_to_deadline, "dag")))
    if foreseen.stands_still:
        sentences.append(text("headline.still", left=foreseen.remaining, days=counted(foreseen.still, "arbeidsdag")))
    elif foreseen.forecast_date:
        sentences.append(text("headline.pace", date=day(foreseen.forecast_date, year), against=_against(foreseen.forecast_date, deadline)))
    elif foreseen.chance is not None:
        sentences.append(text("headline.never"))
    elif foreseen.state is ForecastState.UNKNOWN and foreseen.remaining:
        sentences.append(text("headline.too_little"))
    if stuck := _stuck(result, foreseen):
        sentences.append(stuck)
    if stopping and foreseen.remaining:
        sentences.append(text("headline.stops_most", what=_where(stopping[0])))
    if result.register_verdict != "complete":
        sentences.append(text("headline.not_seen"))
    return sentences


def _stuck(result: NightResult, foreseen: Forecast) -> str | None:
    """The holder of the most that has cleared nothing for two weeks, while others have."""
    if foreseen.still >= STUCK:
        return None
    for holder in foreseen.holders:
        if holder.left and holder.still >= STUCK and holder.holder != NEXT_NIGHT:
            days = counted(holder.still, "arbeidsdag")
            return text("headline.holder_still", holder=holder_title(result, holder.holder), left=holder.left, days=days)
    return None


def outside(result: NightResult) -> str | None:
    """What is outside the count, and why. None when nothing is."""
    categories = result.municipality.categories
    named = [
        (categories[reason].title if reason in categories else word_for("outside", reason), rows)
        for reason, rows in sorted(result.out_of_scope.items(), key=lambda pair: -pair[1])
        if rows
    ]
    parts = [text("headline.outside_one", title=_lower(title), rows=counted(rows, "rad")) for title, rows in named]
    return text("headline.outside", what=listed(parts)) if parts else None


def _where(block: Block) -> str:
    noun = "rad" if block.kind == "rejected" else "bolig"
    known = texts().at("stops")
    return text("headline.stops_where", rows=counted(block.count, noun), owner=block.owner, why=known.get(block.code, known["other"]))


def _against(when: date, deadline: date) -> str:
    days = (when - deadline).days
    if days == 0:
        return text("headline.on_time")
    return text("headline.after" if days > 0 else "headline.before", days=counted(abs(days), "dag"))


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]
