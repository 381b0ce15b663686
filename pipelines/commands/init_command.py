"""`kobosync init`: a municipality's home folder, by a short conversation or by flags."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import typer

from pipelines.commands.schema_command import KINDS, schema_of
from pipelines.exit_codes import CONFIGURATION, DONE
from reconciliation.model.key_names import suggested

PRIVATE = ("var", "reports", "kilder", "svar")
"""Folders that will hold addresses: for the account that runs the nights alone."""
_DEMO = Path(__file__).parents[2] / "config" / "demo.yaml"
"""In the checkout, and beside the packages where it is installed."""


@dataclass(frozen=True, slots=True)
class InitAnswers:
    """What the file is made of; an empty text is asked for where somebody can answer."""

    name: str = ""
    kommunenummer: str = ""
    deadline: str = ""


def run_init(folder: Path, demo: bool, asked: InitAnswers) -> int:
    """Make the folder's files. Nothing that is there is overwritten."""
    if folder.exists() and not folder.is_dir():
        print(f"{folder} is a file; nothing was written. Give a folder.", file=sys.stderr)
        return CONFIGURATION
    if (folder / "dagster.yaml").exists() or any((folder / "config").glob("*.yaml")):
        print(f"{folder} is a home already; nothing was written. Give another folder.", file=sys.stderr)
        return CONFIGURATION
    if demo:
        written = {"config/demo.yaml": _DEMO.read_text(encoding="utf-8"), "dagster.yaml": _shipped("dagster.yaml")}
        _write(folder, written)
        print(f"{folder}: the home of the demo. Next: cd {folder} && kobosync demo")
        return DONE
    answers = asked if sys.stdin.isatty() is False else _conversation(asked)
    if wrong := list(_faults(answers)):
        print("\n".join(wrong), file=sys.stderr)
        return CONFIGURATION
    slug = suggested(answers.name)
    values = {
        "name": answers.name,
        "quoted_name": json.dumps(answers.name, ensure_ascii=False),
        "slug": slug,
        "kommunenummer": answers.kommunenummer,
        "deadline": answers.deadline,
        "started": date.today().isoformat(),  # noqa: DTZ011 - the day where somebody sits
    }
    written = {f"config/{slug}.yaml": _shipped("municipality.yaml").format(**values), "README.md": _shipped("README.md").format(**values)}
    written |= {"dagster.yaml": _shipped("dagster.yaml"), ".env.example": _shipped("env.example"), ".gitignore": ".env\nvar/\nreports/\n"}
    written |= {f"schema/{kind}.json": json.dumps(schema_of(kind), ensure_ascii=False, indent=1) + "\n" for kind in KINDS}
    _write(folder, written)
    print(f"{folder}: the home of {answers.name}. Next: README.md there, or: cd {folder} && kobosync check config/{slug}.yaml")
    return DONE


def _shipped(name: str) -> str:
    return (files("pipelines") / "home_files" / name).read_text(encoding="utf-8")


def _conversation(asked: InitAnswers) -> InitAnswers:
    """Ask what was not given. A year from now is a deadline somebody can change."""
    later = (date.today() + timedelta(days=365)).isoformat()  # noqa: DTZ011
    return InitAnswers(
        asked.name or _answer("The municipality's name", name_fault),
        asked.kommunenummer or _answer("Its kommunenummer (four digits)", kommunenummer_fault),
        asked.deadline or _answer("Deadline: when all dwellings shall be in Kobo", deadline_fault, later),
    )


def _answer(question: str, fault: Callable[[str], str | None], default: str | None = None) -> str:
    """The answer, asked for again until it can be used."""

    def usable(text: str) -> str:
        if says := fault(text.strip()):
            raise typer.BadParameter(says)
        return text.strip()

    return str(typer.prompt(question, default=default, value_proc=usable))


def name_fault(text: str) -> str | None:
    """What is wrong with the municipality's name; None when it can be used."""
    return None if re.search(r"[a-zæøåA-ZÆØÅ]", text) else "Give the municipality's name, e.g. Fjordvik."


def kommunenummer_fault(text: str) -> str | None:
    """What is wrong with the number; None when it is four digits. Whether it is in use is checked later."""
    if re.fullmatch(r"[0-9]{4}", text):
        return None
    return f"{f'{text!r} is not' if text else 'Give'} four digits, e.g. 9901. `kobosync kommuner` lists them."


def deadline_fault(text: str) -> str | None:
    """What is wrong with the date; None when it is YYYY-MM-DD."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return f"{f'{text!r} is no date' if text else 'Give a date'}; write YYYY-MM-DD."
    return None


def _faults(answers: InitAnswers) -> Iterator[str]:
    checked = {"name": name_fault, "kommunenummer": kommunenummer_fault, "deadline": deadline_fault}
    for flag, fault in checked.items():
        if says := fault(getattr(answers, flag)):
            yield f"--{flag}: {says}"


def _write(folder: Path, content: dict[str, str]) -> None:
    for private in PRIVATE:
        (folder / private).mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
