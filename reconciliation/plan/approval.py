"""May this plan be applied tonight? The applied plan is the shown plan, by digest (law 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

DIGEST = re.compile(r"^[0-9a-f]{12,64}$")


class Answer(StrEnum):
    APPLY = "apply"
    DRY = "dry"
    WAIT = "wait"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Approval:
    answer: Answer
    message: str


def approve_with(digest: str, command: str, job: str = "") -> str:
    """How that plan is approved. command: of a night, without options. job: in Dagster; none when it is left out."""
    short = digest[:12]
    return f"{command} --apply={short}" + (f" (in Dagster: launch {job} with digest {short})" if job else "")


def is_mode(text: str) -> bool:
    """Is that something `--apply` takes?"""
    return text in ("never", "auto", "approve") or bool(DIGEST.match(text))


def decide(mode: str, digest: str, actions: int, refusals: tuple[str, ...], command: str, job: str = "") -> Approval:
    """mode: never | auto | approve | a digest (at least its first 12 characters). refusals: the guards' sentences.

    A digest approves that very plan, guards included; if the plan is another by now, nothing is applied.
    """
    if mode == "never":
        return Approval(Answer.DRY, f"Dry run: {actions} changes planned, none applied.")
    if mode not in ("auto", "approve"):
        if digest.startswith(mode):
            return Approval(Answer.APPLY, f"Plan {digest[:12]} is the approved one.")
        return Approval(
            Answer.STALE,
            f"The approved plan {mode[:12]} is no longer tonight's plan ({digest[:12]}): sources or register moved since. "
            f"Look at the new plan and approve it with: {approve_with(digest, command, job)}",
        )
    if actions == 0:
        return Approval(Answer.APPLY, "Nothing to change.")
    if refusals:
        return Approval(Answer.WAIT, " ".join(refusals))
    if mode == "approve":
        return Approval(Answer.WAIT, f"{actions} changes wait for approval. Approve with: {approve_with(digest, command, job)}")
    return Approval(Answer.APPLY, f"{actions} changes inside the limits.")
