"""When two dwellings of different systems, which no key joins, may be one home typed with a slip, and are worth a question."""

from __future__ import annotations

import polars as pl

from reconciliation.likeness.comparison import next_house
from reconciliation.likeness.contradiction import contradict, in_pair
from reconciliation.likeness.longer_names import similar_street
from reconciliation.likeness.neighbours import LETTERS_APART

ENOUGH = 6.0
"""Points (likeness/comparison) from which a pair in a street spelt nearly alike is worth a question."""
NUMBERS = ("ekstra_referanse", "gardsnummer", "seksjonsnummer")
"""Numbers of which a difference means two homes."""
_MEASURED = ("bruksareal", "manedsleie", "antall_soverom")
_LOOKED_AT = ("adressenavn", "nummer", "bruksenhetsnummer", "etasjenummer", *NUMBERS, *_MEASURED)


def worth_a_question() -> pl.Expr:
    """On compared pairs with `_letters`, `_longer_name` and `_same_last_word` (likeness/longer_names), and
    `_sole`, `_sole_theirs` (no source of the dwelling has another one at its address): no number of NUMBERS differs, and the difference in
    the address is a typing error, a renamed street, or outweighed by an equal measure."""
    level = _levels()
    numbers_agree = _numbers_agree()
    same_rent, same_area = level["manedsleie"] == "same", level["bruksareal"] == "same"
    same_label = _same_label()
    ground, same_unit = level["gardsnummer"] == "same", level["bruksenhetsnummer"] == "same"
    tied = same_rent | same_area | (ground & same_unit & same_label)
    house = level["nummer"].is_in(["same", "letter"]) | ((level["nummer"] == "beside") & tied)
    spelt = (level["adressenavn"] != "different") & ((pl.col("_letters") <= LETTERS_APART) | same_rent | same_area)
    same_house, lettered = level["nummer"] == "same", level["nummer"].is_in(["same", "letter"])
    like = level["bruksareal"].is_in(["same", "close"]) & (level["antall_soverom"] == "same")
    # A street that was renamed: the same house number and parcel, or the same unit with the same area and rent.
    renamed = (
        (same_house & ground & (same_unit | same_rent | same_area))
        | (lettered & ground & same_unit & (same_area | same_rent))
        | (same_house & same_rent & ((same_unit & level["bruksareal"].is_in(["same", "close"])) | like))
    )
    unit = ~level["bruksenhetsnummer"].is_in(["different", "digit"])
    # A unit number typed wrong: all else is equal, and the two owners number the flat alike or charge one rent.
    here = same_house & (level["adressenavn"] == "same") & ~unit
    alone = pl.col("_sole") & pl.col("_sole_theirs")
    typed = here & (same_rent | (same_label & same_area) | (alone & (same_area | like)))
    same_floor = level["etasjenummer"] != "different"
    stray = _nothing_measured_differs() & same_floor & unit & (_same_number_in_akindred_street() | _next_door_in_akindred_street())
    return numbers_agree & ((house & unit & (renamed | (spelt & (pl.col("_points") >= ENOUGH)))) | typed | stray)


def worth_a_question_alone() -> pl.Expr:
    """On the same pairs: worth a question only where neither of the two has another such partner, or a likelier one (`evidence`). On a
    parcel, in a house or a street where both systems list the same homes, two without a partner are probably one home of which one row
    was typed wrong: what agrees must outweigh the slips that part them."""
    level = _levels()
    same_rent, same_area = level["manedsleie"] == "same", level["bruksareal"] == "same"
    ground, here = level["gardsnummer"] == "same", level["nummer"].is_in(["same", "letter"])
    street = similar_street() | pl.col("_same_last_word")
    placed = (ground & (street | (level["nummer"] == "same"))) | (street & (here | next_house()))
    placed |= here & same_area & (same_rent | _same_label())
    near = same_rent | same_area | ((level["bruksareal"] == "close") & ((level["antall_soverom"] == "same") | _same_label()))
    floors = (pl.col("etasjenummer") != pl.col("etasjenummer_theirs")).fill_null(value=False)
    rooms = (level["antall_soverom"] != "different") | same_rent | (same_area & ((level["bruksenhetsnummer"] == "same") | _same_label()))
    measured = (level["manedsleie"] != "different") & (level["bruksareal"] != "different") & rooms
    return _numbers_agree() & measured & ~floors & placed & (ground | near) & (evidence() >= pl.when(ground).then(-1).otherwise(0))


def evidence() -> pl.Expr:
    """On the same pairs: points for what agrees, less one for each slip that parts the two (street, house, unit), and one where the
    cadastre's number does not tie them."""
    level = _levels()
    same = {name: (level[name] == "same").cast(pl.Int64()) for name in _LOOKED_AT}
    unit = (~level["bruksenhetsnummer"].is_in(["same", "unknown", "first"])).cast(pl.Int64())
    street = (~similar_street()).cast(pl.Int64())
    house = (level["nummer"] != "same").cast(pl.Int64())
    close = (level["bruksareal"] == "close").cast(pl.Int64()) + (level["manedsleie"] == "close").cast(pl.Int64())
    agreeing = 2 * same["manedsleie"] + 2 * same["bruksareal"] + close + same["antall_soverom"] + same["bruksenhetsnummer"]
    return agreeing + _same_label().cast(pl.Int64()) - unit - street - house - (1 - same["gardsnummer"])


def _levels() -> dict[str, pl.Expr]:
    return {name: pl.col(f"_level_{name}") for name in _LOOKED_AT}


def _numbers_agree() -> pl.Expr:
    return pl.all_horizontal(pl.col(f"_level_{name}") != "different" for name in NUMBERS) & ~contradict(in_pair)


def _nothing_measured_differs() -> pl.Expr:
    return pl.all_horizontal(pl.col(f"_level_{name}") != "different" for name in _MEASURED)


def _same_label() -> pl.Expr:
    return (pl.col("_label") == pl.col("_label_theirs")).fill_null(value=False)


def _same_number_in_akindred_street() -> pl.Expr:
    level = _levels()
    here = level["nummer"].is_in(["same", "letter"])
    ground = level["gardsnummer"] == "same"
    same = ground | _same_label() | (level["manedsleie"] == "same") | (level["bruksareal"] == "same")
    nearly = same | (level["bruksareal"] == "close") | (level["antall_soverom"] == "same")
    measured = (level["manedsleie"] == "same") | (level["bruksareal"] == "same")
    return here & ((similar_street() & same) | (pl.col("_longer_name") & nearly) | (pl.col("_same_last_word") & measured))


def _next_door_in_akindred_street() -> pl.Expr:
    level = _levels()
    return next_house() & similar_street() & ((level["manedsleie"] == "same") | (level["bruksareal"] == "same"))
