"""A plan as Markdown, with a limited number of items, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import polars as pl

from language import rendered, text
from reconciliation.likeness.place import PLACE_FIELDS, TELLING_FIELDS
from reconciliation.model.reasons import english
from reconciliation.model.words import ACTIONS, DwellingClass
from reconciliation.plan.parts import Part
from reconciliation.plan.planning import Plan, actionable

_HEADS = ("class", "dwelling", "koboId", "changes", "why", "held back because")


def as_markdown(plan: Plan, rows: int = 40) -> str:
    """Counts, refusals and at most `rows` items: those that change something or wait for a person first."""
    lines = [f"Plan `{plan.digest[:12]}`: {actionable(plan).height} changes.", "", "| class | | dwellings |", "|---|---|---:|"]
    lines += [f"| {kind.value} | {text(f'class_titles.{kind.value}')} | {plan.counts[kind.value]} |" for kind in DwellingClass]
    if plan.parts:
        lines += ["", "| part | changes | goes | digest | for example |", "|---|---:|---|---|---|"]
        part_rows = (part_in_words(part, plan.shielded) for part in plan.parts)
        lines += [f"| {' | '.join(_cell(shown_text) for shown_text in cells)} |" for cells in part_rows]
    if plan.refusals:
        lines += ["", "**Not applied without a person:**", *(f"- {refusal.message}" for refusal in plan.refusals)]
    shown = plan.items.filter(pl.col("class") != DwellingClass.IN_SYNC.value)
    is_change = pl.col("class").is_in([kind.value for kind in ACTIONS])
    shown = shown.sort(is_change, "class", "leverandor_bolig_id", "kobo_id", descending=[True, False, False, False], nulls_last=True)
    if shown.height:
        lines += ["", f"| {' | '.join(_HEADS)} |", "|" + "---|" * len(_HEADS)]
        lines += [
            f"| {' | '.join(_cell(shown_text) for shown_text in _texts(item, plan.shielded))} |"
            for item in shown.head(rows).iter_rows(named=True)
        ]
    if shown.height > rows:
        lines += ["", f"… and {shown.height - rows} more; `kobosync plan` shows them all."]
    return "\n".join(lines) + "\n"


def as_json(plan: Plan) -> str:
    """The whole plan as JSON: digest, counts, refusals and every item that is not in sync, with its changes as lists."""
    items = plan.items.filter(pl.col("class") != DwellingClass.IN_SYNC.value).to_dicts()
    content: dict[str, Any] = {
        "digest": plan.digest,
        "register_verdict": plan.register_verdict,
        "counts": plan.counts,
        "parts": [{"name": part.name, "digest": part.digest, "changes": part.changes, "goes": not part.refusals} for part in plan.parts],
        "refusals": [
            {"code": refusal.code, **refusal.details, "message": refusal.message, "melding": rendered(refusal.melding)}
            for refusal in plan.refusals
        ],
        "items": [_shown(item, plan.shielded) for item in items],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def changes_in_words(changes: str, *, shielded: bool = False) -> str:
    """The changes, without values of fields that tell where a home is, since plans are shown to everybody (law 10).

    shielded: its address is shielded; values by which it could be found elsewhere are left out too.
    """
    hidden = TELLING_FIELDS if shielded else PLACE_FIELDS
    return ", ".join(
        f"{change['field']}: differs" if change["field"] in hidden else f"{change['field']}: {change['old']} -> {change['new']}"
        for change in json.loads(changes)
    )


def part_in_words(part: Part, shielded: Collection[str]) -> tuple[str, str, str, str, str]:
    """Name, number of changes, whether it waits, the digest that approves it, and a few of its dwellings."""
    return (
        part.name,
        str(part.changes),
        "waits" if part.refusals else "yes",
        part.digest[:12],
        ", ".join(example for example in part.examples if example not in shielded),
    )


def _shown(item: dict[str, Any], shielded: Collection[str]) -> dict[str, Any]:
    """An item with its changes and details as JSON values; of fields that tell where it is, only the name."""
    hidden = TELLING_FIELDS if item["leverandor_bolig_id"] in shielded else PLACE_FIELDS

    def shown_changes(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"field": change["field"]} if change["field"] in hidden else change for change in changes]

    details = json.loads(item["details"])
    # `kept` and `asked` in the details are lists of changes too.
    moved = {name: shown_changes(details[name]) for name in ("asked", "kept") if name in details}
    return {**item, "changes": shown_changes(json.loads(item["changes"])), "details": {**details, **moved}}


def _texts(item: dict[str, Any], shielded: Collection[str]) -> list[str]:
    details = json.loads(item["details"])
    changes = changes_in_words(item["changes"], shielded=item["leverandor_bolig_id"] in shielded)
    held_reason = english(item["held"], details) if item["held"] else ""
    return [item["class"], item["leverandor_bolig_id"] or "", item["kobo_id"] or "", changes, english(item["reason"], details), held_reason]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
