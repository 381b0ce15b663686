"""What a municipality's file says about one legacy source. Unknown keys are refused (law 12)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from connectors.evidence_limits import EvidenceLimits
from connectors.field_mapping import FieldMapping
from connectors.printed_lines import compiles
from connectors.service_config import Paging, Service
from connectors.strict_model import Strict


class Join(Strict):
    """Columns fetched from a second file of the same export, e.g. Matrikkelnr from Grunneiendom."""

    path: Path
    """The second file."""
    on: dict[str, str]
    """Column in the main file -> column in this file."""
    columns: tuple[str, ...]
    """Headings of the second file that are fetched."""
    ignore: tuple[str, ...] = ()
    """Headings of the second file that are known and not read."""
    optional: bool = False
    """A row without a match in the second file is fine."""


class Source(Strict):
    """Common to every source."""

    title: str
    """What its people call it, in bokmål."""
    owner: str
    """Slug of the data owner (see `owners` in the municipality's file) whose workbook its deviations go to."""
    key: tuple[str, ...] = Field(min_length=1)
    """Headings whose raw values together name a row for ever. Never personal data."""
    blank_key_parts: tuple[str, ...] = ()
    """Those of `key` that may be blank, e.g. the house letter where a list has no number of its own."""
    fields: dict[str, FieldMapping]
    """Canonical field -> how it is made. Every heading is mapped here, in the key, or under `ignore`."""
    ignore: tuple[str, ...] = ()
    """Headings that are known and deliberately not read."""
    mapping: str | None = None
    """The mapping file laid under this source (a path beside the municipality's file, or `ready:NAME`); it is in here already."""
    decimal: Literal[",", "."] | None = None
    """What is before the decimals of this source's numbers; detected when blank."""
    date_order: Literal["day", "month"] | None = None
    """What comes first in dates such as 03/08/2020; found in each column when blank."""
    screen_names: dict[str, str] = Field(default_factory=dict)
    """Heading -> what the system's own screen calls it. Owners of a database never see its column names."""
    minimum_rows: int = 1
    """With fewer rows than this the read is suspicious, and nothing is retired for it."""
    maximum_shrink: float = Field(default=0.2, ge=0, le=1)
    """Largest share of the last complete read's rows that may be gone before the read is suspicious."""
    fill_rate: dict[str, float] = Field(default_factory=dict)
    """Mapped field -> the least share of rows that must have it; below it the read is suspicious."""

    maximum_seconds: float = Field(default=300, gt=0)
    """Longest time of the whole read, waits included; when left out 300 for csv, 600 for excel, 900 for sql, 1800 for rest."""
    evidence: EvidenceLimits = EvidenceLimits()
    """Limits of what may differ from the last complete read."""

    @model_validator(mode="after")
    def _something_names_a_row(self) -> Self:
        unknown = sorted(set(self.blank_key_parts) - set(self.key))
        if unknown:
            raise ValueError(f"blank_key_parts: {unknown[0]} is none of the key's parts ({', '.join(self.key)}).")
        if set(self.key) <= set(self.blank_key_parts):
            raise ValueError("blank_key_parts: at least one part of the key must always be there.")
        return self

    @model_validator(mode="after")
    def _fill_rate_of_mapped_fields(self) -> Self:
        unknown = sorted(set(self.fill_rate) - set(self.fields))
        if unknown:
            raise ValueError(f"fill_rate: {unknown[0]} is none of the source's fields ({', '.join(sorted(self.fields))}).")
        return self

    def mapped(self) -> tuple[str, ...]:
        """Headings that are read, in the order the file names them: the key, then what the fields are made from."""
        from_fields = (heading for mapping in self.fields.values() for heading in (mapping.column, *mapping.columns) if heading)
        return tuple(dict.fromkeys((*self.key, *from_fields)))


class FileSource(Source):
    """A file, or a folder that files land in."""

    path: Path
    """The file or folder, relative to the home folder."""
    pattern: str | None = None
    """For a folder: which files count, e.g. `Boliger_*.csv`. Not case sensitive."""
    pick: Literal["newest", "all"] = "newest"
    """For a folder: the file changed last, or all of them as one source."""
    maximum_megabytes: int = Field(default=500, gt=0)
    """Largest file that is opened; a workbook may unpack to twice this."""
    footer: tuple[str, ...] = ()
    """Regular expressions: a line with a match is printed by the system around the list and is no row. Dates of printing, counts, pages
    and signatures are known without."""

    @field_validator("footer")
    @classmethod
    def _patterns(cls, footer: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in footer:
            if not pattern or not compiles(pattern):
                raise ValueError(f"{pattern!r} is no regular expression")
        return footer


class CsvSource(FileSource):
    """Delimited text. Blank settings are detected and stated."""

    kind: Literal["csv"]
    """Delimited text."""
    encoding: str | None = None
    """E.g. utf-8, cp1252; detected when blank."""
    separator: str | None = None
    """One character; detected when blank."""
    quote: str | None = None
    """One character; an empty text means that no character quotes."""
    header_row: int | None = None
    """Line of the headings as an editor numbers it; detected when blank."""
    null_values: tuple[str, ...] = ("<NULL>", "''")
    """What this system writes where it has nothing."""
    total_rows: tuple[str, ...] = ("sum", "sum:", "totalt", "total", "i alt", "grand total", "delsum")
    """A row without key whose first filled cell starts with one of these words is no dwelling."""
    joins: tuple[Join, ...] = ()
    """Columns fetched from other files of the same export."""


class Sheet(Strict):
    """One sheet of a workbook."""

    name: str
    """As written on the sheet's tab."""
    header_row: int | None = None
    """As Excel numbers it; detected when blank."""
    fill_down: tuple[str, ...] = ()
    """Headings whose merged cells hold one value for several rows."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Extra columns with one value for the whole sheet, mapped like any heading."""
    total_rows: tuple[str, ...] = ("sum", "sum:", "totalt", "total", "i alt", "grand total", "delsum")
    """A row whose first filled cell starts with one of these words is no dwelling."""


class ExcelSource(FileSource):
    """A workbook (.xlsx or .xls)."""

    kind: Literal["excel"]
    """A workbook."""
    maximum_seconds: float = Field(default=600, gt=0)
    sheets: tuple[Sheet, ...]
    """The sheets that are read, as one list."""
    ignore_sheets: tuple[str, ...] = ()
    """Sheets that are known and not read."""


class SqlSource(Source):
    """Any database that SQLAlchemy has a driver for; read in a read-only transaction."""

    kind: Literal["sql"]
    """A database."""
    maximum_seconds: float = Field(default=900, gt=0)
    url: str
    """SQLAlchemy URL. `${NAME}` is taken from the environment, so that no secret is in a file."""
    query: str | None = None
    """The SELECT whose columns are the headings."""
    query_file: Path | None = None
    """A file that holds the SELECT."""

    @model_validator(mode="after")
    def _one_query(self) -> SqlSource:
        if (self.query is None) == (self.query_file is None):
            raise ValueError("give exactly one of query and query_file")
        return self


class RestSource(Source, Service):
    """A JSON service, asked with GET."""

    kind: Literal["rest"]
    """A service that answers with JSON."""
    maximum_seconds: float = Field(default=1800, gt=0)
    url: str
    """`${NAME}` is taken from the environment."""
    rows_at: str | None = None
    """Path in the answer of the list of rows, e.g. `data.boliger`; blank when the answer is the list."""
    headers: dict[str, str] = Field(default_factory=dict)
    """E.g. `Authorization: Bearer ${TOKEN}`. Sent to this host only."""
    paging: Paging = Paging()
    """How the next rows are asked for."""

    @model_validator(mode="after")
    def _mark_has_a_place(self) -> RestSource:
        if self.paging.by == "cursor" and not self.paging.next_at:
            raise ValueError("paging by cursor needs next_at")
        return self


AnySource = Annotated[CsvSource | ExcelSource | SqlSource | RestSource, Field(discriminator="kind")]

SOURCE_KINDS: tuple[type[Source], ...] = get_args(get_args(AnySource)[0])
