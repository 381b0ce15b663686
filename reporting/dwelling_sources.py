"""Each source's values of a dwelling, with their place, and how the dwelling's class changed from night to night."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePath
from typing import Any

import polars as pl

from connectors.source_config import FileSource
from reconciliation.likeness.place import TELLING_FIELDS
from reconciliation.model.tables import CONTENT
from reconciliation.model.words import DwellingClass
from reporting.night_report import NightResult
from reporting.value_words import in_words, words_of

FIELDS = tuple(name for name in CONTENT if name not in ("aktiv", "hemmelig_adresse", "oppdatert", "eier_mobilnummer", "leieforhold_slutt"))
"""Fields compared side by side, in this order."""
MOST_NIGHTS = 20
"""Changes of class shown, the newest."""

_CLASSES = [name.value for name in DwellingClass]


def source_values(result: NightResult, entries: pl.DataFrame) -> dict[str, list[list[Any]]]:
    """leverandor_bolig_id -> a list per source row: title, file, sheet, row, whether it is an earlier night's, and field number -> value.

    entries: of the dwellings to include, with `secret`. Rows of a database have no place but their key, which the page shows.
    Of a shielded dwelling, or one with a row flagged so, all that could reveal its address is left out: the fields of TELLING_FIELDS,
    file and sheet (people name them after streets), and the row number, which is next to its neighbours'.
    """
    members = (
        entries.filter(pl.col("source_keys").is_not_null() & pl.col("leverandor_bolig_id").is_not_null())
        .select("leverandor_bolig_id", "secret", known="source_keys")
        .explode("known")
        .unique(["leverandor_bolig_id", "known"], maintain_order=True)
    )
    rows = members.join(
        result.standing_rows.with_columns(known=pl.format("{}:{}", "source", "source_key")), on="known", maintain_order="left"
    )
    flagged = pl.col("hemmelig_adresse").fill_null(value=False).any().over("leverandor_bolig_id")
    hidden = pl.col("secret") | flagged
    words = words_of(result.municipality)
    in_files = [name for name, source in result.municipality.sources.items() if isinstance(source, FileSource)]
    placed = ~hidden & pl.col("source").is_in(in_files)
    places = rows.select(
        "leverandor_bolig_id",
        "source",
        *(pl.when(placed).then(name).alias(name) for name in ("file", "sheet", "row")),
        "carried",
        *(pl.when(~hidden).then(pl.col(name)).alias(name) if name in TELLING_FIELDS else in_words(name, words) for name in FIELDS),
    )
    titles = {name: source.title for name, source in result.municipality.sources.items()}
    names: dict[str | None, str | None] = {path: path and PurePath(path).name for path in places["file"].unique()}
    # Most fields are in no source of a municipality: a row is not searched for them.
    filled = [number for number, name in enumerate(FIELDS) if places[name].null_count() < places.height]
    read = places.select("leverandor_bolig_id", "source", "file", "sheet", "row", "carried", *(FIELDS[number] for number in filled))
    values: defaultdict[str, list[list[Any]]] = defaultdict(list)
    for dwelling, source, file, sheet, row, carried, *fields in read.iter_rows():
        values_of_row = {number: value for number, value in zip(filled, fields, strict=True) if value is not None}
        values[dwelling].append([titles.get(source, source), names[file], sheet, row, bool(carried), values_of_row])
    return values


def nights(result: NightResult, among: pl.DataFrame | None = None) -> dict[str, list[list[Any]]]:
    """leverandor_bolig_id -> its newest changes of class, oldest first: date and number of the class.

    among: entries of the dwellings to include; all when None.
    """
    changes_of = result.class_changes
    if among is not None:
        changes_of = changes_of.join(among, on="leverandor_bolig_id", how="semi", maintain_order="left")
    known = changes_of.filter((pl.col("as_of") <= result.as_of) & pl.col("class").is_in(_CLASSES))
    newest = known.group_by("leverandor_bolig_id", maintain_order=True).tail(MOST_NIGHTS)
    numbered = newest.select(
        "leverandor_bolig_id",
        pl.col("as_of").dt.to_string("%Y-%m-%d"),
        pl.col("class").replace_strict(_CLASSES, list(range(len(_CLASSES))), return_dtype=pl.Int64),
    )
    changes: defaultdict[str, list[list[Any]]] = defaultdict(list)
    for dwelling, as_of, number in numbered.iter_rows():
        changes[dwelling].append([as_of, number])
    return changes
