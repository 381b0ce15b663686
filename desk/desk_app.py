"""The desk as a Starlette application: pages rendered on the server, answers stored by the same functions as workbook and command line."""

from __future__ import annotations

import logging
from asyncio import Semaphore
from collections.abc import Awaitable, Callable
from functools import partial
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from connectors.own_faults import log_own_fault
from desk import form_routes, page_routes
from desk.guard import Rejected, Sessions, form_of, local_host, with_headers
from desk.night_view import NightUnreadableError
from desk.rendering import refusal_page
from desk.visit import Desk, Visit
from desk.visitor import GROUPS, SECRET, USER, Refused, Visitor, visitor_of
from language import using_language
from reconciliation.ledger import LedgerError

log = logging.getLogger("kobosync")

STATIC = {"desk.css": "text/css", "desk.js": "text/javascript"}
AT_WORK, WRITING = 4, 16
"""Pages that are made at the same time, and answers that are stored. Threads share one processor: twenty pages at once would all be ready
last. Who writes to the ledger may have to wait half a minute for a night that is writing, and must keep no reader waiting meanwhile."""

Page = Callable[[Request, Visit], Response]
Form = Callable[[Desk, Visit, dict[str, str]], Response]
Make = Callable[[Visit], Response]
"""Makes the answer, in a thread of its own."""
Prepare = Callable[[Visitor, str], Awaitable[Make]]
"""From a visitor and their session: what is read of the request before the answer is made."""


def desk_app(desk: Desk) -> Starlette:
    """The application. Every page but the two static files and /health requires a known visitor."""
    sessions = Sessions()
    pages, writes, exports = Semaphore(AT_WORK), Semaphore(WRITING), Semaphore(1)

    def page(make: Page, at_work: Semaphore = pages) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            async def nothing_to_read(*_: object) -> Make:
                return partial(make, request)

            def turns(visitor: Visitor) -> Semaphore:
                # That a visitor sees a shielded case is recorded before the page is sent.
                return writes if visitor.cleared and at_work is pages else at_work

            return await _answered(request, desk, sessions, nothing_to_read, turns)

        return answer

    def write(store: Form) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            async def read(visitor: Visitor, session: str) -> Make:
                fields = await form_of(request) | request.path_params
                sessions.check(session, visitor.name, fields.get("token", ""))
                return lambda visit: store(desk, visit, fields)

            return await _answered(request, desk, sessions, read, lambda _: writes)

        return answer

    return Starlette(
        routes=[
            Route("/", lambda request: with_headers(RedirectResponse("/min-liste", 303))),
            Route("/min-liste", page(page_routes.show_list)),
            Route("/min-liste.xlsx", page(page_routes.export_list, exports)),
            Route("/sak/{dwelling:path}", page(page_routes.show_case)),
            Route("/svar", page(page_routes.show_answers)),
            Route("/svar", write(form_routes.store_answer), methods=["POST"]),
            Route("/angre", write(form_routes.undo_answer), methods=["POST"]),
            Route("/hus/{house}", page(page_routes.show_house)),
            Route("/hus/{house}", write(form_routes.store_house), methods=["POST"]),
            Route("/rettes", page(page_routes.show_rejected)),
            Route("/rettes/{row}", page(page_routes.show_rejected_row)),
            Route("/rettes/{row}", write(form_routes.store_correction), methods=["POST"]),
            Route("/rettes/{row}/angre", write(form_routes.undo_correction), methods=["POST"]),
            Route("/innsyn", page(page_routes.show_seen)),
            Route("/plan", page(page_routes.show_plan)),
            Route("/godkjenn", write(form_routes.store_approval), methods=["POST"]),
            Route("/trekk-godkjenning", write(form_routes.undo_approval), methods=["POST"]),
            *(Route(address, _health(desk)) for address in ("/health", "/helse")),
            *(Route(f"/{name}", _static(name, kind)) for name, kind in STATIC.items()),
        ],
        exception_handlers={HTTPException: _elsewhere(desk)},
    )


async def _answered(request: Request, desk: Desk, sessions: Sessions, prepare: Prepare, turns: Callable[[Visitor], Semaphore]) -> Response:
    """The page, or one that says why not; with the headers that every answer has. turns: how many of its kind are made at once."""
    session = sessions.of(request)
    with using_language(desk.municipality.language):
        try:
            visitor = _visitor(request, desk)
            make = await prepare(visitor, session)

            def made() -> Response:
                return make(Visit(visitor, session, sessions.token(session, visitor.name), desk.load(), desk.ledger))

            async with turns(visitor):
                response = await run_in_threadpool(made)
        except Refused as refused:
            response = HTMLResponse(refusal_page(refused.key), 403)
        except Rejected as rejected:
            response = HTMLResponse(refusal_page(rejected.key), rejected.status)
        except LedgerError as error:
            log.error("The desk cannot use the ledger: %s", error)
            response = HTMLResponse(refusal_page("ledger"), 503)
        except NightUnreadableError:
            response = HTMLResponse(refusal_page("tables"), 503)
        except Exception as error:
            log_own_fault("answering at the desk", error)
            response = HTMLResponse(refusal_page("fault"), 500)
    return with_headers(response, session, secure=bool(desk.secret))


def _visitor(request: Request, desk: Desk) -> Visitor:
    """Raises Refused."""
    if not desk.secret and not local_host(request):
        raise Refused("host")
    if any(len(request.headers.getlist(name)) > 1 for name in (SECRET, USER, GROUPS)):
        # A proxy that adds its header to the browser's own: which of the two is the proxy's is unknown.
        raise Refused("proxy")
    return visitor_of(request.headers, desk.municipality.desk, desk.secret, desk.account)


def _health(desk: Desk) -> Callable[[Request], Response]:
    def health(_: Request) -> Response:
        """For a probe: can the desk read the ledger and the night? Nothing else is in the answer."""
        try:
            as_of = desk.load().as_of
        except LedgerError:
            return JSONResponse({"status": "ledger"}, 503)
        except NightUnreadableError:
            return JSONResponse({"status": "tables"}, 503)
        return with_headers(JSONResponse({"status": "ok" if as_of else "no night"}))

    return health


def _elsewhere(desk: Desk) -> Callable[[Request, Exception], Response]:
    """For an unknown address, and for a form's address opened as a page: the same page and headers as every other refusal."""

    def refusal(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        with using_language(desk.municipality.language):
            return with_headers(HTMLResponse(refusal_page("no_page"), status))

    return refusal


def _static(name: str, kind: str) -> Callable[[Request], Response]:
    content = files("desk").joinpath("static", name).read_text(encoding="utf-8")
    headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return lambda _: Response(content, media_type=kind, headers=headers)
