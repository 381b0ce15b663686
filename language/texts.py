"""Texts by key, in one language or in the one that is spoken now.

A language is a folder beside this file: `nb/*.yaml`, files by subject, each with groups of texts. The first part of a key is a group, which
is in one file; `text("headline.done")` is `done` in the group `headline`. All files of a language are read when its first text is asked
for, in some ten milliseconds.

A blank, {name}, is filled by the program. It may name the group of its words: {count:nouns.bolig} shows the number with its noun,
{field:fields} the text of that code in the group `fields`, {field:fields.inline} the same inside a sentence.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeAlias

from language.messages import Message, and_then, messages_in, stored
from language.number_format import NARROW, number

DEFAULT = "nb"
COMPLETE = ("nb", "nn")
"""Languages that a municipality can choose. Each has every text that DEFAULT has; tests/language holds it."""
_REMEMBERED = 1 << 12
"""Stored messages whose text is kept: rows of one house say the same."""
_Piece: TypeAlias = tuple[str, str | None, str]
"""What is before a blank, the blank's name (None behind the last), and how it is filled."""


class Texts:
    """The texts of one language; what it lacks is said in DEFAULT. The same key and values always give the same text."""

    def __init__(self, language: str, folder: Traversable | None = None) -> None:
        """folder: where the languages are, each a folder; this package when left out."""
        home = folder or files("language")
        self.language = language
        self.groups = loaded(home / language)
        """Group -> key -> text; a key may hold a group again."""
        self._fallback = Texts(DEFAULT, home) if language != DEFAULT else None
        self._pieces: dict[str, tuple[_Piece, ...]] = {}
        self._rendered = lru_cache(maxsize=_REMEMBERED)(self._render_all)

    def text(self, key: str, /, **values: object) -> str:
        """The text at `key` with its blanks filled. Raises KeyError when it, or a blank's value, is missing."""
        pieces = self._pieces.get(key)
        if pieces is None:
            value = self.at(key)
            if not isinstance(value, str):
                raise KeyError(key)
            pieces = self._pieces[key] = tuple((before, name, how or "") for before, name, how, _ in string.Formatter().parse(value))
        return "".join(before if name is None else before + self._filled(values[name], how) for before, name, how in pieces)

    def at(self, key: str) -> Any:
        """What is at `key`: a text, a list of texts or a group. Raises KeyError."""
        value: Any = self.groups
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is not None:
            return value
        if self._fallback is None:
            raise KeyError(key)
        return self._fallback.at(key)

    def blanks(self, key: str) -> set[str]:
        """Names of the blanks of the text at `key`."""
        return {name for _, name, _, _ in string.Formatter().parse(str(self.at(key))) if name}

    def word_for(self, group: str, code: str | None) -> str:
        """The text of a code in a group of codes; a code without a text is shown as it is."""
        try:
            return str(self.at(f"{group}.{code}")) if code else ""
        except KeyError:
            return str(code).replace("_", " ")

    def counted(self, value: int, noun: str) -> str:
        """1 bolig, 2 boliger: `noun` is a key of `nouns`."""
        singular, plural = self.at(f"nouns.{noun}")
        return f"{number(value)}{NARROW}{singular if value == 1 else plural}"

    def rendered(self, content: str | None) -> str:
        """What `language.stored` stored, as text; "" for None."""
        return self._rendered(content or "")

    def _render_all(self, content: str) -> str:
        return " ".join(part if isinstance(part, str) else self.render(part) for part in messages_in(content))

    def render(self, message: Message) -> str:
        """A message as text. Raises KeyError, as `text` does."""
        return self.text(message.key, **message.values)

    def shown(self, value: object) -> str:
        """A value as it is in a text."""
        if isinstance(value, Message):
            return self.render(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ", ".join(self.shown(part) for part in value)
        return "" if value is None else str(value)

    def _filled(self, value: object, how: str) -> str:
        """What fills {name}, {count:nouns.bolig}, {field:fields} or {field:fields.inline}; how: what is behind the colon."""
        group, _, noun = how.partition(".")
        if not group:
            return self.shown(value)
        if group == "nouns":
            return self.counted(value, noun) if isinstance(value, int) else f"{value} {self.at(how)[1]}"
        codes = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        words = [self.word_for(group, str(code)) for code in codes]
        return ", ".join(word[:1].lower() + word[1:] if noun == "inline" else word for word in words)

    def day(self, value: date, year: int | None = None) -> str:
        """9. januar; with the year when it is not `year`."""
        written = f"{value.day}.{NARROW}{self.month(value)}"
        return written if value.year == year else f"{written} {value.year}"

    def month(self, value: date) -> str:
        """Name of the date's month, in lower case."""
        return str(self.at("dates.months")[value.month - 1])

    def weekday(self, value: date) -> str:
        """Name of the date's day of the week, in lower case."""
        return str(self.at("dates.weekdays")[value.weekday()])

    def listed(self, parts: Sequence[str]) -> str:
        """a, b og c."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.at('dates.and')} {parts[-1]}"


def loaded(folder: Traversable) -> dict[str, Any]:
    """All groups of a language's files. Raises ValueError for a group that is in two of them."""
    import yaml  # noqa: PLC0415 - a command that shows no text starts without it

    # Every scalar is a string: a text may be Ja, Nei or 5.
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    groups: dict[str, Any] = {}
    for file in sorted(folder.iterdir(), key=lambda path: path.name):
        if not file.name.endswith(".yaml"):
            continue
        content = yaml.load(file.read_text(encoding="utf-8"), Loader=loader) or {}  # noqa: S506 - it makes strings, lists and mappings only
        if twice := groups.keys() & content.keys():
            raise ValueError(f"{file.name}: {', '.join(sorted(twice))} is in another file of the language too.")
        groups |= content
    return groups


@cache
def in_language(language: str) -> Texts:
    """The texts of a language, read once a process."""
    return Texts(language)


_SPOKEN: ContextVar[str] = ContextVar("language", default=DEFAULT)


@contextmanager
def using_language(language: str) -> Iterator[None]:
    """Until the block ends, this thread's texts are in `language`. Only what makes a whole report, letter or answer calls this."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def texts() -> Texts:
    """All texts of the language that is spoken now."""
    return in_language(_SPOKEN.get())


def text(key: str, /, **values: object) -> str:
    """`Texts.text` in the language that is spoken now."""
    return texts().text(key, **values)


def rendered(content: str | None) -> str:
    """`Texts.rendered` in the language that is spoken now."""
    return texts().rendered(content)


class MessageError(Exception):
    """An error whose text is rendered by str(error), in the reader's language."""

    def __init__(self, *parts: Message | str) -> None:
        """parts: messages, stored or not, one after the other."""
        self.stored = and_then(*(stored(part) if isinstance(part, Message) else part for part in parts))
        super().__init__(self.stored)

    def __str__(self) -> str:
        return rendered(self.stored)


def word_for(group: str, code: str | None) -> str:
    """`Texts.word_for` in the language that is spoken now."""
    return texts().word_for(group, code)


def counted(value: int, noun: str) -> str:
    """`Texts.counted` in the language that is spoken now."""
    return texts().counted(value, noun)


def day(value: date, year: int | None = None) -> str:
    """`Texts.day` in the language that is spoken now."""
    return texts().day(value, year)


def weekday(value: date) -> str:
    """`Texts.weekday` in the language that is spoken now."""
    return texts().weekday(value)


def listed(parts: Sequence[str]) -> str:
    """`Texts.listed` in the language that is spoken now."""
    return texts().listed(parts)
