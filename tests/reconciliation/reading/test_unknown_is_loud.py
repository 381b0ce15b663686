"""Law 12: an unknown value or key never falls through to a default."""

from __future__ import annotations

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.source_config import CsvSource
from reconciliation.model.mapping_check import faults_of
from reconciliation.reading.validate import row_schema, rules_broken_by
from tests.reconciliation.reading.village_rows import SOURCE, VIK, good, judged

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
        (
            {"kategori": {"column": "Kategori", "as": "lookup", "table": {"Vanlig": "FYLL_INN"}}},
            f"choose among {', '.join(VIK.categories)}.",
        ),
        ({"kategori": {"column": "Kategori", "as": "lookup"}}, "needs a `table`"),
        ({"ekstra_referanse": {"column": "Rom", "as": "extract"}}, "needs a `pattern`"),
    ],
)
def test_a_mapping_that_names_what_does_not_exist_is_refused_with_the_nearest_name(fields: dict[str, object], words: str) -> None:
    source = CsvSource.model_validate({**SOURCE.model_dump(by_alias=True, mode="json"), "fields": fields})
    assert words in " ".join(faults_of("fdv", source, VIK.categories))


def test_a_rule_that_cannot_be_asked_stops_the_night_and_lets_no_row_pass() -> None:
    done = judged(good())
    unfit = done.accepted.with_columns(postnummer=pl.lit(9920), same_key=1, same_unit=1, broken_fields=pl.lit([], pl.List(pl.String)))
    with pytest.raises(RuntimeError, match="P02"):
        rules_broken_by(unfit)


def test_which_rows_break_which_rules_is_what_pandera_itself_says() -> None:
    rows = judged(*(good(Nummer=str(number), Bruksenhet=f"H01{number:02d}") for number in range(1, 9))).accepted
    number = pl.int_range(pl.len())
    odd = rows.with_columns(
        bruksareal=pl.when(number % 3 == 0).then(-1.0).otherwise("bruksareal"),
        postnummer=pl.when(number == 4).then(pl.lit("99")).when(number == 6).then(None).otherwise("postnummer"),
        same_key=1,
        same_unit=1,
        confirmed=False,
        copy_of=pl.lit(None, pl.String),
        floor_contradicts_unit=False,
        broken_fields=pl.lit([], pl.List(pl.String)),
    )
    with pytest.raises(pa.errors.SchemaErrors) as broken:
        row_schema().validate(odd, lazy=True)
    failures = sorted(broken.value.failure_cases.select("check", "index").rows())
    ours = rules_broken_by(odd)
    assert sorted((name, row) for name, holds in ours.items() for row in range(odd.height) if not holds[row]) == failures
    assert {name for name, _ in failures} == {"V02:bruksareal", "P01", "P02"}
