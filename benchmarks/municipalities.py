"""Any number of small municipalities as files, and how long one deployment needs for all of them.

`python -m benchmarks.municipalities write FOLDER 357` writes them; `... load 20 100 357` measures how long Dagster needs to load
them; `... workers 20 1 2 4` runs one night of each over that many Celery workers (Redis and PostgreSQL are started for it).
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.pairs import PAIRS

ROOT = Path(__file__).parents[1]
STREETS = ("Storgata", "Kirkevegen", "Skolegata", "Bakkevegen", "Strandgata", "Parkvegen", "Industrigata")
CATEGORIES = ("Ordinær", "Omsorg", "Tilpasset")
SMALLEST, LARGEST = 10, 50


def slug_of(number: int) -> str:
    return f"kommune{number:03d}"


def sources(number: int) -> str:
    """One source as delimited text: 10 to 50 dwellings, the same for the same number."""
    dice = random.Random(number)
    lines = ["Nummer;Adresse;Bruksenhet;Postnr;Areal;Kategori"]
    for at in range(dice.randint(SMALLEST, LARGEST)):
        house, unit = divmod(at, 4)
        street = STREETS[house % len(STREETS)]
        area = dice.randint(25, 120)
        unit_number = f"H{unit // 2 + 1:02d}{unit % 2 + 1:02d}"
        lines.append(f"{number:03d}-{at:03d};{street} {house + 1};{unit_number};9900;{area};{dice.choice(CATEGORIES)}")
    return "\n".join(lines) + "\n"


def settings(number: int, **changes: Any) -> dict[str, Any]:
    """The municipality's file. It names no schedule: the night is spread by the slug."""
    slug = slug_of(number)
    return {
        "slug": slug,
        "name": f"Kommune {number}",
        "kommunenummer": f"{9000 + number}",
        "deadline": "2023-12-21",
        "started": "2023-11-01",
        "ledger": f"sqlite:///var/{slug}/ledger.sqlite",
        "categories": {name.casefold(): {"title": f"{name} bolig", "boligtype": "ORDINAR_BOLIG"} for name in CATEGORIES},
        "owners": {"bolig": {"title": "Boligkontoret"}},
        "sources": {
            "fdv": {
                "kind": "csv",
                "title": "FDV",
                "owner": "bolig",
                "path": f"kilder/{slug}.csv",
                "encoding": "utf-8",
                "separator": ";",
                "key": ["Nummer"],
                "fields": {
                    "adresse": {"column": "Adresse", "as": "address"},
                    "bruksenhetsnummer": {"column": "Bruksenhet", "as": "unit"},
                    "postnummer": {"column": "Postnr"},
                    "bruksareal": {"column": "Areal", "as": "number"},
                    "kategori": {"column": "Kategori", "as": "lookup", "table": {name: name.casefold() for name in CATEGORIES}},
                },
            }
        },
        "survivorship": {"default": ["fdv"]},
        "register": {"kind": "rehearsal", "base_url": "http://127.0.0.1:0", "database": f"var/{slug}/register.sqlite"},
    } | changes


def write(home: Path, count: int, **changes: Any) -> list[Path]:
    """`count` municipalities below home: config/<slug>.yaml and kilder/<slug>.csv. changes: keys of every file."""
    for folder in ("config", "kilder"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(1, count + 1):
        (home / "kilder" / f"{slug_of(number)}.csv").write_text(sources(number), encoding="utf-8")
        file = home / "config" / f"{slug_of(number)}.yaml"
        file.write_text(yaml.safe_dump(settings(number, **changes), allow_unicode=True, sort_keys=False), encoding="utf-8")
        files.append(file)
    return files


def dwellings(count: int) -> int:
    """How many dwellings that many municipalities have together."""
    return sum(len(sources(number).splitlines()) - 1 for number in range(1, count + 1))


def seconds_to_load(count: int, times: int = 1) -> float:
    """Wall time of `dagster definitions validate`, as an operator would run it, the median; raises when it does not succeed."""
    return statistics.median(_seconds_to_load(count) for _ in range(times))


def _seconds_to_load(count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write(home, count)
        (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
        environment = os.environ | {"KOBOSYNC_HOME": folder, "DAGSTER_HOME": folder}
        command = [sys.executable, "-m", "dagster", "definitions", "validate", "-m", "pipelines.definitions"]
        started = time.perf_counter()
        subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)
        return time.perf_counter() - started


def run(loaded: int = 357, nights: int = 20, workers: tuple[int, ...] = (1, 2, 4)) -> list[dict[str, Any]]:
    """The rows of this benchmark in benchmarks/results.json."""
    from tests.cluster.deployment import seconds_of_nights

    name = "dagster definitions validate (s)"
    rows = [_row(name, loaded, seconds_to_load(loaded, PAIRS), 20.0, "the goal") | {"goal": "<= 1"}]
    rows[0]["met"] = rows[0]["ratio"] <= 1
    taken = {number: seconds_of_nights(nights, number) for number in workers}
    return rows + [
        _row(f"a night of {nights} municipalities on {number} Celery workers (s)", nights, taken[number], taken[workers[0]], "1 worker")
        for number in workers[1:]
    ]


def _row(name: str, size: int, ours: float, other: float, other_is: str) -> dict[str, Any]:
    row = {"name": name, "size": size, "ours": round(ours, 1), "other": round(other, 1), "other_is": other_is}
    return row | {"ratio": round(ours / other, 2), "goal": "", "met": ""}


def main(arguments: list[str]) -> None:
    match arguments:
        case ["write", folder, count]:
            print(f"{len(write(Path(folder), int(count)))} municipalities in {folder}/config, {dwellings(int(count))} dwellings")
        case ["load", *counts]:
            for count in counts:
                print(f"{count} municipalities: dagster definitions validate in {seconds_to_load(int(count)):.1f} s", flush=True)
        case ["workers", count, *workers]:
            from tests.cluster.deployment import seconds_of_nights

            for number in workers:
                print(f"{count} municipalities, {number} workers: {seconds_of_nights(int(count), int(number)):.1f} s", flush=True)
        case _:
            print(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
