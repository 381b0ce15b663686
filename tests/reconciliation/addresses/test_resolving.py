"""What one written address comes to against the made register."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language import rendered
from reconciliation.addresses.address_register import AddressRegister
from reconciliation.addresses.resolving import resolve_text
from reconciliation.addresses.verdicts import Resolution
from tests.reconciliation.addresses.dirty_lists import LETTERS
from tests.reconciliation.addresses.made_register import STREETS

RESOLVED = {
    "Kirkeveien 58": "Kirkevegen 58",
    "kirkevn. 58, 9901 fjordvik": "Kirkevegen 58",
    "KIRKEV. 58": "Kirkevegen 58",
    "Storgt. 12 B leil 3": "Storgata 12B",
    "Karl Johansgate 1, Fjordvik": "Karl Johans gate 1",
    "Gamle Trysilvei 32 c": "Gamle Trysilveg 32C",
    "Gate 1 44": "Gate 1 44",
    "Gate 11 4": "Gate 11 4",
    "Sankt Olavs gt 10": "St. Olavs gate 10",
    "St.Olavsgate 10": "St. Olavs gate 10",
    "P.Chr.Asbjørnsens vei 4 a": "P. Chr. Asbjørnsens veg 4A",
    "17.mai-gata 3": "17. mai gate 3",
    "Gaddeluodda 8": "Strandveien - Gáddeluodda 8",
    "Strandvegen 8": "Strandveien - Gáddeluodda 8",
    "Finne Groenns v 34": "Finne-Grønns veg 34",
    "Ole Paus’ gate 7": "Ole Paus' gate 7",
    "Åsgaten 2": "Aasgata 2",
    "Bevervegen 3": "Bevervegen 3",
    "Langvegen 1234": "Langvegen 1234",
    "Gnrevegen 6": "Gnrevegen 6",
    "c/o Boligkontoret, Kirkevegen 58 H-0201": "Kirkevegen 58",
    "9901 Fjordvik, Kirkevegen 58": "Kirkevegen 58",
    "Kirkevegen58": "Kirkevegen 58",
    "Kirkevegen 58 Fjordvik": "Kirkevegen 58",
    "Fjordvik, Kirkevegen 58": "Kirkevegen 58",
    "Kirkevegen 58, 2. etg, 9901 Fjordvik, 9901, FJORDVIK": "Kirkevegen 58",
}


@pytest.mark.parametrize(("text", "official"), RESOLVED.items())
def test_a_spelling_of_one_official_address_is_resolved(fjordvik: AddressRegister, text: str, official: str) -> None:
    resolved = resolve_text(fjordvik, text)
    assert (resolved.verdict, f"{resolved.adressenavn} {resolved.nummer}{resolved.bokstav or ''}") == (Resolution.RESOLVED, official)
    assert resolved.lokalid
    assert resolved.postnummer == "9901"


UNCERTAIN = {
    "Kirkevgen 58": Resolution.SUGGESTED,
    "H. Wergelands veg 7": Resolution.SUGGESTED,
    "Wergelands veg 7": Resolution.SUGGESTED,
    "N. Torg 1": Resolution.SUGGESTED,
    "Kirkevegen 58, 0155 Oslo": Resolution.SUGGESTED,
    "Kirkevegen 58 (Oslo)": Resolution.SUGGESTED,
    "Oslo, Kirkevegen 58": Resolution.SUGGESTED,
    "0155 Oslo, Kirkevegen 58": Resolution.SUGGESTED,
    "Kirkevegen 58 Oslo": Resolution.SUGGESTED,
    "Kirkevegen 58, 0155": Resolution.SUGGESTED,
    "Cevervegen 3": Resolution.AMBIGUOUS,  # near Bevervegen and Revervegen
    "Solbergvei 5": Resolution.AMBIGUOUS,  # Solbergveg and Solbergvegen
    "Solbergveg 5": Resolution.AMBIGUOUS,
    "Nordelv 4": Resolution.AMBIGUOUS,  # Nordelva, or Nordelv. for Nordelvegen
    "Storgata 14": Resolution.AMBIGUOUS,  # 14A and 14B only
    "Langvegen 9901": Resolution.AMBIGUOUS,  # a house there, and the postnummer
    "Gate 1": Resolution.AMBIGUOUS,
    "Kirkevegen": Resolution.AMBIGUOUS,
    "Kirkevegen 1-2": Resolution.AMBIGUOUS,
    "7/1001": Resolution.AMBIGUOUS,  # a parcel with four addresses
    "7/1006": Resolution.SUGGESTED,
    "Storgata 12C": Resolution.OUTSIDE,
    "Kirkevegen 3": Resolution.OUTSIDE,
    "Elvegata 1": Resolution.OUTSIDE,
    "Gate 2 44": Resolution.OUTSIDE,
    "8/1": Resolution.OUTSIDE,
    "Postboks 55, 9901 Fjordvik": Resolution.NOT_AN_ADDRESS,
    "Midtstranda, 9901 Fjordvik": Resolution.NOT_AN_ADDRESS,
    "c/o Boligkontoret": Resolution.NOT_AN_ADDRESS,
    "": Resolution.NOT_AN_ADDRESS,
    "=1+1": Resolution.NOT_AN_ADDRESS,
}


@pytest.mark.parametrize(("text", "verdict"), UNCERTAIN.items())
def test_what_is_not_certain_is_never_resolved_and_says_why(fjordvik: AddressRegister, text: str, verdict: Resolution) -> None:
    resolved = resolve_text(fjordvik, text)
    assert resolved.verdict is verdict
    assert resolved.reason
    assert bool(resolved.lokalid) is (verdict is Resolution.SUGGESTED)


def test_an_owners_label_never_becomes_a_bruksenhetsnummer(fjordvik: AddressRegister) -> None:
    resolved = resolve_text(fjordvik, "Storgt. 12 B leil 3")
    assert (resolved.bruksenhetsnummer, resolved.leilighetsnummer) == (None, "3")


@pytest.mark.parametrize(
    ("text", "postnummer", "verdict", "lokalid"),
    [
        ("Storgata 1", None, Resolution.AMBIGUOUS, None),
        ("Storgata 1", "9902", Resolution.RESOLVED, "990210001"),
        ("Storgt 1, 9901 Fjordvik", None, Resolution.RESOLVED, "990110011"),
        ("Storgata 1, Nabovik", None, Resolution.RESOLVED, "990210001"),
        ("Storgata 1, 9901 Fjordvik", "9902", Resolution.SUGGESTED, "990110011"),
        ("Storgata 99", None, Resolution.RESOLVED, "9902100099"),
    ],
)
def test_the_postnummer_decides_between_two_municipalities(
    both: AddressRegister, text: str, postnummer: str | None, verdict: Resolution, lokalid: str | None
) -> None:
    resolved = resolve_text(both, text, postnummer)
    assert (resolved.verdict, resolved.lokalid) == (verdict, lokalid)


def test_a_postnummer_that_does_not_fit_warns_where_the_poststed_does(fjordvik: AddressRegister) -> None:
    resolved = resolve_text(fjordvik, "Kirkevegen 58, 9902 Fjordvik")
    assert resolved.verdict is Resolution.RESOLVED
    assert rendered(resolved.reason) == "Postnummer 9902 er oppgitt; registeret har 9901 FJORDVIK."


HOUSES = [(street, house) for street, houses in STREETS.items() for house in houses]


@given(
    at=st.sampled_from(HOUSES),
    place=st.integers(0, 40),
    letter=st.sampled_from(LETTERS + " -.'"),
    kind=st.sampled_from(("change", "drop", "add", "swap")),
)
def test_a_slip_of_one_letter_never_resolves_to_another_address(
    fjordvik: AddressRegister, at: tuple[str, str], place: int, letter: str, kind: str
) -> None:
    street, house = at
    here = place % len(street)
    if street[here].isdigit():
        return  # another number is another street
    head, own, tail = street[:here], street[here], street[here + 1 :]
    written = {
        "change": head + letter + tail,
        "drop": head + tail,
        "add": head + letter + own + tail,
        "swap": head + tail[:1] + own + tail[1:],
    }
    if written[kind] in STREETS:
        return  # the slip made the very name of another street
    resolved = resolve_text(fjordvik, f"{written[kind]} {house}")
    if resolved.verdict is Resolution.RESOLVED:
        assert f"{resolved.adressenavn} {resolved.nummer}{resolved.bokstav or ''}" == f"{street} {house}"


@given(st.text(max_size=60))
def test_any_text_at_all_gets_a_verdict(fjordvik: AddressRegister, text: str) -> None:
    assert resolve_text(fjordvik, text).verdict in Resolution
