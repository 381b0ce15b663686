"""The parts of a workbook's archive, found by the format's relationships instead of the names that most programs use."""

from __future__ import annotations

import io
import posixpath
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

_INDEX_LIMIT = 8_000_000
_TRUE = ("1", "true")
_USUAL_BOOK = "xl/workbook.xml"
_USUAL = {"texts": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
_RELATIONS = '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_RELATION = '<Relationship Id={} Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'


@dataclass(frozen=True, slots=True)
class Parts:
    """Names as the archive has them. sheets: sheet name -> part. texts: shared texts. from_1904: whether days are counted from 1904.

    book: the part that lists the sheets; relations: the id of each sheet there. styles: how cells are shown.
    """

    sheets: dict[str, str]
    book: str = _USUAL_BOOK
    texts: str | None = None
    from_1904: bool = False
    styles: str | None = None
    relations: dict[str, str] = field(default_factory=dict)


def package_parts(archive: zipfile.ZipFile) -> Parts:
    """The parts of a workbook; empty when its form is not XML. Raises ParseError for invalid XML."""
    names = _Names(archive)
    book = next((target for kind, _, target in names.relations("") if kind == "officeDocument"), _USUAL_BOOK)
    content = names.xml(book)
    if content is None:
        return Parts({})
    relations = list(names.relations(book))
    targets = {number: target for _, number, target in relations}
    sheets: dict[str, str] = {}
    ids: dict[str, str] = {}
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
                ids[str(element.get("name"))] = number
    texts, styles = (
        names.actual(next((target for kind, _, target in relations if kind == wanted), "")) for wanted in ("sharedStrings", "styles")
    )
    return Parts(sheets, names.actual(book) or book, texts, from_1904, styles, ids)


def with_usual_names(path: Path, parts: Parts) -> bytes | None:
    """A copy of the archive with its parts under the names that the reader expects; None when they have those names."""
    wanted = {parts.book: _USUAL_BOOK} | {
        name: usual for name, usual in ((parts.texts, _USUAL["texts"]), (parts.styles, _USUAL["styles"])) if name
    }
    at_home = all(_slashes(name).casefold() == usual.casefold() for name, usual in wanted.items())
    if not parts.sheets or (at_home and all(_slashes(name).casefold().startswith("xl/") for name in parts.sheets.values())):
        return None
    related = []
    for number, (sheet, part) in enumerate(parts.sheets.items(), start=1):
        wanted[part] = f"xl/worksheets/sheet{number}.xml"
        related.append(_RELATION.format(quoteattr(parts.relations[sheet]), "worksheet", f"worksheets/sheet{number}.xml"))
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, usual in wanted.items():
            with old.open(name) as source, new.open(usual, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        new.writestr("_rels/.rels", _RELATIONS.format(_RELATION.format('"rId1"', "officeDocument", _USUAL_BOOK)))
        new.writestr("xl/_rels/workbook.xml.rels", _RELATIONS.format("".join(related)))
    return made.getvalue()


def _slashes(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


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
        element = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        for each in element if element is not None else ():
            target = str(each.get("Target")).replace("\\", "/")
            whole = target if target.startswith("/") else posixpath.join(folder, target)
            yield str(each.get("Type")).rpartition("/")[2], str(each.get("Id")), posixpath.normpath(whole).lstrip("/")
