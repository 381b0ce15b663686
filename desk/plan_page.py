"""The page of the last night's plan: its parts, what of them is done, and what waits for somebody who may approve it."""

from __future__ import annotations

from dataclasses import dataclass

from desk.night_view import NightView, PlanPart
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import rendered, short_day, text, word_for

APPROVED, UNAPPROVED, CHANGED, NIGHT_RUNS = "approved", "unapproved", "changed", "night_runs"
"""What became of an approval: stored, taken back, the plan on the page is no longer the last one, a night is making another now."""
OUTCOMES = (APPROVED, UNAPPROVED, CHANGED, NIGHT_RUNS)


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part in words. state: done, goes, waits or approved. examples: (dwelling, what would change)."""

    part: PlanPart
    title: str
    state: str
    state_in_words: str
    why: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]


def plan_page(view: NightView, visitor: Visitor, token: str, outcome: str) -> str:
    """outcome: one of OUTCOMES, of what was just done on this page; anything else is passed over."""
    return (
        desk_templates()
        .get_template("plan.html.j2")
        .render(
            **common(view, visitor, token, "plan"),
            parts=[_shown(part, view, visitor) for part in view.parts],
            message=text(f"desk_plan.{outcome}") if outcome in OUTCOMES else None,
        )
    )


def waits(part: PlanPart) -> bool:
    """Is that part still to be done, so that an approval means something?"""
    return not part.applied


def _shown(part: PlanPart, view: NightView, visitor: Visitor) -> PartShown:
    titles = {name: configured.title for name, configured in (view.municipality.categories | view.municipality.sources).items()}
    source = ", ".join(titles.get(name, text("desk_plan.no_source")) for name in part.source.split("/"))
    state = _state(part)
    approved = {"by": part.approved[0], "day": short_day(part.approved[1].date())} if part.approved else {}
    return PartShown(
        part,
        text("desk_plan.title", action=word_for("desk_actions", part.action), source=source),
        state,
        text(f"desk_plan_states.{state}", **approved),
        tuple(rendered(refusal) for refusal in part.refusals),
        tuple(
            (example.dwelling, ", ".join(word_for("fields", name).lower() for name in example.fields))
            for example in part.examples
            if visitor.may_see(example.owner, example.secret)
        ),
    )


def _state(part: PlanPart) -> str:
    if part.applied:
        return "done"
    if part.approved:
        return "approved"
    return "waits" if part.refusals else "goes"
