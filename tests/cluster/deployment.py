"""A real deployment on this machine: Redis, PostgreSQL, Dagster's daemon and Celery workers, each a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest
import yaml
from sqlalchemy import make_url

from benchmarks.municipalities import slug_of, write
from tests.reconciliation.ledger.databases import new_postgres_database

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LEDGER = "KOBOSYNC_TEST_LEDGER"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: Sequence[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own, and the whole session gone at the end."""
    with log.open("ab") as out:
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        yield child
    finally:
        kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """The machine is gone: every process of that session at once."""
    with suppress_gone():
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@contextmanager
def suppress_gone() -> Iterator[None]:
    try:
        yield
    except ProcessLookupError:
        return


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no Redis on this machine (Debian: apt install redis-server)")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with process(command, dict(os.environ), folder / "redis.log"):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"


def dagster_settings(pool: int) -> str:
    """deploy/dagster.yaml itself, in a hurry: only the waiting times differ."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "dagster.yaml").read_text(encoding="utf-8"))
    content["run_monitoring"] |= {"poll_interval_seconds": 1, "free_slots_after_run_end_seconds": 1}
    content["concurrency"]["pools"]["default_limit"] = pool
    return yaml.safe_dump(content)


class Deployment:
    """Municipalities below `home`, one register for all of them, and as many workers as one starts."""

    def __init__(self, home: Path, environment: dict[str, str], register: str, stack: ExitStack) -> None:
        self.home = home
        self.register = register
        self.environment = environment
        self._stack = stack
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_daemon(self) -> None:
        command = [str(BIN / "dagster-daemon"), "run", "-m", "pipelines.definitions"]
        self._stack.enter_context(process(command, self.environment, self.home / "daemon.log"))

    def start_worker(self) -> subprocess.Popen[bytes]:
        number = len(self.workers)
        command = [str(BIN / "celery"), "-A", "dagster_celery.app", "worker", "-Q", "dagster", "--concurrency", "1"]
        command += ["--prefetch-multiplier", "1", "--loglevel", "INFO", "-n", f"w{number}@%h", "--without-gossip", "--without-mingle"]
        self.workers.append(self._stack.enter_context(process(command, self.environment, self.home / f"worker{number}.log")))
        return self.workers[-1]

    def submit(self, slugs: Sequence[str]) -> list[str]:
        """Put a night of each in Dagster's queue, as the scheduler would; run ids in that order."""
        for slug in slugs:
            command = [str(BIN / "dagster"), "job", "launch", "-m", "pipelines.definitions", "-j", f"{slug}_nightly"]
            subprocess.run(command, cwd=ROOT, env=self.environment, check=True, capture_output=True)
        with self.instance() as instance:
            runs = {run.tags["kobosync/municipality"]: run.run_id for run in instance.get_runs()}
        return [runs[slug] for slug in slugs]

    def busy_worker(self) -> int:
        """Number of a worker that has a night in hand."""
        from celery import Celery

        app = Celery(broker=self.environment["KOBOSYNC_BROKER_URL"])
        until = time.monotonic() + 30
        while time.monotonic() < until:
            for name, tasks in (app.control.inspect(timeout=5).active() or {}).items():
                if tasks:
                    return int(name.split("@")[0].removeprefix("w"))
        raise TimeoutError(f"No worker is busy.\n{self.log()}")

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        with mock.patch.dict(os.environ, self.environment), dg.DagsterInstance.get() as instance:
            yield instance

    def log(self) -> str:
        """The ends of all logs, for a test that fails."""
        return "\n".join(f"== {file.name}\n{file.read_text(errors='replace')[-3000:]}" for file in sorted(self.home.glob("*.log")))


@contextmanager
def deployed(count: int, *, pool: int = 2, **changes: Any) -> Iterator[Deployment]:
    """`count` municipalities, one rehearsal register, no daemon and no worker yet."""
    from kobo_client.register_config import RegisterConfig
    from kobo_client.rehearsal.process import rehearsal_running

    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ks-cluster-")))
        broker = stack.enter_context(redis_server(home))
        dagster_url = make_url(new_postgres_database()).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
        register = RegisterConfig(kind="rehearsal", base_url=f"http://127.0.0.1:{free_port()}", database=Path("var/register.sqlite"))
        address = stack.enter_context(rehearsal_running(register, home))
        settings = {"kind": "rehearsal", "base_url": address, "database": "var/register.sqlite", "threads": 2}
        write(home, count, ledger=f"${{{LEDGER}}}", register=settings, **changes)
        (home / "dagster.yaml").write_text(dagster_settings(pool), encoding="utf-8")
        environment = os.environ | {
            "KOBOSYNC_HOME": str(home),
            "DAGSTER_HOME": str(home),
            "DAGSTER_POSTGRES_URL": dagster_url,
            LEDGER: new_postgres_database(),
            "KOBOSYNC_BROKER_URL": broker,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "deploy" / "celery"), str(ROOT)]),
        }
        yield Deployment(home, environment, address, stack)


def finished(deployment: Deployment, slugs: Sequence[str], within: float) -> dict[str, list[str]]:
    """Slug -> statuses of its runs, oldest first, once every slug has one that succeeded; raises with the logs when time is up."""
    until = time.monotonic() + within
    with deployment.instance() as instance:
        while True:
            finished_nights: dict[str, list[str]] = {slug: [] for slug in slugs}
            for run in reversed(instance.get_runs()):
                finished_nights[run.tags["kobosync/municipality"]].append(run.status.value)
            if all("SUCCESS" in statuses for statuses in finished_nights.values()):
                return finished_nights
            if time.monotonic() > until:
                raise TimeoutError(f"{finished_nights}\n{deployment.log()}")
            time.sleep(0.5)


def seconds_of_nights(count: int, workers: int) -> float:
    """Wall time from the first run put in the queue until every municipality's night is done; starting workers not counted."""
    slugs = [slug_of(number) for number in range(1, count + 1)]
    with deployed(count, pool=4) as deployment:
        for _ in range(workers):
            deployment.start_worker()
        runs = deployment.submit(slugs)
        assert len(runs) == count
        started = time.monotonic()
        deployment.start_daemon()
        finished(deployment, slugs, within=900)
        return time.monotonic() - started
