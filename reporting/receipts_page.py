"""The page that lists the receipts of answered workbooks, the newest first. It is in their own folder, beside the nights' folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from language import text
from reconciliation.model.municipality import Municipality
from reporting.page_templates import report_templates
from reporting.report_files import ARCHIVE, ReportError, dated, leading_to

RECEIPTS = "kvitteringer"
RECEIPTS_PAGE = "index.html"
RECEIPTS_LINK = f"../{RECEIPTS}/{RECEIPTS_PAGE}"
"""From a night's page. A night in the archive finds a page there that leads on."""
_NAME = re.compile(r"kvittering-(?P<of>.*)-(?P<at>\d{8}-\d{6})\d{6}")


@dataclass(frozen=True, slots=True)
class AnswerPlace:
    """The folder for answered workbooks, as owners open it, and the page of receipts, as linked from a night's page."""

    folder: str
    receipts: str = RECEIPTS_LINK


@dataclass(frozen=True, slots=True)
class _Listed:
    file: str
    of: str
    at: datetime


def write_receipts_page(reports: Path, municipality: Municipality) -> None:
    """Write the list to `reports`/<slug>/kvitteringer, and a page in the archive that leads to it.

    Raises ReportError when the file system refuses.
    """
    try:
        _write_list(reports / municipality.slug / RECEIPTS, municipality)
    except OSError as error:
        raise ReportError(
            f"{error.filename}: the list of receipts cannot be written ({error.strerror}). Give the night write permission."
        ) from error


def _write_list(folder: Path, municipality: Municipality) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    links = [(f"../{night.name}/index.html", text("search.back")) for night in dated(folder.parent)[-1:]]
    content = (
        report_templates()
        .get_template("receipts.html.j2")
        .render(municipality=municipality, receipts=list(_listed(folder, ZoneInfo(municipality.timezone))), links=links)
    )
    made = folder / f".{RECEIPTS_PAGE}-{os.getpid()}"
    made.write_text(content, encoding="utf-8")
    made.replace(folder / RECEIPTS_PAGE)
    if (archive := folder.parent / ARCHIVE).is_dir():
        (archive / RECEIPTS).mkdir(exist_ok=True)
        (archive / RECEIPTS / RECEIPTS_PAGE).write_text(leading_to(f"../../{RECEIPTS}/{RECEIPTS_PAGE}", RECEIPTS), encoding="utf-8")


def _listed(folder: Path, zone: ZoneInfo) -> Iterator[_Listed]:
    receipts = [(match, path) for path in folder.glob("*.xlsx") if (match := _NAME.fullmatch(path.stem))]
    for match, path in sorted(receipts, key=lambda receipt: receipt[0]["at"], reverse=True):
        at = datetime.strptime(match["at"], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
        yield _Listed(path.name, match["of"], at.astimezone(zone))
