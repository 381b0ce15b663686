"""Every conditional requirement of the import file: what it asks of some dwellings and not of others, and how dates are written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kobo_client.contract import DISPOSISJONSFORM
from kobo_client.import_columns import COLUMNS, PRIVATE_OWNER, REQUIRED_OF_OWNER, from_import_row, missing_owner_fields, to_import_row

OWNER = {"eier_navn": "Nordvik boligstiftelse", "eier_organisasjonsnummer": "938000111", "eier_mobilnummer": "12345678"}


def test_each_form_of_disposal_is_in_the_table_or_a_persons_work() -> None:
    assert {*REQUIRED_OF_OWNER, PRIVATE_OWNER} == set(DISPOSISJONSFORM)


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        ("KOMMUNALT_EID", []),
        ("INNLEID_FRA_KOMMUNALT_FORETAK", ["eier_navn", "eier_organisasjonsnummer"]),
        ("INNLEID_FRA_STIFTELSE", ["eier_navn", "eier_organisasjonsnummer"]),
        ("INNLEID_FRA_PRIVAT_FORETAK", ["eier_navn", "eier_organisasjonsnummer", "eier_mobilnummer"]),
        (None, []),
    ],
)
def test_what_is_lacking_is_named(form: str | None, asked: list[str]) -> None:
    assert missing_owner_fields({"disposisjonsform": form}) == asked
    assert missing_owner_fields({"disposisjonsform": form, **OWNER}) == []


def test_status_date_owner_and_staffing_are_in_the_file_and_come_back() -> None:
    written: dict[str, Any] = {
        "disposisjonsform": "INNLEID_FRA_STIFTELSE",
        "boligstatus": "KLAR_FOR_INNFLYTTING",
        "statusdato": date(2023, 11, 1),
        "er_dognbemannet": True,
        "eier_navn": OWNER["eier_navn"],
        "malernummer_strom": "707057",
    }
    row = to_import_row(written)
    assert (row["statusdato"], row["boligstatus"], row["erdognbemannet"]) == ("01.11.2023", "KLAR_FOR_INNFLYTTING", "1")
    assert from_import_row(row) == written
    assert set(row) == set(COLUMNS)


def test_a_date_that_is_none_is_named_by_its_column() -> None:
    with pytest.raises(ValueError, match="statusdato"):
        from_import_row({"statusdato": "2023-11-01"})
