"""Which parts of tonight's plan may be applied? The applied plan is the shown plan, by digest, part by part (law 5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

DIGEST = re.compile(r"^[0-9a-f]{12,64}$")


class Answer(StrEnum):
    APPLY = "apply"
    DRY = "dry"
    WAIT = "wait"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Asked:
    """One part that is asked about. refusals: the guards' sentences, with the command that approves it; none: inside its limits."""

    name: str
    digest: str
    changes: int
    refusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """parts: names of those that are applied. waiting: sentences about those that a person must look at first."""

    answer: Answer
    message: str
    parts: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


def approve_with(digest: str, command: str, job: str = "") -> str:
    """How that plan is approved. command: of a night, without options. job: in Dagster; none when it is left out."""
    short = digest[:12]
    return f"{command} --apply={short}" + (f" (in Dagster: launch {job} with digest {short})" if job else "")


def is_mode(text: str) -> bool:
    """Is that something `--apply` takes?"""
    return text in ("never", "auto", "approve") or bool(DIGEST.match(text))


def decide(mode: str, digest: str, parts: Sequence[Asked], command: str, job: str = "") -> Approval:
    """mode: never | auto | approve | a digest (at least its first 12 characters) of the whole plan or of one part.

    A digest approves that very plan or part, guards included, and nothing else; if it is another by now, nothing is applied.
    """
    actions = sum(part.changes for part in parts)
    if mode == "never":
        return Approval(Answer.DRY, f"Dry run: {actions} changes planned, none applied.")
    if mode not in ("auto", "approve"):
        return _approved(mode, digest, parts, command, job)
    if actions == 0:
        return Approval(Answer.APPLY, "Nothing to change.")
    if mode == "approve":
        each = " ".join(f"{part.name} ({part.changes}): {part.digest[:12]}." for part in parts)
        said = (
            f"{actions} changes wait for approval. Approve with: {approve_with(digest, command, job)}. Or a part, with its digest: {each}"
        )
        return Approval(Answer.WAIT, said, waiting=(said,))
    going = [part for part in parts if not part.refusals]
    waiting = tuple(sentence for part in parts for sentence in part.refusals)
    if not going:
        return Approval(Answer.WAIT, " ".join(waiting), waiting=waiting)
    inside = f"{sum(part.changes for part in going)} changes inside the limits."
    return Approval(Answer.APPLY, " ".join([inside, *waiting]), tuple(part.name for part in going), waiting)


def _approved(mode: str, digest: str, parts: Sequence[Asked], command: str, job: str) -> Approval:
    if digest.startswith(mode):
        return Approval(Answer.APPLY, f"Plan {digest[:12]} is the approved one.", tuple(part.name for part in parts))
    for part in parts:
        if part.digest.startswith(mode):
            return Approval(Answer.APPLY, f"Part {part.name} of the plan ({part.digest[:12]}) is the approved one.", (part.name,))
    now = ", ".join(f"{part.name}: {part.digest[:12]}" for part in parts)
    return Approval(
        Answer.STALE,
        f"The approved plan {mode[:12]} is no longer tonight's plan ({digest[:12]}) nor a part of it: sources or register moved since. "
        f"Look at the new plan and approve it with: {approve_with(digest, command, job)}" + (f", or a part of it ({now})" if now else ""),
    )
