"""On what a person decided: the values that they were shown, as a text that tells whether they are still the same, and no value."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from kobo_client.contract import COMPARED

_CASE_WORK = ("boligstatus", "statusdato")
"""Not part of the evidence of a pair, so that a decision stays valid when somebody moves in."""
_RENT = "manedsleie"
_STEP = 0.3
"""A step of the scales on which rents are compared: a rise of up to 14 % is no other evidence, one of 30 % always is."""
_LETTERS = 16
EVIDENCE_FIELDS = (*(field.name for field in COMPARED if field.name not in _CASE_WORK), "leilighetsnummer")


def evidence_of(*sides: Mapping[str, Any]) -> str:
    """What the compared values of these sides are, the same in either order; no value can be read from it. Compare with `same_evidence`.

    A rent is told by the step of a scale that it is on, since rents rise every year; of two scales, so that a small rise stays on one
    step of either. Shape: two hashes of each side, and after the colon a hash of every value as it stands, which is all that older
    decisions have.
    """
    exact = sorted(_written(side) for side in sides)
    without_rent = sorted(sides, key=lambda side: (_written({**side, _RENT: None}), _written(side)))
    stepped = ",".join(
        "".join(_hash(_written({**side, _RENT: step}), _LETTERS) for step in _steps(side.get(_RENT))) for side in without_rent
    )
    return f"{stepped}:{_hash(chr(10).join(exact), 32)}"


def same_evidence(stored: str | None, now: str) -> bool:
    """Whether two results of evidence_of, or several joined by +, are of the same values, rents that rose a little aside. None: always."""
    if stored is None or stored == now:
        return True
    parts = stored.split("+"), now.split("+")
    return len(parts[0]) == len(parts[1]) and all(_same_values(*pair) for pair in zip(*parts, strict=True))


def _same_values(stored: str, now: str) -> bool:
    (stepped, _, exact), (stepped_now, _, exact_now) = stored.rpartition(":"), now.rpartition(":")
    if exact == exact_now:
        return True
    sides, sides_now = stepped.split(","), stepped_now.split(",")
    return bool(stepped) and len(sides) == len(sides_now) and all(map(_on_one_step, sides, sides_now))


def _on_one_step(side: str, side_now: str) -> bool:
    """The first half of each is of one scale, the second half of the other."""
    return side[:_LETTERS] == side_now[:_LETTERS] or side[_LETTERS:] == side_now[_LETTERS:]


def _steps(rent: Any) -> tuple[str | None, str | None]:
    """On which step of either scale. The steps of the second begin in the middle of those of the first."""
    if not isinstance(rent, int | float) or rent <= 0:
        return (None, None) if rent is None else (str(rent), str(rent))
    place = math.log(rent) / math.log(1 + _STEP)
    return str(math.floor(place)), str(math.floor(place + 0.5))


def _written(side: Mapping[str, Any]) -> str:
    return json.dumps({name: _plain(side.get(name)) for name in EVIDENCE_FIELDS}, sort_keys=True)


def _hash(text: str, letters: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:letters]


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    return float(value) if isinstance(value, int | float) else str(value).strip().casefold() or None
