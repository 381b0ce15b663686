"""A fault of kobosync itself while it applies: the write stays open, its owner reads whose fault it is, and the log says where."""

from __future__ import annotations

import logging
import re

import pytest

from language import rendered
from reconciliation.apply.unwritten_reasons import own_faults
from reconciliation.ledger import Ledger
from reconciliation.plan.approval import Approval, ApprovalAnswer
from reconciliation.plan.night_verdict import judge
from tests.reconciliation.apply.applying import apply, became, linked
from tests.reconciliation.apply.conftest import MUNICIPALITY, Nights
from tests.reconciliation.apply.made_plans import create, dwellings, plan, update
from tests.reconciliation.apply.paper_register import Made, PaperRegister
from tests.reconciliation.apply.test_replacing import NEW, paper, replacement

PRIVATE = "Storgata 7 H0203"


def broken(body: object, request_id: str) -> Made:
    """Fails as a bug of ours would, with a value in its words."""
    raise KeyError(PRIVATE)


@pytest.mark.parametrize("replacing", [False, True])
def test_a_bug_of_ours_is_called_one_leaves_the_write_open_and_logs_the_place_and_no_value(
    replacing: bool, ledger: Ledger, night: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    register = paper(ledger, "a") if replacing else PaperRegister()
    register.create = broken  # type: ignore[method-assign]
    items = plan(replacement("a", "k-a")) if replacing else plan(*create("a"))
    with caplog.at_level(logging.ERROR):
        outcomes = apply(ledger, register, night(), items, dwellings("a", bruksenhetsnummer=NEW))
    assert became(outcomes) == {"a": "unknown"}
    assert rendered(outcomes["message"][0]).startswith("Feil i kobosync.")
    assert len(ledger.unsettled(MUNICIPALITY)) == 1
    assert len(caplog.messages) == 2, "the night asks once more before it ends"
    for line in caplog.messages:
        assert re.search(r"KeyError at .*apply/write_calls.py:\d+ create > apply/test_own_faults_in_apply.py:\d+ broken", line)
        assert PRIVATE not in line
    judgement = judge({}, None, Approval(ApprovalAnswer.APPLY, ""), {"unknown": 1}, own_faults(outcomes["message"]))
    assert judgement.verdict.value == "incomplete"
    assert "fault in kobosync" in judgement.messages[0]


def test_a_bug_of_ours_is_still_called_one_after_kobo_said_that_the_change_did_not_arrive(
    ledger: Ledger, register: PaperRegister, night: Nights
) -> None:
    def broken_change(*_: object, **__: object) -> int:
        raise KeyError(PRIVATE)

    kobo_id = linked(ledger, register, "a", bruksareal=50.0)
    register.change = broken_change  # type: ignore[method-assign]
    outcomes = apply(ledger, register, night(), plan(update("a", kobo_id, bruksareal=(50.0, 51.0))))
    assert became(outcomes) == {"a": "failed"}
    assert own_faults(outcomes["message"]) == 1
    assert rendered(outcomes["message"][0]).startswith("Feil i kobosync. Endringen kom ikke fram")


def test_a_lost_answer_is_no_fault_of_ours(
    ledger: Ledger, register: PaperRegister, night: Nights, caplog: pytest.LogCaptureFixture
) -> None:
    register.faults["POST", "a"] = "before then before"
    outcomes = apply(ledger, register, night(), plan(*create("a")), dwellings("a"))
    assert became(outcomes) == {"a": "unknown"}
    assert own_faults(outcomes["message"]) == 0
    assert caplog.messages == []
