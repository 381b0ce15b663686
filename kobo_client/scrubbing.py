"""Text from outside before it is kept: no national identity numbers, none of our secrets, one printable line of limited length.

An error text of the register may quote a tenant or our own key. It is stored in ledger, reports and logs, so it is scrubbed when it is
received. Numbers are masked more broadly than in sources: no number of that length in an error text is needed.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote

LONGEST = 300
"""Characters of a scrubbed text."""
HIDDEN, PERSON = "***", "***********"
_MOST_LOOKED_AT = 8_000
"""Characters that are scrubbed; LONGEST of them are kept, and an answer may have millions."""
_LAYERS = 4
"""So many encodings on top of one another are undone."""
_GRAM = 8
"""This many letters and digits of a secret in a row are hidden, whatever is between them."""
_SHORTEST = 4
"""A shorter word of a header, such as its scheme, is no secret."""

_UUID = r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
_MOMENT = r"(?<!\d)(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"
_LABEL = r"(?i:p(?:ers(?:on)?)?|f(?:ødsels)?|id(?:ent(?:itets)?)?)\.?\s?(?i:n(?:umme)?r(?:et)?)"
_BETWEEN = rf"(?:[\W_]{{0,12}}(?:{_LABEL}[\W_]{{0,12}})?)"
_NUMBER = re.compile(rf"({_UUID}|{_MOMENT})|(?<!\d)\d(?:{_BETWEEN}\d){{9,}}")
"""Ten digits (a lost zero) or more, divided in any way, so also several numbers in a row; UUIDs and moments are let be."""
_BORN = r"(?<!\d)(?<!\d[./-])(?:\d\d[./\s-]{0,2}\d\d[./\s-]{0,2}(?:19)?\d\d|19\d\d[./-]?\d\d[./-]?\d\d)(?!\d)"
_DAY = r"(?<!\d)(?:\d\d[./\s-]{0,2}\d\d[./\s-]{0,2}(?:\d\d)?\d\d|\d{4}[./-]?\d\d[./-]?\d\d)(?!\d)"
_FIVE = r"(?<!\d)\d{5}(?!\d)"
_APART = re.compile(rf"{_BORN}\D{{1,24}}{_FIVE}|{_DAY}\D{{0,20}}{_LABEL}\D{{0,12}}{_FIVE}|{_LABEL}\D{{0,12}}{_FIVE}(?:\D{{1,24}}{_DAY})?")
"""A date of birth and the five digits with words between; a day of our century (a rent may follow it) only where the five are named."""
_TOKEN = re.compile(r"(?i)(bearer\s+)\S+|eyJ[\w-]{5,}(\.[\w-]*)*")
_ESCAPE = re.compile(r"\\+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[nrt])")
_TAG = re.compile(
    r"</?(?:[abiupq]|br|hr|h\d|li|[oud]l|t[dhr]|em|strong|small|span|div|pre|code|font|table|tbody|html|body)\b[^<>]{0,200}>", re.I
)


def scrubbed(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without personal numbers and secrets. secrets: the credentials that were sent, e.g. header values."""
    ours = tuple(secrets)
    line = without_secrets(printable(text[:_MOST_LOOKED_AT]), ours)
    plain = printable(_decoded(line))
    if plain != line:
        line = without_secrets(plain, ours)
    line = _APART.sub(PERSON, _NUMBER.sub(lambda match: match.group(1) or PERSON, _TOKEN.sub(HIDDEN, line)))
    return line[:LONGEST].strip()


def _decoded(text: str) -> str:
    """Without tags, and as a browser or a JSON parser would show it, however often it was encoded."""
    for _ in range(_LAYERS):
        unescaped = _ESCAPE.sub(lambda match: chr(int(match.group(1) or match.group(2) or "20", 16)), text)
        shown = _TAG.sub(" ", unquote(html.unescape(unescaped)))
        if shown == text:
            break
        text = shown
    return text


def quotable(text: str) -> str:
    """A cell of a file as a message may quote it. Letters are not quoted: one column to the side there are names."""
    if any(letter.isalpha() for letter in text):
        return f"a text of {len(text)} characters"
    return repr(scrubbed(text)[:20])


def printable(text: str) -> str:
    """One line in composed letters; control characters, lone surrogates and unassigned characters are replaced."""
    composed = unicodedata.normalize("NFKC", text.encode("utf-8", errors="replace").decode("utf-8"))
    return " ".join("".join(letter if letter.isprintable() else " " for letter in composed).split())


def in_print(text: str) -> str:
    """`text` itself where every sign of it is printed; else as `printable` makes it."""
    return text if text.isprintable() else printable(text)


def without_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """`text` with every long enough piece of a secret hidden: in any case, divided, cut short, or encoded for a URL or a header."""
    for word in _words(secrets):
        text = text.replace(word, HIDDEN)
    pieces = _pieces(secrets)
    if not pieces:
        return text
    places = [place for place, letter in enumerate(text) if letter.isalnum()]
    letters = "".join(text[place].lower()[0] for place in places)
    covered = bytearray(len(text))
    for length in {len(piece) for piece in pieces}:
        for start in range(len(letters) - length + 1):
            if letters[start : start + length] in pieces:
                first, last = places[start], places[start + length - 1]
                covered[first : last + 1] = b"\1" * (last + 1 - first)
    kept = "".join("\0" if hidden else letter for letter, hidden in zip(text, covered, strict=True))
    return re.sub("\0+", HIDDEN, kept)


@lru_cache(maxsize=64)
def _words(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """The secrets' words as they are and as a printed line has them, the longest first."""
    words = {word for secret in secrets for variant in (secret, printable(secret)) for word in variant.split()}
    return tuple(sorted((word for word in words if len(word) >= _SHORTEST and word.lower() not in ("bearer", "basic")), key=len)[::-1])


@lru_cache(maxsize=64)
def _pieces(secrets: tuple[str, ...]) -> frozenset[str]:
    """Every run of _GRAM letters of the secrets in each of their forms; the whole of a shorter one."""
    forms = {"".join(letter.lower()[0] for letter in form if letter.isalnum()) for word in _words(secrets) for form in _forms(word)}
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
