"""`kobosync init`: a municipality's home folder, by a short conversation or by flags."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
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
class Asked:
    """What the file is made of; an empty text is asked for where somebody can answer."""

    name: str = ""
    kommunenummer: str = ""
    deadline: str = ""


def run_init(folder: Path, demo: bool, asked: Asked) -> int:
    """Make the folder's files. Nothing that is there is overwritten."""
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


def _conversation(asked: Asked) -> Asked:
    """Ask what was not given. A year from now is a deadline somebody can change."""
    later = (date.today() + timedelta(days=365)).isoformat()  # noqa: DTZ011
    return Asked(
        asked.name or typer.prompt("The municipality's name"),
        asked.kommunenummer or typer.prompt("Its kommunenummer (four digits)"),
        asked.deadline or typer.prompt("Deadline: when all dwellings shall be in Kobo", default=later),
    )


def _faults(answers: Asked) -> Iterator[str]:
    if not re.search(r"[a-zæøåA-ZÆØÅ]", answers.name):
        yield "--name: give the municipality's name, e.g. --name Fjordvik."
    if not re.fullmatch(r"\d{4}", answers.kommunenummer):
        yield f"--kommunenummer: {answers.kommunenummer!r} is not four digits, e.g. --kommunenummer 9901. `kobosync kommuner` lists them."
    try:
        date.fromisoformat(answers.deadline)
    except ValueError:
        yield f"--deadline: {answers.deadline!r} is no date; write YYYY-MM-DD."


def _write(folder: Path, content: dict[str, str]) -> None:
    for private in PRIVATE:
        (folder / private).mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
