"""All of Fjordvik's nights, played for real, held against the answer sheet that the generator wrote."""

from __future__ import annotations

import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import yaml
from rich.console import Console

from demo import truth as answer_sheet
from demo.story import NIGHTS
from kobo_client.rehearsal.process import rehearsal_running
from language import word_for
from pipelines.commands import demo_command
from reconciliation.model.municipality import load
from reporting.acquisitions import MeasureState
from tests.pipelines.village import free_port

ROOT = Path(__file__).parents[2]
FAILED_READ = 4
"""The night (from 0) on which the care workbook comes truncated."""


class Played:
    """The home folder after the last night, every night's summary, and the answer sheet of the last one."""

    def __init__(self, home: Path, summaries: list[dict[str, Any]]) -> None:
        self.home = home
        self.summaries = summaries
        self.truth = answer_sheet.of(NIGHTS[-1])

    def table(self, *name: str) -> pl.DataFrame:
        return pl.read_parquet(self.home.joinpath("var/demo/fjordvik/tables/fjordvik", *name[:-1], name[-1] + ".parquet"))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    home = tmp_path_factory.mktemp("fjordvik")
    shutil.copy(ROOT / "dagster.yaml", home)
    content = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text(encoding="utf-8"))
    content["storage"] = "var/demo/fjordvik/tables"
    content["register"]["base_url"] = f"http://127.0.0.1:{free_port()}"
    config = home / "config" / "demo.yaml"
    config.parent.mkdir()
    config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    municipality = load(config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        with rehearsal_running(municipality.register_, home) as address:
            demo_command.fill_register(municipality, home, address)
            nights = list(demo_command.play(municipality, home, NIGHTS, Console(quiet=True)))
    assert [number for number, night in enumerate(nights) if night.result.messages] == [FAILED_READ], "what stopped a night is told"
    return Played(home, [night.summary for night in nights if night.summary is not None])


def test_every_night_is_done_but_the_one_whose_workbook_was_truncated(played: Played) -> None:
    verdicts = [summary["night"]["verdict"] for summary in played.summaries]
    assert verdicts == ["done"] * FAILED_READ + ["incomplete"] + ["done"] * (len(NIGHTS) - FAILED_READ - 1)


def test_the_failed_read_retires_nothing_and_does_not_dent_the_curve(played: Played) -> None:
    night, before = played.summaries[FAILED_READ], played.summaries[FAILED_READ - 1]
    assert night["sources"]["helse_omsorg"]["verdict"] == "failed"
    assert night["register_calls"]["DELETE"] == 0
    assert night["progress"]["in_register"] >= before["progress"]["in_register"]


def test_rows_are_conserved_every_night(played: Played) -> None:
    for summary in played.summaries:
        rows, dwellings = summary["rows"], summary["dwellings"]
        assert rows["read"] == rows["rejected"] + rows["out_of_scope"] + rows["merged_into_dwellings"]
        assert rows["read"] == sum(source["rows_read"] for source in summary["sources"].values())
        assert dwellings["total"] == sum(number for name, number in dwellings.items() if name != "total")


def test_exactly_the_rows_that_must_be_rejected_are_and_for_the_right_reasons(played: Played) -> None:
    must = {(row["source"], row["sheet"], row["row"]): set(row["rules"]) for row in played.truth["rows"] if row["outcome"] == "rejected"}
    rules_by_row: dict[tuple[str, str | None, int], set[str]] = defaultdict(set)
    errors = played.table("deviations").filter(pl.col("severity") == "error")
    for source, sheet, row, rule in errors.select("source", "sheet", "row", "rule").iter_rows():
        rules_by_row[(source, sheet, row)].add(rule)
    assert rules_by_row == must


def test_no_two_dwellings_are_merged_into_one(played: Played) -> None:
    belongs = {f"{row['source']}:{row['source_key']}": row["dwelling"] for row in played.truth["rows"]}
    mixed = [keys for keys in played.table("dwellings").get_column("source_keys") if len({belongs[key] for key in keys}) > 1]
    assert mixed == []


def test_rows_of_one_dwelling_are_one_dwelling_unless_nothing_ties_them(played: Played) -> None:
    untied = {f"{source}:{key}" for dwelling in played.truth["dwellings"] for source, key in dwelling["untied_rows"]}
    belongs = {f"{row['source']}:{row['source_key']}": row["dwelling"] for row in played.truth["rows"]}
    ours: dict[str, set[str]] = defaultdict(set)
    for dwelling, keys in played.table("dwellings").select("leverandor_bolig_id", "source_keys").iter_rows():
        for key in keys:
            if key not in untied:
                ours[belongs[key]].add(dwelling)
    assert {true: dwellings for true, dwellings in ours.items() if len(dwellings) > 1} == {}


def test_everything_that_can_be_in_the_register_is_and_each_dwelling_is_in_the_class_it_must_be(played: Played) -> None:
    classes = dict(
        played.table("plan").filter(pl.col("leverandor_bolig_id").is_not_null()).select("leverandor_bolig_id", "class").iter_rows()
    )
    done = dict(played.table("outcomes").select("leverandor_bolig_id", "outcome").iter_rows())
    of_key = {
        key: dwelling
        for dwelling, keys in played.table("dwellings").select("leverandor_bolig_id", "source_keys").iter_rows()
        for key in keys
    }
    # What a caseworker edited in Kobo waits for an answer, whatever else the dwelling must be.
    asked = played.table("plan").filter(pl.col("reason") == "changed_in_kobo").get_column("leverandor_bolig_id").to_list()
    assert len(asked) <= len(demo_command.CASE_WORK)
    unexpected, missing = [], []
    for dwelling in played.truth["dwellings"]:
        ours = {of_key[f"{source}:{key}"] for source, key in dwelling["rows"] if f"{source}:{key}" in of_key}
        for ours_id in ours:
            if classes[ours_id] not in dwelling["expected"] and ours_id not in asked:
                unexpected.append((dwelling["id"], ours_id, classes[ours_id], dwelling["expected"]))
            if dwelling["can_be_in_register"] and classes[ours_id] in ("create", "update") and done.get(ours_id) != "done":
                missing.append(ours_id)
        if dwelling["can_be_in_register"]:
            assert ours, dwelling["id"]
    # A number that is another's with a digit left out, and the same area: it may be that home, and is asked about.
    asked_by_chance = played.table("plan").filter(pl.col("reason") == "nearly_same_address").get_column("leverandor_bolig_id").to_list()
    assert len(asked_by_chance) <= 1
    assert [each for each in unexpected if each[1] not in asked_by_chance] == []
    assert missing == []


def test_the_reports_hold_no_secret_address(played: Played) -> None:
    secret = [dwelling["fields"] for dwelling in played.truth["dwellings"] if dwelling["fields"]["hemmelig_adresse"]]
    assert secret, "the demo has some"
    page = next((played.home / "reports" / "fjordvik").glob("*/index.html")).read_text(encoding="utf-8")
    alone = [
        f"{home['adressenavn']} {home['nummer']}{home['bokstav'] or ''}" for home in secret if home["bruksenhetsnummer"] in (None, "H0101")
    ]
    assert [address for address in alone if address in page] == []


def test_what_is_planned_is_held_against_kobo_as_the_truth_says(played: Played) -> None:
    folder = next(path for path in (played.home / "reports" / "fjordvik").glob("*") if path.name != "arkiv")
    book = openpyxl.load_workbook(folder / "behov.xlsx", read_only=True)
    head, *rows = list(book["Alle tiltak"].iter_rows(min_row=2, values_only=True))
    checks = {row[head.index("Tiltak")]: row[head.index("Kontroll mot Kobo")] for row in rows}
    words = {MeasureState(code): word_for("measures", code) for code in MeasureState}
    must = {ident: state for ident, state in played.truth["measures"].items() if state != "unread"}
    assert checks == {ident: words[MeasureState(state)] for ident, state in must.items()}
    assert {"missing", "still_there", "fulfilled", "soon"} <= set(must.values())
    (unread,) = [row for row in book["Svar som må rettes"].iter_rows(min_row=3, values_only=True) if any(row)]
    assert "høsten 2024" in unread[4]


def test_what_the_services_need_is_summed_beside_what_there_is(played: Played) -> None:
    folder = next(path for path in (played.home / "reports" / "fjordvik").glob("*") if path.name == NIGHTS[-1].isoformat())
    rows = openpyxl.load_workbook(folder / "behov.xlsx", read_only=True)["Behov"].iter_rows(min_row=3, values_only=True)
    needed = {row[0]: (row[3], row[4]) for row in rows}
    services = played.truth["needs"].values()
    categories = load(played.home / "config" / "demo.yaml").categories
    summed = {slug: tuple(sum(need[slug][when] for need in services) for when in (0, 1)) for slug in categories}
    let = [summed[slug] for slug, category in categories.items() if category.in_scope]
    assert needed.pop("Utleieboliger i alt") == tuple(map(sum, zip(*let, strict=True)))
    assert needed == {category.title: summed[slug] for slug, category in categories.items()}


def test_only_the_newest_report_is_on_top(played: Played) -> None:
    top = [folder.name for folder in (played.home / "reports" / "fjordvik").iterdir() if folder.name not in ("arkiv", "kvitteringer")]
    assert top == [NIGHTS[-1].isoformat()]
