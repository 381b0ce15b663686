"""Who saw what is appended: each opening, and each case of a list once a day for an account."""

from __future__ import annotations

from reconciliation.ledger import Ledger, SeenOn
from tests.reconciliation.ledger.databases import Clock

PLACE = "fjordvik"


def test_each_opening_is_a_row_and_a_list_is_one_a_day(ledger: Ledger, clock: Clock) -> None:
    for _ in range(2):
        ledger.record_shielded_views(PLACE, "kn", SeenOn.CASE, ["a"])
        ledger.record_shielded_views(PLACE, "kn", SeenOn.LIST, ["a", "b"])
    ledger.record_shielded_views(PLACE, "lk", SeenOn.LIST, ["b"])
    ledger.record_shielded_views(PLACE, "kn", SeenOn.CASE, [])
    assert ledger.count_shielded_views(PLACE) == 5
    clock.turn(days=1)
    ledger.record_shielded_views(PLACE, "kn", SeenOn.LIST, ["a"])
    seen = ledger.shielded_views(PLACE, subject="a")
    assert seen.get_column("page").to_list() == ["list", "case", "list", "case"], "newest first"
    assert ledger.shielded_views(PLACE, who="lk").select("subject", "page").rows() == [("b", "list")]
    assert ledger.shielded_views(PLACE, first=4, many=1).height == 1
    assert ledger.count_shielded_views("elsewhere") == 0
