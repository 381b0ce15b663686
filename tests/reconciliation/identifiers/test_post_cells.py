"""postnummer and poststed are read from whichever of their two cells they are in, and a postnummer is never guessed."""

from __future__ import annotations

import pytest

from reconciliation.identifiers.post_cells import Post, read_post
from tests.reconciliation.reading.village_rows import good, judged, rules

BOTH = Post("9910", "Fjordvik")
SWAPPED = Post("9910", "Fjordvik", misplaced=True)
READ = [
    ("9910", "Fjordvik", BOTH), ("9910 Fjordvik", None, BOTH), ("9910Fjordvik", "", BOTH), ("Fjordvik 9910", None, BOTH),
    (None, "9910 Fjordvik", BOTH), (None, "Fjordvik, 9910", BOTH), ("9910", "9910 Fjordvik", BOTH), ("9910 (Fjordvik)", None, BOTH),
    ("Fjordvik", "9910", SWAPPED), ("Fjordvik", "9910.0", SWAPPED), ("9910", "9910", Post("9910", misplaced=True)),
    ("N-9910", None, Post("9910")), ("NO-9910", None, Post("9910")), ("99 10", None, Post("9910")),
    ("9.910", None, Post("9910")),
    ("9910.0", None, Post("9910")), ("481.0", None, Post("0481")), ("301", "Oslo", Post("0301", "Oslo")),
    ("349 Oslo", None, Post("0349", "Oslo")),
    ("0000", None, Post()), ("-", "-", Post()), (None, None, Post()),
    ("50", "Oslo", Post(None, "Oslo", "digits_missing", "0050")), ("10", None, Post(fault="digits_missing", meant="0010")),
    ("9910", "9911", Post(fault="two_codes", meant="9910, 9911")), ("9910/9911", None, Post(fault="two_codes", meant="9910, 9911")),
    ("991O", None, Post(fault="no_code", meant="9910")), ("99100", None, Post(fault="no_code")),
    ("2402 (postboks, Elverum)", None, Post(fault="box_code")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "place", "read"), READ)
def test_what_two_cells_say(code: str | None, place: str | None, read: Post) -> None:
    assert read_post(code, place) == read


@pytest.mark.parametrize(
    ("code", "sent", "expected"),
    [
        ("9920", "9920", []),
        ("N-9920", "9920", []),
        ("50", None, ["P02"]),
        ("99200", None, ["P02"]),
        ("0", None, ["P01"]),
        ("Vik", None, ["P01"]),
    ],
)
def test_a_row_goes_on_with_a_postnummer_of_four_digits_or_is_reported_once(code: str, sent: str | None, expected: list[str]) -> None:
    done = judged(good(Postnr=code))
    assert done.accepted["postnummer"].to_list() == ([sent] if sent else [])
    assert [rule for _, rule in rules(done)] == expected


@pytest.mark.parametrize("place", ["OSLO 5", "STED 0", "Fjordvik 2. distrikt"])
def test_a_digit_in_the_name_of_the_place_is_no_doubt_about_a_postnummer_that_is_in_its_own_column(place: str) -> None:
    assert read_post("0155", place) == Post("0155", place)
