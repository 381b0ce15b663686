"""What is planned, held against Kobo: acquired and missing, disposed of and still there, overdue, to come."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from language import using_language
from reporting.acquisitions import MeasuresNight, MeasureState, check_measures
from reporting.acquisitions_reading import Measure, MeasureKind, Measures, Stage, read_measures
from reporting.form_words import form_choice
from reporting.needs_priorities import housing_plan
from reporting.needs_reading import NeedsAnswers, NeedsLine
from reporting.needs_template import write_measures_template
from reporting.night_report import NightResult
from reporting.publish import publish
from tests.reporting.example import AS_OF, dwellings, items, night
from tests.reporting.housing import asking, measures_file

IN_KOBO = {"adressenavn": "Strandgata", "nummer": 1, "bruksenhetsnummer": "H0101"}
NOT_CREATED = {"adressenavn": "Strandgata", "nummer": 2, "bruksenhetsnummer": "H0201"}
"""In the sources, and its item is a review: not in Kobo."""
NOWHERE = {"adressenavn": "Ny gate", "nummer": 5}
NO_PLACE: dict[str, Any] = {}


def measure(
    kind: MeasureKind, stage: Stage, days: int, place: dict[str, Any], count: int = 1, ident: str = "T1", category: str = "eldre"
) -> Measure:
    """days: since its date."""
    return Measure(ident, kind, category, count, AS_OF - timedelta(days=days), stage, "eiendom", None, "tiltak.csv", 2, **place)


def checked(*measures: Measure, **changes: Any) -> MeasuresNight:
    result = check_measures(night(municipality=asking(), **changes), Measures(measures))
    assert result is not None
    return result


BUY, SELL = MeasureKind.ACQUIRE, MeasureKind.DISPOSE
DONE, PLANNED, DECIDED, CANCELLED = Stage.DONE, Stage.PLANNED, Stage.DECIDED, Stage.CANCELLED


@pytest.mark.parametrize(
    ("kind", "stage", "days", "place", "count", "state", "net"),
    [
        (BUY, DONE, 10, IN_KOBO, 1, MeasureState.FULFILLED, 0),
        (BUY, DONE, 10, NOWHERE, 1, MeasureState.MISSING, 1),
        (BUY, DONE, 10, NOT_CREATED, 1, MeasureState.MISSING, 0),
        (BUY, PLANNED, 10, NOWHERE, 4, MeasureState.OVERDUE, 4),
        (BUY, PLANNED, 0, NOWHERE, 1, MeasureState.OVERDUE, 1),
        (BUY, PLANNED, 10, IN_KOBO, 1, MeasureState.FULFILLED, 0),
        (BUY, DECIDED, -30, NOWHERE, 6, MeasureState.SOON, 6),
        (BUY, DECIDED, -365, NO_PLACE, 6, MeasureState.SOON, 6),
        (BUY, DECIDED, -366, NO_PLACE, 6, MeasureState.LATER, 6),
        (BUY, DONE, -30, NOWHERE, 1, MeasureState.EARLY, 1),
        (BUY, DONE, 30, NO_PLACE, 3, MeasureState.UNCHECKED, 0),
        (BUY, PLANNED, 30, NO_PLACE, 3, MeasureState.OVERDUE, 3),
        (BUY, CANCELLED, 30, NOWHERE, 3, MeasureState.CANCELLED, 0),
        (SELL, DONE, 10, IN_KOBO, 1, MeasureState.STILL_THERE, -1),
        (SELL, DONE, 10, NOWHERE, 1, MeasureState.FULFILLED, 0),
        (SELL, PLANNED, 10, IN_KOBO, 1, MeasureState.OVERDUE, -1),
        (SELL, PLANNED, -10, IN_KOBO, 1, MeasureState.SOON, -1),
        (SELL, DONE, 10, {**IN_KOBO, "bruksenhetsnummer": None}, 1, MeasureState.UNCHECKED, -1),  # which of the house's four?
        (SELL, DONE, 10, NO_PLACE, 2, MeasureState.UNCHECKED, 0),
        (SELL, PLANNED, -10, NO_PLACE, 2, MeasureState.SOON, -2),
    ],
)
def test_the_state_of_a_measure_is_what_its_date_its_status_and_kobo_say(
    kind: MeasureKind, stage: Stage, days: int, place: dict[str, Any], count: int, state: MeasureState, net: int
) -> None:
    (measure_,) = checked(measure(kind, stage, days, place, count)).checked
    assert (measure_.state, measure_.net) == (state, net)


def test_nothing_is_said_of_kobo_on_a_night_it_was_not_seen() -> None:
    result = checked(measure(BUY, DONE, 10, IN_KOBO), measure(SELL, DONE, 10, IN_KOBO, ident="T2"), register_verdict="failed")
    assert [checked_measure.state for checked_measure in result.checked] == [MeasureState.UNCHECKED, MeasureState.UNCHECKED]


def test_an_entry_that_is_in_kobo_alone_counts_and_a_retired_one_does_not() -> None:
    alone = dwellings(1).with_columns(
        leverandor_bolig_id=pl.lit(None, pl.String), kobo_id=pl.lit("K9"), adressenavn=pl.lit("Ny gate"), nummer=5
    )
    plan = items(dwellings())
    retired = plan.head(1).with_columns(pl.lit("retire").alias("class"), leverandor_bolig_id=pl.lit("gone"), kobo_id=pl.lit("K9"))
    done = night().outcomes.head(1).with_columns(leverandor_bolig_id=pl.lit("gone"), verb=pl.lit("DELETE"), outcome=pl.lit("done"))
    sold = measure(SELL, DONE, 10, NOWHERE)
    assert checked(sold, register_rows=alone).checked[0].state is MeasureState.STILL_THERE
    gone = checked(sold, register_rows=alone, items=pl.concat([plan, retired]), outcomes=done)
    assert gone.checked[0].state is MeasureState.FULFILLED


def test_a_secret_address_is_never_shown_and_neither_is_its_comment(tmp_path: Path) -> None:
    secret = dwellings().filter("hemmelig_adresse").row(0, named=True)
    place = {"adressenavn": secret["adressenavn"].upper(), "nummer": secret["nummer"]}
    at = Measure("T1", SELL, "eldre", 1, AS_OF, DONE, None, f"{secret['adressenavn']} selges", "tiltak.csv", 2, **place)
    folder = publish(night(municipality=asking(), needs=NeedsAnswers(()), measures=Measures((at,))), tmp_path).folder
    (row,) = openpyxl.load_workbook(folder / "behov.xlsx")["Alle tiltak"].iter_rows(min_row=3, values_only=True)
    page = (folder / "behov.html").read_text(encoding="utf-8")
    assert "Skjermet adresse" in row
    for text in (*map(str, row), page):
        assert secret["adressenavn"].casefold() not in text.casefold()


def ordered(*measures: Measure, answers: tuple[NeedsLine, ...] = ()) -> list[tuple[str, str | None]]:
    result: NightResult = night(municipality=asking(), measures=Measures(measures), needs=NeedsAnswers(("eiendom",), answers))
    plan = housing_plan(result)
    assert plan is not None
    assert [priority.place for priority in plan.priorities] == list(range(1, len(plan.priorities) + 1))
    return [(priority.category, priority.checked.measure.ident if priority.checked else None) for priority in plan.priorities]


def test_the_list_has_what_is_overdue_first_then_where_most_is_missing() -> None:
    answers = (
        NeedsLine("eiendom", "eldre", 160, 180, None, None, "a.xlsx", 5),
        NeedsLine("eiendom", "heldogns", 240, 240, None, None, "a.xlsx", 6),
        NeedsLine("eiendom", "tilpasset", 1, 1, None, None, "a.xlsx", 7),
    )
    result = ordered(
        measure(BUY, PLANNED, -40, NO_PLACE, 40, "eldre-soon", "eldre"),
        measure(BUY, PLANNED, -20, NO_PLACE, 30, "heldogns-soon", "heldogns"),
        measure(SELL, PLANNED, -900, NO_PLACE, 1, "tilpasset-later", "tilpasset"),
        measure(BUY, DONE, 10, NOWHERE, 1, "newer", "tilpasset"),
        measure(SELL, DONE, 90, IN_KOBO, 1, "oldest", "ikke_tilpasset"),
        measure(BUY, DONE, 10, IN_KOBO, 1, "fine", "eldre"),
        answers=answers,
    )
    assert result == [
        ("ikke_tilpasset", "oldest"),
        ("tilpasset", "newer"),
        ("heldogns", "heldogns-soon"),
        ("heldogns", None),  # 30 of the 100 are planned
        ("eldre", "eldre-soon"),  # the plan covers what the elderly need
        ("tilpasset", "tilpasset-later"),
    ]


GOOD = {
    "Tiltak-id": "T1",
    "Type": "Avhending",
    "Kategori": "eldre",
    "Adresse": "Strandgata 1, H0101",
    "Planlagt dato": "1.12.2023",
    "Status": "Gjennomført",
}


def read(home: Path, *rows: dict[str, Any]) -> Measures:
    measures_file(home / "tiltak.csv", rows)
    result = read_measures(asking(), home)
    assert result is not None
    return result


def test_a_row_is_read_as_it_was_written(tmp_path: Path) -> None:
    result = read(tmp_path, {**GOOD, "Ansvarlig": "Eiendomsavdelingen"}, {**GOOD, "Tiltak-id": "T2", "Adresse": "", "Antall": "12"})
    assert result.faults == ()
    first, second = result.measures
    assert (first.adressenavn, first.nummer, first.bruksenhetsnummer, first.count, first.owner) == ("Strandgata", 1, "H0101", 1, "eiendom")
    assert (first.when, first.kind, first.stage) == (date(2023, 12, 1), SELL, DONE)
    assert (second.adressenavn, second.count) == (None, 12)


@pytest.mark.parametrize(
    ("heading", "value", "expected"),
    [
        ("Tiltak-id", "", "Tiltak-id er ikke fylt ut"),
        ("Type", "Salg", "er ikke kjent"),
        ("Kategori", "Hybel", "er ikke kjent"),
        ("Adresse", "Postboks 12", "kan ikke tolkes"),
        ("Adresse", "Strandgata", "kan ikke tolkes"),
        ("Bruksenhet", "1. etasje", "ikke et bruksenhetsnummer"),
        ("Antall", "0", "utenfor det som kan stemme"),
        ("Antall", "-2", "ikke være mindre enn 0"),
        ("Antall", "mange", "ikke et tall"),
        ("Antall", "3", "ett bruksenhetsnummer, men 3 boliger"),
        ("Planlagt dato", "", "Uten dato kan tiltaket ikke følges"),
        ("Planlagt dato", "31.2.2024", "ikke en dato"),
        ("Planlagt dato", "høsten 2024", "ikke en dato"),
        ("Status", "Ferdig", "er ikke kjent"),
        ("Ansvarlig", "Ola Nordmann", "aldri en person"),
    ],
)
def test_a_bad_cell_is_named_with_its_place_and_the_other_rows_count(heading: str, value: str, expected: str, tmp_path: Path) -> None:
    result = read(tmp_path, {**GOOD, heading: value}, {**GOOD, "Tiltak-id": "T2"})
    (fault,) = result.faults
    assert (fault.file, fault.row, fault.column) == ("tiltak.csv", 2, heading)
    assert expected in fault.what
    assert "Nordmann" not in fault.what
    assert [measure.ident for measure in result.measures] == ["T2"]


def test_an_id_that_is_there_twice_is_two_faults(tmp_path: Path) -> None:
    result = read(tmp_path, GOOD, {**GOOD, "Kategori": "heldogns"})
    assert (result.measures, [fault.row for fault in result.faults]) == ((), [2, 3])


def test_a_file_that_is_not_there_is_said_and_no_plan_is_none(tmp_path: Path) -> None:
    result = read_measures(asking(), tmp_path)
    assert result is not None
    assert "Fant ingen fil i tiltak.csv" in result.faults[0].what
    assert read_measures(asking().model_copy(update={"acquisitions": None}), tmp_path) is None


@pytest.mark.parametrize(("language", "stage"), [("nb", "Vedtatt"), ("nn", "Vedteke")])
def test_the_template_for_measures_comes_back(tmp_path: Path, language: str, stage: str) -> None:
    file = tmp_path / "tiltak.xlsx"
    with using_language(language):
        write_measures_template(file, asking())
        kind = form_choice(MeasureKind.ACQUIRE)
    book = openpyxl.load_workbook(file)
    for place, value in enumerate(("T1", kind, "Velferdsbolig tilpasset eldre", None, None, 8, date(2024, 9, 1), stage), start=1):
        book["Tiltak"].cell(5, place, value)
    book.save(file)
    result = read_measures(asking().model_copy(update={"acquisitions": Path("tiltak.xlsx")}), tmp_path)
    assert result is not None
    assert result.faults == ()
    assert [(measure.count, measure.when, measure.stage) for measure in result.measures] == [(8, date(2024, 9, 1), Stage.DECIDED)]
