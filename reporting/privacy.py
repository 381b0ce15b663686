"""Which rows and dwellings have a shielded address, and what is shown instead (law 10; reconciliation/model/shielding has the pairs)."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from language import message, stored, text
from reconciliation.addresses import fold, folded
from reconciliation.model.shielding import is_shielded, shielded_entries, shielded_ids
from reporting.night_report import NightResult

_PLACE = ["source", "sheet", "row"]
_TOLD_BY = ["adressenavn", "gardsnummer", "bruksnummer"]
_ALL_BUT_LAST_PART = r"^([^:]*:.+)[^0-9A-Za-zÆØÅæøå][0-9A-Za-zÆØÅæøå]+$"
_SHARED = ("B02", "B03", "B07")
"""Rules about several rows of one house: what is said of one reveals where the others are."""


def with_shown_address(dwellings: pl.DataFrame) -> pl.DataFrame:
    """dwellings: DWELLINGS, or any frame with its address columns. Adds `adresse`: as written, or that it is shielded."""
    house = pl.concat_str([pl.col("nummer").cast(pl.String), pl.col("bokstav").fill_null("")])
    parts = [pl.col("adressenavn"), house, pl.col("bruksenhetsnummer"), pl.col("ekstra_referanse")]
    written = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    return dwellings.with_columns(adresse=pl.when(is_shielded()).then(pl.lit(text("page.secret"))).otherwise(written))


def hidden_names(dwellings: pl.DataFrame, items: pl.DataFrame, gone: Collection[str] = ()) -> frozenset[str]:
    """Everything that names a shielded dwelling: its id, its keys ("source:key") and its entry (koboId, and as "kobo:<koboId>").

    dwellings: DWELLINGS. items: PLAN_ITEMS. gone: leverandor_bolig_id of shielded dwellings that are in no source any more.
    """
    ids = pl.concat([shielded_ids(dwellings), pl.Series(sorted(gone), dtype=pl.String)])
    entries = shielded_entries(ids, items)
    keys = dwellings.filter(is_shielded()).get_column("source_keys").explode(empty_as_null=False).drop_nulls()
    return frozenset([*ids, *keys, *entries, *(f"kobo:{entry}" for entry in entries)])


def words_shown(words: str, named: Collection[str | None], hidden: Collection[str]) -> str:
    """The register's words about a dwelling; a fixed sentence instead when it is hidden (`named`: its ids) or they name a hidden one."""
    if words and hidden and (any(name in hidden for name in named) or any(name in words for name in hidden)):
        return text("refusals.secret")
    return words


def hide_secret_values(result: NightResult) -> pl.DataFrame:
    """The night's deviations without the values of rows whose source flags a shielded address.

    A message may quote the value, so it is replaced too; what remains says where to look and which rule it is. A row is hidden by its
    place, by its key, and where it breaks a rule together with a hidden row of its house.
    """
    flagged = result.rejected_rows.filter(is_shielded())
    dwellings = result.dwellings.filter(is_shielded()).select(known="source_keys").explode("known")
    keys = pl.concat([flagged.select(known=_row_id()), dwellings]).drop_nulls().unique()
    houses = flagged.select("source", house=_house()).drop_nulls().unique()
    beside = result.rejected_rows.with_columns(house=_house()).join(houses, on=["source", "house"], how="semi")
    marked = result.deviations.with_columns(known=_row_id()).join(
        keys.with_columns(by_key=True), on="known", how="left", maintain_order="left"
    )
    for name, rows in (("by_row", flagged), ("by_house", beside)):
        places = rows.select(*_PLACE, pl.lit(value=True).alias(name)).unique()
        marked = marked.join(places, on=_PLACE, how="left", nulls_equal=True, maintain_order="left")
    shared = pl.col("rule").is_in(_SHARED) & pl.col("by_house")
    marked = marked.with_columns(secret=pl.any_horizontal(pl.col("by_row", "by_key").fill_null(value=False), shared.fill_null(value=False)))
    hidden = pl.col("secret")
    in_file = hidden & pl.col("at_row").is_not_null()
    return (
        without_telling_names(marked, result)
        .with_columns(
            value=pl.when(hidden).then(pl.lit(text("page.secret"))).otherwise("value"),
            message=pl.when(hidden).then(pl.lit(stored(message("workbook.secret_message")))).otherwise("message"),
            cell=pl.when(hidden).then(pl.lit(text("page.secret"))).otherwise("cell"),
            # The row's own place: that of a cell it shares with other rows would show which rows are its neighbours.
            at_file=pl.when(in_file).then("file").otherwise("at_file"),
            at_sheet=pl.when(in_file).then("sheet").otherwise("at_sheet"),
            at_row=pl.when(in_file).then("row").otherwise("at_row"),
        )
        .select(result.deviations.columns)
    )


