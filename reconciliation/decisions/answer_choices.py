"""The possible answers to a question as decisions of the ledger; the decision in force; decisions that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from reconciliation.model.decision_evidence import same_evidence
from reconciliation.model.known_decisions import DecisionKind, contradicting_decisions, new_beside_same, ruled_out

SPLIT = "split"
"""The rows of one dwelling belong to two homes."""
MERGE_KIND = "merge"
"""Kind of the ledger's decisions about our own rows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One possible answer to a question. code: same, same:<candidate>, different, unsure, new, split, split:<source>, keep, replace,
    take:<source> or value:<json>.

    The other fields are the decision as the ledger stores it. along: decisions stored together with it: the same answer about the other
    candidates, or the adoption of an entry. evidence: None when the decision is valid whatever changes. value: of "new", what it is said
    beside (known_decisions.new_beside).
    """

    code: str
    kind: str
    subject: str
    other: str | None
    evidence: str | None
    field: str | None = None
    value: str | None = None
    along: tuple[Answer, ...] = ()

    @property
    def verdict(self) -> str:
        """The decision's verdict as the ledger stores it; `split:<source>` is stored as `different`."""
        code = self.code.partition(":")[0]
        return DecisionKind.DIFFERENT.value if code == SPLIT else code

    @property
    def question(self) -> tuple[str, ...]:
        """(subject, other, field): what the ledger's decisions are keyed by."""
        return _key(self.subject, self.other, self.field)


@dataclass(frozen=True, slots=True)
class Record:
    """question (two sides in either order, field) -> the decision in force."""

    last: Mapping[tuple[str, ...], dict[str, Any]]

    @classmethod
    def of(cls, decisions: pl.DataFrame) -> Record:
        """decisions: the ledger's DECISIONS."""
        kinds = [kind.value for kind in DecisionKind]
        rows = decisions.filter(pl.col("verdict").is_in(kinds)).sort("decided", "decision_id")
        return cls({_key(row["subject"], named_entry(row), row["field"]): row for row in rows.iter_rows(named=True)})


def named_entry(row: Mapping[str, Any]) -> str | None:
    """The other side's name in questions; entries of the register begin with "kobo:"."""
    other: str | None = row["other"]
    if other and row["kind"] in ("match", "adoption") and not other.startswith("kobo:"):
        return f"kobo:{other}"
    return other


def in_force(record: Record, answers: Iterable[Answer]) -> tuple[dict[str, Any], Answer] | None:
    """The newest decision that answers the question on tonight's evidence, and its answer; None while the question is open.

    An answer about all candidates is in force when it is in force for each of them; of entries beside homes of ours it may be older than
    they are.
    """
    given = []
    for answer in answers:
        of_all = answer.verdict in (DecisionKind.DIFFERENT, DecisionKind.UNSURE)
        others = [also for also in answer.along if of_all and also.kind == answer.kind]
        rows = [_decision_in_force(record, given_answer) for given_answer in (answer, *others)]
        if rows[0] is not None and all(rows):
            given.append((rows[0], answer))
    return max(given, key=lambda decision: (decision[0]["decided"], decision[0]["decision_id"]), default=None)


def last_about(record: Record, answers: Iterable[Answer], field: str | None = None) -> dict[str, Any] | None:
    """The newest decision about any pair, or about the field, that these answers are about; None where there is none. field: what is asked;
    that the pair is one home or two is another question then. So is, of any question, whether rows of the dwelling are split."""
    about = [answer for answer in answers if answer.code.partition(":")[0] != SPLIT]
    asked = [given for answer in about for given in (answer, *answer.along) if field in (None, given.field)]
    rows = [record.last[given.question] for given in asked if given.question in record.last]
    return max(rows, key=lambda row: (row["decided"], row["decision_id"]), default=None)


def _decision_in_force(record: Record, answer: Answer) -> dict[str, Any] | None:
    row = record.last.get(answer.question)
    return row if row and gives(row, answer) and _on_its_evidence(row, answer) else None


def gives(row: Mapping[str, Any], answer: Answer) -> bool:
    """Whether this decision says what the answer says. "New" is said of what was shown: of tonight's candidates, all must have been."""
    if row["verdict"] != answer.verdict:
        return False
    if answer.verdict != DecisionKind.NEW:
        return bool(row["value"] == answer.value)
    shown, known = ruled_out(answer.value), ruled_out(row["value"])
    return known is None or all(name in known and same_evidence(known[name], evidence) for name, evidence in (shown or {}).items())


