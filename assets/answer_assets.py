"""The questions of the last night, made from its stored tables, and the answered workbooks in the drop folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import polars as pl

from assets.known_shielded import SHIELDED_GONE
from assets.night_resource import one_sentence
from assets.night_session import NightSession
from assets.stored_table import Table
from assets.table_io import EarlierTables
from language import rendered, using_language
from reconciliation.decisions.answer_checks import AnswerOutcome, CheckedAnswer, GivenAnswer, store_answers
from reconciliation.decisions.question import Question
from reconciliation.decisions.question_lookup import Tables
from reconciliation.decisions.questions import AskedOf
from reconciliation.decisions.warning_questions import decided_warnings, undecided_warnings
from reconciliation.ledger import Ledger
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.municipality import Municipality
from reporting.answered_cells import plainly
from reporting.clarifications import settled_in_source
from reporting.clarifications_reading import AnsweredSheet, read_answers
from reporting.offered_answers import entry_labels, labels
from reporting.privacy import hidden_names
from reporting.receipt import LONGEST, write_receipt
from reporting.receipts_page import RECEIPTS, write_receipts_page
from reporting.report_files import ReportError

log = logging.getLogger("kobosync")

RECEIVED = "mottatt"
"""Below the drop folder: files that have been read."""
_LEFT_BEHIND = ("thumbs.db", "desktop.ini")
USED = ("dwellings", "plan", "matches", "lineage", "standing_rows", "register", "deviations")
REJECTED = "rejected_rows"

Find = Callable[[str], Table | None]
"""A municipality's stored table by its name; None when there is none."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The checked answers of one file. moved: where the file was moved; None when it was left in place."""

    file: str
    taken: tuple[CheckedAnswer, ...]
    path: Path
    moved: Path | None = None

    def count(self, outcome: AnswerOutcome) -> int:
        """How many answers of the file had that outcome."""
        return sum(answer.outcome is outcome for answer in self.taken)


@dataclass(frozen=True, slots=True)
class NightQuestions:
    """A night's questions, and the sources of every dwelling in them.

    warnings: questions whether a value that a rule warns of is right; there may be many, and no dwelling waits for them.
    in_source: a sentence for each uncertain dwelling that only a change in its source can settle. hidden: names of shielded dwellings.
    """

    questions: Sequence[Question]
    sources: Mapping[str, Sequence[str]]
    warnings: Sequence[Question] = ()
    in_source: Sequence[str] = ()
    hidden: Collection[str] = ()

    @property
    def every(self) -> list[Question]:
        """Questions and warnings."""
        return [*self.questions, *self.warnings]


def questions_of(find: Find, ledger: Ledger, slug: str) -> NightQuestions:
    """The questions of the last night that could read the register; none when a table is missing."""
    tables = {name: table for name in (*USED, REJECTED) if (table := find(name)) is not None}
    if not tables.keys() >= set(USED) or tables["plan"].facts.get("register_verdict") != "complete":
        return NightQuestions((), {})
    return night_questions(tables, ledger, slug)


def night_questions(made: Mapping[str, Table], ledger: Ledger, slug: str) -> NightQuestions:
    """made: the tables of USED, and REJECTED where it is there."""
    return NightAsked(made).decided(ledger.decisions(slug))


class NightAsked:
    """The questions of a night's tables, made once; what is decided about them is looked up for each set of decisions.

    made: the tables of USED, and REJECTED where it is there. named: ids of the dwellings that are asked about or offered beside them.
    """

    def __init__(self, made: Mapping[str, Table]) -> None:
        tables = Tables(
            dwellings=made["dwellings"].frame,
            items=made["plan"].frame,
            matches=made["matches"].frame,
            lineage=made["lineage"].frame,
            standing_rows=made["standing_rows"].frame,
            register_rows=made["register"].frame,
            shielded_gone=made["dwellings"].facts.get(SHIELDED_GONE, ()),
            deviations=made["deviations"].frame,
            rejected=made[REJECTED].frame if REJECTED in made else None,
        )
        self._asked = AskedOf(tables)
        as_of = made["plan"].facts.get("as_of")
        self._night = date.fromisoformat(as_of) if as_of else None
        self._warnings = undecided_warnings(made["deviations"].frame, tables.dwellings, self._night)
        self.named = self._asked.named | {warning.dwelling for warning in self._warnings}
        rows = tables.dwellings.filter(pl.col("leverandor_bolig_id").is_in(sorted(self.named))).select("leverandor_bolig_id", "sources")
        self._sources = dict(rows.iter_rows())
        self._in_source = [sentence for _, sentence in settled_in_source(tables.items, tables.dwellings, self.named)]
        self._hidden = hidden_names(tables.dwellings, tables.items, tables.shielded_gone)

    def decided(self, decisions: pl.DataFrame) -> NightQuestions:
        """decisions: the ledger's DECISIONS in force."""
        questions, warnings = self._asked.decided(decisions), decided_warnings(self._warnings, decisions, self._night)
        return NightQuestions(questions, self._sources, warnings, self._in_source, self._hidden)


