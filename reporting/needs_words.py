"""The needs and measures in the words that page and workbook share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from language import counted, listed, number, text, texts, word_for
from reporting.acquisitions import Checked, MeasureState
from reporting.acquisitions_reading import MeasureKind
from reporting.needs import CategoryNeed, Contradiction, Need, NeedsOverview
from reporting.needs_priorities import HousingPlan, Priority


def headline(overview: NeedsOverview) -> str:
    """How much is missing: a surplus in one category does not make up for a shortage in another."""
    needs = [need for need in overview.categories if need.in_scope]
    if all(need.now.total is None and need.later.total is None for need in needs):
        return text("needs.nobody")
    now = _missing((need.now, need.shortage_now) for need in needs)
    later = _missing((need.later, need.shortage_later) for need in needs)
    if all(need.later.total is None for need in needs):
        return text("needs.missing_now", now=now)
    if not any((need.shortage_now or 0) > 0 or (need.shortage_later or 0) > 0 for need in needs):
        return text("needs.enough")
    return text("needs.missing", now=now, later=later)


def _missing(parts: Iterable[tuple[Need, int | None]]) -> str:
    pairs = list(parts)
    count = counted(sum(max(0, short or 0) for _, short in pairs), "bolig")
    return count if all(need.complete for need, _ in pairs) else text("needs.at_least", count=count)


@dataclass(frozen=True, slots=True)
class Total:
    """The table's sum over the let dwellings, by column, in words. A surplus in one category does not offset a shortage in another."""

    have: str
    in_register: str
    now: str
    later: str
    short_now: str
    short_later: str
    planned: str
    after: str


def total(overview: NeedsOverview) -> Total:
    """The sum of the table, over the categories of let dwellings."""
    needs = [need for need in overview.categories if need.in_scope]
    return Total(
        number(sum(need.have for need in needs)),
        number(sum(need.in_register or 0 for need in needs)),
        needed(need_in_all(need.now for need in needs)),
        needed(need_in_all(need.later for need in needs)),
        _least((need.now, need.shortage_now) for need in needs),
        _least((need.later, need.shortage_later) for need in needs),
        signed(sum(need.planned for need in needs)),
        _least((need.later, need.after_plans) for need in needs),
    )


def need_in_all(parts: Iterable[Need]) -> Need:
    """One sum of several; complete when each of them is."""
    needs = list(parts)
    given = [need.total for need in needs if need.total is not None]
    return Need(sum(given) if given else None, complete=len(given) == len(needs) and all(need.complete for need in needs))


def _least(parts: Iterable[tuple[Need, int | None]]) -> str:
    pairs = list(parts)
    if all(need.total is None for need, _ in pairs):
        return text("needs.unknown")
    short = number(sum(max(0, short or 0) for _, short in pairs))
    return short if all(need.complete for need, _ in pairs) else text("needs.at_least", count=short)


def needed(need: Need) -> str:
    """12, minst 12, ikke oppgitt."""
    if need.total is None:
        return text("needs.unknown")
    return number(need.total) if need.complete else text("needs.at_least", count=number(need.total))


def shortage(need: Need, short: int | None) -> str:
    """12, minst 12, 0, 4 til overs, uavklart, ikke oppgitt."""
    if need.total is None:
        return text("needs.unknown")
    if short is None:
        return text("needs.uncertain")
    if short < 0:
        return text("needs.surplus", count=number(-short))
    return number(short) if need.complete else text("needs.at_least", count=number(short))


def signed(count: int) -> str:
    """+4, −2, 0."""
    return f"+{number(count)}" if count > 0 else number(count)


def picture_words(need: CategoryNeed) -> str:
    """One sentence on a category: what there is, what is needed now and in five years."""
    return text("needs.picture", have=number(need.have), now=needed(need.now), later=needed(need.later))


def contradiction(answers: Contradiction) -> str:
    """One sentence that names the answers, files and rows that contradict each other."""

    def words(value: int | None) -> str:
        return text("needs.no_answer") if value is None else number(value)

    given = [
        text("needs.given", now=words(answer.now), later=words(answer.later), file=answer.file, row=answer.row)
        for answer in answers.answers
    ]
    return text("needs.contradiction", service=answers.service, category=answers.category, given=listed(given))


def silent(overview: NeedsOverview) -> str | None:
    """One sentence naming the services that have not answered; None when all have."""
    return text("needs.silent", services=listed(overview.silent)) if overview.silent else None


def urgent(plan: HousingPlan) -> str | None:
    """One sentence on how many measures are urgent; None when none is."""
    return text("needs.urgent", count=counted(plan.urgent, "tiltak")) if plan.urgent else None


def advice(checked: Checked) -> str:
    """What to do about it now; empty when there is nothing to do."""
    known: dict[str, str] = texts().at("measure_advice")
    if checked.state is MeasureState.MISSING and (checked.in_sources or 0) > (checked.in_kobo or 0):
        return known["missing_in_sources"]
    if checked.state is MeasureState.STILL_THERE and checked.in_sources == 0:
        return known["still_there_gone"]
    kind = MeasureKind.ACQUIRE if checked.measure.kind.adds else MeasureKind.DISPOSE
    return known.get(f"{checked.state.value}_{kind.value}", "")


def gap(priority: Priority) -> str:
    """What the line does to its category's gap: closes 6 of 54, or takes from one. Empty when nothing is known to be missing."""
    if priority.takes_from_gap:
        return text("measures.takes_from_gap", gap=number(priority.gap or 0))
    return text("measures.closes", closes=number(priority.closes), gap=number(priority.gap or 0)) if priority.closes is not None else ""


def cost(priority: Priority) -> str:
    """4,5 mill. kr i 2027; empty where no cost is given."""
    measure = priority.checked.measure if priority.checked else None
    if measure is None or measure.cost is None:
        return ""
    amount = number(measure.cost, 1)
    return (
        text("measures.cost_in", amount=amount, year=measure.budget_year) if measure.budget_year else text("measures.cost", amount=amount)
    )


def act(priority: Priority) -> str:
    """The first words of a line in the list to HØP."""
    if priority.checked is None:
        return text("measures.uncovered", count=counted(priority.count, "bolig"))
    return word_for("measures", priority.checked.state.value)
