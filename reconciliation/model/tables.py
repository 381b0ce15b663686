"""One schema per table between the steps of a night, and the one place where each column is documented.

Frames are eager polars frames: pandera checks nothing but the schema of a LazyFrame.
"""

from __future__ import annotations

import polars as pl

CONTENT: dict[str, pl.DataType] = {
    "kommunenummer": pl.String(),  # four digits, as valid at the source; a name with dates, never an identity
    "gardsnummer": pl.Int64(),
    "bruksnummer": pl.Int64(),
    "festenummer": pl.Int64(),  # null when absent (sources write 0 or blank)
    "seksjonsnummer": pl.Int64(),  # null when absent
    "adressenavn": pl.String(),
    "nummer": pl.Int64(),
    "bokstav": pl.String(),  # upper case
    "bruksenhetsnummer": pl.String(),  # H0101
    "leilighetsnummer": pl.String(),  # the owner's own label ("3"); never a bruksenhetsnummer
    "ekstra_referanse": pl.String(),  # distinguishes several leases in one bruksenhet ("Rom 2")
    "postnummer": pl.String(),
    "poststed": pl.String(),
    "andelsnummer": pl.String(),
    "kategori": pl.String(),  # key into the municipality's categories
    "boligtype": pl.String(),
    "disposisjonsform": pl.String(),
    "eier_organisasjonsnummer": pl.String(),  # of the firm or foundation the dwelling is leased from
    "eier_navn": pl.String(),  # that organisation's name; never a person's
    "eier_mobilnummer": pl.String(),  # of a private company, which the import file asks for
    "bruksareal": pl.Float64(),  # square metres
    "antall_soverom": pl.Int64(),
    "etasjenummer": pl.Int64(),
    "er_bofellesskap": pl.Boolean(),
    "er_tilgjengelig_for_rullestolbruker": pl.Boolean(),
    "manedsleie": pl.Float64(),  # kroner
    "boligstatus": pl.String(),  # UTLEID, KLAR_FOR_INNFLYTTING, VEDLIKEHOLD, IKKE_TILGJENGELIG; blank stays blank
    "statusdato": pl.Date(),  # since when
    "tilgjengelig_fra": pl.Date(),  # from when it can be let
    "er_reservert": pl.Boolean(),
    "under_oppussing": pl.Boolean(),
    "tatt_ut_av_bruk": pl.Boolean(),  # is in Kobo still, but is no part of the stock; a dwelling that is never let is `aktiv` false
    "leieforhold_slutt": pl.Date(),  # the day a lease ends; counted only, shown with no dwelling
    "er_dognbemannet": pl.Boolean(),  # of the category when no source says
    "har_personalbase": pl.Boolean(),
    "underkategori_boligtype": pl.String(),
    "kvalifiserer_mva_kompensasjon": pl.Boolean(),
    "malernummer_strom": pl.String(),
    "malernummer_vann": pl.String(),
    "skolekrets_barneskole": pl.String(),
    "skolekrets_ungdomsskole": pl.String(),
    "hemmelig_adresse": pl.Boolean(),  # its address is shown in no report (law 10)
    "aktiv": pl.Boolean(),  # false: not let at all, out of scope; null counts as true
    "oppdatert": pl.Datetime("us"),  # when the source last changed the row, local time; midnight where only the day is known
}
"""What a source can state about a dwelling: canonical field -> type."""

PLACE: dict[str, pl.DataType] = {
    "source": pl.String(),
    "file": pl.String(),
    "sheet": pl.String(),  # null outside Excel
    "row": pl.Int64(),  # 1-based, as its owner sees it
    "row_hash": pl.String(),
    "owner": pl.String(),  # slug of the data owner
    "source_key": pl.String(),  # raw key within the source
}

SOURCE_ROWS: dict[str, pl.DataType] = {**PLACE, **CONTENT}
"""Standardised rows of all sources, one row per source row."""

STANDING_ROWS: dict[str, pl.DataType] = {**SOURCE_ROWS, "carried": pl.Boolean()}
"""Accepted, in-scope rows that merging works on: tonight's, plus (`carried`) the last accepted version of rows that a
failed or suspicious read did not bring or that were rejected tonight. Carried rows are never counted as read."""

OUT_OF_SCOPE: dict[str, pl.DataType] = {**SOURCE_ROWS, "reason": pl.String()}
"""Rows that are no let dwelling; `reason` is a code: category key, or "inactive"."""

