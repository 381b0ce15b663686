"""Every text that people read, as data: one folder per language, one file per subject. Imports no other room."""

from language.messages import Message, and_then, message, messages_in, stored
from language.number_format import number, percent, short_day
from language.texts import (
    COMPLETE,
    DEFAULT,
    MessageError,
    Texts,
    counted,
    day,
    in_language,
    listed,
    rendered,
    text,
    texts,
    using_language,
    weekday,
    word_for,
)

__all__ = [
    "COMPLETE",
    "DEFAULT",
    "Message",
    "MessageError",
    "Texts",
    "and_then",
    "counted",
    "day",
    "in_language",
    "listed",
    "message",
    "messages_in",
    "number",
    "percent",
    "rendered",
    "short_day",
    "stored",
    "text",
    "texts",
    "using_language",
    "weekday",
    "word_for",
]
