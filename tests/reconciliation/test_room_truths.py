"""Rooms of a shared flat, which two lists and Kobo call by other words: the number names the lease."""

from __future__ import annotations

from tests.reconciliation.small_nights import PARCEL, Row, flat, night

ROOM = {"bruksenhetsnummer": "H0101", "bruksareal": 18.0}


def rooms(office: str, *written: str, **values: object) -> list[Row]:
    return [flat(f"{office}{at}", written[at][-1], **{**ROOM, **values}, ekstra_referanse=written[at]) for at in range(len(written))]


def test_rooms_that_two_lists_call_by_other_words_are_the_same_rooms() -> None:
    result = night({"fdv": rooms("a", "Rom 2", "Rom 3"), "omsorg": rooms("b", "2", "Hybel 3")})
    assert result.classes() == {"fdv-a0": "create", "fdv-a1": "create"}
    assert result.mixed == []


def test_the_room_that_kobo_calls_by_its_number_alone_is_not_created_beside_it() -> None:
    entries = [{**PARCEL, **ROOM, "kobo_id": room, "ekstra_referanse": room, "nummer": 1} for room in ("4", "Rom 3")]
    result = night({"fdv": rooms("a", "Rom 3", "Rom 4", **PARCEL)}, entries)
    assert result.classes() == {"fdv-a0": "in_sync", "fdv-a1": "in_sync"}
    assert set(result.linked().iter_rows()) == {("fdv-a0", "Rom 3"), ("fdv-a1", "4")}


def test_two_rooms_of_one_number_that_a_list_calls_by_two_words_stay_two() -> None:
    """Kobo tells them by the text, and takes both."""
    assert night({"fdv": rooms("a", "Rom 2", "Hybel 2")}).classes() == {"fdv-a0": "create", "fdv-a1": "create"}


def test_the_list_that_has_a_room_once_confirms_which_of_two_rows_for_it_is_right() -> None:
    ours = rooms("a", "Rom 2", "Rom 2")
    ours[1]["bruksareal"] = 30.0
    assert night({"fdv": ours, "omsorg": rooms("b", "2")}).rejected == ["a1"]
