"""What the desk shows: one function for each address that is read."""

from __future__ import annotations

import logging
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from desk.answers_page import answers_page
from desk.case_history import history
from desk.case_page import case_page, outcome_message
from desk.house_page import house_of, house_page
from desk.list_export import XLSX, exported
from desk.list_page import FILTERS as LIST_FILTERS
from desk.list_page import my_list, selected
from desk.night_view import Case
from desk.plan_page import plan_page
from desk.rejected_pages import FILTERS, rejected_list, rejected_row
from desk.rendering import refusal_page
from desk.visit import Visit

log = logging.getLogger("kobosync")


def show_list(request: Request, visit: Visit) -> Response:
    """What waits for this visitor."""
    page = request.query_params.get("side", "")
    since = partial(visit.ledger.waiting_since, visit.view.municipality.slug)
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    return HTMLResponse(my_list(visit.view, visit.cases(), visit.visitor, visit.token, _wanted(request), number, since))


def export_list(request: Request, visit: Visit) -> Response:
    """The open questions of the selection as a workbook that can be answered."""
    chosen = selected(visit.cases(), visit.view, _wanted(request))
    name = f"avklaringer-{visit.view.municipality.slug}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(exported(visit.view, chosen), media_type=XLSX, headers=headers)


def _wanted(request: Request) -> dict[str, str]:
    return {name: request.query_params[name] for name in LIST_FILTERS if request.query_params.get(name)}


def show_case(request: Request, visit: Visit) -> Response:
    """One dwelling."""
    case = visit.case(request.path_params["dwelling"])
    if case is None:
        return HTMLResponse(refusal_page("no_case"), 404)
    _log_opening(visit, case)
    outcome, question = request.query_params.get("utfall", ""), request.query_params.get("sporsmal", "")
    message = outcome_message(visit.view, outcome, visit.question(question))
    house = house_of(case)
    beside = [one for one in visit.cases() if house and house_of(one) == house]
    past = history(visit.ledger, visit.view.municipality, case)
    return HTMLResponse(case_page(visit.view, case, visit.visitor, visit.token, message, (house or "", len(beside)), past))


def show_answers(request: Request, visit: Visit) -> Response:
    """Everything that is answered."""
    undone = request.query_params.get("angret", "") == "1"
    return HTMLResponse(answers_page(visit.view, visit.cases(), visit.visitor, visit.token, undone=undone))


def show_rejected(request: Request, visit: Visit) -> Response:
    """The rejected rows."""
    wanted = {name: request.query_params[name] for name in FILTERS if request.query_params.get(name)}
    return HTMLResponse(rejected_list(visit.view, visit.visitor, visit.token, wanted))


def show_rejected_row(request: Request, visit: Visit) -> Response:
    """One rejected row."""
    row = visit.row(request.path_params["row"])
    if row.secret:
        log.info(
            "Rejected row %s of %s, which may tell a shielded address, was opened by %s.", row.id, row.source, visit.visitor.decided_as
        )
    return HTMLResponse(rejected_row(visit.view, row, visit.visitor, visit.token, request.query_params.get("utfall", "")))


def show_plan(request: Request, visit: Visit) -> Response:
    """The last night's plan."""
    return HTMLResponse(plan_page(visit.view, visit.visitor, visit.token, request.query_params.get("utfall", "")))


def _log_opening(visit: Visit, case: Case) -> None:
    """Who looked at a shielded case is in the log: the id, never the address."""
    if case.secret:
        log.info("Shielded case %s was opened by %s.", case.dwelling, visit.visitor.decided_as)


def show_house(request: Request, visit: Visit) -> Response:
    """Every flat of one house that is asked about."""
    stored = request.query_params.get("lagret", "")
    flats = visit.house(request.path_params["house"])
    return HTMLResponse(house_page(visit.view, flats, visit.visitor, visit.token, stored=int(stored) if stored.isdecimal() else None))
