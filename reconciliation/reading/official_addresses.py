"""Standardised rows held against the municipality's official addresses, when its file names them (`addresses`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from connectors.source_config import AddressService, AnySource
from language import and_then, message, stored
from reconciliation.addresses.address_register import AddressRegister, load_register
from reconciliation.addresses.kartverket_cache import FOLDER, Kept, kept_addresses
from reconciliation.addresses.kartverket_file import AddressFileError
from reconciliation.addresses.postal import much_the_same_place
from reconciliation.addresses.resolve_column import resolve_column
from reconciliation.addresses.verdicts import Resolution
from reconciliation.model import tables
from reconciliation.model.municipality import ConfigurationError, Municipality
from reconciliation.model.rules import BY_ID
from reconciliation.reading.standardise import Standardised, deviations_of
from reconciliation.reading.validate import heading_of

_OUTSIDE, _POSTAL, _UNIT = "A05W", "P03W", "B04W"


@dataclass(frozen=True, slots=True)
class OfficialAddresses:
    """register: None when the file names no addresses. notes: stored messages, on addresses that are older than they should be."""

    register: AddressRegister | None
    notes: tuple[str, ...] = ()


def official_addresses(municipality: Municipality, home: Path, today: date | None = None) -> OfficialAddresses:
    """The official addresses the file names. Raises ConfigurationError when they cannot be had.

    today: the day that ages of kept addresses are counted from; the real one, also when an earlier night is replayed.
    """
    if not municipality.addresses:
        return OfficialAddresses(None)
    day = today or datetime.now(ZoneInfo(municipality.timezone)).date()
    try:
        kept = [
            kept_addresses(entry, home / FOLDER, day) if isinstance(entry, AddressService) else Kept(home / entry)
            for entry in municipality.addresses
        ]
        return OfficialAddresses(load_register([one.path for one in kept]), tuple(one.note for one in kept if one.note))
    except AddressFileError as error:
        raise ConfigurationError(f"{municipality.file}: addresses: {error}") from error


def with_official_addresses(done: Standardised, source: AnySource, register: AddressRegister | None) -> Standardised:
    """Rows of one source, with the official spelling where the address is certain, and a warning (A05W) where it is not.

    Only the name is respelt: number, letter, postnummer and unit stay as the owner wrote them. A blank postnummer or
    poststed is filled from the register; one that the register tells otherwise is a warning (P03W), since postnummer decides
    no municipality; so is a bruksenhetsnummer that the address does not have (B04W), where the register has units.
    """
    if register is None:
        return done
    rows = done.rows.with_row_index("_at")
    located = rows.filter(pl.col("adressenavn").is_not_null() & pl.col("nummer").is_not_null())
    text = pl.concat_str("adressenavn", pl.lit(" "), pl.col("nummer").cast(pl.String), pl.col("bokstav").fill_null(""))
    asked = located.with_columns(value=text)
    found = resolve_column(register, asked["value"], asked["postnummer"], asked["poststed"])
    judged = asked.select("_at", "value").hstack(
        found.select("verdict", "reason", *(pl.col(name).alias(f"_{name}") for name in ("adressenavn", "postnummer", "poststed")))
    )
    certain = judged.filter(pl.col("verdict") == Resolution.RESOLVED).select("_at", "_adressenavn", "_postnummer", "_poststed")
    spelt = rows.join(certain, on="_at", how="left", maintain_order="left").with_columns(
        pl.coalesce("_adressenavn", "adressenavn").alias("adressenavn"),
        pl.coalesce("postnummer", "_postnummer").alias("postnummer"),
        pl.coalesce("poststed", "_poststed").alias("poststed"),
    )
    doubtful = judged.filter(pl.col("verdict") != Resolution.RESOLVED).select("_at", "value", "reason")
    told = [
        _told(rows, doubtful, source, _OUTSIDE),
        _told(rows, _elsewhere_by_post(rows, certain), source, _POSTAL),
        _told(rows, _without_that_unit(asked.join(certain, on="_at", how="semi"), register), source, _UNIT),
    ]
    return Standardised(spelt.select(list(tables.SOURCE_ROWS)), pl.concat([done.deviations, *told]))


def _without_that_unit(certain: pl.DataFrame, register: AddressRegister) -> pl.DataFrame:
    """(_at, value, reason) of certain addresses whose bruksenhetsnummer is none of the register's."""
    asked = certain.filter(pl.col("bruksenhetsnummer").is_not_null() & register.has_units)
    found = resolve_column(
        register, asked.select(pl.format("{} {}", "value", "bruksenhetsnummer")).to_series(), asked["postnummer"], asked["poststed"]
    )
    told = asked.select("_at", value="bruksenhetsnummer").hstack(found.select("verdict", "reason"))
    return told.filter(pl.col("verdict") != Resolution.RESOLVED).select("_at", "value", "reason")


def _elsewhere_by_post(rows: pl.DataFrame, certain: pl.DataFrame) -> pl.DataFrame:
    """(_at, value, reason) of certain addresses whose written postnummer or poststed is not the official one."""
    both = rows.join(certain, on="_at")
    official = both.select(shown=pl.concat_str("_postnummer", "_poststed", separator=" ", ignore_nulls=True)).to_series()
    written = both.select(shown=pl.concat_str("postnummer", "poststed", separator=" ", ignore_nulls=True)).to_series()
    other_place = [
        bool(mine and theirs) and not much_the_same_place(mine, theirs) for mine, theirs in both.select("poststed", "_poststed").iter_rows()
    ]
    wrong = (pl.col("postnummer") != pl.col("_postnummer")).fill_null(value=False) | pl.Series("other", other_place, dtype=pl.Boolean())
    told = both.with_columns(
        value=written, reason=pl.Series([stored(message("rules.official_post", post=post)) for post in official], dtype=pl.String)
    )
    return told.filter(wrong).select("_at", "value", "reason")


def _told(rows: pl.DataFrame, found: pl.DataFrame, source: AnySource, rule: str) -> pl.DataFrame:
    """DEVIATIONS of the rows that `found` (_at, value, reason) names: the rule's sentence and the reason."""
    about = BY_ID[rule].field
    named = rows.join(found, on="_at", how="inner", maintain_order="left").with_columns(rule=pl.lit(rule))
    warned = deviations_of(named, heading_of(source, about), about)
    sentences = [and_then(said, reason) for said, reason in zip(warned["message"], named["reason"], strict=True)]
    return warned.with_columns(message=pl.Series(sentences, dtype=pl.String))
