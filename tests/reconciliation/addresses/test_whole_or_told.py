"""Without a register: a text is wholly one address, or what was not understood is reported. No street is ever made of two places."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import rendered
from reconciliation.addresses.parsed_address import ParseStatus
from reconciliation.addresses.parsing import parse_address
from reconciliation.addresses.pointers import points_elsewhere

CODE = "9910"
WHOLE = {
    # four digits beside a postnummer
    "Austsidevegen 1043": "Austsidevegen 1043",
    "Austsidevegen 2417 C": "Austsidevegen 2417C",
    "AUSTSIDEVEGEN 1215b": "Austsidevegen 1215B",
    "Austsidev. 3001": "Austsidev. 3001",
    "Austsidevegen 1044, 9910 Fjordvik": "Austsidevegen 1044",
    "Austsidevegen 1045 Fjordvik": "Austsidevegen 1045",
    # a post box, the ground, whom it is with
    "Ospestien 12,Boks 44, 9911 Fjordvik": "Ospestien 12",
    "Ospestien 14 postboks 7": "Ospestien 14",
    "Ospestien 14/Pb. 7": "Ospestien 14",
    "Postboks 7, Ospestien 14": "Ospestien 14",
    "Ospestien 14, gnr 12 bnr 34": "Ospestien 14",
    "Ospestien 14 (gnr. 12/34)": "Ospestien 14",
    "gbnr 12/34, Ospestien 14": "Ospestien 14",
    "c/o verge T. Moe, Ospestien 44": "Ospestien 44",
    "v/ driftsleder, Ospestien 46": "Ospestien 46",
    "Ospestien 46 v/ driftsleder 9910 Fjordvik": "Ospestien 46",
    # entrance, block, floor, kind of house
    "Ospestien 16, oppgang 2": "Ospestien 16",
    "Ospestien 18, blokk 3, etg 2": "Ospestien 18",
    "Ospestien 18 inng. 4, 2. etg": "Ospestien 18",
    "Ospestien 18B oppg. C": "Ospestien 18B",
    "Ospestien 18 etasje 2": "Ospestien 18",
    "Ospestien 18, 2nd floor": "Ospestien 18",
    "Apt. 4, Ospestien 18": "Ospestien 18",
    "Bygg 3 Ospestien 18": "Ospestien 18",
    "Ospestien 18 enebolig": "Ospestien 18",
    # the name of the house, a heading
    "Ospestien 20, Tinghuset": "Ospestien 20",
    "Ospestien 20 - Tinghuset": "Ospestien 20",
    "Tinghuset Ospestien 20": "Ospestien 20",
    "Rutebilgården 3etg. Ospestien 24": "Ospestien 24",
    "Ospestien 20 bak kirka": "Ospestien 20",
    "Foreløpig adresse: Ospestien 22": "Ospestien 22",
    "midl. adr. Ospestien 22": "Ospestien 22",
    "Temporary address: Ospestien 22": "Ospestien 22",
    "Ospestien 22 (midlertidig)": "Ospestien 22",
    # what is said of the home, its size, its state
    "Ospestien 20, 4 roms": "Ospestien 20",
    "Ospestien 20 (3-roms)": "Ospestien 20",
    "Ospestien 20 75 kvm": "Ospestien 20",
    "Ospestien 20 UTLEID": "Ospestien 20",
    "Ospestien 20 mangler bruksenhet": "Ospestien 20",
    "Ospestien 20, nøkkel hos vaktmester": "Ospestien 20",
    "Ospestien 20, PU-bolig": "Ospestien 20",
    "Ospestien 20B opp C 3.etg": "Ospestien 20B",
    "Ospestien 20 m/garasje": "Ospestien 20",
    "Ospestien 20 s.nr. 3": "Ospestien 20",
    "Ospestien 20 II etg": "Ospestien 20",
    "Ospestien 20 kj.leil": "Ospestien 20",
    "Ospestien 20. 9910 Fjordvik": "Ospestien 20",
    "Ospestien 20-9910 Fjordvik": "Ospestien 20",
    # names with numbers
    "Gate 1 44": "Gate 1 44",
    "Gamle E6 12": "Gamle E6 12",
    "Rådhusbrygge 2 1": "Rådhusbrygge 2 1",
    "17. mai gate 5": "17. mai gate 5",
    "Holmlia Senter vei 5": "Holmlia Senter vei 5",
    "Ospestien 12.0": "Ospestien 12",
    "p.a. Ospestien 12": "Ospestien 12",
    "Ospestien 12 (c/o Moe)": "Ospestien 12",
    "B\u00a2kestien 12": "Bøkestien 12",
    "Ospestien no 12": "Ospestien 12",
    "Ospestien 12, inngang Hegrevika": "Ospestien 12",
    "Ospestien 12 innkjørsel nord": "Ospestien 12",
}


@pytest.mark.parametrize(("text", "address"), WHOLE.items())
def test_one_place_with_words_around_it_is_that_place(text: str, address: str) -> None:
    parsed = parse_address(text, CODE)
    assert parsed.whole, parsed
    assert f"{parsed.adressenavn} {parsed.nummer}{parsed.bokstav or ''}" == address


@pytest.mark.parametrize("words", ["UTLEID", "mangler bruksenhet", "nøkkel hos vaktmester", "PU-bolig", "bakgård"])
def test_what_is_said_of_a_home_is_no_poststed_and_no_room(words: str) -> None:
    parsed = parse_address(f"Ospestien 20, {words}", CODE)
    assert (parsed.poststed, parsed.rom, parsed.loose) == (None, None, (words,))
    assert parse_address("Ospestien 20, 4 roms", CODE).rom is None


TOLD = {
    "Vikingvegen 7 / Ljosheimvegen 2": ("Vikingvegen 7", "Ljosheimvegen 2"),
    "Ospestien 9 og Svanevika 1": ("Ospestien 9", "Svanevika 1"),
    "Ospestien 9 eller Svanevika 1": ("Ospestien 9", "Svanevika 1"),
    "Ospestien 11, Svanevika 3": ("Ospestien 11", "Svanevika 3"),
    "Ospestien 11; Svanevika 3": ("Ospestien 11", "Svanevika 3"),
    "Ospestien 11 Svanevika 3": ("Ospestien 11", "Svanevika 3"),
    "Ospestien 11 (tidl. Svanevika 3)": ("Ospestien 11", "Svanevika 3"),
    "Ospestien 3 gamle doktorgården/Hegrevika 8": ("Ospestien 3", "Hegrevika 8"),
    "Vikingvegen / Ljosheimvegen 2": ("Vikingvegen / Ljosheimvegen 2",),
    "Ternevn. 10, 12": ("10, 12",),
    "Ospestien 3-5": ("3-5",),
    "Ospestien 3 – 5": ("3 - 5",),
    "Ospestien 3, 5 og 7": ("3, 5 og 7",),
    "Ospestien 3 til 7": ("3 til 7",),
    "Ospestien 3A og B": ("3A og B",),
    "Ospestien 3 A/B": ("3 A/B",),
    "Ospestien 3 m.fl.": ("m.fl.",),
    "Ospestien 3, Svanegata": ("Svanegata",),
    "Ospestien 1010, 1012": ("1010, 1012",),
    "Ospestien 12?": ("12?",),
    "Ospestien 12 leil 1 og 2": ("leil 1 og 2",),
    "Tidligere adresse: Ospestien 3": ("tidligere",),
    "Postadresse: Ospestien 3": ("postadresse",),
    "c/o Moe Ospestien 44": ("c/o Moe Ospestien 44",),
    "Gate 1": ("Gate 1",),
    "ukjent 1": ("ukjent 1",),
    "ca. Ospestien 3": ("ca. Ospestien 3",),
    "Ospestien ca 3": ("Ospestien ca 3",),
    "Ospestien 3 ff": ("3 ff",),
    # a remark, or what kind of home it is, before the street
    "Se Ospestien 3": ("Se Ospestien 3",),
    "Flyttet til Ospestien 3": ("Flyttet til Ospestien 3",),
    "Bor i Ospestien 3": ("Bor i Ospestien 3",),
    "Leilighet Hegrevika 3": ("Leilighet Hegrevika 3",),
    "Kommunal bolig Hegrevika 3": ("Kommunal bolig Hegrevika 3",),
    "Borettslaget Hegrevika 3": ("Borettslaget Hegrevika 3",),
    # the sign of a footnote, and a letter of the house or of a flat
    "Ospestien 3²": ("3²",),
    "Ospestien 3½": ("3½",),
    "Ospestien 3 nr. B": ("3 nr. B",),
    "Ospestien l8": ("l8", "18"),
    "Ospestien I8": ("I8", "18"),
    "Ospestien 3 HO101": ("HO101", "H0101"),
    "Ospestien 3, H0lO2": ("H0lO2", "H0102"),
    "gnr 12 bnr 34": ("matrikkelnummer",),
}


@pytest.mark.parametrize(("text", "named"), TOLD.items())
def test_what_is_not_one_address_is_reported_with_what_was_not_understood(text: str, named: tuple[str, ...]) -> None:
    parsed = parse_address(text, CODE)
    assert not parsed.whole
    assert all(part.casefold() in rendered(parsed.unclear).casefold() for part in named), parsed.unclear


def test_a_lone_group_of_four_digits_is_reported_where_nothing_says_which_it_is() -> None:
    assert "både husnummer og postnummer" in rendered(parse_address("Austsidevegen 1043").unclear)
    assert parse_address("Austsidevegen 9910 Fjordvik", CODE).status is ParseStatus.NO_NUMBER
    assert parse_address("Austsidevegen 9910", housed=True).nummer == 9910


def test_the_letter_of_an_entrance_may_be_that_of_the_house() -> None:
    assert not parse_address("Ospestien 16 oppgang B").whole
    assert parse_address("Ospestien 16B oppgang C").whole


def test_an_entrance_is_part_of_the_owners_label_so_that_two_homes_are_not_one() -> None:
    labels = [parse_address(f"Ospestien 16, oppgang {entrance}, leil 3").leilighetsnummer for entrance in (1, 2)]
    assert labels == ["oppgang 1, 3", "oppgang 2, 3"]


def test_the_postnummer_behind_a_post_box_is_the_boxs() -> None:
    parsed = parse_address("Ospestien 12, Boks 44, 9911 Fjordvik")
    assert (parsed.postnummer, parsed.postboks, (*parsed.asides, *parsed.loose)) == (None, "44", ("Boks 44",))


POINTS = [
    '"',
    "– “ –",
    "-''-",
    "» 7",
    "do.",
    "se rad 3",
    "Se vedlegg",
    "do 12b",
    "ditto 276",
    "dto",
    "idem",
    "som over",
    "Samme som over.",
    "samme gate nr 9",
    "samme adresse",
    "se ovenfor",
    "som forrige bolig",
    "same as above",
    "see above",
    "ibid. 18",
    "som 16",
    "i samme gate 18",
]


@pytest.mark.parametrize("text", POINTS)
def test_words_that_point_to_another_row_are_no_street(text: str) -> None:
    assert parse_address(text, CODE).status is ParseStatus.POINTS_ELSEWHERE


@pytest.mark.parametrize("text", ["Dovegen 3", '"Storgata 12B"', "Overgata 5", "Samsøveien 5", "Idrettsvegen 3", "Seveien 4", "", "12"])
def test_streets_that_begin_so_point_nowhere(text: str) -> None:
    assert not points_elsewhere(text)


PLACES = st.from_regex(r"(?:Ospe|Svane|Hegre|Terne)(?:stien|vika|gata|vegen) [1-9][0-9]{0,3}[A-D]?", fullmatch=True)


BETWEEN = st.sampled_from([" / ", "/", ", ", " og ", " eller ", "; ", " + ", " & ", " ", " (", " - "])


@given(PLACES, PLACES, BETWEEN, st.sampled_from([None, CODE]))
def test_two_places_are_never_one(first: str, other: str, between: str, code: str | None) -> None:
    assert not parse_address(f"{first}{between}{other}", code).whole


@given(st.text(alphabet="Os 12,/;:+&-ogabAB.()", max_size=25), st.sampled_from([None, CODE]))
def test_no_street_has_a_comma_a_slash_or_a_second_number_in_its_name(text: str, code: str | None) -> None:
    parsed = parse_address(f"Ospestien {text}", code)
    if parsed.whole:
        assert not re.search(r"[,/;:+&()]|\d", parsed.adressenavn or ""), parsed
