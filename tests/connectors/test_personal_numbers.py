"""Every series of national identity numbers is masked, and nothing that only looks a little like one."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.check_digits import is_national_identity_number
from connectors.personal_numbers import MASK, mask_column, mask_text
from tests.connectors.identity_numbers import identity_number

SERIES = [(day, month) for day in (0, 40) for month in (0, 40, 65, 80)]


@pytest.mark.parametrize(("day", "month"), SERIES)
@pytest.mark.parametrize("rest", [0, 1, 2, 3])
def test_every_series_is_known_with_todays_and_tomorrows_control_digits(day: int, month: int, rest: int) -> None:
    # Ordinary numbers (no addition) are built for a date far ahead, so that they belong to no person.
    number = identity_number(17, 5, 39, day_plus=day, month_plus=month, first_rest=rest)
    assert is_national_identity_number(number)
    assert mask_text(f"Leies av {number}.") == f"Leies av {MASK}."


NUMBER = identity_number(14, 3)


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        f"{NUMBER[:6]} {NUMBER[6:]}",
        f"{NUMBER[:6]}-{NUMBER[6:]}",
        f"{NUMBER[:6]}\u00a0{NUMBER[6:]}",
        f"{NUMBER[:6]} – {NUMBER[6:]}",
        f"{NUMBER[:2]}.{NUMBER[2:4]}.{NUMBER[4:6]} {NUMBER[6:]}",
        f"{NUMBER[:2]} {NUMBER[2:4]} {NUMBER[4:6]} {NUMBER[6:9]} {NUMBER[9:]}",
        f"{NUMBER[:6]}.{NUMBER[6:]}",
        f"{NUMBER[:6]}/{NUMBER[6:]}",
        " ".join(NUMBER),
        *(f"{NUMBER[:6]}{between}{NUMBER[6:]}" for between in (*"*+|;\\=~#", '"', " (", "\u00ad", "\u200b", "      ")),
        f"{NUMBER[:6]} pnr {NUMBER[6:]}",
        f"{NUMBER[:2]}.{NUMBER[2:4]}.19{NUMBER[4:6]}, personnr. {NUMBER[6:]}",
        f"{NUMBER[:2]}.{NUMBER[2:4]}.19{NUMBER[4:6]} {NUMBER[6:]}",
        f"{NUMBER[:2]}/{NUMBER[2:4]}/19{NUMBER[4:6]}-{NUMBER[6:]}",
    ],
)
@pytest.mark.parametrize("around", ["{}", "fnr {}", "fnr.{},", "({})", "Leil 3 {} H0101", "x{}y", "{} og {}"])
def test_separators_and_surroundings_hide_no_number(written: str, around: str) -> None:
    text = around.replace("{}", written)
    assert mask_text(text) == around.replace("{}", MASK)
    column, count = mask_column(pl.Series([text, "Storgata 1", None]))
    assert (column[0], count) == (mask_text(text), 1)


def test_a_lost_leading_zero_hides_no_number() -> None:
    number = identity_number(5, 11)
    assert mask_text(number[1:]) == MASK
    assert mask_text(f"{number[1:6]} {number[6:]}") == MASK


@pytest.mark.parametrize(
    "text",
    [
        "9000001" + "0101",  # a section number of 11 digits
        "12345678901",
        "00000000000",
        "987 654 321",
        "Tlf. 22 33 44 55",
        "5000-01-02-001",
        "0301 12345 0001 0000 007",
        "1" + NUMBER,
        NUMBER + "1",
        "32/8190 12345",
        f"3f0a{NUMBER[:4]}-{NUMBER[4:8]}-4{NUMBER[8:]}-8bcd-0123456789ab",
        "",
    ],
)
def test_other_numbers_stay_readable(text: str) -> None:
    assert mask_text(text) == text


def _digits(chance: random.Random, number: int) -> str:
    return "".join(chance.choices("0123456789", k=number))


def _date(chance: random.Random) -> str:
    return f"{chance.randint(1, 28)}.{chance.randint(1, 12)}.{chance.randint(2000, 2025)}"


OTHERS: dict[str, Callable[[random.Random], str]] = {
    "unit and date": lambda random: f"H0{random.randint(1, 9)}0{random.randint(1, 9)} {_date(random)}",
    "unit and dates": lambda random: f"U0101 {_date(random)}-{_date(random)}",
    "dates": lambda random: f"{_date(random)}-{_date(random)}",
    "date and time": lambda random: f"{_date(random)} {random.randint(0, 23):02d}:{random.randint(0, 59):02d}",
    "date and rent": lambda random: f"{_date(random)} {random.randint(4, 15)}{_digits(random, 3)}",
    "telephone with country": lambda random: f"+47 {random.choice('49')}{_digits(random, 7)}",
    "telephone glued to its country": lambda random: f"47{random.choice('49')}{_digits(random, 7)}",
    "two telephones": lambda random: f"9{_digits(random, 2)} {_digits(random, 2)} {_digits(random, 3)} / 2{_digits(random, 1)} 33 44 55",
    "telephone and date": lambda random: f"4{_digits(random, 7)} {_date(random)}",
    "bank account": lambda random: f"{_digits(random, 4)}.{_digits(random, 2)}.{_digits(random, 5)}",
    "bank account by name": lambda random: f"Kontonr. {_digits(random, 4)} {_digits(random, 2)} {_digits(random, 5)}",
    "IBAN": lambda random: f"NO{_digits(random, 2)} {_digits(random, 4)} {_digits(random, 4)} {_digits(random, 3)}",
    "organisation": lambda random: f"Org.nr. 9{_digits(random, 2)} {_digits(random, 3)} {_digits(random, 3)}",
    "cadastral number": lambda random: f"0301-{random.randint(1, 200)}/{random.randint(1, 900)}/0/{random.randint(1, 30)}",
    "cadastral number with slashes": lambda random: f"1103/{random.randint(1, 200)}/{random.randint(1, 900)}/0/{random.randint(1, 30)}",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_numbers_that_are_known_to_be_something_else_are_never_masked_by_chance(kind: str) -> None:
    chance = random.Random(4)
    written = {OTHERS[kind](chance) for _ in range(2000)}
    assert [text for text in written if mask_text(text) != text] == []


def test_a_key_column_of_eleven_digit_ids_is_left_alone_though_some_fit_by_chance() -> None:
    ids = [f"{9_000_000 + serial}0101" for serial in range(200)]
    values = pl.Series([*ids, NUMBER])
    assert mask_column(values, is_key=True)[1] == 0
    assert mask_column(values, is_key=False)[1] == 1


def test_a_column_of_ten_digit_ids_is_left_alone_and_a_person_among_words_is_not() -> None:
    ids = [f"6476{serial:06d}" for serial in range(0, 20_000, 7)]
    assert any(mask_text(each) != each for each in ids)
    assert mask_column(pl.Series(ids))[1] == 0
    assert mask_column(pl.Series([*ids, f"v/ {NUMBER}"]))[1] == 1


def test_a_person_in_a_key_column_is_masked() -> None:
    assert mask_column(pl.Series(["B-1", "B-2", NUMBER]), is_key=True)[0][2] == MASK


@given(st.text(alphabet="0123456789 .-/Aa", max_size=40))
def test_masking_twice_is_masking_once_and_leaves_no_whole_number(text: str) -> None:
    masked = mask_text(text)
    assert mask_text(masked) == masked
    assert not any(is_national_identity_number(word) for word in masked.split())


def test_the_published_synthetic_numbers_are_masked(real_data: Path) -> None:
    with (real_data / "dev" / "fnr_synthetic_vectors.csv").open(encoding="utf-8") as stream:
        numbers = [row["nummer"] for row in csv.DictReader(stream, delimiter=";") if row["gyldig_som_identitetsnummer"] == "True"]
    assert numbers
    assert [mask_text(number) for number in numbers] == [MASK] * len(numbers)
