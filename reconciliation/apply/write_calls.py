"""One function per kind of write: read the entry, make the call, return the outcome.

Before a change or a deletion the entry is compared with its values in the plan (law 5), and its supplier id with ours (law 7).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kobo_client.errors import Conflict, NotFound, RegisterDown
from kobo_client.payload import DELETED, from_body, updatable_body
from reconciliation.apply.register_port import Register
from reconciliation.apply.unwritten_reasons import unwritten
from reconciliation.ledger import Write, WriteOutcome
from reconciliation.model.plan_actions import REPLACE
from reconciliation.reading.register_text import kept_text

Call = Callable[[Register, Write], WriteOutcome]


def create(register: Register, write: Write) -> WriteOutcome:
    """POST. An entry that has our id already was made by an earlier attempt whose answer was lost."""
    body = json.loads(write.body or "{}")
    try:
        created = register.create(body, request_id=write.request_id)
    except Conflict as conflict:
        return _take_over(register, write, conflict)
    ours = write.leverandor_bolig_id
    return WriteOutcome(
        write.request_id, ours, "done", created.kobo_id, created.status, link="created", agreed=_agreed(body, created.values)
    )


def _agreed(body: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    """Values to store as the base: those sent, and those that the register filled in for fields that were not sent."""
    filled = {name: kept_text(value) if isinstance(value, str) else value for name, value in made.items()}
    return {name: filled.get(name) if value in (None, "") else value for name, value in from_body(body).items()}


def _take_over(register: Register, write: Write, conflict: Conflict) -> WriteOutcome:
    """The register has the dwelling already. Its entry is linked when it has our id; or no supplier id and nobody had seen it, since it
    conflicts by address and unit number. An entry with a different supplier id is left alone, and so is one that the plan was made with:
    its values, or a person, said that it is not this dwelling. A replacement takes over none but its own: a person said which entry the
    dwelling is, and any other one at its new place is another home's."""
    taken = unwritten("taken", words=conflict.words or "")
    refused = WriteOutcome(write.request_id, write.leverandor_bolig_id, "refused", conflict.kobo_id, conflict.status, taken)
    if conflict.kobo_id is None:
        return refused
    try:
        existing = read_entry(register, conflict.kobo_id)
    except NotFound:
        return refused
    except RegisterDown as down:
        down.sent = True  # the POST was, though the question after it was not
        raise
    another = existing.get("leverandor_bolig_id") != write.leverandor_bolig_id
    if another and (write.verb == REPLACE or conflict.kobo_id in write.passed_over):
        return replace(refused, message=unwritten("place_stands", words=conflict.words or ""))
    if existing.get("leverandor_bolig_id") not in (None, "", write.leverandor_bolig_id):
        return refused
    # The values that an earlier night sent, not the present ones: a caseworker may have changed them since.
    agreed = from_body(json.loads(write.first_body or write.body or "{}"))
    return WriteOutcome(write.request_id, write.leverandor_bolig_id, "done", conflict.kobo_id, conflict.status, link="found", agreed=agreed)


def change(register: Register, write: Write) -> WriteOutcome:
    """PUT of the entry's updatable fields with the changes applied; nothing is sent when the new values are there already."""
    kobo_id = str(write.kobo_id)
    changes = json.loads(write.changes)
    try:
        existing = read_entry(register, kobo_id)
    except NotFound:
        return settled(write, "moved", message=unwritten("gone"))
    if not may_touch(existing, write):
        return settled(write, "moved", message=unwritten("not_ours"))
    moved = [item["field"] for item in changes if not has_value(existing, item, "old") and not has_value(existing, item, "new")]
    if moved:
        return settled(write, "moved", message=unwritten("moved", fields=sorted(moved)))
    ours = existing.get("leverandor_bolig_id") == write.leverandor_bolig_id
    if ours and all(has_value(existing, item, "new") for item in changes):
        return settled(write, "done", agreed=_written(changes))
    wanted = {**existing, **{item["field"]: item["new"] for item in changes}, "leverandor_bolig_id": write.leverandor_bolig_id}
    try:
        status = register.change(kobo_id, updatable_body(wanted), request_id=write.request_id)
    except NotFound:
        return settled(write, "moved", message=unwritten("gone"))
    return settled(write, "done", status=status, agreed=_written(changes))


