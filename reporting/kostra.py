"""KOSTRA skjema 13, kommunalt disponerte boliger: each number, the dwellings behind it, and how it agrees with what was read.

Definitions: SSB, "Kommunale boliger" (om statistikken) and the word explanations of its table. What is documented there and
what is assumed about our own fields is beside each number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from reconciliation.model.municipality import Municipality
from reconciliation.model.words import DwellingClass
from reconciliation.plan.stock_scope import OUT_OF_USE, WHOLE_UNIT, why_not_counted

OWNED, COMPANY = "KOMMUNALT_EID", "INNLEID_FRA_KOMMUNALT_FORETAK"
LEASED_PREFIX = "INNLEID_"
NEAREST_DAYS = 31
"""A night at most this many days from 31 December can be counted; the workbook says how many days."""


class RuleBasis(StrEnum):
    """documented: SSB's guidance says so. assumption: ours, and shown as such."""

    DOCUMENTED = "documented"
    ASSUMPTION = "assumption"


class NumberPart(StrEnum):
    """total: the number itself. tenure: its parts by who owns, which add up to it. among: of the total. check: look at before reporting."""

    TOTAL = "total"
    TENURE = "tenure"
    AMONG = "among"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class CountingRule:
    """What makes a dwelling count. code: the column that marks it among the rows; its words are texts `kostra_rules.<code>`."""

    code: str
    part: NumberPart
    basis: RuleBasis


RULES = (
    CountingRule("i_alt", NumberPart.TOTAL, RuleBasis.DOCUMENTED),
    CountingRule("eid", NumberPart.TENURE, RuleBasis.DOCUMENTED),
    CountingRule("innleid", NumberPart.TENURE, RuleBasis.ASSUMPTION),
    CountingRule("disposisjonsrett", NumberPart.TENURE, RuleBasis.DOCUMENTED),
    CountingRule("ikke_oppgitt", NumberPart.TENURE, RuleBasis.ASSUMPTION),
    CountingRule("kommunalt_foretak", NumberPart.AMONG, RuleBasis.ASSUMPTION),
    CountingRule("egen_kontrakt", NumberPart.AMONG, RuleBasis.DOCUMENTED),
    CountingRule("rullestol", NumberPart.AMONG, RuleBasis.DOCUMENTED),
    CountingRule("rullestol_nei", NumberPart.AMONG, RuleBasis.DOCUMENTED),
    CountingRule("rullestol_ukjent", NumberPart.AMONG, RuleBasis.ASSUMPTION),
    CountingRule("omsorgsbolig", NumberPart.AMONG, RuleBasis.ASSUMPTION),
    CountingRule("ordinar_bolig", NumberPart.AMONG, RuleBasis.ASSUMPTION),
    CountingRule("mulig_dobbelt", NumberPart.CHECK, RuleBasis.ASSUMPTION),
    CountingRule("fra_tidligere", NumberPart.CHECK, RuleBasis.ASSUMPTION),
)


@dataclass(frozen=True, slots=True)
class CountingStep:
    """One step from the rows read to the total. code: text `kostra_lines.<code>`; detail fills it. sum: a result, not a step."""

    code: str
    count: int
    detail: str = ""
    sum: bool = False


@dataclass(frozen=True)
class Kostra:
    """as_of: the date reported. night: the night whose tables were counted.

    counts: rule code -> dwellings. lines: each sum is the steps above it added up. only_in_register: entries in Kobo that no
    source knows, not counted. rows: DWELLINGS with kobo_id, `counted`, `left_out` (why not, a code) and a Boolean per rule code.
    left_out: source rows that are no dwelling here: PLACE and `why`.
    """

    as_of: date
    night: date
    counts: dict[str, int]
    lines: tuple[CountingStep, ...]
    only_in_register: int
    rows: pl.DataFrame
    left_out: pl.DataFrame

    @property
    def days_off(self) -> int:
        """Days between the date reported and the night whose tables were counted."""
        return abs((self.as_of - self.night).days)


