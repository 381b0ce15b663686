"""The pages of the rejected rows: what waits for its owner, and one row with its faults and the cells that may be corrected here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from connectors.personal_numbers import MASK
from desk.filter_options import options
from desk.night_view import NightView, RejectedRow, RowFault
from desk.paging import Paged
from desk.place_words import place_in_words
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import rendered, short_day, text
from reconciliation.reading.cell_corrections import CellCorrection, correctable
from reconciliation.reading.deviations import heading_of
from reporting.stop_causes import rule_title

FILTERS = ("eier", "kilde", "regel")


@dataclass(frozen=True, slots=True)
class CellShown:
    """A cell that may be corrected. correction: what it was corrected to, in words; None while it is not. choices: unit numbers that the
    official register has at the row's address, where the cell lacks one."""

    heading: str
    written: str
    means: str
    correction: str | None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowShown:
    """A rejected row in words. faults: what is wrong and what to do, one sentence each. cells: empty when none may be corrected here."""

    row: RejectedRow
    place: str
    faults: tuple[str, ...]
    rules: tuple[str, ...]
    cells: tuple[CellShown, ...]

    @property
    def corrected(self) -> bool:
        """Is a cell of it corrected, so that the next night reads it again?"""
        return any(cell.correction for cell in self.cells)


def rejected_rows(view: NightView, visitor: Visitor) -> Sequence[RejectedRow]:
    """Those this visitor may see."""
    return view.once(("rejected", *visitor.sight), lambda: [row for row in view.rejected if visitor.may_see(row.owner, row.secret)])


def rejected_selected(mine: Sequence[RejectedRow], wanted: Mapping[str, str]) -> list[RejectedRow]:
    """Those that match all of these filters. wanted: filter -> value, as they are in the address."""
    return [row for row in mine if _fits(row, wanted)]


def rejected_list(
    view: NightView, mine: Sequence[RejectedRow], visitor: Visitor, token: str, wanted: Mapping[str, str], shown: Paged[RejectedRow]
) -> str:
    """mine: all that the visitor may see. shown: this page's part of the rows that match the filters."""
    return (
        desk_templates()
        .get_template("rejected.html.j2")
        .render(
            **common(view, visitor, token, "rejected"),
            rows=[_shown(row, view) for row in shown.items],
            total=shown.total,
            pages=shown.links(wanted),
            wanted=wanted,
            options=view.once(("rejected options", *visitor.sight), lambda: _options(view, mine)),
        )
    )


def _options(view: NightView, mine: Sequence[RejectedRow]) -> Mapping[str, Markup]:
    """Filter -> its options."""
    owners, sources = {row.owner for row in mine}, {row.source for row in mine}
    rules = {fault.rule for row in mine for fault in row.faults}
    return {
        "eier": options((key, owner.title) for key, owner in view.municipality.owners.items() if key in owners),
        "kilde": options((name, source.title) for name, source in view.municipality.sources.items() if name in sources),
        "regel": options(sorted((rule, rule_title(rule)) for rule in rules)),
    }


def rejected_row(view: NightView, row: RejectedRow, visitor: Visitor, token: str, outcome: str) -> str:
    """outcome: key of `desk_corrections`, of what was just done; anything else is passed over."""
    known = [name for name in ("stored", "taken_back") if name == outcome]
    message = text(f"desk_corrections.{known[0]}") if known else None
    return (
        desk_templates()
        .get_template("rejected_row.html.j2")
        .render(**common(view, visitor, token, "rejected"), shown=_shown(row, view), message=message)
    )


def cells_of(row: RejectedRow, view: NightView) -> dict[str, str]:
    """Heading -> what is written there, trimmed, of the cells that may be corrected at the desk.

    A cell is identified by its row's key and checked against its written value: where either is unknown, the source must be corrected.
    """
    if row.key is None or row.secret:
        return {}
    return {
        fault.headings[0]: (fault.value or "").strip()
        for fault in row.faults
        if len(fault.headings) == 1 and correctable(view.municipality, row.source, fault.headings[0]) and MASK not in (fault.value or "")
    }


def _fits(row: RejectedRow, wanted: Mapping[str, str]) -> bool:
    if wanted.get("eier") not in (None, row.owner) or wanted.get("kilde") not in (None, row.source):
        return False
    return "regel" not in wanted or wanted["regel"] in {fault.rule for fault in row.faults}


def _shown(row: RejectedRow, view: NightView) -> RowShown:
    return RowShown(
        row,
        place_in_words(row.place, view.municipality),
        tuple(_in_words(fault, row.secret) for fault in row.faults),
        tuple(dict.fromkeys(rule_title(fault.rule) for fault in row.faults)),
        tuple(
            replace(_cell(heading, written, row, view.corrections), choices=_choices(heading, row, view))
            for heading, written in cells_of(row, view).items()
        ),
    )


def _choices(heading: str, row: RejectedRow, view: NightView) -> tuple[str, ...]:
    source = view.municipality.sources.get(row.source)
    return row.units if source is not None and heading_of(source, "bruksenhetsnummer") == heading else ()


def _in_words(fault: RowFault, secret: bool) -> str:
    if secret:
        return text("workbook.secret_message")
    where = ", ".join(fault.headings)
    words = rendered(fault.message)
    return text("desk_corrections.fault", column=where, said=words) if where else words


def _cell(heading: str, written: str, row: RejectedRow, corrections: Sequence[CellCorrection]) -> CellShown:
    made = next(
        (
            correction
            for correction in corrections
            if (correction.source, correction.key, correction.heading) == (row.source, row.key, heading)
        ),
        None,
    )
    if made is None or made.written != written:
        return CellShown(heading, written, written, None)
    corrected = text(
        "desk_corrections.corrected", by=made.by, day=short_day(made.decided.date()), means=made.means or text("clarifications.blank_value")
    )
    return CellShown(heading, written, made.means or "", corrected)
