"""The import-file way: creates leave as one file that a person takes to the register; an export shows later that they arrived.

Nothing here talks to the register. The journal keeps each create as handed over until its dwelling has a link.
"""

from __future__ import annotations

import json
import uuid
from datetime import date
from pathlib import Path

import polars as pl

from kobo_client import import_file
from kobo_client.contract import FIELDS
from kobo_client.import_columns import HELD
from reconciliation.acting import acts, verb_of
from reconciliation.apply import words
from reconciliation.ledger import HANDED_OVER, Ledger, LedgerError, Settled, Write
from reconciliation.tables import OUTCOMES
from reconciliation.words import DwellingClass

_REQUIRED = tuple(field.name for field in FIELDS if field.required and field.name in HELD)


def awaited(ledger: Ledger, municipality: str, folder: Path) -> dict[str, date]:
    """leverandor_bolig_id -> the night of its file, of everything handed over that the register has not shown yet.

    What has a link by now has arrived and is settled. A night that was killed between its file and its last word counts as
    handed over when the file is there; without it nothing has left, and the dwellings are planned anew.
    """
    _settle_interrupted(ledger, municipality, folder)
    handed = ledger.handed_over(municipality)
    there = handed.join(ledger.links(municipality).select("leverandor_bolig_id", "kobo_id"), on="leverandor_bolig_id", how="inner")
    arrived = [Settled(request, ours, "done", kobo_id) for request, ours, _, _, kobo_id in there.iter_rows()]
    if arrived:
        ledger.journal(municipality, "", arrived, [])
    left = handed.join(there, on="leverandor_bolig_id", how="anti")
    return dict(left.select("leverandor_bolig_id", "as_of").iter_rows())


def hand_over(items: pl.DataFrame, desired: pl.DataFrame, ledger: Ledger, run_id: str, municipality: str, folder: Path) -> pl.DataFrame:
    """Write the plan's creates (PLAN_ITEMS) as kobo-import.csv and .xlsx below `folder`. Shape: OUTCOMES.

    Changes and removals have no file form: they are `by_hand`, and a person makes them on Kobo's pages. A create that lacks
    what the import requires is refused, and the others go on. Raises LedgerError, also when the file cannot be written.
    """
    actionable = items.filter(acts())
    created = actionable.filter(pl.col("class") == DwellingClass.CREATE.value).select("leverandor_bolig_id")
    by_hand = actionable.join(created, on="leverandor_bolig_id", how="anti")
    told = [
        (item["leverandor_bolig_id"], item["kobo_id"], verb_of(item), "by_hand", None, words.BY_HAND)
        for item in by_hand.iter_rows(named=True)
    ]
    rows = desired.join(created, on="leverandor_bolig_id", how="semi").sort("leverandor_bolig_id")
    lacking = {row["leverandor_bolig_id"]: [name for name in _REQUIRED if row[name] in (None, "")] for row in rows.iter_rows(named=True)}
    for ours, names in lacking.items():
        if names:
            told.append((ours, None, "POST", "refused", None, words.LACKING_FILE.format(fields=", ".join(names))))
    whole = [ours for ours, names in lacking.items() if not names]
    if whole:
        _write(rows.filter(pl.col("leverandor_bolig_id").is_in(whole)), whole, ledger, run_id, municipality, folder)
        told += [(ours, None, "POST", HANDED_OVER, None, words.HANDED_OVER) for ours in whole]
    return pl.DataFrame(told, schema=OUTCOMES, orient="row").sort("leverandor_bolig_id", "verb")


def _write(rows: pl.DataFrame, ours: list[str], ledger: Ledger, run_id: str, municipality: str, folder: Path) -> None:
    """Intent, file, outcome: whatever ends in between is told apart by whether the file is there."""
    writes = [Write(str(uuid.uuid4()), run_id, one, "POST", body=json.dumps({"leverandorBoligId": one})) for one in ours]
    ledger.journal(municipality, run_id, [], writes)
    at = _folder_of(ledger, run_id, folder)
    try:
        import_file.write(rows, at)
    except OSError as error:
        ledger.journal(municipality, run_id, [Settled(one.request_id, one.leverandor_bolig_id, "failed") for one in writes], [])
        raise LedgerError(
            f"The import file cannot be written to {at} ({error.strerror}). Give the night write permission there, or set "
            "`register.import_folder`; nothing is handed over, and the next night writes the same file."
        ) from error
    settled = [Settled(one.request_id, one.leverandor_bolig_id, HANDED_OVER, message=words.HANDED_OVER) for one in writes]
    ledger.journal(municipality, run_id, settled, [])


def _settle_interrupted(ledger: Ledger, municipality: str, folder: Path) -> None:
    settled = []
    for write in ledger.unsettled(municipality):
        left = (_folder_of(ledger, write.run_id, folder) / f"{import_file.NAME}.xlsx").exists()
        settled.append(Settled(write.request_id, write.leverandor_bolig_id, HANDED_OVER if left else "failed", message=words.HANDED_OVER))
    if settled:
        ledger.journal(municipality, "", settled, [])


def _folder_of(ledger: Ledger, run_id: str, folder: Path) -> Path:
    """The folder of a run's file, named by the night and the plan: a night run again with the same plan writes the same place."""
    plan = ledger.plan(run_id)
    return folder / (f"{plan.as_of}-{plan.digest[:8]}" if plan else run_id)
