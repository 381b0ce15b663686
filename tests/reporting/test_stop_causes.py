"""Why something stops is said without a blank that nobody filled."""

from __future__ import annotations

from reporting.stop_causes import cause


def test_a_deletion_that_waits_names_the_row_and_leaves_no_blank_where_the_row_may_not_be_named() -> None:
    assert "FDV: b2" in cause("same_place_asked", '{"rows": ["FDV: b2"]}')
    for details in (None, "{}", '{"candidates": []}'):
        shown = cause("same_place_asked", details)
        assert "venter en rad" in shown
        assert not {"?", "(", ")"} & set(shown)
