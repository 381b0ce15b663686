"""The environment variables that a municipality's file takes secrets from, so that all missing ones are reported before a night."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from reconciliation.model.municipality import Municipality

_NAMED = re.compile(r"\$\{(\w+)\}")


def unset_variables(municipality: Municipality) -> dict[str, str]:
    """Variable -> the key of the file that names it, of those that are not set or empty."""
    return {name: key for name, key in _named(municipality) if not os.environ.get(name, "").strip()}


def _named(municipality: Municipality) -> Iterator[tuple[str, str]]:
    yield from _within(municipality.model_dump(mode="json", by_alias=True), "")
    authentication = municipality.register_.authentication
    if authentication.kind != "none":
        yield authentication.key_variable, "register.authentication.key_variable"
    for owner, variable in (municipality.send.owners if municipality.send else {}).items():
        yield variable, f"send.owners.{owner}"


def _within(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Every `${NAME}` in any text below."""
    if isinstance(value, str):
        yield from ((name, key) for name in _NAMED.findall(value))
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _within(below, f"{key}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, below in enumerate(value, start=1):
            yield from _within(below, f"{key} {number}")
