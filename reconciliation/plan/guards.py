"""Guards: reasons to hold items back, and limits beyond which a plan waits for a person. Limits come from the municipality's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kobo_client.register_config import RegisterConfig
from language import message, stored
from reconciliation.model.municipality_parts import Guards
from reconciliation.model.reasons import english

RETIRE_WAITING, SOURCE_INCOMPLETE, ROW_REJECTED = "retire_waiting", "source_incomplete", "row_rejected"
HANDED_OVER, IMPORT_OVERDUE = "handed_over", "import_overdue"
NUMBER_NOT_IN_USE = "number_not_in_use"
PLACE_TAKEN, SAME_PLACE_ASKED = "place_taken", "same_place_asked"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_TEST_WORDS = ("test", "rehears", "demo", "dev", "qa", "stag", "sandbox")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a part of a plan is not applied without a person.

    message: English, with the command that approves it. melding: a stored message, for owners.
    """

    code: str
    details: Mapping[str, str | int]
    message: str
    melding: str


@dataclass(frozen=True, slots=True)
class Limit:
    """Largest number of changes of a kind that is applied without approval. code: of the refusal; of: the number that the share is of."""

    code: str
    most: int
    of: int

    def broken_by(self, number: int) -> tuple[str, dict[str, str | int]]:
        """Code and values of the refusal when `number` changes exceed the limit."""
        return self.code, {"number": number, "limit": self.most, "of": self.of}


def deletion_limit(ours: int, guards: Guards) -> Limit:
    """ours: entries that are linked. Up to `floor` changes always pass; beyond that both share and count must be within limits."""
    return Limit("too_many_retirements", _allowed(ours, guards.maximum_retire_share, guards.maximum_retire_count, guards), ours)


def update_limit(ours: int, guards: Guards) -> Limit:
    """Limit of updates. ours: number of linked entries."""
    return Limit("too_many_updates", _allowed(ours, guards.maximum_update_share, guards.maximum_update_count, guards), ours)


def creation_limit(in_register: int, guards: Guards) -> Limit:
    """Limit of creates. in_register: number of all entries that were read."""
    return Limit("sudden_growth", max(guards.floor, int(guards.maximum_create_share * in_register)), in_register)


def environment_mismatch(register: RegisterConfig) -> dict[str, str | int] | None:
    """A refusal when the host's name contradicts `environment`: a test host as production, or the other way round."""
    host = (urlsplit(register.base_url).hostname or "").casefold()
    harmless = host in _LOOPBACK or any(word in host for word in _TEST_WORDS)
    looks = "test" if harmless or register.kind == "rehearsal" else "production"
    if looks == register.environment:
        return None
    return {"environment": register.environment, "host": host, "looks": looks}


def _allowed(of: int, share: float, count: int, guards: Guards) -> int:
    return max(guards.floor, min(int(share * of), count))


def refusal(code: str, details: Mapping[str, str | int], command: str, part: str) -> Refusal:
    """command: what approves it. part: its name."""
    sentence = f"{part}: {english(code, details)} Approve with: {command}"
    return Refusal(code, details, sentence, stored(message(f"plan_reasons.{code}", **details)))
