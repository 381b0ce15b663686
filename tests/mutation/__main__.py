"""How many small wrong changes of the code the tests that mirror it would see.

`make mutants`, or python -m tests.mutation [COUNT [SEED [AT_ONCE]]]: changes COUNT places (120) of the modules in MIRRORS, drawn by SEED
(1), one at a time in each of AT_ONCE (2) copies of the repository, and runs the tests that mirror the module. Prints every mutant that no
test saw; those that matter get a test. Not in the suite: it takes the time of a hundred small test runs.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import TypeVar

from tests.mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
Result = TypeVar("Result")
LONGEST = 3600
"""Seconds after which a run without a change is given up: nothing can be said of the mutants then."""
PATIENCE = 5
"""A mutant whose tests take this many times as long as they do without a change hangs, and counts as seen."""

PASSED, FAILED, INTERRUPTED = 0, 1, 2
"""Exit codes of pytest. Interrupted: a module that cannot be imported any more."""

MIRRORS: dict[str, tuple[str, ...]] = {
    "reconciliation/plan/planning.py": ("tests/reconciliation/plan",),
    "reconciliation/plan/guards.py": ("tests/reconciliation/plan",),
    "reconciliation/plan/classes.py": (
        "tests/reconciliation/plan",
        "tests/reconciliation/test_house_truths.py",
        "tests/reconciliation/test_entry_truths.py",
    ),
    "reconciliation/plan/candidates_shown.py": (
        "tests/reconciliation/plan",
        "tests/reconciliation/test_house_truths.py",
        "tests/reconciliation/test_entry_truths.py",
    ),
    "reconciliation/plan/register_only.py": ("tests/reconciliation/plan",),
    "reconciliation/plan/difference.py": ("tests/reconciliation/plan",),
    "reconciliation/plan/undo.py": ("tests/reconciliation/plan", "tests/reconciliation/apply/test_undo.py"),
    "reconciliation/merge/clusters.py": ("tests/reconciliation/merge",),
    "reconciliation/merge/merging.py": ("tests/reconciliation/merge", "tests/reconciliation/test_house_truths.py"),
    "reconciliation/merge/survivorship.py": ("tests/reconciliation/merge",),
    "reconciliation/merge/merge_keys.py": ("tests/reconciliation/merge",),
    "reconciliation/match/matching.py": (
        "tests/reconciliation/match",
        "tests/reconciliation/test_house_truths.py",
        "tests/reconciliation/test_entry_truths.py",
    ),
    "reconciliation/match/unambiguous_pairs.py": (
        "tests/reconciliation/match",
        "tests/reconciliation/test_house_truths.py",
        "tests/reconciliation/test_entry_truths.py",
    ),
    "reconciliation/match/decided_pairs.py": (
        "tests/reconciliation/match",
        "tests/reconciliation/test_house_truths.py",
        "tests/reconciliation/test_entry_truths.py",
    ),
    "reconciliation/apply/write_calls.py": ("tests/reconciliation/apply",),
    "reconciliation/apply/write_plan.py": ("tests/reconciliation/apply",),
    "reconciliation/apply/journalled_writes.py": ("tests/reconciliation/apply",),
    "reconciliation/apply/register_port.py": ("tests/reconciliation/apply",),
    "reconciliation/ledger/journal.py": ("tests/reconciliation/ledger", "tests/reconciliation/apply"),
    "kobo_client/calls.py": ("tests/kobo_client",),
    "kobo_client/call_outcomes.py": ("tests/kobo_client",),
    "kobo_client/pacing.py": ("tests/kobo_client",),
    "reporting/forecast.py": ("tests/reporting/test_forecast.py",),
    "reporting/possible_futures.py": ("tests/reporting/test_forecast.py",),
}
"""Module -> the tests that mirror it: what somebody who edits the one would run."""


def main(count: int = 120, seed: int = 1, at_once: int = 2) -> int:
    """Prints a line per mutant and the share that was not seen; 0 when fewer than a tenth were not."""
    mutants = [mutant for file in MIRRORS for mutant in mutants_of(file, (ROOT / file).read_text(encoding="utf-8"))]
    chosen = sorted(random.Random(seed).sample(mutants, min(count, len(mutants))), key=lambda mutant: (mutant.file, mutant.line))
    copies: Queue[_Copy] = Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(at_once) as pool:
        for number in range(at_once):
            copies.put(_Copy(Path(folder) / str(number) / "kobosync"))
        mirrors = sorted({MIRRORS[mutant.file] for mutant in chosen})
        runs = pool.map(lambda tests: _in_a_copy(copies, lambda tree: tree.run(tests, LONGEST)), mirrors)
        unchanged = dict(zip(mirrors, runs, strict=True))
        for tests, run in unchanged.items():
            if run.fails:
                print(f"{' '.join(tests)}: fails without a change, so nothing can be said of what it mirrors\n{run.output}", flush=True)
        chosen = [mutant for mutant in chosen if not unchanged[MIRRORS[mutant.file]].fails]
        survived = []
        limits = {tests: PATIENCE * run.seconds + 60 for tests, run in unchanged.items()}
        seen = pool.map(lambda mutant: _in_a_copy(copies, lambda tree: tree.sees(mutant, limits[MIRRORS[mutant.file]])), chosen)
        for number, (mutant, is_seen) in enumerate(zip(chosen, seen, strict=True), start=1):
            if not is_seen:
                survived.append(mutant)
            print(f"{number}/{len(chosen)} {'seen' if is_seen else 'NOT SEEN'} {mutant}", flush=True)
    print(f"\n{len(survived)} of {len(chosen)} mutants were not seen (seed {seed}, {len(mutants)} places in all).")
    for mutant in survived:
        print(f"  {mutant}")
    return int(len(survived) * 10 >= len(chosen))


def _in_a_copy(copies: Queue[_Copy], work: Callable[[_Copy], Result]) -> Result:
    copy = copies.get()
    try:
        return work(copy)
    finally:
        copies.put(copy)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of tests. fails: a test failed, or the time was up. output: the end of what pytest wrote."""

    fails: bool
    seconds: float
    output: str


class _Copy:
    """The repository's tracked files in a folder of their own, in which one file at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.changes = 0
        for name in subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines():
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    def sees(self, mutant: Mutant, limit: float) -> bool:
        """Does a test that mirrors the file fail with that change? limit: seconds after which it is taken to hang."""
        file = self.folder / mutant.file
        original = file.read_text(encoding="utf-8")
        self._write(file, mutant.text)
        try:
            return self.run(MIRRORS[mutant.file], limit).fails
        finally:
            self._write(file, original)

    def _write(self, file: Path, text: str) -> None:
        file.write_text(text, encoding="utf-8")
        # A time of its own: bytecode is taken for that of a file with the same size and second.
        self.changes += 1
        os.utime(file, (self.changes, self.changes))

    def run(self, tests: tuple[str, ...], limit: float) -> _Run:
        """Run those tests, at most `limit` seconds, until one fails. The copy comes before the installed rooms on the path."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        begun = time.monotonic()
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output,
            subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment | {"PYTHONPATH": str(self.folder)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as run,
        ):
            try:
                code = run.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, signal.SIGKILL)
                return _Run(True, limit, f"not done after {limit:.0f} s")
            output.seek(0)
            output_end = output.read()[-2000:]
        if code not in (PASSED, FAILED, INTERRUPTED):
            raise RuntimeError(f"pytest ended with {code}: {' '.join(command)}\n{output_end}")
        return _Run(code != PASSED, time.monotonic() - begun, output_end)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:4])))
