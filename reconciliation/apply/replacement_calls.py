"""A replacement by a person's decision is two calls: the entry is deleted, and later the dwelling is made anew.

Between them the write stays `unknown` in the journal, and the link has ended: the ledger knows that the home is out of Kobo.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kobo_client.contract import FIELDS
from kobo_client.errors import NotFound, RefusedRow, RegisterError
from kobo_client.payload import from_body
from reconciliation.apply.register_port import STOPS_THE_NIGHT, Register, settle_error
from reconciliation.apply.unwritten_reasons import unwritten
from reconciliation.apply.write_calls import create, has_value, may_touch, moved_since, read_entry, settled
from reconciliation.ledger import Write, WriteOutcome

REPLACED = "replaced"
"""Why the link of an entry that was replaced ended."""


def is_half_made(outcome: WriteOutcome) -> bool:
    """Whether the old entry is deleted, and the new one is still to be made."""
    return outcome.state == "unknown" and outcome.unlink == REPLACED


def take_out(register: Register, write: Write) -> WriteOutcome:
    """DELETE of the old entry. An entry that is deleted already is not deleted again."""
    try:
        kept = why_kept(register, write)
    except NotFound:
        return _half_made(write)
    if kept is not None:
        return kept
    with contextlib.suppress(NotFound):
        register.remove(str(write.kobo_id), write.leverandor_bolig_id, request_id=str(uuid.uuid5(uuid.NAMESPACE_OID, write.request_id)))
    return _half_made(write)


def why_kept(register: Register, write: Write) -> WriteOutcome | None:
    """The outcome of a replacement whose entry must not be deleted; None when it may be. Raises NotFound when it is deleted already."""
    lacking = _lacking(json.loads(write.body or "{}"))
    if lacking:
        # Checked before the entry is deleted: the register would refuse the new one.
        return settled(write, "refused", message=unwritten("lacking", fields=lacking))
    existing = read_entry(register, str(write.kobo_id))
    if not may_touch(existing, write):
        return settled(write, "moved", message=unwritten("not_ours"))
    moved = {str(item["field"]) for item in json.loads(write.changes) if not has_value(existing, item, "old")}
    moved |= set(moved_since(existing, write))
    return settled(write, "moved", message=unwritten("moved", fields=sorted(moved))) if moved else None


def taken_out_before(register: Register, write: Write, linked: Mapping[str, str]) -> WriteOutcome:
    """Settle the deletion of an unsettled replacement by reading the old entry. If it stands, tonight's plan says what to do.

    linked: leverandor_bolig_id -> koboId; a dwelling that has another entry by now is not made a second time."""
    if linked.get(write.leverandor_bolig_id, write.kobo_id) != write.kobo_id:
        return settled(write, "failed", message=unwritten("not_arrived"))
    try:
        read_entry(register, str(write.kobo_id))
    except NotFound:
        return _half_made(write)
    return settled(write, "failed", message=unwritten("not_arrived"))


def make_anew(register: Register, write: Write) -> WriteOutcome:
    """The POST. The old entry is deleted by now, so after any error the write stays `unknown` until the register has accepted or refused
    the new one."""
    try:
        return create(register, write)
    except STOPS_THE_NIGHT:
        raise
    except RefusedRow as refused:
        return settle_error(write, refused)
    except RegisterError as error:
        return replace(settle_error(write, error, again=True), state="unknown", message=unwritten("unknown"))
    except Exception as error:
        return settle_error(write, error, again=True)


def _half_made(write: Write) -> WriteOutcome:
    return settled(write, "unknown", message=unwritten("half_replaced"), unlink=REPLACED)


def _lacking(body: Mapping[str, Any]) -> list[str]:
    """Required fields missing from the body, and fields with values that are not in the contract."""
    values = from_body(body)
    wrong = [field.name for field in FIELDS if field.required and values.get(field.name) in (None, "")]
    return wrong + [field.name for field in FIELDS if field.values and values.get(field.name) not in (None, *field.values)]
