"""The id that a dwelling gets from the first row it is known by."""

from __future__ import annotations

import hashlib
import re

_UNSAFE = re.compile(r"[^A-Za-z0-9_.\-]")


def made_id(source: str, source_key: str) -> str:
    """The id a dwelling gets when this row is its first. Never from cleaned or personal values.

    A key with other characters keeps a hash of the key as written, so that two keys never share an id.
    """
    safe = _UNSAFE.sub("_", source_key)
    if safe != source_key:
        safe = f"{safe}-{hashlib.sha256(source_key.encode()).hexdigest()[:6]}"
    return f"{source}-{safe}"
