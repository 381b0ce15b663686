"""`kobosync map --interactive`: one conversation from a file to a source that is checked, and nothing half done when it ends early."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter
import yaml
from typer.testing import CliRunner, Result

from pipelines.command_line import app
from pipelines.commands.config_insertion import NotInsertedError, with_source
from pipelines.commands.written_together import write_together
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED, INTERRUPTED
from reconciliation.model.municipality import load

LIST = "\n".join(
    [
        "Løpenr;Adresse;Postnr;Type;BRA;Leietaker",
        *(f"B{n};Ospestien {n};9910;{'Omsorg' if n > 4 else 'Vanlig'};{40 + n},5;" for n in range(1, 8)),
    ]
)
ANSWERS = {"name": "", "title": "Boligheftet", "owner": "", "key": "Løpenr", "vanlig": "1", "omsorg": "", "add": ""}
"""Blank: the default."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vik")
    CliRunner().invoke(app, ["init", str(folder), "--name", "Vik", "--kommunenummer", "9901", "--deadline", "2026-12-21"])
    (folder / "kilder" / "boliger.csv").write_text(LIST, encoding="utf-8")
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "vik"
    shutil.copytree(made, folder)
    monkeypatch.setenv("KOBOSYNC_HOME", str(folder))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(folder)
    return folder


def talk(home: Path, *lines: str, file: str = "kilder/boliger.csv") -> Result:
    return CliRunner().invoke(app, ["map", str(home / file), "--interactive"], input="".join(f"{line}\n" for line in lines))


def files(home: Path) -> dict[str, bytes]:
    return {str(file.relative_to(home)): file.read_bytes() for file in sorted((home / "config").rglob("*")) if file.is_file()}


def test_from_a_file_to_rows_as_kobo_gets_them(home: Path) -> None:
    before = (home / "config" / "vik.yaml").read_text(encoding="utf-8")
    done = talk(home, *ANSWERS.values())
    assert done.exit_code == DONE, done.output
    source = load(home / "config" / "vik.yaml").sources["boliger"]
    assert (source.title, source.owner, source.key) == ("Boligheftet", "boligkontoret", ("Løpenr",))
    assert source.fields["kategori"].table == {"Vanlig": "ordinar", "Omsorg": "omsorg"}
    after = (home / "config" / "vik.yaml").read_text(encoding="utf-8")
    assert {line for line in before.split("\n") if "#" in line} - set(after.split("\n")) == set(), "every comment is still there"
    assert "«Leietaker» ser personlig ut" in done.output
    assert "7 rows; boliger.csv: utf-8" in done.output.replace("kilder/", ""), "check was run"
    assert "Ospestien" in done.output.partition("De første radene slik Kobo får dem")[2]
    assert "rad 6" in done.output
    assert "rad 7" not in done.output


def test_a_new_municipality_is_made_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOBOSYNC_HOME", str(tmp_path))
    (tmp_path / "boliger.csv").write_text(LIST, encoding="utf-8")
    done = talk(tmp_path, "Vik", "99x1", "9901", "i morgen", "", *ANSWERS.values(), file="boliger.csv")
    assert done.exit_code == DONE, done.output
    assert done.output.count("fire siffer, for eksempel") == 1
    assert load(tmp_path / "config" / "vik.yaml").sources["boliger"].key == ("Løpenr",)


@pytest.mark.parametrize("given", range(len(ANSWERS)))
def test_where_the_input_ends_early_nothing_is_written_and_it_says_so(home: Path, given: int) -> None:
    before = files(home)
    done = talk(home, *[*ANSWERS.values()][:given])
    assert done.exit_code == FAILED
    assert "Ingenting er skrevet, og ingenting er sjekket" in done.output
    assert files(home) == before


def test_what_is_there_is_written_over_only_after_a_yes(home: Path) -> None:
    (home / "config" / "mappings").mkdir()
    (home / "config" / "mappings" / "boliger.yaml").write_text("key: [Mitt]\n", encoding="utf-8")
    before = files(home)
    for last in (["", ""], ["ja", "nei"]):
        done = talk(home, *[*ANSWERS.values()][:-1], *last)
        assert (done.exit_code, files(home)) == (CONFIGURATION, before), done.output
    done = talk(home, *[*ANSWERS.values()][:-1], "ja", "ja")
    assert done.exit_code == DONE, done.output
    assert yaml.safe_load((home / "config" / "mappings" / "boliger.yaml").read_text(encoding="utf-8"))["key"] == ["Løpenr"]
    again = talk(home, "boliger", *ANSWERS.values())
    assert "Det finnes allerede en kilde som heter boliger" in again.output


def test_a_wrong_answer_is_asked_again_with_the_nearest(home: Path) -> None:
    lines = ["1", "", "", "boligkontret", "", "Løpnr", "Postnr", "nei", "Løpenr", "99", "1", "", ""]
    done = talk(home, *lines)
    assert done.exit_code == DONE, done.output
    for words in (
        "Skriv for eksempel kilde_1",
        "Mente du «boligkontoret»",
        "Mente du «Løpenr»",
        "«Postnr» har ikke sin egen verdi",
        "Skriv et nummer fra 1 til 3",
    ):
        assert words in done.output


