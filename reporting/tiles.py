"""The page's tiles and banners, in words: the text is made here, and the templates only lay it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.read_result import Verdict
from language import counted, day, number, percent, rendered, text
from reconciliation.model.municipality import Municipality
from reconciliation.plan.moved_fields import unknown_bases
from reporting.forecast import Forecast
from reporting.night_report import NightResult, SourceNight
from reporting.number_links import IN_REGISTER, IN_SYNC, search


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with what it is. target: what it opens; empty for what has no rows."""

    title: str
    big: str
    note: str
    target: str = ""


def tiles(
    progress: Mapping[str, Any], foreseen: Forecast, deviations: Mapping[str, int], municipality: Municipality, year: int
) -> list[Tile]:
    """progress: summary's `progress`. deviations: open and new."""
    share = percent(progress["in_register"] / progress["in_scope"]) if progress["in_scope"] else text("tiles.unknown")
    of_all = text("tiles.in_register_note", count=number(progress["in_register"]), of=number(progress["in_scope"]))
    required = foreseen.required_per_working_day
    pace = text("tiles.pace_passed") if required is None else text("tiles.pace_note", required=rate(required))
    days = foreseen.days_to_deadline
    when = day(municipality.deadline, year)
    if days > 0:
        when = text("tiles.deadline_note", date=when, days=counted(max(foreseen.working_days_to_deadline, 0), "arbeidsdag"))
    return [
        Tile(text("tiles.in_register"), share, of_all, search(i=IN_REGISTER)),
        Tile(text("tiles.in_sync"), number(progress["in_sync"]), text("tiles.in_sync_note"), search(i=IN_SYNC)),
        Tile(text("tiles.pace"), rate(foreseen.actual_per_working_day), pace),
        Tile(text("tiles.deadline" if days >= 0 else "tiles.deadline_passed"), counted(abs(days), "dag"), when),
        Tile(text("tiles.deviations"), number(deviations["open"]), text("tiles.deviations_note", new=deviations["new"]), "#h-liv"),
    ]


def rate(value: float | None) -> str:
    """With one decimal; a dash where it is not known."""
    return text("tiles.unknown") if value is None else number(value, 1)


@dataclass(frozen=True, slots=True)
class Banner:
    """Something that stopped the night or a part of it. kept: what is unchanged because of that."""

    id: str
    tone: str
    title: str
    paragraphs: tuple[str, ...]
    kept: str
    source: SourceNight | None = None


def banners(result: NightResult) -> Iterator[Banner]:
    """One for each: the register not seen, a source not read whole, a stopped plan, dwellings whose last agreed value is not known."""
    if result.register_verdict != "complete":
        lines = (rendered(result.register_melding),) if result.register_melding else ()
        yield Banner("b-kobo", "bad", text("banner.register"), lines, text("banner.register_kept"))
    for name, source in result.sources.items():
        if source.verdict is not Verdict.COMPLETE:
            failed = source.verdict is Verdict.FAILED
            title = text("banner.source" if failed else "banner.suspicious", title=source.title)
            lines = (rendered(source.melding),) if source.melding else ()
            yield Banner(f"b-{name}", "bad" if failed else "warn", title, lines, text("banner.source_kept"), source)
    if result.plan_refusals:
        messages = tuple(rendered(refusal) for refusal in result.plan_refusals)
        yield Banner("b-plan", "warn", text("banner.plan"), messages, text("banner.plan_kept"))
    if unknown := unknown_bases(result.items):
        asked = (text("banner.base_asked", unknown=unknown),)
        yield Banner("b-enighet", "warn", text("banner.base"), asked, text("banner.base_kept"))
