"""Finding and opening source files: paths, folders with a pattern, limits, and the kind of file by its first bytes."""

from __future__ import annotations

import stat
from fnmatch import fnmatch
from pathlib import Path

from connectors.read_faults import SourceFault
from connectors.source_config import FileSource

MEGABYTE = 1_000_000
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SIGNATURES = (
    (b"%PDF", "pdf"),
    (ZIP, "zip_or_workbook"),
    (b"PK\x05\x06", "empty_zip"),
    (OLE, "old_office"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf", "seven_zip"),
    (b"SQLite format 3", "sqlite"),
    (b"PAR1", "parquet"),
    (b"{\\rtf", "rtf"),
    (b"<!doctype html", "web_page"),
    (b"<html", "web_page"),
    (b"<?xml", "xml"),
)
FILE_KINDS = {
    "pdf": "a PDF",
    "zip": "a zip archive",
    "zip_or_workbook": "a zip archive or an .xlsx workbook",
    "empty_zip": "an empty zip archive",
    "old_office": "an old Office file (.xls, .doc) or one with a password",
    "picture": "a picture",
    "gzip": "a gzip archive",
    "seven_zip": "a 7z archive",
    "sqlite": "an SQLite database",
    "parquet": "a Parquet file",
    "rtf": "an RTF document",
    "web_page": "a web page",
    "xml": "an XML file",
    "text": "text",
}
"""Kind of file -> English. Owners read the texts `file_kinds.<kind>`."""


def kind_by_first_bytes(head: bytes) -> str | None:
    """A key of FILE_KINDS, when a file is something else than text."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return next((kind for magic, kind in _SIGNATURES if start.startswith(magic.lower())), None)


def files_of(source: FileSource, home: Path) -> list[Path]:
    """The files to read, in a fixed order. Raises SourceFault when there is none."""
    path = home / source.path
    try:
        if not path.is_dir():
            return [path]
        if source.pattern is None:
            raise SourceFault("is_folder", path=source.path)
        # Excel's lock files (~$) and hidden files are beside the real ones while somebody has them open.
        files = sorted(
            file
            for file in path.iterdir()
            if fnmatch(file.name.casefold(), source.pattern.casefold()) and not file.name.startswith(("~$", ".")) and file.is_file()
        )
        if not files:
            raise SourceFault("nothing_in_folder", path=source.path, pattern=source.pattern)
        return files if source.pick == "all" else [max(files, key=lambda file: (file.stat().st_mtime_ns, file.name))]
    except OSError as error:
        raise cannot_open(path, error) from error


def shown_path(path: Path, home: Path) -> str:
    """A path as the municipality's file writes it: relative to the home folder where it is below it."""
    return str(path.relative_to(home)) if path.is_relative_to(home) else str(path)


def refuse_pipe(path: Path, home: Path) -> None:
    """Opening a pipe or a device may wait for ever. Raises SourceFault, and OSError for what is not there."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise SourceFault("no_plain_file", path=shown_path(path, home))


def check_size(path: Path, home: Path, limit_megabytes: int) -> int:
    """Bytes of the file. Raises SourceFault when it is not there, not readable, a folder, empty or too big."""
    try:
        refuse_pipe(path, home)
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as error:
        raise cannot_open(Path(shown_path(path, home)), error) from error
    except ValueError as error:  # no file system takes such a name
        raise SourceFault("missing_file", path=shown_path(path, home)) from error
    if size == 0:
        raise SourceFault("empty_file", path=shown_path(path, home))
    if size > limit_megabytes * MEGABYTE:
        raise SourceFault("too_big", path=shown_path(path, home), size=size // MEGABYTE, limit=limit_megabytes)
    return size


def cannot_open(path: Path, error: OSError) -> SourceFault:
    """The SourceFault for an error of the operating system."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return SourceFault("missing_file", path=path)
    if isinstance(error, IsADirectoryError):
        return SourceFault("is_folder", path=path)
    code = "not_permitted" if isinstance(error, PermissionError) else "not_openable"
    return SourceFault(code, path=path, detail=error.strerror or type(error).__name__)
