"""Why an address is not certain, or what of its text was not used, for people to read."""

from __future__ import annotations

from language import message, stored
from language.messages import Value


def reason(code: str, **values: Value) -> str:
    """The text `address_reasons.<code>`, stored: whoever shows it renders it (language.rendered)."""
    return stored(message(f"address_reasons.{code}", **values))