def test_the_sheet_and_one_category_for_all_are_asked_for(home: Path) -> None:
    with xlsxwriter.Workbook(str(home / "kilder" / "b.xlsx")) as book:
        for name in ("Sentrum", "Nord"):
            sheet = book.add_worksheet(name)
            for place, row in enumerate([["Nr", "Adresse", "Postnr"], ["1", f"{name}veien 1", "9910"], ["2", f"{name}veien 2", "9910"]]):
                sheet.write_row(place, 0, row)
    done = talk(home, "2", "nord", "", "", "", "nei", "Adresse", "2", "", file="kilder/b.xlsx")
    assert done.exit_code == DONE, done.output
    source = load(home / "config" / "vik.yaml").sources["nord"]
    assert "teller bare radene" in done.output
    assert (source.key, source.fields["kategori"].constant) == (("Adresse",), "omsorg")
    assert "Nordveien" in done.output


def test_what_the_registers_own_words_are_is_asked_for_value_by_value(home: Path) -> None:
    rows = ["1;Storgata 1;9910;Kommunalt eid", "2;Storgata 2;9910;Leid", "3;Storgata 3;9910;?"]
    (home / "kilder" / "eid.csv").write_text("\n".join(["Nr;Adresse;Postnr;Eieform", *rows]), encoding="utf-8")
    done = talk(home, "", "", "", "Nr", "", "1", "-", "", "", "4", "", file="kilder/eid.csv")
    assert done.exit_code == DONE, done.output
    table = {"Kommunalt eid": "KOMMUNALT_EID", "Leid": "INNLEID_FRA_PRIVAT_FORETAK", "?": None}
    assert load(home / "config" / "vik.yaml").sources["eid"].fields["disposisjonsform"].table == table
    assert "«» er ikke blant valgene" in done.output, "what a lease is, is never guessed"


def test_files_that_belong_together_are_written_or_none_is(tmp_path: Path) -> None:
    old, new = tmp_path / "a.yaml", tmp_path / "b" / "c.yaml"
    old.write_text("mitt", encoding="utf-8")

    def refuses() -> None:
        assert new.exists()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_together({old: "nytt", new: "nytt"}, refuses)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["a.yaml"]
    assert old.read_text(encoding="utf-8") == "mitt"


FORMS = {
    "empty": "sources: {}\nsurvivorship: {default: []}\n",
    "with a comment": "sources: {} # ingen ennå\nsurvivorship: {default: []}\n",
    "others, and a comment behind": "sources:\n    andre:\n        kind: csv\n\n# hvem vinner\nsurvivorship:\n  default: [andre]\n",
    "last in the file": "survivorship: {default: [andre], fields: {}}\nsources:\n  andre: {kind: csv}\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_source_is_added_and_every_other_line_stays(form: str) -> None:
    made = with_source(FORMS[form], ["ny:", "  kind: csv", "  fields:", "    a: {constant: 1}"], "ny")
    content = yaml.safe_load(made)
    before = yaml.safe_load(FORMS[form])
    assert content["sources"] == {**(before["sources"] or {}), "ny": {"kind": "csv", "fields": {"a": {"constant": 1}}}}
    assert content["survivorship"] == {**before["survivorship"], "default": [*before["survivorship"]["default"], "ny"]}
    assert made.count("#") == FORMS[form].count("#")


@pytest.mark.parametrize(
    "form", ["sources: {a: {kind: csv}}\nsurvivorship: {default: []}\n", "slug: x\n", "sources: {}\nsurvivorship: {}\n"]
)
def test_a_form_that_cannot_be_added_to_is_left_alone(form: str) -> None:
    with pytest.raises(NotInsertedError):
        with_source(form, ["ny:"], "ny")


def test_in_a_terminal_ctrl_c_leaves_nothing_behind_and_says_so(home: Path) -> None:
    before = files(home)
    child, terminal = pty.fork()
    if child == 0:
        # What starts the tests in the background leaves interrupts ignored, and a child inherits that.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        program = [sys.executable, "-c", "from pipelines.command_line import app; app()", "map", "kilder/boliger.csv", "--interactive"]
        os.execve(sys.executable, program, {**os.environ, "TERM": "dumb"})
    try:
        output = _until(terminal, "Kildens navn i oppsettet [boliger]: ")
        os.write(terminal, b"\r")
        output = _until(terminal, "Hva folk kaller kilden [boliger]: ")
        os.write(terminal, "Heftet på kontoret\r".encode())
        output = _until(terminal, "Hvem eier radene [boligkontoret]: ")
        output = _interrupted(terminal, "ingenting er sjekket")
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == INTERRUPTED, output
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(terminal)
    assert files(home) == before


def _interrupted(terminal: int, words: str) -> str:
    """Ctrl-C, again after a while as a person would: readline does not hear the one that comes while it sets the terminal up."""
    for _ in range(10):
        os.write(terminal, b"\x03")
        with contextlib.suppress(AssertionError):
            return _until(terminal, words, 6.0)
    raise AssertionError(f"ten interrupts, and not {words!r}")


def _until(terminal: int, words: str, seconds: float = 60.0) -> str:
    output, end = b"", time.monotonic() + seconds
    while words not in output.decode("utf-8", "replace"):
        ready, _, _ = select.select([terminal], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"waited for {words!r}, and got {output.decode('utf-8', 'replace')!r}"
        output += os.read(terminal, 4096)
    return output.decode("utf-8", "replace")
