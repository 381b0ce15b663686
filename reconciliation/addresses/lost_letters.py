"""Names that lost letters: the ending except its first letter ("Røsslyngv"), or å, ø and æ written as a, o and a.

A key only finds official names that may have become the written one. It is accepted only when there is one such name and no other street
has a more similar one.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice, product

from reconciliation.addresses.spelling_keys import street_keys

_LOST: dict[str, tuple[str, ...]] = {"å": ("a",), "ø": ("o",), "æ": ("e", "a")}
_NEVER_FOLDED = {"ø": ("ø", "oe"), "æ": ("æ", "ae")}
"""Keys read oe and ae as ø and æ, which they need not be ("Skjersjoen" is Skjærsjøen)."""
_MOST_FORMS = 16


def bare_keys(name: str) -> tuple[str, ...]:
    """What the spelling key of an official name becomes where all its å, ø and æ are written as bare letters."""
    return _bare(street_keys(name).sure)


def keys_of_lost(name: str) -> tuple[str, ...]:
    """The bare keys that a written name may have."""
    return tuple(dict.fromkeys(bare for form in _forms(name) for bare in _bare(form)))


def may_have_become(official: str, written: str) -> bool:
    """Whether the written name is the official one with å, ø or æ lost. They are lost, never added."""
    original = _single(street_keys(official).sure)
    return any(
        len(form) == len(original) and all(now == was or now in _LOST.get(was, ()) for now, was in zip(form, original, strict=True))
        for form in _forms(written)
    )


def _forms(written: str) -> list[str]:
    """The written name's keys: as it is, and with the last `v` or `g` expanded to the ending it may abbreviate."""
    key = _single(street_keys(written).sure)
    ended = [key]
    if len(key) > 3 and key[-1] in "vg":
        ended.append(key[:-1] + key[-1].upper())
    return list(dict.fromkeys(form for spelling in ended for form in _each(spelling, _NEVER_FOLDED)))


def _bare(key: str) -> tuple[str, ...]:
    return tuple(_each(_single(key), _LOST))


def _each(key: str, letters: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Every way to write the key with those letters written otherwise."""
    return ["".join(form) for form in islice(product(*(letters.get(letter, (letter,)) for letter in key)), _MOST_FORMS)]


def _single(key: str) -> str:
    """aa is how keys write å."""
    return key.replace("aa", "å")
