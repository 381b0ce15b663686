"""Arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[Path, typer.Argument(help="The municipality's file, e.g. config/demo.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")]
