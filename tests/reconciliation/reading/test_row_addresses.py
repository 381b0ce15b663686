"""The address of a row in the night: one place goes on, two are a rejected row, words that point up name the row above."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from language import rendered
from reconciliation.reading.validate import Validated, validate
from tests.reconciliation.drafting.test_transforms import made
from tests.reconciliation.reading.village_rows import VIK, good, judged

SPLIT: dict[str, Any] = {
    "adressenavn": {"column": "Gate"},
    "nummer": {"column": "Husnr", "as": "integer"},
    "bokstav": {"column": "Bokstav"},
    "postnummer": {"column": "Postnr"},
    "hemmelig_adresse": {"column": "Skjermet", "as": "boolean"},
    "kategori": {"constant": "ordinar"},
}


def listed(folder: Path, *lines: str) -> Validated:
    done = made(folder, "\n".join(["Nr;Gate;Husnr;Bokstav;Postnr;Skjermet", *lines, ""]), SPLIT)
    return validate(done.rows, done.deviations, VIK)


def messages_of(done: Validated, rule: str) -> list[str]:
    return [rendered(message) for code, message in done.deviations.select("rule", "message").iter_rows() if code == rule]


def test_two_places_in_one_cell_are_a_rejected_row_that_names_both() -> None:
    done = judged(good(Adresse="Vikingvegen 7 / Ljosheimvegen 2"), good(Nummer="2"))
    assert done.rejected.select("row", "adressenavn").rows() == [(2, None)]
    assert "Vikingvegen 7; Ljosheimvegen 2" in messages_of(done, "A04")[0]


def test_words_beside_a_whole_address_are_set_aside_and_reported() -> None:
    done = judged(good(Adresse="Storgata 12, postboks 44, 9921 Vik"))
    assert done.accepted.select("adressenavn", "nummer", "postnummer").rows() == [("Storgata", 12, "9920")]
    assert "Ikke brukt: «postboks 44»." in messages_of(done, "A06W")[0]


def test_a_house_number_of_four_digits_is_one_where_the_postnummer_has_its_own_column() -> None:
    done = judged(good(Adresse="Storgata 1043"), good(Nummer="2", Adresse="Storgata 1215b"))
    assert done.accepted.select("adressenavn", "nummer", "bokstav").rows() == [("Storgata", 1043, None), ("Storgata", 1215, "B")]


def test_a_column_of_its_own_says_what_is_the_house_number(tmp_path: Path) -> None:
    done = listed(tmp_path, "1;Storgata;1043;b;9920;", "2;Gate 1;44;;9920;")
    assert done.accepted.select("adressenavn", "nummer", "bokstav").rows() == [("Storgata", 1043, "B"), ("Gate 1", 44, None)]


def test_a_street_column_with_two_places_is_no_street(tmp_path: Path) -> None:
    done = listed(tmp_path, "1;Storgata / Kirkegata;2;;9920;", "2;Storgata 12;3;;9920;")
    assert (done.accepted.height, done.deviations["rule"].to_list()) == (0, ["A04", "A04"])
    assert done.rejected["adressenavn"].to_list() == [None, None]


@pytest.mark.parametrize("mark", ["ditto.", "som over", "do", "samme gate", "– “ –"])
def test_a_street_that_points_to_the_row_above_is_reported_with_that_row(tmp_path: Path, mark: str) -> None:
    done = listed(tmp_path, "1;Hegrevika;2;;9920;", f"2;{mark};4;;9920;", f"3;{mark};6;;9920;")
    assert done.accepted["row"].to_list() == [2]
    assert all("Raden over er rad 2 («Hegrevika 2»)." in sentence for sentence in messages_of(done, "A04"))
    assert len(messages_of(done, "A04")) == 2


@pytest.mark.parametrize(("above", "below"), [("ja", ""), ("", "ja")])
def test_a_secret_address_is_not_named_to_the_row_that_points_to_it(tmp_path: Path, above: str, below: str) -> None:
    done = listed(tmp_path, f"1;Hegrevika;2;;9920;{above}", f"2;som over;4;;9920;{below}")
    (sentence,) = messages_of(done, "A04")
    assert "Raden over er rad 2." in sentence
    assert "Hegrevika" not in sentence
