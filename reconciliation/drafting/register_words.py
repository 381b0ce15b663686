"""The fields of which the register has fixed words, and the word that a list's own value says when it is spelt alike."""

from __future__ import annotations

import re

from kobo_client.contract import BY_NAME
from language import COMPLETE, in_language

TITLES = {"disposisjonsform": "disposisjonsformer", "boligstatus": "statuses"}
"""Field -> the group of texts that has what people call each of its words."""


def words_for(field: str) -> tuple[str, ...]:
    """The register's words for the field; none where any value is allowed."""
    return BY_NAME[field].values if field in TITLES else ()


def register_word_of(field: str, value: str) -> str | None:
    """ "kommunalt eid" and "Kommunalt eigd" are KOMMUNALT_EID. Nothing is taken for what is only like it."""
    return next((word for word in words_for(field) if _plain(value) in _spellings(field, word)), None)


def _spellings(field: str, word: str) -> set[str]:
    return {_plain(word), *(_plain(in_language(language).word_for(TITLES[field], word)) for language in COMPLETE)}


def _plain(spelt: str) -> str:
    return " ".join(re.findall(r"\w+", spelt.casefold().replace("_", " ")))
