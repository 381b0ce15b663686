"""Fixtures of the report tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with a golden file; `KOBOSYNC_REGENERATE=1` writes the file anew instead."""

    def check(name: str, text: str) -> None:
        file = GOLDEN / name
        if os.environ.get("KOBOSYNC_REGENERATE"):
            GOLDEN.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{name} changed; look at it, then run with KOBOSYNC_REGENERATE=1"

    return check