def hidden_deviations(log: pl.DataFrame, result: NightResult) -> pl.DataFrame:
    """log: OPEN_DEVIATIONS. The same with `secret`: of a shielded dwelling, or of a rejected row that is flagged so."""
    flagged = result.rejected_rows.filter(is_shielded())
    names = hidden_names(result.dwellings, result.items, result.shielded_gone) | set(flagged.select(_row_id()).to_series().drop_nulls())
    places = flagged.select(*_PLACE, by_row=pl.lit(value=True)).unique()
    marked = log.join(places, on=_PLACE, how="left", nulls_equal=True, maintain_order="left")
    secret = pl.any_horizontal(pl.col("by_row").fill_null(value=False), _row_id().is_in(sorted(names)).fill_null(value=False))
    return marked.with_columns(secret=secret).drop("by_row")


def fixed_lately(result: NightResult) -> pl.DataFrame:
    """The night's `fixed` deviations; those of a shielded dwelling's rows without a sheet or key that reveals where it is."""
    keys = result.dwellings.filter(is_shielded()).select(known="source_keys").explode("known").drop_nulls().unique()
    marked = result.fixed.with_columns(secret=_row_id().is_in(keys.get_column("known").implode()).fill_null(value=False))
    return without_telling_names(marked, result).select(result.fixed.columns)


def without_telling_names(rows: pl.DataFrame, result: NightResult) -> pl.DataFrame:
    """rows: source, sheet, row, source_key and `secret`. Where secret, a sheet or a key that is named after the place is left out:
    people name sheets after streets, and make keys of addresses."""
    if not rows.get_column("secret").any():
        return rows
    known = pl.concat(
        [frame.select(*_PLACE, *_TOLD_BY) for frame in (result.rejected_rows, result.standing_rows, result.out_of_scope_rows)]
    )
    marked = rows.join(known.unique(_PLACE), on=_PLACE, how="left", nulls_equal=True, maintain_order="left", suffix="_known")
    shown = [
        (sheet, key) if not secret else (None if _reveals_place(sheet, *place) else sheet, None if _reveals_place(key, *place) else key)
        for secret, sheet, key, *place in marked.select("secret", "sheet", "source_key", *_TOLD_BY).iter_rows()
    ]
    sheets, names = zip(*shown, strict=True)
    return rows.with_columns(sheet=pl.Series(sheets, dtype=pl.String), source_key=pl.Series(names, dtype=pl.String))


def telling_ids(entries: pl.DataFrame) -> list[str]:
    """entries: leverandor_bolig_id, source_keys and `secret`. Ids of shielded dwellings that begin like the key of a visible one:
    where keys are composed of property, building and flat, the address of the next flat is theirs too.
    """
    keys = entries.select("leverandor_bolig_id", "secret", key="source_keys").explode("key").drop_nulls("key")
    begins = keys.with_columns(begin=pl.col("key").str.extract(_ALL_BUT_LAST_PART)).drop_nulls("begin")
    shown = begins.filter(~pl.col("secret")).get_column("begin").unique()
    own = pl.col("key").str.replace(":", "-", literal=True) == pl.col("leverandor_bolig_id")
    return begins.filter(pl.col("secret") & own & pl.col("begin").is_in(shown.implode())).get_column("leverandor_bolig_id").to_list()


def _reveals_place(name: str | None, street: str | None, farm: int | None, plot: int | None) -> bool:
    if not name:
        return False
    parts = [fold(street)] if street else []
    telling = any(part and part in fold(name) for part in parts) or (farm is not None and f"{farm}/{plot}" in name)
    # When the row's address could not be read, a name of several words may be the address itself.
    return telling or (street is None and " " in name.strip())


def _row_id() -> pl.Expr:
    return pl.format("{}:{}", "source", "source_key")


def _house() -> pl.Expr:
    return pl.concat_str(folded("adressenavn"), pl.col("nummer").cast(pl.String), pl.col("bokstav").fill_null(""), separator="|")
