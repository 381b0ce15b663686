"""Texts: keys, blanks, plurals, the language that is spoken, and messages that are stored before they have a language."""

from __future__ import annotations

import string
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import COMPLETE, DEFAULT, Texts, in_language, message, rendered, stored, text, using_language
from language.messages import Value
from tests.language.keys import blanks_in, missing_in, texts_of

THREE = """
tiles:
  in_sync: I samsvar
  pace: Fart
dates:
  weekdays: [måndag, tysdag, onsdag, torsdag, fredag, laurdag, sundag]
"""

PACE = in_language(DEFAULT).text("tiles.pace")


@pytest.fixture
def languages(tmp_path: Path) -> Path:
    """Bokmål as it is, and a nynorsk with three texts."""
    (tmp_path / DEFAULT).symlink_to(Path(__file__).parents[2] / "language" / DEFAULT)
    (tmp_path / "nn").mkdir()
    (tmp_path / "nn" / "page.yaml").write_text(THREE, encoding="utf-8")
    return tmp_path


def test_a_second_language_is_a_second_folder(languages: Path) -> None:
    nynorsk = Texts("nn", languages)
    assert nynorsk.text("tiles.pace") == "Fart"
    assert nynorsk.at("dates.weekdays")[5] == "laurdag"
    assert nynorsk.text("tiles.deviations") == in_language(DEFAULT).text("tiles.deviations"), "what it lacks is said in bokmål"


def test_every_text_that_a_second_language_lacks_is_named(languages: Path) -> None:
    every = set(texts_of(in_language(DEFAULT)))
    assert missing_in(Texts("nn", languages)) == every - {"tiles.in_sync", "tiles.pace", "dates.weekdays"}


@pytest.mark.parametrize("language", COMPLETE)
def test_a_language_that_can_be_chosen_has_every_text_with_the_same_blanks(language: str) -> None:
    asked, given = texts_of(in_language(DEFAULT)), texts_of(in_language(language))
    assert missing_in(in_language(language)) == set()
    assert given.keys() - asked.keys() == set(), "texts that nothing shows"
    assert {key: blanks_in(given[key]) for key in asked} == {key: blanks_in(asked[key]) for key in asked}


def test_blanks_are_filled_with_numbers_nouns_and_words(languages: Path) -> None:
    (languages / "nn" / "own.yaml").write_text(
        "own:\n  rows: '{count:nouns.rad} i {file}'\n  differs: 'Ulikt: {fields:fields}'\n  braces: '{{x}}'\n", encoding="utf-8"
    )
    nynorsk = Texts("nn", languages)
    assert nynorsk.text("own.rows", count=1, file="{a}.csv") == "1\N{NO-BREAK SPACE}rad i {a}.csv"
    assert nynorsk.text("own.rows", count=2, file="b") == "2\N{NO-BREAK SPACE}rader i b"
    assert nynorsk.text("own.differs", fields=["bokstav", "postnummer"]) == "Ulikt: Bokstav, Postnummer"
    assert nynorsk.text("own.braces") == "{x}"


@pytest.mark.parametrize(("key", "values"), [("tiles.never", {}), ("tiles", {}), ("tiles.in_register_note", {"count": 1})])
def test_a_missing_text_or_value_is_an_error(key: str, values: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        text(key, **values)


def test_a_group_is_in_one_file(languages: Path) -> None:
    (languages / "nn" / "twice.yaml").write_text("tiles:\n  pace: Tempo\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"twice\.yaml: tiles"):
        Texts("nn", languages)


def test_a_language_is_spoken_until_the_block_ends_and_by_its_own_thread_only() -> None:
    with using_language("nn-not-there"):
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(text, "tiles.pace").result() == PACE
        with pytest.raises(FileNotFoundError):
            text("tiles.pace")
    assert text("tiles.pace") == PACE


def test_messages_are_rendered_in_the_language_of_the_reader(languages: Path) -> None:
    line = stored(message("tiles.in_register_note", count=3, of=[1, 2]), message("tiles.pace"))
    assert rendered(line) == f"3 av 1, 2 {PACE}"
    assert Texts("nn", languages).rendered(line) == "3 av 1, 2 Fart"
    within = message("tiles.in_register_note", count=message("tiles.pace"), of=[message("tiles.pace"), "b"])
    assert rendered(stored(within)) == f"{PACE} av {PACE}, b"


def test_whole_sentences_that_earlier_versions_stored_are_shown_as_they_are() -> None:
    assert rendered("Kobo svarte ikke.") == "Kobo svarte ikke."
    assert rendered("") == rendered(None) == ""


VALUES = st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=6)


@given(VALUES, st.text(string.printable))
def test_what_fills_a_blank_is_never_taken_for_a_text(value: Value, other: str) -> None:
    shown = rendered(stored(message("tiles.in_register_note", count=value, of=other)))
    assert shown == f"{in_language(DEFAULT).shown(value)} av {other}"
