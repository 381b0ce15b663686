"""The progress page: one self-contained HTML file, for people, in bokmål."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from language import number, text, texts, weekday, word_for
from reconciliation.model.rules import POSSIBLE, RULES
from reconciliation.model.words import DwellingClass
from reporting import headline
from reporting.bridges import bridges, holdings_bridge
from reporting.burnup import burnup
from reporting.calendar_events import events
from reporting.changes_page import CHANGES_PAGE, changes_since_last_night
from reporting.deviation_lines import deviation_lines
from reporting.forecast import Forecast, ForecastState, planned
from reporting.holding_lines import holding_lines
from reporting.holdings import holdings
from reporting.housing_stock import COLUMNS, stock_year
from reporting.housing_stock_workbook import category_words, closing_words, notes, opening_words
from reporting.import_file_columns import columns_in_words
from reporting.night_changes import NightLog, night_log
from reporting.night_report import NightResult
from reporting.number_links import COUNTED, IN_REGISTER, NOT_THERE, SEARCH, of_group, search
from reporting.page_templates import report_templates
from reporting.past_forecasts import past_forecasts
from reporting.progress_curve import curve
from reporting.progress_overview import Block, ProgressGroup, blocks, groups, lives
from reporting.receipts_page import AnswerPlace
from reporting.refusals import refusals
from reporting.summary import progress
from reporting.tiles import banners, tiles
from reporting.vacancy import vacancy

TONE = {
    ForecastState.DONE: "good",
    ForecastState.ON_TRACK: "good",
    ForecastState.AT_RISK: "warn",
    ForecastState.TOO_LATE: "bad",
    ForecastState.STILL: "bad",
    ForecastState.PASSED: "bad",
    ForecastState.NOT_ALL_READ: "warn",
    ForecastState.UNKNOWN: "calm",
}
SOURCE_TONES = {"complete": "good", "failed": "bad", "suspicious": "warn"}
BLOCK_TONES = {"rejected": "bad", "person": "warn", "kobo": "bad", "waiting": "calm"}
SHOWN_REFUSALS = 12
RULES_PAGE = "regler.html"

_SAME_EVERY_NIGHT: dict[str, Any] = {
    "changes_page": CHANGES_PAGE,
    "of_group": of_group,
    "IN_REGISTER": IN_REGISTER,
    "NOT_THERE": NOT_THERE,
    "COUNTED": COUNTED,
    "search": SEARCH,
    "rules": RULES_PAGE,
    "BLOCK_TONES": BLOCK_TONES,
    "SOURCE_TONES": SOURCE_TONES,
    "search_of": search,
}
"""What the template needs besides the night: links, functions and tones."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the page. owner: slug, when it is that owner's workbook. note: what is in it, in one line."""

    file: str
    owner: str | None = None
    note: str | None = None


def render(
    result: NightResult,
    foreseen: Forecast,
    attachments: Sequence[Attachment] = (),
    needs: Mapping[str, Any] | None = None,
    log: NightLog | None = None,
    answers: AnswerPlace | None = None,
) -> str:
    """The page as text. attachments: the files it links to, beside itself. needs: what needs_page shows of the housing plan.

    answers: where answered workbooks are put, when the municipality has such a folder.
    log: what is different from night to night; worked out here when not given.
    """
    log = log or night_log(result)
    stopping = blocks(result)
    holders = holdings(result, foreseen, stopping)
    books = {attachment.owner: attachment.file for attachment in attachments if attachment.owner}
    refused = refusals(result)
    so_far = progress(result, foreseen)
    return (
        report_templates()
        .get_template("progress.html.j2")
        .render(
            **_SAME_EVERY_NIGHT,
            **_curve_values(result, foreseen),
            result=result,
            municipality=result.municipality,
            year=result.as_of.year,
            weekday=weekday(result.as_of),
            foreseen=foreseen,
            tone=TONE[foreseen.state],
            first_sentence=headline.first_sentence(result),
            sentences=headline.what_next(result, foreseen, stopping),
            outside=headline.outside(result),
            share=so_far["in_register"] / so_far["in_scope"] if so_far["in_scope"] else None,
            tiles=tiles(so_far, foreseen, _deviation_counts(result), result.municipality, result.as_of.year),
            banners=list(banners(result)),
            changed=changes_since_last_night(log),
            night_before=log.nights[-2] if len(log.nights) > 1 else None,
            tables=[(by, _with_total(groups(result, by))) for by in ("category", "owner", "source")],
            blocks=stopping,
            lives=lives(result),
            workbooks=books,
            attachments=attachments,
            answers=answers,
            needs=needs,
            vacant=vacancy(result),
            stock=_stock(result),
            import_columns=columns_in_words(result),
            refusals=refused[:SHOWN_REFUSALS],
            refusals_left=len(refused) - SHOWN_REFUSALS,
            classes=_classes(result),
            events=events(result, foreseen),
            holdings=holding_lines(holders, so_far, foreseen, result.as_of.year),
            bridge=holdings_bridge(holders, so_far),
            bridges=list(bridges(result, so_far, needs["overview"] if needs else None)),
            opens=lambda block: _opens(block, books),
        )
    )


