"""docs/rules.md from the table of rules: `python -m reconciliation.model.rules_page > docs/rules.md`."""

from __future__ import annotations

from reconciliation.model.rules import POSSIBLE, RULES
from reconciliation.model.words import Severity

_HEAD = """# Regler

Hver rad i kildene prøves mot disse reglene. En rad som bryter en regel, blir ikke sendt til Kobo før den er rettet i kilden; resten av
radene går videre. En advarsel stopper ikke raden. Denne siden er laget av `reconciliation/model/rules.py`.

| regel | gjelder | hva er galt | hva kreves | stopper raden |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    lines = [
        f"| {rule.id} | {rule.field or 'raden'} | {rule.title} | {rule.required} | {'ja' if rule.severity is Severity.ERROR else 'nei'} |"
        for rule in RULES
    ]
    possible = [f"- `{name}`: fra {least:g} til {greatest:g}" for name, (least, greatest) in POSSIBLE.items()]
    return _HEAD + "\n".join(lines) + "\n\n## Mulige verdier (V02)\n\n" + "\n".join(possible) + "\n"


if __name__ == "__main__":
    print(page(), end="")
