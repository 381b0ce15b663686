"""A home made by `kobosync init`, its first night, and what watches it: check, status, upgrade, schema, version."""

from __future__ import annotations

import io
import json
import re
import socket
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
import yaml
from rich.console import Console

from pipelines.commands.night_command import night_table
from pipelines.commands.schema_command import KINDS, schema_of
from pipelines.commands.status_command import VERDICTS
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, WAITING
from reconciliation.ledger import open_ledger
from reconciliation.ledger.migrations import HEAD, REVISIONS
from reconciliation.ledger.opening import migrate
from reconciliation.model.municipality import home_from
from tests.pipelines.test_ledger_commands import Told
from tests.pipelines.test_ledger_commands import kobosync as ledger_kobosync  # noqa: F401 - the fixture
from tests.pipelines.village import FDV, FIRST, Village, free_port

ROOT = Path(__file__).parents[2]
SOURCE = {
    "fdv": {
        "kind": "csv",
        "title": "FDV",
        "owner": "boligkontoret",
        "path": "kilder/fdv.csv",
        "key": ["Nummer"],
        "fields": {
            "adresse": {"column": "Adresse", "as": "address"},
            "bruksenhetsnummer": {"column": "Bruksenhet", "as": "unit"},
            "bruksareal": {"column": "Areal", "as": "number"},
            "postnummer": {"constant": "9920"},
            "kategori": {"column": "Kategori", "as": "lookup", "table": {"Ordinær": "ordinar", "Omsorg": "omsorg"}},
        },
    }
}


@pytest.fixture
def kobosync(ledger_kobosync: Told, monkeypatch: pytest.MonkeyPatch) -> Told:  # noqa: F811
    for name in ("KOBOSYNC_HOME", "DAGSTER_HOME"):
        monkeypatch.delenv(name, raising=False)
    return ledger_kobosync


