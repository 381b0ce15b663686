"""The rehearsal register's files: many dwellings in, all of them out, pages that miss none."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import requests

from kobo_client.import_columns import COLUMNS, KOBO_ID, to_import_row

from .conftest import Rehearsal

MANY = 1_203
"""Three parts of the export, the last not full."""


def file_of(values: Callable[..., dict[str, Any]], many: int) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";")
    writer.writeheader()
    writer.writerows(to_import_row(values(number)) for number in range(1, many + 1))
    return out.getvalue().encode()


def test_what_went_in_by_file_comes_out_by_file_and_by_page(rehearsal: Rehearsal, values: Callable[..., dict[str, Any]]) -> None:
    sent = file_of(values, MANY)
    taken = requests.post(f"{rehearsal.address}/rehearsal/import", data=sent, timeout=30).json()
    assert taken == {"importert": MANY, "avvist": []}
    out = requests.get(f"{rehearsal.address}/rehearsal/export", timeout=30).content.decode()
    rows = list(csv.DictReader(io.StringIO(out), delimiter=";"))
    assert [{name: row[name] for name in COLUMNS} for row in rows] == list(csv.DictReader(io.StringIO(sent.decode()), delimiter=";"))
    listed: list[str] = []
    for page in range(4):
        answer = requests.get(f"{rehearsal.address}/kobobolig?side={page}&antall=400", timeout=30).json()
        assert answer["totalt"] == MANY
        listed += [entry["koboId"] for entry in answer["boliger"]]
    assert listed == [row[KOBO_ID] for row in rows]
    assert f"<strong>{MANY}</strong>" in requests.get(f"{rehearsal.address}/?side=6", timeout=30).text


def test_the_same_file_again_takes_nothing_and_names_each_line(rehearsal: Rehearsal, values: Callable[..., dict[str, Any]]) -> None:
    sent = file_of(values, 3)
    requests.post(f"{rehearsal.address}/rehearsal/import", data=sent, timeout=5)
    again = requests.post(f"{rehearsal.address}/rehearsal/import", data=sent, timeout=5).json()
    assert again["importert"] == 0
    assert [line["linje"] for line in again["avvist"]] == [2, 3, 4]


def test_an_empty_register_writes_the_headings_alone(rehearsal: Rehearsal) -> None:
    out = requests.get(f"{rehearsal.address}/rehearsal/export", timeout=5).content.decode()
    assert out == ";".join([*COLUMNS, KOBO_ID]) + "\n"
