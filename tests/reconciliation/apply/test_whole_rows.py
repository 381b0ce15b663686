"""A row that lacks what the import asks about its owner is never handed over; the others go, and the owner reads what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from kobo_client import import_file
from language import rendered
from reconciliation.apply import hand_over
from reconciliation.apply.owner_names import OwnerNamesError, with_owner_names
from reconciliation.ledger import Ledger
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan

FORMS = {
    "a": "KOMMUNALT_EID",
    "b": "INNLEID_FRA_STIFTELSE",
    "c": "INNLEID_FRA_PRIVAT_FORETAK",
    "d": "INNLEID_FRA_PRIVATPERSON",
}


def leased() -> pl.DataFrame:
    made = dwellings(*FORMS, eier_organisasjonsnummer="938000111")
    return made.with_columns(disposisjonsform=pl.col("leverandor_bolig_id").replace_strict(FORMS))


def test_only_whole_rows_are_handed_over(ledger: Ledger, night: Nights, tmp_path: Path) -> None:
    told = hand_over(plan(*create(*FORMS)), leased(), ledger, night(), MUNICIPALITY, tmp_path)
    became = {ours: (outcome, rendered(said)) for ours, _, _, outcome, _, said in told.iter_rows()}
    assert {ours: outcome for ours, (outcome, _) in became.items()} == {"a": "handed_over", "b": "refused", "c": "refused", "d": "by_hand"}
    assert "Eiers navn." in became["b"][1]
    assert "Eiers navn, Eiers telefonnummer" in became["c"][1]
    assert "for hånd" in became["d"][1]
    (file,) = tmp_path.rglob("kobo-import.csv")
    assert [row["disposisjonsform"] for row in import_file.read(file)] == ["KOMMUNALT_EID"]


def test_the_downloaded_file_names_organisations_and_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "enheter.csv"
    file.write_text('organisasjonsnummer,navn,postadresse\n938000111,"Nordvik boligstiftelse","x"\n938000112,Annet,y\n', encoding="utf-8")
    named = with_owner_names(leased(), file)
    names = dict(named.select("leverandor_bolig_id", "eier_navn").iter_rows())
    assert names == {"a": None, "b": "Nordvik boligstiftelse", "c": "Nordvik boligstiftelse", "d": None}


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"orgnr;name\n1;2\n"])
def test_a_file_that_cannot_be_read_is_a_sentence(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "enheter.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(OwnerNamesError, match=r"enheter\.csv cannot be read"):
        with_owner_names(leased(), file)


def test_what_has_gone_is_told_once_per_dwelling(ledger: Ledger, night: Nights, tmp_path: Path) -> None:
    told = hand_over(plan(*create(*FORMS)), leased(), ledger, night(), MUNICIPALITY, tmp_path)
    assert told.get_column("leverandor_bolig_id").to_list() == sorted(FORMS)
    assert all(json.loads(said) for said in told.get_column("message"))
