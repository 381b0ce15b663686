"""When operations are alerted, and the text: once per change of state, and once when all is well again."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from reconciliation.ledger import NO_NIGHT
from reconciliation.plan.night_verdict import NightVerdict
from reconciliation.plan.undo import UNDO


class NightState(StrEnum):
    """State of a municipality's nights."""

    DONE = "done"
    WAITING = "waiting"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class JudgedNights:
    """State of the nights. says: one sentence; run_id: None when no night began; as_of: of the night, as in its report's folder."""

    state: NightState
    says: str = ""
    run_id: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """What is sent to one address."""

    title: str
    body: str


class SendingError(Exception):
    """An address could not be reached; the text names which by its number and kind, never its secrets."""


_TITLES = {
    NightState.DONE: "is well again",
    NightState.WAITING: "waits for approval",
    NightState.INCOMPLETE: "is incomplete",
    NightState.FAILED: "failed",
    NightState.MISSED: "was missed",
}


def judge_nights(
    runs: Sequence[Mapping[str, Any]],
    *,
    running: str | None,
    due: datetime | None,
    asked_for_dry: bool,
    now: datetime,
) -> JudgedNights | None:
    """The state of the nights; None while no night is due or ended.

    runs: rows of the ledger's RUNS, by when they ended; as_of is None for one that ended before it was recorded.
    running: run id of the night that a process has the lock for now.
    due: the schedule's tick by which a night should have ended by now; None when none has come yet.
    asked_for_dry: the municipality's nights never apply. Otherwise a dry run is somebody's own check, not the night."""
    others = {UNDO} if asked_for_dry else {UNDO, "never"}
    nights = [run for run in runs if run["verdict"] not in NO_NIGHT and run["apply_mode"] not in others]
    ended = [run for run in nights if run["run_id"] != running]
    last = ended[-1] if ended else None
    # A night with an end in the future was run with a wrong clock, and is ignored.
    if due is not None and not any(due <= (run["finished"] or run["started"]) <= now for run in ended):
        late = f"{(now - due) / timedelta(hours=1):.0f} hours after it was due ({due:%Y-%m-%d %H:%M} UTC)"
        under_way = "it is still running" if running else "none has begun"
        return JudgedNights(
            NightState.MISSED, f"No night has ended {late}; {under_way}. Look at the schedule and the daemon in Dagster.", running
        )
    if last is None or running:
        return None
    if last["verdict"] in ("running", "interrupted"):
        cut_off = f"The night that began {last['started']:%Y-%m-%d %H:%M} UTC was cut off; the next one asks the register and goes on."
        return JudgedNights(NightState.FAILED, last["message"] or cut_off, last["run_id"], _folder(last))
    says = last["message"] or _without_message(last["verdict"])
    # After a refused approval the plan waits as it did.
    state = NightState.WAITING if last["verdict"] == NightVerdict.REFUSED else NightState(last["verdict"])
    return JudgedNights(state, says, last["run_id"], _folder(last))


def _folder(run: Mapping[str, Any]) -> str | None:
    return str(run["as_of"]) if run["as_of"] else None


def _without_message(verdict: str) -> str:
    return "Everything was read, planned and applied." if verdict == "done" else "A step stopped; Dagster's run says which and why."


def next_message(last: NightState | None, new: JudgedNights, name: str, reports: str, dagster: str = "") -> AlertMessage | None:
    """The message for state `new` after state `last` was sent; None when nothing is to be sent.

    name: as people read it. reports: folder of the municipality's reports, or its address. dagster: address of its UI, when known.
    """
    if new.state is last or (last is None and new.state is NightState.DONE):
        return None
    lines = [new.says]
    if new.run_id:
        lines.append(f"Run in Dagster: {dagster.rstrip('/')}/runs/{new.run_id}")
    if new.as_of and new.state is not NightState.MISSED:
        lines.append(f"Report: {reports.rstrip('/')}/{new.as_of}")
    return AlertMessage(f"kobosync: the night of {name} {_TITLES[new.state]}", "\n".join(lines))


def send(address: str, message: AlertMessage, number: int = 1, environment: Mapping[str, str] = os.environ) -> None:
    """Send to one apprise URL; `${NAME}` is taken from the environment. Raises SendingError.

    number: which of `alerts` it is, so that it can be named without being shown.
    """
    called = f"alerts {number} ({address.split('://', maxsplit=1)[0]})"
    missing = [name for name in re.findall(r"\$\{(\w+)\}", address) if name not in environment]
    if missing:
        raise SendingError(f"{called} names the environment variable {missing[0]}, which is not set where Dagster runs.")
    kind = "success" if message.title.endswith(_TITLES[NightState.DONE]) else "warning"
    deliver(re.sub(r"\$\{(\w+)\}", lambda match: environment[match.group(1)], address), message, called, kind=kind)


def deliver(address: str, message: AlertMessage, called: str, *, kind: str, attached: Path | None = None) -> None:
    """Hand a message to apprise. address: one URL, or several with a space between. Raises SendingError.

    called: how the address is named without being shown. kind: apprise's info, success or warning.
    """
    # apprise takes a third of a second to import, and most checks send nothing.
    import apprise  # noqa: PLC0415

    receivers = apprise.Apprise()
    if not receivers.add(address):
        raise SendingError(f"{called} is no address that apprise knows; write e.g. mailto://, msteams:// or slack://.")
    files = str(attached) if attached else None
    if not receivers.notify(title=message.title, body=message.body, notify_type=apprise.NotifyType(kind), attach=files):
        raise SendingError(f"{called} could not be reached; it is tried again at the next check.")
