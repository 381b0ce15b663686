"""What happens to a field when somebody has changed it in Kobo: the municipality's policy per field, and the default of each.

Caseworkers work in Kobo. A value that they set is never overwritten without a policy or a person saying so (law 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from kobo_client.contract import COMPARED

Policy = Literal["source", "kobo", "ask"]
"""source: ours is written back. kobo: theirs stands, and the source's owner is told what to correct. ask: a person says which is right."""

THREE_WAY = tuple(field.name for field in COMPARED if field.updatable)
"""The fields of which the ledger keeps what was last agreed: those that an update may hold. Protected ones always go to a person."""

_DEFAULTS: dict[str, Policy] = {
    # Which property it is: the cadastre decides, and the sources follow the cadastre.
    "gardsnummer": "source",
    "bruksnummer": "source",
    "festenummer": "source",
    "seksjonsnummer": "source",
    # What case work owns.
    "boligstatus": "kobo",
    "statusdato": "kobo",
}
"""Every other field is a fact about the dwelling, which somebody may have looked at: ask."""


def policy_of(field: str, chosen: Mapping[str, Policy]) -> Policy:
    """chosen: what the municipality's file says, field -> policy."""
    return chosen.get(field) or _DEFAULTS.get(field, "ask")
