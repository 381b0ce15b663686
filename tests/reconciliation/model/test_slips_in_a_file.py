"""What people write by a slip in a municipality's file is a sentence at load: a key twice, an unquoted word, no regular file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from pipelines.home import config_files, municipalities
from reconciliation.model.municipality import ConfigurationError, load
from tests.pipelines.village import CONFIG

TEXT = yaml.safe_dump(CONFIG, allow_unicode=True, sort_keys=False)


def refused(text: str, folder: Path) -> str:
    (folder / "vik.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as fault:
        load(folder / "vik.yaml")
    return str(fault.value)


def test_a_source_that_is_copied_and_not_renamed_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    start, end = TEXT.index("  fdv:\n"), TEXT.index("  eiendom:\n    kind")
    again = TEXT[:end] + TEXT[start:end].replace("kilder/fdv.csv", "kilder/andre.csv") + TEXT[end:]
    assert "the key 'fdv' is on line" in refused(again, tmp_path)
    assert "the key 'slug' is on line 1 and again here" in refused(TEXT + "slug: annen\n", tmp_path)


@pytest.mark.parametrize(
    ("right", "slip", "says"),
    [
        ("slug: vik", "slug: no", "slug: YAML reads this as yes or no"),
        ("kommunenummer: '9902'", "kommunenummer: 0302", "kommunenummer: YAML reads this as a number"),
        ("name: Vik", "name: 2023-01-01", "name: YAML reads this as a date"),
        ("Ordinær: ordinar", "no: ordinar", "YAML reads this as yes or no, and it is text; put it in quotes"),
        ("Ordinær: ordinar", "12: ordinar", "YAML reads this as a number, and it is text; put it in quotes"),
    ],
)
def test_a_word_that_yaml_takes_for_something_else_needs_quotes(right: str, slip: str, says: str, tmp_path: Path) -> None:
    assert right in TEXT
    assert says in refused(TEXT.replace(right, slip), tmp_path)


def test_merged_keys_may_be_overruled(tmp_path: Path) -> None:
    (tmp_path / "vik.yaml").write_text(TEXT.replace("    title: Boligkontoret", "    <<: {title: X}\n    title: Y"), encoding="utf-8")
    assert load(tmp_path / "vik.yaml").owners["bolig"].title == "Y"


def test_a_pipe_among_the_files_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "vik.yaml").write_text(TEXT, encoding="utf-8")
    os.mkfifo(tmp_path / "ror.yaml")
    loaded, faults = municipalities(config_files(tmp_path))
    assert list(loaded) == ["vik"]
    assert ["not a regular file" in says for says in faults.values()] == [True]