def pick_up_folder(
    municipality: Municipality, home: Path, ledger: Ledger, find: Find, *, older_than: float = 0.0, tonight: bool = False
) -> list[Receipt]:
    """Read every file in the municipality's drop folder, by name; one that cannot be read gets a receipt with the reason. Raises nothing: a
    file that cannot be moved, or whose receipt cannot be written, is left and logged.

    older_than: least seconds since a file was last written; a newer one may not be complete yet. tonight: see pick_up.
    """
    if municipality.answers is None:
        return []
    folder = home / municipality.answers
    receipts = []
    for path in waiting_files(folder, older_than):
        try:
            receipts.append(pick_up(municipality, home, path, ledger, find, tonight=tonight))
        except OSError as error:
            log.warning("%s cannot be taken in now (%s); it waits.", path, error.strerror)
    return receipts


def waiting_files(folder: Path, older_than: float = 0.0) -> list[Path]:
    """Files in the folder itself, without lock files of Excel and LibreOffice and without files of file managers."""
    now = datetime.now(UTC).timestamp()
    if not folder.is_dir():
        return []
    files = [path for path in folder.iterdir() if not path.name.startswith(("~$", ".")) and path.name.casefold() not in _LEFT_BEHIND]
    return sorted(path for path in files if path.is_file() and now - path.stat().st_mtime >= older_than)


def pick_up(municipality: Municipality, home: Path, path: Path, ledger: Ledger, find: Find, *, tonight: bool = False) -> Receipt:
    """Read one answered workbook, store the accepted answers, write the receipt, and move the file if it is in the drop folder.

    tonight: a running night reads it and uses the answers; otherwise the next night does. Only words of the receipt depend on it.
    """
    with using_language(municipality.language):
        return _picked_up(municipality, home, path, ledger, find, tonight)


def as_codes(sheet: AnsweredSheet, questions: Sequence[Question], municipality: Municipality) -> list[GivenAnswer]:
    """The sheet's answers by their codes; what is none stays as it was written."""
    asked = {question.id: question for question in questions}
    with using_language(sheet.language):
        known = {
            name: {plainly(label): code for label, code in (labels(question, municipality) | entry_labels(question)).items()}
            for name, question in asked.items()
        }
    given = []
    for answer in sheet.given:
        chosen = known.get(answer.question_id, {}).get(plainly(answer.answer))
        given.append(replace(answer, answer=chosen or _exact(answer.answer, asked.get(answer.question_id))))
    return given


def _exact(code: str, question: Question | None) -> str:
    """`same:<candidate>` and `different:<candidate>`, as the sheet of houses has them, where the question has that home of ours alone."""
    verdict, _, named = code.partition(":")
    if question is None or question.other != named or question.answer(code) is not None:
        return code
    lone = verdict == DecisionKind.SAME or (verdict == DecisionKind.DIFFERENT and len(question.candidates) == 1)
    return verdict if lone else code


def _picked_up(municipality: Municipality, home: Path, path: Path, ledger: Ledger, find: Find, tonight: bool) -> Receipt:
    night = questions_of(find, ledger, municipality.slug)
    sheet = read_answers(path)
    if sheet.fault:
        log.warning("%s", sheet.fault)
        taken = [CheckedAnswer(GivenAnswer("", "", ""), AnswerOutcome.UNREADABLE, file_fault=rendered(sheet.fault.melding))]
    else:
        given = as_codes(sheet, night.every, municipality)
        taken = store_answers(given, night.every, ledger, municipality.slug)
    now = datetime.now(UTC)
    reports = home / municipality.reports
    receipt = write_receipt(reports / municipality.slug / RECEIPTS, path.name, now, taken, municipality, night.sources, tonight=tonight)
    away = _put_away(municipality, home, path, now)
    try:
        write_receipts_page(reports, municipality)
    except ReportError as error:
        log.warning("%s", error)
    return Receipt(path.name, tuple(taken), receipt, away)


def _put_away(municipality: Municipality, home: Path, path: Path, now: datetime) -> Path | None:
    if municipality.answers is None or path.resolve().parent != (home / municipality.answers).resolve():
        return None
    target = path.parent / RECEIVED / f"{now:%Y%m%d-%H%M%S%f}-{path.stem[:LONGEST]}{path.suffix[:10]}"
    try:
        target.parent.mkdir(exist_ok=True)
        return path.rename(target)
    except OSError as error:
        # It will be read again; storing its answers twice changes nothing.
        log.warning("%s cannot be moved to %s (%s).", path, target.parent, error.strerror)
        return None


def answers_before(session: NightSession, municipality: Municipality, earlier: EarlierTables) -> list[Receipt]:
    """Receipts of the files in the drop folder when the night begins to merge. A dry run reads none, since it changes nothing."""
    if municipality.answers is None or session.apply == "never":
        return []
    with one_sentence(), session.step("answers"):
        try:
            find = partial(earlier.last, municipality.slug)
            return pick_up_folder(municipality, session.home, session.ledger, find, tonight=True)
        except OSError as error:
            log.warning("The answers in %s cannot be read (%s); they wait for the next night.", municipality.answers, error.strerror)
            return []
