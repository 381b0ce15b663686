"""One function per kind of write: read the entry, make the call, return the outcome.

Before a change or a deletion the entry is compared with its values in the plan (law 5), and its supplier id with ours (law 7).
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kobo_client.contract import FIELDS
from kobo_client.errors import Conflict, NotFound, RefusedRow, RegisterDown, RegisterError
from kobo_client.payload import DELETED, from_body, updatable_body
from reconciliation.apply.register_port import STOPS_THE_NIGHT, Register, settle_error
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
    its values, or a person, said that it is not this dwelling."""
    taken = unwritten("taken", words=conflict.words or "")
    refused = WriteOutcome(write.request_id, write.leverandor_bolig_id, "refused", conflict.kobo_id, conflict.status, taken)
    if conflict.kobo_id is None:
        return refused
    try:
        existing = _read(register, conflict.kobo_id)
    except NotFound:
        return refused
    except RegisterDown as down:
        down.sent = True  # the POST was, though the question after it was not
        raise
    if existing.get("leverandor_bolig_id") != write.leverandor_bolig_id and conflict.kobo_id in write.passed_over:
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
        existing = _read(register, kobo_id)
    except NotFound:
        return _settled(write, "moved", message=unwritten("gone"))
    if not _may_touch(existing, write):
        return _settled(write, "moved", message=unwritten("not_ours"))
    moved = [item["field"] for item in changes if not _has_value(existing, item, "old") and not _has_value(existing, item, "new")]
    if moved:
        return _settled(write, "moved", message=unwritten("moved", fields=sorted(moved)))
    ours = existing.get("leverandor_bolig_id") == write.leverandor_bolig_id
    if ours and all(_has_value(existing, item, "new") for item in changes):
        return _settled(write, "done", agreed=_written(changes))
    wanted = {**existing, **{item["field"]: item["new"] for item in changes}, "leverandor_bolig_id": write.leverandor_bolig_id}
    try:
        status = register.change(kobo_id, updatable_body(wanted), request_id=write.request_id)
    except NotFound:
        return _settled(write, "moved", message=unwritten("gone"))
    return _settled(write, "done", status=status, agreed=_written(changes))


def remove(register: Register, write: Write) -> WriteOutcome:
    """DELETE. The deleted values are stored as the write's changes, so that it can be undone."""
    kobo_id = str(write.kobo_id)
    try:
        existing = _read(register, kobo_id)
    except NotFound:
        return _settled(write, "done", unlink="retired")
    if not _may_touch(existing, write):
        return _settled(write, "moved", message=unwritten("not_ours"))
    if moved := _moved_since(existing, write):
        return _settled(write, "moved", message=unwritten("moved", fields=moved))
    taken = [
        {"field": name, "old": kept_text(value) if isinstance(value, str) else value, "new": None, "source": None}
        for name, value in sorted(existing.items())
        if value is not None and name not in ("kobo_id", "leverandor_bolig_id", DELETED)
    ]
    try:
        status = register.remove(kobo_id, write.leverandor_bolig_id, request_id=write.request_id)
    except NotFound:
        return _settled(write, "done", unlink="retired")
    return _settled(write, "done", status=status, unlink="retired", changes=json.dumps(taken, ensure_ascii=False, default=str))


def replace_entry(register: Register, write: Write) -> WriteOutcome:
    """DELETE of the entry, then POST of the dwelling, by a person's decision. An entry that is deleted already is not deleted again."""
    lacking = _lacking(json.loads(write.body or "{}"))
    if lacking:
        # Checked before the entry is deleted: the register would refuse the new one.
        return _settled(write, "refused", message=unwritten("lacking", fields=lacking))
    kobo_id = str(write.kobo_id)
    try:
        existing = _read(register, kobo_id)
    except NotFound:
        return _made_anew(register, write)
    if not _may_touch(existing, write):
        return _settled(write, "moved", message=unwritten("not_ours"))
    moved = {str(item["field"]) for item in json.loads(write.changes) if not _has_value(existing, item, "old")}
    moved |= set(_moved_since(existing, write))
    if moved:
        return _settled(write, "moved", message=unwritten("moved", fields=sorted(moved)))
    with contextlib.suppress(NotFound):
        register.remove(kobo_id, write.leverandor_bolig_id, request_id=str(uuid.uuid5(uuid.NAMESPACE_OID, write.request_id)))
    return _made_anew(register, write)


