"""What the search page finds, as data beside it: an index to search in, and details in parts fetched when asked for.

The parts are scripts and not JSON files, because a page opened from a folder may load nothing but scripts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

import polars as pl

from language import rendered, text, word_for
from reconciliation.likeness.place import TELLING_FIELDS
from reconciliation.model.words import DwellingClass, Severity
from reconciliation.plan.guards import SAME_PLACE_ASKED
from reconciliation.plan.progress import UNKNOWN
from reporting.dwelling_sources import FIELDS, nights, source_values
from reporting.night_report import NightResult
from reporting.privacy import hidden_names, words_shown
from reporting.progress_overview import holder_title, owner_title
from reporting.search_entries import OUTSIDE, REJECTED, index_entries
from reporting.stop_causes import cause
from reporting.value_words import in_words, row_in_words, value_in_words, words_of

FOLDER = "boliger"
PART = 1000
"""Dwellings in each part."""
AT_ONCE = 20 * PART
"""Dwellings whose sources and entries are looked up together: as Python's lists they take ten times the memory of the tables."""


def write_data(result: NightResult, folder: Path) -> pl.DataFrame:
    """Write the index and the parts to `folder`/boliger. Returns the entries."""
    entries = index_entries(result)
    place = folder / FOLDER
    place.mkdir()
    (place / "oversikt.js").write_text(f"kobosync.index({_json(_index(result, entries))});\n", encoding="utf-8")
    for number, part in enumerate(_parts(result, entries)):
        (place / f"del-{number}.js").write_text(f"kobosync.part({number},{_json(part)});\n", encoding="utf-8")
    return entries


def _index(result: NightResult, entries: pl.DataFrame) -> dict[str, Any]:
    """Columns, not rows: a third of the size. Classes, categories, owners and causes are indices into their own lists."""
    sources = result.municipality.sources
    classes = [*(name.value for name in DwellingClass), REJECTED, OUTSIDE]
    categories = [*result.municipality.categories, UNKNOWN]
    entries = entries.with_columns(
        owner=pl.coalesce("counted_owner", "owner"), category=pl.coalesce("category", "kategori"), holder=pl.coalesce("holder", "owner")
    )
    slugs = {name: entries[name].drop_nulls().unique().sort().to_list() for name in ("owner", "origin", "holder", "because")}

    def numbered(column: str, names: list[str]) -> list[int | None]:
        number: list[int | None] = (
            entries[column].replace_strict(names, list(range(len(names))), default=None, return_dtype=pl.Int64).to_list()
        )
        return number

    return {
        "part": PART,
        "codes": classes,
        "categorySlugs": categories,
        **{f"{name}Slugs": known for name, known in slugs.items()},
        "state": entries["state"].to_list(),
        "classes": [word_for("class_titles", name) for name in classes],
        "categories": [*(category.title for category in result.municipality.categories.values()), text("groups.unknown")],
        "owners": [owner_title(result, owner) for owner in slugs["owner"]],
        "origins": [sources[name].title if name in sources else text("groups.unknown") for name in slugs["origin"]],
        "holders": [holder_title(result, holder) for holder in slugs["holder"]],
        "causes": [cause(code) for code in slugs["because"]],
        "fields": [word_for("fields", name) for name in FIELDS],
        "id": entries["id_shown"].to_list(),
        "kobo": entries["kobo_id"].to_list(),
        "address": entries["adresse"].to_list(),
        "matrikkel": entries["matrikkel"].to_list(),
        "post": entries["postnummer_shown"].to_list(),
        "keys": entries["keys"].to_list(),
        "class": numbered("kind", classes),
        "category": numbered("category", categories),
        "where": [_place(row) for row in entries.select("kind", "secret", "file", "sheet", "row").iter_rows(named=True)],
        **{name: numbered(name, known) for name, known in slugs.items()},
    }


def _place(row: Mapping[str, Any]) -> str | None:
    """The place of a row that is no dwelling; its name on the page where it has no address."""
    if row["kind"] not in (REJECTED, OUTSIDE) or row["secret"] or row["file"] is None:
        return None
    parts = (PurePath(row["file"]).name, row["sheet"], text("letter.row", row=row["row"]))
    return ", ".join(part for part in parts if part)


def _parts(result: NightResult, entries: pl.DataFrame) -> Iterator[list[dict[str, Any]]]:
    lineage = _lineage(result)
    words = words_of(result.municipality)
    faults = _faults(result)
    cause_of = lru_cache(maxsize=1 << 12)(cause)  # A few causes are shared by nearly all dwellings.
    hidden = hidden_names(result.dwellings, result.items, result.shielded_gone)
    became = {
        ours: (verb, outcome, words_shown(rendered(message), (ours, kobo_id), hidden))
        for ours, kobo_id, verb, outcome, message in result.outcomes.select(
            "leverandor_bolig_id", "kobo_id", "verb", "outcome", "message"
        ).iter_rows()
    }
    for start in range(0, entries.height, AT_ONCE):
        some = entries.slice(start, AT_ONCE)
        register = _register_values(result, entries, some)
        beside = {"d": result.decided, "p": source_values(result, some), "n": nights(result, some)}
        ours = some.select(_shown(name, pl.col("secret"), words) for name in FIELDS)
        for at in range(0, some.height, PART):
            yield [
                _detail(
                    row, values, register.get(row["kobo_id"]), lineage.get(row["leverandor_bolig_id"], []), became, faults, cause_of, result
                )
                | {key: list(more[row["leverandor_bolig_id"]]) for key, more in beside.items() if row["leverandor_bolig_id"] in more}
                for row, values in zip(
                    some.select(_TOLD).slice(at, PART).iter_rows(named=True), ours.slice(at, PART).iter_rows(), strict=True
                )
            ]


