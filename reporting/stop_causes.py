"""Why something stops, in the words of the rules and reasons that say so."""

from __future__ import annotations

import json

from language import text, texts, word_for
from reconciliation.model.reasons import REASONS
from reconciliation.model.rules import BY_ID


def rule_title(rule: str) -> str:
    """The rule's title; an unknown rule is shown by its id."""
    return text(f"rule_texts.{rule}.title") if rule in BY_ID else rule


def cause(code: str, details: str | None = None) -> str:
    """What a reason, class or outcome code means; with `details` (an item's JSON) its blanks are filled.

    The same code on many dwellings has no details, and a row that is shielded is not named in them: then the report's own words for it are
    used where there are some.
    """
    known: dict[str, str] = texts().at("reasons")
    if details is None and code in known:
        return known[code]
    if code not in REASONS:
        return word_for("reasons", code)
    key, given = f"plan_reasons.{code}", json.loads(details or "{}")
    unknown = [blank for blank in texts().blanks(key) if blank not in given]
    return known[code] if unknown and code in known else text(key, **dict.fromkeys(unknown, "?"), **given)
