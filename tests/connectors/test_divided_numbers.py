"""An identity number written as a date and five digits apart is masked: in one text, and over two columns; other pairs stay."""

from __future__ import annotations

import random
from pathlib import Path

import polars as pl
import pytest

from connectors.personal_numbers import MASK, mask_rows, mask_text
from connectors.read import read_source
from connectors.source_config import CsvSource
from tests.connectors.identity_numbers import identity_number

NUMBER = identity_number(1, 2, 70)
D, M, Y, SERIAL = NUMBER[:2], NUMBER[2:4], NUMBER[4:6], NUMBER[6:]
MARCH = identity_number(14, 3, 61, month_plus=0)


@pytest.mark.parametrize(
    "written",
    [
        f"19{Y}-{M}-{D} {SERIAL}",
        f"19{Y}{M}{D} {SERIAL}",
        f"{D}{M}19{Y}{SERIAL}",
        f"{D}/{M}-{Y} {SERIAL}",
        f"{D}/{M}-19{Y}, {SERIAL}",
        f"{int(D)}.{M}.{Y} {SERIAL}",
        f"{D}.{M}.19{Y} {SERIAL[:3]} {SERIAL[3:]}",
        f"{D}.{M}.19{Y}  -  {SERIAL}",
        f"{D}.{M}.19{Y} 00:00:00 {SERIAL}",
        f"{D}.{M}.{Y} født, {SERIAL}",
        f"{D}.{M}.19{Y} personnummer er {SERIAL}",
        f"{D}.{M}.19{Y} (pers.nr {SERIAL})",
        f"{D}.{M}.19{Y} fnr {SERIAL}",
        f"pnr {SERIAL}, f. {D}.{M}.{Y}",
        f"f. {D}.{M}.2070 {SERIAL}",
        f"14. mars 1961 {MARCH[6:]}",
    ],
)
def test_a_date_of_birth_and_five_digits_are_one_number_however_they_are_written(written: str) -> None:
    masked = mask_text(f"Leies ut {written}")
    assert MASK in masked
    assert not set(masked.split()) & {SERIAL, MARCH[6:], f"{D}.{M}.19{Y}"}


@pytest.mark.parametrize(
    "text",
    ["Konto 1234 56 78903", f"{D}.03.2020 {SERIAL} kr", "Leid ut fra 01.02.1995, 12500 kr", "Bygd 1970, leilighet 10045", "01.02.1970"],
)
def test_a_date_beside_another_number_is_left(text: str) -> None:
    assert mask_text(text) == text


def people(number: int, *, year: int = 60) -> list[tuple[str, str]]:
    made = [identity_number(1 + at % 28, 1 + at % 12, year + at % 30) for at in range(number)]
    return [(f"{digits[:2]}.{digits[2:4]}.19{digits[4:6]}", digits[6:]) for digits in made]


def masked(
    *pairs: tuple[str, str], names: tuple[str, str] = ("A", "B"), keys: tuple[str, ...] = (), numbers: tuple[str, ...] = ()
) -> pl.DataFrame:
    rows = pl.DataFrame(pairs, schema=dict.fromkeys(names, pl.String()), orient="row")
    return mask_rows(rows, names, keys, numbers)[0]


@pytest.mark.parametrize("form", ["{0}.{1}.19{2}", "{0}{1}{2}", "{0}{1}19{2}", "19{2}-{1}-{0}", "19{2}-{1}-{0} 00:00:00", "{0}/{1}-{2}"])
def test_a_number_over_two_columns_is_masked_in_both(form: str) -> None:
    assert masked((form.format(D, M, Y), SERIAL)).rows() == [(MASK, MASK)]
    assert masked((SERIAL, form.format(D, M, Y))).rows() == [(MASK, MASK)]


def test_only_the_row_that_holds_a_person_is_masked() -> None:
    assert masked((f"{D}.{M}.19{Y}", SERIAL), ("01.02.2020", "H0101"), (f"{D}.{M}.19{Y}", "3")).rows()[1:] == [
        ("01.02.2020", "H0101"),
        (f"{D}.{M}.19{Y}", "3"),
    ]


def test_headings_that_say_it_need_no_control_digits() -> None:
    assert masked(("01.02.1970", "12345"), names=("Fødselsdato", "Personnr")).rows() == [(MASK, MASK)]


def test_keys_and_rents_beside_dates_stay_and_a_key_of_persons_does_not() -> None:
    chance = random.Random(1)
    other = [
        (f"{chance.randint(1, 28):02d}.{chance.randint(1, 12):02d}.{chance.randint(1990, 2024)}", str(10_000 + at)) for at in range(300)
    ]
    assert masked(*other, keys=("B",)).rows() == other
    assert masked(*other, numbers=("B",)).rows() == other
    assert masked(*other).rows() == other, "three hundred labels of which one in thirty fits"
    persons = people(5)
    assert masked(*persons, keys=("B",)).rows() == [(MASK, MASK)] * 5


def test_a_read_masks_what_is_split_over_two_of_its_columns_and_counts_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"Nr;Adresse;Dato;Rest\n1;Storgata 1;{D}.{M}.19{Y};{SERIAL}\n2;Storgata 2;01.02.2020;3\n", "utf-8")
    fields = {
        "adresse": {"column": "Adresse", "as": "address"},
        "statusdato": {"column": "Dato", "as": "date"},
        "leilighetsnummer": {"column": "Rest"},
    }
    source = CsvSource.model_validate({"kind": "csv", "title": "A", "owner": "a", "path": "a.csv", "key": ["Nr"], "fields": fields})
    done = read_source("a", source, tmp_path)
    assert done.rows.select("Dato", "Rest").rows() == [(MASK, MASK), ("01.02.2020", "3")]
    assert done.masked == {"Dato": 1, "Rest": 1}
