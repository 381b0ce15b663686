"""Nynorsk: as complete as bokmål (test_texts), written in its own words, and chosen in the municipality's file."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl

from language import COMPLETE, in_language
from reconciliation.model.municipality import Municipality
from reporting.publish import publish
from tests.language.keys import texts_of
from tests.reporting.example import night

_BOKMAL_ONLY = """
ikke noen noe hva hvem hvor hvordan hvorfor hvilken hvilke hvis fra bare mye mer nå dere deres jeg ble være vært bolig boliger
boligen boligene kilde kilder kilden natten raden linjen filen mappen kolonnene verdier verdiene nøkler nøklene mangler finnes
leses rettes avgjøres vises skrives brukes lagres sendes åpne åpnes endret rettet lagret uken årene tjenester tjenesten tallet
tallene eier eierne leilighet sted gjelder måned velg si sier tegn arbeidsboken gang ganger samtidig mulig riktig forsøkt kjøring
"""
BOKMAL_ONLY = frozenset(_BOKMAL_ONLY.split())
"""Words that bokmål has and nynorsk spells otherwise or lacks."""
QUOTED = re.compile(r"«[^»]*»|`[^`]*`|\{[^}]*\}|\b[A-ZÆØÅ_]{3,}\b")
"""What is not translated: names of sheets and choices, keys of the file, blanks."""


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-zæøåòé]+", QUOTED.sub(" ", text).lower()))


def test_no_text_in_nynorsk_has_a_word_of_bokmal() -> None:
    every = {key: value if isinstance(value, str) else " ".join(value) for key, value in texts_of(in_language("nn")).items()}
    assert {key: both for key, together in every.items() if (both := words(together) & BOKMAL_ONLY)} == {}


def test_the_languages_of_a_municipality_s_file_are_those_that_are_complete() -> None:
    assert Municipality.model_fields["language"].annotation.__args__ == COMPLETE  # type: ignore[union-attr]


def test_a_municipality_that_writes_nynorsk_gets_every_page_and_workbook_in_nynorsk(tmp_path: Path) -> None:
    made = night()
    nynorsk = made.municipality.model_copy(update={"language": "nn"})
    published = publish(night(municipality=nynorsk), tmp_path)
    page = published.page.read_text(encoding="utf-8")
    assert '<html lang="nn">' in page
    assert "Opne avvik" in page
    assert "Åpne avvik" not in page
    rules = (published.folder / "regler.html").read_text(encoding="utf-8")
    assert "Bruksenhetsnummeret manglar" in rules
    search = (published.folder / "boliger.html").read_text(encoding="utf-8")
    assert "Finn ein bustad" in search
    book = openpyxl.load_workbook(next(iter(published.workbooks.values())))
    assert "Kva er gale, og kva gjer du" in [cell.value for cell in book["Avvik"][2]]