@pytest.fixture
def home(tmp_path: Path, kobosync: Told, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    assert kobosync("init", folder, "--name", "Nordvågøy", "--kommunenummer", "9901", "--deadline", "2027-12-31")[0] == DONE
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    return folder


def everything(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_a_home_from_nothing_to_its_first_night(home: Path, kobosync: Told) -> None:
    config = home / "config" / "nordvagoy.yaml"
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    schema = json.loads((home / "schema" / "municipality.json").read_text(encoding="utf-8"))
    as_json = json.loads(json.dumps(content, default=str))
    jsonschema.validate(as_json, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json | {"deadlin": "x"}, schema)
    assert (home / "config" / "../schema/municipality.json").exists(), "where the first line of the file points"

    # A port of its own: on the usual one the demo may be running.
    content["register"]["base_url"] = f"http://127.0.0.1:{free_port()}"
    config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    before = everything(home)
    code, says = kobosync("check", config)
    assert code == FAILED
    assert "None yet. Draft one from a file: kobosync map FILE" in says
    assert "There is none yet; the first night makes it." in says
    assert everything(home) == before, "check writes nothing"
    assert kobosync("status")[0] == FAILED

    (home / "kilder" / "fdv.csv").write_text(FDV, encoding="utf-8")
    content |= {"sources": SOURCE, "survivorship": {"default": ["fdv"]}}
    config.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert kobosync("check", config)[0] == DONE
    code, says = kobosync("night", config, "--json", "--as-of", str(FIRST))
    assert code == WAITING
    (night,) = json.loads(says)
    assert (night["exit_code"], night["summary"]["night"]["verdict"]) == (WAITING, "waiting")

    code, says = kobosync("status", "--json")
    (row,) = json.loads(says)
    assert code == WAITING
    assert (row["municipality"], row["verdict"], row["waits"], row["run_id"]) == ("nordvagoy", "waiting", True, night["run_id"])
    _, says = kobosync("status", "--format", "openmetrics")
    assert 'kobosync_night{municipality="nordvagoy",kobosync_night="waiting"} 1' in says
    assert says.count("kobosync_night{") == len(VERDICTS)
    assert says.endswith("# EOF")
    (run,) = json.loads(kobosync("runs", config, "--json")[1])
    assert run["run_id"] == night["run_id"]
    before = everything(home)
    assert kobosync("check", config)[0] == DONE
    assert everything(home) == before, "nor where there has been a night"
    open_to_others = [str(path) for path in (home / "var").rglob("*") if path.stat().st_mode & 0o077]
    assert not open_to_others, "secret addresses lie there"
    assert (home / "reports" / "nordvagoy" / str(FIRST) / "index.html").stat().st_mode & 0o004, "the folder reports decides who is let in"
    copied_each_day(home, kobosync)


def copied_each_day(home: Path, kobosync: Told) -> None:
    """As the timer does it: every ledger, whatever else lies in config/."""
    (home / "config" / "mapping.yaml").write_text("key: [Nr]\nfields: {}\n", encoding="utf-8")
    code, says = kobosync("backup", home / "config", home / "copies")
    assert code == DONE, says
    (copy,) = (home / "copies").iterdir()
    assert re.fullmatch(r"nordvagoy-[1-7]\.sqlite", copy.name)
    assert copy.stat().st_mode & 0o777 == 0o600
    (home / "config" / "broken.yaml").write_text("slug: broken\n", encoding="utf-8")
    code, says = kobosync("backup", home / "config", home / "copies")
    assert code == CONFIGURATION
    assert "broken.yaml" in says
    assert "rows." in says, "the others are copied all the same"


def test_a_home_is_made_once_and_wrong_answers_make_nothing(home: Path, kobosync: Told, tmp_path: Path) -> None:
    assert kobosync("init", home, "--name", "X", "--kommunenummer", "1", "--deadline", "x")[0] == CONFIGURATION
    code, says = kobosync("init", tmp_path / "other", "--kommunenummer", "99", "--deadline", "soon")
    assert code == CONFIGURATION
    assert all(flag in says for flag in ("--name", "--kommunenummer", "--deadline"))
    assert not (tmp_path / "other").exists()
    for folder in ("var", "kilder", "svar", "reports"):
        assert (home / folder).stat().st_mode & 0o777 == 0o700


def test_a_wrong_answer_is_asked_for_again(kobosync: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("12\nNordvågøy\n99\n9901\nsoon\n\n"))
    code, says = kobosync("init", tmp_path / "home")
    assert code == DONE, says
    assert all(fault in says for fault in ("Give the municipality's name", "'99' is not four digits", "'soon' is no date"))
    content = yaml.safe_load((tmp_path / "home" / "config" / "nordvagoy.yaml").read_text(encoding="utf-8"))
    assert content["kommunenummer"] == "9901"


def test_a_port_that_is_taken_is_a_sentence_before_anything_starts(kobosync: Told, home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for option in ("--port", "--desk-port"):
            code, says = kobosync("up", option, str(port))
            assert code == CONFIGURATION
            assert f"{option}={port}: another program listens there" in says
        village = Village(home / "vik")
        code, says = kobosync("desk", village.config, "--port", str(port))
        assert code == CONFIGURATION
        assert says.startswith(f"--port={port}: another program listens there")
    assert not (home / "var" / "dagster").exists()


def test_the_demos_home_is_the_demo(kobosync: Told, tmp_path: Path) -> None:
    assert kobosync("init", tmp_path / "demo", "--demo")[0] == DONE
    made = (tmp_path / "demo" / "config" / "demo.yaml").read_text(encoding="utf-8")
    assert made == (ROOT / "config" / "demo.yaml").read_text(encoding="utf-8")


def test_the_settings_that_init_writes_are_the_checkouts() -> None:
    """A checkout may keep storages of its own beside them."""
    ours = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    theirs = yaml.safe_load((ROOT / "pipelines" / "home_files" / "dagster.yaml").read_text(encoding="utf-8"))
    own = {name for name in ours if name.endswith(("_storage", "_logs"))}
    assert {name: ours[name] for name in ours.keys() - own} == {name: theirs[name] for name in theirs.keys() - own}


def test_commands_and_dagster_find_one_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOBOSYNC_HOME", raising=False)
    (tmp_path / "config").mkdir()
    assert home_from(tmp_path / "config") == home_from(tmp_path) == tmp_path
    (tmp_path / "dagster.yaml").touch()
    (tmp_path / "config" / "deep").mkdir()
    assert home_from(tmp_path / "config" / "deep") == tmp_path
    monkeypatch.setenv("KOBOSYNC_HOME", "/elsewhere")
    assert home_from(tmp_path) == Path("/elsewhere")


def test_an_upgrade_is_shown_then_done_with_a_backup(tmp_path: Path, kobosync: Told) -> None:
    village = Village(tmp_path)
    assert "There is no ledger yet" in kobosync("upgrade", village.config)[1]
    with open_ledger("sqlite:///var/ledger.sqlite", tmp_path) as ledger:
        ledger.begin_run("vik", FIRST, "run-1", "auto")
        ledger.finish_run("run-1", "done", {}, {})
        ledger.save_links("vik", pl.DataFrame({"leverandor_bolig_id": ["fdv-100"], "kobo_id": ["kobo-1"]}), "created")
        with ledger.engine.connect().execution_options(writes=True) as connection, connection.begin():
            migrate(connection, REVISIONS[0])
    code, says = kobosync("upgrade", village.config)
    assert code == WAITING
    assert f"from revision {REVISIONS[0]} to {HEAD}" in says
    assert json.loads(kobosync("status", village.config, "--json")[1])[0]["verdict"] == "unreadable"
    code, says = kobosync("upgrade", village.config, "--yes", "--backup", tmp_path / "before.sqlite")
    assert code == DONE
    assert (tmp_path / "before.sqlite").exists()
    assert "Of 1 dwellings linked to Kobo, 1 have no value that is known to be agreed with it" in says
    assert "Nothing to upgrade" in kobosync("upgrade", village.config)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_an_editor_is_shown_what_every_key_means(kind: str) -> None:
    schema = schema_of(kind)
    here = [("", schema), *schema["$defs"].items()]
    assert not [
        f"{where}.{key}"
        for where, definition in here
        for key, about in definition.get("properties", {}).items()
        if not about.get("description")
    ]
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_schema_takes_the_demo_and_the_ready_mappings() -> None:
    def plain(file: Path) -> Any:
        return json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))

    jsonschema.validate(plain(ROOT / "config" / "demo.yaml"), schema_of("municipality"))
    ready = sorted((ROOT / "reconciliation" / "model" / "ready_mappings").glob("*.yaml"))
    assert ready
    for file in ready:
        jsonschema.validate(plain(file), schema_of("mapping"))


def test_the_version_names_the_ledgers_and_wrong_numbers_are_refused(kobosync: Told, tmp_path: Path) -> None:
    assert f"(ledger {HEAD})" in kobosync("--version")[1]
    village = Village(tmp_path)
    assert kobosync("runs", village.config, "--last", "-3")[0] == CONFIGURATION
    assert kobosync("schema", "x")[0] == CONFIGURATION
    assert '"Municipality"' in kobosync("schema")[1]
    assert '"fields"' in kobosync("schema", "mapping")[1]


def test_calls_that_failed_are_reported_in_the_terminal() -> None:
    summary = json.loads((ROOT / "tests" / "reporting" / "golden" / "summary.json").read_text(encoding="utf-8"))

    def shown(failed: int) -> str:
        summary["register_calls"] |= {"failed": failed}
        console = Console(width=100, record=True, file=io.StringIO())
        console.print(night_table(summary))
        return console.export_text()

    assert "of them failed" not in shown(0)
    assert re.search(r"of them failed\W+3\W+the report says which", shown(3))
    assert "last agreed" not in shown(0)
    summary["base_unknown"] = 2
    assert "2 of them: value last agreed with Kobo not known" in shown(0)
