"""The useful words of an error body in any known format, without secrets and personal data."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from kobo_client.scrubbing import in_print, scrubbed

MOST_READ = 4_000_000
"""Bytes of an answer that are read at all; a dwelling is some 2 kB."""

_KEYS = (
    "melding",
    "message",
    "detail",
    "error_description",
    "title",
    "error",
    "reason",
    "feil",
    "errors",
    "violations",
    "fieldErrors",
    "field",
    "felt",
)
_NOISE = re.compile(r"<(script|style|head)\b.*?(?:</\1>|\Z)|<[^<>]*>?", re.IGNORECASE | re.DOTALL)
"""One that never ends takes the rest with it: looking for an end again and again takes seconds in a page made of beginnings."""
_TITLE = re.compile(r"<title>(.*?)(?:</title>|\Z)", re.IGNORECASE | re.DOTALL)
_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


def error_words(content: bytes, status: int, secrets: Iterable[str] = ()) -> str:
    """One scrubbed line of at most 300 characters: Spring's body, RFC 9457's, an HTML page, plain text, or nothing at all.

    secrets: the credentials of the request, which an answer may quote.
    """
    text = content[:64_000].decode("utf-8", errors="replace").strip()
    if not text:
        return f"HTTP {status}"
    if text[0] in "{[":
        words = _json_words(content)
        text = words if words else text
    elif text[0] == "<":
        title = _TITLE.search(text)
        text = title.group(1) if title else _NOISE.sub(" ", text)
        text = html.unescape(text)
    return scrubbed(text, secrets) or f"HTTP {status}"


def _json_words(content: bytes) -> str:
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return "; ".join(dict.fromkeys(_texts_in(parsed, 0)))


def _texts_in(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list) and depth < 4:
        for item in value[:10]:
            yield from _texts_in(item, depth + 1)
    elif isinstance(value, dict) and depth < 4:
        for key in _KEYS:
            if key in value:
                yield from _texts_in(value[key], depth + 1)


def json_object(content: bytes) -> dict[str, Any] | None:
    """The answer as a JSON object; None for anything else (cut short, a page, a list). Escaped texts are made printable."""
    try:
        # Strictly: json.loads of bytes lets lone surrogates pass.
        parsed = json.loads(content.decode(json.detect_encoding(content)))
        if not isinstance(parsed, dict):
            return None
        # What remains can be in a JSON text as an escape alone.
        return _printable(parsed) if b"\\" in content else parsed
    except (ValueError, RecursionError):
        return None


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return in_print(value)
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    return value


def existing_id(content: bytes) -> str | None:
    """The koboId a conflict names; None when it names none, or something that is no uuid. Our assumption: it is at the top."""
    body = json_object(content) or {}
    kobo_id = body.get("koboId")
    return kobo_id if isinstance(kobo_id, str) and _UUID.match(kobo_id) else None