def _curve_values(result: NightResult, foreseen: Forecast) -> dict[str, Any]:
    """The burn-up curve, the numbers behind it, and what was foreseen on earlier nights."""
    points = curve(result.history, result.as_of)
    return {
        "curve": burnup(result, foreseen),
        "nights": points.rows(named=True),
        "growth": _growth(points),
        "baseline": planned(result.municipality),
        "past_forecasts": past_forecasts(result.history, result.municipality, result.as_of),
    }


def _stock(result: NightResult) -> dict[str, Any] | None:
    """The year's movements; a column in which nothing happened is left to the workbook."""
    year = stock_year(result.movements, result.municipality, result.as_of.year, result.as_of)
    if year is None:
        return None
    columns = [name for name in COLUMNS if any(line.moved[name] for line in year.lines)]
    return {
        "year": year,
        "opening": opening_words(year),
        "closing": closing_words(year),
        "columns": columns,
        "moved": [(word_for("housing_stock_columns", name), "num") for name in columns],
        "titles": {line.category: category_words(line.category, result.municipality) for line in year.lines},
        "notes": notes(year),
    }


def _opens(block: Block, books: Mapping[str, str]) -> str:
    """Link to the rows or dwellings that a block counts: in the owner's workbook, or on the search page."""
    if block.kind == "rejected" and block.holder in books:
        return books[block.holder]
    if block.code == DwellingClass.CONFLICT:
        return search(k=block.code, e=block.owner_slug)
    return search(i=NOT_THERE, b=block.code, e=block.owner_slug)


def _deviation_counts(result: NightResult) -> dict[str, int]:
    lines = deviation_lines(result.deviations)
    return {"open": lines.height, "new": int(lines["is_new"].fill_null(value=False).sum())}


def _growth(points: pl.DataFrame) -> str | None:
    """A sentence on a scope that grows or shrinks, because that moves the goal."""
    if points.height < 2:
        return None
    first, now = points["in_scope"][0], points["in_scope"][-1]
    if first == now:
        return None
    return text("curve.grown" if now > first else "curve.shrunk", now=number(now), first=number(first))


def _with_total(rows: list[ProgressGroup]) -> list[tuple[ProgressGroup, bool]]:
    counted = [row.baseline for row in rows if row.baseline is not None]
    total = ProgressGroup(
        text("groups.total"),
        sum(row.in_scope for row in rows),
        sum(row.in_register for row in rows),
        sum(row.in_sync for row in rows),
        sum(counted) if counted else None,
    )
    return [*((row, False) for row in rows), (total, True)]


def _classes(result: NightResult) -> list[dict[str, Any]]:
    counts: dict[str, int] = dict(result.items.group_by("class").len().iter_rows())
    return [{"name": name.value, "title": text(f"class_titles.{name.value}"), "count": counts.get(name.value, 0)} for name in DwellingClass]


def render_rules(result: NightResult) -> str:
    """Every rule with what it requires, a section each that reports link to by the rule's id."""
    return report_templates().get_template("regler.html.j2").render(municipality=result.municipality, rules=RULES, possible=POSSIBLE)


def render_search(result: NightResult) -> str:
    """The page that finds a dwelling; its data is beside it (reconciliation_data)."""
    return (
        report_templates()
        .get_template("boliger.html.j2")
        .render(result=result, municipality=result.municipality, weekday=weekday(result.as_of), words=texts().at("search"))
    )
