"""Which parts of tonight's plan may be applied? The applied plan is the shown plan, by digest, part by part (law 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

DIGEST = re.compile(r"^[0-9a-f]{12,64}$")


class ApprovalAnswer(StrEnum):
    """apply: go on. dry: no changes were asked for. wait: a person must approve first. stale: another plan was approved."""

    APPLY = "apply"
    DRY = "dry"
    WAIT = "wait"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class PartToApprove:
    """One part of the plan. refusals: the guards' sentences, with the command that approves it; empty when it is within its limits."""

    name: str
    digest: str
    changes: int
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """parts: names of those that are applied. waiting: sentences about those that a person must look at first."""

    answer: ApprovalAnswer
    message: str
    parts: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


def approve_with(digest: str, command: str, job: str = "") -> str:
    """The sentence that says how to approve the plan. command: of a night, without options. job: Dagster's, when there is one."""
    short = digest[:12]
    return f"{command} --apply={short}" + (f" (in Dagster: launch {job} with digest {short})" if job else "")


def is_mode(text: str) -> bool:
    """Whether `--apply` accepts the text."""
    return text in ("never", "auto", "approve") or bool(DIGEST.match(text))


def approval_of(
    mode: str, digest: str, parts: Sequence[PartToApprove], command: str, job: str = "", approved: Mapping[str, str] | None = None
) -> Approval:
    """mode: never | auto | approve | a digest (at least its first 12 characters) of the whole plan or of one part.

    A digest approves exactly that plan or part, also beyond the guards' limits; when tonight's digest is different, nothing is applied.
    approved: digest of a part -> its name, of parts approved since the last night; such a part is applied under auto and approve.
    When its digest is not tonight's it is not applied, and the message says so.
    """
    approved = approved or {}
    actions = sum(part.changes for part in parts)
    if mode == "never":
        return Approval(ApprovalAnswer.DRY, f"Dry run: {actions} changes planned, none applied.")
    if mode not in ("auto", "approve"):
        return _approved(mode, digest, parts, command, job)
    if actions == 0:
        return Approval(ApprovalAnswer.APPLY, "Nothing to change.")
    going = [part for part in parts if part.digest in approved or (mode == "auto" and not part.refusals)]
    held_back = [part for part in parts if part not in going]
    waiting = (*_waiting(mode, digest, held_back, command, job), *_lapsed(approved, parts, held_back))
    if not going:
        return Approval(ApprovalAnswer.WAIT, " ".join(waiting), waiting=waiting)
    applied = f"{sum(part.changes for part in going)} changes inside the limits or approved."
    return Approval(ApprovalAnswer.APPLY, " ".join([applied, *waiting]), tuple(part.name for part in going), waiting)


def _waiting(mode: str, digest: str, held_back: Sequence[PartToApprove], command: str, job: str) -> tuple[str, ...]:
    """Why the parts in `held_back` wait, and what approves them."""
    if mode == "auto" or not held_back:
        return tuple(sentence for part in held_back for sentence in part.refusals)
    each = " ".join(f"{part.name} ({part.changes}): {part.digest[:12]}." for part in held_back)
    changes = sum(part.changes for part in held_back)
    return (f"{changes} changes wait for approval. Approve with: {approve_with(digest, command, job)}. Or a part, with its digest: {each}",)


def _lapsed(approved: Mapping[str, str], parts: Sequence[PartToApprove], held_back: Sequence[PartToApprove]) -> tuple[str, ...]:
    """A sentence for each approved part that still waits, since it has changed since the approval."""
    now = {part.digest for part in parts}
    waiting = {part.name for part in held_back}
    return tuple(
        f"Part {name} was approved as {digest[:12]} and has changed since: look at it again and approve it anew."
        for digest, name in sorted(approved.items())
        if digest not in now and name in waiting
    )


def _approved(mode: str, digest: str, parts: Sequence[PartToApprove], command: str, job: str) -> Approval:
    if digest.startswith(mode):
        return Approval(ApprovalAnswer.APPLY, f"Plan {digest[:12]} is the approved one.", tuple(part.name for part in parts))
    for part in parts:
        if part.digest.startswith(mode):
            return Approval(ApprovalAnswer.APPLY, f"Part {part.name} of the plan ({part.digest[:12]}) is the approved one.", (part.name,))
    if not parts:
        moved = f"The approved plan {mode[:12]} is no longer tonight's plan: sources or register moved since"
        return Approval(ApprovalAnswer.STALE, f"{moved}, and there is nothing left to change or approve.")
    now = ", ".join(f"{part.name}: {part.digest[:12]}" for part in parts)
    return Approval(
        ApprovalAnswer.STALE,
        f"The approved plan {mode[:12]} is no longer tonight's plan ({digest[:12]}) nor a part of it: sources or register moved since. "
        f"Look at the new plan and approve it with: {approve_with(digest, command, job)}" + (f", or a part of it ({now})" if now else ""),
    )
