"""What people decided that tonight's questions do not show: answers that a night has used, and those that were taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from desk.night_view import EarlierAnswer
from reconciliation.decisions.answer_choices import Record, named_entry
from reconciliation.decisions.question import Question
from reconciliation.ledger import Ledger
from reconciliation.model.shielding import is_shielded
from reporting.decided_in_words import HUMAN

WITHDRAWN = "withdrawal"
"""Kind of the decision that takes another one back; its subject is that one's id."""
MOST = 1_000
"""Of each kind: the newest."""


def earlier_answers(
    ledger: Ledger, municipality: str, decisions: pl.DataFrame, asked: Sequence[Question], dwellings: pl.DataFrame
) -> list[EarlierAnswer]:
    """decisions: the ledger's DECISIONS in force. asked: tonight's questions and warnings. dwellings: DWELLINGS, to know whose an answer
    is: one about no dwelling of tonight is left out. Raises LedgerError.
    """
    shown = {
        shown_answer.question
        for question in asked
        if question.decided
        for answer in question.answers
        for shown_answer in (answer, *answer.along)
    }
    people = decisions.filter(pl.col("kind").is_in(HUMAN)).sort("decided", "decision_id")
    used = people.filter(~pl.col("decision_id").is_in(_ids(people, shown))).tail(MOST)
    ended = decisions.filter(pl.col("kind") == WITHDRAWN).sort("decided", "decision_id").tail(MOST)
    by_whom = {subject: (by, when) for subject, by, when in ended.select("subject", "decided_by", "decided").iter_rows()}
    gone = ledger.decisions_named(municipality, sorted(by_whom)).filter(pl.col("kind").is_in(HUMAN)) if by_whom else people.clear()
    rows = [*used.iter_rows(named=True), *gone.iter_rows(named=True)]
    homes = _homes(dwellings, {name for row in rows for name in (row["subject"], row["other"]) if name})
    answers = []
    for row in rows:
        sides = [homes[name] for name in (row["subject"], named_entry(row)) if name in homes]
        if sides:
            dwelling, owner, _ = sides[0]
            answers.append(EarlierAnswer(dwelling, owner, any(secret for _, _, secret in sides), row, by_whom.get(row["decision_id"])))
    return answers


def _ids(people: pl.DataFrame, shown: Collection[tuple[str, ...]]) -> list[str]:
    """Ids of the decisions that answer one of these questions."""
    last = Record.of(people).last
    return [str(last[question]["decision_id"]) for question in shown if question in last]


def _homes(dwellings: pl.DataFrame, names: Collection[str]) -> dict[str, tuple[str, str | None, bool]]:
    """Name as decisions have it, an id or "source:key" -> (dwelling, owner, is it shielded)."""
    known = dwellings.select("leverandor_bolig_id", "owner", key="source_keys", secret=is_shielded())
    wanted = pl.Series(sorted(names), dtype=pl.String).implode()
    by_key = known.explode("key").filter(pl.col("key").is_in(wanted) | pl.col("leverandor_bolig_id").is_in(wanted))
    homes: dict[str, tuple[str, str | None, bool]] = {}
    for ours, owner, key, secret in by_key.iter_rows():
        homes[ours] = homes[key] = (ours, owner, secret)
    return homes
