"""`kobosync decide --split` and `--undo`: a merge that nobody asked about is split, and an answer that a night has used is taken back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from rich.console import Console

from assets.answer_assets import Find
from language import listed, text, word_for
from pipelines.exit_codes import CONFIGURATION, DONE
from reconciliation.decisions.answer_checks import CheckedAnswer, GivenAnswer, store_answers
from reconciliation.decisions.merged_homes import SplitEffect, answers_about, homes_named, split_effect, split_question, splits_rows
from reconciliation.decisions.question import Question
from reconciliation.ledger import Ledger
from reconciliation.model.municipality import Municipality
from reporting.clarifications import shown_questions
from reporting.decided_in_words import decided_in_words
from reporting.offered_answers import shown_value
from reporting.privacy import hidden_names
from reporting.value_words import row_in_words

_NEEDED = ("dwellings", "standing_rows", "plan")
Telling = Callable[[Sequence[CheckedAnswer]], int]
"""Says what became of the answers, and gives the exit code."""


@dataclass(frozen=True, slots=True)
class HomeChange:
    """home: as a person names it (merged_homes.homes_named), or of `undo` a decision_id. row: "source:key" that is another home."""

    home: str
    row: str
    by: str
    why: str
    dry_run: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What the last night knew. entries: leverandor_bolig_id -> koboId, of those that are linked now."""

    dwellings: pl.DataFrame
    rows: pl.DataFrame
    entries: Mapping[str, str]
    hidden: frozenset[str]


def run_split(change: HomeChange, municipality: Municipality, ledger: Ledger, find: Find, console: Console, tell: Telling) -> int:
    """Say what the split does in Kobo, and store it. 0: done; 1: refused; 2: it is not said which home or row is meant."""
    known = _known(find, ledger, municipality.slug)
    home = None if known is None else _one_home(known, change.home)
    if known is None or home is None:
        return CONFIGURATION
    keys = home["source_keys"]
    mine = known.rows.filter((pl.col("source") + ":" + pl.col("source_key")).is_in(keys)).to_dicts()
    question = split_question(home, mine, home["leverandor_bolig_id"] in known.hidden)
    codes = {answer.code for answer in question.answers}
    code = next(iter(codes)) if len(codes) == 1 and change.row in ("", *keys) else f"split:{change.row}"
    if not codes:
        return _refuse(text("home_split.one_row", dwelling=question.dwelling))
    if code not in codes:
        return _refuse(text("home_split.which_row", dwelling=question.dwelling, rows=listed(list(keys))))
    for line in _split_in_words(question, split_effect(question, code), known, municipality):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if change.dry_run:
        console.print(text("home_split.dry_run"), highlight=False, markup=False, soft_wrap=True)
        return DONE
    given = GivenAnswer(question.id, code, change.by, change.why)
    return tell(store_answers([given], [question], ledger, municipality.slug))


