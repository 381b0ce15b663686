"""The page of what waits for a visitor, with its filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from desk.case_words import owner_in_words, title_of
from desk.night_view import Case, NightView
from desk.paging import Paged
from desk.rejected_pages import rejected_rows
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import short_day
from reporting.stop_causes import cause, rule_title

FILTERS = ("eier", "grunn", "kilde", "gate", "vis")
"""As they are in an address that one can send."""
SHOW: Mapping[str, Callable[[Case], bool]] = {
    "ubesvart": lambda case: case.open > 0 and not case.changed_in_kobo,
    "endret": lambda case: case.changed_in_kobo,
    "merknader": lambda case: case.open_warnings > 0,
    "besvart": lambda case: bool(case.questions) and case.open == 0,
}
"""What `vis` can be, in the order of the page: questions, what somebody changed in Kobo, warnings, what is answered."""
Since = Callable[[Sequence[str]], Mapping[str, date]]
"""leverandor_bolig_id -> since which night each of these has been waiting."""


def my_list(
    view: NightView, mine: Sequence[Case], visitor: Visitor, token: str, wanted: Mapping[str, str], shown: Paged[Case], since: Since
) -> str:
    """What waits for this visitor. mine: all of it. wanted: filter -> value, as they are in the address. shown: this page's part of what
    those let through."""
    seen = shown.items
    owners = {case.owner for case in mine if case.owner}
    nights = since([case.dwelling for case in seen])
    return (
        desk_templates()
        .get_template("my_list.html.j2")
        .render(
            **common(view, visitor, token, "list"),
            cases=seen,
            pages=shown.links(wanted),
            export=urlencode(wanted),
            counts=_counts(mine),
            since={dwelling: short_day(night) for dwelling, night in nights.items()},
            found=shown.found,
            waiting=sum(case.open > 0 for case in mine),
            wanted=wanted,
            addresses={case.dwelling: title_of(case) for case in seen},
            owners={owner: owner_in_words(view, owner) for owner in sorted(owners)},
            reasons=sorted((reason, _reason(reason)) for reason in {reason for case in mine for reason in case.reasons}),
            asked={case.dwelling: _about(case) for case in seen},
            sources={name: source.title for name, source in view.municipality.sources.items()},
            streets=[(street, street) for street in sorted({case.street for case in mine if case.street})],
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


def _counts(mine: Sequence[Case]) -> list[tuple[str, int]]:
    """(filter `vis`, how many cases), of the kinds that there are any of."""
    counted_ = ((name, sum(map(test, mine))) for name, test in SHOW.items())
    return [(name, number) for name, number in counted_ if number]


def _about(case: Case) -> str:
    """Why it is asked about; the rule of its first warning where nothing is asked."""
    if case.questions:
        return cause(case.questions[0].reason, case.questions[0].details)
    return rule_title(case.warnings[0].reason)


def _reason(code: str) -> str:
    """A reason without what it names in one case, e.g. "Ulikt" of "Ulikt: bruksenhetsnummer"."""
    return cause(code).partition(": ?")[0]
