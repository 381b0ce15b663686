"""Creates written to one import file, which a person takes to the register; a later export shows that the entries exist.

Nothing here calls the register. The journal keeps each create as `handed_over` until its dwelling has a link. A create that was sent by
the API and never answered stays unsettled: only the API, or an export with the dwelling, can show whether it was made.
"""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import polars as pl

from kobo_client import import_file
from kobo_client.contract import FIELDS
from kobo_client.import_columns import IMPORTABLE, PRIVATE_OWNER, missing_owner_fields
from reconciliation.apply.unwritten_reasons import unwritten
from reconciliation.ledger import HANDED_OVER, Ledger, LedgerError, Write, WriteOutcome
from reconciliation.model.plan_actions import FILE, acts, verb_of
from reconciliation.model.tables import OUTCOMES
from reconciliation.model.words import DwellingClass

_REQUIRED = tuple(field.name for field in FIELDS if field.required and field.name in IMPORTABLE)


def still_to_arrive(ledger: Ledger, municipality: str, folder: Path) -> dict[str, date]:
    """leverandor_bolig_id -> the night of its import file, of the creates that the register has not shown yet.

    Creates whose dwelling has a link by now are settled as done first, whether they were sent by file or by the API. Those of a night that
    was killed while writing count as handed over when the CSV is there (it is written first; a dwelling created twice is worse than one
    created late). Without the CSV nothing was handed over, and the dwellings are planned again.
    """
    begun, handed = ledger.unsettled(municipality), ledger.handed_over(municipality)
    if not begun and handed.is_empty():
        return {}
    linked = dict(ledger.links(municipality).select("leverandor_bolig_id", "kobo_id").iter_rows())
    settled = [
        _arrived(write.request_id, write.leverandor_bolig_id, linked)
        if write.leverandor_bolig_id in linked
        else _left_or_not(write, (_folder_of(ledger, write.run_id, folder) / f"{import_file.NAME}.csv").exists())
        for write in begun
        if write.verb == FILE or (write.verb == "POST" and write.leverandor_bolig_id in linked)
    ]
    sent = handed.select("request_id", "leverandor_bolig_id").iter_rows()
    settled += [_arrived(request_id, ours, linked) for request_id, ours in sent if ours in linked]
    if settled:
        ledger.journal(municipality, "", settled, [])
        handed = ledger.handed_over(municipality)
    return dict(handed.select("leverandor_bolig_id", "as_of").iter_rows())


def hand_over(items: pl.DataFrame, desired: pl.DataFrame, ledger: Ledger, run_id: str, municipality: str, folder: Path) -> pl.DataFrame:
    """Write the plan's creates (PLAN_ITEMS) as kobo-import.csv and .xlsx below `folder`. Shape: OUTCOMES.

    Changes and removals have no file form: they are `by_hand`, and a person makes them on Kobo's pages. A create that lacks what the
    import requires is refused, one that the API may have made already is `unknown`, and the others go on. Raises LedgerError,
    also when the file cannot be written.
    """
    still_open = {write.leverandor_bolig_id for write in ledger.unsettled(municipality)}
    actionable = items.filter(acts())
    created = actionable.filter(pl.col("class") == DwellingClass.CREATE.value)["leverandor_bolig_id"].to_list()
    outcomes = [
        (item["leverandor_bolig_id"], item["kobo_id"], verb_of(item), "by_hand", unwritten("by_hand"))
        for item in actionable.filter(pl.col("class") != DwellingClass.CREATE.value).iter_rows(named=True)
    ]
    whole = []
    for row in desired.filter(pl.col("leverandor_bolig_id").is_in(created)).sort("leverandor_bolig_id").iter_rows(named=True):
        ours = row["leverandor_bolig_id"]
        lacking = [name for name in _REQUIRED if row[name] in (None, "")] + missing_owner_fields(row)
        if ours in still_open:
            outcomes.append((ours, None, FILE, "unknown", unwritten("unknown_by_file")))
        elif row["disposisjonsform"] == PRIVATE_OWNER:
            outcomes.append((ours, None, FILE, "by_hand", unwritten("private_owner")))
        elif lacking:
            outcomes.append((ours, None, FILE, "refused", unwritten("lacking_file", fields=lacking)))
        else:
            whole.append(row)
            outcomes.append((ours, None, FILE, HANDED_OVER, unwritten("handed_over")))
    if whole:
        _write(whole, ledger, run_id, municipality, folder)
    return pl.DataFrame([(*outcome[:4], None, outcome[4]) for outcome in outcomes], schema=OUTCOMES, orient="row").sort(
        "leverandor_bolig_id", "verb"
    )


def _write(rows: list[dict[str, object]], ledger: Ledger, run_id: str, municipality: str, folder: Path) -> None:
    """Store the intents, write the file, settle. After a crash in between, `still_to_arrive` sees by the file how far it came."""
    writes = [Write(str(uuid.uuid4()), run_id, str(row["leverandor_bolig_id"]), FILE) for row in rows]
    ledger.journal(municipality, run_id, [], writes)
    at = _folder_of(ledger, run_id, folder)
    try:
        import_file.write_import_file(rows, at)
    except OSError as error:
        ledger.journal(municipality, run_id, [_left_or_not(write, left=False) for write in writes], [])
        raise LedgerError(
            f"The import file cannot be written to {at} ({error.strerror}). Give the night write permission there, or set "
            "`register.import_folder`; nothing is handed over, and the next night writes the same file."
        ) from error
    ledger.journal(municipality, run_id, [_left_or_not(write, left=True) for write in writes], [])


def _left_or_not(write: Write, left: bool) -> WriteOutcome:
    """Outcome of a create for the import file: `handed_over`, or not tried when the file was not written."""
    state, message = (HANDED_OVER, unwritten("handed_over")) if left else ("failed", unwritten("not_handed_over"))
    return WriteOutcome(write.request_id, write.leverandor_bolig_id, state, message=message)


def _arrived(request_id: str, ours: str, linked: dict[str, str]) -> WriteOutcome:
    return WriteOutcome(request_id, ours, "done", linked[ours])


def _folder_of(ledger: Ledger, run_id: str, folder: Path) -> Path:
    """The folder of a run's file, named by the night and the plan: a night run again with the same plan writes the same place."""
    plan = ledger.plan(run_id)
    return folder / (f"{plan.as_of}-{plan.digest[:8]}" if plan else run_id)
