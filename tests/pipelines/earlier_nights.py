"""Nights that many tests begin after: run once per process for equal files, and copied from then on."""

from __future__ import annotations

import atexit
import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pipelines.exit_codes import DONE
from tests.pipelines.village import FIRST, Village, run_night

_KEPT = Path(tempfile.mkdtemp(prefix="ks-nights-"))
atexit.register(shutil.rmtree, _KEPT, ignore_errors=True)
_REGISTER = "register.sqlite"


def first_night(village: Village) -> None:
    """FIRST, applied and done."""
    happened(village, lambda: run_night(village.config, "auto", FIRST) == DONE)


def happened(village: Village, nights: Callable[[], object]) -> None:
    """What `nights` leaves of an inhabited village: in its home, in its file and in its register.

    nights: of a village as it was founded, and always the same from the same place in a test's code; may return False where it failed.
    """
    kept = _KEPT / hashlib.sha256(repr((nights.__code__.co_filename, nights.__code__.co_firstlineno, _files(village))).encode()).hexdigest()
    register = Path(village.content["register"]["database"])
    if not kept.exists():
        assert nights() is not False
        shutil.copytree(village.home, kept / "home")
        (kept / "content.json").write_text(json.dumps(village.content), encoding="utf-8")
        with closing(sqlite3.connect(register)) as theirs, closing(sqlite3.connect(kept / _REGISTER)) as copy:
            theirs.backup(copy)
        return
    shutil.copytree(kept / "home", village.home, dirs_exist_ok=True)
    content = json.loads((kept / "content.json").read_text(encoding="utf-8"))
    village.content = content | {"register": content["register"] | _place(village)}
    village.write_config()
    with closing(sqlite3.connect(register, isolation_level=None)) as theirs:
        theirs.execute("ATTACH ? AS kept", (str(kept / _REGISTER),))
        theirs.execute("INSERT INTO entry SELECT * FROM kept.entry")


def _place(village: Village) -> dict[str, str]:
    """Where its own register is."""
    return {name: village.content["register"][name] for name in ("base_url", "database")}


def _files(village: Village) -> list[tuple[str, str]]:
    """Every file of its home, but for where its register is."""
    place = _place(village).values()
    files = []
    for file in sorted(path for path in village.home.rglob("*") if path.is_file()):
        content = file.read_bytes()
        for value in place:
            content = content.replace(value.encode(), b"")
        files.append((str(file.relative_to(village.home)), hashlib.sha256(content).hexdigest()))
    return files
