"""Opening a ledger: what works, and what is said when it does not."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from reconciliation.ledger import Ledger, LedgerError, open_ledger
from reconciliation.ledger.ledger_tables import LEDGER_METADATA
from reconciliation.ledger.migrations import HEAD, REVISIONS
from reconciliation.ledger.opening import migrate, revision_of
from tests.reconciliation.ledger.test_upkeep import contents, fill

PLACE = "fjordvik"


def test_a_relative_path_is_below_home_and_its_folder_is_made(tmp_path: Path) -> None:
    open_ledger("sqlite:///var/deep/ledger.sqlite", tmp_path).close()
    assert (tmp_path / "var/deep/ledger.sqlite").exists()


def test_the_url_takes_secrets_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_NAME", "other")
    open_ledger("sqlite:///${LEDGER_NAME}.sqlite", tmp_path).close()
    assert (tmp_path / "other.sqlite").exists()


def test_a_ledger_opened_again_still_knows_what_it_knew(ledger: Ledger, ledger_url: str, tmp_path: Path) -> None:
    ledger.begin_run(PLACE, date(2023, 11, 1), "run-1", "auto")
    ledger.close()
    with open_ledger(ledger_url, tmp_path) as again:
        assert again.runs(PLACE)["run_id"].to_list() == ["run-1"]


def test_opening_a_current_ledger_needs_no_alembic(tmp_path: Path) -> None:
    open_ledger("sqlite:///ledger.sqlite", tmp_path).close()
    script = (
        "import sys; from pathlib import Path; from reconciliation.ledger import open_ledger;"
        "open_ledger('sqlite:///ledger.sqlite', Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no url", "no SQLAlchemy URL"),
        ("sqlite://", "SQLite file or a PostgreSQL database"),
        ("mysql://u@127.0.0.1/x", "SQLite file or a PostgreSQL database"),
        ("sqlite:///${NOT_SET_ANYWHERE}.sqlite", "NOT_SET_ANYWHERE, which is not set"),
        ("postgresql://nobody:secret@127.0.0.1:9/ledger", "does not answer"),
        ("sqlite:///broken.sqlite", "is damaged"),
        ("sqlite:///newer.sqlite", "was made by a newer kobosync"),
        ("sqlite:///file:readonly.sqlite?mode=ro&uri=true", "cannot be"),
        ("sqlite:///a_file/ledger.sqlite", "cannot be"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence(url: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("")
    (tmp_path / "broken.sqlite").write_bytes(b"this was never a database" * 100)
    for name in ("newer", "readonly"):
        open_ledger(f"sqlite:///{name}.sqlite", tmp_path).close()
        with closing(sqlite3.connect(tmp_path / f"{name}.sqlite")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'" if name == "newer" else "DELETE FROM alembic_version")
            connection.commit()
    with pytest.raises(LedgerError, match=says) as refused:
        open_ledger(url, tmp_path)
    sentence = str(refused.value)
    assert "secret" not in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


def test_the_migrations_make_the_tables_that_the_program_uses(ledger: Ledger) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, LEDGER_METADATA) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_from_every_revision_up_and_down_and_the_data_stays(revision: str, ledger: Ledger) -> None:
    fill(ledger)
    before = contents(ledger)
    assert all(before.values()), "a table without rows would prove nothing"
    with ledger.write() as connection:
        migrate(connection, revision)
        assert revision_of(connection) == revision
        assert connection.execute(text("SELECT run_id FROM run ORDER BY run_id")).scalars().all() == ["run-0", "run-1"]
        migrate(connection, HEAD)
        assert revision_of(connection) == HEAD
    # No older revision kept who saw what.
    assert contents(ledger) == before | ({"shielded_view": []} if revision < "0006" else {})


def test_down_to_nothing_leaves_no_table(ledger: Ledger) -> None:
    with ledger.write() as connection:
        migrate(connection, "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def test_a_migration_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    from reconciliation.ledger.opening import connect, ensure_current, resolve_url

    engine = connect(resolve_url("sqlite:///ledger.sqlite", tmp_path))
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE snapshot (old INTEGER)")
        connection.commit()
    with pytest.raises(LedgerError):
        ensure_current(engine)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["snapshot"]
    engine.dispose()
