"""A dwelling's history and what each source says of it, as the search page shows them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from reconciliation.ledger.plans import CLASS_CHANGES
from reconciliation.likeness.place import TELLING_FIELDS
from reconciliation.model import tables
from reporting.dwelling_sources import FIELDS, MOST_NIGHTS, nights, source_values
from reporting.publish import publish
from reporting.search_entries import index_entries
from tests.reporting.example import AS_OF, dwellings, night
from tests.reporting.test_browser import PHONE, browser, expect, page  # noqa: F401 - fixtures

ID, SECRET_ID = "facilit-000000", "facilit-000003"


def rows_of_homes(homes: pl.DataFrame) -> pl.DataFrame:
    """A row of facilit for every dwelling, and one of boei for the first."""
    place = pl.DataFrame(
        {
            "source": homes["sources"].list.first(),
            "file": ["drop/Seksjon.csv"] * homes.height,
            "sheet": ["Storgata 9"] * homes.height,
            "row": [5 + number for number in range(homes.height)],
            "source_key": homes["source_keys"].list.first().str.split(":").list.last(),
            "carried": [False] * homes.height,
        }
    )
    own = pl.concat([place, homes.select(name for name in tables.CONTENT if name in homes.columns)], how="horizontal")
    other = own.head(1).with_columns(
        source=pl.lit("boei"),
        file=pl.lit("boei"),
        sheet=None,
        source_key=pl.lit("99"),
        manedsleie=pl.lit(8100.0),
        carried=pl.lit(value=True),
    )
    return pl.concat([pl.DataFrame(schema=tables.STANDING_ROWS), own, other], how="diagonal_relaxed")


def homes(many: int = 12) -> pl.DataFrame:
    both = pl.when(pl.col("leverandor_bolig_id") == ID).then(pl.concat_list("source_keys", pl.lit(["boei:99"]))).otherwise("source_keys")
    return dwellings(many).with_columns(source_keys=both)


def changes(*kinds: tuple[int, str], dwelling: str = ID) -> pl.DataFrame:
    nights = [(AS_OF - timedelta(days=ago), kind) for ago, kind in kinds]
    rows = [(dwelling, night, kind, night) for night, kind in nights]
    return pl.DataFrame(rows, schema=CLASS_CHANGES, orient="row")


def test_each_source_says_its_own_with_its_place() -> None:
    result = night(dwellings=homes(), standing_rows=rows_of_homes(homes()))
    values = source_values(result, index_entries(result))[ID]
    facilit, boei = sorted(values, key=lambda row: bool(row[4]))
    assert facilit[:5] == [result.municipality.sources["facilit"].title, "Seksjon.csv", "Storgata 9", 5, False]
    assert facilit[5][FIELDS.index("adressenavn")] == "Strandgata"
    assert FIELDS.index("manedsleie") not in facilit[5]
    assert boei[1:5] == [None, None, None, True]
    assert boei[5][FIELDS.index("manedsleie")] == 8100.0


@pytest.mark.parametrize("flagged", ["dwelling", "row", "another row of it"])
def test_of_a_secret_dwelling_no_place_is_shown_whoever_flags_it(flagged: str) -> None:
    ours, rows = homes().with_columns(hemmelig_adresse=pl.lit(value=False)), rows_of_homes(homes()).with_columns(hemmelig_adresse=None)
    if flagged == "dwelling":
        ours = ours.with_columns(hemmelig_adresse=pl.col("leverandor_bolig_id") == ID)
    else:
        source = "facilit" if flagged == "row" else "boei"
        rows = rows.with_columns(hemmelig_adresse=(pl.col("source") == source) & pl.col("source_key").is_in(["0", "99"]))
    result = night(dwellings=ours, standing_rows=rows)
    values_by_dwelling = source_values(result, index_entries(result))
    hidden = {FIELDS.index(name) for name in TELLING_FIELDS}
    assert len(values_by_dwelling[ID]) == 2
    for _, file, sheet, row, _, values in values_by_dwelling[ID]:
        assert (file, sheet, row) == (None, None, None)
        assert not hidden & set(values)
        assert values[FIELDS.index("kategori")]
    database = result.municipality.sources["boei"].title
    assert all(place[1] or place[0] == database for dwelling, rows_ in values_by_dwelling.items() if dwelling != ID for place in rows_)


def test_changes_of_class_are_reported_oldest_first_and_later_nights_are_not() -> None:
    result = night(class_changes=changes((9, "create"), (3, "in_sync"), (-2, "retire")))
    assert [as_of for as_of, _ in nights(result)[ID]] == ["2023-11-29", "2023-12-05"]


def test_a_restless_dwelling_shows_its_newest_changes() -> None:
    result = night(class_changes=changes(*((60 - number, "create" if number % 2 else "update") for number in range(50))))
    shown = nights(result)[ID]
    assert len(shown) == MOST_NIGHTS
    assert shown[-1][0] == (AS_OF - timedelta(days=11)).isoformat()


def test_a_class_of_another_version_is_left_out() -> None:
    assert nights(night(class_changes=changes((3, "no_such_class")))) == {}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = night(dwellings=homes(), standing_rows=rows_of_homes(homes()), class_changes=changes((9, "create"), (3, "in_sync")))
    return publish(made, tmp_path).folder


def test_no_file_tells_the_place_of_a_secret_dwelling(folder: Path) -> None:
    part = (folder / "boliger" / "del-0.js").read_text(encoding="utf-8")
    assert f'["{night().municipality.sources["facilit"].title}",null,null,null,false' in part


@pytest.mark.browser
@pytest.mark.parametrize("page", [{}, PHONE], indirect=True, ids=["desk", "phone"])
def test_the_page_shows_sources_and_nights(page, folder: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    from tests.reporting.test_accessibility import LOOKS, SCRIPT

    page.goto((folder / "boliger.html").as_uri())
    page.get_by_label("Søk", exact=True).fill(ID)
    page.locator(".hit").press("Enter")
    sources = page.get_by_role("region", name="Hva kildene sier")
    expect(sources).to_contain_text("Seksjon.csv, Storgata 9, rad 5")
    expect(sources).to_contain_text("fra en tidligere natt")
    expect(page.locator(".inside")).to_contain_text("29.11.2023 Mangler i Kobo → 05.12.2023 I samsvar")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate(SCRIPT)
    axe_report = page.evaluate("options => axe.run(document, options)", LOOKS["desk"])
    assert [f"{row['impact']} {row['id']}" for row in axe_report["violations"]] == []
