"""A first night of many dwellings while the register misbehaves, compared with the same night without faults.

    python -m benchmarks.night_under_faults [--dwellings 20000] [--outage 30] [--transient 0.05]

The fault script: that share of all calls is answered 500, 503, 429 or cut off (before or after it was carried out) all along; a third of
the way every call is turned away for the outage's seconds; two thirds of the way every token expires at once. Both nights are whole ones
(`kobosync night`, through Dagster), with a Maskinporten client against a rehearsal register. A night that leaves something undone is run
again until nothing is. At the end each dwelling must be there once, and the ledger must agree, or the exit code is 1.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import requests
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from benchmarks.municipalities import settings
from kobo_client.rehearsal.process import rehearsal_running
from reconciliation.model.municipality import load

VARIABLE = "KOBOSYNC_BENCHMARK_KEY"
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Measured:
    """nights: how often it was run until nothing was left. calls: verb -> attempts, and `retried`."""

    nights: int
    seconds: float
    calls: dict[str, int]
    entries: int
    twice: int
    disagree: int


def home_of(folder: Path, dwellings: int) -> Path:
    """A municipality with one source of that many dwellings. Returns its file."""
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    (folder / "kilder").mkdir()
    content = settings(1)
    with (folder / "kilder" / f"{content['slug']}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Nummer", "Adresse", "Bruksenhet", "Postnr", "Areal", "Kategori"])
        for number in range(dwellings):
            house, unit = divmod(number, 8)
            street, in_street = divmod(house, 40)
            name = "".join(chr(ord("a") + int(digit)) for digit in f"{street:04d}").capitalize()
            unit_number = f"H{unit // 2 + 1:02d}{unit % 2 + 1:02d}"
            writer.writerow([f"{number:06d}", f"{name}vegen {in_street + 1}", unit_number, "9900", 30 + number % 90, "Ordinær"])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    content["register"] = {"kind": "rehearsal", "database": "var/register.sqlite", "base_url": address, "threads": 16}
    content["register"]["authentication"] = {
        "kind": "maskinporten",
        "key_variable": VARIABLE,
        "token_url": f"{address}/rehearsal/token",
        "issuer": "https://test.maskinporten.no/",
        "client_id": "benchmark",
        "scope": "husbanken:kobo.bolig",
        "key_id": "key-1",
    }
    content["guards"] = {"maximum_create_share": 1e6}
    path = folder / "config" / f"{content['slug']}.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def transient(share: float) -> list[dict[str, Any]]:
    """Rules of the rehearsal register: the share is spread over five ways to fail."""
    each = share / 5
    faults: list[dict[str, Any]] = [{"kind": kind, "rate": each} for kind in ("500", "503", "cut_before")]
    return [*faults, {"kind": "429_seconds", "rate": each, "seconds": 0.1}, {"kind": "cut_after", "rate": each}]


def misbehave(address: str, dwellings: int, share: float, outage: float, done: threading.Event, log: list[str]) -> None:
    """Runs the fault script; its progress is the number of entries. No call succeeds during the outage, so the rest comes after it."""
    always = transient(share)

    def faults(*more: dict[str, Any]) -> None:
        requests.post(f"{address}/rehearsal/faults", json=[*more, *always], timeout=30).raise_for_status()

    faults()
    for at, rule in ((dwellings // 3, {"kind": "outage", "seconds": outage}), (2 * dwellings // 3, {"kind": "token_expiry", "times": 1})):
        while not done.wait(0.2):
            entries = requests.get(f"{address}/rehearsal/health", timeout=30).json()["entries"]
            if entries >= at:
                faults(rule)
                log.append(f"{rule['kind']} at {entries} entries")
                break


def nights_of(folder: Path, dwellings: int, share: float, outage: float) -> Measured:
    """Nights until nothing is left undone; with a share of 0 without any faults."""
    path = home_of(folder, dwellings)
    municipality = load(path)
    done, log = threading.Event(), list[str]()
    environment = {**os.environ, "KOBOSYNC_HOME": str(folder), "DAGSTER_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    with rehearsal_running(municipality.register_, folder) as address:
        script = threading.Thread(target=misbehave, args=(address, dwellings, share, outage, done, log), daemon=True)
        if share:
            script.start()
        started, nights, code = time.perf_counter(), 0, 1
        while code == 1 and nights < 5:
            nights += 1
            command = [
                sys.executable,
                "-c",
                "from pipelines.command_line import main; main()",
                "night",
                str(path),
                "--as-of",
                str(date(2023, 11, nights)),
            ]
            code = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, check=False).returncode
        seconds = time.perf_counter() - started
        done.set()
        if share:
            script.join()
            print("script:", "; ".join(log) or "nothing happened", flush=True)
            requests.delete(f"{address}/rehearsal/faults", timeout=30).raise_for_status()
    return _count(folder, municipality.ledger.removeprefix("sqlite:///"), nights, seconds)


def _count(folder: Path, ledger: str, nights: int, seconds: float) -> Measured:
    """Counts of the register's database and of the ledger."""
    register = sqlite3.connect(folder / "var" / "register.sqlite")
    entries = dict(register.execute("SELECT kobo_id, ours FROM entry WHERE deleted = 0").fetchall())
    places = Counter(place for (place,) in register.execute("SELECT place FROM entry WHERE deleted = 0"))
    register.close()
    own = sqlite3.connect(folder / ledger)
    linked = dict(own.execute("SELECT kobo_id, leverandor_bolig_id FROM link WHERE ended IS NULL").fetchall())
    calls = dict(own.execute("SELECT verb, count(*) FROM call GROUP BY verb").fetchall())
    calls["retried"] = own.execute("SELECT count(*) FROM call WHERE attempt > 1").fetchone()[0]
    own.close()
    twice = len(entries) - len(set(entries.values())) + sum(number - 1 for number in places.values())
    return Measured(nights, seconds, calls, len(entries), twice, len(entries.items() ^ linked.items()))