_TOLD = (
    *("leverandor_bolig_id", "kobo_id", "kind", "reason", "details", "held", "changes", "source_keys", "secret"),
    *("source", "file", "sheet", "row", "outside"),
)


def _faults(result: NightResult) -> dict[tuple[Any, ...], list[str]]:
    """Place of each row -> what is wrong with it and what to do, values hidden where they must be."""
    by_place: dict[tuple[Any, ...], list[str]] = {}
    errors = result.deviations.filter(pl.col("severity") == Severity.ERROR.value)
    for row in errors.select(*_ROW, "message").iter_rows(named=True):
        by_place.setdefault(_at(row), []).append(rendered(row["message"]))
    return by_place


_ROW = ("source", "file", "sheet", "row")


def _at(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _ROW)


def _detail(
    row: dict[str, Any],
    ours: tuple[Any, ...],
    theirs: tuple[Any, ...] | None,
    lineage: list[list[Any]],
    became: dict[str, tuple[Any, ...]],
    faults: Mapping[tuple[Any, ...], list[str]],
    cause_of: Callable[[str, str | None], str],
    result: NightResult,
) -> dict[str, Any]:
    """Keys are left out when there is nothing to say; `k` holds Kobo's values by field number.

    Further keys are `d` (decisions), `p` (dwelling_sources.source_values) and `n` (dwelling_sources.nights).
    """
    detail: dict[str, Any] = {}
    if row["kind"] != DwellingClass.REGISTER_ONLY:
        detail["o"] = list(ours)
    if theirs is not None:
        detail["k"] = list(theirs)
    if row["changes"] and row["changes"] != "[]":
        changed = [change["field"] for change in json.loads(row["changes"]) if isinstance(change, dict)]
        if changed:
            detail["c"] = [FIELDS.index(name) for name in changed if name in FIELDS]
    if row["kind"] == OUTSIDE:
        categories = result.municipality.categories
        detail["r"] = categories[row["outside"]].title if row["outside"] in categories else word_for("outside", row["outside"])
    if row["kind"] == REJECTED:
        detail["r"] = " ".join(faults.get(_at(row), [])) or None
    if row["reason"]:
        detail["r"] = cause_of(row["reason"], row["details"])
    if row["held"]:
        # Of a shielded home not even the rows beside it are named: they tell where it is.
        detail["h"] = cause_of(row["held"], None if row["secret"] and row["held"] == SAME_PLACE_ASKED else row["details"])
    if row["source_keys"] and not row["secret"]:
        detail["s"] = [row_in_words(known, result.municipality) for known in row["source_keys"]]
    if row["kind"] == DwellingClass.REVIEW and (named := json.loads(row["details"] or "{}").get("candidates")):
        detail["m"] = named
    if lineage:
        hidden = [name in TELLING_FIELDS and row["secret"] for name, *_ in lineage]
        none = text("clarifications.blank_value")
        detail["l"] = [
            [word_for("fields", name), source, text("page.secret") if hide else value or none, won, word_for("lineage", reason)]
            for (name, source, value, won, reason), hide in zip(lineage, hidden, strict=True)
        ]
    outcome = became.get(row["leverandor_bolig_id"])
    if outcome:
        detail["u"] = [word_for("refusals", outcome[0]), word_for("outcomes", outcome[1]), outcome[2] or None]
    return detail


def _shown(name: str, secret: pl.Expr, words: Mapping[str, Mapping[str, str]]) -> pl.Expr:
    """The column in words; null for shielded dwellings when it is one of TELLING_FIELDS, by which they could be found."""
    return pl.when(~secret).then(pl.col(name)).alias(name) if name in TELLING_FIELDS else in_words(name, words)


def _register_values(result: NightResult, entries: pl.DataFrame, among: pl.DataFrame) -> dict[str, tuple[Any, ...]]:
    """koboId -> the values of the entry, of those `among` the entries found."""
    rows = result.register_rows
    if rows is None or "kobo_id" not in rows.columns:
        return {}
    flags = entries.filter("secret").select("kobo_id", flagged=pl.lit(value=True)).drop_nulls("kobo_id").unique("kobo_id")
    marked = rows.join(among, on="kobo_id", how="semi").join(flags, on="kobo_id", how="left")
    secret = pl.col("flagged").fill_null(value=False)
    words = words_of(result.municipality)
    chosen = [_shown(name, secret, words) if name in rows.columns else pl.lit(None).alias(name) for name in FIELDS]
    return {kobo_id: tuple(values) for kobo_id, *values in marked.select("kobo_id", *chosen).iter_rows()}


def _lineage(result: NightResult) -> dict[str, list[list[Any]]]:
    by_dwelling: dict[str, list[list[Any]]] = {}
    words = words_of(result.municipality)
    titles = {name: source.title for name, source in result.municipality.sources.items()}
    for dwelling, *row in result.lineage.select("leverandor_bolig_id", "field", "source", "value", "won", "reason").iter_rows():
        name, source, value, *rest = row
        by_dwelling.setdefault(dwelling, []).append([name, titles.get(source, source), value_in_words(name, value, words), *rest])
    return by_dwelling


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
