"""Where a night's reports are, and how they get there: all or nothing, the newest on top."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from language import texts

ARCHIVE = "arkiv"
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


class ReportError(Exception):
    """The reports cannot be written; the text says which folder, why, and what to do."""


def place(folder: Path, as_of: date, write: Callable[[Path], None], *, replayed: bool = True) -> Path:
    """Let `write` fill a hidden folder, then move it to `folder`/<as_of>; older nights move to `folder`/arkiv.

    A replayed night that is older than the newest goes to the archive itself. One that was run for its own date is always the newest:
    a folder with a later date was written while the clock was wrong. Returns where the night's files are.
    Raises ReportError when the file system refuses.
    """
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # others are let in by its mode, e.g. a proxy: chmod 755
        folder.mkdir(exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{as_of}-", dir=folder))
        try:
            made.chmod(0o755)
            write(made)
            return _move(folder, as_of, made, replayed)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise ReportError(
            f"{error.filename or folder}: the reports of {as_of} cannot be written ({error.strerror}). "
            f"Give the night write permission to {folder}, or set another `reports` folder in the municipality's file."
        ) from error


def dated(folder: Path) -> list[Path]:
    """The dated folders in `folder`, oldest first."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and is_dated(path.name)) if folder.is_dir() else []


def is_dated(name: str) -> bool:
    """Whether that is the name of a night's folder."""
    return _DATED.fullmatch(name) is not None


def leading_to(target: str, title: str) -> str:
    """An HTML page that redirects to another."""
    return (
        f'<!doctype html><html lang="{texts().language}"><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="refresh" content="0; url={target}"><a href="{target}">{title}</a></html>\n'
    )


def point_to_newest(folder: Path, page: str) -> None:
    """Write `folder`/<page>, which redirects to that page of the newest night: an address that is the same every night.

    Raises ReportError when the file system refuses.
    """
    newest = dated(folder)[-1].name
    made = folder / f".{page}-{os.getpid()}"
    try:
        made.write_text(leading_to(f"{newest}/{page}", newest), encoding="utf-8")
        made.replace(folder / page)
    except OSError as error:
        raise ReportError(f"{folder / page}: cannot be written ({error.strerror}). Give the night write permission to {folder}.") from error


def _move(folder: Path, as_of: date, made: Path, replayed: bool) -> Path:
    name = as_of.isoformat()
    newer = replayed and any(path.name > name for path in dated(folder))
    target = (folder / ARCHIVE if newer else folder) / name
    target.parent.mkdir(exist_ok=True)
    _swap(made, target)
    if not newer:
        for old in (path for path in dated(folder) if path != target):
            (folder / ARCHIVE).mkdir(exist_ok=True)
            _swap(old, folder / ARCHIVE / old.name)
        shutil.rmtree(folder / ARCHIVE / name, ignore_errors=True)
    return target


def _swap(new: Path, target: Path) -> None:
    """Put `new` where `target` may be; a reader sees the old folder or the new one, or for a moment none."""
    aside = new.with_name(f".{target.name}-{os.getpid()}-old")
    if target.exists():
        target.rename(aside)
    new.rename(target)
    shutil.rmtree(aside, ignore_errors=True)