def both(dwellings: int, transient: float, outage: float) -> tuple[Measured, Measured]:
    """(the nights with faults, the nights without)."""
    plain = serialization.NoEncryption()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    os.environ[VARIABLE] = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
    with tempfile.TemporaryDirectory(prefix="ks-faults-") as folder:
        faulty = nights_of(Path(folder) / "faulty", dwellings, transient, outage)
        print("under faults:", faulty, flush=True)
        quiet = nights_of(Path(folder) / "quiet", dwellings, 0.0, 0.0)
        print("left alone:  ", quiet, flush=True)
    return faulty, quiet


def run(dwellings: int = 20_000, transient: float = 0.05, outage: float = 30.0) -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them."""
    faulty, quiet = both(dwellings, transient, outage)
    sent = [sum(figures.calls.get(verb, 0) for verb in ("GET", "POST", "PUT", "DELETE")) for figures in (faulty, quiet)]
    right = all(figures.entries == dwellings and not figures.twice and not figures.disagree for figures in (faulty, quiet))
    shared = {"size": dwellings, "other_is": "the night left alone", "detail": [asdict(faulty), asdict(quiet)]}
    wrong = faulty.twice + faulty.disagree + abs(faulty.entries - dwellings)
    return [
        shared
        | {
            "name": f"first night, {transient:.0%} transient errors, {outage:.0f} s outage, token expiry (s)",
            "ours": round(faulty.seconds, 1),
            "other": round(quiet.seconds, 1),
            "ratio": round(faulty.seconds / quiet.seconds, 2),
        },
        shared | {"name": "the same: calls", "ours": sent[0], "other": sent[1], "ratio": round(sent[0] / sent[1], 3)},
        shared
        | {"name": "the same: dwellings lost, double or otherwise in the ledger", "ours": wrong, "other": 0, "goal": "0", "met": right},
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dwellings", type=int, default=20_000)
    parser.add_argument("--outage", type=float, default=30.0)
    parser.add_argument("--transient", type=float, default=0.05)
    arguments = parser.parse_args()
    rows = run(arguments.dwellings, arguments.transient, arguments.outage)
    for row in rows:
        print(json.dumps(row))
    return 0 if rows[-1]["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
