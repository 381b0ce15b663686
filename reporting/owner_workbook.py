"""One workbook per data owner: the rows that are wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import polars as pl

from language import day, rendered, text, word_for
from reconciliation.model.municipality import Municipality
from reconciliation.model.rules import RULES
from reconciliation.model.shielding import is_shielded
from reconciliation.model.words import Severity
from reporting.deviation_lines import deviation_lines, each_cell_once
from reporting.night_report import NightResult
from reporting.offered_answers import field_value
from reporting.owner_questions import add_questions, explained_answers
from reporting.privacy import fixed_lately
from reporting.progress_overview import owner_title
from reporting.refusals import RefusedWrite
from reporting.sheet_writer import FIRST_ROW, Book, Cell, Column, SheetLink
from reporting.source_corrections import SourceCorrection, source_corrections
from reporting.stop_causes import rule_title

Row = tuple[Sequence[Cell], str | None]

NEW, RETURNED, WARNING = "#FDE9C9", "#FBD9DC", "#EAF2F3"
"""Fill of a row that is new since last night, of one that was fixed once and is back, and of a mere warning."""

DEVIATION_COLUMNS = {
    "file": 26,
    "sheet": 18,
    "row": 7,
    "column": 20,
    "value": 28,
    "what": 58,
    "rule": 34,
    "stops": 9,
    "status": 16,
    "first_seen": 13,
    "age": 8,
    "key": 22,
}
_WRAPPED = {"value", "what", "rule", "said", "meaning", "address", "text", "key", "required", "colour"}
MOST_KEYS = 5
"""Keys in one cell, of the rows that take their value from there."""


def columns(widths: dict[str, int]) -> list[Column]:
    """The sheet's columns with their headings. widths: name of the column -> characters."""
    return [Column(text(f"workbook.columns.{name}"), width, name in _WRAPPED) for name, width in widths.items()]


def write_workbook(path: Path, owner: str, result: NightResult, deviations: pl.DataFrame, refused: Sequence[RefusedWrite]) -> None:
    """deviations: the owner's, values already hidden where they must be. refused: the owner's dwellings that Kobo refused."""
    title = owner_title(result, owner)
    with Book(path, text("workbook.title", owner=title)) as book:
        name = text("workbook.sheets.deviations")
        heading = text("workbook.heading", owner=title, date=day(result.as_of))
        lines = deviation_lines(deviations)
        book.sheet(name, heading, columns(DEVIATION_COLUMNS), _deviation_rows(lines))
        if refused:
            rows: Iterator[Row] = ((_refusal_cells(refusal), None) for refusal in refused)
            widths = {"address": 40, "id": 24, "tried": 14, "said": 80}
            book.sheet(text("workbook.sheets.refused"), text("refusals.title"), columns(widths), rows)
        corrections = [correction for correction in source_corrections(result) if correction.owner == owner]
        if corrections:
            cells: Iterator[Row] = ((_correction_cells(correction, result.municipality), None) for correction in corrections)
            book.sheet(
                text("workbook.sheets.corrections"), text("workbook.heading_corrections", owner=title), columns(CORRECTION_COLUMNS), cells
            )
        add_questions(book, owner, title, result)
        book.sheet(
            text("workbook.sheets.overview"), heading, columns({"meaning": 52, "number": 12, "new": 12, "stops": 12}), _overview(lines)
        )
        right = result.confirmed.filter(pl.col("owner") == owner)
        if right.height:
            above = text("workbook.heading_confirmed", owner=title)
            shielded = result.dwellings.filter(is_shielded()).get_column("source_keys").explode().drop_nulls().to_list()
            book.sheet(text("workbook.sheets.confirmed"), above, columns(CONFIRMED_COLUMNS), _confirmed_rows(right, set(shielded)))
        theirs = each_cell_once(fixed_lately(result).filter(pl.col("owner") == owner))
        if theirs.height:
            heading = text("workbook.heading_fixed", owner=title)
            book.sheet(text("workbook.sheets.fixed"), heading, columns(FIXED_COLUMNS), _fixed_rows(theirs))
        book.sheet(text("workbook.sheets.rules"), text("rules.heading"), columns(RULE_COLUMNS), _rule_rows())
        book.sheet(text("workbook.sheets.legend"), text("workbook.legend_title"), columns({"colour": 22, "text": 96}), _legend())


