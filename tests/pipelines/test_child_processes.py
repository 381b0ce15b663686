"""What a command started ends with it, its children's children too, whichever way it is asked to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from pipelines.commands.child_processes import child, ending_on_signals
grandchild = "import subprocess, sys, time; from pathlib import Path; " \\
    "one = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); " \\
    "Path(sys.argv[1]).write_text(str(one.pid)); time.sleep(600)"
with ending_on_signals(), child([sys.executable, "-c", grandchild, sys.argv[1]], Path.cwd()) as process:
    try:
        process.wait()
    except KeyboardInterrupt:
        sys.exit(0)
"""


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@pytest.mark.parametrize(("request_", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 0)])
def test_every_process_ends(request_: signal.Signals, code: int, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = [sys.executable, "-c", PROGRAM, str(pid_file)]
    # Ctrl-C ignored, as a shell without job control leaves it to what it starts in the background.
    ignoring = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    with subprocess.Popen(ignoring, cwd=Path(__file__).parents[2], start_new_session=True) as program:
        while not (pid_file.exists() and pid_file.read_text()):
            assert program.poll() is None
            time.sleep(0.02)
        grandchild = int(pid_file.read_text())
        assert lives(grandchild)
        os.kill(program.pid, request_)
        assert program.wait(60) == code
    for _ in range(500):  # the kernel may take a moment to end a process
        if not lives(grandchild):
            return
        time.sleep(0.02)
    pytest.fail("a process lives on")
