"""The words of the forms that services fill in: written in the municipality's language, read in every language.

The code's own names for sheets, headings and choices are the words in bokmål.
"""

from __future__ import annotations

from collections.abc import Iterable

from language import COMPLETE, in_language, texts


def form_word(word: str, language: str | None = None) -> str:
    """A sheet's name or a heading as the form has it. language: the active one when left out."""
    spoken = in_language(language) if language else texts()
    return str(spoken.at("form_headings").get(word, word))


def form_choice(code: str) -> str:
    """A choice of a drop-down list, in the active language."""
    return texts().word_for("choices", code)


def spellings(codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Code -> its words in the forms of each language, as needs_cells.named takes them. The active language, which is suggested, first."""
    return {code: tuple(dict.fromkeys(in_language(language).word_for("choices", code) for language in form_languages())) for code in codes}


def form_languages() -> tuple[str, ...]:
    """Every language that a form may be in, the active one first."""
    return tuple(sorted(COMPLETE, key=lambda language: language != texts().language))
