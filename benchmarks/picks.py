"""What a user would pick instead, on the same input and for the same task: python -m benchmarks.picks [NAME ...]

NAMES: datacompy (comparing), dlt (extract and normalise), consultant (a script of pandas and requests, a whole night).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import made_town
from benchmarks.data_work import links_of, register_of, standing_of
from benchmarks.night import ROOT, THREADS, registered, timed
from benchmarks.pairs import PAIRS, seconds
from benchmarks.peers.peers import HERE, PeerFailedError, python_of
from benchmarks.peers.peers import run as ask_peer
from connectors.read import read_source
from kobo_client.contract import COMPARED
from reconciliation.merge import merge
from reconciliation.merge.merging import MEMBERSHIP
from reconciliation.model.municipality import load
from reconciliation.plan.difference import changes_of, differing_pairs
from reconciliation.reading.standardise import standardise

PLANTED: dict[int, dict[str, pl.Expr]] = {
    0: {"bruksareal": pl.col("bruksareal") + 1},
    20: {"postnummer": pl.lit("0001")},
    40: {"gardsnummer": pl.col("gardsnummer") + 1, "bruksareal": pl.col("bruksareal") - 1},
}
"""The differences planted in the register, by the dwelling's number modulo 60: numbers and texts, protected and not, one field and two."""
Row = dict[str, Any]


def comparing(size: int) -> Row:
    """Every twentieth dwelling differs from the register; ours gives each changed field as a row of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        municipality = load(made_town.write(home, size))
        standing_rows = standing_of(municipality, home, None)[0]
        dwellings = merge(standing_rows, pl.DataFrame(schema=MEMBERSHIP), None, municipality).dwellings
        register = planted(register_of(dwellings))
        pairs, sources_of_values = (
            links_of(register),
            pl.DataFrame(schema=dict.fromkeys(("leverandor_bolig_id", "field", "source"), pl.String())),
        )
        numbers = pl.int_range(dwellings.height, eager=True) % 60
        changed = {at: int((numbers == at).sum()) for at in PLANTED}
        fields: Counter[str] = Counter()
        for at, named in PLANTED.items():
            fields.update(dict.fromkeys(named, changed[at]))

        def differences() -> pl.DataFrame:
            return changes_of(differing_pairs(pairs.join(dwellings, on="leverandor_bolig_id"), register), sources_of_values)

        changes = differences()
        assert Counter(changes["field"].to_list()) == fields, changes["field"].value_counts()
        names = ["leverandor_bolig_id", *(field.name for field in COMPARED)]
        dwellings.select(names).write_parquet(home / "ours.parquet")
        register.select(names).write_parquet(home / "theirs.parquet")

        def peer() -> float:
            answer = ask_peer("datacompy", "datacompy_compare.py", home / "ours.parquet", home / "theirs.parquet")
            assert answer["rows"] == sum(changed.values()), answer
            return float(answer["seconds"])

        # Both are warm: ours has run once above, and the peer's script runs twice and reports the second time.
        taken = [(seconds(differences), peer()) for _ in range(PAIRS)]
    return row("comparing, with the long list of changes (s)", size, taken, "datacompy (PolarsCompare), rows that differ", "<= 0.5")


def planted(register: pl.DataFrame) -> pl.DataFrame:
    """The register with the differences of PLANTED."""
    number = pl.int_range(pl.len()) % 60
    for at, fields in PLANTED.items():
        register = register.with_columns(pl.when(number == at).then(value).otherwise(name).alias(name) for name, value in fields.items())
    return register


def extracting(size: int) -> Row:
    """Both files read and standardised, beside dlt's extract, normalise and load as Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        municipality = load(made_town.write(home, size))
        csv, xlsx = made_town.files(home)

        def ours() -> None:
            for name, source in municipality.sources.items():
                standardise(read_source(name, source, home), source, municipality).rows.write_parquet(home / f"{name}.parquet")

        def peer(number: int) -> float:
            answer = ask_peer("dlt", "dlt_extract.py", csv, xlsx, home / f"dlt{number}")
            assert answer["rows"] == size + round(size * made_town.SHARE_IN_SECOND), answer
            return float(answer["seconds"])

        ours()
        taken = [(seconds(ours), peer(number)) for number in range(PAIRS)]
    return row("two files read, standardised and stored (s)", size, taken, "dlt: extract, normalise, load as Parquet", "")


