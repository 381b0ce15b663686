"""Arguments and options that several commands take."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class HelpPanel(StrEnum):
    """Headings of `kobosync --help`."""

    NIGHT = "A night"
    SET_UP = "Set up a municipality"
    TRY = "Try it"
    PEOPLE = "Ask people"
    LEDGER = "Keep the ledger"
    LISTS = "Lists and numbers"


ConfigFile = Annotated[Path, typer.Argument(help="The municipality's file, e.g. config/demo.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Replay that date (YYYY-MM-DD) instead of today.")]


def to_date(text: str | None) -> date | None:
    """Raises typer.BadParameter with the form to write."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write YYYY-MM-DD.") from error
