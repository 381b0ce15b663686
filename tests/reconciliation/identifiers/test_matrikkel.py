"""gnr/bnr/fnr/snr and bruksenhetsnummer as people write them: all of it is read, or none."""

from __future__ import annotations

import pytest

from reconciliation.identifiers import parse_matrikkel, parse_unit
from tests.reconciliation.reading.village_rows import good, judged, rules

READ = {
    "88/412": (88, 412, None, None),
    "88/412/0/7": (88, 412, None, 7),
    "88/412//7": (88, 412, None, 7),
    "88/412/-/7": (88, 412, None, 7),
    "88/412/": (88, 412, None, None),
    "88/412.": (88, 412, None, None),
    "88/412, snr. 7": (88, 412, None, 7),
    "88/412 seksjon 7": (88, 412, None, 7),
    "88/412, seksj. 7": (88, 412, None, 7),
    "88/412 fnr 3": (88, 412, 3, None),
    "gnr 88 bnr 412": (88, 412, None, None),
    "GNR. 88, BNR. 412, SEKSJON 7": (88, 412, None, 7),
    "g.nr. 88 b.nr. 412": (88, 412, None, None),
    "Gårdsnummer 88, bruksnummer 412": (88, 412, None, None),
    "gaardsnr 88 bruksnr 412": (88, 412, None, None),
    "bnr 412 gnr 88": (88, 412, None, None),
    "gnr/bnr 88/412": (88, 412, None, None),
    "Gnr./bnr.: 88/412": (88, 412, None, None),
    "gbnr 88/412/2": (88, 412, 2, None),
    "Matr.nr. 88/412": (88, 412, None, None),
    "4601-88/412": (88, 412, None, None),
    "4601 88/412": (88, 412, None, None),
    "4601/88/412": (88, 412, None, None),
    "4601/88/412/0/7": (88, 412, None, 7),
    "4601 gnr 88 bnr 412": (88, 412, None, None),
    "46010008804120000007": (88, 412, None, 7),
    "4601 00088 0412 0000 007": (88, 412, None, 7),
}


@pytest.mark.parametrize(("text", "parts"), READ.items())
def test_a_property_is_read_in_every_form(text: str, parts: tuple[int, int, int | None, int | None]) -> None:
    parsed = parse_matrikkel(text)
    assert parsed is not None
    assert (parsed.gardsnummer, parsed.bruksnummer, parsed.festenummer, parsed.seksjonsnummer) == parts


@pytest.mark.parametrize(
    "text",
    [
        "gnr 88 bnr 412/7",
        "gnr. 88 bnr. 412, 413",
        "gnr 88 bnr 412 og 413",
        "88/412, 413",
        "88/412 og 88/413",
        "12/03/2024",
        "12.03.2024",
        "2024-03-12",
        "12.03.24",
        "5000-01-02-001",
        "2024-12",
        "88/0",
        "00000000000000000000",
        "gnr 88",
        "",
    ],
)
def test_several_properties_a_date_or_half_a_number_is_none(text: str) -> None:
    assert parse_matrikkel(text) is None


UNITS = {
    "H0302": "H0302",
    "h 03 02": "H0302",
    "(H0302)": "H0302",
    "'H0302": "H0302",
    "H0302.": "H0302",
    "Bruksenhet H0302": "H0302",
    "bolignr. U0101": "U0101",
    "leil. K0101": "K0101",
    "H\uff10302": "H0302",
    "H302": None,
    "HO302": None,
    "H0302-H0303": None,
    "leil 302": None,
    "B0302": None,
    "302": None,
}


@pytest.mark.parametrize(("text", "unit"), UNITS.items())
def test_a_unit_is_read_with_its_label_and_a_missing_digit_is_never_guessed(text: str, unit: str | None) -> None:
    assert parse_unit(text) == unit


@pytest.mark.parametrize("text", ["00000000000000000000", "0000-0000/0000/0000/000", "0/0", "0/0/0/0"])
def test_nothing_but_zeros_is_how_systems_write_that_nothing_is_linked(text: str) -> None:
    done = judged(good(Gnr=text))
    assert rules(done) == []
    assert done.accepted["gardsnummer"].to_list() == [None]
