"""Reads a workbook that was sent to people, also one in another language, or in a form from before new columns were added."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.read import read_source
from connectors.read_result import SourceRead, Verdict
from connectors.source_config import CsvSource, ExcelSource

Form = CsvSource | ExcelSource


def read_either(name: str, forms: Sequence[Form], home: Path) -> tuple[SourceRead, Form]:
    """The file read by the first form that fits it, and that form. When none fits, the first form's read holds the fault."""
    reads = ((read_source(name, form, home), form) for form in forms)
    first = next(reads)
    if first[0].verdict is not Verdict.FAILED:
        return first
    return next((read for read in reads if read[0].verdict is not Verdict.FAILED), first)


def heading_in(form: Form, field: str) -> str:
    """What that form calls a field."""
    mapping = form.fields.get(field)
    return (mapping.column if mapping else None) or field
