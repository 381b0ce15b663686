"""The outside of a workbook: is it one, is it whole, is it locked, and is it safe to unpack."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path

from connectors.package_parts import Parts
from connectors.read_faults import SourceFault
from connectors.source_files import FILE_KINDS, MEGABYTE, OLE, ZIP, kind_by_first_bytes
from connectors.unfolded_size import spelled_out

_RATIO = 250
_RATIO_FROM = 50 * MEGABYTE
_INDEX_LIMIT = 8 * MEGABYTE
_ENCRYPTED = 0x1
_TYPES = (b"spreadsheetml", b"ms-excel")
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


def kind_of_workbook(path: Path, name: str) -> str:
    """`xlsx` or `xls` by its first bytes, whatever its name says. Raises SourceFault for anything else."""
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(ZIP):
        return "xlsx"
    if head.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise SourceFault("password", path=name)
        return "xls"
    kind = kind_by_first_bytes(head) or "text"
    raise SourceFault("not_a_workbook", path=name, what=FILE_KINDS[kind], kind=kind)


def open_package(path: Path, name: str, limit_megabytes: int) -> zipfile.ZipFile:
    """The archive, after a look at what it would unpack to. Raises SourceFault."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceFault("damaged_workbook", path=name, detail="the archive has no end") from error
    if any(part.flag_bits & _ENCRYPTED for part in archive.infolist()):
        archive.close()
        raise SourceFault("password", path=name)
    try:
        check_unfolded(archive, sum(part.file_size for part in archive.infolist()), name, limit_megabytes)
    except SourceFault:
        archive.close()
        raise
    if not _is_workbook(archive):
        archive.close()
        raise SourceFault("not_a_workbook", path=name, what=FILE_KINDS["zip"], kind="zip")
    return archive


def _is_workbook(archive: zipfile.ZipFile) -> bool:
    """By what the archive says of its contents."""
    for part in archive.infolist():
        if part.file_size <= _INDEX_LIMIT and part.filename.casefold() in ("[content_types].xml", "mimetype"):
            try:
                content = archive.read(part)
            except (zipfile.BadZipFile, OSError, ValueError, zlib.error):  # the reader reports the damage
                return True
            if _OPEN_DOCUMENT in content or any(kind in content for kind in _TYPES):
                return True
    return False


def check_spelled_out(archive: zipfile.ZipFile, parts: Parts, sheets: Collection[str], cells: int, name: str, limit_megabytes: int) -> None:
    """A small file in which many cells point to one long text is as big as all of them. Raises SourceFault."""
    check_unfolded(archive, spelled_out(archive, parts.texts, sheets, cells, _RATIO_FROM), name, limit_megabytes)


def check_unfolded(archive: zipfile.ZipFile, size: int, name: str, limit_megabytes: int) -> None:
    """size: bytes that it, or its cells' texts, become. Raises SourceFault where that is too much, or far more than the file."""
    packed = max(sum(part.compress_size for part in archive.infolist()), 1)
    if size > limit_megabytes * MEGABYTE or (size > _RATIO_FROM and size / packed > _RATIO):
        small = f"{packed / MEGABYTE:.1f}"
        raise SourceFault("packed_bomb", path=name, size=size // MEGABYTE, packed=small, limit=limit_megabytes, ratio=_RATIO)


def check_parts(archive: zipfile.ZipFile) -> None:
    """Unpack what every sheet needs (texts, styles, index) once: a wrong size or checksum raises here, in bounded memory."""
    for part in archive.infolist():
        name = part.filename.replace("\\", "/").casefold()
        if not name.startswith(("xl/worksheets/sheet", "xl/media/")):
            with archive.open(part) as stream:
                while stream.read(MEGABYTE):
                    pass
