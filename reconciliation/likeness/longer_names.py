"""How the two streets of a pair differ: by slips of the hand, by a word more, or by their first word.

Gamle Kirkevegen is often what another list calls Kirkevegen; and of Nordre and Søndre Kirkevegen, one may have been typed for the other.
"""

from __future__ import annotations

import polars as pl
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from reconciliation.likeness.neighbours import LETTERS_APART
from reconciliation.likeness.street_spelling import LETTERS_OF_A_SLIP, stem

FIRST_WORD = 3
"""Letters that a name is longer by, at least, to be the other one with a word before it."""
_LAST_WORD = 5
"""Letters of a last word that says something by itself."""


def with_streets_compared(pairs: pl.DataFrame) -> pl.DataFrame:
    """pairs: compared, with both sides' `adressenavn`, `_street` and `_stem`. Adds `_letters`: how many slips of the hand part the two
    streets, as written or without the form of the last word; `_longer_name`: one of them is the other with a word before it;
    `_same_last_word`: they end with the same word."""
    import numpy as np  # noqa: PLC0415 - a tenth of a second, on the nights when two are compared only

    names = pairs.select(pl.col("_street", "_street_theirs", "_stem", "_stem_theirs").fill_null("")).with_row_index("_at")
    differ = names.filter(pl.col("_street") != pl.col("_street_theirs"))
    apart = [
        cpdist(differ[name].to_list(), differ[f"{name}_theirs"].to_list(), scorer=OSA.distance, dtype=np.int32)
        for name in ("_street", "_stem")
    ]
    letters = np.zeros(pairs.height, dtype=np.int32)
    letters[differ["_at"].to_numpy()] = np.minimum(*apart)
    longer = longer_by_a_word(pairs.get_column("_street"), pairs.get_column("_street_theirs"))
    words = pl.DataFrame({"_ours": _last_words(pairs["adressenavn"]), "_theirs": _last_words(pairs["adressenavn_theirs"])})
    same = words.select((pl.col("_ours") == pl.col("_theirs")) & (pl.col("_ours").str.len_chars() >= _LAST_WORD)).to_series()
    return pairs.with_columns(_letters=pl.Series(letters), _longer_name=longer, _same_last_word=same.fill_null(value=False))


def similar_street() -> pl.Expr:
    """On such pairs: spelt nearly alike, or the one is the other with a word before it."""
    return ((pl.col("_level_adressenavn") != "different") & (pl.col("_letters") <= LETTERS_APART)) | pl.col("_longer_name")


def _last_words(names: pl.Series) -> pl.Series:
    """The last word of each name, without its form. Each distinct name is looked at once: a street is in thousands of pairs."""
    distinct = names.drop_nulls().unique()
    last = pl.col("name").str.to_lowercase().str.strip_chars(" .").str.split(" ").list.last()
    words = pl.DataFrame({"name": distinct}).select(word=last).select(stem("word")).to_series()
    return names.replace_strict(distinct, words, default=None, return_dtype=pl.String())


def longer_by_a_word(left: pl.Series, right: pl.Series) -> pl.Series:
    """left, right: folded names, row by row. Does the longer one end with the shorter one, up to LETTERS_APART slips of the hand? False
    where either is missing, where they are about equally long, and where the shorter one is so short that many names end with it."""
    pairs = pl.DataFrame({"left": left, "right": right}).with_row_index("_at")
    lengths = [pl.col(name).str.len_chars().cast(pl.Int64()) for name in ("left", "right")]
    ordered = pairs.with_columns(_shorter=pl.min_horizontal(lengths), _longer=pl.max_horizontal(lengths))
    uneven = ordered.filter((pl.col("_longer") - pl.col("_shorter") >= FIRST_WORD) & (pl.col("_shorter") >= LETTERS_OF_A_SLIP))
    left_shorter = lengths[0] == pl.col("_shorter")
    names = uneven.select(
        "_at",
        "_shorter",
        short=pl.when(left_shorter).then("left").otherwise("right"),
        long=pl.when(left_shorter).then("right").otherwise("left"),
    )
    longer = pl.repeat(False, pairs.height, eager=True)
    # A slip may have made the shorter name a letter longer or shorter.
    for more in (-1, 0, 1):
        ends = names.select(end=pl.col("long").str.slice(-(pl.col("_shorter") + more))).to_series()
        slips = cpdist(names["short"].to_list(), ends.to_list(), scorer=OSA.distance, score_cutoff=LETTERS_APART)
        near = names.get_column("_at").filter(pl.Series(slips, dtype=pl.Int64()) <= LETTERS_APART)
        longer = longer.scatter(near, True)
    return longer
