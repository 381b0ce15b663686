"""What happens to a field when somebody has changed it in Kobo: the municipality's policy per field, and the default of each.

A value that a caseworker set in Kobo is overwritten only by such a policy or by a person's decision (law 13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from kobo_client.contract import COMPARED

Policy = Literal["source", "kobo", "ask"]
"""source: our value is written. kobo: Kobo's value is kept, and the source's owner is asked to correct theirs. ask: a person decides."""

THREE_WAY = tuple(field.name for field in COMPARED if field.updatable)
"""The fields that have a base in the ledger: those that an update may change. Protected fields always go to a person."""

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
"""Any other field: ask, since somebody may have inspected the dwelling."""


def policy_of(field: str, chosen: Mapping[str, Policy]) -> Policy:
    """The field's policy. chosen: field -> policy, of the municipality's file."""
    return chosen.get(field) or _DEFAULTS.get(field, "ask")