def _on_its_evidence(row: Mapping[str, Any], answer: Answer) -> bool:
    return row["evidence"] is None or (answer.evidence is not None and same_evidence(row["evidence"], answer.evidence))


def contradictory(decisions: pl.DataFrame) -> list[dict[str, Any]]:
    """Decisions in force that cannot all be true, each once, oldest first.

    A pair was decided as different although other decisions together make it the same; or one side of a pair was called new, and the other
    the same; or two dwellings were decided to be the same entry, and no decision says that they are one dwelling.
    """
    record = Record.of(decisions)
    pairs = [(row, (row["subject"], named_entry(row) or "")) for row in record.last.values()]
    same = [(row, pair) for row, pair in pairs if row["verdict"] == DecisionKind.SAME and pair[1]]
    different = [(row, pair) for row, pair in pairs if row["verdict"] == DecisionKind.DIFFERENT and pair[1]]
    apart = contradicting_decisions([pair for _, pair in same], [pair for _, pair in different])
    clashing = [row for row, pair in different if (min(pair), max(pair)) in apart]
    joined = {name for pair in apart for name in _group(pair[0], [pair for _, pair in same])}
    clashing += [row for row, pair in same if pair[0] in joined]
    new = [row for row in record.last.values() if row["verdict"] == DecisionKind.NEW]
    disputed = new_beside_same(
        [(*pair, row["evidence"], row["decided"]) for row, pair in same], [(row["subject"], row["value"], row["decided"]) for row in new]
    )
    clashing += [row for row in new if any(row["subject"] == name for name, _ in disputed)]
    clashing += [row for row, pair in same if pair in disputed or pair[::-1] in disputed]
    ours = [(row, pair) for row, pair in same if pair[1].startswith("kobo:")]
    for side in (0, 1):
        count: dict[str, set[str]] = {}
        for _, pair in ours:
            count.setdefault(pair[side], set()).add(pair[1 - side])
        clashing += [row for row, pair in ours if len(count[pair[side]]) > 1]
    return sorted({row["decision_id"]: row for row in clashing}.values(), key=lambda row: (row["decided"], row["decision_id"]))


def _group(name: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """All names that the pairs join with `name`, directly or through others."""
    group, before = {name}, set[str]()
    known = list(pairs)
    while group != before:
        before = set(group)
        group |= {side for pair in known if group & set(pair) for side in pair}
    return group


def _key(subject: str, other: str | None, field: str | None) -> tuple[str, ...]:
    return (*sorted((subject, other or "")), field or "")


def pair_choices(kind: str, subject: str, pairs: Sequence[tuple[str, str, str]], *, turned: bool = False) -> tuple[Answer, ...]:
    """Same as one of them, none of them, or unsure. pairs: the candidate's name, its name in decisions, and the evidence of the pair.
    turned: subject is the entry."""

    def answer(code: str, name: str, evidence: str) -> Answer:
        return Answer(code, kind, name if turned else subject, subject if turned else name, evidence)

    def of_all(code: str) -> Answer:
        each = [answer(code, name, evidence) for _, name, evidence in pairs]
        return replace(each[0], along=tuple(each[1:]))

    single = len(pairs) == 1
    same = [answer("same" if single else f"same:{candidate}", name, evidence) for candidate, name, evidence in pairs]
    return (*same, of_all("different"), of_all("unsure"))


def split_choices(source_keys: Iterable[str]) -> tuple[Answer, ...]:
    """Answers that a row does not belong to the home of these rows ("source:key"); none of a home with one row. Valid permanently: whatever
    changes later, the two are not joined again."""
    keys = sorted(source_keys)
    if len(keys) < 2:
        return ()
    codes = {key: SPLIT if len(keys) == 2 else f"{SPLIT}:{key}" for key in (keys[1:] if len(keys) == 2 else keys)}
    splits = []
    for key, code in codes.items():
        apart = [Answer(code, MERGE_KIND, key, other, None) for other in keys if other != key]
        splits.append(replace(apart[0], along=tuple(apart[1:])))
    return tuple(splits)
