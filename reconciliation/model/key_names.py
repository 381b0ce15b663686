"""Rules for keys of a municipality's file that become names of files, tables, and Dagster's assets, jobs and tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

LONGEST = 60
"""A tag of Dagster takes 63 characters."""
_FIT = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST}}}")
_SPELT = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "Ae", "Ø": "O", "Å": "A"})


def unusable_keys(where: str, keys: Iterable[str]) -> Iterator[str]:
    """A sentence for each key that cannot be a name. where: as the file writes it, e.g. `owners`."""
    seen: dict[str, str] = {}
    for key in keys:
        if (other := seen.setdefault(as_name(key).casefold(), key)) != key:
            yield f"{where}.{key}: this key and {where}.{other} make the same name of files and of Dagster. Give one of them another key."
        if not _FIT.fullmatch(key):
            yield (
                f"{where}.{key}: this key becomes part of names of files and of Dagster, so it is made of a-z, 0-9, _ and -, "
                f"at most {LONGEST} of them. Write e.g. {suggested(key)}; the name for people goes into `title`."
            )


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The message about a key that is not read."""
    nearest_key = get_close_matches(key, list(known), 1, 0.75)
    return "is no key here" + (f"; did you mean {nearest_key[0]}?" if nearest_key else ". Remove it, or compare with config/demo.yaml")


def as_name(key: str) -> str:
    """The key as it is written in the name of a Dagster step."""
    return key.replace("-", "_")


def suggested(key: str) -> str:
    """A usable key that resembles the given one."""
    return re.sub(r"[^a-z0-9]+", "_", key.translate(_SPELT).casefold()).strip("_")[:LONGEST] or "annet"
