"""behov.html: what the municipality has, what it needs now and in five years, and the plan to get there."""

from __future__ import annotations

from typing import Any

from language import text, weekday
from reporting import needs_words
from reporting.acquisitions import MeasureState
from reporting.joint_needs import joint_needs, needs_by_area
from reporting.needs_picture import needs_picture
from reporting.needs_priorities import HousingPlan
from reporting.night_report import NightResult
from reporting.page_templates import report_templates
from reporting.progress_overview import owner_title
from reporting.projection import projection_words

TONES = {
    MeasureState.MISSING: "bad",
    MeasureState.STILL_THERE: "bad",
    MeasureState.OVERDUE: "warn",
    MeasureState.EARLY: "warn",
    MeasureState.UNCHECKED: "warn",
    MeasureState.SOON: "calm",
    MeasureState.LATER: "calm",
    MeasureState.FULFILLED: "good",
    MeasureState.CANCELLED: "calm",
}
NEEDS_PAGE, NEEDS_BOOK, BACK = "behov.html", "behov.xlsx", "index.html"


def needs_values(result: NightResult, plan: HousingPlan | None) -> dict[str, Any] | None:
    """What the templates show of the plan, for its own page and for the section on the progress page."""
    if plan is None:
        return None
    overview = plan.overview
    return {
        "plan": plan,
        "overview": overview,
        "headline": needs_words.headline(overview) if overview else text("measures.title"),
        "joint": joint_needs(overview) if overview else (),
        "areas": needs_by_area(overview) if overview else (),
        "silent": needs_words.silent(overview) if overview else None,
        "urgent": needs_words.urgent(plan),
        "picture": needs_picture(overview) if overview else None,
        "words": needs_words,
        "projected": plan.projected,
        "projection_faults": plan.projection_faults,
        "projection_words": projection_words,
        "strategy": projection_words.paragraph(plan.projected, result.municipality.name) if plan.projected else (),
        "categories": {slug: category.title for slug, category in result.municipality.categories.items()},
        "tones": {state.value: tone for state, tone in TONES.items()},
        "page": NEEDS_PAGE,
        "book": NEEDS_BOOK,
    }


def render_needs(result: NightResult, plan: HousingPlan) -> str:
    """The page as text."""
    return (
        report_templates()
        .get_template("behov.html.j2")
        .render(
            result=result,
            municipality=result.municipality,
            weekday=weekday(result.as_of),
            needs=needs_values(result, plan),
            owner_title=lambda slug: owner_title(result, slug),
            back=BACK,
        )
    )
