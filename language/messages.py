"""A sentence before it has a language: the key of its text and the values of its blanks.

Rooms below `reporting` make messages and store them; whoever shows one renders it in the reader's language. So a stored night can be
read in another language, and with a corrected text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, Union

Value: TypeAlias = Union[str, int, float, "Message", Sequence["Value"], None]
"""What a blank is filled with. A sequence is shown with commas."""

_BEGINNING = '[{"key"'


@dataclass(frozen=True, slots=True)
class Message:
    """key: of a text, as in `text(key)`. values: blank -> what fills it."""

    key: str
    values: Mapping[str, Value]


def message(key: str, /, **values: Value) -> Message:
    """The text at `key`, to be rendered with `values` by whoever shows it."""
    return Message(key, values)


def stored(*messages: Message) -> str:
    """Messages as one string, for a column or a metadata value. `rendered` shows them one after the other."""
    return json.dumps([_plain(part) for part in messages], ensure_ascii=False, separators=(",", ":"))


def and_then(*parts: str) -> str:
    """Stored messages one after the other as one string. What is no stored message keeps its place among them."""
    if all(content.startswith(_BEGINNING) for content in parts):
        return f"[{','.join(content[1:-1] for content in parts)}]"
    joined = [_plain(part) for content in parts for part in messages_in(content)]
    return json.dumps(joined, ensure_ascii=False, separators=(",", ":"))


def messages_in(content: str) -> Iterator[Message | str]:
    """What `stored` stored. A string that it did not make is yielded as it is: earlier versions stored whole sentences."""
    if not content.startswith(_BEGINNING):
        yield from [content] if content else []
        return
    yield from (_message(part) for part in json.loads(content))


def _plain(value: Value) -> Any:
    if isinstance(value, Message):
        return {"key": value.key, "values": {name: _plain(part) for name, part in value.values.items()}}
    return value if value is None or isinstance(value, str | int | float) else [_plain(part) for part in value]


def _message(content: Any) -> Any:
    if isinstance(content, dict):
        return Message(content["key"], {name: _message(value) for name, value in content["values"].items()})
    return [_message(part) for part in content] if isinstance(content, list) else content
