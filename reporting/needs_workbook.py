"""behov.xlsx: the same overview and lists as behov.html, to sort, filter and take along into the work with HØP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from language import day, text, word_for
from reporting import needs_words as words
from reporting.acquisitions import Checked
from reporting.joint_needs import joint_needs, needs_by_area
from reporting.needs import CategoryNeed, NeedsOverview
from reporting.needs_cells import Fault
from reporting.needs_priorities import HousingPlan
from reporting.night_report import NightResult
from reporting.progress_overview import owner_title
from reporting.projection.projection_sheets import write_projection
from reporting.sheet_writer import Book, Cell, Column

Row = tuple[Sequence[Cell], str | None]
URGENT, LACKING, FINE = "#FBD9DC", "#FDE9C9", "#E2F2E7"
_TONE = {"missing": URGENT, "still_there": URGENT, "overdue": LACKING, "early": LACKING, "unchecked": LACKING, "fulfilled": FINE}


def write_needs(path: Path, result: NightResult, plan: HousingPlan) -> None:
    """Numbers are numbers; where a sum is a lower bound or unknown, the cell says so in words."""
    titles = {slug: category.title for slug, category in result.municipality.categories.items()}
    with Book(path, text("needs.page_title", name=result.municipality.name)) as book:
        heading = f"{text('needs.title')} {day(result.as_of)}"
        if plan.overview:
            book.sheet(text("needs.category_sheet"), heading, _columns("needs", _GAP), _gaps(plan.overview))
        if plan.projected:
            write_projection(book, plan.projected)
        lines = _priorities(plan, titles)
        book.sheet(text("measures.priority_sheet"), text("measures.priority_title"), _columns("measures", _LIST), lines)
        if plan.measures:
            every = (_measure(checked, titles, result) for checked in plan.measures.checked)
            book.sheet(text("measures.all_title"), text("measures.all_title"), _columns("measures", _ALL), every)
        if plan.overview:
            answers = _answers(plan.overview, titles, result)
            book.sheet(text("needs.answers_sheet"), text("needs.answers_title"), _columns("needs", _ANSWER), answers)
            if areas := needs_by_area(plan.overview):
                lines_by_area = ([area.area, titles[area.category], area.now, area.later] for area in areas)
                book.sheet(text("areas.title"), text("areas.lead"), _columns("areas", _AREA), ((line, None) for line in lines_by_area))
        book.sheet(text("needs.fix_title"), text("needs.fix_lead"), _columns("needs", _FAULT), _faults(plan))
        explained = _columns("needs", {"explained_word": 24, "explained_text": 96})
        book.sheet(text("workbook.sheets.legend"), text("needs.explained_title"), explained, _explained())


_GAP = {
    "category": 58, "have": 10, "in_register": 14, "now": 14, "later": 14, "short_now": 16, "short_later": 18, "planned": 10, "after": 20,
}  # fmt: skip
_LIST = {
    "place": 6,
    "act": 34,
    "ident": 14,
    "kind": 15,
    "category": 40,
    "address": 30,
    "count": 9,
    "when": 12,
    "gap": 40,
    "money": 20,
    "comment": 60,
}
_ALL = {
    "ident": 14, "kind": 15, "category": 40, "address": 30, "count": 9, "when": 12, "stage": 16, "owner": 22, "state": 30, "advice": 60,
    "comment": 40,
}  # fmt: skip
_ANSWER = {
    "service": 24,
    "category": 46,
    "now": 14,
    "later": 14,
    "also": 26,
    "urgency": 14,
    "priority": 10,
    "size": 14,
    "area": 20,
    "adapted": 24,
    "reason": 40,
    "cost": 14,
    "budget": 12,
    "origin": 34,
    "comment": 50,
    "file": 26,
    "row": 7,
}
_AREA = {"area": 30, "category": 46, "now": 14, "later": 14}
_FAULT = {"file": 28, "sheet": 12, "row": 7, "column": 18, "what": 90}
_WRAPPED = {"act", "advice", "comment", "what", "origin", "explained_text"}


def _columns(group: str, widths: dict[str, int]) -> list[Column]:
    return [Column(word_for(group, name), width, name in _WRAPPED) for name, width in widths.items()]


def _gaps(overview: NeedsOverview) -> Iterator[Row]:
    """As on the page: the categories of let dwellings, their sum, and what is not counted in it."""
    inside = [need for need in overview.categories if need.in_scope]
    yield from map(_gap, inside)
    now, later = words.need_in_all(need.now for need in inside), words.need_in_all(need.later for need in inside)
    total = words.total(overview)
    yield (
        [
            text("needs.total"),
            sum(need.have for need in inside),
            sum(need.in_register or 0 for need in inside),
            _total_or_words(now.total, now.complete, total.now),
            _total_or_words(later.total, later.complete, total.later),
            _total_or_words(sum(max(0, need.shortage_now or 0) for need in inside), now.complete, total.short_now),
            _total_or_words(sum(max(0, need.shortage_later or 0) for need in inside), later.complete, total.short_later),
            sum(need.planned for need in inside),
            _total_or_words(sum(max(0, need.after_plans or 0) for need in inside), later.complete, total.after),
        ],
        FINE,
    )
    yield from (_gap(need) for need in overview.categories if not need.in_scope)


def _total_or_words(total: int | None, complete: bool, instead: str) -> Cell:
    """The sum where every part of it is known; else the words in its stead."""
    return total if total is not None and complete else instead


def _gap(need: CategoryNeed) -> Row:
    cells: list[Cell] = [
        need.title,
        need.have,
        text("needs.outside") if need.in_register is None else need.in_register,
        _total_or_words(need.now.total, need.now.complete, words.needed(need.now)),
        _total_or_words(need.later.total, need.later.complete, words.needed(need.later)),
        _total_or_words(need.shortage_now, need.now.complete, words.shortage(need.now, need.shortage_now)),
        _total_or_words(need.shortage_later, need.later.complete, words.shortage(need.later, need.shortage_later)),
        need.planned,
        _total_or_words(need.after_plans, need.later.complete, words.shortage(need.later, need.after_plans)),
    ]
    return cells, LACKING if (need.shortage_now or 0) > 0 else None


def _priorities(plan: HousingPlan, titles: dict[str, str]) -> Iterator[Row]:
    for priority in plan.priorities:
        if priority.checked is None:
            yield (
                [priority.place, words.act(priority), None, None, titles[priority.category], None, priority.count, None, None, None, None],
                LACKING,
            )
            continue
        measure = priority.checked.measure
        place: list[Cell] = [
            priority.place,
            words.act(priority),
            measure.ident,
            word_for("choices", measure.kind.value),
            titles[priority.category],
        ]
        yield (
            [
                *place,
                priority.checked.address,
                priority.count,
                measure.when,
                words.gap(priority),
                words.cost(priority),
                words.advice(priority.checked),
            ],
            _TONE.get(priority.checked.state.value),
        )


def _measure(checked: Checked, titles: dict[str, str], result: NightResult) -> Row:
    measure = checked.measure
    cells: list[Cell] = [
        measure.ident,
        word_for("choices", measure.kind.value),
        titles[measure.category],
        checked.address,
        measure.count,
        measure.when,
        word_for("choices", measure.stage.value),
        owner_title(result, measure.owner) if measure.owner else None,
        word_for("measures", checked.state.value),
        words.advice(checked),
        None if checked.secret else measure.comment,  # a comment on a secret address may reveal where it is
    ]
    return cells, _TONE.get(checked.state.value)


def _answers(overview: NeedsOverview, titles: dict[str, str], result: NightResult) -> Iterator[Row]:
    for joint in joint_needs(overview):
        answer, detail = joint.answer, joint.answer.detail
        also = ", ".join(owner_title(result, service) for service in joint.also)
        cells: list[Cell] = [owner_title(result, answer.service), titles[answer.category], answer.now, answer.later]
        planned: list[Cell] = [
            word_for("choices", detail.urgency) or None,
            detail.priority,
            detail.size,
            detail.area,
            detail.adapted,
            detail.reason,
            detail.cost,
        ]
        yield [*cells, also or None, *planned, detail.budget_year, answer.origin, answer.comment, answer.file, answer.row], None


def _faults(plan: HousingPlan) -> Iterator[Row]:
    for contradiction in plan.overview.contradictions if plan.overview else ():
        yield (
            [
                ", ".join(dict.fromkeys(answer.file for answer in contradiction.answers)),
                None,
                None,
                None,
                words.contradiction(contradiction),
            ],
            URGENT,
        )
    for fault in plan.faults:
        yield _fault(fault), None


def _fault(fault: Fault) -> list[Cell]:
    return [fault.file, fault.sheet, fault.row, fault.column, fault.what]


def _explained() -> Iterator[Row]:
    for name in ("have", "in_register", "short_now", "planned", "after", "uncertain", "at_least"):
        yield [text(f"needs.{name}", count="…") if name == "at_least" else text(f"needs.{name}"), word_for("needs_explained", name)], None
