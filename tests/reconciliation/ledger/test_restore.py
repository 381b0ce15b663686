"""A restore takes the ledger's place only with a whole ledger of this product; anything else changes nothing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from reconciliation.ledger import LedgerError, open_ledger
from reconciliation.ledger import restore as restoring
from reconciliation.ledger.backup import backup
from reconciliation.ledger.migrations import HEAD
from reconciliation.ledger.restore import restore

PLACE, URL = "nordvik", "sqlite:///var/ledger.sqlite"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A living ledger with one night, and its backup at backup.sqlite."""
    with open_ledger(URL, tmp_path) as ledger:
        ledger.begin_run(PLACE, date(2023, 12, 4), "run-1", "auto")
        ledger.finish_run("run-1", "done", {}, {})
        backup(ledger, tmp_path / "backup.sqlite")
    return tmp_path


def state(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (home / "var").iterdir()}


def sql(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        for statement in statements:
            database.execute(statement)


def _text(file: Path) -> None:
    file.write_text('{"dette": "er ingen sikkerhetskopi"}', encoding="utf-8")


def _cut(file: Path) -> None:
    file.write_bytes((file.parent / "backup.sqlite").read_bytes()[:9000])


def _other(file: Path) -> None:
    sql(file, "CREATE TABLE run (navn TEXT)", "INSERT INTO run VALUES ('ikke kobosyncs')")


def _altered(*statements: str) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        file.write_bytes((file.parent / "backup.sqlite").read_bytes())
        sql(file, *statements)

    return make


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "a text": (_text, "is no SQLite file"),
    "an empty file": (Path.touch, "is no SQLite file"),
    "a folder": (Path.mkdir, "it is a folder"),
    "nothing": (lambda file: None, "it is not there"),
    "another program's database": (_other, "is another program's database"),
    "cut short": (_cut, "damaged"),
    "of a newer program": (_altered("UPDATE alembic_version SET version_num = '9999'"), f"revision 9999, this one knows {HEAD}"),
    "without a revision": (_altered("DELETE FROM alembic_version"), "revision none"),
    "without a table": (_altered("DROP TABLE link"), "not a whole ledger"),
    "of another municipality": (_altered("UPDATE run SET municipality = 'sorvik'"), "nights of sorvik and none of nordvik"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_file_that_is_no_whole_ledger_moves_nothing_and_is_named(home: Path, case: str) -> None:
    make, words = WRONG[case]
    make(home / "given")
    before = state(home)
    with pytest.raises(LedgerError, match=words) as refused:
        restore(home / "given", URL, home, PLACE)
    assert state(home) == before
    assert str(home / "given") in str(refused.value)
    assert ".restoring" not in str(refused.value)


def test_a_swap_that_fails_halfway_is_taken_back(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = state(home)
    monkeypatch.setattr(restoring.os, "replace", full)
    with pytest.raises(LedgerError, match="The ledger is unchanged"):
        restore(home / "backup.sqlite", URL, home, PLACE)
    assert state(home) == before


def test_a_restored_ledger_keeps_the_one_that_was_there_whole_with_its_log(home: Path) -> None:
    with closing(sqlite3.connect(home / "var" / "ledger.sqlite")) as kept_open:
        kept_open.execute("UPDATE run SET verdict = 'waiting'")
        kept_open.commit()  # in the write-ahead log, as a killed process leaves it
        done = restore(home / "backup.sqlite", URL, home, PLACE)
        assert done.kept is not None
        with closing(sqlite3.connect(done.kept)) as aside:
            assert aside.execute("SELECT verdict FROM run").fetchall() == [("waiting",)]
    with open_ledger(URL, home) as ledger:
        assert ledger.runs(PLACE)["verdict"].to_list() == ["done"]


def test_the_ledger_itself_is_no_backup_of_itself(home: Path) -> None:
    with pytest.raises(LedgerError, match="is the ledger itself"):
        restore(home / "var" / "ledger.sqlite", URL, home, PLACE)


def test_a_backup_in_a_folder_that_may_not_be_written_to_is_restored(home: Path) -> None:
    (home / "vault").mkdir()
    (home / "backup.sqlite").rename(home / "vault" / "backup.sqlite")
    (home / "vault" / "backup.sqlite").chmod(0o400)
    (home / "vault").chmod(0o500)
    try:
        assert restore(home / "vault" / "backup.sqlite", URL, home, PLACE).rows == 1
    finally:
        (home / "vault").chmod(0o700)
    assert os.listdir(home / "vault") == ["backup.sqlite"]
