"""What a cell may contain: the values that the municipality's file knows, the kind of value, or the range that is possible."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.field_mapping import FieldMapping
from kobo_client.contract import BY_NAME
from language import Message, message, number
from reconciliation.model.rules import POSSIBLE

_MOST = 30
"""Known values that a sentence lists; a longer list is cut, and says so."""
_KINDS = ("boolean", "integer", "number", "date", "timestamp")


def allowed_in_words(rule: str, field: str | None, mapping: FieldMapping | None) -> Iterator[Message]:
    """Sentences to follow the rule's own; none where it says all there is. field: canonical; mapping: that of the column."""
    if rule == "V02" and field in POSSIBLE:
        least, most = POSSIBLE[field]
        shown = [number(bound, 0 if float(bound).is_integer() else 2) for bound in (least, most)]
        yield message("rules.possible", least=shown[0], most=shown[1], unit=message(f"units.{field}"))
    elif mapping is not None and mapping.transform == "lookup" and rule in ("K01", "K02", "V01"):
        known = [str(value) for value in mapping.table or {}]
        if len(known) > _MOST:
            yield message("rules.known_some", values=known[:_MOST], rest=len(known) - _MOST)
        else:
            yield message("rules.known_values", values=known)
    elif rule == "V01" and field in BY_NAME and BY_NAME[field].values:
        yield message("rules.known_values", values=list(BY_NAME[field].values))
    elif mapping is not None and rule == "V01" and mapping.transform in _KINDS:
        yield message(f"expected_values.{mapping.transform}")
