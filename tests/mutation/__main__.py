"""How many small wrong changes of the code the tests that mirror it would see: `make mutants`, or python -m tests.mutation [COUNT [SEED]].

Changes COUNT places (100) of the modules in MIRRORS, one at a time, in a copy of the repository, and runs the tests beside each.
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
import time
from pathlib import Path

from tests.mutation.mutants import mutants_of

ROOT = Path(__file__).parents[2]
SECONDS = 300
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
}
"""Module -> the tests that mirror it: what somebody who edits the one would run."""


def main(count: int, seed: int) -> int:
    """Prints a line per mutant and the share that was not seen; 0 when fewer than a tenth were not."""
    found = [mutant for file in MIRRORS for mutant in mutants_of(file, (ROOT / file).read_text(encoding="utf-8"))]
    chosen = random.Random(seed).sample(found, min(count, len(found)))
    survived = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "kobosync"
        _copy_tracked_files(copy)
        for file in sorted({mutant.file for mutant in chosen}):
            if not _fails(copy, MIRRORS[file]):
                continue
            print(f"{file}: its tests fail without a change; nothing can be said of it", flush=True)
            chosen = [mutant for mutant in chosen if mutant.file != file]
        for number, mutant in enumerate(sorted(chosen, key=lambda one: (one.file, one.line)), start=1):
            original = (copy / mutant.file).read_text(encoding="utf-8")
            (copy / mutant.file).write_text(mutant.text, encoding="utf-8")
            began = time.monotonic()
            seen = _fails(copy, MIRRORS[mutant.file])
            (copy / mutant.file).write_text(original, encoding="utf-8")
            if not seen:
                survived.append(mutant)
            print(f"{number}/{len(chosen)} {'seen' if seen else 'NOT SEEN'} {mutant} ({time.monotonic() - began:.0f} s)", flush=True)
    print(f"\n{len(survived)} of {len(chosen)} mutants were not seen (seed {seed}, {len(found)} places in all).")
    for mutant in survived:
        print(f"  {mutant}")
    return int(len(survived) * 10 >= len(chosen))


def _copy_tracked_files(copy: Path) -> None:
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)


def _fails(copy: Path, tests: tuple[str, ...]) -> bool:
    """Does a test of those fail there, or hang? The copy comes before the installed rooms on the path."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, cwd=copy, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
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
    sys.exit(main(*[*numbers, *(100, 1)[len(numbers) :]]))
