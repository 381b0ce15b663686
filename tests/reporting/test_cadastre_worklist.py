"""The worklist of the cadastre desk: one line a building and cause, spellings once, nothing of a shielded dwelling."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from reconciliation.addresses.address_register import AddressRegister
from reconciliation.merge import merge
from reconciliation.model import tables
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate
from reporting.cadastre_workbook import CADASTRE_BOOK, write_cadastre
from reporting.cadastre_worklist import LETTER, MISSING_ADDRESS, MISSING_UNIT, UNKNOWN_UNIT, cadastre_worklist, one_line
from reporting.night_report import DEVIATION_LIVES, NightResult
from tests.reconciliation.addresses import made_register
from tests.reconciliation.reading.village_rows import SOURCE, VIK, good, read
from tests.reporting.example import night
from tests.strategies import none_known, register

HOME = VIK.model_copy(update={"addresses": (Path("nordvik.csv"),)})
ROWS = (
    good(Nummer="1", Adresse="Storgata 12", Bruksenhet=None, Postnr="9903"),
    good(Nummer="2", Adresse="Storgata 12B", Bruksenhet="H0909", Postnr="9903"),
    good(Nummer="3", Adresse="Storgata 14", Bruksenhet="H0101", Postnr="9903"),
    good(Nummer="4", Adresse="Kirkegata 77", Bruksenhet="H0101", Postnr="9903"),
    good(Nummer="5", Adresse="Sundvegen 16", Bruksenhet="H0101", Postnr="9903"),
)


@pytest.fixture
def nordvik(tmp_path: Path) -> AddressRegister:
    return made_register.north(tmp_path)


def result(nordvik: AddressRegister, *shielded: str, rows_read: Sequence[dict[str, str | None]] = ROWS) -> NightResult:
    done = standardise(read(*rows_read), SOURCE, HOME, nordvik)
    rows = done.rows.with_columns(hemmelig_adresse=pl.col("source_key").is_in(list(shielded)))
    judged = validate(rows, done.deviations, HOME)
    current_rows = judged.accepted.with_columns(carried=pl.lit(value=False)).select(list(tables.STANDING_ROWS))
    dwellings = merge(current_rows, none_known(), None, HOME).dwellings
    ours = dict(dwellings.select("nummer", "leverandor_bolig_id").iter_rows())
    item = dict.fromkeys(tables.PLAN_ITEMS) | {"class": "in_sync", "leverandor_bolig_id": ours[16], "kobo_id": "k1"}
    lives = judged.deviations.with_columns(pl.lit(None).alias(name) for name in DEVIATION_LIVES if name not in judged.deviations.columns)
    return night(
        municipality=HOME,
        deviations=lives.select(pl.col(name).cast(kind) for name, kind in DEVIATION_LIVES.items()),
        standing_rows=current_rows,
        rejected_rows=judged.rejected,
        dwellings=dwellings,
        items=pl.DataFrame([item], tables.PLAN_ITEMS),
        register_rows=register({"kobo_id": "k1", "adressenavn": "SUNDVEIEN", "nummer": 16}),
    )


def test_each_building_and_cause_is_one_line_with_what_the_cadastre_says(nordvik: AddressRegister) -> None:
    worklist = cadastre_worklist(result(nordvik))
    assert worklist is not None
    assert [(task.building, task.settle, task.rows) for task in worklist.tasks] == [
        ("Kirkegata 77", MISSING_ADDRESS, ("FDV: 4",)),
        ("Storgata 12", MISSING_UNIT, ("FDV: 1",)),
        ("Storgata 12B", UNKNOWN_UNIT, ("FDV: 2",)),
        ("Storgata 14", LETTER, ("FDV: 3",)),
    ]
    causes = {task.building: task.says for task in worklist.tasks}
    assert "H0101, H0102" in causes["Storgata 12"]
    assert "finnes bare med bokstav" in causes["Storgata 14"]
    assert worklist.tasks[2].ours == ("H0909",)


def test_rows_that_nothing_tells_apart_are_one_point_with_what_the_cadastre_has(nordvik: AddressRegister) -> None:
    alike = [good(Nummer=key, Adresse="Storgata 12", Bruksenhet=None, Postnr="9903") for key in ("1", "2")]
    worklist = cadastre_worklist(result(nordvik, rows_read=[*alike, *ROWS[-1:]]))
    assert worklist is not None
    assert [(task.building, task.settle, task.rows) for task in worklist.tasks] == [("Storgata 12", MISSING_UNIT, ("FDV: 1", "FDV: 2"))]
    assert "H0101, H0102" in worklist.tasks[0].says


def test_a_street_that_kobo_writes_otherwise_is_listed_once(nordvik: AddressRegister) -> None:
    worklist = cadastre_worklist(result(nordvik))
    assert worklist is not None
    assert [(spelling.ours, spelling.theirs, spelling.dwellings) for spelling in worklist.spellings] == [("Sundvegen", "SUNDVEIEN", 1)]
    assert one_line(worklist).startswith("4\u00a0punkter")


def test_nothing_of_a_shielded_dwelling_is_listed(nordvik: AddressRegister, tmp_path: Path) -> None:
    hidden = result(nordvik, "2", "4")
    worklist = cadastre_worklist(hidden)
    assert worklist is not None
    write_cadastre(tmp_path / CADASTRE_BOOK, hidden, worklist)
    book = openpyxl.load_workbook(tmp_path / CADASTRE_BOOK)
    cells = " ".join(str(cell) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row)
    assert "Storgata 14" in cells
    assert not [word for word in ("Kirkegata", "12B", "H0909") if word in cells]


def test_without_official_addresses_there_is_no_list(nordvik: AddressRegister) -> None:
    made = result(nordvik)
    assert cadastre_worklist(night(municipality=VIK, deviations=made.deviations, standing_rows=made.standing_rows)) is None
