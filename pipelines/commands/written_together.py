"""Writes several files, all of them or none."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path


def write_together(content: Mapping[Path, str], accepted: Callable[[], None]) -> None:
    """Each file is written beside its place and moved there whole. accepted: called when all are there; whatever it raises, and a Ctrl-C,
    brings back what was there before."""
    before = {file: file.read_bytes() if file.exists() else None for file in content}
    parts = {file: file.with_name(f".{file.name}.part") for file in content}
    try:
        for file, written in content.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            parts[file].write_text(written, encoding="utf-8")
        for file, part in parts.items():
            os.replace(part, file)
        accepted()
    except BaseException:
        for file, old in before.items():
            parts[file].unlink(missing_ok=True)
            if old is None:
                file.unlink(missing_ok=True)
            else:
                file.write_bytes(old)
        raise