def remove(register: Register, write: Write) -> WriteOutcome:
    """DELETE. The deleted values are stored as the write's changes, so that it can be undone."""
    kobo_id = str(write.kobo_id)
    try:
        existing = read_entry(register, kobo_id)
    except NotFound:
        return settled(write, "done", unlink="retired")
    if not may_touch(existing, write):
        return settled(write, "moved", message=unwritten("not_ours"))
    if moved := moved_since(existing, write):
        return settled(write, "moved", message=unwritten("moved", fields=moved))
    taken = [
        {"field": name, "old": kept_text(value) if isinstance(value, str) else value, "new": None, "source": None}
        for name, value in sorted(existing.items())
        if value is not None and name not in ("kobo_id", "leverandor_bolig_id", DELETED)
    ]
    try:
        status = register.remove(kobo_id, write.leverandor_bolig_id, request_id=write.request_id)
    except NotFound:
        return settled(write, "done", unlink="retired")
    return settled(write, "done", status=status, unlink="retired", changes=json.dumps(taken, ensure_ascii=False, default=str))


CALLS: dict[str, Call] = {"POST": create, "PUT": change, "DELETE": remove}
"""How a write of tonight is made; a replacement is two calls, of replacement_calls.py."""


def verify_change(register: Register, write: Write) -> WriteOutcome:
    """Settle an earlier night's PUT by reading the entry. If it did not arrive, tonight's plan says what to do."""
    try:
        existing = read_entry(register, str(write.kobo_id))
    except NotFound:
        return settled(write, "moved", message=unwritten("gone"))
    changes = json.loads(write.changes)
    if not all(has_value(existing, item, "new") for item in changes):
        return settled(write, "failed", message=unwritten("not_arrived"))
    return settled(write, "done", agreed=_written(changes))


def verify_removal(register: Register, write: Write) -> WriteOutcome:
    """Settle an earlier night's DELETE by reading the entry."""
    try:
        read_entry(register, str(write.kobo_id))
    except NotFound:
        return settled(write, "done", unlink="retired")
    return settled(write, "failed", message=unwritten("not_arrived"))


VERIFY: dict[str, Call] = {"POST": create, "PUT": verify_change, "DELETE": verify_removal}
"""How an unsettled write of an earlier night is settled. A POST is repeated with its own request id: the register answers that it has
the entry, or creates it now."""


def read_entry(register: Register, kobo_id: str) -> Mapping[str, Any]:
    """The entry. Raises NotFound also for a deleted one."""
    existing = register.read(kobo_id)
    if existing.get(DELETED):
        raise NotFound("slettet", kobo_id=kobo_id)
    return existing


def may_touch(existing: Mapping[str, Any], write: Write) -> bool:
    """Whether the entry has our supplier id, or none."""
    return existing.get("leverandor_bolig_id") in (None, "", write.leverandor_bolig_id)


def moved_since(existing: Mapping[str, Any], write: Write) -> list[str]:
    """Fields whose values differ from those in the plan, of an entry that is about to be deleted."""
    return sorted(name for name, value in (write.seen or {}).items() if _plain(existing.get(name)) != _plain(value))


def has_value(existing: Mapping[str, Any], change: Mapping[str, Any], side: str) -> bool:
    """side: old or new, of a change of the plan."""
    return bool(_plain(existing.get(change["field"])) == _plain(change[side]))


def _written(changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["field"]: item["new"] for item in changes}


def _plain(value: Any) -> Any:
    """The value as JSON has it, to compare the register's values with the plan's, which were stored as JSON."""
    if isinstance(value, str):
        # Masked in the same way as the plan's values.
        return kept_text(value) or None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    return str(value)


def settled(write: Write, state: str, **known: Any) -> WriteOutcome:
    """The write's outcome; known: further fields of it."""
    return WriteOutcome(write.request_id, write.leverandor_bolig_id, state, write.kobo_id, **known)
