"""The rehearsal register with 1,000 and with 111,000 dwellings: loading, and milliseconds per call (medians).

python -m benchmarks.rehearsal [calls per cell, 200]
"""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import requests

from kobo_client.client import RegisterClient
from kobo_client.import_columns import COLUMNS, to_import_row
from kobo_client.payload import to_body, updatable_body
from kobo_client.register_config import RegisterConfig
from kobo_client.rehearsal.process import rehearsal_running

SIZES = (1_000, 111_000)
PAGES = 25
"""Times a page is fetched: the median of a few varies between runs."""


def dwelling(number: int) -> dict[str, Any]:
    return {
        "leverandor_bolig_id": f"bench-{number}",
        "kommunenummer": "9901",
        "adressenavn": f"Fjordveien {number // 100}",
        "nummer": number % 100 + 1,
        "postnummer": "9990",
        "bruksenhetsnummer": "H0101",
        "boligtype": "OMSORGSBOLIG",
        "gardsnummer": 12,
        "bruksnummer": 7,
    }


def import_file(many: int) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(to_import_row(dwelling(number)) for number in range(many))
    return out.getvalue().encode()


def milliseconds(call: Callable[[int], Any], calls: int) -> float:
    taken = []
    for number in range(calls):
        begun = time.perf_counter()
        call(number)
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)


def measured(size: int, calls: int, home: Path) -> dict[str, float]:
    """Milliseconds of the calls that a person or a night waits for, with that many dwellings."""
    config = RegisterConfig(kind="rehearsal", base_url="http://127.0.0.1:0", database=Path(f"{size}.sqlite"))
    content = import_file(size)
    with rehearsal_running(config, home) as address, requests.Session() as web:
        web.trust_env = False
        begun = time.perf_counter()
        taken = web.post(f"{address}/rehearsal/import", data=content, timeout=600).json()["importert"]
        figures = {"import, s": time.perf_counter() - begun}
        if taken != size:
            raise SystemExit(f"Only {taken} of {size} were taken.")
        pages = (size - 1) // 500
        with RegisterClient(config.model_copy(update={"base_url": address})) as client:
            ids = [client.create(to_body(dwelling(size + number)), str(number)).kobo_id for number in range(calls)]
            figures["GET, ms"] = milliseconds(lambda number: client.read(ids[number]), calls)
            figures["PUT, ms"] = milliseconds(lambda number: client.change(ids[number], _changed(size + number), f"c{number}"), calls)
            figures["POST, ms"] = milliseconds(lambda number: client.create(to_body(dwelling(2 * size + number)), f"p{number}"), calls)
        figures["list, first page, ms"] = milliseconds(lambda _: web.get(f"{address}/kobobolig?side=0&antall=500", timeout=60), PAGES)
        figures["list, last page, ms"] = milliseconds(lambda _: web.get(f"{address}/kobobolig?side={pages}&antall=500", timeout=60), PAGES)
        figures["page to look at, ms"] = milliseconds(lambda _: web.get(f"{address}/?side={size // 200 - 1}", timeout=60), PAGES)
        begun = time.perf_counter()
        web.get(f"{address}/rehearsal/export", timeout=600)
        figures["export, s"] = time.perf_counter() - begun
    return figures


def _changed(number: int) -> dict[str, Any]:
    return updatable_body({**dwelling(number), "bruksareal": 51.0})


def run(calls: int = 200) -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them: a call costs the same with many dwellings as with few."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (measured(size, calls, Path(folder)) for size in SIZES)
    return [
        {
            "name": f"rehearsal register: {name}",
            "size": SIZES[1],
            "ours": round(many[name], 2),
            "other": round(few[name], 2),
            "other_is": f"with {SIZES[0]}",
            "ratio": round(many[name] / few[name], 2),
            "goal": "<= 1.5" if one_call else "",
            "met": many[name] / few[name] <= 1.5 if one_call else "",
        }
        for name in few
        for one_call in [name.endswith("ms")]
    ]


if __name__ == "__main__":
    for figure in run(*(int(given) for given in sys.argv[1:2])):
        print(json.dumps(figure))
