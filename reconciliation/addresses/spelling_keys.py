"""Keys for spellings of street names: spellings with the same key may mean the same street.

`veg`, `vei`, `vegen`, `veien`, `v.` have one key, `gate`, `gata`, `gaten`, `gt.` another. A key does not decide what the name is:
it only finds the official names that share it, and there may be several. Sources: Kartverket's Adresseveileder 12
(short forms), libpostal's Norwegian word lists (nordre|ndr, sankt|st|skt), føringsinstruks.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(r"[^\W_]+\.?")
_SILENT = re.compile(r"['’‘`´]")
_LETTERS = str.maketrans({"ö": "ø", "ä": "æ", "đ": "d", "ŋ": "n", "ŧ": "t"})
_ENDINGS = (
    ("V", ("vegen", "veien", "veg", "vei", "vn.", "vn", "vg.", "vg", "v.")),
    ("G", ("gaten", "gata", "gate", "gt.", "gt", "g.")),
    ("P", ("plassen", "pladsen", "plass", "plads", "pl.")),
    ("T", ("terrassen", "terrasse", "terr.", "terr")),
    ("A", ("alleen", "alle")),
    ("M", ("torget", "torg")),
)
"""Mark -> the endings that mean the same, the longest first. The marks are capitals, which no folded name has."""
_ALONE = {"v": "V", "g": "G", "pl": "P", "t": "T"}
"""Only as the last word by itself ("Cecilie Thoresens v 5")."""
_WORDS: dict[str, str] = {
    "sankt": "S",
    "skt": "S",
    "st": "S",
    "sdr": "søndre",
    "søndre": "søndre",
    "gml": "gamle",
    "prof": "professor",
    "kapt": "kaptein",
    "gen": "general",
    "pres": "president",
    "ing": "ingeniør",
    "adv": "advokat",
    "dir": "direktør",
    "ark": "arkitekt",
    "skoginsp": "skoginspektør",
    "forstm": "forstmester",
    "statsmin": "statsminister",
    "doktor": "dr",
    "fv": "fylkesV",
    "rv": "riksV",
}
"""Short forms of exactly one word."""
_GUESSES: dict[str, tuple[str, ...]] = {
    "ndr": ("nordre", "nedre"),
    "n": ("nordre", "nedre"),
    "s": ("søndre", "S"),
    "v": ("vestre",),
    "ø": ("østre", "øvre"),
    "øv": ("øvre",),
    "ned": ("nedre",),
    "st": ("store",),
    "l": ("lille",),
    "gl": ("gamle",),
    "dr": ("dronning",),
    "k": ("kong",),
    "fr": ("fru", "frøken"),
    "pr": ("prost", "prest"),
}
"""Short forms of several words, or of a name: used for suggestions only."""


@dataclass(frozen=True, slots=True)
class Keys:
    """sure: spellings that share it mean the same, if only one street has it. guesses: what else it may mean."""

    sure: str
    guesses: tuple[str, ...]


def folded_letters(name: str) -> str:
    """Lower case without accents and apostrophes; aa, oe and ae as å, ø and æ are folded."""
    text = _SILENT.sub("", unicodedata.normalize("NFC", name).lower()).replace("å", "aa").translate(_LETTERS)
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return bare.replace("oe", "ø").replace("ae", "æ")


def tokens(name: str) -> list[str]:
    """The words and numbers of a name, in folded letters."""
    return _TOKEN.findall(folded_letters(name))


def digits(text: str) -> list[str]:
    """The digits of a name, which must be equal: "Gate 1" and "Gate 11" are two streets."""
    return re.findall(r"\d+", text)


def marks(key: str) -> str:
    """Veg or gate: people mix the spellings of one, but not the two."""
    return "".join(letter for letter in key if letter.isupper())


def street_keys(name: str) -> Keys:
    """The keys of one name; `sure` is empty for a name without a letter or digit."""
    words = tokens(name)
    last = len(words) - 1
    sure = [_sure(word, last=index == last) for index, word in enumerate(words)]
    options = [(made, *_guesses(word, last=index == last)) for index, (word, made) in enumerate(zip(words, sure, strict=True))]
    guesses = ("".join(combination) for combination in itertools.islice(itertools.product(*options), 1, 17))
    return Keys("".join(sure), tuple(guesses))


def _sure(word: str, *, last: bool) -> str:
    bare = word.rstrip(".")
    if last and bare in _ALONE:
        return _ALONE[bare]
    if bare in _WORDS:
        return _WORDS[bare]
    for mark, endings in _ENDINGS:
        for ending in endings:
            if word.endswith(ending):
                return _start(word[: -len(ending)]) + mark
    # "Fjellveien." is "Fjellveien" with a slip; "Kirkevn." was met above.
    return _sure(bare, last=last) if bare != word else _start(word)


def _start(word: str) -> str:
    return "S" + word[5:] if word.startswith("sankt") else word


def _guesses(word: str, *, last: bool) -> tuple[str, ...]:
    bare = word.rstrip(".")
    if not last or len(bare) > 1:
        guessed = _GUESSES.get(bare, ())
        if guessed or not last:
            return guessed
    # "Kirkev 58": the full stop of "Kirkev." is missing, or the name ends so.
    return (bare[:-1] + {"v": "V", "g": "G"}[bare[-1]],) if len(bare) > 3 and bare[-1] in "vg" else ()
