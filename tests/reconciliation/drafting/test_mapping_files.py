"""A source's mapping in a file of its own: laid under the source, and every fault of it with its file and line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.read import read_source
from connectors.source_config import CsvSource
from pipelines.command_line import main
from reconciliation.model.municipality import ConfigurationError, load
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate
from tests.pipelines.village import CONFIG

MAPPING = """\
key: [Nr]
fields:
  adresse: {column: Adresse, as: address}
  postnummer: {constant: "9920"}
  bruksareal: {column: BRA, as: number}
  kategori:
    column: Type
    as: lookup
    table: {Omsorg: omsorg}
ignore: [Leietaker]
"""


def written(folder: Path, mapping: str | None, source: dict[str, Any] | None = None, *, named: str = "mappings/liste.yaml") -> Path:
    """A municipality's file whose one source says `mapping:`, and the mapping beside it."""
    own = {"kind": "csv", "title": "Listen", "owner": "bolig", "path": "liste.csv", "mapping": named, **(source or {})}
    content = {**CONFIG, "sources": {"liste": own}, "survivorship": {"default": ["liste"]}}
    file = folder / "vik.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (folder / "mappings").mkdir()
    if mapping is not None:
        (folder / "mappings" / "liste.yaml").write_text(mapping, encoding="utf-8")
    return file


def test_the_rows_are_read_by_a_mapping_beside_the_municipality_s_file(tmp_path: Path) -> None:
    municipality = load(written(tmp_path, MAPPING))
    source = municipality.sources["liste"]
    (tmp_path / "liste.csv").write_text("Nr;Adresse;BRA;Type;Leietaker\n1;Storgata 1;50,5;Omsorg;x\n2;Storgata 2;60;Omsorg;y\n", "utf-8")
    made = standardise(read_source("liste", source, tmp_path), source, municipality)
    accepted = validate(made.rows, made.deviations, municipality).accepted
    assert accepted.select("source_key", "nummer", "bruksareal", "kategori").rows() == [
        ("1", 1, 50.5, "omsorg"),
        ("2", 2, 60.0, "omsorg"),
    ]


def test_what_the_municipality_s_file_says_wins_key_by_key_and_field_by_field(tmp_path: Path) -> None:
    own = {
        "key": ["Id"],
        "minimum_rows": 7,
        "fields": {
            "bruksareal": None,
            "adresse": {"columns": ["Gate", "Vei"], "as": "address"},
            "kategori": {"table": {"Annet": "omsorg"}},
            "manedsleie": {"column": "Leie", "as": "number"},
        },
    }
    source = load(written(tmp_path, MAPPING + "minimum_rows: 3\n", own)).sources["liste"]
    assert isinstance(source, CsvSource)
    assert (source.key, source.minimum_rows, source.ignore) == (("Id",), 7, ("Leietaker",))
    assert set(source.fields) == {"adresse", "postnummer", "kategori", "manedsleie"}
    assert (source.fields["adresse"].column, source.fields["adresse"].columns) == (None, ("Gate", "Vei"))
    assert (source.fields["kategori"].column, source.fields["kategori"].table) == ("Type", {"Annet": "omsorg"})


def test_a_key_of_the_municipality_s_own_needs_none_of_the_mapping_s_blank_parts(tmp_path: Path) -> None:
    mapping = MAPPING.replace("[Nr]", "[Nr, Adresse]\nblank_key_parts: [Adresse]")
    source = load(written(tmp_path, mapping, {"key": ["Id"]})).sources["liste"]
    assert (source.key, source.blank_key_parts) == (("Id",), ())


KEYS = [
    (("a", "1", "H0101", ""), "a-1-H0101"),
    (("a", "1", "", ""), "a-1"),
    (("a", "1", "", "rom-"), "a-1--rom-"),
    (("a-", "1-", "", " "), "a--1-"),
    (("a", "", "H0101", "x"), None),
    (("", "", "", ""), None),
]


@pytest.mark.parametrize(("parts", "key"), KEYS)
def test_a_part_that_may_be_blank_keeps_its_place_and_leaves_nothing_at_the_end(
    parts: tuple[str, ...], key: str | None, tmp_path: Path
) -> None:
    mapping = MAPPING.replace("[Nr]", "[Gate, Nr, Enhet, Rom]\nblank_key_parts: [Enhet, Rom]")
    source = load(written(tmp_path, mapping)).sources["liste"]
    lines = "Gate;Nr;Enhet;Rom;Adresse;BRA;Type;Leietaker\n" + ";".join(parts) + ";Storgata 1;50;Omsorg;x\n"
    (tmp_path / "liste.csv").write_text(lines, "utf-8")
    made = standardise(read_source("liste", source, tmp_path), source, load(tmp_path / "vik.yaml"))
    assert made.rows["source_key"].to_list() == [key]


