"""Who saw shielded dwellings' cases at the desk: appended, never edited. Ids only, no addresses."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

import polars as pl
from sqlalchemy import func, select

from reconciliation.ledger.ledger_tables import ShieldedView
from reconciliation.ledger.store import Store, insert_rows, table_of

_VIEW = table_of(ShieldedView)

SHIELDED_VIEWS: dict[str, Any] = {
    "at": pl.Datetime("us", "UTC"),
    "who": pl.String(),  # the account that signed in
    "page": pl.String(),  # SeenOn
    "subject": pl.String(),  # leverandor_bolig_id, "kobo:<koboId>", or "rettes:<short id>" of a rejected row
}


class SeenOn(StrEnum):
    """The page on which it was seen."""

    CASE = "case"
    ROW = "row"
    EXPORT = "export"
    LIST = "list"
    ROWS = "rows"
    ANSWERS = "answers"
    PLAN = "plan"


IN_PASSING = frozenset({SeenOn.LIST, SeenOn.ROWS, SeenOn.ANSWERS, SeenOn.PLAN})
"""Pages that show that a shielded case exists, among others: kept once a day (UTC) for an account and a case, so that somebody who works
with a list all day is one row. Opening a case or a row, and taking a workbook out, is kept every time."""


class ShieldedViews(Store):
    """Table `shielded_view`: who saw which shielded case, where and when."""

    def record_shielded_views(self, municipality: str, who: str, page: SeenOn, subjects: Collection[str]) -> None:
        """Append one row for each subject. Raises LedgerError: what cannot be written down must not be shown."""
        if not subjects:
            return
        now = self.clock()
        with self.write() as connection:
            known: set[str] = set()
            if page in IN_PASSING:
                today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
                same_page = (_VIEW.c.municipality == municipality, _VIEW.c.at >= today, _VIEW.c.who == who, _VIEW.c.page == page.value)
                known = set(connection.execute(select(_VIEW.c.subject).where(*same_page)).scalars())
            keys = {"municipality": municipality, "at": now, "who": who, "page": page.value}
            insert_rows(connection, ShieldedView, [{**keys, "subject": subject} for subject in sorted(set(subjects) - known)])

    def shielded_views(self, municipality: str, subject: str = "", who: str = "", *, first: int = 0, many: int = 100) -> pl.DataFrame:
        """Newest first, `many` of them after `first`. subject, who: of that one alone; empty for all. Shape: SHIELDED_VIEWS."""
        query = select(*(_VIEW.c[name] for name in SHIELDED_VIEWS)).where(*_chosen(municipality, subject, who))
        return self.frame(query.order_by(_VIEW.c.at.desc(), _VIEW.c.id.desc()).offset(first).limit(many), SHIELDED_VIEWS)

    def count_shielded_views(self, municipality: str, subject: str = "", who: str = "") -> int:
        """How many there are of them."""
        with self.read() as connection:
            return int(connection.execute(select(func.count()).select_from(_VIEW).where(*_chosen(municipality, subject, who))).scalar_one())


def _chosen(municipality: str, subject: str, who: str) -> list[Any]:
    named = ((_VIEW.c.subject, subject), (_VIEW.c.who, who))
    return [_VIEW.c.municipality == municipality, *(column == value for column, value in named if value)]
