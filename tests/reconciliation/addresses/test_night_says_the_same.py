"""The night and `kobosync resolve` give one verdict on every text: rows that are made up, collected cases, and a whole municipality."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.kartverket_file import read_official
from reconciliation.addresses.resolving import resolve_text
from reconciliation.addresses.verdicts import Resolution, Resolved
from reconciliation.reading.standardise import Standardised, standardise
from tests.reconciliation.addresses import test_resolving, test_unseen_dirt
from tests.reconciliation.addresses.dirty_lists import LISTS, dirty
from tests.reconciliation.addresses.test_whole_or_told import POINTS, TOLD, WHOLE
from tests.reconciliation.reading.village_rows import SOURCE, VIK, good, read

MADE_UP = [
    *test_resolving.RESOLVED,
    *test_resolving.UNCERTAIN,
    *test_unseen_dirt.RESOLVED,
    *test_unseen_dirt.UNITS,
    *test_unseen_dirt.UNCERTAIN,
    *WHOLE,
    *TOLD,
    *POINTS,
]


def asked(register: AddressRegister, texts: Sequence[str], codes: Sequence[str | None]) -> Standardised:
    """The night's reading of those cells."""
    rows = (
        good(Nummer=str(at), Adresse=text, Postnr=code, Bruksenhet=None)
        for at, (text, code) in enumerate(zip(texts, codes, strict=True), start=2)
    )
    return standardise(read(*rows), SOURCE, VIK, register)


def verdicts(done: Standardised) -> list[str]:
    """The night's verdict per row: what it tells of a doubtful address, or that it tells nothing."""
    said = {
        row: one["key"].removeprefix("address_verdicts.")
        for row, message in done.deviations.select("row", "message").iter_rows()
        for one in json.loads(message)
        if isinstance(one, dict) and one["key"].startswith("address_verdicts.")
    }
    units = set(done.deviations.filter(pl.col("rule") == "B04W")["row"])
    return [said.get(row, "suggested" if row in units else "resolved") for row in done.rows["row"]]


def compared(register: AddressRegister, texts: Sequence[str], codes: Sequence[str | None]) -> None:
    done = asked(register, texts, codes)
    answers = [resolve_text(register, text, code) for text, code in zip(texts, codes, strict=True)]
    there = list(zip(texts, answers, verdicts(done), done.rows.select("adressenavn", "nummer", "bokstav").rows(), strict=True))
    # A street without a number is rejected for that (A02) and told no more.
    numberless = {text for text, answer, _, (name, number, _) in there if name and not number and answer.verdict is not Resolution.RESOLVED}
    assert [
        (text, answer.verdict.value, night) for text, answer, night, _ in there if answer.verdict.value != night and text not in numberless
    ] == []
    assert [text for text, answer, _, row in there if answer.verdict is Resolution.RESOLVED and row != parts(answer)] == []
    broken = set(done.deviations.filter(pl.col("rule").is_in(["A03", "A04"]))["row"])
    left = [answer.left_over and row not in broken for answer, row in zip(answers, done.rows["row"], strict=True)]
    assert list(itertools.compress(texts, left)) == []


def parts(answer: Resolved) -> tuple[object, ...]:
    return answer.adressenavn, answer.nummer, answer.bokstav


@pytest.mark.parametrize("code", [None, "9901", "9903"])
def test_made_up_texts_get_one_verdict(fjordvik: AddressRegister, nordvik: AddressRegister, code: str | None) -> None:
    texts = [text for text in dict.fromkeys(MADE_UP) if text.strip() and text.strip() not in ("-", "–", "''", "#REF!")]
    for register in (fjordvik, nordvik):
        compared(register, texts, [code] * len(texts))


@pytest.fixture(scope="module")
def elverum() -> pl.DataFrame:
    folder = Path(os.environ.get("KOBOSYNC_REAL_DATA", Path(__file__).parents[4] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real data beside the project (set KOBOSYNC_REAL_DATA)")
    return read_official([folder / "dev" / "elverum_dev.csv"])


def test_every_collected_case_gets_one_verdict(real_data: Path, elverum: pl.DataFrame) -> None:
    lines = (real_data / "dev" / "dirty_cases_dev.jsonl").read_text("utf-8").splitlines()
    texts = [case["input"] for case in map(json.loads, lines)]
    compared(AddressRegister(elverum), texts, [None] * len(texts))


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.soak)])
def test_every_dirty_row_of_a_whole_municipality_gets_one_verdict(elverum: pl.DataFrame, every: int) -> None:
    streets = elverum.filter(pl.col("adressenavn").is_not_null()).gather_every(every).to_dicts()
    kinds = itertools.cycle(LISTS)
    texts = [next(dirty(next(kinds), iter([row]), seed)).text for seed, row in enumerate(streets)]
    assert len(texts) > 5800 / every
    codes = [str(row["postnummer"]) if at % 2 else None for at, row in enumerate(streets)]
    compared(AddressRegister(elverum), texts, codes)
