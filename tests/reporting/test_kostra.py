"""KOSTRA skjema 13: what counts, what does not and why, and that every number agrees with the rows behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from language import texts
from reconciliation.model import tables
from reconciliation.model.municipality import KostraSettings as Settings
from reporting.bridges import bridges
from reporting.kostra import RULES, Kostra, NumberPart, count_kostra
from reporting.kostra_workbook import KOSTRA_BOOK, write_kostra
from reporting.publish import publish
from reporting.summary import summary_content
from tests.reporting.example import dwellings, items, municipality, night

NEW_YEAR = date(2023, 12, 31)
SETTINGS = Settings(right_of_disposal=("900000001", "facilit-7"))


def home(number: int, **values: Any) -> dict[str, Any]:
    made = dwellings(1).row(0, named=True) | {
        "leverandor_bolig_id": f"facilit-{number}",
        "nummer": number,
        "disposisjonsform": "KOMMUNALT_EID",
        "boligtype": "ORDINAR_BOLIG",
        "er_tilgjengelig_for_rullestolbruker": False,
        "source_keys": [f"facilit:{number}"],
    }
    return made | values


def count(*rows: dict[str, Any], settings: Settings = SETTINGS, rejected: int = 0, outside: tuple[str, ...] = ()) -> Kostra:
    frame = pl.DataFrame(list(rows), schema=tables.DWELLINGS)
    kept_out = pl.DataFrame({"source": ["boei"] * rejected, "row": list(range(rejected))})
    left_out = pl.DataFrame({"source": ["boei"] * len(outside), "row": list(range(len(outside))), "reason": list(outside)})
    return count_kostra(
        municipality(kostra=settings),
        frame,
        items(frame),
        pl.concat([tables.empty(tables.SOURCE_ROWS), kept_out], how="diagonal_relaxed"),
        pl.concat([tables.empty(tables.OUT_OF_SCOPE), left_out], how="diagonal_relaxed"),
        night=NEW_YEAR,
        as_of=NEW_YEAR,
    )


def numbers(counted: Kostra) -> dict[str, int]:
    return {code: number for code, number in counted.counts.items() if number}


def test_one_that_is_out_of_use_is_not_counted_and_is_reported_on_the_way_to_the_number() -> None:
    kostra = count(home(1), home(2, tatt_ut_av_bruk=True))
    assert kostra.counts["i_alt"] == 1
    assert {line.code: line.count for line in kostra.lines if line.count}["tatt_ut_av_bruk"] == -1
    assert kostra.rows.get_column("left_out").to_list() == [None, "tatt_ut_av_bruk"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, {"eid": 1, "rullestol_nei": 1, "ordinar_bolig": 1}),
        ({"disposisjonsform": "INNLEID_FRA_PRIVATPERSON"}, {"innleid": 1, "rullestol_nei": 1, "ordinar_bolig": 1}),
        (
            {"disposisjonsform": "INNLEID_FRA_KOMMUNALT_FORETAK"},
            {"innleid": 1, "kommunalt_foretak": 1, "rullestol_nei": 1, "ordinar_bolig": 1},
        ),
        ({"disposisjonsform": None}, {"ikke_oppgitt": 1, "rullestol_nei": 1, "ordinar_bolig": 1}),
        ({"disposisjonsform": "ANNET"}, {"ikke_oppgitt": 1, "rullestol_nei": 1, "ordinar_bolig": 1}),
        (
            {"disposisjonsform": "INNLEID_FRA_STIFTELSE", "eier_organisasjonsnummer": "900000001"},
            {"disposisjonsrett": 1, "rullestol_nei": 1, "ordinar_bolig": 1},
        ),
        ({"leverandor_bolig_id": "facilit-7"}, {"disposisjonsrett": 1, "rullestol_nei": 1, "ordinar_bolig": 1}),
        ({"er_tilgjengelig_for_rullestolbruker": True}, {"eid": 1, "rullestol": 1, "ordinar_bolig": 1}),
        ({"er_tilgjengelig_for_rullestolbruker": None}, {"eid": 1, "rullestol_ukjent": 1, "ordinar_bolig": 1}),
        ({"boligtype": "OMSORGSBOLIG", "ekstra_referanse": "Rom 2"}, {"eid": 1, "rullestol_nei": 1, "omsorgsbolig": 1, "egen_kontrakt": 1}),
        ({"boligtype": None, "candidates": ["x"], "carried": True}, {"eid": 1, "rullestol_nei": 1, "mulig_dobbelt": 1, "fra_tidligere": 1}),
    ],
)
def test_a_dwelling_counts_where_it_belongs(values: dict[str, Any], expected: dict[str, int]) -> None:
    assert numbers(count(home(1, **values))) == {"i_alt": 1, **expected}


def test_each_room_with_a_lease_is_a_dwelling_and_the_unit_around_them_is_not_one_more() -> None:
    rooms = [home(5, leverandor_bolig_id=f"facilit-rom{number}", ekstra_referanse=f"Rom {number}") for number in (1, 2, 3)]
    kostra = count(*rooms, home(5), home(6))
    assert (kostra.counts["i_alt"], kostra.counts["egen_kontrakt"]) == (4, 3)
    assert kostra.rows.filter(~pl.col("counted")).get_column("leverandor_bolig_id").to_list() == ["facilit-5"]


def test_one_lease_for_the_whole_house_is_one_dwelling() -> None:
    assert count(home(5, er_bofellesskap=True)).counts["i_alt"] == 1


def test_the_municipality_says_how_its_company_counts() -> None:
    kostra = count(home(1, disposisjonsform="INNLEID_FRA_KOMMUNALT_FORETAK"), settings=Settings(municipal_company="owned"))
    assert (kostra.counts["eid"], kostra.counts["innleid"], kostra.counts["kommunalt_foretak"]) == (1, 0, 1)


def test_the_bridge_of_the_page_tells_each_kind_that_is_not_counted() -> None:
    rows = pl.DataFrame([home(1), home(2), home(2, ekstra_referanse="Rom 1"), home(3, tatt_ut_av_bruk=True)], schema=tables.DWELLINGS)
    result = night(as_of=NEW_YEAR, dwellings=rows, items=items(rows))
    sentence = next(sentence_ for sentence_ in bridges(result, summary_content(result)["progress"], None) if "KOSTRA" in sentence_)
    assert [int(part) for part in re.findall(r"\d+", sentence)] == [2, 4, 1, 1]


def test_what_is_not_counted_is_reported_row_by_row() -> None:
    kostra = count(home(1), rejected=2, outside=("institusjon", "institusjon", "inactive"))
    assert dict(kostra.left_out.group_by("why").len().iter_rows()) == {"rejected": 2, "institusjon": 2, "inactive": 1}
    assert [(line.code, line.count) for line in kostra.lines if line.sum] == [("lest", 6), ("boliger", 1), ("i_alt", 1)]


forms = st.sampled_from(["KOMMUNALT_EID", "INNLEID_FRA_PRIVATPERSON", "INNLEID_FRA_KOMMUNALT_FORETAK", "ANNET", None])
homes = st.fixed_dictionaries(
    {
        "nummer": st.integers(1, 3),
        "disposisjonsform": forms,
        "ekstra_referanse": st.sampled_from([None, "Rom 1"]),
        "er_tilgjengelig_for_rullestolbruker": st.sampled_from([True, False, None]),
        "rows": st.integers(0, 2),
        "source_keys": st.just(["facilit:1", "boei:1"]),
        "eier_organisasjonsnummer": st.sampled_from([None, "900000001"]),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(homes, max_size=6), st.integers(0, 3), st.lists(st.sampled_from(["institusjon", "inactive"]), max_size=3))
def test_the_numbers_add_up_whatever_the_rows_are(rows: list[dict[str, Any]], rejected: int, outside: list[str]) -> None:
    counted = count(*(home(place, **row) for place, row in enumerate(rows)), rejected=rejected, outside=tuple(outside))
    total = counted.counts["i_alt"]
    assert sum(counted.counts[rule.code] for rule in RULES if rule.part is NumberPart.TENURE) == total
    assert counted.counts["rullestol"] + counted.counts["rullestol_nei"] + counted.counts["rullestol_ukjent"] == total
    for rule in RULES:
        assert counted.counts[rule.code] == counted.rows.filter(rule.code).height
    running = 0
    for line in counted.lines:
        running = line.count if line.code == "lest" else running if line.sum else running + line.count
        assert not line.sum or line.count == running
    assert counted.lines[-1].count == total
    assert counted.left_out.height == rejected + len(outside)


def test_every_rule_has_its_words_and_says_what_it_rests_on() -> None:
    for group in ("kostra_rules", "kostra_definitions"):
        assert set(texts().at(group)) == {rule.code for rule in RULES}


def example() -> Kostra:
    homes = dwellings(40)
    return count_kostra(
        municipality(), homes, items(homes), night().rejected_rows, night().out_of_scope_rows, night=date(2023, 12, 8), as_of=NEW_YEAR
    )


def test_the_numbers_are_what_they_were(golden: Callable[[str, str], None]) -> None:
    counted = example()
    content = {
        "counts": counted.counts,
        "lines": [[line.code, line.detail, line.count] for line in counted.lines],
        "days_off": counted.days_off,
    }
    golden("kostra.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def test_the_workbook_lets_one_filter_the_rows_behind_each_number(tmp_path: Path) -> None:
    kostra = example()
    write_kostra(tmp_path / "k.xlsx", municipality(), kostra)
    book = openpyxl.load_workbook(tmp_path / "k.xlsx")
    assert book.sheetnames == ["Skjema 13", "Avstemming", "Boligene", "Ikke talt"]
    lines = {row[0].removeprefix("– herav "): row[1:] for row in book["Skjema 13"].iter_rows(min_row=3, values_only=True)}
    head, *rows = list(book["Boligene"].iter_rows(min_row=2, values_only=True))
    for rule in RULES:
        title = texts().at("kostra_rules")[rule.code]
        assert lines[title][0] == kostra.counts[rule.code] == sum(row[head.index(title)] == "x" for row in rows)
        assert lines[title][1] in ("Dokumentert", "Antakelse")
    assert "23\N{NO-BREAK SPACE}dager" in lines["Tallenes dato"][2]
    assert book["Boligene"].auto_filter.ref.startswith("A2:")


def test_a_secret_address_is_not_among_the_rows(tmp_path: Path) -> None:
    kostra = example()
    write_kostra(tmp_path / "k.xlsx", municipality(), kostra)
    rows = list(openpyxl.load_workbook(tmp_path / "k.xlsx")["Boligene"].iter_rows(min_row=3, values_only=True))
    assert [row[2] for row in rows if row[0] == "facilit-000003"] == ["Skjermet adresse"]
    assert rows[-1][0] == "facilit-000003", "last: its neighbours would tell where it is"
    assert not rows[-1][-1], "nor does a key"


def test_the_night_of_31_december_leaves_its_workbook_by_itself(tmp_path: Path) -> None:
    assert (publish(night(as_of=NEW_YEAR), tmp_path).folder / KOSTRA_BOOK).exists()
    assert not (publish(night(), tmp_path / "other").folder / KOSTRA_BOOK).exists()


def test_no_dwellings_is_zero_and_not_a_fault(tmp_path: Path) -> None:
    kostra = count()
    assert kostra.counts["i_alt"] == 0
    write_kostra(tmp_path / "k.xlsx", municipality(), kostra)
