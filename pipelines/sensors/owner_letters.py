"""Sends each data owner a letter after a night, once per change; the sensor's cursor has what was sent."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from pipelines.jobs import MUNICIPALITY_TAG
from pipelines.sensors.alerts import AlertMessage, SendingError, deliver
from reconciliation.model.municipality import Municipality
from reconciliation.model.municipality_parts import Send
from reporting.letter import Letter, worth_sending
from reporting.publish import LETTERS
from reporting.report_files import dated

Told = Mapping[str, Mapping[str, str]]
"""Address (hashed, with its owner) -> digests of what was sent last, by part."""


def owner_letters_sensor(municipality: Municipality, root: Path) -> dg.SensorDefinition:
    """Starts no run: it reads the newest report and sends letters. A failure to send is a warning here and does not affect nights."""

    @dg.sensor(
        name=f"{municipality.slug}_letters",
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Tells {municipality.name}'s data owners once when their deviations or questions have changed.",
        tags={MUNICIPALITY_TAG: municipality.slug},
    )
    def owner_letters(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor, sent, faults = send_letters(municipality, root, json.loads(context.cursor or "{}"))
        for fault in faults:
            context.log.warning(fault)
        return dg.SensorResult(skip_reason=" ".join([f"Sent {sent}.", *faults]), cursor=json.dumps(cursor, sort_keys=True))

    return owner_letters


def send_letters(municipality: Municipality, root: Path, cursor: Told) -> tuple[Told, int, list[str]]:
    """Send the letters of the newest report that have changed. Returns the new cursor, the number sent, and a sentence per failure.

    Each address is sent to separately: one that is down is tried again at the next check, and the others get nothing twice.
    """
    send = municipality.send or Send()
    nights = dated(root / municipality.reports / municipality.slug)
    if not nights or not send.owners:
        return cursor, 0, []
    letters_read, faults = _read(nights[-1])
    known, sent = dict(cursor), 0
    for letter in letters_read:
        variable = send.owners.get(letter.owner)
        if variable is None:
            continue
        address = os.environ.get(variable, "")
        name = hashlib.sha256(f"{letter.owner} {address}".encode()).hexdigest()[:12]
        before = known.get(name, {})
        try:
            if worth_sending(letter, before):
                _deliver(letter, address, variable, nights[-1] / f"avvik-{letter.owner}.xlsx" if send.workbook else None)
                sent += 1
        except SendingError as error:
            faults.append(str(error))
        else:
            known[name] = {**before, **letter.about}
    return known, sent, faults


def _read(night: Path) -> tuple[list[Letter], list[str]]:
    """Letters of that night's report; none when it was made before `send` was in the file."""
    file = night / LETTERS
    try:
        return [Letter(**letter) for letter in json.loads(file.read_text(encoding="utf-8"))], []
    except FileNotFoundError:
        return [], []
    except (OSError, ValueError, TypeError) as error:
        return [], [f"{file} cannot be read ({error}). The next night's report writes its own."]


def _deliver(letter: Letter, address: str, variable: str, attached: Path | None) -> None:
    called = f"send.owners.{letter.owner} ({variable})"
    if not address.strip():
        raise SendingError(f"{called} is not set where Dagster runs. Set the variable to an apprise URL and restart it.")
    deliver(address, AlertMessage(letter.title, letter.body), called, kind="info", attached=attached)
