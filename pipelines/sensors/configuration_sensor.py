"""Alerts once when a municipality's file cannot be used, and once when it can again. Independent of the municipalities' files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence

import dagster as dg

from pipelines.sensors.alerts import AlertMessage, SendingError, send
from pipelines.unusable_files import CHECK, Unusable

ALERTS = "KOBOSYNC_ALERTS"
"""Environment variable: apprise URLs of those who operate the deployment, with a space between."""
_WELL = ""


def configuration_sensor(faults: Sequence[Unusable], alerts: Mapping[str, Sequence[str]]) -> dg.SensorDefinition:
    """faults: as they were when the code location was loaded. alerts: file that can be used -> whom it names."""

    @dg.sensor(
        name="kobosync_configuration",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Tells operations ({ALERTS}) once when a municipality's file cannot be used, and once when it can again.",
    )
    def configuration(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        alerted = json.loads(context.cursor or "{}")
        new = [fault for fault in faults if alerted.get(f"check {fault.file}") != _mark(fault.says)]
        known, says = send_configuration_alerts(faults, alerts, alerted)
        known |= {f"check {fault.file}": _mark(fault.says) for fault in faults}
        return dg.SensorResult(
            skip_reason=says,
            cursor=json.dumps(known, sort_keys=True),
            asset_events=[
                dg.AssetCheckEvaluation(asset_key=fault.asset_key, check_name=CHECK, passed=False, description=fault.says) for fault in new
            ],
        )

    return configuration


def send_configuration_alerts(
    faults: Sequence[Unusable], alerts: Mapping[str, Sequence[str]], cursor: Mapping[str, str]
) -> tuple[dict[str, str], str]:
    """Send what is new to each address separately. cursor: file and address (hashed) -> hash of what was sent last. Returns the new cursor,
    and one text about everything."""
    operators = os.environ.get(ALERTS, "").split()
    says = {str(fault.file): fault.says for fault in faults}
    addresses = {file: [*operators, *named] for file, named in alerts.items()}
    addresses |= {str(fault.file): [*operators, *fault.alerts] for fault in faults}
    known, sent, failed = {name: mark for name, mark in cursor.items() if not name.startswith("check ")}, 0, []
    for file, receivers in sorted(addresses.items()):
        mark = _mark(says[file]) if file in says else _WELL
        for number, address in enumerate(receivers, start=1):
            name = _mark(f"{file} {address}")
            if known.get(name, _WELL) == mark:
                continue
            try:
                send(address, _message(file, says.get(file)), number)
            except SendingError as error:
                failed.append(str(error))
            else:
                known[name], sent = mark, sent + 1
    unalerted = any(not addresses[file] for file in says)
    parts = [f"{file} cannot be used: {words}" for file, words in sorted(says.items())] or ["Every municipality's file can be used."]
    parts += [f"Told {sent}."] if sent else []
    parts += [f"No alert was sent: set {ALERTS} where Dagster runs."] if unalerted else []
    return known, " ".join([*parts, *failed])


def _message(file: str, says: str | None) -> AlertMessage:
    if says is None:
        return AlertMessage(f"kobosync: {file} is well again", "Its nights run at their hour again.")
    body = f"{says}\nIts nights are paused until the file is mended and the code location reloaded. Try it with: kobosync check {file}"
    return AlertMessage(f"kobosync: {file} cannot be used", body)


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
