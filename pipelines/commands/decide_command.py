"""`kobosync decide`: the questions of the last night, asked in the terminal, answered in one line, or read from an answered workbook."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable

from assets.answer_assets import NightQuestions, pick_up, questions_of
from assets.stored_table import table_base
from assets.table_io import EarlierTables
from language import text, using_language, word_for
from pipelines.commands.split_command import HomeChange, run_split, run_undo_answer
from pipelines.commands.terminal_input import Ask, ask_line
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from reconciliation.decisions.answer_checks import AnswerOutcome, CheckedAnswer, GivenAnswer, store_answers
from reconciliation.decisions.answer_choices import contradictory
from reconciliation.decisions.question import Question
from reconciliation.ledger import Ledger, LedgerError, open_ledger
from reconciliation.model.municipality import Municipality, home_of, load
from reporting.clarifications import Shown, shown_questions
from reporting.decided_in_words import contradictory_in_words
from reporting.receipt import outcome_in_words

FORMATS = ("table", "json")
GOOD = (AnswerOutcome.STORED, AnswerOutcome.ALREADY, AnswerOutcome.BLANK)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line's options; the first that is given is carried out."""

    file: Path | None = None
    dump: Path | None = None
    load: Path | None = None
    listing: bool = False
    warnings: bool = False
    output: str = "table"
    question: str = ""
    answer: str = ""
    by: str = ""
    why: str = ""
    split: str = ""
    row: str = ""
    undo: str = ""
    dry_run: bool = False


def run_decide(config: Path, wanted: Wanted, ask: Ask = ask_line) -> int:
    """0: done; 1: an answer was not stored; 2: options that do not go together. ask: reads a line from the terminal."""
    fault = _misuse(wanted)
    if fault:
        print(fault, file=sys.stderr)
        return CONFIGURATION
    municipality, home, console = load(config), home_of(config), Console()
    find = partial(EarlierTables(base=table_base(municipality, home)).last, municipality.slug)
    with closing(open_ledger(municipality.ledger, home)) as ledger, using_language(municipality.language):
        if wanted.dump:
            return _dump(wanted.dump, ledger, municipality.slug)
        if wanted.load:
            return _load(wanted.load, ledger, municipality.slug)
        if wanted.file:
            receipt = pick_up(municipality, home, wanted.file, ledger, find)
            _tell(receipt.taken, municipality, console)
            console.print(f"Receipt: {receipt.path}", highlight=False, markup=False)
            return _code(receipt.taken)
        if wanted.split:
            change = HomeChange(wanted.split, wanted.row, wanted.by, wanted.why, wanted.dry_run)
            return run_split(change, municipality, ledger, find, console, partial(_tell_all, municipality, console))
        if wanted.undo:
            change = HomeChange(wanted.undo, "", wanted.by, wanted.why, wanted.dry_run)
            return run_undo_answer(change, municipality, ledger, find, console)
        asked = questions_of(find, ledger, municipality.slug)
        if wanted.listing:
            seen = replace(asked, questions=asked.warnings) if wanted.warnings else asked
            return _list(seen, ledger, municipality, wanted.output, console)
        if wanted.question:
            return _answer(asked, wanted, ledger, municipality, console)
        return _converse(asked, wanted.by, ledger, municipality, console, ask)


def _misuse(wanted: Wanted) -> str | None:
    if wanted.output not in FORMATS:
        return f"--format={wanted.output} is not one of {', '.join(FORMATS)}."
    if wanted.question and not (wanted.answer and wanted.by):
        return "Give the question, the answer and --by WHO, or none of them to be asked."
    if (wanted.split or wanted.undo) and not (wanted.by or wanted.dry_run):
        return "Give --by WHO, or --dry-run to see what it does."
    if wanted.split and wanted.undo:
        return "Give --split or --undo, not both."
    if (wanted.row and not wanted.split) or (wanted.dry_run and not (wanted.split or wanted.undo)):
        return "--row goes with --split; --dry-run with --split or --undo."
    if wanted.file and not wanted.file.is_file():
        return f"There is no file {wanted.file}; give the answered workbook."
    if wanted.load and not wanted.load.is_file():
        return f"There is no file {wanted.load}; give one that --dump wrote."
    if wanted.dump and not wanted.dump.parent.is_dir():
        return f"There is no folder {wanted.dump.parent}; make it, or give another path."
    return None


def _dump(path: Path, ledger: Ledger, slug: str) -> int:
    lines = ledger.dump_decisions(slug)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{path}: {len(lines)} decisions.")
    return DONE


def _load(path: Path, ledger: Ledger, slug: str) -> int:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path} cannot be read ({type(error).__name__}); give a file that --dump wrote.") from error
    new = ledger.load_decisions(slug, lines)
    print(f"{new} new decisions, {sum(1 for line in lines if line.strip()) - new} known already.")
    return DONE


def _open(asked: NightQuestions) -> list[Question]:
    return [question for question in asked.questions if question.decided is None]


