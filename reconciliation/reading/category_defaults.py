"""What a row's category and owner decide of its values: boligtype and staffing, and which owner's name may be kept."""

from __future__ import annotations

import polars as pl

from kobo_client.import_columns import OWNERS_NAME, OWNERS_PHONE, REQUIRED_OF_OWNER
from reconciliation.model.municipality import Municipality


def with_category_defaults(rows: pl.DataFrame, municipality: Municipality) -> pl.DataFrame:
    """rows: SOURCE_ROWS. Fills boligtype and staffing from the category where the source has none, and removes name and telephone number of
    owners that may be persons."""
    by_category = {key: category.boligtype for key, category in municipality.categories.items() if category.boligtype}
    boligtype = (
        pl.col("kategori").replace_strict(by_category, default=None, return_dtype=pl.String) if by_category else pl.lit(None, pl.String)
    )
    staffed = {
        name: {key: getattr(category, name) for key, category in municipality.categories.items() if getattr(category, name) is not None}
        for name in ("er_dognbemannet", "har_personalbase")
    }
    return rows.with_columns(
        *(
            pl.coalesce(name, pl.col("kategori").replace_strict(table, default=None, return_dtype=pl.Boolean)).alias(name)
            for name, table in staffed.items()
            if table
        ),
        # Of an organisation alone: any other owner may be a person (law 10).
        *(pl.when(_asked_of_owner(name)).then(name).alias(name) for name in (OWNERS_NAME, OWNERS_PHONE)),
        pl.coalesce("boligtype", boligtype).alias("boligtype"),
        pl.col("bokstav").str.to_uppercase(),
    )


def _asked_of_owner(name: str) -> pl.Expr:
    return pl.col("disposisjonsform").is_in([form for form, asked in REQUIRED_OF_OWNER.items() if name in asked])
