"""What an answer says, however it is wrapped: the useful words of an error body, without secrets and persons."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

MOST_READ = 4_000_000
"""Bytes of an answer that are read at all; a dwelling is some 2 kB."""
MOST_SAID = 300

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
_NOISE = re.compile(r"<(script|style|head)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_PERSON = re.compile(r"(?<!\d)\d{6} ?\d{5}(?!\d)")
_TOKEN = re.compile(r"(?i)(bearer\s+)\S+|eyJ[\w-]{5,}(\.[\w-]*)*")


def masked(text: str) -> str:
    """Without national identity numbers and tokens."""
    return _TOKEN.sub("***", _PERSON.sub("***********", text))


def words_of(content: bytes, status: int) -> str:
    """One line of at most 300 characters: Spring's body, RFC 9457's, an HTML page, plain text, or nothing at all."""
    text = content[:64_000].decode("utf-8", errors="replace").strip()
    if not text:
        return f"HTTP {status} uten forklaring"
    if text[0] in "{[":
        said = _json_words(content)
        text = said if said else text
    elif text[0] == "<":
        title = _TITLE.search(text)
        text = title.group(1) if title else _NOISE.sub(" ", text)
        text = html.unescape(text)
    return masked(" ".join(text.split()))[:MOST_SAID] or f"HTTP {status} uten forklaring"


def _json_words(content: bytes) -> str:
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return "; ".join(dict.fromkeys(_said(parsed, 0)))


def _said(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list) and depth < 4:
        for item in value[:10]:
            yield from _said(item, depth + 1)
    elif isinstance(value, dict) and depth < 4:
        for key in _KEYS:
            if key in value:
                yield from _said(value[key], depth + 1)


def json_object(content: bytes) -> dict[str, Any] | None:
    """The answer as an object; None when it is none (cut short, a page, a list)."""
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def existing_id(content: bytes) -> str | None:
    """The koboId a conflict names. Our assumption: it is at the top of the body."""
    body = json_object(content) or {}
    found = body.get("koboId")
    return found if isinstance(found, str) and found else None
