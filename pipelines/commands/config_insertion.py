"""A source put into a municipality's file as a person would: lines are added, every other line and comment stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence


class NotInsertedError(Exception):
    """The file is written in a form that no line can be added to safely."""


def with_source(written: str, block: Sequence[str], name: str) -> str:
    """The file's text with the block under `sources` and its name last in `survivorship.default`. Raises NotInsertedError."""
    return _with_default(_with_child(written, "sources", block), name)


def _with_child(written: str, key: str, block: Sequence[str]) -> str:
    lines = written.split("\n")
    at = next((place for place, line in enumerate(lines) if re.match(rf"{key}\s*:", line)), None)
    if at is None:
        raise NotInsertedError(key)
    head = re.fullmatch(rf"({key}\s*:)[ \t]*(?:\{{[ \t]*\}}|null|~)?[ \t]*(#.*)?", lines[at].rstrip())
    if head is None:  # all on one line
        raise NotInsertedError(key)
    after = next(
        (place for place in range(at + 1, len(lines)) if lines[place] and not lines[place][0].isspace() and lines[place][0] != "#"),
        len(lines),
    )
    children = [line for line in lines[at + 1 : after] if line.strip() and not line.lstrip().startswith("#")]
    indent = re.match(r"\s*", children[0])[0] if children else "  "  # type: ignore[index]
    last = max((place for place in range(at, after) if lines[place].strip() and (place == at or lines[place][0].isspace())), default=at)
    comment = f" {head[2]}" if head[2] else ""
    lines[at] = head[1] + comment
    return "\n".join([*lines[: last + 1], *(indent + line for line in block), *lines[last + 1 :]])


def _with_default(written: str, name: str) -> str:
    match = re.search(
        r"^survivorship\s*:(?:[^\n]*\{|[^\n]*\n(?:[ \t]+[^\n]*\n|[ \t]*#[^\n]*\n|[ \t]*\n)*?)[ \t]*default\s*:\s*\[([^\]]*)\]",
        written,
        re.MULTILINE,
    )
    if match is None:
        raise NotInsertedError("survivorship")
    listed = match[1].strip().rstrip(",")
    return written[: match.start(1)] + (f"{listed}, {name}" if listed else name) + written[match.end(1) :]
