"""A draft as YAML: whole, with FYLL_INN where a person must fill in; or as a mapping file and the source's block, filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from language import text, texts
from reconciliation.drafting.register_words import register_word_of, words_for
from reconciliation.model import safe_yaml
from reconciliation.model.municipality import home_from

if TYPE_CHECKING:
    from pipelines.commands.resolve_list import ReadList
    from reconciliation.drafting.column_guesses import Guess
    from reconciliation.drafting.draft_mapping import Draft
    from reconciliation.drafting.ready_fit import Fit

FILL_IN = "FYLL_INN"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A person's choices. name: of the source. key: headings. meanings: field -> value -> what it means, None for a blank; category: that
    of every row, "" where a column has it."""

    name: str
    title: str
    owner: str
    key: tuple[str, ...]
    meanings: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    category: str = ""


def draft_as_yaml(file: Path, made: Draft, read: ReadList, fit: Fit | None = None) -> str:
    """The source as it goes into the municipality's file, with what was recognised beside each line."""
    about_key = text("drafts.running_key_short" if made.running_key else "drafts.key")
    key = ", ".join(map(quoted, made.key)) or FILL_IN
    lines = [
        *_head(file, made, read),
        *([f"# {texts().render(fit.advice)}"] if fit else []),
        "sources:",
        f"  {scalar(source_name(file))}:",
        f"    kind: {kind_of(file)}",
        f"    title: {quoted(file.stem)} # {text('drafts.title')}",
        f"    owner: {FILL_IN} # {text('drafts.owner')}",
        f"    path: {quoted(below_home(file))} # {text('drafts.path')}",
        *(f"    {line}" for line in _sheets(file, read)),
        f"    key: [{key}] # {about_key}",
        *(f"    {line}" for line in _layout(made, made.key, tables=True)),
    ]
    return "\n".join(lines) + "\n"


def mapping_file(file: Path, made: Draft, read: ReadList, chosen: Chosen) -> str:
    """What belongs to the layout: key, fields, and what is not read."""
    lines = [*_head(file, made, read), f"key: [{', '.join(map(quoted, chosen.key))}]", *_sheets(file, read)]
    return "\n".join([*lines, *_layout(made, chosen.key, tables=False)]) + "\n"


def source_block(file: Path, made: Draft, chosen: Chosen) -> list[str]:
    """What belongs to the municipality: the lines of its block, the first one its name."""
    lines = [
        f"{scalar(chosen.name)}:",
        f"  kind: {kind_of(file)}",
        f"  title: {quoted(chosen.title)}",
        f"  owner: {scalar(chosen.owner)}",
        f"  path: {quoted(below_home(file))}",
        f"  mapping: {quoted(f'mappings/{chosen.name}.yaml')}",
    ]
    constant = [f"    kategori: {{constant: {scalar(chosen.category)}}}"] if chosen.category else []
    tables = [f"    {name}: {{table: {_table(meanings)}}}" for name, meanings in chosen.meanings.items()]
    return [*lines, "  fields:", *constant, *tables] if constant or tables else lines


def fields_of(made: Draft) -> dict[str, Guess]:
    """Field -> the column it is made from."""
    return {guess.field: guess for guess in made.guesses if guess.field}


def _head(file: Path, made: Draft, read: ReadList) -> list[str]:
    return [f"# {text('drafts.head', file=file.name, rows=made.rows, read_as=read.note)}"]


def _sheets(file: Path, read: ReadList) -> Iterator[str]:
    if kind_of(file) != "excel":
        return
    yield f"sheets: [{{name: {quoted(read.sheet)}}}]"
    if read.unread:
        yield f"ignore_sheets: [{', '.join(map(quoted, read.unread))}]"


def _layout(made: Draft, key: tuple[str, ...], *, tables: bool) -> Iterator[str]:
    yield "fields:" if fields_of(made) else "fields: {}"
    for name, guess in fields_of(made).items():
        transform = f", as: {guess.transform}" if guess.transform != "text" else ""
        meanings = {value: register_word_of(name, value) or FILL_IN for value in guess.values}
        table = f", table: {_table(meanings)}" if meanings and tables else ""
        seen = text("drafts.seen", count=guess.recognised, of=guess.filled, by=guess.why)
        choose = f". {_to_choose_from(name)}" if table and FILL_IN in meanings.values() else ""
        yield f"  {name}: {{column: {quoted(guess.heading)}{transform}{table}}} # {seen}{choose}"
    if made.footer:
        yield f"footer: [{', '.join(map(quoted, made.footer))}] # {text('drafts.footer')}"
    left = [guess for guess in made.guesses if guess.field is None and guess.heading not in key]
    if left:
        yield "ignore:"
        yield from (f"  - {quoted(guess.heading)} # {texts().render(guess.why)}" for guess in left)


def _to_choose_from(name: str) -> str:
    """What FILL_IN in the table of that field may become."""
    return text("drafts.words", words=words_for(name)) if words_for(name) else text("drafts.categories")


def _table(meanings: Mapping[str, str | None]) -> str:
    """A lookup table on one line."""
    entries = (f"{quoted(value)}: {'null' if word is None else scalar(word)}" for value, word in meanings.items())
    return f"{{{', '.join(entries)}}}"


def kind_of(file: Path) -> str:
    """`kind` of a source with this file."""
    return "csv" if file.suffix.casefold() in (".csv", ".txt", ".tsv") else "excel"


def below_home(file: Path) -> str:
    """The path as the municipality's file writes it, where the file is in the home."""
    whole, root = file.resolve(), home_from(Path.cwd()).resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(whole)


def source_name(file: Path) -> str:
    """A name for the source."""
    plain = file.stem.casefold().translate(str.maketrans("æøå", "aoa"))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "kilde"


def scalar(name: str) -> str:
    """The name as a YAML scalar: 2022 and off need quotes to be read as text."""
    return name if re.fullmatch(r"[A-Za-z_][\w-]*", name, re.ASCII) and safe_yaml.load_yaml(name) == name else quoted(name)


def quoted(written: str) -> str:
    """A YAML scalar on one line, whatever the heading looks like."""
    return json.dumps(written, ensure_ascii=False)
