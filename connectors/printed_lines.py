"""Lines that a system prints around or between the rows of a list: dates of printing, counts, pages, rulers, signatures, end marks."""

from __future__ import annotations

import re

import polars as pl

_DATE = r"(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})"
_COUNTED = (
    r"(?:row\(s\)|rows?|records?|rad\(er\)|rader?|linje\(r\)|linjer?|post\(er\)|poster?|treff|boliger?|enheter?|objekt(?:er)?|leieforhold)"
)
_MADE = (
    r"utskrift\w*|utskrevet|skrevet ut|printet|printed|print date|eksport\w*|export\w*|uttrekk\w*|generert|generated|kj[øo]rt"
    r"|kj[øo]retid|kj[øo]redato|hentet|rapport\w*|report\w*|produsert|laget av|opprettet av|sist oppdatert|oppdatert pr|dato|date"
    r"|per dato|pr\.? dato|completion time|tidspunkt"
)
_SIGNED = r"med (?:vennlig )?hilsen|mvh|hilsen|signatur|sign\.?|underskrift|attestert|kontrollert|godkjent|saksbehandler"
_OTHER = r"kilde|source|copyright|©|fortrolig|konfidensielt?|unntatt offentlighet|merk|obs|nb|note"
_FORMS = (
    rf"(?:{_MADE}|{_SIGNED})(?:[\s:.,].*)?",
    rf"(?:{_OTHER})\s*:.*|©.*|copyright\b.*|unntatt offentlighet.*",
    rf"[(\[]?\s*\d+\s*{_COUNTED}(?:[\s.:,].*)?[)\]]?",
    rf"(?:antall|number of|ant\.)\s+{_COUNTED}.*",
    r"(?:side|page|ark)\s*:?\s*\d+(?:\s*(?:av|of|/)\s*\d+)?",
    r"[-=_*.~#+\s]{3,}",
    r"[-=*<(\[\s%\x1a]*(?:slutt|end|eof|the end|ferdig)\b(?:\s+(?:p[åa]|of|av)\b.*)?[\s\w]{0,20}[-=*>)\].\s]*",
)
PRINTED = rf"(?i)^\s*(?:{'|'.join(_FORMS)})\s*$"
"""Matches a whole line, or the only filled cell of one, that no list of homes has as a key."""
DATED = rf"(?i)^\s*\D.*(?:{_DATE}|\bkl\.?\s?\d{{1,2}}[:.]\d{{2}}).*$"
"""Words with a date or an hour among them. Only believed of lines after the last row, and where no key looks so."""
ONLY_WHEN = rf"(?i)^\s*(?:{_DATE}|kl\.?|\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2}})?|\d+|[,.:\s])+\s*$"
"""A date, an hour or a count: what is in the cell beside the word."""
_SENTENCE = r"(?i)[a-zæøå]{2}.*\s.*[a-zæøå0-9]"
"""Several words."""


def printed(text: pl.Expr, declared: str | None) -> pl.Expr:
    """Whether a text is such a line, by its words or by a pattern of the municipality's file."""
    by_words = text.str.contains(PRINTED)
    return by_words | text.str.contains(declared) if declared else by_words


def last_words(text: pl.Expr, keys: pl.Series, width: int) -> pl.Expr:
    """Whether the only text of a line after the last row is a remark: it looks like no key of this list, and like no row of it whose
    separators are others. keys: of the list's rows. width: how many values a row has."""
    dated = pl.lit(value=not keys.str.contains(DATED).any()) & text.str.contains(DATED)
    worded = pl.lit(value=not keys.str.contains(_SENTENCE).any()) & text.str.contains(_SENTENCE)
    shapes = keys.to_frame("key").select(_shape(pl.col("key"))).to_series().unique()
    begins_as_keys = _shape(text.str.extract(r"^([^\s,;|]+)[\s,;|]")).is_in(shapes.implode())
    return (dated | worded) & ~like_a_row(text, width) & ~begins_as_keys.fill_null(value=False)


def like_a_row(text: pl.Expr, width: int) -> pl.Expr:
    """Whether it has about as many separators of any kind as a row: in a sentence there is a blank behind them."""
    return text.str.count_matches(r"[;,|\t](?:[^ ]|$)") >= max(2, (width - 1) // 2)


def is_ruler(text: pl.Expr) -> pl.Expr:
    """Whether it is a line drawn below a heading."""
    return text.str.contains(r"^[-=_+*]{2,}$")


def _shape(text: pl.Expr) -> pl.Expr:
    """The same for 104 and 733; null for a text without a digit, which any sentence may begin with."""
    shape = text.str.replace_all(r"\d", "9").str.replace_all(r"[^\W\d_]", "a")
    return pl.when(shape.str.contains("9", literal=True)).then(shape)


def pattern_of(declared: tuple[str, ...]) -> str | None:
    """One pattern of those that `footer` lists; None for none. They match anywhere in the line, and letters' case does not count."""
    return "(?i)" + "|".join(f"(?:{pattern})" for pattern in declared) if declared else None


def compiles(pattern: str) -> bool:
    """Whether both Python and polars can use it."""
    try:
        re.compile(pattern)
        pl.Series([""]).str.contains(pattern)
    except (re.error, pl.exceptions.PolarsError):
        return False
    return True
