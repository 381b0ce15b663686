"""A postnummer that Posten's register does not have, or has for post boxes alone, is a warning and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from language import rendered
from reconciliation.model.municipality import ConfigurationError
from reconciliation.reading.postnummer_register import read_postnummer_register, with_postnummer_warnings
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate
from tests.reconciliation.reading.village_rows import SOURCE, VIK, good, read

NAMED = VIK.model_copy(update={"postnummerregister": Path("post.txt")})
FILE = "9920\tVIK\t9902\tVIK\tG\r\n9921\tVIK\t9902\tVIK\tP\r\n9923\tBJØRNVIK\t9902\tVIK\tB\r\n"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_a_number_that_is_none_and_one_of_post_boxes_are_reported_and_go_on(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "post.txt").write_bytes(FILE.encode(encoding))
    codes = read_postnummer_register(NAMED, tmp_path)
    rows = [
        good(Nummer=str(at), Adresse=f"Storgata {at}", Postnr=code) for at, code in enumerate(("9920", "9921", "7099", "9923", None), 1)
    ]
    done = with_postnummer_warnings(standardise(read(*rows), SOURCE, NAMED), SOURCE, codes)
    messages = {
        row: rendered(stored) for row, rule, stored in done.deviations.select("row", "rule", "message").iter_rows() if rule == "P05W"
    }
    assert sorted(messages) == [3, 4]
    assert "for postbokser" in messages[3]
    assert "står ikke i Postens register" in messages[4]
    assert validate(done.rows, done.deviations, NAMED).accepted.height == 4, "only the row without any is rejected"


def test_without_the_file_nothing_is_reported_and_a_file_that_is_another_is_refused_in_words(tmp_path: Path) -> None:
    done = standardise(read(good(Postnr="7099")), SOURCE, VIK)
    assert with_postnummer_warnings(done, SOURCE, read_postnummer_register(VIK, tmp_path)) is done
    for content in (b"postnr;poststed\n9920;VIK\n", b""):
        (tmp_path / "post.txt").write_bytes(content)
        with pytest.raises(ConfigurationError, match="postnummerregister"):
            read_postnummer_register(NAMED, tmp_path)
    (tmp_path / "post.txt").unlink()
    with pytest.raises(ConfigurationError, match="postnummerregister"):
        read_postnummer_register(NAMED, tmp_path)
