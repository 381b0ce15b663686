"""Approving a part of the shown plan at the desk, and taking that back, by whoever may."""

from __future__ import annotations

from connectors.personal_numbers import mask_text
from desk.night_view import NightView, PlanPart
from desk.plan_page import APPROVED, CHANGED, NIGHT_RUNS, UNAPPROVED, waits
from desk.visitor import Refused, Visitor
from reconciliation.decisions.answer_checks import LONGEST_WHY
from reconciliation.ledger import Ledger
from reconciliation.plan.part_approvals import approve_part


def approve(ledger: Ledger, view: NightView, visitor: Visitor, digest: str, why: str) -> str:
    """Keep the approval, for the next night alone. Returns one of plan_page.OUTCOMES.

    Raises Refused when the visitor may not approve, or the reason holds an identity number or is too long.
    """
    if not visitor.approves:
        raise Refused("approver")
    if mask_text(why) != why:
        raise Refused("personal")
    if len(why) > LONGEST_WHY:
        raise Refused("large")
    part = _part(view, digest)
    if view.running:
        return NIGHT_RUNS
    if part is None or view.run_id is None or not waits(part):
        return CHANGED
    if part.approved is None:
        approve_part(
            ledger, view.municipality.slug, name=part.name, digest=digest, run_id=view.run_id, by=visitor.decided_as, why=why.strip()
        )
    return APPROVED


def take_back_approval(ledger: Ledger, view: NightView, visitor: Visitor, digest: str) -> str:
    """Put the approval out of force. Returns one of plan_page.OUTCOMES. Raises Refused when the visitor may not approve."""
    if not visitor.approves:
        raise Refused("approver")
    part = _part(view, digest)
    if view.running:
        return NIGHT_RUNS
    if part is None or not part.approval or part.applied:
        return CHANGED
    return UNAPPROVED if ledger.withdraw_decision(view.municipality.slug, part.approval, visitor.decided_as) else CHANGED


def _part(view: NightView, digest: str) -> PlanPart | None:
    return next((part for part in view.parts if part.digest == digest), None)
