"""What the desk shows: one function for each address that is read."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from desk import pages
from desk.house_page import house_of, house_page
from desk.night_view import Case
from desk.plan_page import plan_page
from desk.rejected_pages import FILTERS, rejected_list, rejected_row
from desk.visit import Visit

log = logging.getLogger("kobosync")

KEPT = ("eier", "grunn", "kilde", "gate", "vis")
"""Filters of the list, as they are in an address that one can send."""


def show_list(request: Request, visit: Visit) -> Response:
    """What waits for this visitor."""
    wanted = {name: request.query_params[name] for name in KEPT if request.query_params.get(name)}
    return HTMLResponse(pages.my_list(visit.view, visit.cases(), visit.visitor, visit.token, wanted))


def show_case(request: Request, visit: Visit) -> Response:
    """One dwelling."""
    case = visit.case(request.path_params["dwelling"])
    if case is None:
        return HTMLResponse(pages.refusal_page("no_case"), 404)
    _log_opening(visit, case)
    outcome, question = request.query_params.get("utfall", ""), request.query_params.get("sporsmal", "")
    message = pages.outcome_message(visit.view, outcome, visit.question(question))
    house = house_of(case)
    beside = [one for one in visit.cases() if house and house_of(one) == house]
    return HTMLResponse(pages.case_page(visit.view, case, visit.visitor, visit.token, message, (house or "", len(beside))))


def show_answers(request: Request, visit: Visit) -> Response:
    """Everything that is answered."""
    undone = request.query_params.get("angret", "") == "1"
    return HTMLResponse(pages.answers_page(visit.view, visit.cases(), visit.visitor, visit.token, undone=undone))


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
