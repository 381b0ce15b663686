"""One dwelling and everything that is asked about it, as the desk's pages have it; and the order in which they wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reconciliation.decisions.question import CHANGED, Question


@dataclass(frozen=True)
class Case:
    """Everything that is asked about one dwelling. frees: number of our dwellings that wait for its answer. warnings: questions
    whether a value that a rule warns of is right; nothing waits for those. A case has a question or a warning."""

    dwelling: str
    owner: str | None
    secret: bool
    questions: tuple[Question, ...]
    frees: int
    warnings: tuple[Question, ...] = ()

    @cached_property
    def every(self) -> tuple[Question, ...]:
        """Questions, then warnings."""
        return (*self.questions, *self.warnings)

    @cached_property
    def open(self) -> int:
        """Questions without an answer."""
        return self.open_but("")

    def open_but(self, answered: str) -> int:
        """Questions without an answer, but for the one with that id."""
        return sum(question.decided is None and question.id != answered for question in self.questions)

    @cached_property
    def open_warnings(self) -> int:
        """Warnings that are not confirmed as right."""
        return sum(question.decided is None for question in self.warnings)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes of the questions, each once."""
        return tuple(dict.fromkeys(question.reason for question in self.questions))

    @cached_property
    def changed_in_kobo(self) -> bool:
        """Are all its open questions about what somebody changed in Kobo?"""
        open_ones = [question.about for question in self.questions if question.decided is None]
        return bool(open_ones) and set(open_ones) == {CHANGED}

    @cached_property
    def rank(self) -> tuple[bool, bool, int, bool, str, str]:
        """Where it is in the list: those that free most dwellings first, what was changed in Kobo after the others, answered ones and mere
        warnings last; then by street and id. Shielded ones by id alone."""
        return self.open == 0, self.changed_in_kobo, -self.frees, self.secret, self.street, self.dwelling

    @cached_property
    def street(self) -> str:
        """Street as our own rows have it; empty for a shielded address."""
        street: Any = None if self.secret else self.every[0].ours.get("adressenavn")
        return str(street or "")

    @cached_property
    def address(self) -> str:
        """Street, number, letter and unit; empty for a shielded address, and where nothing is known."""
        ours = self.every[0].ours
        house = f"{ours.get('nummer') or ''}{ours.get('bokstav') or ''}"
        parts = (ours.get("adressenavn"), house, ours.get("bruksenhetsnummer"), ours.get("ekstra_referanse"))
        return "" if self.secret else " ".join(str(part) for part in parts if part)

    @cached_property
    def house(self) -> str | None:
        """Short and the same every night; None for a shielded address, an entry in Kobo, and where no street and number are known."""
        return None if self.secret else self.every[0].building


def cases_of(questions: Sequence[Question], warnings: Sequence[Question] = (), before: Iterable[Case] = ()) -> tuple[Case, ...]:
    """One per dwelling, by rank. before: cases made earlier; one whose questions are the same objects is used again, with all that is
    known of it."""
    earlier = {case.dwelling: case for case in before}
    asked: dict[str, list[Question]] = {}
    warned: dict[str, list[Question]] = {}
    for question in questions:
        asked.setdefault(question.dwelling, []).append(question)
    for question in warnings:
        warned.setdefault(question.dwelling, []).append(question)
    cases = []
    for dwelling in dict.fromkeys([*asked, *warned]):
        ours, right = tuple(asked.get(dwelling, ())), tuple(warned.get(dwelling, ()))
        known = earlier.get(dwelling)
        if known is not None and _same(known.questions, ours) and _same(known.warnings, right):
            cases.append(known)
            continue
        every = (*ours, *right)
        frees = max((question.holds_up for question in ours if question.decided is None), default=1)
        cases.append(Case(dwelling, every[0].owner, any(question.secret for question in every), ours, frees, right))
    return tuple(sorted(cases, key=lambda case: case.rank))


def _same(first: Sequence[Question], other: Sequence[Question]) -> bool:
    return len(first) == len(other) and all(left is right for left, right in zip(first, other, strict=True))
