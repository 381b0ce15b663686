"""One write each: look at what is there now, make the call, say what became of it.

Before a change or a deletion the entry is read and compared with what the plan saw (law 5), and with whose it is (law 7).
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
    """POST. An entry that has our id already is ours: an answer that was lost on an earlier try."""
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
    """What we sent, and beside it what the register filled in by itself: nobody has edited that."""
    filled = {name: kept_text(value) if isinstance(value, str) else value for name, value in made.items()}
    return {name: filled.get(name) if value in (None, "") else value for name, value in from_body(body).items()}


def _take_over(register: Register, write: Write, conflict: Conflict) -> WriteOutcome:
    """The register has the dwelling. It is taken over when it carries our id, or none: by address and unit number it is
    the one we meant. Another supplier's is left alone."""
    taken = unwritten("taken", words=conflict.words or "")
    refused = WriteOutcome(write.request_id, write.leverandor_bolig_id, "refused", conflict.kobo_id, conflict.status, taken)
    if conflict.kobo_id is None:
        return refused
    try:
        standing = _read(register, conflict.kobo_id)
    except NotFound:
        return refused
    except RegisterDown as down:
        down.sent = True  # the POST was, though the question after it was not
        raise
    if standing.get("leverandor_bolig_id") not in (None, "", write.leverandor_bolig_id):
        return refused
    # What an earlier night sent, not what is there: a caseworker may have changed it since.
    agreed = from_body(json.loads(write.first_body or write.body or "{}"))
    return WriteOutcome(write.request_id, write.leverandor_bolig_id, "done", conflict.kobo_id, conflict.status, link="found", agreed=agreed)


def change(register: Register, write: Write) -> WriteOutcome:
    """PUT with the current values overlaid by the changes; nothing is sent when they are there already."""
    kobo_id = str(write.kobo_id)
    changes = json.loads(write.changes)
    try:
        standing = _read(register, kobo_id)
    except NotFound:
        return _settled(write, "moved", message=unwritten("gone"))
    if not _may_touch(standing, write):
        return _settled(write, "moved", message=unwritten("not_ours"))
    moved = [item["field"] for item in changes if not _has_value(standing, item, "old") and not _has_value(standing, item, "new")]
    if moved:
        return _settled(write, "moved", message=unwritten("moved", fields=sorted(moved)))
    ours = standing.get("leverandor_bolig_id") == write.leverandor_bolig_id
    if ours and all(_has_value(standing, item, "new") for item in changes):
        return _settled(write, "done", agreed=_written(changes))
    wanted = {**standing, **{item["field"]: item["new"] for item in changes}, "leverandor_bolig_id": write.leverandor_bolig_id}
    try:
        status = register.change(kobo_id, updatable_body(wanted), request_id=write.request_id)
    except NotFound:
        return _settled(write, "moved", message=unwritten("gone"))
    return _settled(write, "done", status=status, agreed=_written(changes))


def remove(register: Register, write: Write) -> WriteOutcome:
    """DELETE. What it takes away is kept as the write's changes, so that it can be undone."""
    kobo_id = str(write.kobo_id)
    try:
        standing = _read(register, kobo_id)
    except NotFound:
        return _settled(write, "done", unlink="retired")
    if not _may_touch(standing, write):
        return _settled(write, "moved", message=unwritten("not_ours"))
    if moved := _moved_since(standing, write):
        return _settled(write, "moved", message=unwritten("moved", fields=moved))
    taken = [
        {"field": name, "old": kept_text(value) if isinstance(value, str) else value, "new": None, "source": None}
        for name, value in sorted(standing.items())
        if value is not None and name not in ("kobo_id", "leverandor_bolig_id", DELETED)
    ]
    try:
        status = register.remove(kobo_id, write.leverandor_bolig_id, request_id=write.request_id)
    except NotFound:
        return _settled(write, "done", unlink="retired")
    return _settled(write, "done", status=status, unlink="retired", changes=json.dumps(taken, ensure_ascii=False, default=str))


