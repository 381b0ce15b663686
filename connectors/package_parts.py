"""Which part of a workbook's archive is what, by its relationships as the format defines them, not by the names that one writer uses."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

_INDEX_LIMIT = 8_000_000
_TRUE = ("1", "true")
_USUAL_BOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Parts:
    """Names as the archive has them. sheets: sheet name -> part. texts: shared texts. from_1904: whether days are counted from 1904.

    book: the part that lists the sheets.
    """

    sheets: dict[str, str]
    book: str = _USUAL_BOOK
    texts: str | None = None
    from_1904: bool = False


def package_parts(archive: zipfile.ZipFile) -> Parts:
    """Empty for a workbook in another form than XML. Raises ParseError for XML that is none."""
    names = _Names(archive)
    book = next((target for kind, _, target in names.relations("") if kind == "officeDocument"), _USUAL_BOOK)
    content = names.xml(book)
    if content is None:
        return Parts({})
    relations = list(names.relations(book))
    targets = {number: target for _, number, target in relations}
    sheets: dict[str, str] = {}
    from_1904 = False
    for element in content.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "workbookPr":
            from_1904 = str(element.get("date1904", "")).casefold() in _TRUE
        if tag == "sheet":
            number = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
            part = names.actual(targets.get(number, ""))
            if part:
                sheets[str(element.get("name"))] = part
    texts = next((target for kind, _, target in relations if kind == "sharedStrings"), "")
    return Parts(sheets, book, names.actual(texts), from_1904)


def with_usual_book(path: Path, parts: Parts) -> bytes | None:
    """The archive with its book where the reader looks for it; None when it is there already, or is in another folder."""
    folder, name = posixpath.split(parts.book)
    if parts.book == _USUAL_BOOK or folder != posixpath.dirname(_USUAL_BOOK):
        return None
    renamed = {parts.book: _USUAL_BOOK, f"{folder}/_rels/{name}.rels": f"{folder}/_rels/workbook.xml.rels"}
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(renamed.get(part.filename.replace("\\", "/"), part.filename), old.read(part))
    return made.getvalue()


class _Names:
    """Parts by the name that relationships use: case does not count, and some writers take the backslash for a slash."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._actual = {name.replace("\\", "/").strip("/").casefold(): name for name in archive.namelist()}

    def actual(self, name: str) -> str | None:
        return self._actual.get(name.replace("\\", "/").strip("/").casefold())

    def xml(self, name: str) -> ElementTree.Element | None:
        part = self.actual(name)
        if part is None or self._archive.getinfo(part).file_size > _INDEX_LIMIT or not part.casefold().endswith((".xml", ".rels")):
            return None
        # expat stops entity bombs by itself, and these parts are small.
        return ElementTree.fromstring(self._archive.read(part))  # noqa: S314

    def relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Kind, id and target of what a part refers to; of the whole archive for "". Nothing where they cannot be read."""
        folder, name = posixpath.split(part)
        found = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        for each in found if found is not None else ():
            target = str(each.get("Target")).replace("\\", "/")
            whole = target if target.startswith("/") else posixpath.join(folder, target)
            yield str(each.get("Type")).rpartition("/")[2], str(each.get("Id")), posixpath.normpath(whole).lstrip("/")
