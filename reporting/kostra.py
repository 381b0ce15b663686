"""KOSTRA skjema 13, kommunalt disponerte boliger: each number, the dwellings behind it, and how it agrees with what was read.

Definitions: SSB, "Kommunale boliger" (om statistikken) and the word explanations of its table. What is documented there and
what is assumed about our own fields stands beside each number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from reconciliation.likeness.leases import whole_unit
from reconciliation.model.municipality import Municipality
from reconciliation.model.words import DwellingClass

OWNED, COMPANY = "KOMMUNALT_EID", "INNLEID_FRA_KOMMUNALT_FORETAK"
LEASED_PREFIX = "INNLEID_"
NEAREST_DAYS = 31
"""A night so far from 31 December still tells of it; the workbook says how far."""


class Basis(StrEnum):
    DOCUMENTED = "documented"
    ASSUMPTION = "assumption"


class Part(StrEnum):
    """total: the number itself. tenure: its parts by who owns, which add up to it. among: of the total. check: look at before reporting."""

    TOTAL = "total"
    TENURE = "tenure"
    AMONG = "among"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a dwelling count. code: the column that marks it among the rows; its words are texts `kostra_rules.<code>`."""

    code: str
    part: Part
    basis: Basis


RULES = (
    Rule("i_alt", Part.TOTAL, Basis.DOCUMENTED),
    Rule("eid", Part.TENURE, Basis.DOCUMENTED),
    Rule("innleid", Part.TENURE, Basis.ASSUMPTION),
    Rule("disposisjonsrett", Part.TENURE, Basis.DOCUMENTED),
    Rule("ikke_oppgitt", Part.TENURE, Basis.ASSUMPTION),
    Rule("kommunalt_foretak", Part.AMONG, Basis.ASSUMPTION),
    Rule("egen_kontrakt", Part.AMONG, Basis.DOCUMENTED),
    Rule("rullestol", Part.AMONG, Basis.DOCUMENTED),
    Rule("rullestol_nei", Part.AMONG, Basis.DOCUMENTED),
    Rule("rullestol_ukjent", Part.AMONG, Basis.ASSUMPTION),
    Rule("omsorgsbolig", Part.AMONG, Basis.ASSUMPTION),
    Rule("ordinar_bolig", Part.AMONG, Basis.ASSUMPTION),
    Rule("mulig_dobbelt", Part.CHECK, Basis.ASSUMPTION),
    Rule("fra_tidligere", Part.CHECK, Basis.ASSUMPTION),
)


@dataclass(frozen=True, slots=True)
class Line:
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
    lines: tuple[Line, ...]
    only_in_register: int
    rows: pl.DataFrame
    left_out: pl.DataFrame

    @property
    def days_off(self) -> int:
        return abs((self.as_of - self.night).days)


def kostra(
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
    rows = rows.with_columns(left_out=pl.when(whole_unit()).then(pl.lit("hele_enheten"))).with_columns(counted=pl.col("left_out").is_null())
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


def _lines(rows: pl.DataFrame, rejected: pl.DataFrame, out_of_scope: pl.DataFrame) -> list[Line]:
    tonight = int(rows.get_column("rows").sum())
    standing = int(rows.get_column("source_keys").list.len().sum())
    read = tonight + rejected.height + out_of_scope.height
    whole = rows.filter(~pl.col("counted")).height
    outside = [Line("utenfor", -count, reason) for reason, count in out_of_scope.group_by("reason").len().sort("reason").iter_rows()]
    return [
        Line("lest", read, sum=True),
        *outside,
        Line("avvist", -rejected.height),
        Line("fra_for", standing - tonight),
        Line("samme_bolig", rows.height - standing),
        Line("boliger", rows.height, sum=True),
        Line("hele_enheten", -whole),
        Line("i_alt", rows.height - whole, sum=True),
    ]


def _left_out(rejected: pl.DataFrame, out_of_scope: pl.DataFrame) -> pl.DataFrame:
    place = ["source", "file", "sheet", "row", "source_key", "owner"]
    frames = [rejected.select(*place, why=pl.lit("rejected")), out_of_scope.select(*place, why="reason")]
    return pl.concat(frames).sort("why", "source", "file", "sheet", "row", nulls_last=True)