FAULTS: dict[str, tuple[str | None, tuple[str, ...]]] = {
    "no such file": (None, ("vik.yaml, line ", "sources.liste.mapping", "liste.yaml cannot be read (No such file or directory)")),
    "an unknown key": (MAPPING + "ignored: [X]\n", ("liste.yaml, line 11: 'ignored' is no key of a source; did you mean 'ignore'?",)),
    "a mapping in a mapping": (MAPPING + "mapping: x.yaml\n", ("liste.yaml, line 11: 'mapping' is no key of a source",)),
    "no YAML": ("key: [Nr]\nfields: {adresse: [\n", ("liste.yaml, line 3: is not valid YAML",)),
    "a tab": ("key: [Nr]\n\tfields: {}\n", ("liste.yaml, line 2: is not valid YAML",)),
    "nothing in it": ("# later\n", ("liste.yaml, line 1: holds no keys",)),
    "fields that are a list": ("key: [Nr]\nfields: [Adresse]\n", ("liste.yaml, line 2: `fields` holds no fields",)),
    "an unknown key of a field": (
        MAPPING.replace("as: number", "format: number"),
        ("liste.yaml, line 5: fields.bruksareal.format: is no key here",),
    ),
    "no such transform": (
        MAPPING.replace("as: number", "as: numbr"),
        ("liste.yaml, line 5: fields.bruksareal: `as: numbr` is no transform; did you mean 'number'?",),
    ),
    "no such field": (MAPPING.replace("bruksareal", "bruksaral"), ("liste.yaml, line 5: fields.bruksaral: is no field",)),
    "no such category": (
        MAPPING.replace("Omsorg: omsorg", "Omsorg: omsorgs"),
        ("liste.yaml, line 6: fields.kategori: 'omsorgs' is no category of this file; did you mean 'omsorg'?",),
    ),
    "no word of the register's": (
        MAPPING.replace("fields:\n", "fields:\n  disposisjonsform: {column: Eie, as: lookup, table: {Eid: FYLL_INN, Ukjent: null}}\n"),
        ("fields.disposisjonsform: 'FYLL_INN' is no disposisjonsform of Kobo's. Kobo has KOMMUNALT_EID, INNLEID_FRA_KOMMUNALT_FORETAK",),
    ),
    "a blank part of no key": (MAPPING + "blank_key_parts: [Id]\n", ("blank_key_parts: Id is none of the key's parts (Nr).",)),
    "a key of blank parts": (MAPPING + "blank_key_parts: [Nr]\n", ("at least one part of the key must always be there",)),
    "a value of the wrong kind": (MAPPING + "minimum_rows: mange\n", ("liste.yaml, line 11: minimum_rows: ",)),
}


@pytest.mark.parametrize(("mapping", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_is_a_sentence_with_file_and_line_and_exit_code_2(
    mapping: str | None,
    expected: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["kobosync", "check", str(written(tmp_path, mapping))])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr().err
    assert ended.value.code == 2
    assert all(words in printed for words in expected), printed
    assert "Traceback" not in printed


def test_a_fault_of_the_municipality_s_own_keys_is_placed_in_its_own_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"vik\.yaml: sources\.liste\.fields\.bruksareal: `as: tall` is no transform"):
        load(written(tmp_path, MAPPING, {"fields": {"bruksareal": {"as": "tall"}}}))


def test_a_ready_mapping_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no 'ready:facilt'; did you mean 'facilit'"):
        load(written(tmp_path, None, named="ready:facilt"))


def test_a_file_that_is_no_utf_8_is_a_sentence(tmp_path: Path) -> None:
    file = written(tmp_path, None)
    (tmp_path / "mappings" / "liste.yaml").write_bytes("title: Bø\n".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        load(file)


def test_what_each_category_is_called_is_the_municipality_s_to_say(tmp_path: Path) -> None:
    file = written(tmp_path, None, named="ready:enkel-liste")
    with pytest.raises(ConfigurationError, match=r"ready:enkel-liste, line \d+: fields\.kategori: `as: lookup` needs a `table`"):
        load(file)


def test_a_mapping_that_is_no_path_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"sources\.liste\.mapping: give the path of a file"):
        load(written(tmp_path, MAPPING, {"mapping": ["a.yaml"]}))
