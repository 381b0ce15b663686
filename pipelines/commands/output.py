"""How commands print: a table for people, whole lines where another program reads, JSON when asked."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from rich.console import Console

WIDE = 1000
"""Width where the output is no terminal: wide enough that no run id is cut or folded."""


def console() -> Console:
    """As wide as the terminal, or as COLUMNS says; wide where the output is no terminal."""
    return Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=WIDE)


def print_json(content: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(content, ensure_ascii=False, indent=1, default=str))
