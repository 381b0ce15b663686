"""Every validation rule as one row. What is wrong and what the owner should do is said by the texts `rule_texts.<id>`, in KOSTRA's tone."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from language import Message, message
from reconciliation.model.words import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """id: short and stable, the owner can look it up. field: canonical field it is about; None for the whole row.

    wrong: true for a row that breaks the rule; None when it is found while the value is read. holds: a warning whose row is not used until
    somebody has confirmed the value.
    """

    id: str
    field: str | None
    wrong: pl.Expr | None = None
    severity: Severity = Severity.ERROR
    holds: bool = False

    def messages(self, value: str | None, column: str | None) -> tuple[Message, ...]:
        """Messages about a row that breaks the rule: its value, and what is required. column: the heading; None for the whole row."""
        shown = "" if value is None else value if len(value) <= _LONGEST else value[:_LONGEST] + " …"
        return (
            message(f"rule_texts.{self.id}.filled", value=shown, column=column or message("rules.whole_row")),
            message(f"rule_texts.{self.id}.required"),
        )


_LONGEST = 120
_UNIT = r"^[HULK](?:0[1-9]|[1-9]\d)(?:0[1-9]|[1-9]\d)$"
"""Floors and units are counted from 01."""
_LOCATED = pl.col("adressenavn").is_not_null() & pl.col("nummer").is_not_null()

REUSED_KEY = "N05W"
"""A known key names another home than at the last complete read."""

RULES: tuple[Rule, ...] = (
    Rule("L01", None),
    Rule("N01", None, pl.col("source_key").is_null()),
    Rule("N02", None, pl.col("source_key").is_not_null() & (pl.col("same_key") > 1)),
    Rule("N04W", None, severity=Severity.WARNING),
    Rule(REUSED_KEY, None, severity=Severity.WARNING, holds=True),
    Rule("N06W", None, severity=Severity.WARNING),
    Rule("K01", "kategori", pl.col("kategori").is_null() & ~pl.col("broken_fields").list.contains("kategori")),
    Rule("K02", "kategori"),
    Rule(
        "A01",
        "adressenavn",
        pl.col("adressenavn").is_null()
        & ~pl.col("broken_fields").list.contains("adresse")
        & ~pl.col("broken_fields").list.contains("adressenavn"),
    ),
    Rule("A02", "nummer", pl.col("adressenavn").is_not_null() & pl.col("nummer").is_null()),
    Rule("A03", "adressenavn"),
    Rule("A04", "adressenavn"),
    Rule("A05W", "adressenavn", severity=Severity.WARNING),
    Rule("A06W", "adressenavn", severity=Severity.WARNING),
    Rule("G01", "kommunenummer"),
    Rule("G02W", "gardsnummer", severity=Severity.WARNING),
    Rule("G03", "kommunenummer"),
    Rule("P01", "postnummer", pl.col("postnummer").is_null() & _LOCATED & ~pl.col("broken_fields").list.contains("postnummer")),
    Rule("P02", "postnummer", pl.col("postnummer").is_not_null() & ~pl.col("postnummer").str.contains(r"^\d{4}$")),
    Rule("P03W", "postnummer", severity=Severity.WARNING),
    Rule("P04W", "postnummer", severity=Severity.WARNING),
    Rule("P05W", "postnummer", severity=Severity.WARNING),
    Rule("O01", "eier_organisasjonsnummer"),
    Rule("B01", "bruksenhetsnummer", pl.col("bruksenhetsnummer").is_not_null() & ~pl.col("bruksenhetsnummer").str.contains(_UNIT)),
    Rule(
        "B02",
        "bruksenhetsnummer",
        _LOCATED
        & pl.col("bruksenhetsnummer").is_null()
        & pl.col("leilighetsnummer").is_null()
        & pl.col("ekstra_referanse").is_null()
        & (pl.col("same_unit") > 1),
    ),
    Rule(
        "B03", "bruksenhetsnummer", _LOCATED & pl.col("bruksenhetsnummer").is_not_null() & (pl.col("same_unit") > 1) & ~pl.col("confirmed")
    ),
    Rule("B07", "bruksenhetsnummer", pl.col("copy_of").is_not_null()),
    Rule("B04W", "bruksenhetsnummer", severity=Severity.WARNING),
    Rule("B06W", "bruksenhetsnummer", severity=Severity.WARNING),
    Rule("B05W", "bruksenhetsnummer", pl.col("floor_contradicts_unit"), severity=Severity.WARNING),
    Rule("M01", "gardsnummer"),
    Rule("V01", None),
    Rule("S01W", None, severity=Severity.WARNING),
    Rule("S02W", None, severity=Severity.WARNING),
    Rule("V02", None),
    Rule("V03", None),
    Rule("V04W", None, severity=Severity.WARNING),
    Rule("I01W", None, severity=Severity.WARNING),
)
BY_ID = {rule.id: rule for rule in RULES}

POSSIBLE: dict[str, tuple[float, float]] = {"bruksareal": (0.01, 1000), "manedsleie": (0, 100_000), "antall_soverom": (0, 20)}
"""Field -> smallest and largest possible value (rule V02). Square metres, kroner a month, rooms."""
