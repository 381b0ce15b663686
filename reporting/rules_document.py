"""docs/rules.md from the table of rules: `python -m reporting.rules_document > docs/rules.md`."""

from __future__ import annotations

from language import text
from reconciliation.model.rules import POSSIBLE, RULES, Rule
from reconciliation.model.words import Severity


def rules_document() -> str:
    """The whole page, as Markdown."""
    possible = [
        text("rules.document_between", name=name, range=text("rules.between", least=f"{least:g}", most=f"{most:g}"))
        for name, (least, most) in POSSIBLE.items()
    ]
    rows = [_row(rule) for rule in RULES]
    return text("rules.document_head") + "\n".join([*rows, "", f"## {text('rules.document_possible')}", "", *possible]) + "\n"


def _row(rule: Rule) -> str:
    title, required = (text(f"rule_texts.{rule.id}.{part}") for part in ("title", "required"))
    stops = text("rules.holds_row" if rule.holds else "rules.stops_row" if rule.severity is Severity.ERROR else "rules.warns_only")
    return f"| {rule.id} | {rule.field or text('rules.whole_row')} | {title} | {required} | {stops} |"


if __name__ == "__main__":
    print(rules_document(), end="")
