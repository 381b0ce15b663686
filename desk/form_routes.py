"""What the desk stores: one function for each form. All of them write to the ledger by the functions that the command line uses too."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.answers_page import earlier_for
from desk.approving import approve, take_back_approval
from desk.case_page import OTHER_VALUE, STORED, UNDONE
from desk.correcting import correct, take_back_correction
from desk.house_page import GOOD, given_in, house_page
from desk.rendering import refusal_page
from desk.visit import Desk, Visit
from reconciliation.decisions.answer_checks import AnswerOutcome, GivenAnswer, store_all_or_none, store_answers
from reconciliation.decisions.question import WARNING
from reconciliation.decisions.withdraw import withdraw
from reconciliation.model.known_decisions import DecisionKind


def store_answer(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    """Store one answer and go on to the next open case after it. An answer that is not stored comes back to its case with the reason."""
    question = visit.question(fields.get("sporsmal", ""))
    if question is None:
        return HTMLResponse(refusal_page("no_case"), 404)
    code = fields.get("svar", "")
    if code == OTHER_VALUE:
        written = fields.get("verdi", "").strip()
        code = f"{DecisionKind.RIGHT.value}:{written}" if question.about == WARNING and written else written
    given = GivenAnswer(question.id, code, visit.visitor.decided_as, fields.get("hvorfor", "").strip(), fields.get("grunnlag", ""))
    (taken,) = store_answers([given], [question], desk.ledger, desk.municipality.slug)
    parameters = {"utfall": taken.outcome.value, "sporsmal": question.id}
    following = question.dwelling
    case = visit.case(question.dwelling)
    if taken.outcome in STORED and case and not case.open_but(question.id) and (left := visit.mine.after(case)):
        following = left.dwelling
    return RedirectResponse(f"/sak/{quote(following)}?{urlencode(parameters)}", 303)


def undo_answer(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    """Take an answer back: of a question, or an earlier one that a night has used."""
    if used := fields.get("avgjorelse", ""):
        known = {answer.row["decision_id"] for answer in earlier_for(visit.view, visit.visitor) if answer.taken_back is None}
        if used not in known:
            return HTMLResponse(refusal_page("no_case"), 404)
        taken_back = desk.ledger.withdraw_decision(desk.municipality.slug, used, visit.visitor.decided_as)
        return RedirectResponse(f"/svar?{urlencode({'angret': int(taken_back)})}", 303)
    question = visit.question(fields.get("sporsmal", ""))
    if question is None:
        return HTMLResponse(refusal_page("no_case"), 404)
    undone = withdraw(question, desk.ledger, desk.municipality.slug, visit.visitor.decided_as)
    if undone and fields.get("tilbake", "") == "sak":
        query = urlencode({"utfall": UNDONE, "sporsmal": question.id})
        return RedirectResponse(f"/sak/{quote(question.dwelling)}?{query}", 303)
    return RedirectResponse(f"/svar?{urlencode({'angret': int(undone > 0)})}", 303)


def store_correction(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    """Keep what a cell of a rejected row means."""
    row = visit.row(fields.get("row", ""))
    outcome = correct(desk.ledger, visit.view, visit.visitor, row, fields)
    return RedirectResponse(f"/rettes/{row.id}?{urlencode({'utfall': outcome})}", 303)


def undo_correction(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    """Take a cell's correction back."""
    row = visit.row(fields.get("row", ""))
    outcome = take_back_correction(desk.ledger, visit.view, visit.visitor, row, fields.get("kolonne", ""))
    return RedirectResponse(f"/rettes/{row.id}?{urlencode({'utfall': outcome})}", 303)


def store_approval(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    """Approve a part of the plan."""
    outcome = approve(desk.ledger, visit.view, visit.visitor, fields.get("del", ""), fields.get("hvorfor", ""))
    return RedirectResponse(f"/plan?{urlencode({'utfall': outcome})}", 303)


def undo_approval(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    """Take a part's approval back."""
    outcome = take_back_approval(desk.ledger, visit.view, visit.visitor, fields.get("del", ""))
    return RedirectResponse(f"/plan?{urlencode({'utfall': outcome})}", 303)


def store_house(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    """Store the answers of a house, all or none; the page comes back with what did not fit."""
    flats = visit.house(fields.get("house", ""))
    given = given_in(fields, flats, visit.visitor.decided_as)
    asked = [question for case in flats for question in case.every]
    taken = store_all_or_none(given, asked, desk.ledger, desk.municipality.slug)
    if all(answer.outcome in GOOD for answer in taken):
        stored = sum(answer.outcome is AnswerOutcome.STORED for answer in taken)
        return RedirectResponse(f"/hus/{fields.get('house', '')}?{urlencode({'lagret': stored})}", 303)
    return HTMLResponse(house_page(visit.view, flats, visit.visitor, visit.token, taken))
