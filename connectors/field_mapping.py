"""How one field of a dwelling is made from a source's columns, as a municipality's file says it."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from connectors.strict_model import Strict


class FieldMapping(Strict):
    """How one canonical field (or a group such as `adresse`) is made from the source's columns.

    Exactly one of `column`, `columns` or `constant`. `columns` with no transform that takes several: the first
    non-blank value wins. `as` names a transform in `reconciliation.reading.transforms`.
    """

    column: str | None = None
    """The heading it is read from."""
    columns: tuple[str, ...] = ()
    """Several headings: the first that is not blank, or all of them for a transform that takes several."""
    constant: str | int | float | bool | None = None
    """The same value for every row."""
    transform: str = Field(default="text", alias="as")
    """How the text becomes a value: text, integer, number, date, address, unit, lookup, extract ... (docs/add-a-source.md)."""
    table: dict[str, Any] | None = None
    """For `as: lookup`: value as written (compared without case and outer blanks) -> canonical value. A value that is
    not in the table is a deviation, never a default."""
    pattern: str | None = None
    """For `as: extract`: a regular expression; the first group is the value."""

    @model_validator(mode="after")
    def _one_origin(self) -> FieldMapping:
        if sum((self.column is not None, bool(self.columns), self.constant is not None)) != 1:
            raise ValueError("give exactly one of column, columns and constant")
        return self
