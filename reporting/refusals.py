"""What Kobo refused, in Kobo's own words, with the dwelling as people know it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from language import rendered
from reporting.night_report import NightResult
from reporting.privacy import hidden_names, with_shown_address, words_shown


@dataclass(frozen=True, slots=True)
class RefusedWrite:
    """One write that Kobo refused: the dwelling, the HTTP verb and status, and Kobo's words without persons and secrets."""

    leverandor_bolig_id: str
    address: str
    owner: str | None
    verb: str
    status: int | None
    message: str


def refusals(result: NightResult) -> list[RefusedWrite]:
    """Sorted by owner and id. outcomes whose dwelling is no longer in our sources keep their id alone."""
    hidden = hidden_names(result.dwellings, result.items, result.shielded_gone)
    shown = with_shown_address(result.dwellings).select("leverandor_bolig_id", "adresse", "owner")
    refused = result.outcomes.filter(pl.col("outcome") == "refused").join(shown, on="leverandor_bolig_id", how="left")
    return [
        RefusedWrite(
            row["leverandor_bolig_id"] or row["kobo_id"] or "",
            row["adresse"] or "",
            row["owner"],
            row["verb"],
            row["status"],
            words_shown(rendered(row["message"]), (row["leverandor_bolig_id"], row["kobo_id"]), hidden),
        )
        for row in refused.sort("owner", "leverandor_bolig_id", nulls_last=True).iter_rows(named=True)
    ]
