"""Entries that a certain match or a person found become ours: from then on we answer for them (law 7)."""

from __future__ import annotations

import polars as pl

from reconciliation.ledger import Ledger


def adopt(matches: pl.DataFrame, ledger: Ledger, municipality: str, run_id: str | None = None) -> pl.DataFrame:
    """Save the certain pairs (MATCHES) that are not linked yet. Links are never overwritten.

    Returns (leverandor_bolig_id, kobo_id) of pairs that clash with a standing link: questions for a person.
    """
    certain = matches.filter(pl.col("certain") & (pl.col("key") != "link"))
    decided = pl.col("key") == "decision"
    clashes = [
        ledger.save_links(municipality, certain.filter(decided), "decided", run_id),
        ledger.save_links(municipality, certain.filter(~decided), "matched", run_id),
    ]
    return pl.concat(clashes)
