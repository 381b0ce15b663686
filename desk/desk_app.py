"""The desk as a Starlette application: pages rendered on the server, answers stored by the same functions as workbook and command line."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from desk import pages
from desk.approving import approve, take_back_approval
from desk.correcting import correct, take_back_correction
from desk.guard import Rejected, Sessions, form_of, local_host, with_headers
from desk.night_view import Case, Load, NightView, RejectedRow, cases
from desk.plan_page import plan_page
from desk.rejected_pages import FILTERS, rejected_list, rejected_row, rejected_rows
from desk.visitor import Refused, Visitor, visitor_of
from language import speaking
from reconciliation.decisions.answers import Given, Outcome, take_in
from reconciliation.decisions.question import Question
from reconciliation.decisions.withdraw import withdraw
from reconciliation.ledger import Ledger, LedgerError
from reconciliation.model.municipality import Municipality

log = logging.getLogger("kobosync")

STATIC = {"desk.css": "text/css", "desk.js": "text/javascript"}
KEPT = ("eier", "grunn", "kilde", "gate", "vis")
"""Filters of the list, as they stand in an address that one can send."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages are made from. load: the last night. secret: of the sign-in proxy, empty without one. account: of this machine."""

    municipality: Municipality
    ledger: Ledger
    load: Load
    secret: str
    account: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: who, in which session, and what the night looks like to them."""

    visitor: Visitor
    session: str
    token: str
    view: NightView

    def cases(self) -> list[Case]:
        """Those this visitor may see, in the order of the list."""
        return [case for case in cases(self.view) if self.visitor.may_see(case.owner, case.secret)]

    def case(self, dwelling: str) -> Case | None:
        return next((case for case in self.cases() if case.dwelling == dwelling), None)

    def question(self, question_id: str) -> Question | None:
        return next((one for case in self.cases() for one in case.questions if one.id == question_id), None)


Page = Callable[[Request, Visit], Response]


def desk_app(desk: Desk) -> Starlette:
    """The application. Every page but the two static files and /helse asks who is there."""
    sessions = Sessions()

    def page(make: Page) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await _answered(request, desk, sessions, lambda visit: run_in_threadpool(make, request, visit))

        return answer

    def write(store: Callable[[Desk, Visit, dict[str, str]], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            async def stored(visit: Visit) -> Response:
                fields = await form_of(request) | request.path_params
                sessions.check(visit.session, fields.get("token", ""))
                return await run_in_threadpool(store, desk, visit, fields)

            return await _answered(request, desk, sessions, stored)

        return answer

    return Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse("/min-liste", 303)),
            Route("/min-liste", page(_list)),
            Route("/sak/{dwelling}", page(_case)),
            Route("/svar", page(_answers)),
            Route("/svar", write(_store), methods=["POST"]),
            Route("/angre", write(_undo), methods=["POST"]),
            Route("/rettes", page(_rejected)),
            Route("/rettes/{row}", page(_rejected_row)),
            Route("/rettes/{row}", write(_correct), methods=["POST"]),
            Route("/rettes/{row}/angre", write(_undo_correction), methods=["POST"]),
            Route("/plan", page(_plan)),
            Route("/godkjenn", write(_approve), methods=["POST"]),
            Route("/trekk-godkjenning", write(_take_back), methods=["POST"]),
            Route("/helse", _health(desk)),
            Route("/{name}", _static),
        ]
    )


async def _answered(request: Request, desk: Desk, sessions: Sessions, make: Callable[[Visit], Awaitable[Response]]) -> Response:
    """The page, or one that says why not; with the headers that every answer has."""
    session = sessions.of(request)
    with speaking(desk.municipality.language):
        try:
            if not desk.secret and not local_host(request):
                raise Refused("host")
            visitor = visitor_of(request.headers, desk.municipality.desk, desk.secret, desk.account)
            view = await run_in_threadpool(desk.load)
            response = await make(Visit(visitor, session, sessions.token(session), view))
        except Refused as refused:
            response = HTMLResponse(pages.refused(refused.key), 403)
        except Rejected as rejected:
            response = HTMLResponse(pages.refused(rejected.key), rejected.status)
        except LedgerError as error:
            log.error("The desk cannot use the ledger: %s", error)
            response = HTMLResponse(pages.refused("ledger"), 503)
    return with_headers(response, session, secure=bool(desk.secret))


def _list(request: Request, visit: Visit) -> Response:
    wanted = {name: request.query_params[name] for name in KEPT if request.query_params.get(name)}
    return HTMLResponse(pages.my_list(visit.view, visit.cases(), visit.visitor, visit.token, wanted))


def _case(request: Request, visit: Visit) -> Response:
    case = visit.case(request.path_params["dwelling"])
    if case is None:
        return HTMLResponse(pages.refused("no_case"), 404)
    _seen(visit, case)
    outcome, question = request.query_params.get("utfall", ""), request.query_params.get("sporsmal", "")
    message = pages.outcome_message(visit.view, outcome, visit.question(question))
    return HTMLResponse(pages.case_page(visit.view, case, visit.visitor, visit.token, message))


def _answers(request: Request, visit: Visit) -> Response:
    undone = request.query_params.get("angret", "") == "1"
    return HTMLResponse(pages.answers_page(visit.view, visit.cases(), visit.visitor, visit.token, undone=undone))


def _store(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    """Store one answer and go on to the next open case. An answer that is not stored comes back to its case with the reason."""
    question = visit.question(fields.get("sporsmal", ""))
    if question is None:
        return HTMLResponse(pages.refused("no_case"), 404)
    code = fields.get("svar", "")
    if code == pages.OTHER_VALUE:
        code = fields.get("verdi", "").strip()
    given = Given(question.id, code, visit.visitor.decided_as, fields.get("hvorfor", "").strip(), fields.get("grunnlag", ""))
    (taken,) = take_in([given], [question], desk.ledger, desk.municipality.slug)
    told = {"utfall": taken.outcome.value, "sporsmal": question.id}
    following = question.dwelling
    if taken.outcome in (Outcome.STORED, Outcome.ALREADY):
        left = [case for case in visit.cases() if _open(case, question) and case.dwelling != question.dwelling]
        here = visit.case(question.dwelling)
        if left and not (here and _open(here, question)):
            following = left[0].dwelling
    return RedirectResponse(f"/sak/{following}?{urlencode(told)}", 303)


def _open(case: Case, answered: Question) -> int:
    """Open questions of a case, when one has just been answered."""
    return sum(one.decided is None and one.id != answered.id for one in case.questions)


def _undo(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    question = visit.question(fields.get("sporsmal", ""))
    if question is None:
        return HTMLResponse(pages.refused("no_case"), 404)
    undone = withdraw(question, desk.ledger, desk.municipality.slug, visit.visitor.decided_as)
    return RedirectResponse(f"/svar?{urlencode({'angret': int(undone > 0)})}", 303)


def _rejected(request: Request, visit: Visit) -> Response:
    wanted = {name: request.query_params[name] for name in FILTERS if request.query_params.get(name)}
    return HTMLResponse(rejected_list(visit.view, visit.visitor, visit.token, wanted))


def _row_of(visit: Visit, row: str) -> RejectedRow:
    found = next((one for one in rejected_rows(visit.view, visit.visitor) if one.id == row), None)
    if found is None:
        raise Rejected(404, "no_row")
    return found


def _rejected_row(request: Request, visit: Visit) -> Response:
    row = _row_of(visit, request.path_params["row"])
    return HTMLResponse(rejected_row(visit.view, row, visit.visitor, visit.token, request.query_params.get("utfall", "")))


def _correct(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    row = _row_of(visit, fields.get("row", ""))
    outcome = correct(desk.ledger, visit.view, visit.visitor, row, fields)
    return RedirectResponse(f"/rettes/{row.id}?{urlencode({'utfall': outcome})}", 303)


def _undo_correction(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    row = _row_of(visit, fields.get("row", ""))
    outcome = take_back_correction(desk.ledger, visit.view, visit.visitor, row, fields.get("kolonne", ""))
    return RedirectResponse(f"/rettes/{row.id}?{urlencode({'utfall': outcome})}", 303)


def _plan(request: Request, visit: Visit) -> Response:
    return HTMLResponse(plan_page(visit.view, visit.visitor, visit.token, request.query_params.get("utfall", "")))


def _approve(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    outcome = approve(desk.ledger, visit.view, visit.visitor, fields.get("del", ""), fields.get("hvorfor", ""))
    return RedirectResponse(f"/plan?{urlencode({'utfall': outcome})}", 303)


def _take_back(desk: Desk, visit: Visit, fields: dict[str, str]) -> Response:
    outcome = take_back_approval(desk.ledger, visit.view, visit.visitor, fields.get("del", ""))
    return RedirectResponse(f"/plan?{urlencode({'utfall': outcome})}", 303)


def _seen(visit: Visit, case: Case) -> None:
    """Who looked at a shielded case stands in the log: the id, never the address."""
    if case.secret:
        log.info("Shielded case %s was opened by %s.", case.dwelling, visit.visitor.decided_as)


def _health(desk: Desk) -> Callable[[Request], Response]:
    def health(_: Request) -> Response:
        """For a probe: can the desk read the ledger and the night? Tells nothing else."""
        try:
            as_of = desk.load().as_of
        except LedgerError:
            return JSONResponse({"status": "ledger"}, 503)
        return JSONResponse({"status": "ok" if as_of else "no night"})

    return health


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        return PlainTextResponse("", 404)
    content: Any = files("desk").joinpath("static", name).read_text(encoding="utf-8")
    headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=STATIC[name], headers=headers)