def _deviation_rows(lines: pl.DataFrame) -> Iterator[Row]:
    for row in lines.sort("severity", "file", "sheet", "row", "rule", nulls_last=True, maintain_order=True).iter_rows(named=True):
        status = "returned" if row["returned"] else "new" if row["is_new"] else "open"
        warning = row["severity"] == "warning"
        colour = WARNING if warning else {"returned": RETURNED, "new": NEW, "open": None}[status]
        cells: list[Cell] = [
            row["file"],
            row["sheet"],
            row["row"],
            row["column"],
            row["value"],
            rendered(row["message"]),
            rule_link(row["rule"]),
            row["stops"] or None,
            text("workbook.status.warning") if warning else text(f"workbook.status.{status}"),
            row["first_seen"],
            row["age_days"],
            _keys(row["keys"]),
        ]
        yield cells, colour


def _keys(keys: Sequence[str]) -> str | None:
    rest = [text("workbook.more_keys", count=len(keys) - MOST_KEYS)] if len(keys) > MOST_KEYS else []
    return ", ".join([*keys[:MOST_KEYS], *rest]) or None


def rule_link(rule: str) -> Cell:
    """The rule by id and title, linked to its line in the sheet of rules: so the link holds in a copy of the workbook too."""
    words = f"{rule} {rule_title(rule)}"
    line = next((number for number, known in enumerate(RULES, start=FIRST_ROW) if known.id == rule), None)
    return words if line is None else SheetLink(words, text("workbook.sheets.rules"), f"A{line}")


RULE_COLUMNS = {"rule": 44, "required": 96, "effect": 44}


def _rule_rows() -> Iterator[Row]:
    """All of RULES in their order, which rule_link counts on."""
    for rule in RULES:
        effect = text("rules.stops" if rule.severity is Severity.ERROR else "rules.warns")
        yield [f"{rule.id} {rule_title(rule.id)}", text(f"rule_texts.{rule.id}.required"), effect], None


FIXED_COLUMNS = {"fixed": 13, "file": 26, "sheet": 18, "row": 7, "column": 20, "rule": 44, "first_seen": 13, "key": 18}


def _fixed_rows(fixed: pl.DataFrame) -> Iterator[Row]:
    for row in fixed.sort("fixed", "file", "sheet", "row", "rule", descending=[True, *[False] * 4], nulls_last=True).iter_rows(named=True):
        place = [Path(row["file"] or "").name, row["sheet"], row["row"], row["heading"]]
        yield [row["fixed"], *place, rule_link(row["rule"]), row["first_seen"], row["source_key"]], None


def _refusal_cells(refusal: RefusedWrite) -> list[Cell]:
    return [refusal.address, refusal.leverandor_bolig_id, word_for("refusals", refusal.verb), refusal.message]


CONFIRMED_COLUMNS = {
    "file": 26,
    "sheet": 18,
    "row": 7,
    "column": 20,
    "value": 28,
    "rule": 40,
    "by": 20,
    "decided": 13,
    "until": 13,
    "why": 40,
}


def _confirmed_rows(confirmed: pl.DataFrame, shielded: Collection[str]) -> Iterator[Row]:
    for row in confirmed.sort("file", "sheet", "row", "rule", nulls_last=True).iter_rows(named=True):
        value = text("page.secret") if f"{row['source']}:{row['source_key']}" in shielded else row["value"]
        place = [Path(row["file"] or "").name, row["sheet"], row["row"], row["column"], value]
        yield [*place, rule_link(row["rule"]), row["by"], row["decided"], row["until"], row["why"]], None


CORRECTION_COLUMNS = {
    "file": 26,
    "sheet": 18,
    "row": 7,
    "column": 20,
    "field": 22,
    "old": 22,
    "new_value": 22,
    "since": 13,
    "key": 22,
    "address": 40,
}


def _correction_cells(correction: SourceCorrection, municipality: Municipality) -> list[Cell]:
    values = [field_value(municipality, correction.field, value) for value in (correction.old, correction.new)]
    return [
        correction.file,
        correction.sheet,
        correction.row,
        correction.column,
        word_for("fields", correction.field),
        *values,
        correction.since,
        correction.key,
        correction.address,
    ]


def _overview(lines: pl.DataFrame) -> Iterator[Row]:
    counts = lines.group_by("rule").agg(pl.len(), pl.col("is_new", "stops").sum()).sort("len", "rule", descending=[True, False])
    for rule, number, new, stops in counts.iter_rows():
        yield [rule_link(rule), number, new, stops], None
    yield [text("groups.total"), lines.height, int(lines["is_new"].sum()), None], None


def _legend() -> Iterator[Row]:
    for name, colour in (("new", NEW), ("returned", RETURNED), ("warning", WARNING), ("open", None)):
        yield [text(f"workbook.status.{name}"), text(f"workbook.legend.{name}")], colour
    for name in ("place", "stops", "fix", "tomorrow", "help", "answers"):
        yield [text(f"workbook.legend_heads.{name}"), text(f"workbook.legend.{name}")], None
    for answer, meaning in explained_answers():
        yield [answer, meaning], None
