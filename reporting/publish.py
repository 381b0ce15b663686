"""A night's reports as files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from language import using_language
from reconciliation.model.municipality import Municipality
from reporting.burnup_image import burnup_markdown, thumbnail_markdown
from reporting.cadastre_workbook import CADASTRE_BOOK, write_cadastre
from reporting.cadastre_worklist import cadastre_worklist, one_line
from reporting.changes_page import CHANGES_PAGE, render_changes, write_night_changes
from reporting.forecast import forecast
from reporting.housing_stock_workbook import STOCK_BOOK, stock_years, write_stock
from reporting.kostra_workbook import KOSTRA_BOOK, kostra_of, write_kostra
from reporting.letter import letters
from reporting.needs_page import NEEDS_BOOK, NEEDS_PAGE, needs_values, render_needs
from reporting.needs_priorities import HousingPlan, housing_plan
from reporting.needs_workbook import write_needs
from reporting.night_changes import night_log
from reporting.night_report import NightResult
from reporting.number_links import SEARCH
from reporting.owner_workbook import write_workbook
from reporting.privacy import hide_secret_values
from reporting.progress_page import RULES_PAGE, Attachment, render, render_rules, render_search
from reporting.receipts_page import AnswerPlace, write_receipts_page
from reporting.reconciliation_data import FOLDER, write_data
from reporting.refusals import refusals
from reporting.report_files import place, point_to_newest
from reporting.summary import summary_content
from reporting.vacancy import vacancy
from reporting.vacancy_workbook import VACANCY_BOOK, write_vacancy

PAGE, SUMMARY, LETTERS = "index.html", "summary.json", "brev.json"


@dataclass(frozen=True, slots=True)
class Published:
    """Where the night's files are. workbooks: owner -> its workbook.

    burnup, thumbnail: the curve as an image in markdown, large and small; None without a night.
    """

    folder: Path
    page: Path
    summary: Path
    workbooks: Mapping[str, Path]
    burnup: str | None = None
    thumbnail: str | None = None


def publish(result: NightResult, folder: Path, *, replayed: bool = True, answers: Path | None = None) -> Published:
    """Write the night's files to <folder>/<slug>/<as_of>, all or nothing. Raises ReportError when they cannot be written.

    They are in the municipality's language. Older nights move to <folder>/<slug>/arkiv; a replayed night older than the newest goes
    there itself. answers: the folder for answered workbooks, where there is one.
    """
    with using_language(result.municipality.language):
        published = _published(result, folder, replayed, AnswerPlace(str(answers)) if answers else None)
        if answers:
            write_receipts_page(folder, result.municipality)
        return published


def _published(result: NightResult, folder: Path, replayed: bool, place_of_answers: AnswerPlace | None) -> Published:
    safe = replace(result, deviations=hide_secret_values(result))
    foreseen = forecast(result.history, result.municipality, result.as_of, all_read=result.all_read)
    plan = housing_plan(safe)
    names = {owner: f"avvik-{owner}.xlsx" for owner in _owners(safe)}

    def write(into: Path) -> None:
        refused = refusals(safe)
        for owner, name in names.items():
            theirs = safe.deviations.filter(pl.col("owner") == owner)
            write_workbook(into / name, owner, safe, theirs, [refusal for refusal in refused if refusal.owner == owner])
        (into / SUMMARY).write_text(json.dumps(summary_content(safe, foreseen), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        log = night_log(safe)
        write_night_changes(log, safe, write_data(safe, into), into / FOLDER)
        (into / CHANGES_PAGE).write_text(render_changes(safe, PAGE), encoding="utf-8")
        if (send := safe.municipality.send) and send.owners:
            messages = letters(safe, link_to(folder, result.municipality), addresses=send.addresses)
            (into / LETTERS).write_text(json.dumps([asdict(letter) for letter in messages], ensure_ascii=False, indent=1), encoding="utf-8")
        (into / RULES_PAGE).write_text(render_rules(safe), encoding="utf-8")
        (into / SEARCH).write_text(render_search(safe), encoding="utf-8")
        ours = [*_plan_books(safe, plan, into), SUMMARY]
        attachments = [*(Attachment(name, owner) for owner, name in names.items()), *map(Attachment, ours), *_cadastre_book(safe, into)]
        (into / PAGE).write_text(render(safe, foreseen, attachments, needs_values(safe, plan), log, place_of_answers), encoding="utf-8")

    lies = place(folder / result.municipality.slug, result.as_of, write, replayed=replayed)
    if (send := result.municipality.send) and send.owners:
        point_to_newest(folder / result.municipality.slug, PAGE)
    books = {owner: lies / name for owner, name in names.items()}
    return Published(lies, lies / PAGE, lies / SUMMARY, books, burnup_markdown(safe, foreseen), thumbnail_markdown(safe))


def link_to(folder: Path, municipality: Municipality) -> str:
    """Where the newest page of that municipality is found, the same every night. folder: where reports are written."""
    base = municipality.send.link.rstrip("/") if municipality.send and municipality.send.link else str(folder)
    return f"{base}/{municipality.slug}/{PAGE}"


def _plan_books(result: NightResult, plan: HousingPlan | None, into: Path) -> Iterator[str]:
    """Write what the housing plan asks for that night; the names of its workbooks."""
    if plan:
        (into / NEEDS_PAGE).write_text(render_needs(result, plan), encoding="utf-8")
        write_needs(into / NEEDS_BOOK, result, plan)
        yield NEEDS_BOOK
    if vacant := vacancy(result):
        write_vacancy(into / VACANCY_BOOK, result, vacant)
        yield VACANCY_BOOK
    years = stock_years(result)
    if years:
        write_stock(into / STOCK_BOOK, result.municipality, years, result.dwellings)
        yield STOCK_BOOK
    if counted := kostra_of(result):
        write_kostra(into / KOSTRA_BOOK, result.municipality, counted, years[0] if years else None)
        yield KOSTRA_BOOK


def _cadastre_book(result: NightResult, into: Path) -> Iterator[Attachment]:
    """Write the worklist of the cadastre desk, where there is one."""
    if worklist := cadastre_worklist(result):
        write_cadastre(into / CADASTRE_BOOK, result, worklist)
        yield Attachment(CADASTRE_BOOK, note=one_line(worklist))


def _owners(result: NightResult) -> list[str]:
    """Every owner of the municipality's file, and whoever else has deviations."""
    known = list(result.municipality.owners)
    return known + sorted(set(result.deviations["owner"].drop_nulls()) - set(known))
