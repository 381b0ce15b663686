"""A source's mapping in a separate file, or one shipped with the project: read and merged into the source, faults with their line.

`mapping: mappings/facilit.yaml` is beside the municipality's file; `mapping: ready:facilit` is one of `model/ready_mappings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import process

from connectors.source_config import SOURCE_KINDS
from reconciliation.model import safe_yaml
from reconciliation.model.utf8_text import NotUtf8Error, read_utf8

READY = "ready:"
_ORIGINS = ("column", "columns", "constant")
KEYS = tuple(sorted({name for kind in SOURCE_KINDS for name in kind.model_fields} - {"mapping"}))
"""Keys allowed in a mapping file: all keys of a source except `mapping`."""


class MappingFault(Exception):
    """The mapping cannot be used; the text says which file and line, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the keys of one source come from. own: the keys in the municipality's file itself."""

    file: str
    content: Mapping[str, Any]
    own: Mapping[str, Any]
    root: Any = field(repr=False, compare=False)

    def line(self, path: Sequence[object]) -> int | None:
        """Line of that key in the mapping file; None when it is in the municipality's file, or in neither."""
        if not path or path[0] not in self.content or _holds(self.own, path):
            return None
        return line_of(self.root, path)


def ready_names() -> tuple[str, ...]:
    """The mappings shipped with the project, without `ready:`."""
    return tuple(sorted(each.name.removesuffix(".yaml") for each in _folder().iterdir() if each.name.endswith(".yaml")))


@cache
def ready(name: str) -> Mapping[str, Any]:
    """The content of one of them. Cached: must not be changed."""
    content: dict[str, Any] = safe_yaml.load_yaml((_folder() / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def with_mappings(config_file: Path, text: str, content: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Origin]]:
    """The municipality's keys with each source's mapping file merged in, and where each source's keys came from.

    Raises MappingFault with one line per fault. Keys of the municipality's file win over those of the mapping file; in `fields` each field
    does by itself (a field set to null is left out).
    """
    sources = content.get("sources")
    if not isinstance(sources, dict):
        return content, {}
    origins: dict[str, Origin] = {}
    faults: list[str] = []
    made = dict(sources)
    for name, own in sources.items():
        if not isinstance(own, dict) or "mapping" not in own:
            continue
        place = f"{config_file}, line {line_of(safe_yaml.compose(text), ('sources', name, 'mapping'))}: sources.{name}.mapping"
        try:
            shown, file = _text_of(own["mapping"], config_file, place)
            origins[name] = _read(shown, file, own)
        except MappingFault as fault:
            faults.append(str(fault))
        else:
            made[name] = _laid_under(origins[name].content, own)
    if faults:
        raise MappingFault("\n".join(faults))
    return {**content, "sources": made}, origins


def line_of(root: Any, path: Sequence[object]) -> int:
    """1-based line of the deepest existing key of that path."""
    line, node = root.start_mark.line + 1, root
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if str(key.value) == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return int(line)


def _folder() -> Any:
    return files("reconciliation.model") / "ready_mappings"


def _text_of(named: object, config_file: Path, place: str) -> tuple[str, str]:
    """The file as messages name it, and its text."""
    if not isinstance(named, str) or not named.strip():
        raise MappingFault(f"{place}: give the path of a file beside this one, or {READY}NAME.")
    if named.startswith(READY):
        name = named.removeprefix(READY)
        if name not in ready_names():
            raise MappingFault(f"{place}: there is no {named!r}{_nearest(name, ready_names())} There are: {', '.join(ready_names())}.")
        return named, (_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    file = config_file.parent / named
    try:
        return str(file), read_utf8(file)
    except OSError as error:
        raise MappingFault(f"{place}: {file} cannot be read ({error.strerror}). A mapping's path is beside this file.") from error
    except NotUtf8Error as error:
        raise MappingFault(str(error)) from error


def is_mapping_file(file: Path) -> bool:
    """Whether the file has only keys of a mapping file."""
    try:
        text = read_utf8(file)
        # Most files are a municipality's; the text is looked at first since parsing YAML is slow.
        content = None if re.search(r"^slug\s*:", text, re.MULTILINE) else safe_yaml.load_yaml(text)
    except (OSError, NotUtf8Error, yaml.YAMLError):
        return False
    return isinstance(content, dict) and bool(content) and set(content) <= set(KEYS)


def _read(shown: str, text: str, own: Mapping[str, Any]) -> Origin:
    try:
        root = safe_yaml.compose(text)
        content = safe_yaml.load_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be read"
        raise MappingFault(f"{shown}, line {mark.line + 1 if mark else 1}: is not valid YAML: {what}. Mend that line.") from error
    if not isinstance(content, dict):
        raise MappingFault(f"{shown}, line 1: holds no keys. It should hold `key`, `fields` and `ignore`, as a source does.")
    if faults := list(_key_faults(shown, content, root)):
        raise MappingFault("\n".join(faults))
    return Origin(shown, content, own, root)


def _key_faults(shown: str, content: Mapping[str, Any], root: Any) -> Iterator[str]:
    for key in content:
        if key not in KEYS:
            yield f"{shown}, line {line_of(root, (key,))}: {key!r} is no key of a source{_nearest(str(key), KEYS)}"
    fields = content.get("fields", {})
    if not isinstance(fields, dict):
        yield f"{shown}, line {line_of(root, ('fields',))}: `fields` holds no fields. Write `field: {{column: heading}}` below it."


def _laid_under(content: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    made = {**content, **own}
    if "key" in own and "blank_key_parts" not in own:
        made.pop("blank_key_parts", None)  # parts of the key that is no longer used
    theirs, ours = content.get("fields", {}), own.get("fields", {})
    if isinstance(ours, dict):
        fields = {name: _field(theirs.get(name), ours.get(name, theirs.get(name))) for name in (theirs | ours)}
        made["fields"] = {name: mapping for name, mapping in fields.items() if mapping is not None}
    return made


def _field(theirs: object, ours: object) -> object:
    """A field merged from both files; one that has an origin (column, columns, constant) in ours takes nothing from theirs."""
    if not isinstance(theirs, dict) or not isinstance(ours, dict) or any(origin in ours for origin in _ORIGINS):
        return ours
    return {**theirs, **ours}


def _holds(own: object, path: Sequence[object]) -> bool:
    """Whether the municipality's file has that path itself. A list or text on the way counts as a whole."""
    for part in path:
        if not isinstance(own, dict):
            return True
        if part not in own:
            return False
        own = own[part]
    return True


def _nearest(word: str, known: Sequence[str]) -> str:
    closest = process.extractOne(word, known, score_cutoff=60)
    return f"; did you mean {closest[0]!r}?" if closest else "."
