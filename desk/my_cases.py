"""The cases of whoever may see the same ones: looked up and counted once for each night and set of decisions, not at each click."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from desk.night_view import Case, NightView
from desk.visitor import Visitor
from reconciliation.decisions.question import CHOOSING, Question

SHOW: Mapping[str, Callable[[Case], bool]] = {
    "ubesvart": lambda case: case.open > 0 and not case.changed_in_kobo,
    "endret": lambda case: case.changed_in_kobo,
    "merknader": lambda case: case.open_warnings > 0,
    "besvart": lambda case: bool(case.questions) and case.open == 0,
}
"""What `vis` can be, in the order of the page: questions, what somebody changed in Kobo, warnings, what is answered."""


def cases_for(view: NightView, visitor: Visitor) -> MyCases:
    """Those that the visitor may see; the same object for all who may see the same."""
    key = (visitor.owners, visitor.cleared)
    if key not in view.derived:
        view.derived[key] = MyCases([case for case in view.cases if visitor.may_see(case.owner, case.secret)])
    cases: MyCases = view.derived[key]
    return cases


class MyCases:
    """cases: those that these people may see, in the order of the list. The rest is made when it is first asked for."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = tuple(cases)

    @cached_property
    def by_dwelling(self) -> Mapping[str, Case]:
        """leverandor_bolig_id -> its case."""
        return {case.dwelling: case for case in self.cases}

    @cached_property
    def by_question(self) -> Mapping[str, Question]:
        """Id -> question or warning."""
        return {question.id: question for case in self.cases for question in case.every}

    @cached_property
    def by_house(self) -> Mapping[str, Sequence[Case]]:
        """House, as addresses of pages name it -> its cases by id; of those alone whose questions the page of a house can ask."""
        found: dict[str, list[Case]] = {}
        for case in sorted(self.cases, key=lambda case: case.dwelling):
            if case.house and any(question.about in CHOOSING for question in case.questions):
                found.setdefault(case.house, []).append(case)
        return found

    @cached_property
    def owners(self) -> Sequence[str]:
        """Slugs of the owners that have a case, sorted."""
        return sorted({case.owner for case in self.cases if case.owner})

    @cached_property
    def reasons(self) -> Sequence[str]:
        """Reason codes of all questions, sorted."""
        return sorted({reason for case in self.cases for reason in case.reasons})

    @cached_property
    def streets(self) -> Sequence[str]:
        """Streets as our own rows have them, sorted."""
        return sorted({case.street for case in self.cases if case.street})

    def after(self, case: Case, answered: str = "") -> Case | None:
        """The next open case after this one in the order of the list, and from the top again; those of the same owner first.

        answered: id of a question that has just been answered, and that these cases have as open. None when no other is open.
        """
        at = self.cases.index(case)
        others = [other for other in (*self.cases[at + 1 :], *self.cases[:at]) if other.open_but(answered)]
        return next((other for other in others if other.owner == case.owner), others[0] if others else None)

    @cached_property
    def waiting(self) -> int:
        """Cases with a question that nobody has answered."""
        return sum(case.open > 0 for case in self.cases)

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """A name of SHOW -> how many cases are of that kind."""
        return {name: sum(map(test, self.cases)) for name, test in SHOW.items()}
