"""A night over a few rows whose homes are known: two or three lists, and what the register holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from reconciliation.match import match
from reconciliation.merge import merge
from reconciliation.model.tables import DEVIATIONS, SOURCE_ROWS, STANDING_ROWS
from reconciliation.plan.planning import make_plan
from reconciliation.plan.planning_inputs import Reading, Remembered
from reconciliation.reading.validate import validate
from tests.strategies import NIGHT, REGISTER, SOURCES, links, municipality, none_known, register

HOUSE = municipality()
Row = dict[str, Any]
PARCEL = {"gardsnummer": 31, "bruksnummer": 7}
ALIKE = {"bruksareal": 45.0, "antall_soverom": 1, "manedsleie": 7300.0}
LARGER = {"bruksareal": 66.0, "antall_soverom": 3, "manedsleie": 9800.0}


@dataclass(frozen=True)
class Night:
    """home: "source:key" -> what is true of the row. rows: STANDING_ROWS.
    entries: the register's rows. held: leverandor_bolig_id -> the true homes in it. items: PLAN_ITEMS. lineage: LINEAGE."""

    dwellings: pl.DataFrame
    memberships: pl.DataFrame
    items: pl.DataFrame
    matches: pl.DataFrame
    rejected: list[str]
    home: dict[str, str]
    rows: pl.DataFrame
    entries: pl.DataFrame
    lineage: pl.DataFrame

    @property
    def mixed(self) -> list[set[str]]:
        """The homes of each dwelling that holds rows of several."""
        merged = [{self.home[key] for key in keys} for keys in self.dwellings.get_column("source_keys")]
        return [homes for homes in merged if len(homes) > 1]

    def asked(self, first: str, second: str) -> bool:
        """Are the dwellings of these two rows one, or put to a person as perhaps one?"""
        of = dict(self.dwellings.select("source_keys", "leverandor_bolig_id").explode("source_keys").iter_rows())
        pairs = {
            (ours, beside) for ours, others in self.dwellings.select("leverandor_bolig_id", "candidates").iter_rows() for beside in others
        }
        return of[first] == of[second] or (of[first], of[second]) in pairs or (of[second], of[first]) in pairs

    def made(self) -> pl.DataFrame:
        """The entries that the night creates."""
        created = [name for name, kind in self.classes().items() if kind == "create"]
        made = self.dwellings.filter(pl.col("leverandor_bolig_id").is_in(created))
        return made.with_columns(kobo_id="new-" + pl.col("leverandor_bolig_id"), slettet=pl.lit(value=False)).select(list(REGISTER))

    def linked(self) -> pl.DataFrame:
        """leverandor_bolig_id, kobo_id."""
        return pl.concat([pairs.select("leverandor_bolig_id", "kobo_id") for pairs in (self.matches.filter("certain"), self.made())])

    def classes(self) -> dict[str, str]:
        return dict(self.items.drop_nulls("leverandor_bolig_id").select("leverandor_bolig_id", "class").iter_rows())


def night(
    lists: dict[str, list[Row]], entries: list[Row] | None = None, before: Night | None = None, decisions: pl.DataFrame | None = None
) -> Night:
    """lists: source -> rows with `key` and `home`. before: the night before, whose memberships are known, whose matches are linked and
    whose creations are in the register. decisions: DECISION_COLUMNS."""
    linked = links() if before is None else before.linked()
    rows, home = [], {}
    for source, listed in lists.items():
        for number, row in enumerate(listed, start=2):
            plain = {"kommunenummer": "9902", "postnummer": "9910", "kategori": "ordinar", "nummer": 1, "adressenavn": "Ospestien"}
            values = {name: value for name, value in row.items() if name not in ("key", "home")}
            place = {"source": source, "source_key": row["key"], "owner": source, "file": f"{source}.csv", "row": number}
            rows.append(dict.fromkeys(SOURCE_ROWS) | plain | values | place)
            home[f"{source}:{row['key']}"] = row["home"]
    frame = pl.DataFrame(rows, schema=SOURCE_ROWS, orient="row")
    seen = register(*({"postnummer": "9910", "adressenavn": "Ospestien", **entry} for entry in entries or []))
    if before is not None:
        seen = pl.concat([seen, before.made()])
    judged = validate(frame, pl.DataFrame(schema=DEVIATIONS), HOUSE, None if before is None else before.rows, seen)
    carried_rows = judged.accepted.with_columns(carried=pl.lit(value=False)).select(list(STANDING_ROWS))
    asked = (None, None) if before is None else (before.dwellings, before.matches)
    merged = merge(carried_rows, none_known() if before is None else before.memberships, decisions, HOUSE, before=asked[0])
    matches = match(merged.dwellings, seen, linked, decisions, before=asked[1])
    plan = make_plan(merged, seen, matches, Reading(frozenset(SOURCES)), Remembered(linked), HOUSE, NIGHT)
    rejected = judged.rejected.get_column("source_key").to_list()
    return Night(merged.dwellings, merged.memberships, plan.items, matches, rejected, home, carried_rows, seen, merged.lineage)


def flat(key: str, home: str, **values: Any) -> Row:
    return {"key": key, "home": home, **values}


def entry(unit: str, **values: Any) -> Row:
    return {**PARCEL, "kobo_id": f"k{unit}", "bruksenhetsnummer": unit, **values}