def count_kostra(
    municipality: Municipality,
    dwellings: pl.DataFrame,
    items: pl.DataFrame,
    rejected: pl.DataFrame,
    out_of_scope: pl.DataFrame,
    *,
    night: date,
    as_of: date,
) -> Kostra:
    """Count a night's tables (DWELLINGS, PLAN_ITEMS, SOURCE_ROWS, OUT_OF_SCOPE) as KOSTRA does."""
    rows = _marked(municipality, dwellings, items)
    counts = {rule.code: int(rows.get_column(rule.code).sum()) for rule in RULES}
    alone = items.filter(pl.col("class") == DwellingClass.REGISTER_ONLY.value).height
    return Kostra(as_of, night, counts, tuple(_lines(rows, rejected, out_of_scope)), alone, rows, _left_out(rejected, out_of_scope))


def _marked(municipality: Municipality, dwellings: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    known = items.filter(pl.col("leverandor_bolig_id").is_not_null()).unique("leverandor_bolig_id", keep="first", maintain_order=True)
    rights = list(municipality.kostra.right_of_disposal)
    right = (pl.col("eier_organisasjonsnummer").is_in(rights) | pl.col("leverandor_bolig_id").is_in(rights)).fill_null(value=False)
    form, company = pl.col("disposisjonsform").fill_null(""), municipality.kostra.municipal_company
    owned = (form == OWNED) | ((form == COMPANY) & pl.lit(company == "owned"))
    leased = form.str.starts_with(LEASED_PREFIX) & ~owned
    wheelchair, boligtype = pl.col("er_tilgjengelig_for_rullestolbruker"), pl.col("boligtype").fill_null("")
    rows = dwellings.join(known.select("leverandor_bolig_id", "kobo_id"), on="leverandor_bolig_id", how="left", maintain_order="left")
    rows = rows.with_columns(left_out=why_not_counted()).with_columns(counted=pl.col("left_out").is_null())
    marks = {
        "i_alt": pl.lit(value=True),
        "eid": owned & ~right,
        "innleid": leased & ~right,
        "disposisjonsrett": right,
        "ikke_oppgitt": ~owned & ~leased & ~right,
        "kommunalt_foretak": form == COMPANY,
        "egen_kontrakt": pl.col("ekstra_referanse").is_not_null(),
        "rullestol": wheelchair.fill_null(value=False),
        "rullestol_nei": ~wheelchair.fill_null(value=True),
        "rullestol_ukjent": wheelchair.is_null(),
        "omsorgsbolig": boligtype == "OMSORGSBOLIG",
        "ordinar_bolig": boligtype == "ORDINAR_BOLIG",
        "mulig_dobbelt": (pl.col("candidates").list.len() > 0).fill_null(value=False),
        "fra_tidligere": pl.col("carried").fill_null(value=False),
    }
    return rows.with_columns((pl.col("counted") & mark).alias(code) for code, mark in marks.items())


def _lines(rows: pl.DataFrame, rejected: pl.DataFrame, out_of_scope: pl.DataFrame) -> list[CountingStep]:
    tonight = int(rows.get_column("rows").sum())
    merged = int(rows.get_column("source_keys").list.len().sum())
    read = tonight + rejected.height + out_of_scope.height
    uncounted = {code: rows.filter(pl.col("left_out") == code).height for code in (WHOLE_UNIT, OUT_OF_USE)}
    outside = [
        CountingStep("utenfor", -count, reason) for reason, count in out_of_scope.group_by("reason").len().sort("reason").iter_rows()
    ]
    return [
        CountingStep("lest", read, sum=True),
        *outside,
        CountingStep("avvist", -rejected.height),
        CountingStep("fra_for", merged - tonight),
        CountingStep("samme_bolig", rows.height - merged),
        CountingStep("boliger", rows.height, sum=True),
        *(CountingStep(code, -number) for code, number in uncounted.items()),
        CountingStep("i_alt", rows.height - sum(uncounted.values()), sum=True),
    ]


def _left_out(rejected: pl.DataFrame, out_of_scope: pl.DataFrame) -> pl.DataFrame:
    place = ["source", "file", "sheet", "row", "source_key", "owner"]
    frames = [rejected.select(*place, why=pl.lit("rejected")), out_of_scope.select(*place, why="reason")]
    return pl.concat(frames).sort("why", "source", "file", "sheet", "row", nulls_last=True)
