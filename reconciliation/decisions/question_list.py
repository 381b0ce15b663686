"""The list of a night's questions: without repeats, with questions about one entry joined, ordered by how many dwellings wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from reconciliation.decisions.question import MATCH, MERGE, CandidateKind, Question
from reconciliation.model.known_decisions import DecisionKind


def without_repeats(questions: list[Question]) -> list[Question]:
    """Whether two of ours are one home is asked once, whichever of them it is asked of: a MERGE question is left out when every pair in
    it is asked in another one; an entry in Kobo that it names is asked about after that. questions: in any order; those of the sources
    that come first by name are kept.

    Where unit numbers lack, each row keeps its question, also when the other side was answered: its number is filled in there, so that a
    house is settled in one night.
    """
    names = {question.dwelling: question for question in questions if question.about == MERGE}
    # An answered question is kept, so that the pair is not asked about again from its other side.
    ranked = sorted(
        names.values(), key=lambda question: (question.decided is None, [row.source for row in question.rows], question.dwelling)
    )
    covered: set[frozenset[str]] = set()
    asked_elsewhere: set[frozenset[str]] = set()
    dropped: set[str] = set()
    for question in ranked:
        homes = [candidate for candidate in question.candidates if candidate.kind is not CandidateKind.ENTRY]
        # That a row may be a copy, besides, is no reason to ask about it from its own side.
        others = [candidate for candidate in homes if candidate.kind is CandidateKind.OURS] or homes
        pairs = {frozenset((question.dwelling, candidate.name)) for candidate in others}
        if pairs <= (covered if question.house is None else asked_elsewhere):
            dropped.add(question.id)
        if question.house is None and question.decided is None:
            asked_elsewhere |= pairs
        if question.house is None or (question.decided is not None and question.decided["verdict"] != DecisionKind.VALUE):
            covered |= pairs
    return [question for question in questions if question.id not in dropped]


def about_entries(questions: list[Question], made: Callable[[list[Question]], Question]) -> list[Question]:
    """Dwellings of one owner that have the same entry as their only candidate are one question about it. made: from those questions."""
    lone = defaultdict(list)
    for question in questions:
        if question.about == MATCH and len(question.candidates) == 1:
            lone[question.candidates[0].name, question.owner].append(question)
    several = [group for group in lone.values() if len(group) > 1]
    replaced = {question.id for group in several for question in group}
    return [*(question for question in questions if question.id not in replaced), *(made(group) for group in several)]


def ordered_questions(questions: Iterable[Question]) -> list[Question]:
    """Questions that most dwellings wait for first; all questions of a house without unit numbers together, at the first one's place."""
    ranked = sorted(questions, key=lambda question: (-question.holds_up, question.dwelling, question.id))
    houses: dict[str, list[Question]] = {}
    for question in ranked:
        houses.setdefault(question.house or question.id, []).append(question)
    return [question for house in houses.values() for question in sorted(house, key=lambda question: question.dwelling)]
