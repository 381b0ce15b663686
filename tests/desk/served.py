"""A desk that is really served, over a night that was really run."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests
import uvicorn

from desk.desk_server import BoundedProtocol, server_config
from desk.visit import Desk
from pipelines.stored_night import StoredNight
from reconciliation.ledger import Ledger, open_ledger
from reconciliation.model.municipality import load
from tests.pipelines.village import Village

SECRET = "a-shared-secret-of-some-length"


@dataclass
class Served:
    url: str
    ledger: Ledger

    def browser(self, **headers: str) -> requests.Session:
        """A person's browser: keeps cookies, and nothing of this machine's proxies."""
        session = requests.Session()
        session.trust_env = False
        session.headers.update(headers)
        session.hooks["response"].append(lambda answer, **_: _through_the_proxy(session, answer))
        return session


def _through_the_proxy(session: requests.Session, answer: requests.Response) -> None:
    """A browser uses TLS with the sign-in proxy, so it sends cookies marked Secure; requests would not over plain HTTP."""
    for cookie in answer.cookies:
        session.cookies.set(cookie.name, cookie.value, path="/")


@contextlib.contextmanager
def served(village: Village, secret: str = "", language: str = "nb", protocol: type[BoundedProtocol] = BoundedProtocol) -> Iterator[Served]:
    municipality = load(village.config).model_copy(update={"language": language})
    with open_ledger(municipality.ledger, village.home) as ledger, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        desk = Desk(municipality, ledger, StoredNight(municipality, village.home, ledger).load, secret, "drift")
        server = uvicorn.Server(server_config(desk, protocol=protocol))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield Served(f"http://127.0.0.1:{bound.getsockname()[1]}", ledger)
        finally:
            server.should_exit = server.force_exit = True  # browsers of a test keep their connections
            thread.join(10)


def hidden(page: str, name: str) -> str:
    """Value of the page's first hidden field of that name."""
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match, f"no field {name}"
    return match.group(1)


def first_case(page: str) -> str:
    """Address of the list's first case."""
    match = re.search(r'href="(/sak/[^"]+)"', page)
    assert match, "no case in the list"
    return match.group(1)


def form(page: str, answer: str, **more: str) -> dict[str, str]:
    """The first question's form, filled in."""
    return {name: hidden(page, name) for name in ("token", "sporsmal", "grunnlag")} | {"svar": answer, **more}
