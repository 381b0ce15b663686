"""Limits: what is held back, and which plans wait for a person. Limits come from the municipality's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kobo_client.register_config import RegisterConfig
from language import message, stored
from reconciliation.model.municipality import Guards, Municipality
from reconciliation.model.reasons import english
from reconciliation.plan.approval import approve_with

RETIRE_WAITING, SOURCE_INCOMPLETE, ROW_REJECTED = "retire_waiting", "source_incomplete", "row_rejected"
HANDED_OVER, IMPORT_OVERDUE = "handed_over", "import_overdue"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_TEST_WORDS = ("test", "rehears", "demo", "dev", "qa", "stag", "sandbox")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan is stored and shown, and not applied.

    message: English, with the command that approves it. melding: a stored message, for owners.
    """

    code: str
    details: Mapping[str, str | int]
    message: str
    melding: str


@dataclass(frozen=True, slots=True)
class Size:
    """How much a plan would do. ours: entries we answer for; in_register: all entries seen; first: nothing is ours yet."""

    create: int
    update: int
    retire: int
    ours: int
    in_register: int
    first: bool


def refusals(size: Size, municipality: Municipality, digest: str) -> tuple[Refusal, ...]:
    """Every limit that the plan breaks. Up to `floor` of a kind always pass; beyond it both share and count must hold."""
    guards = municipality.guards
    command = approve_with(digest, f"kobosync night {municipality.file}", f"{municipality.slug}_approve")
    retirements = _allowed(size.ours, guards.maximum_retire_share, guards.maximum_retire_count, guards)
    updates = _allowed(size.ours, guards.maximum_update_share, guards.maximum_update_count, guards)
    growth = max(guards.floor, int(guards.maximum_create_share * size.in_register))
    # The very first fill of an empty register is what the work is for.
    created = 0 if size.first and not size.in_register else size.create
    found = [
        _limit("too_many_retirements", size.retire, retirements, size.ours),
        _limit("too_many_updates", size.update, updates, size.ours),
        _limit("sudden_growth", created, growth, size.in_register),
    ]
    mismatch = environment_mismatch(municipality.register_)
    if mismatch and size.create + size.update + size.retire:
        found.append(("environment_mismatch", mismatch))
    return tuple(_refusal(code, details, command) for code, details in (one for one in found if one))


def environment_mismatch(register: RegisterConfig) -> dict[str, str | int] | None:
    """A production register under a test configuration, or the other way round: told by the host's name."""
    host = (urlsplit(register.base_url).hostname or "").casefold()
    harmless = host in _LOOPBACK or any(word in host for word in _TEST_WORDS)
    looks = "test" if harmless or register.kind == "rehearsal" else "production"
    if looks == register.environment:
        return None
    return {"environment": register.environment, "host": host, "looks": looks}


def _allowed(of: int, share: float, count: int, guards: Guards) -> int:
    return max(guards.floor, min(int(share * of), count))


def _limit(code: str, number: int, limit: int, of: int) -> tuple[str, dict[str, str | int]] | None:
    return (code, {"number": number, "limit": limit, "of": of}) if number > limit else None


def _refusal(code: str, details: dict[str, str | int], command: str) -> Refusal:
    return Refusal(code, details, f"{english(code, details)} Approve with: {command}", stored(message(f"plan_reasons.{code}", **details)))
