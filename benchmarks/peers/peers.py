"""Runs a peer (a program that others would pick instead) in a virtual environment of its own, and hands back what it measured.

A peer is two files here: `<name>.txt` (pinned with hashes, names no index) and a script that reads files, writes files and
prints one JSON object as its last line. Peers pin old versions of what the project uses, so none is installed beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOME = HERE.parent.parent / "var" / "peers"
STAMP = ".installed"
WAIT_S = 600


class PeerFailedError(RuntimeError):
    """A peer could not be installed or ended with an error; the text is the end of its output."""


def python_of(name: str) -> Path:
    """The interpreter of the peer's environment, created again when its requirements changed.

    Raises PeerFailedError when it cannot be installed (no package index within reach, for instance).
    """
    requirements = HERE / f"{name}.txt"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    home = HOME / name
    python = home / "bin" / "python"
    stamp = home / STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and python.exists():
        return python
    shutil.rmtree(home, ignore_errors=True)
    uv = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    venv.create(home, with_pip=uv is None, symlinks=True)
    front = (
        [uv, "pip", "install", "--quiet", "--python", str(python), "--compile-bytecode"]
        if uv
        else [str(python), "-m", "pip", "install", "--quiet"]
    )
    _done([*front, "--require-hashes", "-r", str(requirements)], f"installing {name}")
    stamp.write_text(wanted, encoding="utf-8")
    return python


def run(name: str, script: str, *arguments: str | Path | float) -> dict[str, Any]:
    """name: which environment. script: a file beside this one. Returns the JSON object that it printed last."""
    output = _done([str(python_of(name)), str(HERE / script), *map(str, arguments)], f"{script} in {name}")
    try:
        answer = json.loads(output.strip().splitlines()[-1])
    except (IndexError, ValueError) as broken:
        raise PeerFailedError(f"{script} printed no JSON as its last line: {output[-500:]!r}") from broken
    if not isinstance(answer, dict):
        raise PeerFailedError(f"{script} printed {type(answer).__name__}, not an object")
    return answer


def _done(command: list[str], what: str) -> str:
    # A peer must not find the project's own packages.
    clean = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean, timeout=WAIT_S)
    except subprocess.TimeoutExpired as late:
        raise PeerFailedError(f"{what}: no answer in {WAIT_S} s") from late
    if done.returncode:
        raise PeerFailedError(f"{what}: {(done.stderr or done.stdout).strip()[-800:]}")
    return done.stdout


if __name__ == "__main__":
    for peer in sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.txt")):
        print(f"{peer}: {python_of(peer).relative_to(HOME.parent.parent)}")
