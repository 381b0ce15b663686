"""The review desk over a big municipality, beside datasette serving the same rows: python -m benchmarks.review_desk [DWELLINGS [EDITS]]

A real night fills the rehearsal register; then a caseworker edits EDITS fields there, and the next night asks about what they changed.
Both servers are processes of their own; the same client asks both, 20 people clicking at once.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from benchmarks import made_town
from benchmarks.memory import Watching
from benchmarks.night import ROOT, registered, timed
from benchmarks.peers.peers import PeerFailedError, python_of

DWELLINGS, EDITS = 111_000, 19_200
"""Of four fields that a caseworker edits one is asked about: the others are what case work owns, or not ours. About 5,000 cases."""
PEOPLE, CLICKS, ANSWERS = 20, 15, 5
"""People who click at once, how often each does, and how many answers each gives. They do not pause, so this is more load than 20
readers. All answers are one account's, which may give 120 a minute."""
PAGES = 20
"""Of the list: so many cases are clicked on that few are clicked twice."""
MEDIAN_GOAL, LATE_GOAL, MEMORY_GOAL = 150.0, 400.0, 500.0
"""Milliseconds at the median and at the 95th percentile; MB."""


def run(dwellings: int = DWELLINGS, edits: int = EDITS) -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copy(ROOT / "dagster.yaml", home)
        config = made_town.write(home, dwellings)
        night = [sys.executable, "-c", "from pipelines.command_line import main; main()", "night", str(config), "--apply=auto"]
        with registered(home, config) as address:
            timed(night, home)
            _edit_in_register(address, edits)
            timed(night, home)
        return list(_measured(home, config, dwellings))


def _edit_in_register(address: str, many: int) -> None:
    """Let a caseworker change that many fields. Not every one is asked about: what case work owns stays as Kobo has it."""
    with requests.Session() as session:
        session.trust_env = False
        edits = {"seed": 1, "edits": many, "stamp": "2026-11-20T10:00:00"}
        session.post(f"{address.removesuffix('/kobobolig')}/rehearsal/caseworker", json=edits, timeout=600).raise_for_status()


def _measured(home: Path, config: Path, size: int) -> Iterator[dict[str, Any]]:
    desk = [sys.executable, "-c", "from pipelines.command_line import main; main()", "desk", str(config), "--port", "{port}"]
    with _serving(desk, home, "/helse") as (url, watched):
        lists = [_get(f"{url}/min-liste?side={side}") for side in range(1, PAGES + 1)]
        first = lists[0]
        cases = sorted({case for page in lists for case in re.findall(r'href="/sak/([^"]+)"', page)})
        streets = sorted(set(re.findall(r'<option value="([^"]+vegen)"', first)))
        waiting = re.findall(r"<h1>([^<]*)</h1>", first)[:1]
        if not cases or not streets:
            raise RuntimeError("The night asked nothing: there is no list to measure.")
        ours = {
            "list": _clicks(lambda at: f"{url}/min-liste?side={at % PAGES + 1}"),
            "search": _clicks(lambda at: f"{url}/min-liste?gate={quote(streets[at % len(streets)])}"),
            "case": _clicks(lambda at: f"{url}/sak/{cases[at % len(cases)]}"),
            "answer": _answers(url, cases),
        }
    theirs, fault = _datasette(home, size, streets)
    for name, mine in ours.items():
        middle, late = statistics.median(mine), _late(mine)
        other = theirs.get(name)
        beside = {"other": round(statistics.median(other), 1), "ratio": round(middle / statistics.median(other), 2)} if other else {}
        peer = "datasette, the same rows in SQLite, the same clicks" if other else f"datasette did not run: {fault}"
        goal = {"goal": f"<= {MEDIAN_GOAL:g} ms", "met": middle <= MEDIAN_GOAL}
        if name == "answer":
            peer, goal = "nothing: datasette takes no answers", {"goal": "", "met": ""}
        ours_row = {
            "name": f"review desk: {name}, median of {PEOPLE} people (ms)",
            "size": size,
            "ours": round(middle, 1),
            "other_is": peer,
        }
        yield ours_row | beside | goal | {"detail": {"open cases": waiting}}
        if name == "answer":
            continue
        yield {
            "name": f"review desk: {name}, 95th percentile (ms)",
            "size": size,
            "ours": round(late, 1),
            "other": LATE_GOAL,
            "other_is": "the goal",
            "ratio": round(late / LATE_GOAL, 2),
            "goal": "<= 1",
            "met": late <= LATE_GOAL,
        }
    yield {
        "name": "review desk: memory (MB)",
        "size": size,
        "ours": watched.peak,
        "other": MEMORY_GOAL,
        "other_is": "the goal",
        "ratio": round(watched.peak / MEMORY_GOAL, 2),
        "goal": "<= 1",
        "met": watched.peak <= MEMORY_GOAL,
    }


