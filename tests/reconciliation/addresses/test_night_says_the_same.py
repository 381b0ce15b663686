"""The night and `kobosync resolve` give one verdict on every text: rows that are made up, collected cases, and a whole municipality."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from connectors.field_mapping import FieldMapping
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


PLACED = SOURCE.model_copy(
    update={
        "fields": {
            **{name: mapping for name, mapping in SOURCE.fields.items() if name != "leilighetsnummer"},
            "poststed": FieldMapping(column="Leil"),
        }
    }
)
"""The village's list with a column for the poststed."""


def asked(register: AddressRegister, texts: Sequence[str], posts: Sequence[tuple[str | None, str | None]]) -> Standardised:
    """The night's reading of those cells. posts: what is in the columns of postnummer and poststed."""
    rows = (
        good(Nummer=str(at), Adresse=text, Postnr=code, Leil=place, Bruksenhet=None)
        for at, (text, (code, place)) in enumerate(zip(texts, posts, strict=True), start=2)
    )
    return standardise(read(*rows), PLACED, VIK, register)


def verdicts(done: Standardised) -> list[str]:
    """The night's verdict per row: what it tells of a doubtful address, or that it tells nothing."""
    by_row = {
        row: part["key"].removeprefix("address_verdicts.")
        for row, message in done.deviations.select("row", "message").iter_rows()
        for part in json.loads(message)
        if isinstance(part, dict) and part["key"].startswith("address_verdicts.")
    }
    doubts = set(done.deviations.filter(pl.col("rule").is_in(["B04W", "P02"]))["row"])
    return [by_row.get(row, "suggested" if row in doubts else "resolved") for row in done.rows["row"]]


def compared(
    register: AddressRegister, texts: Sequence[str], codes: Sequence[str | None], places: Sequence[str | None] | None = None
) -> None:
    posts = list(zip(codes, places or [None] * len(codes), strict=True))
    done = asked(register, texts, posts)
    answers = [resolve_text(register, text, *post) for text, post in zip(texts, posts, strict=True)]
    there = list(zip(texts, answers, verdicts(done), done.rows.select("adressenavn", "nummer", "bokstav").rows(), strict=True))
    # A street without a number is rejected for that (A02) alone.
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


POST_COLUMNS = [
    *(("FJORDVIK", "9901"), ("9901 Fjordvik", None), (None, "9901 Fjordvik"), ("Fjordvik 9901", None), ("N-9901", "Fjordvik")),
    *(("9901.0", None), ("99 01", None), ("9.901", None), ("9O01", None), ("01", "Fjordvik"), ("99O2", "FJORDVIK")),
    *(
        ("9901", "9902"),
        ("9901/9902", None),
        ("9901 (postboks)", None),
        ("x", "-"),
        ("0", "0"),
        ("9901", "FJORDVIK 5"),
        (None, "FJORDVIK 5"),
    ),
    *(("0155", "Oslo"), ("Oslo", "0155"), ("99010", None), ("'9901", "«Fjordvik»"), (" 9901 ", "fjordvik"), ("9901Fjordvik", "9901")),
]


def test_the_columns_of_postnummer_and_poststed_are_read_alike_however_they_are_filled(fjordvik: AddressRegister) -> None:
    texts = [*test_resolving.RESOLVED][::3]
    for code, place in POST_COLUMNS:
        compared(fjordvik, texts, [code] * len(texts), [place] * len(texts))
    house = texts[0]
    assert resolve_text(fjordvik, house, "FJORDVIK", "9901").verdict is Resolution.RESOLVED
    assert resolve_text(fjordvik, house, "Oslo", "0155").verdict is not Resolution.RESOLVED


@pytest.fixture(scope="module")
def elverum() -> pl.DataFrame:
    folder = Path(os.environ.get("KOBOSYNC_REAL_DATA", Path(__file__).parents[4] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no real data beside the project (set KOBOSYNC_REAL_DATA)")
    return read_official([folder / "dev" / "elverum_dev.csv"])


def test_a_house_number_of_four_digits_is_no_postnummer(fjordvik: AddressRegister) -> None:
    texts = ["Langvegen 1234", "Langvegen 1234, Fjordvik", "Langvegen 1234 Fjordvik"]
    done = asked(fjordvik, texts, [(None, None)] * 3)
    assert done.rows.select("adressenavn", "nummer", "postnummer").rows() == [("Langvegen", 1234, "9901")] * 3
    assert done.deviations.is_empty()


def test_words_before_a_street_that_are_no_place_are_reported_in_the_night_too(fjordvik: AddressRegister) -> None:
    done = asked(fjordvik, ["Under oppføring, Kirkevegen 58", "Fjordvik, Kirkevegen 58"], [(None, None)] * 2)
    assert done.rows["nummer"].to_list() == [58, 58]
    assert done.deviations.select("row", "rule").rows() == [(2, "A06W")]


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