def a_night(size: int) -> Row:
    """A night without changes, whole processes, compared with a script of pandas and requests."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copy(ROOT / "dagster.yaml", home)
        config = made_town.write(home, size)
        csv, xlsx = made_town.files(home)
        night = [sys.executable, "-c", "from pipelines.command_line import main; main()", "night", str(config), "--apply=auto"]
        with registered(home, config) as url:
            timed(night, home)
            with closing(sqlite3.connect(home / "var" / "by.sqlite")) as register:
                bodies = [
                    (kobo_id, json.loads(body)) for kobo_id, body in register.execute("SELECT kobo_id, body FROM entry WHERE deleted = 0")
                ]
            known = {_key(body): kobo_id for kobo_id, body in bodies}
            (home / "known.json").write_text(json.dumps(known), encoding="utf-8")
            script = [
                str(python_of("consultant")),
                str(HERE / "consultant.py"),
                str(csv),
                str(xlsx),
                str(home / "known.json"),
                url,
                str(THREADS),
            ]
            _without_changes(script, size)
            taken = [(timed(night, home)["seconds"], _without_changes(script, size)) for _ in range(PAIRS)]
    other = "a script of pandas and requests, same threads: no checks, journal, doubt, report or undo"
    return row("a no-change night (s)", size, taken, other, "")


def _without_changes(script: list[str], size: int) -> float:
    """Seconds of the consultant's script, on a night on which it reads every entry and has nothing to send."""
    started = time.perf_counter()
    finished = subprocess.run(script, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - started
    if finished.returncode:
        raise PeerFailedError(f"consultant.py: {finished.stderr[-800:]}")
    sent = json.loads(finished.stdout.splitlines()[-1])
    assert sent == {"GET": size, "PUT": 0, "POST": 0}, sent
    return taken


def _key(body: Row) -> str:
    place = body["adresse"]
    return f"{place['adressenavn'].lower()}|{place['nummer']}{place.get('bokstav') or ''}|{body.get('bruksenhetsnummer') or ''}"


PICKS: dict[str, tuple[Callable[[int], Row], tuple[int, ...]]] = {
    "datacompy": (comparing, (10_000, 111_000)),
    "dlt": (extracting, (1_090, 20_000)),
    "consultant": (a_night, (1_090,)),
}


def run(names: tuple[str, ...] = tuple(PICKS)) -> list[Row]:
    """The figures as benchmarks/results.json holds them. A peer that cannot be installed is a row with the reason."""
    return [row for name in names for row in _measured(name)]


def _measured(name: str) -> Iterator[Row]:
    measure, sizes = PICKS[name]
    for size in sizes:
        try:
            yield measure(size)
        except PeerFailedError as absent:
            yield {"name": f"{name}: did not run", "size": size, "other_is": str(absent)[:300]}
        except Exception as broken:  # a wrong answer, of ours or of a peer, must not cost the figures of the others, and is no success
            yield {"name": f"{name}: failed", "size": size, "other_is": f"{type(broken).__name__}: {str(broken)[:300]}", "met": False}


def row(name: str, size: int, taken: list[tuple[float, float]], other_is: str, goal: str) -> Row:
    ours, other = (statistics.median(times) for times in zip(*taken, strict=True))
    ratio = ours / other
    reached = ratio <= float(goal.rsplit(maxsplit=1)[-1]) if goal else ""
    made = {"name": name, "size": size, "ours": round(ours, 4), "other": round(other, 4), "other_is": other_is}
    return made | {"ratio": round(ratio, 3), "goal": goal, "met": reached}


if __name__ == "__main__":
    for figure in run(tuple(sys.argv[1:]) or tuple(PICKS)):
        print(json.dumps(figure))
