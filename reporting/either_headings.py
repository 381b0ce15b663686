"""Reading a workbook that people were sent: one from before new columns came is read as well."""

from __future__ import annotations

from pathlib import Path

from connectors.read import read_source
from connectors.read_result import SourceRead, Verdict
from connectors.source_config import AnySource


def read_either(name: str, current: AnySource, earlier: AnySource, home: Path) -> SourceRead:
    """The file by today's headings, else by the earlier ones. When neither fits, the read by today's says what is wrong."""
    read = read_source(name, current, home)
    if read.verdict is not Verdict.FAILED:
        return read
    before = read_source(name, earlier, home)
    return read if before.verdict is Verdict.FAILED else before