def run_undo_answer(change: HomeChange, municipality: Municipality, ledger: Ledger, find: Find, console: Console) -> int:
    """Say what taking the answer back does in Kobo, and take it back. 0: done; 2: it is not said which answer is meant."""
    known = _known(find, ledger, municipality.slug)
    if known is None:
        return CONFIGURATION
    decisions = ledger.decisions(municipality.slug)
    begins = decisions.filter(pl.col("decision_id").str.starts_with(change.home)).get_column("decision_id").to_list()
    homes = homes_named(known.dwellings, change.home) if len(change.home) < 32 else []
    names = {change.home, *(begins if len(change.home) >= 6 else ())}
    for home in homes:
        ours = home["leverandor_bolig_id"]
        names |= {ours, *home["source_keys"], *([f"kobo:{known.entries[ours]}"] if ours in known.entries else [])}
    answers = answers_about(decisions, names)
    if len(answers) != 1:
        for answer in answers:
            console.print(f"{answer[0]['decision_id'][:10]} {_answer_in_words(answer, municipality)}", highlight=False, markup=False)
        return _refuse(text("home_split.which_answer" if answers else "home_split.no_answer", name=change.home))
    (answer,) = answers
    for line in (_answer_in_words(answer, municipality), *_undo_in_words(answer, known, municipality)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if change.dry_run:
        console.print(text("home_split.dry_run"), highlight=False, markup=False, soft_wrap=True)
        return DONE
    for row in answer:
        ledger.withdraw_decision(municipality.slug, row["decision_id"], change.by.strip(), change.why.strip() or None)
    console.print(text("home_split.undone"), highlight=False, markup=False, soft_wrap=True)
    return DONE


def _known(find: Find, ledger: Ledger, slug: str) -> _Known | None:
    tables = {name: table for name in _NEEDED if (table := find(name)) is not None}
    if len(tables) < len(_NEEDED):
        _refuse(text("home_split.no_night"))
        return None
    dwellings, items = tables["dwellings"].frame, tables["plan"].frame
    links = ledger.links(slug).select("leverandor_bolig_id", "kobo_id")
    return _Known(
        dwellings,
        tables["standing_rows"].frame,
        dict(links.iter_rows()),
        hidden_names(dwellings, items),
    )


def _one_home(known: _Known, name: str) -> dict[str, Any] | None:
    homes = homes_named(known.dwellings, name)
    if len(homes) == 1:
        return homes[0]
    ids = listed([home["leverandor_bolig_id"] for home in homes])
    _refuse(text("home_split.which_home", name=name, homes=ids) if homes else text("home_split.no_home", name=name))
    return None


def _refuse(words: str) -> int:
    print(words, file=sys.stderr)
    return CONFIGURATION


def _split_in_words(question: Question, effect: SplitEffect, known: _Known, municipality: Municipality) -> list[str]:
    """Each row with what differs, and what the split does in Kobo."""
    shown = shown_questions(question, municipality, {})
    lines = [text("home_split.rows", dwelling=shown.dwelling, address=shown.address)]
    for row, side in zip(question.rows, shown.sides, strict=True):
        values = [f"{word_for('fields', name)} {shown_value(value)}" for name, value in side.values.items() if value not in (None, "")]
        lines.append(f"  {row_in_words(f'{row.source}:{row.key}', municipality)}: {', '.join(values)}")
    entry = known.entries.get(question.dwelling)
    stays = listed([row_in_words(key, municipality) for key in effect.stays])
    leaves = row_in_words(effect.leaves, municipality)
    key = "home_split.stays_linked" if entry else "home_split.stays"
    lines.append(text(key, dwelling=question.dwelling, rows=stays, entry=entry))
    lines.append(text("home_split.same_place" if effect.same_place else "home_split.leaves", row=leaves))
    return lines


def _answer_in_words(answer: Sequence[Mapping[str, Any]], municipality: Municipality) -> str:
    names = dict.fromkeys(name for row in answer for name in (row["subject"], row["other"]) if name)
    return f"{' – '.join(row_in_words(name, municipality) for name in names)}: {decided_in_words(answer[0], municipality)}"


def _undo_in_words(answer: Sequence[Mapping[str, Any]], known: _Known, municipality: Municipality) -> list[str]:
    """What happens in Kobo once the answer is no longer in force."""
    if not splits_rows(answer):
        return [text("desk.undo_means")]
    keys = list(dict.fromkeys(str(row[side]) for row in answer for side in ("subject", "other")))
    homes = list(dict.fromkeys(home["leverandor_bolig_id"] for key in keys for home in homes_named(known.dwellings, key)))
    lines = [text("home_split.compared_anew", rows=listed([row_in_words(key, municipality) for key in keys]))]
    if len(homes) == 2:
        linked = sorted(homes, key=lambda home: home not in known.entries)
        stays, leaves = linked
        words = "home_split.joined_deleted" if leaves in known.entries else "home_split.joined"
        entry, nights = known.entries.get(leaves), municipality.guards.retire_after_nights
        lines.append(text(words, stays=stays, leaves=leaves, entry=entry, nights=nights))
    return lines
