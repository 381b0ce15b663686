"""Every text that is asked for exists, every code that can be shown has a text, and every text is used."""

from __future__ import annotations

import re
import string
from collections.abc import Collection
from pathlib import Path

import pytest
import yaml

import language
from connectors.read_faults import FAULTS, LINE_FAULTS, SUSPICIOUS
from connectors.read_result import Verdict
from connectors.source_files import FILE_KINDS
from desk.my_cases import SHOW
from language import DEFAULT, in_language, texts
from reconciliation.decisions.answer_checks import AnswerOutcome
from reconciliation.ledger.handed_over import HANDED_OVER
from reconciliation.model.known_decisions import DecisionKind
from reconciliation.model.movement_kinds import MovementKind
from reconciliation.model.plan_actions import FILE, REPLACE
from reconciliation.model.reasons import REASONS
from reconciliation.model.rules import BY_ID, RULES
from reconciliation.model.tables import CONTENT
from reconciliation.model.words import DwellingClass, Severity
from reconciliation.reading.evidence_words import EVIDENCE
from reporting import acquisitions, forecast
from reporting.acquisitions_reading import MeasureKind, Stage
from reporting.housing_stock import COLUMNS
from reporting.needs_detail import Urgency
from reporting.stop_causes import cause, rule_title
from tests.language.keys import texts_of

HOUSE = Path(language.__file__).parents[1]
ROOMS = ("connectors", "kobo_client", "reconciliation", "reporting", "assets", "desk", "pipelines")
CODE = "\n".join(
    file.read_text(encoding="utf-8") for room in ROOMS for file in sorted((HOUSE / room).rglob("*")) if file.suffix in (".py", ".j2", ".js")
)
NAMED = frozenset(re.findall(r"""(?<=["'])[\w.]+(?=["'])|\bTEKST\.\w+""", CODE))
"""Quoted strings in code, and the names by which a page's script asks."""
TEXTS = texts_of(in_language(DEFAULT))
BY_FUNCTION = {
    "desk_refused": r'\b(?:Refused|Rejected|refused)\((?:\d+, )?"([a-z_]+)"',
    "unwritten": r'\bunwritten\("([a-z_]+)"',
    "address_reasons": r'\breason\("([a-z_]+)"',
}
"""Group -> how code asks for one of its texts by its last part."""
ASKED = frozenset(
    {*re.findall(r'(?<!_)\b(?:text|say|message|_problem)\("([a-z_]+\.[a-z_.]+)"', CODE)}
    | {f"{group}.{name}" for group, call in BY_FUNCTION.items() for name in re.findall(call, CODE)}
)


def test_every_text_that_is_asked_for_exists() -> None:
    assert set(ASKED) - TEXTS.keys() == set()


CONSEQUENCES = [
    *(f"{about}_{verdict}" for about in ("match", "merge") for verdict in ("same", "different", "unsure", "new")),
    *(f"field_{verdict}" for verdict in ("keep", "replace", "take", "different")),
    *("warning_right", "warning_another_home", "merge_value"),
    *("absent_keep", "absent_replace", "changed_theirs", "changed_ours", "removal_remove", "removal_keep"),
]
"""Kind of question and answer, as the desk spells out what follows from it."""

SHOWN: dict[str, Collection[str]] = {
    "fields": CONTENT,
    "class_titles": DwellingClass,
    "classes": DwellingClass,
    "plan_reasons": REASONS,
    "rule_texts": BY_ID,
    "stops": [rule.id for rule in RULES if rule.severity is Severity.ERROR],
    "outcomes": ["done", "refused", "failed", "unknown", "moved", "not_tried", HANDED_OVER, "by_hand"],
    "refusals": ["POST", "PUT", "DELETE", REPLACE, FILE],
    "lineage": ["decision", "priority", "newest"],
    "states": forecast.ForecastState,
    "sources": Verdict,
    "measures": acquisitions.MeasureState,
    "clarification_answers": DecisionKind,
    "clarification_absent_answers": [DecisionKind.KEEP, DecisionKind.REPLACE],
    "clarification_removal_answers": [DecisionKind.REMOVE, DecisionKind.KEEP],
    "clarification_key_answers": [DecisionKind.RIGHT, DecisionKind.ANOTHER_HOME],
    "clarification_outcomes": AnswerOutcome,
    "desk_outcomes": AnswerOutcome,
    "desk_consequences": CONSEQUENCES,
    "desk_show": SHOW,
    "read_faults": FAULTS,
    "read_doubts": SUSPICIOUS,
    "line_faults": LINE_FAULTS,
    "read_evidence": EVIDENCE,
    "file_kinds": FILE_KINDS,
    "choices": [*MeasureKind, *Stage, *Urgency],
    "environments": ["test", "production"],
    "housing_stock_columns": COLUMNS,
    "housing_stock_kinds": MovementKind,
}
"""Group -> codes that can be shown to people."""


