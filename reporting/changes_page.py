"""The page that shows what differs between any two nights, and its data. The browser computes the difference, so no server is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from language import number, short_day, text, texts, weekday
from reporting.night_changes import CLASSES, NightLog, between
from reporting.night_report import NightResult
from reporting.page_templates import report_templates
from reporting.progress_overview import owner_title
from reporting.stop_causes import rule_title

CHANGES_PAGE = "endringer.html"
DATA = "endringer.js"
_STAY = (pl.col("kind").replace_strict(CLASSES, list(range(len(CLASSES))), return_dtype=pl.Int64), "first", "last")
"""A stay in the data, after its home."""


def changes_since_last_night(log: NightLog) -> list[str]:
    """From the night before to the last one, in a few sentences; empty when there is only one night."""
    if len(log.nights) < 2:
        return []
    difference = between(log, len(log.nights) - 2, len(log.nights) - 1)
    sentences = []
    if difference.came or difference.went or difference.moved:
        sentences.append(
            text("changes.some_homes", came=len(difference.came), went=number(len(difference.went)), moved=number(len(difference.moved)))
        )
    if difference.new or difference.returned or difference.fixed:
        faults = {"returned": number(len(difference.returned)), "fixed": number(len(difference.fixed))}
        sentences.append(text("changes.some_faults", new=len(difference.new), **faults))
    if difference.answered:
        sentences.append(text("changes.some_answers", count=number(len(difference.answered))))
    return sentences or [text("changes.nothing")]


def render_changes(result: NightResult, back: str) -> str:
    """back: the night's page."""
    words = {**texts().at("changes"), "total": text("groups.total"), "municipality": result.municipality.slug}
    return (
        report_templates()
        .get_template("endringer.html.j2")
        .render(result=result, municipality=result.municipality, weekday=weekday(result.as_of), back=back, words=words)
    )


def write_night_changes(log: NightLog, result: NightResult, entries: pl.DataFrame, folder: Path) -> None:
    """Write the data to `folder`. entries: of the search page, for tonight's addresses (reconciliation_data.entries)."""
    content = json.dumps(_data(log, result, entries), ensure_ascii=False, separators=(",", ":"))
    (folder / DATA).write_text(f"kobosync.changes({content});\n", encoding="utf-8")


def _data(log: NightLog, result: NightResult, entries: pl.DataFrame) -> dict[str, Any]:
    # A shielded home has a number below zero and no name.
    shown, hidden = (log.stays.filter(pl.col("hidden") == secret).with_columns(place=pl.col("home").rle_id()) for secret in (False, True))
    homes = shown.get_column("home").unique(maintain_order=True).to_list()
    known = dict(entries.filter(pl.col("leverandor_bolig_id").is_in(homes)).select("leverandor_bolig_id", "adresse").iter_rows())
    owners = sorted({fault.owner for fault in log.faults})
    rules = sorted({fault.rule for fault in log.faults})
    return {
        "nights": [night.isoformat() for night in log.nights],
        "shown": [short_day(night) for night in log.nights],
        "classes": [text(f"class_titles.{name}") for name in CLASSES],
        "whole": [log.whole.get(name, 0) for name in CLASSES],
        "homes": [[home, known.get(home)] for home in homes],
        "stays": [
            *shown.select("place", *_STAY).iter_rows(),
            *hidden.select(-1 - pl.col("place").cast(pl.Int64), *_STAY).iter_rows(),
        ],
        "owners": [owner_title(result, owner) for owner in owners],
        "rules": [f"{rule} {rule_title(rule)}" for rule in rules],
        "faults": [
            [owners.index(fault.owner), rules.index(fault.rule), fault.place, fault.first, fault.since, fault.fixed] for fault in log.faults
        ],
        "answers": [[answer.day.isoformat(), answer.in_words] for answer in log.answers],
    }