def _made_anew(register: Register, write: Write) -> WriteOutcome:
    """The POST of a replacement. The old entry is deleted by now, so after any error the write stays `unknown` until the register has
    accepted or refused the new one."""
    try:
        made = create(register, write)
    except STOPS_THE_NIGHT:
        raise
    except RefusedRow as refused:
        return replace(settle_error(write, refused), unlink="replaced")
    except RegisterError as error:
        return replace(settle_error(write, error, again=True), state="unknown", message=unwritten("unknown"))
    except Exception as error:
        return settle_error(write, error, again=True)
    return replace(made, unlink="replaced")


def _lacking(body: Mapping[str, Any]) -> list[str]:
    """Required fields missing from the body, and fields with values that are not in the contract."""
    values = from_body(body)
    wrong = [field.name for field in FIELDS if field.required and values.get(field.name) in (None, "")]
    return wrong + [field.name for field in FIELDS if field.values and values.get(field.name) not in (None, *field.values)]


CALLS: dict[str, Call] = {"POST": create, "PUT": change, "DELETE": remove, REPLACE: replace_entry}


def verify_change(register: Register, write: Write) -> WriteOutcome:
    """Settle an earlier night's PUT by reading the entry. If it did not arrive, tonight's plan says what to do."""
    try:
        existing = _read(register, str(write.kobo_id))
    except NotFound:
        return _settled(write, "moved", message=unwritten("gone"))
    changes = json.loads(write.changes)
    if not all(_has_value(existing, item, "new") for item in changes):
        return _settled(write, "failed", message=unwritten("not_arrived"))
    return _settled(write, "done", agreed=_written(changes))


def verify_removal(register: Register, write: Write) -> WriteOutcome:
    """Settle an earlier night's DELETE by reading the entry."""
    try:
        _read(register, str(write.kobo_id))
    except NotFound:
        return _settled(write, "done", unlink="retired")
    return _settled(write, "failed", message=unwritten("not_arrived"))


def verify_replacement(register: Register, write: Write) -> WriteOutcome:
    """Settle an earlier night's replacement: POST the new entry if the old one is deleted; otherwise tonight's plan says what to do."""
    try:
        _read(register, str(write.kobo_id))
    except NotFound:
        return _made_anew(register, write)
    return _settled(write, "failed", message=unwritten("not_arrived"))


VERIFY: dict[str, Call] = {"POST": create, "PUT": verify_change, "DELETE": verify_removal, REPLACE: verify_replacement}
"""How an unsettled write of an earlier night is settled. A POST is repeated with its own request id: the register answers that it has
the entry, or creates it now."""


def _read(register: Register, kobo_id: str) -> Mapping[str, Any]:
    """The entry. Raises NotFound also for a deleted one."""
    existing = register.read(kobo_id)
    if existing.get(DELETED):
        raise NotFound("slettet", kobo_id=kobo_id)
    return existing


def _may_touch(existing: Mapping[str, Any], write: Write) -> bool:
    return existing.get("leverandor_bolig_id") in (None, "", write.leverandor_bolig_id)


def _moved_since(existing: Mapping[str, Any], write: Write) -> list[str]:
    """Fields whose values differ from those in the plan, of an entry that is about to be deleted."""
    return sorted(name for name, value in (write.seen or {}).items() if _plain(existing.get(name)) != _plain(value))


def _has_value(existing: Mapping[str, Any], change: Mapping[str, Any], side: str) -> bool:
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


def _settled(write: Write, state: str, **known: Any) -> WriteOutcome:
    return WriteOutcome(write.request_id, write.leverandor_bolig_id, state, write.kobo_id, **known)
