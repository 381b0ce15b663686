"""The parts of a night against their limits: python -m benchmarks.night_parts [SIZE ...]

Reconciling beside a bare join, validation beside its schema, the rows that no key matched, all the data work of a night in a process of
its own, and what the command line costs before it does anything.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl

from benchmarks import made_town
from benchmarks.data_work import LINK, Known, links_of, plan_of, register_of, rows_of, standing_of
from benchmarks.memory import peak_mb
from benchmarks.pairs import compared, seconds
from kobo_client.contract import COMPARED
from kobo_client.snapshot import by_own_id
from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.merge.merging import MEMBERSHIP
from reconciliation.model.municipality import load
from reconciliation.plan.planning import Plan
from reconciliation.reading import validate as validation

ROOT = Path(__file__).parent.parent
SIZES = (10_000, 111_000, 1_000_000)
DATA_PART = 111_000
SMALL_TOWN = 1_090
PAIRS = 5
NIGHTS = 3
DATA_PART_S, DATA_PART_MB, RESIDUAL_S, HELP_S = 3.0, 700, 0.1, 0.3
MOST_IN_A_SHEET = 111_000
WRONG_EVERY = 20
"""One row in so many breaks a rule, where rejects are measured."""


def run(sizes: tuple[int, ...] = SIZES, data_part: int = DATA_PART, small: int = SMALL_TOWN) -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them. data_part: dwellings where one size is asked for."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        rows += reconciling(size)
    if len(sizes) > 1:
        rows.append(flatness([row for row in rows if "detail" in row], sizes))
    return [*rows, validating(data_part), residual(data_part), *data_work(data_part), *start_up(small)]


def reconciling(size: int) -> Iterator[dict[str, Any]]:
    """Match and plan, where the register equals the sources: once all dwellings by link, once all by key."""
    with tempfile.TemporaryDirectory() as folder:
        municipality = load(made_town.write(Path(folder), size, share=made_town.SHARE_IN_SECOND if size <= MOST_IN_A_SHEET else 0.001))
        standing_rows = standing_of(municipality, Path(folder), None)[0]
    merged = merge(standing_rows, pl.DataFrame(schema=MEMBERSHIP), None, municipality)
    dwellings, register = merged.dwellings, register_of(merged.dwellings)
    links = links_of(register)
    imported = by_own_id(register.with_columns(leverandor_bolig_id=pl.lit(None, pl.String())))
    names = ["leverandor_bolig_id", *(field.name for field in COMPARED)]
    mine, theirs = dwellings.select(names), register.select(*names, "kobo_id")

    def bare() -> pl.DataFrame:
        return mine.join(theirs, on="leverandor_bolig_id", how="full")

    def ours(entries: pl.DataFrame, linked: pl.DataFrame) -> Plan:
        return plan_of(dwellings, merged.lineage, merged.memberships, entries, linked, municipality)

    same = ours(register, links)
    assert same.counts["in_sync"] == size, same.counts
    is_ = "a bare polars full join that carries the same columns"
    row = compared("reconcile (match and plan), all linked (s)", size, lambda: ours(register, links), bare, is_, None)
    yield row | {"detail": {"microseconds_per_dwelling": round(row["ours"] / size * 1e6, 3)}}
    # Without our ids the register is sorted by koboId.
    shuffled, is_shuffled = register.sort("kobo_id"), f"{is_}, in that order too"
    other_way = theirs.sort("kobo_id")
    yield compared(
        "reconcile (match and plan), all linked, the register in another order (s)",
        size,
        lambda: ours(shuffled, links),
        lambda: mine.join(other_way, on="leverandor_bolig_id", how="full"),
        is_shuffled,
        None,
    )
    if size <= MOST_IN_A_SHEET:
        yield compared("reconcile (match and plan), none linked yet (s)", size, lambda: ours(imported, links.clear()), bare, is_, None)


def flatness(rows: list[dict[str, Any]], sizes: tuple[int, ...]) -> dict[str, Any]:
    """Cost per dwelling of the greatest size beside that of the smallest."""
    cost = {row["size"]: row["ours"] / row["size"] * 1e6 for row in rows}
    least, most = min(sizes), max(sizes)
    ratio = cost[most] / cost[least]
    return {
        "name": "reconcile: cost per dwelling (microseconds)",
        "size": most,
        "ours": round(cost[most], 2),
        "other": round(cost[least], 2),
        "other_is": f"the same at {least}",
        "ratio": round(ratio, 2),
        "goal": "<= 1.2",
        "met": ratio <= 1.2,
    }


def validating(size: int) -> dict[str, Any]:
    """One row in twenty breaks a rule; the schema alone finds them, ours also writes the messages and separates the rows."""
    with tempfile.TemporaryDirectory() as folder:
        municipality = load(made_town.write(Path(folder), size))
        rows, faults = rows_of(municipality, Path(folder))
    number = pl.int_range(pl.len()) % (3 * WRONG_EVERY)
    rows = rows.with_columns(
        bruksareal=pl.when(number == 0).then(-1.0).otherwise("bruksareal"),
        adressenavn=pl.when(number != WRONG_EVERY).then("adressenavn"),
        postnummer=pl.when(number == 2 * WRONG_EVERY).then(pl.lit("99")).otherwise("postnummer"),
    )
    prepared = validation._with_helpers(
        rows.with_row_index(validation._ROW), faults.with_columns(pl.lit(0, pl.UInt32()).alias(validation._ROW))
    )

    rules = validation.row_schema()

    def schema_alone() -> int:
        try:
            rules.validate(prepared, lazy=True)
        except pa.errors.SchemaErrors as broken:
            return int(broken.failure_cases.height)
        return 0

    rejected = validation.validate(rows, faults, municipality).rejected.height
    assert rejected >= rows.height // WRONG_EVERY - 3, rejected
    assert schema_alone() >= rejected
    name = f"validate, {rejected} of {rows.height} rows rejected (s)"
    return compared(name, size, lambda: validation.validate(rows, faults, municipality), schema_alone, "the pandera schema alone", 1.5)


def residual(size: int) -> dict[str, Any]:
    """Blocking, comparison and candidates for the rows that no key matched, in a register filled by hand."""
    from benchmarks.matching.measuring import HOUSE
    from benchmarks.matching.worlds import demo_world
    from reconciliation.likeness.blocks import pairs_in_blocks
    from reconciliation.likeness.comparison import prepared
    from reconciliation.likeness.place import with_place
    from reconciliation.match.candidates import with_this_rent, worth_asking

    world = demo_world(size, 0.15)
    merged = merge(world.rows, pl.DataFrame(schema=MEMBERSHIP), None, HOUSE).dwellings
    settled = match(merged, world.entries, pl.DataFrame(schema=dict.fromkeys(LINK, pl.String()))).filter("certain")
    ours = prepared(with_place(merged.join(settled, on="leverandor_bolig_id", how="anti"))).with_columns(with_this_rent())
    theirs = prepared(with_place(world.entries.join(settled, on="kobo_id", how="anti"))).with_columns(_disputed=pl.lit(value=False))
    taken = statistics.median(seconds(lambda: worth_asking(pairs_in_blocks(ours, theirs), ours, theirs)) for _ in range(PAIRS))
    return _limit(f"residual matching, {ours.height} x {theirs.height} left over (s)", size, taken, RESIDUAL_S)


def data_work(size: int) -> Iterator[dict[str, Any]]:
    """From files to plan on a night without changes, in a process of its own; the register's answers come from a file."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        config = made_town.write(home, size)
        _in_own_process("first", config)
        nights = [_in_own_process("night", config) for _ in range(NIGHTS)]
    taken = statistics.median(night["seconds"] for night in nights)
    memory = max(night["memory_mb"] for night in nights)
    yield _limit("the data part of a night, no HTTP (s)", size, taken, DATA_PART_S) | {"detail": nights}
    yield _limit("the data part of a night, no HTTP: peak memory (MB)", size, memory, DATA_PART_MB)


