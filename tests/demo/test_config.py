"""config/demo.yaml is complete, valid, and knows every heading and every value of the demo's files."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import BaseModel

from connectors.field_mapping import FieldMapping
from connectors.source_config import CsvSource, ExcelSource, Join, Sheet, SqlSource
from demo import legacy_boei, legacy_care_workbook, legacy_facilit, story
from demo.typed_rows import TypedRow
from demo.world import BOEI, CARE, COUNTS, FACILIT, KOMMUNENUMMER
from kobo_client.register_config import Authentication, RegisterConfig
from reconciliation.model.municipality import Municipality, load
from reconciliation.model.municipality_parts import Category, Guards, KostraSettings, Needs, Owner, Send, Survivorship
from reconciliation.model.tables import CONTENT
from tests.demo.conftest import Night

CONFIG = Path(__file__).parents[2] / "config" / "demo.yaml"
GROUPS = {"adresse", "matrikkel"}


@pytest.fixture(scope="module")
def fjordvik() -> Municipality:
    return load(CONFIG)


def _columns(fields: dict[str, FieldMapping]) -> set[str]:
    return {column for mapping in fields.values() for column in ([mapping.column] if mapping.column else mapping.columns)}


def test_it_is_fjordvik_with_the_plan_s_counts(fjordvik: Municipality) -> None:
    assert (fjordvik.slug, fjordvik.name, fjordvik.kommunenummer) == ("fjordvik", "Fjordvik", KOMMUNENUMMER)
    assert {key: category.baseline for key, category in fjordvik.categories.items()} == COUNTS
    assert [key for key, category in fjordvik.categories.items() if not category.in_scope] == ["institusjon"]


def test_fields_are_canonical_and_owners_exist(fjordvik: Municipality) -> None:
    for source in fjordvik.sources.values():
        assert set(source.fields) <= set(CONTENT) | GROUPS
        assert source.owner in fjordvik.owners
    assert set(fjordvik.survivorship.default) == set(fjordvik.sources)


def test_every_heading_of_the_fdv_export_is_mapped_or_ignored_once(fjordvik: Municipality) -> None:
    source = fjordvik.sources[FACILIT]
    assert isinstance(source, CsvSource)
    join = source.joins[0]
    own = (_columns(source.fields) - set(join.columns)) | set(source.key) | set(join.on)
    assert own | set(source.ignore) == set(legacy_facilit.SECTION)
    assert not own & set(source.ignore)
    assert set(join.on.values()) | set(join.columns) | set(join.ignore) == set(legacy_facilit.PROPERTY)


def test_every_heading_of_the_workbook_is_mapped_or_ignored_once(fjordvik: Municipality) -> None:
    source = fjordvik.sources[CARE]
    assert isinstance(source, ExcelSource)
    for sheet in source.sheets:
        own = (_columns(source.fields) | set(source.key)) - set(sheet.constants)
        assert own | set(source.ignore) == set(legacy_care_workbook.HEADINGS[sheet.name])
        assert not own & set(source.ignore)
        assert sheet.header_row == legacy_care_workbook.HEADER_ROW


def test_personal_columns_are_never_mapped(fjordvik: Municipality) -> None:
    assert not _columns(fjordvik.sources[FACILIT].fields) & {"Leietaker", "Leietaker nummer", "Merknad"}
    assert not _columns(fjordvik.sources[CARE].fields) & {"Brukerkode", "Merknad"}


def test_the_lookups_know_every_clean_value_and_no_dirty_one(fjordvik: Municipality) -> None:
    def table(source: str, field: str) -> set[str]:
        return set(fjordvik.sources[source].fields[field].table or {})

    assert table(FACILIT, "kategori") == set(legacy_facilit.KATEGORI.values())
    assert table(FACILIT, "disposisjonsform") == set(legacy_facilit.EIERFORM.values())
    assert table(FACILIT, "er_bofellesskap") == {*legacy_facilit.FASILITET.values(), "Bod", "Garasje"}
    assert table(CARE, "kategori") == {*(value for value in legacy_care_workbook.KATEGORI.values() if value), "Institusjon"}
    assert table(BOEI, "kategori") == {name for _, name in legacy_boei.FORMAAL.values()}


@pytest.mark.parametrize("source", story.SOURCES)
def test_the_first_night_is_above_the_minimum(source: str, first: Night, fjordvik: Municipality) -> None:
    rows = first.truth["sources"][source]["rows"]
    assert rows * 0.5 < fjordvik.sources[source].minimum_rows < rows


@pytest.mark.parametrize("source", story.SOURCES)
def test_no_night_shrinks_so_much_that_it_is_suspicious(
    source: str, fjordvik: Municipality, nights: list[dict[str, list[TypedRow]]]
) -> None:
    counts = [len(night[source]) for night in nights]
    shrink = fjordvik.sources[source].maximum_shrink
    assert all(after >= before * (1 - shrink) for before, after in pairwise(counts))


@pytest.mark.parametrize(
    "model",
    [
        Municipality,
        Category,
        Owner,
        Survivorship,
        Guards,
        Needs,
        KostraSettings,
        Send,
        CsvSource,
        ExcelSource,
        SqlSource,
        Sheet,
        Join,
        FieldMapping,
        RegisterConfig,
        Authentication,
    ],
)
def test_every_key_a_file_may_have_is_shown(model: type[BaseModel]) -> None:
    text = CONFIG.read_text(encoding="utf-8")
    for name, field in model.model_fields.items():
        key = field.alias or name
        assert re.search(rf'(^|[\s{{,`"]){key}"?[:`]', text, re.MULTILINE), f"{model.__name__}.{key} is neither used nor explained"
