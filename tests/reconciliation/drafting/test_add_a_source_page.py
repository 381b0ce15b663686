"""docs/add-a-source.md says what the program does: each of its examples is loaded, and each ready mapping is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from reconciliation.model.mapping_files import ready_names
from reconciliation.model.municipality import Municipality, load

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "add-a-source.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def example(start: str) -> dict[str, Any]:
    (text,) = [text for text in EXAMPLES if text.lstrip().startswith(start)]
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def loaded(sources: dict[str, Any], folder: Path) -> Municipality:
    content = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text(encoding="utf-8"))
    file = folder / "fjordvik.yaml"
    file.write_text(yaml.safe_dump({**content, "sources": sources, "survivorship": {"default": list(sources)}}), encoding="utf-8")
    return load(file)


def test_the_mapping_file_and_the_source_that_takes_it_fit_each_other(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (mapping,) = [text for text in EXAMPLES if text.startswith("# config/mappings/heftet.yaml")]
    (tmp_path / "mappings" / "heftet.yaml").write_text(mapping, encoding="utf-8")
    source = loaded(example("# config/fjordvik.yaml")["sources"], tmp_path).sources["heftet"]
    assert set(source.fields) == {"adresse", "kategori"}
    assert source.fields["kategori"].column == "Type"


def test_every_other_example_is_a_source_that_loads(tmp_path: Path) -> None:
    for start in ("sources:", "fagsystem:", "facilit:"):
        content = example(start)
        assert loaded(content.get("sources", content), tmp_path).sources


def test_each_ready_mapping_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \| .* \| .* \| .* \|$", PAGE, re.MULTILINE)) >= set(ready_names())
