"""The page of what waits for a visitor, with its filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from desk.case_words import owner_in_words, title_of
from desk.my_cases import SHOW, MyCases
from desk.night_view import Case, NightView
from desk.paging import Paged
from desk.rejected_pages import rejected_rows
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import short_day
from reporting.stop_causes import cause, rule_title

FILTERS = ("eier", "grunn", "kilde", "gate", "vis")
"""As they are in an address that one can send."""
Since = Callable[[Sequence[str]], Mapping[str, date]]
"""leverandor_bolig_id -> since which night each of these has been waiting."""


def my_list(
    view: NightView, mine: MyCases, visitor: Visitor, token: str, wanted: Mapping[str, str], shown: Paged[Case], since: Since
) -> str:
    """What waits for this visitor. mine: all of it. wanted: filter -> value, as they are in the address. shown: this page's part of what
    those let through."""
    seen = shown.items
    nights = since([case.dwelling for case in seen])
    return (
        desk_templates()
        .get_template("my_list.html.j2")
        .render(
            **common(view, visitor, token, "list"),
            cases=seen,
            pages=shown.links(wanted),
            export=urlencode(wanted),
            counts=[(name, number) for name, number in mine.kinds.items() if number],
            since={dwelling: short_day(night) for dwelling, night in nights.items()},
            found=shown.found,
            waiting=mine.waiting,
            wanted=wanted,
            addresses={case.dwelling: title_of(case) for case in seen},
            owners={owner: owner_in_words(view, owner) for owner in mine.owners},
            reasons=sorted((reason, _reason(reason)) for reason in mine.reasons),
            asked={case.dwelling: _about(case) for case in seen},
            sources={name: source.title for name, source in view.municipality.sources.items()},
            streets=[(street, street) for street in mine.streets],
            rejected=len(rejected_rows(view, visitor)),
        )
    )


def selected(mine: Sequence[Case], view: NightView, wanted: Mapping[str, str]) -> list[Case]:
    """The cases that all of these filters let through, in their order. Without `vis`: every case with a question."""
    show = SHOW.get(wanted.get("vis", ""), _is_asked)
    tests: dict[str, Callable[[Case, str], bool]] = {
        "eier": lambda case, value: case.owner == value,
        "grunn": lambda case, value: value in case.reasons,
        "kilde": lambda case, value: value in view.sources.get(case.dwelling, ()),
        "gate": lambda case, value: case.street == value,
    }
    asked = [(tests[name], value) for name, value in wanted.items() if name in tests]
    return [case for case in mine if show(case) and all(test(case, value) for test, value in asked)]


def _is_asked(case: Case) -> bool:
    return bool(case.questions)


def _about(case: Case) -> str:
    """Why it is asked about; the rule of its first warning where nothing is asked."""
    if case.questions:
        return cause(case.questions[0].reason, case.questions[0].details)
    return rule_title(case.warnings[0].reason)


def _reason(code: str) -> str:
    """A reason without what it names in one case, e.g. "Ulikt" of "Ulikt: bruksenhetsnummer"."""
    return cause(code).partition(": ?")[0]
