"""Every dwelling of the night as data beside the page: an index to search in, and details in parts fetched when asked for.

The parts are scripts and not JSON files, for a page opened from a folder may load scripts and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from language import rendered, text, word_for
from reconciliation.likeness.place import TELLING_FIELDS
from reconciliation.model.shielding import is_shielded
from reconciliation.model.tables import CONTENT
from reconciliation.model.words import DwellingClass
from reconciliation.plan.progress import IN_REGISTER
from reporting.dwelling_sources import FIELDS, nights, source_values
from reporting.night_report import NightResult
from reporting.privacy import hidden_names, told_of, with_shown_address, with_untelling_keys
from reporting.progress_overview import owner_title
from reporting.stop_causes import cause
from reporting.value_words import in_words, value_in_words, words_of

FOLDER = "boliger"
PART = 1000
"""Dwellings in each part."""
AT_ONCE = 20 * PART
"""Dwellings whose sources and entries are looked up together: as Python's lists they take ten times the memory of the tables."""


def index_entries(result: NightResult) -> pl.DataFrame:
    """One row per dwelling, and per entry that is in Kobo alone: what the index shows, `place` in it, and `secret`.

    Sorted by address. When there is no plan (the register was not seen) the dwellings stand without a class.
    """
    plan = result.items.select(
        "leverandor_bolig_id", "kobo_id", "reason", "details", "held", "changes", kind="class", item=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    ours = result.dwellings.join(plan, on="leverandor_bolig_id", how="left")
    alone = plan.join(result.dwellings.select("leverandor_bolig_id"), on="leverandor_bolig_id", how="anti")
    if result.register_rows is not None and "kobo_id" in result.register_rows.columns:
        known = [name for name in result.register_rows.columns if name in CONTENT]
        alone = alone.join(result.register_rows.select("kobo_id", *known).unique("kobo_id"), on="kobo_id", how="left")
    gone = pl.col("leverandor_bolig_id").is_in(list(result.shielded_gone)).fill_null(value=False)
    everything = pl.concat([ours, alone], how="diagonal_relaxed").with_columns(hemmelig_adresse=is_shielded() | gone)
    numbers = [pl.col(name).cast(pl.String) for name in ("gardsnummer", "bruksnummer")]
    rest = [
        pl.when(pl.any_horizontal(pl.col("festenummer", "seksjonsnummer").is_not_null())).then(pl.col(name).fill_null(0).cast(pl.String))
        for name in ("festenummer", "seksjonsnummer")
    ]
    return (
        with_shown_address(with_untelling_keys(everything))
        .with_columns(matrikkel=pl.concat_str([*numbers, *rest], separator="/", ignore_nulls=True), secret=is_shielded())
        .with_columns(
            matrikkel=pl.when("secret").then(None).otherwise("matrikkel"),
            postnummer_shown=pl.when("secret").then(None).otherwise("postnummer"),
            keys=pl.col("source_keys").list.eval(pl.element().str.replace(r"^[^:]*:", "")).list.join(" "),
            left=_left(result),
        )
        # Among its neighbours a secret dwelling would be found by its place in the list.
        .sort(
            "secret",
            pl.when(~pl.col("secret")).then("adressenavn"),
            pl.when(~pl.col("secret")).then("nummer"),
            pl.when(~pl.col("secret")).then("bokstav"),
            pl.when(~pl.col("secret")).then("bruksenhetsnummer"),
            "leverandor_bolig_id",
            "kobo_id",
            nulls_last=True,
        )
        .with_row_index("place")
    )


def _left(result: NightResult) -> pl.Expr:
    """On the plan beside the dwellings: not in the register after tonight's apply."""
    done = result.outcomes.filter(pl.col("outcome") == "done").get_column("leverandor_bolig_id").implode()
    created = (pl.col("kind") == DwellingClass.CREATE.value) & pl.col("leverandor_bolig_id").is_in(done)
    there = pl.col("kind").is_in([one.value for one in IN_REGISTER]) & pl.col("kobo_id").is_not_null()
    ours = pl.col("leverandor_bolig_id").is_not_null() & (pl.col("kind") != DwellingClass.RETIRE.value)
    return (ours & ~(created | there)).fill_null(value=False)


def write_data(result: NightResult, folder: Path) -> int:
    """Write the index and the parts to `folder`/boliger. Returns the number of entries."""
    found = index_entries(result)
    place = folder / FOLDER
    place.mkdir()
    (place / "oversikt.js").write_text(f"kobosync.index({_json(_index(result, found))});\n", encoding="utf-8")
    for number, part in enumerate(_parts(result, found)):
        (place / f"del-{number}.js").write_text(f"kobosync.part({number},{_json(part)});\n", encoding="utf-8")
    return found.height


def _index(result: NightResult, found: pl.DataFrame) -> dict[str, Any]:
    """Columns, not rows: a third of the size. Classes, categories and owners are numbers into their own lists."""
    classes = [name.value for name in DwellingClass]
    categories = [*result.municipality.categories]
    owners = found["owner"].drop_nulls().unique().sort().to_list()

    def numbered(column: str, names: list[str]) -> list[int | None]:
        number: list[int | None] = (
            found[column].replace_strict(names, list(range(len(names))), default=None, return_dtype=pl.Int64).to_list()
        )
        return number

    return {
        "part": PART,
        "codes": classes,
        "slugs": owners,
        "left": [int(left) for left in found["left"]],
        "classes": [text(f"class_titles.{name}") for name in classes],
        "categories": [category.title for category in result.municipality.categories.values()],
        "owners": [owner_title(result, owner) for owner in owners],
        "fields": [word_for("fields", name) for name in FIELDS],
        "id": found["leverandor_bolig_id"].to_list(),
        "kobo": found["kobo_id"].to_list(),
        "address": found["adresse"].to_list(),
        "matrikkel": found["matrikkel"].to_list(),
        "post": found["postnummer_shown"].to_list(),
        "keys": found["keys"].to_list(),
        "class": numbered("kind", classes),
        "category": numbered("kategori", categories),
        "owner": numbered("owner", owners),
    }


def _parts(result: NightResult, found: pl.DataFrame) -> Iterator[list[dict[str, Any]]]:
    lineage = _lineage(result)
    words = words_of(result.municipality)
    hidden = hidden_names(result.dwellings, result.items, result.shielded_gone)
    became = {
        ours: (verb, outcome, told_of(rendered(message), (ours, kobo_id), hidden))
        for ours, kobo_id, verb, outcome, message in result.outcomes.select(
            "leverandor_bolig_id", "kobo_id", "verb", "outcome", "message"
        ).iter_rows()
    }
    for start in range(0, found.height, AT_ONCE):
        some = found.slice(start, AT_ONCE)
        register = _register_values(result, found, some)
        beside = {"d": result.decided, "p": source_values(result, found, some), "n": nights(result, some)}
        ours = some.select(_shown(name, pl.col("secret"), words) for name in FIELDS)
        for at in range(0, some.height, PART):
            yield [
                _detail(row, values, register.get(row["kobo_id"]), lineage.get(row["leverandor_bolig_id"], []), became)
                | {key: list(more[row["leverandor_bolig_id"]]) for key, more in beside.items() if row["leverandor_bolig_id"] in more}
                for row, values in zip(
                    some.select(_TOLD).slice(at, PART).iter_rows(named=True), ours.slice(at, PART).iter_rows(), strict=True
                )
            ]


_TOLD = ("leverandor_bolig_id", "kobo_id", "kind", "reason", "details", "held", "changes", "source_keys", "secret")


def _detail(
    row: dict[str, Any], ours: tuple[Any, ...], theirs: tuple[Any, ...] | None, lineage: list[list[Any]], became: dict[str, tuple[Any, ...]]
) -> dict[str, Any]:
    """Keys are left out when there is nothing to say; `k` holds Kobo's values by field number.

    Beside them stand `d` (decisions), `p` (dwelling_sources.source_values) and `n` (dwelling_sources.nights).
    """
    said: dict[str, Any] = {}
    if row["kind"] != DwellingClass.REGISTER_ONLY:
        said["o"] = list(ours)
    if theirs is not None:
        said["k"] = list(theirs)
    changed = [change["field"] for change in json.loads(row["changes"] or "[]") if isinstance(change, dict)]
    if changed:
        said["c"] = [FIELDS.index(name) for name in changed if name in FIELDS]
    if row["reason"]:
        said["r"] = cause(row["reason"], row["details"])
    if row["held"]:
        said["h"] = cause(row["held"], row["details"])
    if row["source_keys"]:
        said["s"] = list(row["source_keys"])
    if row["kind"] == DwellingClass.REVIEW and (named := json.loads(row["details"] or "{}").get("candidates")):
        said["m"] = named
    if lineage:
        hidden = [name in TELLING_FIELDS and row["secret"] for name, *_ in lineage]
        said["l"] = [
            [word_for("fields", name), source, text("page.secret") if hide else value, won, word_for("lineage", reason)]
            for (name, source, value, won, reason), hide in zip(lineage, hidden, strict=True)
        ]
    outcome = became.get(row["leverandor_bolig_id"])
    if outcome:
        said["u"] = [word_for("refusals", outcome[0]), word_for("outcomes", outcome[1]), outcome[2] or None]
    return said


def _shown(name: str, secret: pl.Expr, words: Mapping[str, Mapping[str, str]]) -> pl.Expr:
    """A shielded dwelling's place is left out, and what it could be found by elsewhere."""
    return pl.when(~secret).then(pl.col(name)).alias(name) if name in TELLING_FIELDS else in_words(name, words)


def _register_values(result: NightResult, found: pl.DataFrame, among: pl.DataFrame) -> dict[str, tuple[Any, ...]]:
    """koboId -> the values of the entry, of those `among` the entries found."""
    rows = result.register_rows
    if rows is None or "kobo_id" not in rows.columns:
        return {}
    flags = found.filter("secret").select("kobo_id", flagged=pl.lit(value=True)).drop_nulls("kobo_id").unique("kobo_id")
    marked = rows.join(among, on="kobo_id", how="semi").join(flags, on="kobo_id", how="left")
    secret = pl.col("flagged").fill_null(value=False)
    words = words_of(result.municipality)
    chosen = [_shown(name, secret, words) if name in rows.columns else pl.lit(None).alias(name) for name in FIELDS]
    return {kobo_id: tuple(values) for kobo_id, *values in marked.select("kobo_id", *chosen).iter_rows()}


def _lineage(result: NightResult) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {}
    words = words_of(result.municipality)
    titles = {name: source.title for name, source in result.municipality.sources.items()}
    for dwelling, *row in result.lineage.select("leverandor_bolig_id", "field", "source", "value", "won", "reason").iter_rows():
        name, source, value, *rest = row
        found.setdefault(dwelling, []).append([name, titles.get(source, source), value_in_words(name, value, words), *rest])
    return found


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
