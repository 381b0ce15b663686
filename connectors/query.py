"""The query of an SQL source: where it is, and whether it could change anything."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.read_faults import SourceFault
from connectors.source_config import SqlSource
from connectors.source_files import cannot_open, refuse_pipe

_COMMENT = re.compile(r"\s*(?:--[^\n]*\n|/\*.*?\*/)\s*", re.DOTALL)
_NO_WORDS = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\[(?:[^\]]|\]\])*\]|`[^`]*`", re.DOTALL)
_WRITING = re.compile(
    r"(?i)\b(into|insert|update|delete|merge|truncate|drop|create|alter|exec|execute|call|grant|revoke|deny|commit|begin|save|set"
    r"|openrowset|openquery|backup|restore|kill|shutdown)\b|;(?=\s*\S)"
)


def query_of(source: SqlSource, home: Path) -> str:
    """The source's query, without a semicolon at its end. Raises SourceFault when it cannot be read or is no SELECT."""
    query = source.query or ""
    if source.query_file is not None:
        try:
            refuse_pipe(home / source.query_file, home)
            query = (home / source.query_file).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise SourceFault("wrong_encoding", path=source.query_file, line=1, encoding="utf-8", actual="cp1252") from error
        except OSError as error:
            raise cannot_open(source.query_file, error) from error
    bare = query
    while match := _COMMENT.match(bare):
        bare = bare[match.end() :]
    word = re.match(r"[\s(]*(\w*)", bare)
    first = word.group(1) if word else ""
    if first.casefold() not in ("select", "with"):
        raise SourceFault("not_a_select", word=first or "nothing")
    return query.rstrip().rstrip(";")


def writing_word(query: str) -> str | None:
    """The first word outside quotes and comments by which a query could change data, end its transaction or begin another statement."""
    match = _WRITING.search(_NO_WORDS.sub(" ", query))
    return match.group().upper() if match else None
