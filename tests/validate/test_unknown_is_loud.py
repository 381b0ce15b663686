"""Law 12: an unknown value or key never falls through to a default."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.config import CsvSource
from reconciliation.municipality import ConfigurationError
from reconciliation.standardise import check_mapping
from tests.validate.rows import SOURCE, good, judged

KNOWN = ("ordinær", "institusjon")


@given(st.text(min_size=1, max_size=20).filter(lambda text: text.strip()))
def test_a_category_outside_the_table_is_rejected_and_never_guessed(text: str) -> None:
    done = judged(good(Kategori=text))
    known = text.strip().casefold() in KNOWN
    blank = text.strip() in ("<NULL>", "''", "-", "–")
    ends = done.accepted.height + done.out_of_scope.height
    assert ends == (1 if known else 0)
    if not known:
        assert done.deviations.get_column("rule").to_list() == ["K01" if blank else "K02"]
        assert done.rejected.select(pl.col("kategori").is_null()).item()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kategori": {"column": "Kategori", "as": "lookupp"}}, "lookupp"),
        ({"kattegori": {"column": "Kategori"}}, "kattegori"),
    ],
)
def test_a_mapping_that_names_what_does_not_exist_is_refused_by_name(fields: dict[str, object], words: str) -> None:
    source = CsvSource.model_validate({**SOURCE.model_dump(by_alias=True, mode="json"), "fields": fields})
    with pytest.raises(ConfigurationError, match=words):
        check_mapping("fdv", source)
