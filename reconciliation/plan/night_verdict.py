"""The verdict on a night: one code for programs, one sentence per fault for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from reconciliation.plan.approval import Approval, ApprovalAnswer


class NightVerdict(StrEnum):
    """How a night ended. The values are stored in the ledger."""

    DONE = "done"
    WAITING = "waiting"
    """A part of the plan needs a person's approval; what is inside its limits was applied."""
    REFUSED = "refused"
    """Somebody approved a plan that is not tonight's; nothing was applied, and tonight's plan waits."""
    INCOMPLETE = "incomplete"
    """A source could not be read, or changes could not be made; the rest is done."""
    FAILED = "failed"
    """The register could not be read; nothing was planned or applied."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """messages: why, as stored messages; empty when all is done."""

    verdict: NightVerdict
    messages: tuple[str, ...]


def judge(
    source_messages: Mapping[str, str | None],
    register_message: str | None,
    approval: Approval,
    outcomes: Mapping[str, int],
    own_faults: int = 0,
) -> Judgement:
    """source_messages: source -> why its read is not complete, or None. register_message: why it was not seen, or None.

    own_faults: number of changes that failed by a fault of kobosync itself.
    outcomes: outcome -> number of changes. Changes that Kobo refused do not make a night incomplete: their owner corrects the row.
    """
    messages = [message for _, message in sorted(source_messages.items()) if message]
    if own_faults:
        messages.append(f"{own_faults} of the changes met a fault in kobosync; the log says where. Please report it.")
    undone = {name: outcomes[name] for name in ("failed", "unknown", "not_tried") if outcomes.get(name)}
    if register_message:
        return Judgement(NightVerdict.FAILED, (register_message, *messages))
    if undone:
        counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in undone.items())
        messages.append(f"Not every change was made ({counts}). Run the night again, or leave it to the next one.")
    waits = (approval.message,) if approval.answer in (ApprovalAnswer.WAIT, ApprovalAnswer.STALE) else approval.waiting
    if messages:
        return Judgement(NightVerdict.INCOMPLETE, (*messages, *waits))
    if waits:
        return Judgement(NightVerdict.REFUSED if approval.answer is ApprovalAnswer.STALE else NightVerdict.WAITING, waits)
    return Judgement(NightVerdict.DONE, ())
