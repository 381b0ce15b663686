"""Law 12: an unknown value or key never falls through to a default."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.config import CsvSource
from reconciliation.mapping import faults_of
from tests.validate.rows import SOURCE, VIK, good, judged

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
        ({"kategori": {"column": "Kategori", "as": "lookupp"}}, "did you mean 'lookup'?"),
        ({"kattegori": {"column": "Kategori"}}, "did you mean 'kategori'?"),
        ({"kategori": {"column": "Kategori", "as": "lookup", "table": {"Vanlig": "ordiner"}}}, "did you mean 'ordinar'?"),
        ({"kategori": {"column": "Kategori", "as": "lookup"}}, "needs a `table`"),
        ({"ekstra_referanse": {"column": "Rom", "as": "extract"}}, "needs a `pattern`"),
    ],
)
def test_a_mapping_that_names_what_does_not_exist_is_refused_with_the_nearest_name(fields: dict[str, object], words: str) -> None:
    source = CsvSource.model_validate({**SOURCE.model_dump(by_alias=True, mode="json"), "fields": fields})
    assert words in " ".join(faults_of("fdv", source, VIK.categories))
