"""Law 5: the applied plan is the shown plan, by digest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.plan.approval import ApprovalAnswer, PartToApprove, approval_of, is_mode

DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)
COMMAND = "kobosync night config/vik.yaml"
LIMIT = ("Too many retirements: 60 of 100.",)
RETIRED, CREATED = "b" * 64, "c" * 64


def parts(actions: int, refusals: tuple[str, ...]) -> list[PartToApprove]:
    return [PartToApprove("retire/fdv", RETIRED, actions, refusals)] if actions else []


@pytest.mark.parametrize(
    ("mode", "actions", "refusals", "answer"),
    [
        ("never", 3, (), ApprovalAnswer.DRY),
        ("auto", 3, (), ApprovalAnswer.APPLY),
        ("auto", 3, LIMIT, ApprovalAnswer.WAIT),
        ("auto", 0, (), ApprovalAnswer.APPLY),
        ("approve", 3, (), ApprovalAnswer.WAIT),
        ("approve", 0, (), ApprovalAnswer.APPLY),
    ],
)
def test_the_mode_decides(mode: str, actions: int, refusals: tuple[str, ...], answer: ApprovalAnswer) -> None:
    assert approval_of(mode, "a" * 64, parts(actions, refusals), COMMAND).answer is answer


@given(shown=DIGESTS, tonight=DIGESTS, shortened=st.integers(12, 64), refusals=st.sampled_from([(), LIMIT]))
def test_a_digest_lets_that_very_plan_through_and_no_other(shown: str, tonight: str, shortened: int, refusals: tuple[str, ...]) -> None:
    mode = shown[:shortened]
    same = approval_of(mode, shown, parts(3, refusals), COMMAND)
    other = approval_of(mode, tonight, parts(3, refusals), COMMAND)
    assert same.answer is ApprovalAnswer.APPLY
    assert (other.answer is ApprovalAnswer.STALE) == (not tonight.startswith(mode) and not RETIRED.startswith(mode))
    if other.answer is ApprovalAnswer.STALE:
        assert f"--apply={tonight[:12]}" in other.message, "the message carries the command that approves what is there now"


@given(st.text(max_size=80))
def test_nothing_else_is_taken_for_an_answer(text: str) -> None:
    known = text in ("never", "auto", "approve")
    looks_like_a_digest = 12 <= len(text) <= 64 and set(text) <= set("0123456789abcdef")
    assert is_mode(text) == (known or looks_like_a_digest)


TWO = [PartToApprove("create/fdv", CREATED, 120), PartToApprove("retire/fdv", RETIRED, 40, LIMIT)]


def test_where_nothing_is_left_no_other_plan_is_offered_to_be_approved() -> None:
    stale = approval_of("a" * 12, "b" * 64, [], COMMAND)
    assert stale.answer is ApprovalAnswer.STALE
    assert "nothing left to change or approve" in stale.message
    assert COMMAND not in stale.message


def test_what_is_inside_its_limits_goes_and_the_rest_waits() -> None:
    approval = approval_of("auto", "a" * 64, TWO, COMMAND)
    assert (approval.answer, approval.parts, approval.waiting) == (ApprovalAnswer.APPLY, ("create/fdv",), LIMIT)


@pytest.mark.parametrize(
    ("mode", "applied"), [(CREATED[:12], ("create/fdv",)), (RETIRED, ("retire/fdv",)), ("a" * 12, ("create/fdv", "retire/fdv"))]
)
def test_a_part_is_approved_by_its_own_digest_and_nothing_else_goes(mode: str, applied: tuple[str, ...]) -> None:
    approval = approval_of(mode, "a" * 64, TWO, COMMAND)
    assert (approval.answer, approval.parts) == (ApprovalAnswer.APPLY, applied)


def test_a_night_that_waits_for_approval_names_what_approves_each_part() -> None:
    text = approval_of("approve", "a" * 64, TWO, COMMAND).message
    assert all(digest[:12] in text for digest in ("a" * 64, CREATED, RETIRED))


@pytest.mark.parametrize("mode", ["auto", "approve"])
def test_a_part_that_was_approved_since_the_last_night_goes_with_the_others_left_as_they_are(mode: str) -> None:
    approval = approval_of(mode, "a" * 64, TWO, COMMAND, approved={RETIRED: "retire/fdv"})
    assert "retire/fdv" in approval.parts
    assert ("create/fdv" in approval.parts) == (mode == "auto")
    assert LIMIT[0] not in approval.waiting


def test_an_approval_of_another_plan_lets_nothing_through_and_is_reported() -> None:
    approval = approval_of("auto", "a" * 64, TWO, COMMAND, approved={"d" * 64: "retire/fdv"})
    assert approval.parts == ("create/fdv",)
    assert "Part retire/fdv was approved as dddddddddddd and has changed since" in approval.message


@given(
    approved=st.dictionaries(DIGESTS | st.sampled_from([RETIRED, CREATED]), st.just("retire/fdv")),
    mode=st.sampled_from(["auto", "approve"]),
)
def test_what_goes_is_inside_its_limits_or_approved_by_its_whole_digest(approved: dict[str, str], mode: str) -> None:
    for part in TWO:
        goes = part.name in approval_of(mode, "a" * 64, TWO, COMMAND, approved=approved).parts
        assert goes == (part.digest in approved or (mode == "auto" and not part.refusals))
