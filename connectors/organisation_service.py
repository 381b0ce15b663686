"""Enhetsregisteret's open API: organisations' names by number. Nothing but organisation numbers is ever sent.

The form of question and answer is that of its public documentation: `enheter?organisasjonsnummer=1,2&size=2` answers with
`_embedded.enheter`, and `underenheter` likewise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from connectors.http_get import JsonSession, asked_within
from connectors.read_faults import SourceFault
from connectors.service_config import OrganisationService

NUMBER = re.compile(r"^\d{9}$")
SOLE_TRADER = "ENK"
"""Organisation form of a person's own firm: its name is that person's, and is not taken (law 10)."""
AT_A_TIME = 50
_KINDS = ("enheter", "underenheter")


def fetch_names(service: OrganisationService, numbers: Sequence[str]) -> dict[str, str]:
    """Organisation number -> name, of those it knows. Raises SourceFault; then none is had."""
    parts = urlsplit(service.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceFault("bad_address", url=service.url)
    return asked_within(service.maximum_seconds, service.url, lambda: _fetched(service, numbers))


def _fetched(service: OrganisationService, numbers: Sequence[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    left = sorted({number for number in numbers if NUMBER.match(number)})
    with JsonSession(service, {}, (), service.url) as session:
        for kind in _KINDS:
            for start in range(0, len(left), AT_A_TIME):
                some = left[start : start + AT_A_TIME]
                asked = urlencode({"organisasjonsnummer": ",".join(some), "size": len(some)}, safe=",")
                names |= dict(_named(session.ask(f"{service.url.rstrip('/')}/{kind}?{asked}").content, kind, service))
            left = [number for number in left if number not in names]
            if not left:
                break
    return names


def _named(content: Any, kind: str, service: OrganisationService) -> Iterator[tuple[str, str]]:
    """An answer without hits has no `_embedded`."""
    try:
        for unit in content.get("_embedded", {}).get(kind, []):
            if not _is_sole_trader(unit):
                yield str(unit["organisasjonsnummer"]), str(unit["navn"])
    except (AttributeError, KeyError, TypeError) as error:
        raise SourceFault("not_json", url=service.url, detail=type(error).__name__) from error


def _is_sole_trader(unit: Mapping[str, Any]) -> bool:
    return (unit.get("organisasjonsform") or {}).get("kode") == SOLE_TRADER
