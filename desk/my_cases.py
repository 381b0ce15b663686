"""The cases of whoever may see the same ones: looked up and counted once for each night and set of decisions, not at each click."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from desk.case import Case
from desk.night_view import NightView
from desk.visitor import Visitor
from reconciliation.decisions.question import CHOOSING, Question

Kind: TypeAlias = Callable[[Case], bool]
SHOW: Mapping[str, Kind] = {
    "ubesvart": lambda case: case.open > 0 and not case.changed_in_kobo,
    "endret": lambda case: case.changed_in_kobo,
    "merknader": lambda case: case.open_warnings > 0,
    "besvart": lambda case: bool(case.questions) and case.open == 0,
}
"""What `vis` can be, in the order of the page: questions, what somebody changed in Kobo, warnings, what is answered."""
OWNER, REASON, SOURCE, STREET, KIND = FILTERS = ("eier", "grunn", "kilde", "gate", "vis")
"""As they are in an address that one can send."""


def cases_for(view: NightView, visitor: Visitor) -> MyCases:
    """Those that the visitor may see; the same object for all who may see the same."""

    def made() -> MyCases:
        return MyCases([case for case in view.cases if visitor.may_see(case.owner, case.secret)], view.sources)

    return view.once(("cases", *visitor.sight), made)


class MyCases:
    """cases: those that these people may see, in the order of the list. sources: leverandor_bolig_id -> its sources. The rest is made
    when it is first asked for."""

    def __init__(self, cases: Iterable[Case], sources: Mapping[str, Sequence[str]]) -> None:
        self.cases = tuple(cases)
        self._values: Mapping[str, Callable[[Case], Collection[str]]] = {
            OWNER: lambda case: (case.owner,) if case.owner else (),
            REASON: lambda case: case.reasons,
            SOURCE: lambda case: sources.get(case.dwelling, ()),
            STREET: lambda case: (case.street,) if case.street else (),
        }
        """Filter -> what a case has of it."""

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
        houses: dict[str, list[Case]] = {}
        for case in sorted(self.cases, key=lambda case: case.dwelling):
            if case.house and any(question.about in CHOOSING for question in case.questions):
                houses.setdefault(case.house, []).append(case)
        return houses

    @cached_property
    def owners(self) -> Sequence[str]:
        """Slugs of the owners that have a case, sorted."""
        return sorted(self._where[OWNER])

    @cached_property
    def reasons(self) -> Sequence[str]:
        """Reason codes of all questions, sorted."""
        return sorted(self._where[REASON])

    @cached_property
    def streets(self) -> Sequence[str]:
        """Streets as our own rows have them, sorted."""
        return sorted(self._where[STREET])

    def selected(self, wanted: Mapping[str, str]) -> Sequence[Case]:
        """The cases that match all of these filters, in their order. Without `vis`: every case with a question.

        wanted: name of FILTERS -> value. An unknown kind counts as none.
        """
        kind = SHOW.get(wanted.get(KIND, ""), _is_asked)
        asked = [(self._values[name], value) for name, value in wanted.items() if name in self._values]
        if not asked:
            return self._of_kind[kind]
        fewest = min((self._where[name].get(value, ()) for name, value in wanted.items() if name in self._where), key=len)
        return [case for case in fewest if kind(case) and all(value in values(case) for values, value in asked)]

    def after(self, case: Case) -> Case | None:
        """The next open case after this one in the order of the list, and from the top again; those of the same owner first. None when
        no other is open."""
        at = self._place[case.dwelling]
        for places in (self._open_of.get(case.owner, ()), self._open):
            behind = bisect_right(places, at)
            following = next((place for place in (*places[behind : behind + 1], *places[:1]) if place != at), None)
            if following is not None:
                return self.cases[following]
        return None

    @cached_property
    def waiting(self) -> int:
        """Cases with an unanswered question."""
        return len(self._open)

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """A name of SHOW -> how many cases are of that kind."""
        return {name: len(self._of_kind[kind]) for name, kind in SHOW.items()}

    @cached_property
    def _of_kind(self) -> Mapping[Kind, Sequence[Case]]:
        return {kind: [case for case in self.cases if kind(case)] for kind in (*SHOW.values(), _is_asked)}

    @cached_property
    def _where(self) -> Mapping[str, Mapping[str, Sequence[Case]]]:
        """Filter -> value -> the cases that have it."""
        index: dict[str, dict[str, list[Case]]] = {name: {} for name in self._values}
        for case in self.cases:
            for name, values in self._values.items():
                for value in dict.fromkeys(values(case)):
                    index[name].setdefault(value, []).append(case)
        return index

    @cached_property
    def _place(self) -> Mapping[str, int]:
        return {case.dwelling: at for at, case in enumerate(self.cases)}

    @cached_property
    def _open(self) -> Sequence[int]:
        """Places of the open cases, from the top."""
        return [at for at, case in enumerate(self.cases) if case.open]

    @cached_property
    def _open_of(self) -> Mapping[str | None, Sequence[int]]:
        """The same by owner."""
        open_places: dict[str | None, list[int]] = {}
        for at in self._open:
            open_places.setdefault(self.cases[at].owner, []).append(at)
        return open_places


def _is_asked(case: Case) -> bool:
    return bool(case.questions)
