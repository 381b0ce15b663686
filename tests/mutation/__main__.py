"""How many small wrong changes of the code the tests that mirror it would see: `make mutants`, or python -m tests.mutation [COUNT [SEED]].

Changes COUNT places (120) of the modules in MIRRORS, one at a time in each of two copies of the repository, and runs the tests beside it.
Prints every mutant that no test saw; those that matter get a test. Not in the suite: it takes the time of a hundred small test runs.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tests.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
SECONDS = 600
"""A mutant that runs longer hangs, and counts as seen."""

PASSED, FAILED, INTERRUPTED = 0, 1, 2
"""Exit codes of pytest. Interrupted: a module that cannot be imported any more."""

MIRRORS: dict[str, tuple[str, ...]] = {
    "reconciliation/plan/planning.py": ("tests/reconciliation/plan",),
    "reconciliation/plan/guards.py": ("tests/reconciliation/plan",),
    "reconciliation/plan/classes.py": ("tests/reconciliation/plan",),
    "reconciliation/plan/difference.py": ("tests/reconciliation/plan",),
    "reconciliation/plan/undo.py": ("tests/reconciliation/plan", "tests/reconciliation/apply/test_undo.py"),
    "reconciliation/merge/clusters.py": ("tests/reconciliation/merge",),
    "reconciliation/merge/merging.py": ("tests/reconciliation/merge",),
    "reconciliation/merge/survivorship.py": ("tests/reconciliation/merge",),
    "reconciliation/merge/merge_keys.py": ("tests/reconciliation/merge",),
    "reconciliation/match/matching.py": ("tests/reconciliation/match",),
    "reconciliation/match/unambiguous_pairs.py": ("tests/reconciliation/match",),
    "reconciliation/match/decided_pairs.py": ("tests/reconciliation/match",),
    "reconciliation/apply/write_calls.py": ("tests/reconciliation/apply",),
    "reconciliation/apply/write_plan.py": ("tests/reconciliation/apply",),
    "reconciliation/apply/journalled_writes.py": ("tests/reconciliation/apply",),
    "reconciliation/apply/register_port.py": ("tests/reconciliation/apply",),
    "reconciliation/ledger/journal.py": ("tests/reconciliation/ledger", "tests/reconciliation/apply"),
    "kobo_client/calls.py": ("tests/kobo_client",),
    "kobo_client/errors.py": ("tests/kobo_client",),
    "kobo_client/pacing.py": ("tests/kobo_client",),
    "reporting/forecast.py": ("tests/reporting/test_forecast.py",),
    "reporting/possible_futures.py": ("tests/reporting/test_forecast.py",),
}
"""Module -> the tests that mirror it: what somebody who edits the one would run."""


def main(count: int, seed: int) -> int:
    """Prints a line per mutant and the share that was not seen; 0 when fewer than a tenth were not."""
    found = [mutant for file in MIRRORS for mutant in mutants_of(file, (ROOT / file).read_text(encoding="utf-8"))]
    chosen = sorted(random.Random(seed).sample(found, min(count, len(found))), key=lambda one: (one.file, one.line))
    copies: Queue[_Copy] = Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(AT_ONCE):
            copies.put(_Copy(Path(folder) / str(number) / "kobosync"))
        mirrors = sorted({MIRRORS[mutant.file] for mutant in chosen})
        for tests, fail in zip(mirrors, pool.map(lambda tests: _in_a_copy(copies, lambda one: one.fails(tests)), mirrors), strict=True):
            if fail:
                print(f"{' '.join(tests)}: fails without a change, so nothing can be said of what it mirrors", flush=True)
                chosen = [mutant for mutant in chosen if MIRRORS[mutant.file] != tests]
        survived = []
        seen = pool.map(lambda mutant: _in_a_copy(copies, lambda one: one.sees(mutant)), chosen)
        for number, (mutant, is_seen) in enumerate(zip(chosen, seen, strict=True), start=1):
            if not is_seen:
                survived.append(mutant)
            print(f"{number}/{len(chosen)} {'seen' if is_seen else 'NOT SEEN'} {mutant}", flush=True)
    print(f"\n{len(survived)} of {len(chosen)} mutants were not seen (seed {seed}, {len(found)} places in all).")
    for mutant in survived:
        print(f"  {mutant}")
    return int(len(survived) * 10 >= len(chosen))


def _in_a_copy(copies: Queue[_Copy], work: Callable[[_Copy], bool]) -> bool:
    copy = copies.get()
    try:
        return work(copy)
    finally:
        copies.put(copy)


class _Copy:
    """The repository's tracked files in a folder of their own, in which one file at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.changes = 0
        for name in subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines():
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    def sees(self, mutant: Mutant) -> bool:
        """Does a test that mirrors the file fail with that change?"""
        file = self.folder / mutant.file
        original = file.read_text(encoding="utf-8")
        self._write(file, mutant.text)
        try:
            return self.fails(MIRRORS[mutant.file])
        finally:
            self._write(file, original)

    def _write(self, file: Path, text: str) -> None:
        file.write_text(text, encoding="utf-8")
        # A time of its own: bytecode is taken for that of a file with the same size and second.
        self.changes += 1
        os.utime(file, (self.changes, self.changes))

    def fails(self, tests: tuple[str, ...]) -> bool:
        """Does a test of those fail, or hang? The copy comes before the installed rooms on the path."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment | {"PYTHONPATH": str(self.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as run:
            try:
                code = run.wait(SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)
                return True
        if code not in (PASSED, FAILED, INTERRUPTED):
            raise RuntimeError(f"pytest ended with {code}: {' '.join(command)}")
        return code != PASSED


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:3]]
    sys.exit(main(*[*numbers, *(120, 1)[len(numbers) :]]))