def replace_entry(register: Register, write: Write) -> WriteOutcome:
    """DELETE of the entry, then POST of the dwelling, because a person said so. What is gone already is not deleted again."""
    lacking = _lacking(json.loads(write.body or "{}"))
    if lacking:
        # Looked at before the entry is deleted: the register would refuse the new one.
        return _settled(write, "refused", message=unwritten("lacking", fields=lacking))
    kobo_id = str(write.kobo_id)
    try:
        standing = _read(register, kobo_id)
    except NotFound:
        return _made_anew(register, write)
    if not _may_touch(standing, write):
        return _settled(write, "moved", message=unwritten("not_ours"))
    moved = {str(item["field"]) for item in json.loads(write.changes) if not _has_value(standing, item, "old")}
    moved |= set(_moved_since(standing, write))
    if moved:
        return _settled(write, "moved", message=unwritten("moved", fields=sorted(moved)))
    with contextlib.suppress(NotFound):
        register.remove(kobo_id, write.leverandor_bolig_id, request_id=str(uuid.uuid5(uuid.NAMESPACE_OID, write.request_id)))
    return _made_anew(register, write)


def _made_anew(register: Register, write: Write) -> WriteOutcome:
    """The entry is gone by now: whatever hinders the new one, the write stays open until the register has taken or refused it."""
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
    """Required fields that the body has not, and values the contract does not know."""
    values = from_body(body)
    wrong = [one.name for one in FIELDS if one.required and values.get(one.name) in (None, "")]
    return wrong + [one.name for one in FIELDS if one.values and values.get(one.name) not in (None, *one.values)]


CALLS: dict[str, Call] = {"POST": create, "PUT": change, "DELETE": remove, REPLACE: replace_entry}


def verify_change(register: Register, write: Write) -> WriteOutcome:
    """Did an earlier night's PUT arrive? If not, tonight's plan has looked at the entry again and says what to do."""
    try:
        standing = _read(register, str(write.kobo_id))
    except NotFound:
        return _settled(write, "moved", message=unwritten("gone"))
    changes = json.loads(write.changes)
    if not all(_has_value(standing, item, "new") for item in changes):
        return _settled(write, "failed", message=unwritten("not_arrived"))
    return _settled(write, "done", agreed=_written(changes))


def verify_removal(register: Register, write: Write) -> WriteOutcome:
    """Did an earlier night's DELETE arrive?"""
    try:
        _read(register, str(write.kobo_id))
    except NotFound:
        return _settled(write, "done", unlink="retired")
    return _settled(write, "failed", message=unwritten("not_arrived"))


def verify_replacement(register: Register, write: Write) -> WriteOutcome:
    """Was an earlier night's entry deleted? Then the new one is made now; else tonight's plan says what to do."""
    try:
        _read(register, str(write.kobo_id))
    except NotFound:
        return _made_anew(register, write)
    return _settled(write, "failed", message=unwritten("not_arrived"))


VERIFY: dict[str, Call] = {"POST": create, "PUT": verify_change, "DELETE": verify_removal, REPLACE: verify_replacement}
"""How an unsettled write of an earlier night is settled. A POST is asked by repeating it with its own request id: the
register answers that it has it, or takes it now."""


def _read(register: Register, kobo_id: str) -> Mapping[str, Any]:
    """The existing entry. Raises NotFound also for one that is deleted and can still be read."""
    standing = register.read(kobo_id)
    if standing.get(DELETED):
        raise NotFound("slettet", kobo_id=kobo_id)
    return standing


def _may_touch(standing: Mapping[str, Any], write: Write) -> bool:
    return standing.get("leverandor_bolig_id") in (None, "", write.leverandor_bolig_id)


def _moved_since(standing: Mapping[str, Any], write: Write) -> list[str]:
    """Fields that somebody has changed since the plan saw the entry that is deleted now."""
    return sorted(name for name, value in (write.seen or {}).items() if _plain(standing.get(name)) != _plain(value))


def _has_value(standing: Mapping[str, Any], change: Mapping[str, Any], side: str) -> bool:
    return bool(_plain(standing.get(change["field"])) == _plain(change[side]))


def _written(changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["field"]: item["new"] for item in changes}


def _plain(value: Any) -> Any:
    """As JSON would have it: the plan's values have been through JSON, the register's have not."""
    if isinstance(value, str):
        # As the plan's values are.
        return kept_text(value) or None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    return str(value)


def _settled(write: Write, state: str, **known: Any) -> WriteOutcome:
    return WriteOutcome(write.request_id, write.leverandor_bolig_id, state, write.kobo_id, **known)
