"""The reference of a lease within a unit (ekstraReferanse), in the form in which two systems' are compared."""

from __future__ import annotations

import polars as pl

_ROOM = r"(?:ROM|ROMNR|ROMNUMMER|R|HYBEL|HYBELNR|HYBELNUMMER|HYB)"
_NUMBERED = rf"^(?:{_ROOM}[.:\s]*)?(?:NR[.:\s]*)?0*([1-9][0-9]*\s?[A-ZÆØÅ]?)$"
_LETTERED = rf"^(?:{_ROOM}[.:\s]+)?([A-ZÆØÅ])$"


def compared_lease(column: str) -> pl.Expr:
    """Text in which "Rom 2", "Hybel 02" and "2" are one: within one unit the number names the lease, whatever a list calls its rooms.

    Anything else is as written, without case and outer blanks; null when blank. Kobo itself tells leases by the text as written.
    """
    text = pl.col(column).str.strip_chars().str.to_uppercase()
    short = pl.coalesce(text.str.extract(_NUMBERED).str.replace_all(r"\s", ""), text.str.extract(_LETTERED), text)
    return pl.when(text.str.len_bytes() > 0).then(short)
