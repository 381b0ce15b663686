"""Seeing the register: by links, by list, by an exported file; and that half seen is not seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from kobo_client import import_file
from kobo_client.client import RegisterClient
from kobo_client.contract import ALL_FIELDS
from kobo_client.import_columns import COLUMNS
from kobo_client.payload import to_body
from kobo_client.register_config import RegisterConfig
from kobo_client.snapshot import Unknown, read_register

from .conftest import Rehearsal

Values = Callable[..., dict[str, Any]]


def test_links_see_what_is_there_and_say_what_is_gone(
    client: RegisterClient, config: RegisterConfig, rehearsal: Rehearsal, values: Values, tmp_path: Path
) -> None:
    made = [client.create(to_body(values(number)), str(number)).kobo_id for number in range(1, 6)]
    client.remove(made[0], "fdv-1", "gone")
    never = "99999999-2222-4333-8444-555555555555"
    seen = read_register(client, config, [*made, never], tmp_path)
    assert seen.verdict == "complete"
    assert set(seen.missing) == {made[0], never}
    assert seen.rows.get_column("leverandor_bolig_id").sort().to_list() == ["fdv-2", "fdv-3", "fdv-4", "fdv-5"]


@pytest.mark.parametrize("see", ["links", "listing"])
def test_answers_that_come_in_several_batches_are_one_table(
    client: RegisterClient, config: RegisterConfig, values: Values, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, see: str
) -> None:
    made = [client.create(to_body(values(number)), str(number)).kobo_id for number in range(1, 6)]
    client.remove(made[2], "fdv-3", "gone")
    asked = config.model_copy(update={"see": see})
    whole = read_register(client, asked, made, tmp_path)
    assert whole.rows.get_column("leverandor_bolig_id").to_list() == ["fdv-1", "fdv-2", "fdv-4", "fdv-5"], "in the order of our ids"
    monkeypatch.setattr("kobo_client.snapshot.BATCH", 2)
    parted = read_register(client, asked, made, tmp_path)
    assert parted.rows.equals(whole.rows)
    assert (parted.verdict, parted.missing, parted.notes) == ("complete", (made[2],), whole.notes)


def test_one_entry_that_cannot_be_read_fails_the_whole_snapshot(
    client: RegisterClient, config: RegisterConfig, rehearsal: Rehearsal, values: Values, tmp_path: Path
) -> None:
    made = [client.create(to_body(values(number)), str(number)).kobo_id for number in range(1, 6)]
    rehearsal.faults({"kind": "500", "contains": made[2]})
    seen = read_register(client, config, made, tmp_path)
    assert seen.verdict == "failed"
    assert "1 of 5" in str(seen.message)
    assert seen.melding
    assert seen.rows.height == 0


def test_an_answer_lost_beyond_all_attempts_is_asked_for_once_more_at_the_end(
    client: RegisterClient, config: RegisterConfig, rehearsal: Rehearsal, values: Values, tmp_path: Path
) -> None:
    made = [client.create(to_body(values(number)), str(number)).kobo_id for number in range(1, 6)]
    rehearsal.faults({"kind": "500", "contains": made[2], "times": config.attempts})
    seen = read_register(client, config, made, tmp_path)
    assert seen.verdict == "complete"
    assert seen.rows.height == 5


def test_a_register_that_does_not_answer_is_failed_and_not_empty(config: RegisterConfig, tmp_path: Path) -> None:
    down = config.model_copy(update={"base_url": "http://127.0.0.1:9", "attempts": 1})
    with RegisterClient(down) as client:
        seen = read_register(client, down, [], tmp_path)
    assert (seen.verdict, seen.rows.height) == ("failed", 0)
    assert str(seen.message).startswith("The register at http://127.0.0.1:9 could not be seen: No connection")
    assert str(seen.message).endswith("Nothing is written tonight; run again when it answers.")


def test_what_was_imported_is_seen_through_the_exported_file_and_read_live(
    client: RegisterClient, config: RegisterConfig, rehearsal: Rehearsal, values: Values, tmp_path: Path
) -> None:
    text, workbook = import_file.write_import_file([values(1), values(2, adressenavn="Åsvegen; øvre", manedsleie=9302.4)], tmp_path)
    sheet = openpyxl.load_workbook(workbook).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert len(import_file.read(text)) == 2
    answer = rehearsal.session.post(f"{rehearsal.address}/rehearsal/import", data=text.read_bytes(), timeout=5).json()
    assert answer == {"importert": 2, "avvist": []}
    again = rehearsal.session.post(f"{rehearsal.address}/rehearsal/import", data=text.read_bytes(), timeout=5).json()
    assert [row["linje"] for row in again["avvist"]] == [2, 3]

    exported = rehearsal.session.get(f"{rehearsal.address}/rehearsal/export", timeout=5).content
    (tmp_path / "eksport.csv").write_bytes(exported)
    config = config.model_copy(update={"export": Path("eksport.csv")})
    ours = client.create(to_body(values(3)), "three").kobo_id
    by_links = read_register(client, config, [ours], tmp_path)
    assert by_links.rows.height == 3
    assert by_links.rows.filter(pl.col("leverandor_bolig_id").is_null()).get_column("adressenavn").sort().to_list() == [
        "Fjordveien",
        "Åsvegen, øvre",
    ]
    by_file = read_register(client, config.model_copy(update={"see": "export"}), [ours], tmp_path)
    assert (by_file.verdict, by_file.rows.height, by_file.missing) == ("complete", 2, (ours,))


def test_the_list_shows_all_pages(
    client: RegisterClient, config: RegisterConfig, rehearsal: Rehearsal, values: Values, tmp_path: Path
) -> None:
    for number in range(1, 8):
        client.create(to_body(values(number)), str(number))
    assert len(list(client.listing(page_size=3))) == 7
    assert read_register(client, config.model_copy(update={"see": "listing"}), [], tmp_path).rows.height == 7


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        ("adresse;Åsvegen\n".encode("latin-1"), "not UTF-8"),
        (b"kommunenummer;gnrbnr\n", "35 columns"),
        ((";".join([*COLUMNS, "koboId"]) + "\n" + ";" * 35 + "42\n").encode(), "line 2: koboId '42' is no uuid"),
        (
            (";".join([*COLUMNS, "koboId"]) + "\n9901;x" + ";" * 34 + "11111111-2222-4333-8444-555555555555\n").encode(),
            "line 2: gnrbnr: a text of 1 characters",
        ),
    ],
)
def test_an_exported_file_that_cannot_be_used_is_explained(
    client: RegisterClient, config: RegisterConfig, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    if content is not None:
        (tmp_path / "eksport.csv").write_bytes(content)
    seen = read_register(client, config.model_copy(update={"export": Path("eksport.csv")}), [], tmp_path)
    assert seen.verdict == "failed"
    assert expected in str(seen.message)


def notes_of(*bodies: dict[str, Any]) -> tuple[str, ...]:
    unknown = Unknown()
    unknown.look_at(bodies)
    return unknown.notes


def test_a_documented_field_that_we_never_send_is_no_news() -> None:
    documented = {field.path.split(".")[0]: None for field in ALL_FIELDS}
    assert notes_of(documented) == ()
    assert notes_of(documented | {"nyttFelt": 1}) == ("The register's answers have a field we do not know: nyttFelt.",)


def test_what_is_new_inside_an_object_is_news_too() -> None:
    parent, _, key = next(field.path for field in ALL_FIELDS if "." in field.path).partition(".")
    assert notes_of({parent: {key: None}}) == ()
    assert notes_of({parent: {key: None, "nyttFelt": 1}}) == (f"The register's answers have a field we do not know: {parent}.nyttFelt.",)
    assert notes_of({parent: "no object"}, {parent: None}) == ()