OTHER_CODES = {
    "stops",
    "reasons",
    "outside",
    "nouns",
    "dates",
    "form_headings",
    "measure_advice",
    "needs_explained",
    "template_steps",
    "kostra_columns",
    "kostra_rules",
    "kostra_definitions",
    "kostra_lines",
    "kostra_why",
    "workbook",
}
"""Groups whose keys are codes that are not listed here."""


def is_used(key: str) -> bool:
    group, _, name = key.rpartition(".")
    top, code = key.split(".")[:2]
    by_code = top in OTHER_CODES or code in {str(shown) for shown in SHOWN.get(top, ())}
    by_key = key in ASKED or key in NAMED or f"TEKST.{name}" in NAMED
    return by_code or by_key or f'"{group}." ~' in CODE or f'"{top}.{{' in CODE or f'word_for("{group}"' in CODE


def test_every_text_is_used() -> None:
    assert [key for key in TEXTS if not is_used(key)] == []


def test_every_code_that_can_be_shown_has_a_text() -> None:
    shown = {(group, str(code)) for group, codes in SHOWN.items() for code in codes}
    assert shown - {(group, code) for group in SHOWN for code in texts().at(group)} == set()


def test_a_rule_says_what_is_wrong_what_is_there_and_what_is_required() -> None:
    assert {rule: set(parts) for rule, parts in texts().at("rule_texts").items()} == {
        rule: {"title", "filled", "required"} for rule in BY_ID
    }


@pytest.mark.parametrize("code", [*FAULTS, *SUSPICIOUS, *LINE_FAULTS, *EVIDENCE])
def test_a_fault_tells_owners_no_more_than_its_blanks_hold(code: str) -> None:
    for words in (table[code] for table in (FAULTS, SUSPICIOUS, LINE_FAULTS, EVIDENCE) if code in table):
        english = {name for _, name, _, _ in string.Formatter().parse(words.message) if name}
        assert texts().blanks(words.key) - english <= {"problems", "kind", "separator", "quote"}


def test_a_reason_tells_owners_and_operators_the_same() -> None:
    assert {code: texts().blanks(f"plan_reasons.{code}") for code in REASONS} == {
        code: {name for _, name, _, _ in string.Formatter().parse(sentence) if name} for code, sentence in REASONS.items()
    }


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_a_reason_ends_without_a_stop_of_its_own_since_the_question_that_tells_it_has_one(language: str) -> None:
    """Only the guards of a plan are said as whole sentences: no question tells them."""
    reasons = in_language(language).at("plan_reasons")
    guards = {"too_many_retirements", "too_many_updates", "sudden_growth", "environment_mismatch"}
    assert {code for code, words in reasons.items() if words.endswith((".", "?", "!", ":"))} == guards


def test_causes_are_said_in_words() -> None:
    assert rule_title("B02") == "Bruksenhetsnummer mangler"
    assert rule_title("Z99") == "Z99"
    assert cause("gone", '{"nights": 2, "sources": ["FDV", "Omsorg"]}') == "Borte fra FDV, Omsorg i 2\u00a0netter"
    assert cause("gone", '{"nights": 1, "sources": ["FDV"]}') == "Borte fra FDV i 1\u00a0natt"
    assert cause("gone") == "borte fra kildene"
    assert cause("unit_number_missing", "{}").endswith("flere boliger på adressen")
    assert "?" not in cause("unit_number_missing")
    assert cause("never_heard_of") == "never heard of"


@pytest.mark.parametrize("file", sorted((HOUSE / "language").glob("*/*.yaml")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_key_is_there_twice_in_a_file(file: Path) -> None:
    assert _twice(yaml.compose(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))) == []


def _twice(node: yaml.Node | None) -> Collection[str]:
    if not isinstance(node, yaml.MappingNode):
        return []
    names = [key.value for key, _ in node.value]
    return [name for name in set(names) if names.count(name) > 1] + [name for _, inner in node.value for name in _twice(inner)]
