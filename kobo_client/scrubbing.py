"""Text from outside before it is kept: no national identity numbers, none of our secrets, one printable line of limited length.

Whatever the register says may quote a tenant or our own key. Its words are kept in ledger, reports and logs, so they are scrubbed
where they come in. Numbers are masked more broadly than in sources: no number of that length in an error is worth keeping.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

LONGEST = 300
"""Characters of a scrubbed text."""
HIDDEN, PERSON = "***", "***********"
_GRAM = 8
"""So many letters and digits of a secret in a row, whatever stands between them, are hidden."""
_SHORTEST = 4
"""A shorter word of a header, such as its scheme, is no secret."""

_UUID = r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
_MOMENT = r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"
_BETWEEN = r"(?:[\W_]{0,6}(?i:p(?:erson)?\.?\s?n(?:umme)?r[\W_]{0,6})?)"
_NUMBER = re.compile(rf"({_UUID}|{_MOMENT})|(?<!\d)\d(?:{_BETWEEN}\d){{9,12}}(?!\d)")
"""Ten digits (a lost zero) to thirteen (a date of birth with its century), divided in any way; UUIDs and moments are let be."""
_TOKEN = re.compile(r"(?i)(bearer\s+)\S+|eyJ[\w-]{5,}(\.[\w-]*)*")


def scrubbed(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` as it may be kept. secrets: what we sent to prove who we are, e.g. the values of our headers."""
    line = printable(text)
    line = _TOKEN.sub(HIDDEN, without_secrets(line, tuple(secrets)))
    return _NUMBER.sub(lambda found: found.group(1) or PERSON, line)[:LONGEST].strip()


def printable(text: str) -> str:
    """One line in composed letters; control characters, lone surrogates and unassigned characters are replaced."""
    composed = unicodedata.normalize("NFKC", text.encode("utf-8", errors="replace").decode("utf-8"))
    return " ".join("".join(letter if letter.isprintable() else " " for letter in composed).split())


def without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """`text` with every long enough piece of a secret hidden: in any case, divided, cut short, or encoded for a URL or a header."""
    pieces = _pieces(secrets)
    if not pieces:
        return text
    places = [place for place, letter in enumerate(text) if letter.isalnum()]
    letters = "".join(text[place].lower()[0] for place in places)
    found = bytearray(len(text))
    for length in {len(piece) for piece in pieces}:
        for start in range(len(letters) - length + 1):
            if letters[start : start + length] in pieces:
                first, last = places[start], places[start + length - 1]
                found[first : last + 1] = b"\1" * (last + 1 - first)
    kept = "".join("\0" if hidden else letter for letter, hidden in zip(text, found, strict=True))
    return re.sub("\0+", HIDDEN, kept)


@lru_cache(maxsize=64)
def _pieces(secrets: tuple[str, ...]) -> frozenset[str]:
    """Every run of _GRAM letters of the secrets in each of their forms; the whole of a shorter one."""
    words = {word for secret in secrets for word in secret.split() if len(word) >= _SHORTEST and word.lower() not in ("bearer", "basic")}
    forms = {"".join(letter.lower()[0] for letter in form if letter.isalnum()) for word in words for form in _forms(word)}
    return frozenset(
        form[start : start + _GRAM] for form in forms if len(form) >= _SHORTEST for start in range(max(1, len(form) - _GRAM + 1))
    )


def _forms(secret: str) -> Iterable[str]:
    yield secret
    yield quote(secret, safe="")
    content = secret.encode()
    yield content.hex()
    # The base64 of a text depends on its position modulo three; the characters that also depend on its neighbours are cut away.
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + content).decode()
        yield encoded[(before * 8 + 5) // 6 : len(encoded) - (4 if (before + len(content)) % 3 else 0)]