DEVIATIONS: dict[str, pl.DataType] = {
    **PLACE,
    "column": pl.String(),  # the heading in their file; null for the whole row
    "field": pl.String(),  # canonical field; null for the whole row
    "value": pl.String(),  # as written, masked
    "rule": pl.String(),  # rule id, see reconciliation/rules
    "severity": pl.String(),  # error | warning
    "message": pl.String(),  # stored messages (language): what was filled in, what is required, what to do
    # The cell's place, and its value as written (reading/cell_places)
    "at_file": pl.String(),  # the joined file of a joined column; the title of a database or service
    "at_sheet": pl.String(),
    "at_row": pl.Int64(),  # of a merged cell its first; null in a database or service, whose rows have no numbers: there source_key tells
    "at_column": pl.String(),  # the heading, or what the system's own screen calls it
    "cell": pl.String(),  # the whole cell as written, masked; null where it is blank, or holds more than its owner asked us to read
}
"""What is wrong, one row per source row and rule. A source row with at least one error is rejected."""

DWELLINGS: dict[str, pl.DataType] = {
    "leverandor_bolig_id": pl.String(),
    **CONTENT,
    "owner": pl.String(),
    "sources": pl.List(pl.String()),  # sorted
    "source_keys": pl.List(pl.String()),  # sorted "source:key"
    "rows": pl.Int64(),  # source rows read tonight that are part of it; 0 when all are carried
    "carried": pl.Boolean(),  # every row of it is carried
    "merged_by": pl.String(),  # reason code of the weakest key that holds its rows together; null for one row
    "contradictions": pl.List(pl.String()),  # protected fields on which its rows disagree
    "candidates": pl.List(pl.String()),  # leverandor_bolig_id of dwellings it may be the same as
}
"""One row per dwelling after merging; sorted by leverandor_bolig_id."""

LINEAGE: dict[str, pl.DataType] = {
    "leverandor_bolig_id": pl.String(),
    "field": pl.String(),
    "source": pl.String(),
    "source_key": pl.String(),
    "value": pl.String(),  # null: the house has no letter
    "won": pl.Boolean(),
    "reason": pl.String(),  # code: decision, priority, newest
}
"""Where sources disagree about a field of a dwelling: every value, who won and why."""

MATCHES: dict[str, pl.DataType] = {
    "leverandor_bolig_id": pl.String(),
    "kobo_id": pl.String(),
    "key": pl.String(),  # link, decision, leverandor_bolig_id, matrikkel, address, candidate
    "certain": pl.Boolean(),  # one-to-one, nothing contradicts, no rival
    "reason": pl.String(),  # code, see reconciliation/reasons
    "details": pl.String(),  # JSON: what agrees, what does not
}
"""Pairs of a dwelling and a register entry. At most one certain pair per dwelling and per entry."""

PLAN_ITEMS: dict[str, pl.DataType] = {
    "class": pl.String(),  # DwellingClass
    "leverandor_bolig_id": pl.String(),  # null for register_only
    "kobo_id": pl.String(),  # null for create
    "changes": pl.String(),  # JSON list of {field, old, new, source}, sorted by field; "[]" when none
    "match_key": pl.String(),  # how the pair was found; null when there is none
    "reason": pl.String(),  # code, see reconciliation/reasons
    "details": pl.String(),  # JSON object that fills the reason's text
    "held": pl.String(),  # code of the guard that holds this item back; null when it may be applied
    "part": pl.String(),  # action/source: what is limited and approved together; null when nothing is done
}
"""One row per dwelling per night, sorted by (class, leverandor_bolig_id, kobo_id)."""

OUTCOMES: dict[str, pl.DataType] = {
    "leverandor_bolig_id": pl.String(),
    "kobo_id": pl.String(),
    "verb": pl.String(),  # POST, PUT, DELETE, REPLACE (DELETE and POST in one)
    "outcome": pl.String(),  # done, refused, failed, unknown, moved, not_tried, handed_over, by_hand
    "status": pl.Int64(),  # HTTP status of the last answer; null when none came
    "message": pl.String(),  # stored messages (language), the register's own useful words included; null when done
}
"""The outcome of each applied item."""


def conformed(frame: pl.DataFrame, table: dict[str, pl.DataType]) -> pl.DataFrame:
    """A stored table of an earlier version with today's columns; those that it did not have are null."""
    return frame.select((pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name) for name, kind in table.items())


def empty(table: dict[str, pl.DataType]) -> pl.DataFrame:
    """A frame of that shape with no rows."""
    return pl.DataFrame(schema=table)
