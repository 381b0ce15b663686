"""When each deviation was first seen, whether it has been fixed, and whether it returned."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import bindparam, select, update

from reconciliation.ledger.ledger_tables import Deviation, Run
from reconciliation.ledger.store import BATCH, Store, insert_rows, table_of
from reconciliation.model.tables import DEVIATIONS

_DEVIATION, _RUN = table_of(Deviation), table_of(Run)

LIFE: dict[str, Any] = {
    "first_seen": pl.Date(),
    "age_days": pl.Int64(),  # since it came, or came back
    "is_new": pl.Boolean(),  # never seen before tonight
    "returned": pl.Boolean(),  # was fixed once and is here again
}
OPEN_DEVIATIONS: dict[str, Any] = {
    "source": pl.String(),
    "owner": pl.String(),
    "source_key": pl.String(),
    "file": pl.String(),
    "sheet": pl.String(),
    "row": pl.Int64(),
    "heading": pl.String(),
    "rule": pl.String(),
    "severity": pl.String(),
    "first_seen": pl.Date(),
    "since": pl.Date(),
    "fixed": pl.Date(),
    "times_returned": pl.Int64(),
}
_KNOWN: dict[str, Any] = {
    "id": pl.Int64(),
    "identity": pl.String(),
    "source": pl.String(),
    "first_seen": pl.Date(),
    "since": pl.Date(),
    "fixed": pl.Date(),
    "times_returned": pl.Int64(),
    "known_file": pl.String(),
    "known_sheet": pl.String(),
    "known_row": pl.Int64(),
}


_MEANT = pl.col("at_file").is_not_null()
_WHERE = {name: pl.when(_MEANT).then(f"at_{name}").otherwise(name) for name in ("file", "sheet", "row")}
"""Where the value is written; the row's own place for what has no cell."""


def identity() -> pl.Expr:
    """The text by which a deviation is recognised on the next night: source, key, rule and heading. For a row without a key it has
    its sheet and row number; the file's name is left out, since many exports have the date in it."""
    place = pl.format("{}#{}", pl.col("sheet").fill_null(""), pl.col("row").fill_null(0))
    return pl.concat_str(
        [pl.col("source"), pl.coalesce("source_key", place), pl.col("rule"), pl.col("column").fill_null("")], separator="\x1f"
    )


class Deviations(Store):
    """Table `deviation`: one row per source row and rule, with first seen and fixed."""

    def record_deviations(self, run_id: str, as_of: date, deviations: pl.DataFrame, complete_sources: Collection[str]) -> pl.DataFrame:
        """Store tonight's deviations (DEVIATIONS) and return them with LIFE's columns added, in the same order.

        A deviation of an earlier night that is not among them is marked as fixed only when its source was read completely.
        """
        with self.read() as connection:
            municipality = str(connection.execute(select(_RUN.c.municipality).where(_RUN.c.run_id == run_id)).scalar_one())
        columns = (_DEVIATION.c[name.removeprefix("known_")] for name in _KNOWN)
        known = self.frame(select(*columns).where(_DEVIATION.c.municipality == municipality), _KNOWN)
        tonight = deviations.with_columns(identity().alias("identity"))
        distinct = tonight.unique("identity", keep="first", maintain_order=True).join(known.drop("source"), on="identity", how="left")
        life = distinct.with_columns(
            is_new=pl.col("id").is_null() | (pl.col("first_seen") == as_of), back=pl.col("fixed").is_not_null()
        ).with_columns(
            first_seen=pl.coalesce("first_seen", pl.lit(as_of)),
            since=pl.when(pl.col("back")).then(pl.lit(as_of)).otherwise(pl.coalesce("since", pl.lit(as_of))),
            times_returned=pl.col("times_returned").fill_null(0) + pl.col("back").cast(pl.Int64),
        )
        gone = known.filter(pl.col("fixed").is_null() & pl.col("source").is_in(list(complete_sources))).join(
            tonight.select("identity"), on="identity", how="anti"
        )
        self._save(municipality, as_of, life, gone)
        shown = life.select(
            "identity",
            "first_seen",
            age_days=(pl.lit(as_of) - pl.col("since")).dt.total_days(),
            is_new="is_new",
            returned=pl.col("times_returned") > 0,
        )
        return tonight.join(shown, on="identity", how="left", maintain_order="left").select(*DEVIATIONS, *LIFE)

    def _save(self, municipality: str, as_of: date, life: pl.DataFrame, gone: pl.DataFrame) -> None:
        new = life.filter(pl.col("id").is_null()).select(
            "identity",
            "source",
            "owner",
            "source_key",
            "rule",
            "severity",
            "first_seen",
            "since",
            "times_returned",
            heading=pl.coalesce("at_column", "column"),
            **_WHERE,
        )
        # Not returned and not moved: its stored row is right already, and an unchanged night writes none.
        elsewhere = pl.any_horizontal(where.ne_missing(pl.col(f"known_{name}")) for name, where in _WHERE.items())
        seen = life.filter(pl.col("id").is_not_null() & (pl.col("back") | elsewhere)).select(
            b_id="id", **{f"b_{name}": where for name, where in _WHERE.items()}, b_since="since", b_times="times_returned"
        )
        with self.write() as connection:
            insert_rows(connection, Deviation, [{"municipality": municipality, **row} for row in new.iter_rows(named=True)])
            statement = (
                update(_DEVIATION)
                .where(_DEVIATION.c.id == bindparam("b_id"))
                .values(
                    file=bindparam("b_file"),
                    sheet=bindparam("b_sheet"),
                    row=bindparam("b_row"),
                    since=bindparam("b_since"),
                    times_returned=bindparam("b_times"),
                    fixed=None,
                )
            )
            marks = seen.to_dicts()
            for start in range(0, len(marks), BATCH):
                connection.execute(statement, marks[start : start + BATCH])
            if len(gone):
                connection.execute(
                    update(_DEVIATION).where(_DEVIATION.c.id == bindparam("b_id")).values(fixed=as_of),
                    [{"b_id": number} for number in gone["id"]],
                )

    def deviations(self, municipality: str, include_fixed: bool = False) -> pl.DataFrame:
        """Deviations as the ledger knows them, oldest first. Shape: OPEN_DEVIATIONS."""
        query = (
            select(*(_DEVIATION.c[name] for name in OPEN_DEVIATIONS))
            .where(_DEVIATION.c.municipality == municipality)
            .order_by(_DEVIATION.c.first_seen, _DEVIATION.c.id)
        )
        if not include_fixed:
            query = query.where(_DEVIATION.c.fixed.is_(None))
        return self.frame(query, OPEN_DEVIATIONS)
