"""Correcting a cell of a rejected row at the desk: kept in the ledger, used by the next night, and handed to the source's owner."""

from __future__ import annotations

from connectors.personal_numbers import mask_text
from desk.guard import Rejected
from desk.night_view import NightView, RejectedRow
from desk.rejected_pages import cells_of
from desk.visitor import Visitor
from reconciliation.decisions.answer_checks import LONGEST_WHY
from reconciliation.ledger import Ledger
from reconciliation.reading.cell_corrections import LONGEST, correct_cell


def correct(ledger: Ledger, view: NightView, visitor: Visitor, row: RejectedRow, fields: dict[str, str]) -> str:
    """Keep what a cell of that row means. fields: kolonne, skrevet (what the page showed), verdi, hvorfor. Returns "stored".

    Raises Rejected: a column that is not among the row's faults, a cell that says something else by now, a value as it is already,
    an identity number, or a text that is too long.
    """
    heading, means, why = fields.get("kolonne", ""), fields.get("verdi", "").strip(), fields.get("hvorfor", "").strip()
    cells = cells_of(row, view)
    if heading not in cells or row.key is None:
        raise Rejected(400, "no_cell")
    if cells[heading] != fields.get("skrevet", ""):
        raise Rejected(409, "cell_moved")
    if means == cells[heading]:
        raise Rejected(400, "same_value")
    if mask_text(means) != means or mask_text(why) != why:
        raise Rejected(400, "personal")
    if len(means) > LONGEST or len(why) > LONGEST_WHY or not means.isprintable():
        raise Rejected(400, "bad_value")
    correct_cell(
        ledger,
        view.municipality.slug,
        source=row.source,
        key=row.key,
        heading=heading,
        written=cells[heading],
        means=means,
        by=visitor.decided_as,
        why=why,
    )
    return "stored"


def take_back_correction(ledger: Ledger, view: NightView, visitor: Visitor, row: RejectedRow, heading: str) -> str:
    """Put a cell's correction out of force. Returns "taken_back". Raises Rejected when there is none."""
    made = next(
        (
            correction
            for correction in view.corrections
            if (correction.source, correction.key, correction.heading) == (row.source, row.key, heading)
        ),
        None,
    )
    if made is None or not ledger.withdraw_decision(view.municipality.slug, made.decision_id, visitor.decided_as):
        raise Rejected(404, "no_cell")
    return "taken_back"
