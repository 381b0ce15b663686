"""What people and systems do to a cell: characters, order, labels, remarks, several addresses in one."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from language import rendered
from reconciliation.addresses.address_register import AddressRegister, load_register
from reconciliation.addresses.parsed_address import ParseStatus
from reconciliation.addresses.parsing import parse_address
from reconciliation.addresses.resolving import resolve_text
from reconciliation.addresses.verdicts import Resolution, Resolved


def shown(resolved: Resolved) -> str:
    return f"{resolved.adressenavn} {resolved.nummer or ''}{resolved.bokstav or ''}".strip()


RESOLVED = {
    # what the eye does not see, and wrong decoding
    "Storgata\u00a012\u00a0B": "Storgata 12B",
    "Stor\u00adgata\t12\u200b B": "Storgata 12B",
    unicodedata.normalize("NFD", "Måltrostvegen 3"): "Måltrostvegen 3",
    "Måltrostvegen 3".encode().decode("cp1252"): "Måltrostvegen 3",
    "Måltrostvegen 3".encode().decode("latin-1"): "Måltrostvegen 3",
    # around it
    '"Storgata 12B"': "Storgata 12B",
    "«Storgata 12 b.»": "Storgata 12B",
    "- Storgata 12B;": "Storgata 12B",
    "Storgata 12B!": "Storgata 12B",
    "'Storgata 12B'": "Storgata 12B",
    # the number
    "STORGATA NR 12": "Storgata 12",
    "Storgata Nr.12 B": "Storgata 12B",
    "Storgata husnr. 5": "Storgata 5",
    "Storgata, husnummer 5": "Storgata 5",
    "Storgata # 12": "Storgata 12",
    "Storgata nr 12 bokst. B": "Storgata 12B",
    "Ringveien nr. 1001": "Ringveien 1001",
    "Ringveien 1001, leil 3": "Ringveien 1001",
    # postnummer and place
    "Storgata 12B, NO 9903 Nordvik": "Storgata 12B",
    "Storgata 12B, N9903 NORDVIK": "Storgata 12B",
    "Storgata 12B, 9903 Nordvik, Norge.": "Storgata 12B",
    "Storgata 12B;9903 Nordvik": "Storgata 12B",
    "Storgata 12B | 9903 Nordvik": "Storgata 12B",
    "Storgata 12B - 9903 Nordvik": "Storgata 12B",
    "Storgata 12B\n9903 Nordvik": "Storgata 12B",
    "Storgata 12B i Nordvik": "Storgata 12B",
    "Storgata 12B, Nordvik kommune": "Storgata 12B",
    "Storgata 12B (Nordvik)": "Storgata 12B",
    "Nordgard, Sundvegen 20": "Sundvegen 20",
    "Sundvegen 20, Nordgard": "Sundvegen 20",
    # floor and side
    "Storgata 12B, 2. etg. t.h.": "Storgata 12B",
    "Storgata 12B 2 etg th": "Storgata 12B",
    "Storgata 12B 1.etg. h.": "Storgata 12B",
    "Storgata 12B 2. etasje til venstre": "Storgata 12B",
    "Storgata 12B, kjeller": "Storgata 12B",
    "Storgata 12B, u.etg": "Storgata 12B",
    "Storgata 12B (2 etg)": "Storgata 12B",
    "2. etg, Storgata 12B": "Storgata 12B",
    # whom it is with
    "Storgata 12B c/o Boligkontoret": "Storgata 12B",
    "v/ Nav, Storgata 12B": "Storgata 12B",
    "Storgata 12B v/vaktmester, 9903 Nordvik": "Storgata 12B",
    # text beside it
    "Storgata 12B, oppgang 2": "Storgata 12B",
    "Storgata 12B bolig 3": "Storgata 12B",
    "Adresse: Storgata 12B": "Storgata 12B",
    "Storgata 12B, Postboks 12, 9903 Nordvik": "Storgata 12B",
    "Pb 12, Storgata 12B, 2. etg, 9903 Nordvik": "Storgata 12B",
    # names
    "Elvevegen / Johkageaidnu 12": "Johkageaidnu / Elvevegen 12",
    "Johkageaidnu-Elveveien 12 b": "Johkageaidnu / Elvevegen 12B",
    "KONG OSCAR`S GT 3": "Kong Oscar's gate 3",
    "Nygardsvegen 5": "Nygårdsvegen 5",  # gata is not near vegen
    "Doktor Holms veg 7": "Dr. Holms vei 7",
    "Kapt. Lingesvei 2": "Kaptein Linges veg 2",
    "17.maigata 5": "17. mai gate 5",
    "1.divisjonsveg 8": "1. divisjons vei 8",
    "Nordre Landveg 9": "Nordre-Land veg 9",
    "Fv. 98 15": "Fylkesvei 98 15",
    "Fylkesveg 98, 15": "Fylkesvei 98 15",
}


@pytest.mark.parametrize(("text", "official"), RESOLVED.items())
def test_dirt_that_leaves_no_doubt_is_resolved(nordvik: AddressRegister, text: str, official: str) -> None:
    resolved = resolve_text(nordvik, text)
    assert (resolved.verdict, shown(resolved)) == (Resolution.RESOLVED, official), resolved.reason


UNITS = {
    "Storgata 12B (H0201)": ("resolved", "Storgata 12B", "H0201", None),
    "Storgata 12 B/H0201": ("resolved", "Storgata 12B", "H0201", None),
    "Storgata 12BH0201": ("resolved", "Storgata 12B", "H0201", None),
    "Storgata 12 BH0201": ("resolved", "Storgata 12B", "H0201", None),
    "Storgata 12 H0201 B": ("resolved", "Storgata 12B", "H0201", None),
    "Storgata 12B leil. H0201": ("resolved", "Storgata 12B", "H0201", None),
    "Storgata 12B, bolignr. K0101, 2. etg": ("resolved", "Storgata 12B", "K0101", None),
    "Storgata 12 leil 3 (H0102)": ("resolved", "Storgata 12", "H0102", "3"),
    "Storgata 12, leil.nr. 3": ("resolved", "Storgata 12", None, "3"),
    "Storgata 12 leilighet 3 i 2. etg": ("resolved", "Storgata 12", None, "3"),
    "Storgata 12 leil A": ("resolved", "Storgata 12", None, "A"),
    "Sundvegen 16B H0101": ("resolved", "Sundvegen 16B", "H0101", None),  # no unit in the file: the only one
    "Sundvegen 16B H0201": ("suggested", "Sundvegen 16B", "H0201", None),
    "Storgata 12B H0301": ("suggested", "Storgata 12B", "H0301", None),
    "Storgata 12B H201": ("suggested", "Storgata 12B", None, None),  # a digit is missing and never guessed
    "Storgata 12 H0101/H0102": ("suggested", "Storgata 12", None, None),
    "Storgata 12 H0101 og H0102": ("suggested", "Storgata 12", None, None),
    "Storgata 12 leil 3-4": ("suggested", "Storgata 12", None, None),
}


@pytest.mark.parametrize(("text", "expected"), UNITS.items())
def test_a_unit_is_taken_whole_checked_and_never_chosen_among_several(
    nordvik: AddressRegister, text: str, expected: tuple[str, str, str | None, str | None]
) -> None:
    resolved = resolve_text(nordvik, text)
    assert (resolved.verdict, shown(resolved), resolved.bruksenhetsnummer, resolved.leilighetsnummer) == expected, resolved.reason


UNCERTAIN = {
    # several in one cell
    "Storgata 12, 14": Resolution.AMBIGUOUS,
    "Storgata 12 + 14": Resolution.AMBIGUOUS,
    "Storgata 12A, 12B": Resolution.AMBIGUOUS,
    "Storgata 12 A og B": Resolution.AMBIGUOUS,
    "Storgata 12B-2": Resolution.AMBIGUOUS,
    "Storgata 1 2": Resolution.AMBIGUOUS,
    "Storgata 12B, Kirkegata 1": Resolution.AMBIGUOUS,
    "Storgata 12B / Kirkegata 1": Resolution.AMBIGUOUS,
    "Storgata 12B\nKirkegata 1": Resolution.AMBIGUOUS,
    "Ringveien 1001, 14": Resolution.AMBIGUOUS,
    "Ringveien 1001/1002": Resolution.AMBIGUOUS,
    # a remark, or doubt
    "Storgata 12B?": Resolution.SUGGESTED,
    "Storgata 12B -": Resolution.SUGGESTED,
    "Storgata 12-B": Resolution.SUGGESTED,
    "Storgata 12\u2011B": Resolution.SUGGESTED,
    "c/o Boligkontoret Storgata 12B": Resolution.SUGGESTED,
    "Storgata 12B c/o Nav, Kirkegata 1": Resolution.AMBIGUOUS,
    "Storgata 12B v/Kirkegata 1": Resolution.SUGGESTED,
    "Storgata 12B, gnr 12 bnr 4": Resolution.SUGGESTED,
    "c/o Nav Storgata 12B, 9903 Nordvik": Resolution.SUGGESTED,
    "Storgata 12B, Kjeller": Resolution.SUGGESTED,  # with a capital it is a place
    "Ringveien 1001,-": Resolution.SUGGESTED,
    # names
    "Strandgata 5": Resolution.AMBIGUOUS,
    "Linevegen 6": Resolution.AMBIGUOUS,
    "Strandvegen 5": Resolution.OUTSIDE,
    "Ringveien 1003": Resolution.OUTSIDE,
    "Ringveien 1001 b, 9903 Nordvik": Resolution.OUTSIDE,
    "Nyvegen 1003, 9903 Nordvik": Resolution.OUTSIDE,
    "Nyvegen, 1003 Oslo": Resolution.NOT_AN_ADDRESS,
    "Ringveien 9903": Resolution.AMBIGUOUS,  # a postnummer of the register
    "Gamle Storgata 12": Resolution.OUTSIDE,  # may be another street
    "Nordgard Sundvegen 20": Resolution.SUGGESTED,
    "Hybel i Storgata 12": Resolution.SUGGESTED,
    # property
    "gnr/bnr 12/4/1": Resolution.SUGGESTED,
    "12/4/1-2": Resolution.SUGGESTED,
    "9903-12/4/1": Resolution.SUGGESTED,
    "0301-12/4/1": Resolution.OUTSIDE,
    "gnr 7, bnr 1001": Resolution.AMBIGUOUS,
    # no address at all
    "P.b. 12": Resolution.NOT_AN_ADDRESS,
    "PO Box 12, 9903 Nordvik": Resolution.NOT_AN_ADDRESS,
    "Serviceboks 12": Resolution.NOT_AN_ADDRESS,
    "?": Resolution.NOT_AN_ADDRESS,
    "-": Resolution.NOT_AN_ADDRESS,
    "ukjent": Resolution.NOT_AN_ADDRESS,
    "#REF!": Resolution.NOT_AN_ADDRESS,
}


@pytest.mark.parametrize(("text", "verdict"), UNCERTAIN.items())
def test_what_leaves_doubt_is_for_a_person(nordvik: AddressRegister, text: str, verdict: Resolution) -> None:
    resolved = resolve_text(nordvik, text)
    assert resolved.verdict is verdict, resolved
    assert resolved.reason
    assert bool(resolved.lokalid) is (verdict is Resolution.SUGGESTED)


@pytest.mark.parametrize("part", ["leil ", "c/o ", "abc-", "9903 Nordvik ", "gnr 1 bnr 2 ", "(x)", "H0101 "])
def test_a_remark_as_long_as_a_cell_can_be_is_no_address(nordvik: AddressRegister, part: str) -> None:
    text = f"Storgata 12 {part * 3000} x"
    assert resolve_text(nordvik, text).verdict is Resolution.NOT_AN_ADDRESS
    assert parse_address(text).status is ParseStatus.UNCLEAR


def test_a_cadastral_address_has_no_number(nordvik: AddressRegister) -> None:
    resolved = resolve_text(nordvik, "12/4/1")
    assert (resolved.adressenavn, resolved.nummer, resolved.candidates) == ("12/4/1-2", None, ("12/4/1-2",))


COLUMNS = [
    ("Storgata 1", "9902.0", None, "resolved", "NABOVIK"),
    ("Storgata 1", "N-9902", None, "resolved", "NABOVIK"),
    ("Storgata 1", "9902 Nabovik", None, "resolved", "NABOVIK"),
    ("Storgata 1", None, "Nabovik kommune", "resolved", "NABOVIK"),
    ("Kirkevegen 58", "155.0", None, "suggested", "FJORDVIK"),
    ("Kirkevegen 58", "99O1", None, "resolved", "FJORDVIK"),
    ("Kirkevegen 58", "99x1", None, "suggested", "FJORDVIK"),
    ("Kirkevegen 58", "0", "-", "resolved", "FJORDVIK"),
    ("Kirkevegen 58, Fjordvik", None, "Oslo", "suggested", "FJORDVIK"),
    ("Storgata 1, Fjordvik", None, "Nabovik", "suggested", "FJORDVIK"),
    ("Storgata 1, Fjordvik", "9902", "Nabovik", "ambiguous", "FJORDVIK"),
]


@pytest.mark.parametrize(("text", "postnummer", "poststed", "verdict", "place"), COLUMNS)
def test_columns_of_their_own_are_read_as_they_are_written_and_never_passed_over(
    both: AddressRegister, text: str, postnummer: str | None, poststed: str | None, verdict: str, place: str
) -> None:
    resolved = resolve_text(both, text, postnummer, poststed)
    assert (resolved.verdict, resolved.poststed) == (verdict, place), resolved.reason


ON_DWELLING_LEVEL = """\
kommunenummer;adressetype;adressenavn;nummer;bokstav;gardsnummer;bruksnummer;festenummer;seksjonsnummer;undernummer;bruksenhetid;bruksenhetsnummerTekst;offisiellAdresseTekst;postnummer;poststed
;vegadresse;Lillevegen;1;;7;1;;;;1;H0101;Lillevegen 1;9904;VESTVIK
;vegadresse;Lillevegen;1;;7;1;;;;2;H0102;Lillevegen 1;9904;VESTVIK
;vegadresse;Lillevegen;2;;7;2;;;;3;;Lillevegen 2;9904;VESTVIK
;matrikkeladresse;;;;8;1;;;;4;;8/1;9904;VESTVIK
"""


def test_the_file_on_dwelling_level_has_units_and_no_lokalid(tmp_path: Path) -> None:
    (tmp_path / "enheter.csv").write_text(ON_DWELLING_LEVEL, encoding="utf-8-sig")
    register = load_register([tmp_path / "enheter.csv"])
    verdicts = {
        text: resolve_text(register, text).verdict.value for text in ("Lilleveien 1 H0102", "Lilleveien 1 H0201", "Lillevegen 2 H0101")
    }
    assert verdicts == {"Lilleveien 1 H0102": "resolved", "Lilleveien 1 H0201": "suggested", "Lillevegen 2 H0101": "resolved"}
    assert resolve_text(register, "Lillevegen 1, Vestvik", poststed="Oslo").verdict is Resolution.SUGGESTED
    assert shown(resolve_text(register, "gnr 8 bnr 1")) == "8/1"


TWO_CITIES = "kommunenummer;adressetype;adressenavn;nummer;bokstav;gardsnummer;bruksnummer;postnummer;poststed\n" + (
    "9905;vegadresse;Markens gate;3;;1;1;9905;SØRSAND S\n"
)


@pytest.mark.parametrize(
    ("place", "verdict"),
    [
        ("Sørsand", "resolved"),
        ("Sørsand S", "resolved"),
        ("Sørsund S", "suggested"),
        ("Sørsund", "suggested"),
        ("9905 Sørsnad", "resolved"),
    ],
)
def test_a_place_spelt_nearly_so_may_be_another_place(tmp_path: Path, place: str, verdict: str) -> None:
    (tmp_path / "by.csv").write_text(TWO_CITIES, encoding="utf-8")
    assert resolve_text(load_register([tmp_path / "by.csv"]), f"Markens gate 3, {place}").verdict == verdict


def test_a_postnummer_that_lost_its_zero_is_read_between_an_address_and_a_place() -> None:
    assert (parse_address("Storgata 1, 155 Oslo").postnummer, parse_address("Storgata 1, 155 Oslo").poststed) == ("0155", "OSLO")
    assert parse_address("Storgata, 155 Oslo").postnummer is None


def test_without_a_register_the_labels_come_off_as_well() -> None:
    parsed = parse_address("Storgata Nr. 12 B (H0201), 2. etg. t.v., 9903 Nordvik")
    assert (parsed.status, parsed.adressenavn, parsed.nummer, parsed.bokstav) == (ParseStatus.OK, "Storgata", 12, "B")
    assert (parsed.bruksenhetsnummer, parsed.postnummer, parsed.poststed) == ("H0201", "9903", "NORDVIK")
    assert parse_address("gnr 12, bnr 1001").postnummer is None


def test_an_address_of_another_municipality_is_said_to_be_that(fjordvik: AddressRegister) -> None:
    for text, code, place in (("Kirkevegen 880, 2380 Brumunddal", None, None), ("Ukjentvegen 880", "2380", "Brumunddal")):
        resolved = resolve_text(fjordvik, text, code, place)
        assert (resolved.verdict, resolved.candidates) == (Resolution.OUTSIDE, ())
        assert "ingen adresser med 2380 BRUMUNDDAL" in rendered(resolved.reason)
    assert "har ikke nummer 880" in rendered(resolve_text(fjordvik, "Kirkevegen 880, 9901 Fjordvik").reason)
