"""`kobosync decide` in its three forms, the drop folder's sensor, and workbooks that are damaged, stale or wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from assets.stored_table import table_base
from pipelines.commands.decide_command import Wanted, run_decide
from pipelines.exit_codes import CONFIGURATION, DONE, FAILED
from pipelines.sensors.answer_sensor import look_for_answers
from reconciliation.model.municipality import load
from tests.pipelines.earlier_nights import first_night
from tests.pipelines.test_clarifications import (
    MOVED,
    SECOND,
    THIRD,
    answer,
    ledger_of,
    lines,
    receipts,
    run_night,
    village,
    with_a_conflict,
    workbook,
)
from tests.pipelines.village import Village
from tests.reporting.test_page import unpacked

__all__ = ["village"]


def listed(village: Village, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert run_decide(village.config, Wanted(listing=True, output="json")) == DONE
    questions: list[dict[str, object]] = json.loads(capsys.readouterr().out)["questions"]
    return questions


def decisions(village: Village) -> list[tuple[str, str]]:
    with ledger_of(village) as ledger:
        return [(row["verdict"], row["decided_by"]) for row in ledger.decisions("vik").iter_rows(named=True)]


def test_listed_answered_in_one_line_dumped_and_loaded(village: Village, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with_a_conflict(village)
    (question,) = listed(village, capsys)
    assert (question["open"], question["differs"]) == (True, ["bruksenhetsnummer"])
    assert question["answers"] == {"keep": "Behold Kobos verdi", "replace": "Erstatt i Kobo"}
    name = str(question["id"])
    assert run_decide(village.config, Wanted(question=name, answer="kanskje", by="KN")) == FAILED
    assert run_decide(village.config, Wanted(question=name, answer="keep")) == CONFIGURATION, "nobody decides without a name"
    assert run_decide(village.config, Wanted(question=name, answer="keep", by="KN", why="som på skiltet")) == DONE
    assert not listed(village, capsys)[0]["open"]
    dump = tmp_path / "avgjorelser.jsonl"
    assert run_decide(village.config, Wanted(dump=dump)) == DONE
    (line,) = [json.loads(text) for text in dump.read_text(encoding="utf-8").splitlines()]
    assert (line["verdict"], line["decided_by"], line["note"]) == ("keep", "KN", "som på skiltet")
    assert run_decide(village.config, Wanted(load=dump)) == DONE
    assert decisions(village) == [("keep", "KN")]
    assert run_night(village, THIRD) == DONE
    assert village.summary()["dwellings"]["in_sync"] == 4


def typed(*lines_typed: str) -> Callable[[str], str]:
    waiting = list(lines_typed)

    def ask(_: str) -> str:
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    return ask


CONVERSATIONS = {
    "answered by number": (("KN", "1", "fordi"), DONE, [("keep", "KN")]),
    "answered by code, after a slip": (("KN", "7", "tull", "replace", ""), DONE, [("replace", "KN")]),
    "left for later": (("KN", ""), DONE, []),
    "ended": (("KN", "q"), DONE, []),
    "the line is cut": (("KN",), DONE, []),
    "nobody decides": (("", "1", ""), FAILED, []),
}


def test_asked_in_the_terminal(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    with_a_conflict(village)
    for lines_typed, code, kept in CONVERSATIONS.values():
        with ledger_of(village) as ledger, ledger.write() as connection:
            connection.exec_driver_sql("DELETE FROM decision")
        assert run_decide(village.config, Wanted(), typed(*lines_typed)) == code
        assert decisions(village) == kept
        output = capsys.readouterr().out
        assert "H0102" in output, "both sides are shown"
        assert "H0103" in output


def test_an_answered_workbook_is_taken_in_now_and_a_second_time_changes_nothing(village: Village) -> None:
    with_a_conflict(village)
    cells = {"Svar": "Behold Kobos verdi", "Avgjort av": "KN"}
    file = answer(workbook(village), village.home / "utenfor" / "svar.xlsx", cells)
    assert run_decide(village.config, Wanted(file=file)) == DONE
    assert file.exists(), "only what lies in the drop folder is put away"
    assert run_decide(village.config, Wanted(file=file)) == DONE
    assert decisions(village) == [("keep", "KN")]
    assert [str(line["Hva skjedde"])[:6] for line in receipts(village)] == ["Lagret", "Var al"]


WRONG = {
    "an answer of one's own": ({"Svar": "Kanskje"}, "ikke et av svarene"),
    "no name": ({"Svar": "Behold Kobos verdi", "Avgjort av": ""}, "Skriv hvem"),
    "the evidence is wiped out": ({"Svar": "Behold Kobos verdi", "Grunnlag": ""}, "ikke kan leses"),
    "the evidence is another's": ({"Svar": "Behold Kobos verdi", "Grunnlag": "abc"}, "endret siden"),
    "the question is unknown": ({"Svar": "Behold Kobos verdi", "Spørsmål-id": "S-0"}, "finnes ikke lenger"),
    "the headings are gone": ({"Svar": "Behold Kobos verdi", "head": "x"}, "mangler overskrifter"),
}


def test_wrong_rows_and_damaged_files_are_answered_by_a_receipt_and_put_away(village: Village) -> None:
    with_a_conflict(village)
    folder = village.home / "svar"
    for number, (cells, _) in enumerate(WRONG.values()):
        content = {"Avgjort av": "KN", **cells}
        broken = content.pop("head", None)
        path = answer(workbook(village), folder / f"{number}.xlsx", content)
        if broken:
            book = openpyxl.load_workbook(path)
            for cell in book["Avklaringer"][2]:
                cell.value = broken
            book.save(path)
    (folder / "7.xlsx").write_bytes(b"not a workbook")
    (folder / "8.xlsx").write_bytes(workbook(village).read_bytes()[:900])
    (folder / "~$9.xlsx").write_bytes(b"lock")
    (folder / "notat.txt").write_text("hei", encoding="utf-8")
    base = table_base(load(village.config), village.home)
    for path in folder.glob("*.xlsx"):
        os.utime(path, (1, 1))
    assert "0 of 1 stored" in look_for_answers(load(village.config), village.home, base)
    assert decisions(village) == []
    assert sorted(path.name for path in folder.iterdir()) == ["mottatt", "notat.txt", "~$9.xlsx"]
    assert len(list((folder / "mottatt").iterdir())) == len(WRONG) + 2
    receipts = sorted((village.home / "reports" / "vik" / "kvitteringer").glob("*.xlsx"))
    outcomes = {path.name.split("-")[1]: lines(openpyxl.load_workbook(path)["Kvittering"])[0]["Hva skjedde"] for path in receipts}
    for number, (_, words) in enumerate(WRONG.values()):
        assert words in str(outcomes[str(number)])
    assert "Lagre den som .xlsx" in str(outcomes["7"])
    assert "skadet arbeidsbok" in str(outcomes["8"])


def test_the_sensor_waits_for_a_file_that_is_being_written_and_for_a_night_that_runs(village: Village) -> None:
    with_a_conflict(village)
    municipality = load(village.config)
    base = table_base(municipality, village.home)
    file = answer(workbook(village), village.home / "svar" / "a.xlsx", {"Svar": "Erstatt i Kobo", "Avgjort av": "KN"})
    assert look_for_answers(municipality, village.home, base, settled=3600) == "No answered workbook waits."
    with ledger_of(village) as ledger, ledger.lock("vik", "a-night", 60):
        assert "A night is running" in look_for_answers(municipality, village.home, base, settled=0)
    assert file.exists()
    assert look_for_answers(municipality, village.home, base, settled=0) == "a.xlsx: 1 of 1 stored."
    assert decisions(village) == [("replace", "KN")]


def test_an_answer_to_what_changed_since_is_stale_and_asked_anew(village: Village) -> None:
    with_a_conflict(village)
    answer(workbook(village), village.home / "late.xlsx", {"Svar": "Erstatt i Kobo", "Avgjort av": "KN"})
    village.write_fdv(MOVED.replace("H0103", "H0104"))
    run_night(village, THIRD)
    assert run_decide(village.config, Wanted(file=village.home / "late.xlsx")) == FAILED
    assert "endret siden" in str(receipts(village)[0]["Hva skjedde"])
    assert decisions(village) == []


def test_a_secret_address_is_shown_neither_in_the_sheet_nor_in_the_list(village: Village, capsys: pytest.CaptureFixture[str]) -> None:
    village.content["sources"]["fdv"]["fields"]["hemmelig_adresse"] = {"column": "Skjermet", "as": "boolean"}
    village.write_config()
    secret = "\n".join(line + (";Skjermet" if number == 0 else ";Ja") for number, line in enumerate(MOVED.splitlines())) + "\n"
    village.write_fdv(secret.replace("H0103", "H0102"))
    run_night(village, SECOND)
    village.write_fdv(secret)
    run_night(village, THIRD)
    (question,) = listed(village, capsys)
    assert "Storgata" not in json.dumps(question)
    assert "H0103" not in json.dumps(question)
    sheet = openpyxl.load_workbook(workbook(village))["Avklaringer"]
    text = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert "Storgata" not in text
    assert "H010" not in text
    written = [file for file in (village.home / "reports").rglob("*") if file.is_file() and file.name != "regler.html"]
    # The sheet of rules has an address of its own as an example.
    texts = {file.name: unpacked(file).replace("«Storgata 12 B»", "") for file in written}
    assert [name for name, text in texts.items() if any(word in text for word in ("Storgata", "H0102", "H0103"))] == []


def test_a_merge_that_nobody_asked_about_is_split_and_the_split_is_taken_back_each_told_before_it_is_stored(
    village: Village, capsys: pytest.CaptureFixture[str]
) -> None:
    first_night(village)
    seen = Wanted(split="lillevegen 4", dry_run=True)
    assert run_decide(village.config, seen) == DONE
    printed = capsys.readouterr().out
    assert "Eiendomsbasen: 1 blir en egen bolig, for godt. Den har samme adresse" in printed
    assert "Den beholder oppføringen" in printed
    assert decisions(village) == []
    assert run_decide(village.config, replace(seen, dry_run=False)) == CONFIGURATION, "nobody decides without a name"
    assert run_decide(village.config, Wanted(split="storgata 1", by="KN")) == CONFIGURATION, "three homes have that address"
    assert run_decide(village.config, Wanted(split="fdv-100", by="KN")) == CONFIGURATION, "one row"
    assert run_decide(village.config, Wanted(split="eiendom:1", by="KN", why="to hus")) == DONE
    assert decisions(village) == [("different", "KN")]
    assert run_decide(village.config, Wanted(undo="fdv-103", dry_run=True)) == DONE
    assert "spørres det om FDV: 103 og Eiendomsbasen: 1 er én bolig" in capsys.readouterr().out.replace("\n", " ")
    assert decisions(village) == [("different", "KN")]
    assert run_decide(village.config, Wanted(undo="eiendom:1", by="EM", why="ett hus likevel")) == DONE
    assert decisions(village) == [("withdrawn", "EM")]
    assert run_decide(village.config, Wanted(undo="eiendom:1", by="EM")) == CONFIGURATION, "nothing is left to take back"
