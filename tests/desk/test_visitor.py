"""Who is at the desk is believed only from the sign-in proxy, and sees only what their groups may see."""

from __future__ import annotations

import pytest

from desk.visitor import Refused, visitor_of
from reconciliation.model.desk_settings import DeskGroup, DeskSettings

SECRET = "a-shared-secret-of-some-length"
SETTINGS = DeskSettings(
    groups={
        "bolig": DeskGroup(owners=("boligkontoret",)),
        "helse": DeskGroup(owners=("helse",), cleared=True),
        "alle": DeskGroup(all_owners=True),
    }
)


def headers(user: str = "kn", groups: str = "bolig", secret: str = SECRET) -> dict[str, str]:
    return {"x-kobosync-proxy-secret": secret, "x-auth-request-user": user, "x-auth-request-groups": groups}


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"x-auth-request-user": "sjef", "x-auth-request-groups": "alle"}, "proxy"),
        (headers(secret="guessed"), "proxy"),
        (headers(user=""), "user"),
        (headers(user="x" * 61), "user"),
        (headers(user="a\nb"), "user"),
        (headers(groups=""), "groups"),
        (headers(groups="ukjent"), "groups"),
    ],
)
def test_headers_that_the_proxy_did_not_send_whole_open_nothing(sent: dict[str, str], why: str) -> None:
    with pytest.raises(Refused) as refused:
        visitor_of(sent, SETTINGS, SECRET, "drift")
    assert refused.value.key == why


def test_a_group_opens_its_owners_cases_and_no_others() -> None:
    visitor = visitor_of(headers(), SETTINGS, SECRET, "drift")
    assert visitor.may_see("boligkontoret", secret=False)
    assert not visitor.may_see("helse", secret=False)
    assert not visitor.may_see("boligkontoret", secret=True)
    assert not visitor.may_see(None, secret=False)


def test_groups_add_up_and_only_a_cleared_one_opens_shielded_cases() -> None:
    visitor = visitor_of(headers(groups="bolig, helse"), SETTINGS, SECRET, "drift")
    assert visitor.may_see("helse", secret=True)
    assert visitor_of(headers(groups="alle"), SETTINGS, SECRET, "drift").may_see(None, secret=False)
    assert not visitor_of(headers(groups="alle"), SETTINGS, SECRET, "drift").cleared


def test_decisions_are_signed_with_the_group_where_the_municipality_wants_roles() -> None:
    roles = SETTINGS.model_copy(update={"decided_as": "group"})
    assert visitor_of(headers(user="kn"), roles, SECRET, "drift").decided_as == "bolig"
    assert visitor_of(headers(user="kn"), SETTINGS, SECRET, "drift").decided_as == "kn"


def test_without_a_proxy_headers_are_not_believed_and_the_account_is_who_decides() -> None:
    visitor = visitor_of(headers(user="sjef"), SETTINGS, "", "drift")
    assert (visitor.name, visitor.alone, visitor.cleared) == ("drift", True, False)
