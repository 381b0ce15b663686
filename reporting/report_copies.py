"""A night's reports, copied to where people who cannot reach this machine read them: object storage, or a share."""

from __future__ import annotations

import re
from pathlib import Path

from upath import UPath

from reporting.receipts_page import RECEIPTS, RECEIPTS_PAGE
from reporting.report_files import ReportError, is_dated, leading_to

_SECRET = re.compile(r"(?<=://)[^/@\s]+@")


def copy_night(night: Path, url: str, slug: str, page: str) -> str:
    """Copy the folder of a night to <url>/<slug>/<its date>, the receipts that are not there yet beside it, and let <url>/<slug>/<page>
    redirect to the night. Returns the page's URL.

    The redirect is written last, so that it always opens a complete night, the old or the new. Raises ReportError when the target
    refuses; the reports on this machine are not touched.
    """
    try:
        to = UPath(url) / slug
        for file in sorted(path for path in night.rglob("*") if path.is_file()):
            _copy(file, to / night.name / file.relative_to(night).as_posix())
        receipts = night.parent / RECEIPTS
        copied = {path.name for path in (to / RECEIPTS).iterdir()} if receipts.is_dir() and (to / RECEIPTS).exists() else set()
        for file in sorted(receipts.glob("*")) if receipts.is_dir() else ():
            if file.name == RECEIPTS_PAGE or file.name not in copied:
                _copy(file, to / RECEIPTS / file.name)
        newest = max([night.name, *(path.name for path in to.iterdir() if is_dated(path.name))])
        (to / page).write_text(leading_to(f"{newest}/{page}", newest), encoding="utf-8")
        return str(to / page)
    except Exception as error:  # every storage has exceptions of its own, and some of them name the credentials
        words = _SECRET.sub("***@", str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__)
        raise ReportError(
            f"The reports of {night.name} lie in {night}, but could not be copied to {_SECRET.sub('***@', url)} ({words}). "
            "Check `reports_copy` in the municipality's file and the credentials in the environment, then run `kobosync report`."
        ) from error


def _copy(file: Path, target: UPath) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.read_bytes())
