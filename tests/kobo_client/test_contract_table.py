"""The table, the payload, the import columns, the OpenAPI and the page agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kobo_client.contract import ALL_FIELDS, FIELDS, PROTECTED, SOURCES, Basis, Kind, RegisterField
from kobo_client.contract_page import contract_page
from kobo_client.import_columns import COLUMNS, PERSONAL, from_import_row, to_import_row
from kobo_client.payload import for_version, from_body, to_body, updatable_body
from kobo_client.rehearsal.contract_checks import faults_in_create
from kobo_client.rehearsal.openapi import body_schema
from kobo_client.snapshot import SCHEMA, frame_of

ROOT = Path(__file__).parents[2]


def _values(field: RegisterField) -> st.SearchStrategy[Any]:
    if field.values:
        return st.sampled_from(field.values)
    if field.pattern:
        return st.from_regex(field.pattern.replace(r"\d", "[0-9]"), fullmatch=True)
    return {
        Kind.INTEGER: st.integers(0, 9999),
        Kind.NUMBER: st.integers(0, 100_000).map(lambda number: number / 2),
        Kind.BOOLEAN: st.booleans(),
        Kind.UUID: st.uuids().map(str),
        Kind.DATE: st.dates(),
    }.get(field.kind, st.text("abcæøåÆØÅ -/.", min_size=1, max_size=20).map(str.strip).filter(bool))


DWELLINGS = st.fixed_dictionaries(
    {field.name: _values(field) if field.required or field.kind is Kind.UUID else st.none() | _values(field) for field in FIELDS}
)


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "contract.md").read_text(encoding="utf-8") == contract_page(), (
        "run: python -m kobo_client.contract_page > docs/contract.md"
    )


def test_names_and_paths_are_unique_and_what_can_be_updated_is_compared() -> None:
    assert len({field.name for field in ALL_FIELDS}) == len(ALL_FIELDS) == len({field.path for field in ALL_FIELDS})
    assert all(field.compared for field in FIELDS if field.updatable)


def test_every_row_says_where_it_is_known_from() -> None:
    lines = {line.split("`")[1]: line for line in contract_page().partition("## The import file")[0].splitlines() if line.startswith("| `")}
    for field in ALL_FIELDS:
        assert any(number in field.source for number in SOURCES), f"{field.name}: no page, file or function is named"
        assert field.source in lines[field.path]
        if field.basis is Basis.DOCUMENTED:
            assert f"{field.path.split('.')[0]}" in field.source
            assert ("[1]" in field.source) or "old" not in field.versions


def test_no_list_of_values_and_no_pattern_is_called_documented() -> None:
    """Husbanken's tables of values were not public to us: what a field may hold is known from elsewhere, or ours."""
    restricted = [field for field in ALL_FIELDS if field.values or field.pattern]
    assert restricted
    assert [field.name for field in restricted if (field.format_basis or field.basis) is Basis.DOCUMENTED] == []


def test_nothing_personal_is_ever_sent() -> None:
    assert not [field.name for field in FIELDS if field.personal]


def test_import_columns_of_the_table_are_columns_of_the_file() -> None:
    assert len(COLUMNS) == 35
    assert {field.import_column for field in ALL_FIELDS if field.import_column} <= set(COLUMNS)


@given(DWELLINGS)
def test_what_goes_into_a_body_comes_out_of_it(values: dict[str, Any]) -> None:
    for version in ("V1", "old"):
        read = from_body({**to_body(values, version), "koboId": values["kobo_id"]}, version)
        assert {name: read[name] for name in values} == values
    assert from_body(for_version(to_body(values), "old"), "old")["leverandor_bolig_id"] == values["leverandor_bolig_id"]


@given(DWELLINGS)
def test_what_we_make_is_what_the_rehearsal_register_takes(values: dict[str, Any]) -> None:
    assert faults_in_create(to_body(values)) == []


@given(DWELLINGS)
def test_no_update_holds_a_protected_field(values: dict[str, Any]) -> None:
    sent = from_body(updatable_body({**values, "leverandor_bolig_id": "ours"}))
    assert all(sent[field.name] is None for field in PROTECTED)
    assert sent["leverandor_bolig_id"] == "ours"


@given(st.lists(DWELLINGS, max_size=5, unique_by=lambda values: values["kobo_id"]))
def test_the_fast_way_reads_what_the_slow_way_reads(many: list[dict[str, Any]]) -> None:
    bodies = [{**to_body(values), "koboId": values["kobo_id"]} for values in many]
    slow = [{name: from_body(body)[name] for name in SCHEMA} for body in bodies]
    assert frame_of(bodies).to_dicts() == slow


@given(DWELLINGS)
def test_the_import_file_brings_back_what_it_can_hold(values: dict[str, Any]) -> None:
    row = to_import_row(values)
    assert list(row) == list(COLUMNS)
    assert not any(";" in cell for cell in row.values())
    assert not any(row[name] for name in PERSONAL)
    back = from_import_row(row)
    assert to_import_row(back) == row


def test_the_openapi_requires_what_the_table_requires() -> None:
    schema = body_schema()
    for field in FIELDS:
        if field.required:
            parent, _, key = field.path.rpartition(".")
            holder = schema["properties"][parent] if parent else schema
            assert key in holder["required"]


@pytest.mark.parametrize(
    ("body", "deleted"), [({}, False), ({"slettet": None}, False), ({"slettet": False}, False), ({"slettet": True}, True)]
)
def test_an_entry_is_deleted_only_where_the_register_says_so(body: dict[str, object], deleted: bool) -> None:
    assert from_body({"koboId": "k1", **body})["slettet"] is deleted