def _list(asked: NightQuestions, ledger: Ledger, municipality: Municipality, output: str, console: Console) -> int:
    clashes = [contradictory_in_words(row, municipality, asked.hidden) for row in contradictory(ledger.decisions(municipality.slug))]
    if output == "json":
        shown = [_as_json(question, shown_questions(question, municipality, asked.sources)) for question in asked.questions]
        print(
            json.dumps(
                {"questions": shown, "in_source": list(asked.in_source), "contradictory": clashes},
                ensure_ascii=False,
                indent=1,
                default=str,
            )
        )
        return DONE
    table = RichTable("question", "dwelling", "asks", "answers", title=f"{len(_open(asked))} open questions", title_justify="left")
    for question in _open(asked):
        row = shown_questions(question, municipality, asked.sources)
        table.add_row(row.id, f"{row.address}\n{row.dwelling}", row.question, ", ".join(row.answers.values()))
    console.print(table)
    for sentence in [text("clarifications.in_source_title"), *asked.in_source] if asked.in_source else ():
        console.print(sentence, highlight=False, markup=False)
    for clash in clashes:
        console.print(clash, style="yellow", highlight=False, markup=False)
    return DONE


def _as_json(question: Question, shown: Shown) -> dict[str, Any]:
    decided = question.decided
    return {
        "id": shown.id,
        "about": question.about,
        "dwelling": question.dwelling,
        "other": question.other,
        "field": question.field,
        "owner": question.owner,
        "asks": shown.question,
        "address": shown.address,
        "holds_up": question.holds_up,
        "candidates": [candidate.name for candidate in question.candidates],
        "sides": [{"who": side.who, **{name: value for name, value in side.values.items() if value is not None}} for side in shown.sides],
        "differs": sorted(name for name, same in shown.agrees.items() if same is False),
        "answers": {code: label for label, code in shown.answers.items()},
        "evidence": shown.evidence,
        "open": decided is None,
        "decided": decided and {"verdict": decided["verdict"], "value": decided["value"], "by": decided["decided_by"]},
    }


def _answer(asked: NightQuestions, wanted: Wanted, ledger: Ledger, municipality: Municipality, console: Console) -> int:
    known = {question.id: shown_questions(question, municipality, asked.sources).answers for question in asked.every}
    code = known.get(wanted.question, {}).get(wanted.answer, wanted.answer)
    taken = store_answers([GivenAnswer(wanted.question, code, wanted.by, wanted.why)], asked.every, ledger, municipality.slug)
    _tell(taken, municipality, console)
    return _code(taken)


def _converse(asked: NightQuestions, by: str, ledger: Ledger, municipality: Municipality, console: Console, ask: Ask) -> int:
    """One question after another; a blank line leaves one for later, q ends."""
    waiting = _open(asked)
    if not waiting:
        console.print("There is no open question.")
        return DONE
    given: list[CheckedAnswer] = []
    try:
        by = by or ask("Who decides (role or initials)? ").strip()
        for number, question in enumerate(waiting, start=1):
            shown = shown_questions(question, municipality, asked.sources)
            _show(shown, f"{number} of {len(waiting)}", console)
            code = _chosen(shown, ask)
            if code is None:
                break
            if code:
                why = ask("Why (blank: no reason)? ").strip()
                # An answer given a moment ago may affect this one: each answer is checked against the present ledger.
                taken = store_answers([GivenAnswer(question.id, code, by, why, question.evidence)], waiting, ledger, municipality.slug)
                _tell(taken, municipality, console)
                given += taken
    except (EOFError, KeyboardInterrupt):
        console.print()
    stored = sum(answer.outcome is AnswerOutcome.STORED for answer in given)
    console.print(f"{stored} answers stored, used from the next night; {len(waiting) - stored} questions are open.")
    return _code(given)


def _chosen(shown: Shown, ask: Ask) -> str | None:
    """The code of an answer, "" for later, None to end."""
    codes = list(shown.answers.values())
    while True:
        typed = ask(f"Answer 1-{len(codes)}, blank for later, q to end: ").strip()
        if typed in ("", "q"):
            return None if typed else ""
        if typed.isdigit() and 1 <= int(typed) <= len(codes):
            return codes[int(typed) - 1]
        if typed in codes or shown.free:
            return typed


def _show(shown: Shown, place: str, console: Console) -> None:
    table = RichTable("", *(side.who for side in shown.sides), title=f"{place}: {shown.address} ({shown.id})", title_justify="left")
    for name, same in sorted(shown.agrees.items(), key=lambda field: field[1] is not False):
        values = [side.values.get(name) for side in shown.sides]
        if any(value not in (None, "") for value in values):
            style = "bold red" if same is False else "green" if same else None
            table.add_row(word_for("fields", name), *("" if value is None else str(value) for value in values), style=style)
    console.print(table)
    console.print(shown.question, highlight=False, markup=False)
    for number, label in enumerate(shown.answers, start=1):
        console.print(f"  {number} {label}", highlight=False, markup=False)


def _tell(taken: Iterable[CheckedAnswer], municipality: Municipality, console: Console) -> None:
    for answer in taken:
        if answer.outcome is not AnswerOutcome.BLANK:
            style = "green" if answer.outcome in GOOD else "yellow"
            place = f"row {answer.given.row}, " if answer.given.row else ""
            sentence = f"{place}{answer.given.question_id}: {outcome_in_words(answer, municipality)}"
            console.print(sentence, style=style, highlight=False, markup=False)


def _tell_all(municipality: Municipality, console: Console, taken: Sequence[CheckedAnswer]) -> int:
    _tell(taken, municipality, console)
    return _code(taken)


def _code(taken: Iterable[CheckedAnswer]) -> int:
    return DONE if all(answer.outcome in GOOD for answer in taken) else FAILED
