"""The short way for plain addresses says what the long way says."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.addresses.parsed_address import ParsedAddress, ParseStatus
from reconciliation.addresses.parsing import parse_address
from reconciliation.addresses.plain_form import parse_plain, plain_parts

WORDS = st.sampled_from(
    [
        "Storgata",
        "STORGATA",
        "leil",
        "Leiligheten",
        "lgh",
        "rom",
        "Romgata",
        "hybel",
        "nr",
        "pb",
        "boks",
        "Bokserveien",
        "postboks",
        "gnr",
        "H",
        "U",
        "L",
        "K",
        "og",
        "til",
        "vei",
        "Øvre",
        "Oscars",
        "gate",
        "å",
        "matrikkelen",
        "Ås",
        "bruksenhet",
        "husnr",
        "Husnummer",
        "Nummer",
        "no",
        "serviceboks",
        "gaardsnr",
        "eiendom",
        "gbnr",
        "bolignr",
        "etg",
        "TH",
        "kjeller",
        "loft",
        "x",
        "A",
        "g",
        "Gårdsnummer",
        "HUS",
        "e1",
        "St.",
        "Per-Ols",
    ]
)
NUMBERS = st.one_of(st.integers(0, 12_000).map(str), st.sampled_from(["12b", "12 B", "H0101", "3, 2413", "007", "12Æ", "1-3"]))
WRITTEN = st.builds(lambda words, number: f"{' '.join(words)} {number}", st.lists(WORDS, min_size=1, max_size=4), NUMBERS)


@given(st.one_of(WRITTEN, st.text(max_size=20).map(lambda text: f"{text} 12 A"), st.from_regex(r"\w+ \d+\w?", fullmatch=True)))
def test_the_short_way_never_says_something_else(text: str) -> None:
    assert parse_plain(text) in (None, parse_address(text))


@given(st.lists(st.one_of(WRITTEN, st.from_regex(r"\w+ \d+\w?\n?", fullmatch=True)), max_size=20, unique=True))
def test_many_texts_at_once_say_what_each_says_alone(texts: list[str]) -> None:
    for text, name, number, letter in plain_parts(pl.Series("texts", texts, dtype=pl.String)).rows():
        assert ParsedAddress(ParseStatus.OK, name, number, letter) == parse_address(text)


def test_what_a_system_writes_goes_the_short_way() -> None:
    assert plain_parts(pl.Series(["Storgata 20b", "Rom 2", "Ås gate 7", "leil 3"])).rows() == [
        ("Storgata 20b", "Storgata", 20, "B"),
        ("Ås gate 7", "Ås gate", 7, None),
    ]
    assert parse_plain("Storgata 20B") == parse_address("Storgata 20B")
    assert parse_plain("ØVRE KONGS GATE 7") == parse_address("ØVRE KONGS GATE 7")
