"""The page of what waits for a visitor, with its filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from markupsafe import Markup

from desk.case import Case
from desk.case_words import owner_in_words, reason_in_words, title_of
from desk.filter_options import Pairs, options
from desk.my_cases import OWNER, REASON, SOURCE, STREET, MyCases
from desk.night_view import NightView
from desk.paging import Paged
from desk.rejected_pages import rejected_rows
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import short_day
from reporting.stop_causes import cause, rule_title

Since = Callable[[Sequence[str]], Mapping[str, date]]
"""leverandor_bolig_id -> since which night each of these has been waiting."""


def my_list(
    view: NightView, mine: MyCases, visitor: Visitor, token: str, wanted: Mapping[str, str], shown: Paged[Case], since: Since
) -> str:
    """What waits for this visitor. mine: all of it. wanted: filter -> value, as they are in the address. shown: this page's part of
    the cases that match them."""
    return (
        desk_templates()
        .get_template("my_list.html.j2")
        .render(
            **common(view, visitor, token, "list"),
            cases=_lines(view, shown.items, since),
            pages=shown.links(wanted),
            export=urlencode(wanted),
            counts=[(name, number) for name, number in mine.kinds.items() if number],
            total=shown.total,
            waiting=mine.waiting,
            wanted=wanted,
            options=view.once(("options", *visitor.sight), lambda: _options(view, mine)),
            rejected=len(rejected_rows(view, visitor)),
        )
    )


def _lines(view: NightView, cases: Sequence[Case], since: Since) -> list[Markup]:
    """Each case's line, the same for everybody who may see the case."""
    known: dict[str, Markup] = view.once(("lines",), dict)
    if new := [case for case in cases if case.dwelling not in known]:
        nights = since([case.dwelling for case in new])
        template = desk_templates().get_template("case_line.html.j2")
        for case in new:
            night = nights.get(case.dwelling)
            day = short_day(night) if night else ""
            known[case.dwelling] = Markup(template.render(case=case, title=title_of(case), asked=_about(case), since=day))  # noqa: S704 - the template escapes
    return [known[case.dwelling] for case in cases]


def _options(view: NightView, mine: MyCases) -> Mapping[str, Markup]:
    """Filter -> its options."""
    pairs: dict[str, Pairs] = {
        OWNER: [(owner, owner_in_words(view, owner)) for owner in mine.owners],
        REASON: sorted((reason, _reason(reason)) for reason in mine.reasons),
        SOURCE: [(name, source.title) for name, source in view.municipality.sources.items()],
        STREET: [(street, street) for street in mine.streets],
    }
    return {name: options(each) for name, each in pairs.items()}


def _about(case: Case) -> str:
    """Why it is asked about; the rule of its first warning where nothing is asked."""
    if case.questions:
        return reason_in_words(case.questions[0])
    return rule_title(case.warnings[0].reason)


def _reason(code: str) -> str:
    """A reason without what it names in one case, e.g. "Ulikt" of "Ulikt: bruksenhetsnummer"."""
    return cause(code).partition(": ?")[0]