def _datasette(home: Path, size: int, streets: Sequence[str]) -> tuple[dict[str, list[float]], str]:
    """Milliseconds of the same clicks, and why there are none. Its rows: the town's file, with an index on what is filtered by."""
    database = home / "rows.db"
    rows = made_town.dwellings(size)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"CREATE TABLE rows ({', '.join(rows.columns)}, PRIMARY KEY (Nummer))")
        connection.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * rows.width)})", rows.iter_rows())
        connection.execute("CREATE INDEX street ON rows (Gate)")
        connection.commit()
    try:
        command = [str(python_of("datasette")), "-m", "datasette", "serve", str(database), "--host", "127.0.0.1", "--port", "{port}"]
        with _serving(command, home, "/-/versions.json") as (url, _):
            keys = rows.get_column("Nummer").head(100).to_list()
            return {
                "list": _clicks(lambda at: f"{url}/rows/rows?_size=100&_next={keys[at % 20]}"),
                "search": _clicks(lambda at: f"{url}/rows/rows?_size=100&Gate__exact={quote(streets[at % len(streets)])}"),
                "case": _clicks(lambda at: f"{url}/rows/rows/{keys[at % len(keys)]}"),
            }, ""
    except PeerFailedError as error:
        return {}, str(error)[:200]


@contextmanager
def _serving(command: list[str], home: Path, alive: str) -> Iterator[tuple[str, Watching]]:
    """A server as a process of its own, once it answers; {port} is replaced by its port. It is ended afterwards."""
    port = str(made_town.free_port())
    environment = {"KOBOSYNC_HOME": str(home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [part.replace("{port}", port) for part in command],
        env=os.environ | (environment if command[0] == sys.executable else {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        with Watching(process) as watched:
            _wait_for(url + alive, process)
            yield url, watched
            process.terminate()
            process.wait(30)
    finally:
        process.kill()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            _get(url)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
        if process.poll() is not None:
            raise RuntimeError(f"{url}: the server ended with {process.returncode}")
    raise RuntimeError(f"{url}: no answer in a minute")


def _get(url: str) -> str:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(url, timeout=120)
        answer.raise_for_status()
        return answer.text


def _clicks(address: Callable[[int], str]) -> list[float]:
    """Milliseconds of each click of PEOPLE who click CLICKS times each, all at once; after one click that is not counted."""
    _get(address(0))
    taken: list[float] = []

    def person(number: int) -> None:
        with requests.Session() as session:
            session.trust_env = False
            for click in range(CLICKS):
                begun = time.perf_counter()
                session.get(address(number * CLICKS + click), timeout=120).raise_for_status()
                taken.append((time.perf_counter() - begun) * 1000)

    _all_at_once(person)
    return taken


def _answers(url: str, cases: Sequence[str]) -> list[float]:
    """Milliseconds from an answer to the next case's page; opening the case that is answered is not counted."""
    taken: list[float] = []

    def person(number: int) -> None:
        with requests.Session() as session:
            session.trust_env = False
            for which in range(ANSWERS):
                page = session.get(f"{url}/sak/{cases[number * ANSWERS + which]}", timeout=120).text
                names = ("token", "sporsmal", "grunnlag", "svar")
                fields = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in names}
                begun = time.perf_counter()
                session.post(f"{url}/svar", data=fields, timeout=120).raise_for_status()
                taken.append((time.perf_counter() - begun) * 1000)

    _all_at_once(person)
    return taken


def _all_at_once(person: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _late(taken: Sequence[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)]


if __name__ == "__main__":
    for figure in run(*(int(argument) for argument in sys.argv[1:])):
        print(json.dumps(figure))
