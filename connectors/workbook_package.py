"""The outside of a workbook: is it one, is it whole, is it locked, and is it safe to unpack."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

from connectors.read_faults import SourceFault
from connectors.source_files import FILE_KINDS, MEGABYTE, OLE, ZIP, kind_by_first_bytes

_RATIO = 250
_RATIO_FROM = 50 * MEGABYTE
_INDEX_LIMIT = 8 * MEGABYTE
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


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
    claimed = sum(part.file_size for part in archive.infolist())
    packed = max(sum(part.compress_size for part in archive.infolist()), 1)
    if claimed > limit_megabytes * MEGABYTE or (claimed > _RATIO_FROM and claimed / packed > _RATIO):
        archive.close()
        size, small = claimed // MEGABYTE, f"{packed / MEGABYTE:.1f}"
        raise SourceFault("packed_bomb", path=name, size=size, packed=small, limit=limit_megabytes, ratio=_RATIO)
    if "xl/workbook.xml" not in archive.namelist() and not any(part.endswith("workbook.bin") for part in archive.namelist()):
        archive.close()
        raise SourceFault("not_a_workbook", path=name, what=FILE_KINDS["zip"], kind="zip")
    return archive


def check_parts(archive: zipfile.ZipFile) -> None:
    """Unpack what every sheet needs (texts, styles, index) once: a size or checksum that lies raises here, in bounded memory."""
    for part in archive.infolist():
        if part.filename.startswith("xl/") and not part.filename.startswith(("xl/worksheets/sheet", "xl/media/")):
            with archive.open(part) as stream:
                while stream.read(MEGABYTE):
                    pass


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> the part that holds it. Empty for a workbook in another form than XML."""
    book, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    names = set(archive.namelist())
    if not {book, relations} <= names or max(archive.getinfo(book).file_size, archive.getinfo(relations).file_size) > _INDEX_LIMIT:
        return {}
    # expat stops entity bombs by itself, and both parts are small.
    targets = {str(each.get("Id")): str(each.get("Target")) for each in ElementTree.fromstring(archive.read(relations))}  # noqa: S314
    parts: dict[str, str] = {}
    for sheet in ElementTree.fromstring(archive.read(book)).iter():  # noqa: S314
        if sheet.tag.rpartition("}")[2] == "sheet":
            target = targets.get(str(sheet.get(_RELATION) or sheet.get(_RELATION_STRICT)), "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            if part in names:
                parts[str(sheet.get("name"))] = part
    return parts
