"""What the desk shows: one function for each address that is read."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from desk.answers_page import answered_for, answers_page
from desk.case_history import history
from desk.case_page import STORED, case_page, outcome_message
from desk.house_page import house_page
from desk.list_export import XLSX, exported
from desk.list_page import my_list
from desk.my_cases import FILTERS as LIST_FILTERS
from desk.paging import page_number, paged
from desk.plan_page import plan_page
from desk.rejected_pages import FILTERS, rejected_list, rejected_row, rejected_rows, rejected_selected
from desk.rendering import refusal_page
from desk.seen_page import SEEN_FILTERS, seen_page
from desk.visit import Visit
from desk.visitor import Refused
from reconciliation.ledger import SeenOn


def show_list(request: Request, visit: Visit) -> Response:
    """What waits for this visitor."""
    since = partial(visit.ledger.waiting_since, visit.view.municipality.slug)
    mine, wanted = visit.mine, _wanted(request, LIST_FILTERS)
    shown = paged(mine.selected(wanted), _page(request))
    visit.saw(SeenOn.LIST, shown.items)
    return HTMLResponse(my_list(visit.view, mine, visit.visitor, visit.token, wanted, shown, since))


def export_list(request: Request, visit: Visit) -> Response:
    """The open questions of the selection as a workbook that can be answered."""
    chosen = visit.mine.selected(_wanted(request, LIST_FILTERS))
    visit.saw(SeenOn.EXPORT, chosen)
    name = f"avklaringer-{visit.view.municipality.slug}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(exported(visit.view, chosen), media_type=XLSX, headers=headers)


def show_case(request: Request, visit: Visit) -> Response:
    """One dwelling."""
    case = visit.case(request.path_params["dwelling"])
    if case is None:
        return HTMLResponse(refusal_page("no_case"), 404)
    visit.saw(SeenOn.CASE, [case])
    outcome, question = request.query_params.get("utfall", ""), visit.question(request.query_params.get("sporsmal", ""))
    message = outcome_message(visit.view, visit.visitor, outcome, question)
    # The undo of an answer to another case is shown on top of this one; a case's own questions have theirs beside the answer.
    elsewhere = question is not None and question.decided is not None and question.dwelling != case.dwelling
    just_given = question.id if question is not None and elsewhere and outcome in STORED else ""
    past = history(visit.ledger, visit.view.municipality, case)
    return HTMLResponse(case_page(visit.view, case, visit.visitor, visit.token, message, just_given, past))


def show_answers(request: Request, visit: Visit) -> Response:
    """Everything that is answered."""
    undone = request.query_params.get("angret", "") == "1"
    shown = paged(answered_for(visit.view, visit.visitor), _page(request))
    visit.saw_by_id(SeenOn.ANSWERS, [answer.shielded for answer in shown.items if answer.shielded])
    return HTMLResponse(answers_page(visit.view, shown, visit.visitor, visit.token, undone=undone))


def show_house(request: Request, visit: Visit) -> Response:
    """Every flat of one house that is asked about. A shielded one is in no house."""
    stored = request.query_params.get("lagret", "")
    flats = visit.house(request.path_params["house"])
    return HTMLResponse(house_page(visit.view, flats, visit.visitor, visit.token, stored=int(stored) if stored.isdecimal() else None))


def show_rejected(request: Request, visit: Visit) -> Response:
    """The rejected rows."""
    mine, wanted = rejected_rows(visit.view, visit.visitor), _wanted(request, FILTERS)
    shown = paged(rejected_selected(mine, wanted), _page(request))
    visit.saw_by_id(SeenOn.ROWS, [row.named for row in shown.items if row.secret])
    return HTMLResponse(rejected_list(visit.view, mine, visit.visitor, visit.token, wanted, shown))


def show_rejected_row(request: Request, visit: Visit) -> Response:
    """One rejected row."""
    row = visit.row(request.path_params["row"])
    visit.saw_by_id(SeenOn.ROW, [row.named] if row.secret else [])
    return HTMLResponse(rejected_row(visit.view, row, visit.visitor, visit.token, request.query_params.get("utfall", "")))


def show_plan(request: Request, visit: Visit) -> Response:
    """The last night's plan."""
    examples = [
        example
        for part in visit.view.parts
        for example in part.examples
        if example.secret and visit.visitor.may_see(example.owner, example.secret)
    ]
    visit.saw_by_id(SeenOn.PLAN, [example.dwelling for example in examples])
    return HTMLResponse(plan_page(visit.view, visit.visitor, visit.token, request.query_params.get("utfall", "")))


def show_seen(request: Request, visit: Visit) -> Response:
    """Who saw shielded cases."""
    if not visit.visitor.audits:
        raise Refused("auditor")
    return HTMLResponse(seen_page(visit.view, visit.ledger, visit.visitor, visit.token, _wanted(request, SEEN_FILTERS), _page(request)))


def _wanted(request: Request, filters: tuple[str, ...]) -> dict[str, str]:
    return {name: request.query_params[name] for name in filters if request.query_params.get(name)}


def _page(request: Request) -> int:
    return page_number(request.query_params.get("side", ""))
