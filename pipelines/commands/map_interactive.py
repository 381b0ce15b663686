"""`kobosync map --interactive`: from a file to a source that is checked, in one conversation."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from rich.table import Table

from language import text
from pipelines.commands.check_command import run_check
from pipelines.commands.config_insertion import NotInsertedError, with_source
from pipelines.commands.draft_file import Chosen, mapping_file, source_block
from pipelines.commands.first_rows import FirstRow, first_rows
from pipelines.commands.map_conversation import AlreadyThere, Conversation, Say, converse, sheet_of
from pipelines.commands.output import console
from pipelines.commands.resolve_list import read_list
from pipelines.commands.terminal_input import Ask, ask_line
from pipelines.commands.written_together import write_together
from pipelines.exit_codes import CONFIGURATION, FAILED, INTERRUPTED
from pipelines.home import config_files, home
from reconciliation.drafting.draft_mapping import draft
from reconciliation.drafting.known_headings import known_headings
from reconciliation.model import safe_yaml
from reconciliation.model.key_names import suggested
from reconciliation.model.municipality import ConfigurationError, home_of, load

_NEW_DEADLINE = timedelta(days=365)


def run_map_interactive(file: Path, sheet: str, config: Path | None, ask: Ask = ask_line, say: Say = print) -> int:
    """0: written and checked; 1: the end of the input came first, or the check found a fault; 2: nothing was written, with the reason;
    130: Ctrl-C. Raises SourceFault and ListError for a file that cannot be read.

    Everything is asked before anything is written, and nothing that is there is changed without a yes.
    """
    talk = Conversation(ask, say)
    done: list[Path] = []
    try:
        return _map(talk, file, sheet, config, done)
    except (EOFError, KeyboardInterrupt) as ended:
        say("")
        say(text("map_questions.ended_after", files=[str(path) for path in done]) if done else text("map_questions.ended_before"))
        return INTERRUPTED if isinstance(ended, KeyboardInterrupt) else FAILED


def _map(talk: Conversation, file: Path, sheet: str, config: Path | None, done: list[Path]) -> int:
    read = read_list(file, known_headings(), sheet)
    named = sheet_of(talk, [read.sheet, *read.others], read.sheet)
    if named != read.sheet:
        read = read_list(file, known_headings(), named)
    place, written = _config(talk, config)
    content = safe_yaml.load_yaml(written)
    if not isinstance(content, dict) or not content.get("owners") or not content.get("categories"):
        talk.say(text("map_questions.not_a_municipality", file=place))
        return CONFIGURATION
    known = AlreadyThere(
        tuple(content.get("sources") or ()),
        {name: str(category.get("title", "")) for name, category in content["categories"].items()},
        {name: str(owner.get("title", "")) for name, owner in content["owners"].items()},
    )
    made = draft(read.rows, read.bad)
    chosen = converse(talk, file, made, known)
    mapping = place.parent / "mappings" / f"{chosen.name}.yaml"
    block = source_block(file, made, chosen)
    try:
        inserted = with_source(written, block, chosen.name)
    except NotInsertedError:
        inserted = ""
    files_ = {mapping: mapping_file(file, made, read, chosen)} | ({place: inserted} if inserted else {})
    if not all(_may_write(talk, path) for path in files_):
        talk.say(text("map_questions.not_written"))
        return CONFIGURATION
    return _write(talk, place, chosen, block, files_, done)


def _write(talk: Conversation, place: Path, chosen: Chosen, block: list[str], content: dict[Path, str], done: list[Path]) -> int:
    def accepted() -> None:
        if place in content:
            load(place)

    try:
        write_together(content, accepted)
    except ConfigurationError as error:
        talk.say(text("map_questions.refused", file=place, why=str(error)))
        return CONFIGURATION
    except OSError as error:
        talk.say(text("map_questions.cannot_write", file=error.filename or place, why=error.strerror or type(error).__name__))
        return CONFIGURATION
    done += content
    talk.say(text("map_questions.written", files=[str(path) for path in content]))
    if place not in content:
        talk.say(text("map_questions.by_hand", file=place, name=chosen.name))
        talk.say("\n".join(f"  {line}" for line in block))
        return CONFIGURATION
    code = run_check(place)
    municipality = load(place)
    _show(talk, first_rows(municipality, home_of(place), chosen.name))
    return code


def _config(talk: Conversation, config: Path | None) -> tuple[Path, str]:
    """The municipality's file, and what is in it; one that is made where there is none."""
    existing = [config] if config is not None and config.exists() else config_files() if config is None else []
    if existing:
        offered = {str(path): "" for path in existing}
        if len(existing) > 1:
            talk.offer(offered)
        chosen = Path(talk.chosen(text("map_questions.config"), offered, str(existing[0]))) if len(existing) > 1 else existing[0]
        return chosen, chosen.read_text(encoding="utf-8")
    talk.say(text("map_questions.no_config"))
    name = talk.value(text("map_questions.municipality"), "", _as_name)
    number = talk.value(text("map_questions.kommunenummer"), "", _as_number)
    deadline = talk.value(text("map_questions.deadline"), (date.today() + _NEW_DEADLINE).isoformat(), _as_date)  # noqa: DTZ011
    slug = suggested(name)
    template = (files("pipelines") / "home_files" / "municipality.yaml").read_text(encoding="utf-8")
    values = {"name": name, "quoted_name": json.dumps(name, ensure_ascii=False), "slug": slug, "kommunenummer": number}
    today = date.today().isoformat()  # noqa: DTZ011 - the day where somebody sits
    return config or home() / "config" / f"{slug}.yaml", template.format(**values, deadline=deadline, started=today)


def _may_write(talk: Conversation, file: Path) -> bool:
    if not file.exists():
        return True
    mapping = file.parent.name == "mappings"
    question = text("map_questions.overwrite" if mapping else "map_questions.add_to", file=file)
    return talk.yes(question, default=not mapping)


def _as_name(answer: str) -> str:
    if not re.search(r"[^\W\d_]", answer):
        raise ValueError(text("map_questions.name_missing"))
    return answer


def _as_number(answer: str) -> str:
    if not re.fullmatch(r"\d{4}", answer):
        raise ValueError(text("map_questions.four_digits"))
    return answer


def _as_date(answer: str) -> str:
    try:
        return date.fromisoformat(answer).isoformat()
    except ValueError as error:
        raise ValueError(text("map_questions.no_date")) from error


def _show(talk: Conversation, rows: list[FirstRow]) -> None:
    if not rows:
        return
    sent = [row for row in rows if row.body]
    if sent:
        table = Table(title=text("map_questions.first_rows"), title_justify="left")
        for heading in (text("map_questions.field"), *(text("map_questions.row", row=row.row) for row in sent)):
            table.add_column(heading, overflow="fold")
        for name in dict.fromkeys(name for row in sent for name in row.body):
            table.add_row(name, *(str(row.body.get(name, "")) for row in sent))
        console().print(table, highlight=False, markup=False)
    for row in rows:
        for why in row.why:
            talk.say(text("map_questions.not_sent", row=row.row, why=why))
