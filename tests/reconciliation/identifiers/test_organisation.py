"""A number of an organisation has a check digit; a row with another is reported and the number is not sent."""

from __future__ import annotations

import pytest

from connectors.source_config import CsvSource
from reconciliation.identifiers.organisation import parse_organisation
from reconciliation.reading.standardise import standardise
from tests.reconciliation.reading.village_rows import SOURCE, VIK, good, read

_MAPPING = SOURCE.model_dump(by_alias=True)
OWNED = CsvSource.model_validate(_MAPPING | {"fields": _MAPPING["fields"] | {"eier_organisasjonsnummer": {"column": "Rom"}}})
WRITTEN = [
    ("974760673", "974760673"), ("974 760 673", "974760673"), ("NO974760673MVA", "974760673"), ("Org.nr. 974 760 673", "974760673"),
    ("974760673.0", "974760673"), ("974.760.673", "974760673"), ("NO 974 760 673 MVA", "974760673"),
    ("974760674", None), ("97476067", None), ("9747606730", None), ("ukjent", None), ("", None), ("000000000", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), WRITTEN)
def test_the_forms_people_write_are_one_number_and_a_wrong_digit_is_none(text: str, number: str | None) -> None:
    assert parse_organisation(text) == number


def test_a_wrong_number_of_an_owner_is_reported_and_not_sent() -> None:
    done = standardise(read(good(Rom="974 760 673"), good(Rom="974760674"), good(Rom="000000000"), good()), OWNED, VIK)
    assert done.rows["eier_organisasjonsnummer"].to_list() == ["974760673", None, None, None]
    assert done.deviations.select("row", "rule", "column", "value").rows() == [(3, "O01", "Rom", "974760674")]
