"""A key of a municipality's file is a name that files and Dagster take, or is refused with the key and the rule."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.municipalities import settings, write
from pipelines.definitions import kobosync
from reconciliation.model.key_names import suggested, unusable_keys
from reconciliation.model.municipality import ConfigurationError, load

KEYS = ["bolig_og_miljø", "helse og omsorg", "../../x", "", "a/b", "teknisk etat (øst)", "x" * 61, "'; DROP", "a\nb", "NUL:"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("part", ["owners", "sources"])
def test_a_key_that_is_no_name_is_refused_at_load_and_the_others_load(
    part: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = write(tmp_path, 2)
    content = yaml.safe_load(files[1].read_text(encoding="utf-8"))
    (known,) = content[part]
    content[part][key] = content[part].pop(known)
    if part == "owners":
        (source,) = content["sources"].values()
        source["owner"] = key
    else:
        content["survivorship"] = {"default": [key]}
    files[1].write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load(files[1])
    assert f"{files[1]}: {part}.{key}: this key becomes part of names" in str(refused.value)
    assert f"Write e.g. {suggested(key)};" in str(refused.value)
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    dg.Definitions.validate_loadable(kobosync())


@given(st.text(max_size=80))
def test_what_is_suggested_is_fit(key: str) -> None:
    assert not list(unusable_keys("owners", [suggested(key)]))


@given(st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True))
def test_a_key_that_is_accepted_is_taken_by_dagster(key: str) -> None:
    assert not list(unusable_keys("owners", [key]))

    @dg.asset(key=["vik", "source", key], tags={"kobosync/owner": key})
    def asset() -> None: ...


def test_two_keys_that_make_one_name_are_refused() -> None:
    (fault,) = unusable_keys("sources", ["fdv-nord", "FDV_nord"])
    assert "sources.FDV_nord: this key and sources.fdv-nord make the same name" in fault


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_file_in_another_encoding_is_named_with_its_line(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(yaml.safe_dump(settings(1) | {"slug": "vik", "name": "Nordvågøy"}, allow_unicode=True).encode(encoding))
    with pytest.raises(ConfigurationError, match=r"x\.yaml, line \d+: is not UTF-8"):
        load(file)


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    (file,) = write(tmp_path, 1)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert load(file).slug


@pytest.mark.parametrize(("wrong", "meant"), [("deadlin", "deadline"), ("ansvar", None), ("kommunenumer", "kommunenummer")])
def test_a_misspelt_key_is_named_with_the_one_that_was_meant(wrong: str, meant: str | None, tmp_path: Path) -> None:
    (file,) = write(tmp_path, 1)
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text(encoding="utf-8")) | {wrong: "x"}), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load(file)
    assert f"{wrong}: is no key here" in str(refused.value)
    assert (f"did you mean {meant}?" in str(refused.value)) == (meant is not None)