def start_up(small: int) -> Iterator[dict[str, Any]]:
    """Whole processes, Python's start included."""
    from benchmarks.night import registered, timed

    command = [sys.executable, "-c", "from pipelines.command_line import main; main()"]
    bare = [sys.executable, "-c", "import dagster"]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        config = made_town.write(home, small)
        helped = [timed([*command, "--help"], home)["seconds"] for _ in range(PAIRS + 1)][1:]
        yield _limit("kobosync --help (s)", 0, statistics.median(helped), HELP_S)
        with registered(home, config):
            # The first makes the ledger and fills the register, as on the first evening.
            timed([*command, "night", str(config), "--apply=auto"], home)
            timed(bare, home)
            yield compared(
                "kobosync plan of a small town (s)",
                small,
                lambda: timed([*command, "plan", str(config)], home),
                lambda: timed(bare, home),
                "python -c 'import dagster'",
                2.5,
            )


def _limit(name: str, size: int, ours: float, most: float) -> dict[str, Any]:
    ratio = ours / most
    row = {"name": name, "size": size, "ours": round(ours, 3), "other": most, "other_is": "the goal"}
    return row | {"ratio": round(ratio, 2), "goal": "<= 1", "met": ratio <= 1}


def _in_own_process(what: str, config: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.night_parts", what, str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"the data part ({what}) failed: {done.stderr[-2000:]}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _data_part(what: str, config: Path) -> dict[str, float]:
    """first: writes beside the config what the next night reads of the previous one. night: reads it and makes a plan."""
    home = config.parent.parent
    municipality = load(config)
    started = time.perf_counter()
    known = None if what == "first" else Known.of(home)
    standing_rows, rejected = standing_of(municipality, home, None if known is None else known.standing_rows)
    merged = merge(standing_rows, pl.DataFrame(schema=MEMBERSHIP) if known is None else known.memberships, None, municipality)
    if known is None:
        register = register_of(merged.dwellings)
        Known(register, links_of(register), merged.memberships, standing_rows).write(home)
    else:
        plan = plan_of(merged.dwellings, merged.lineage, merged.memberships, known.register, known.links, municipality, rejected)
        assert plan.counts["in_sync"] == merged.dwellings.height, plan.counts
    taken = time.perf_counter() - started
    return {"seconds": round(taken, 3), "memory_mb": peak_mb()}


if __name__ == "__main__":
    if sys.argv[1:2] in (["first"], ["night"]):
        # Where hypothesis is installed pandera imports it, a fifth of a second; what a municipality installs has none.
        sys.modules["hypothesis"] = None  # type: ignore[assignment]
        print(json.dumps(_data_part(sys.argv[1], Path(sys.argv[2]))))
    else:
        asked = tuple(int(size) for size in sys.argv[1:])
        for figure in run(asked, asked[-1], min(asked[0], SMALL_TOWN)) if asked else run():
            print(json.dumps(figure))
