"""No name or code of ours goes out by any path: not in a text, and in no page, workbook or search result of a night with all of them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import cycle, islice
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from kobo_client.contract import BOLIGSTATUS, BOLIGTYPE, DISPOSISJONSFORM
from language import COMPLETE, in_language
from reconciliation.model.reasons import REASONS
from reconciliation.model.tables import CONTENT
from reconciliation.model.words import DwellingClass
from reporting.publish import publish
from tests.language.keys import texts_of
from tests.reporting.example import dwellings, items, municipality, night

CODES = {
    code
    for code in (*CONTENT, *BOLIGTYPE, *DISPOSISJONSFORM, *BOLIGSTATUS, *REASONS, *DwellingClass, *municipality().categories)
    if "_" in code or code.isupper()
}
"""What looks like no word of any language. A code that is a Norwegian word too cannot be distinguished."""
TOKEN = re.compile(r"\b[A-Za-zæøåÆØÅ]+(?:_[A-Za-zæøåÆØÅ]+)+\b|\b[A-ZÆØÅ]{5,}\b")
SOURCE_AND_KEY = re.compile(rf"\b(?:{'|'.join(municipality().sources)}):(?=\w)")
"""A row as the ledger has it; people know the source by its title."""
FOR_OPERATORS = ("drafts", "read_faults", "read_doubts", "line_faults", "heading_faults", "needs_template", "document_head")
"""Groups whose texts name keys of the municipality's file to those who write it."""


def inside_names(text: str) -> set[str]:
    return {token for token in TOKEN.findall(text) if token in CODES}


def told_inside(shown: str) -> set[str]:
    return inside_names(shown) | set(SOURCE_AND_KEY.findall(shown))


@pytest.mark.parametrize("language", COMPLETE)
def test_no_text_says_a_code(language: str) -> None:
    codes_by_key = {}
    for key, sentence in texts_of(in_language(language)).items():
        if key.split(".")[0] in FOR_OPERATORS:
            continue
        plain = re.sub(r"\{[^}]*\}", " ", sentence if isinstance(sentence, str) else " ".join(sentence))
        if codes_shown := inside_names(plain):
            codes_by_key[key] = codes_shown
    assert codes_by_key == {}


class Shown(HTMLParser):
    """The words of a page, without its style and scripts, and without where its links lead."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.words: list[str] = []
        self._quiet = 0
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quiet += tag in ("style", "script")
        self.words += [value or "" for name, value in attrs if name in ("aria-label", "alt", "title", "placeholder")]

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.words.append(data)


@pytest.mark.parametrize("language", COMPLETE)
def test_nothing_that_is_published_shows_a_code(language: str, tmp_path: Path) -> None:
    many = 40
    turns = {"boligtype": BOLIGTYPE, "disposisjonsform": DISPOSISJONSFORM, "boligstatus": BOLIGSTATUS}
    homes = dwellings(many).with_columns(
        er_bofellesskap=pl.lit(value=True), **{name: pl.Series(list(islice(cycle(codes), many))) for name, codes in turns.items()}
    )
    details = json.dumps({"fields": ["er_bofellesskap", "disposisjonsform"], "nights": 2, "candidates": []})
    reasons = pl.Series(list(islice(cycle(sorted(REASONS)), many)))
    plan = items(homes).with_columns(reason=reasons, details=pl.lit(details))
    lineage = pl.DataFrame(
        [(homes["leverandor_bolig_id"][0], "disposisjonsform", "facilit", "1", DISPOSISJONSFORM[0], True, "priority")],
        schema=night().lineage.schema,
        orient="row",
    )
    settings = municipality().model_copy(update={"language": language})
    folder = publish(night(municipality=settings, dwellings=homes, items=plan, lineage=lineage), tmp_path).folder
    codes_by_file: dict[str, set[str]] = {}
    for file in folder.glob("*.html"):
        codes_by_file[file.name] = told_inside(" ".join(Shown(file).words))
    for file in folder.glob("*.xlsx"):
        cells = [str(cell.value) for sheet in openpyxl.load_workbook(file) for row in sheet.iter_rows() for cell in row if cell.value]
        codes_by_file[file.name] = told_inside(" ".join(cells))
    for file in (folder / "boliger").glob("del-*.js"):
        codes_by_file[file.name] = told_inside(file.read_text(encoding="utf-8"))
    assert {name: settings for name, settings in codes_by_file.items() if settings} == {}
    assert len(codes_by_file) > 6
