"""The computed need in the words that page and workbook share."""

from __future__ import annotations

from language import counted, number, short_day, text, word_for
from reporting.projection.figures import Figure
from reporting.projection.formula import CannotCompute
from reporting.projection.projected_needs import Band, ProjectedCategory, ProjectedNeeds, ProjectedYear


def fault(error: CannotCompute) -> str:
    """Why a column is left out, and what to do about it."""
    return text(f"projection_faults.{error.reason}", **error.values)


def band(computed: Band | None) -> str:
    """118 (105-131); a dash where nothing was computed."""
    if computed is None:
        return "–"
    if computed.low == computed.high:
        return number(computed.main)
    return text("projection.band", main=number(computed.main), low=number(computed.low), high=number(computed.high))


def reported(year: ProjectedYear) -> str:
    """12, minst 12, or a dash where no service was asked about that year or none has answered."""
    if year.reported is None:
        return "–"
    return number(year.reported) if year.reported_complete else text("needs.at_least", count=number(year.reported))


def shortfall(short: int | None) -> str:
    """12, 0, 4 til overs, or a dash."""
    if short is None:
        return "–"
    return text("needs.surplus", count=number(-short)) if short < 0 else number(short)


def figure_name(figure: Figure) -> str:
    """What the figure is; `residents 18-49` names its age group."""
    name, _, group = figure.name.partition(" ")
    return text(f"projection_figures.{name}", group=group)


def figure_value(figure: Figure) -> str:
    """The figure, or that it is too small to be shown; empty for whole tables."""
    if figure.name.startswith("residents") and figure.value is None:
        return text("projection.hidden")
    return figure.value or ""


def figure_source(figure: Figure) -> str:
    """Where it comes from: table id, publisher's date and the day it was fetched."""
    if figure.table is not None and figure.fetched is not None:
        published = text("projection.published", day=short_day(figure.updated)) if figure.updated else ""
        return text("projection.table", table=figure.table, label=figure.source, fetched=short_day(figure.fetched), published=published)
    if figure.name == "shares":
        return text(f"projection_sources.{figure.source}")
    return figure.source or text("projection.no_source")


def figure_kind(figure: Figure) -> str:
    """Offisiell, lokal, antakelse."""
    return word_for("projection_kinds", figure.kind.value)


def tested(category: ProjectedCategory) -> str:
    """How the method would have done on this municipality's own past years, or that it has not been tested."""
    tests = category.tested
    if tests is None:
        return text("projection.untested")
    values = {
        "cases": counted(tests.cases, "sammenligning"),
        "computed": _per_cent(tests.computed),
        "unchanged": _per_cent(tests.unchanged),
    }
    if tests.linear is None:
        return text("projection.tested", **values)
    return text("projection.tested_linear", **values, linear=_per_cent(tests.linear))


def _per_cent(value: float) -> str:
    return f"{value:.1f}".replace(".", ",") + " %"


def paragraph(needs: ProjectedNeeds, name: str) -> tuple[str, ...]:
    """The paragraph for the planning strategy (boligsosialloven § 5): one sentence per category that can say something."""
    sentences = [text("projection.strategy_lead", name=name, year=needs.base)]
    sentences += [
        _sentence(category) for category in needs.categories if category.years[-1].computed or category.years[-1].reported is not None
    ]
    tables = {figure.table: figure for category in needs.categories for figure in category.figures if figure.table}
    sources = [
        text("projection.source", table=table, fetched=short_day(figure.fetched))
        for table, figure in sorted(tables.items())
        if figure.fetched
    ]
    if needs.any_computed:
        sentences.append(text("projection.strategy_method", sources=", ".join(sources)))
    return tuple(sentences)


def _sentence(category: ProjectedCategory) -> str:
    later = category.years[-1]
    parts = [text("projection.strategy_have", title=category.title, have=counted(category.tonight, "bolig"))]
    if later.reported is not None:
        parts.append(text("projection.strategy_reported", year=later.year, count=reported(later)))
    if later.computed is not None:
        parts.append(text("projection.strategy_computed", year=later.year, count=band(later.computed)))
    return " ".join(parts)
