"""Refuses a ledger without nights where there have been nights: it was lost or moved, and a person must confirm that it is new."""

from __future__ import annotations

from pathlib import Path

from upath import UPath

from assets.stored_table import table_base
from reconciliation.ledger import Ledger, LedgerError, open_ledger
from reconciliation.ledger.opening import resolve_url, url_without_password
from reconciliation.ledger.restore import SET_ASIDE
from reconciliation.model.municipality import Municipality
from reporting.report_files import ARCHIVE, dated


def open_known_ledger(municipality: Municipality, home: Path) -> Ledger:
    """The municipality's ledger. Raises LedgerError as `open_ledger` does, and when the ledger has no run of the municipality although
    reports, stored tables or a ledger that was set aside show that there was one. A missing file is not created then."""
    url = resolve_url(municipality.ledger, home)
    file = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
    if file is not None and not file.exists():
        _refuse(municipality, url_without_password(url), _trace(municipality, home, file))
    ledger = open_ledger(municipality.ledger, home)
    try:
        if not ledger.has_run(municipality.slug):
            # A ledger that a restore set aside counts only for the municipalities that are in it.
            _refuse(municipality, url_without_password(url), _trace(municipality, home, None if ledger.has_run() else file))
    except BaseException:
        ledger.close()
        raise
    return ledger


def _refuse(municipality: Municipality, where: str, trace: str | None) -> None:
    if trace is not None:
        raise LedgerError(
            f"The ledger {where} knows no night of {municipality.name}, and there have been some: {trace} is there. Restore the last "
            f"backup (kobosync restore {municipality.file} BACKUP). If the ledger is meant to be new, say so once: "
            f"kobosync night {municipality.file} --new-ledger"
        )


def _trace(municipality: Municipality, home: Path, file: Path | None) -> str | None:
    """What shows that there was a night, for the message; None when nothing does. file: of a ledger without any runs."""
    if file is not None and (aside := sorted(file.parent.glob(f"{file.name}{SET_ASIDE}[0-9]*"))):
        return str(aside[-1])
    reports = home / municipality.reports / municipality.slug
    if nights := [*dated(reports), *dated(reports / ARCHIVE)]:
        return str(nights[-1])
    outcomes = UPath(table_base(municipality, home)) / municipality.slug / "outcomes.parquet"
    return str(outcomes) if outcomes.exists() else None
