"""Links the entries of certain matches to their dwellings: from then on this program may change and delete them (law 7)."""

from __future__ import annotations

import json

import polars as pl

from reconciliation.ledger import Agreement, Ledger
from reconciliation.plan.agreed_values import as_base
from reconciliation.plan.moved_fields import KNOWN_PAIR_KEYS


def adopt(matches: pl.DataFrame, register_rows: pl.DataFrame, ledger: Ledger, municipality: str, run_id: str | None = None) -> pl.DataFrame:
    """Save the certain pairs (MATCHES) that are not linked yet. Links are never overwritten.

    The values of an entry (register_rows) become its base when it is first linked, so that other values in our sources count as our
    changes. An entry that has our own id already was linked before; its base is not known.
    Returns (leverandor_bolig_id, kobo_id) of pairs that were not saved because of an active link: questions for a person.
    """
    certain = matches.filter(pl.col("certain") & (pl.col("key") != "link"))
    first = certain.filter(~pl.col("key").is_in(list(KNOWN_PAIR_KEYS))).select("leverandor_bolig_id", "kobo_id")
    agreed = first.join(as_base(register_rows), on="kobo_id").select("kobo_id", "leverandor_bolig_id", "theirs")
    agreements = [Agreement(kobo_id, ours, json.loads(theirs)) for kobo_id, ours, theirs in agreed.iter_rows()]
    decided = pl.col("key") == "decision"
    clashes = [
        ledger.save_links(municipality, certain.filter(decided), "decided", run_id, agreements),
        ledger.save_links(municipality, certain.filter(~decided), "matched", run_id, agreements),
    ]
    return pl.concat(clashes)
