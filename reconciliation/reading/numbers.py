"""Numbers as people write them: blanks, points or commas between thousands, kroner and square metres around them.

`7.340` and `7,340` can be two numbers each. The rest of the file or its owner decides, never this module."""

from __future__ import annotations

import re

_AROUND = re.compile(
    r"^(?:kr\.?|nok|bra)(?=[\s\d(+\-])"
    r"|\s*(?:/|pr\.?|per|(?<=[\d\w.\-] )i)?\s*(?:mnd|md|måned|m[åa]neden)\.?$"
    r"|(?:kr\.?|nok|kroner|m2|m²|m\^2|kvm\.?|kv\.?\s?m\.?|kvadratmeter|stk\.?|soverom)$|(?<=\s)bra$",
    re.IGNORECASE,
)
_NO_ORE = re.compile(r"[,.:]\s?[-–—]$")
_DASHES = str.maketrans("−–’`", "--''")
_BODY = re.compile(
    r"(?P<sign>[-+]?)(?P<whole>\d+|\d{1,3}(?P<between>[ '.,])\d{3}(?:(?P=between)\d{3})*)(?:(?P<mark>[.,])(?P<part>\d+))?(?P<after>-?)"
)


class TwoNumbers(ValueError):
    """The text can be two numbers, one a thousand times the other."""


def read_number(text: str, decimal: str | None = None) -> float | None:
    """The number; None when the text is not one. decimal: the decimal mark of the file, when it is known.

    Raises TwoNumbers for `7.340` and `7,340` when it is not.
    """
    match = _BODY.fullmatch(_bare(text))
    if match is None or (match["mark"] and match["mark"] == match["between"]) or (match["sign"] and match["after"]):
        return None
    whole, part = re.sub(r"\D", "", match["whole"]), match["part"] or "0"
    if match["part"] and not match["between"] and may_be_thousands(match["whole"], match["part"]):
        if decimal is None:
            raise TwoNumbers(text)
        if decimal != match["mark"]:
            whole, part = whole + part, "0"
    value = float(f"{whole}.{part}")
    return -value if "-" in (match["sign"], match["after"]) else value


def may_be_thousands(whole: str, part: str) -> bool:
    """Whether what is after the one mark could be thousands as well as decimals."""
    return len(part) == 3 and len(whole) <= 3 and not whole.startswith("0")


def integer(text: str, decimal: str | None = None) -> int | None:
    """A whole number, however a spreadsheet shows it (`3.0`). Raises TwoNumbers as `number` does."""
    value = read_number(text, decimal)
    return int(value) if value is not None and value == int(value) else None


def _bare(text: str) -> str:
    """Without quotes, kroner, square metres and the dash for no øre; a bookkeeper's parentheses are a minus."""
    bare = " ".join(text.translate(_DASHES).strip().strip("'\"").split())
    minus = ""
    for _ in range(3):
        bare = _NO_ORE.sub("", _AROUND.sub("", bare).strip()).strip()
        if bare.startswith("(") and bare.endswith(")") and not minus:
            minus, bare = "-", bare[1:-1].strip()
    bare = minus + bare
    return re.sub(r"^([-+]) (?=\d)", r"\1", bare)
