"""The page of who saw shielded cases, and when: for whoever may see all of these themselves. It names ids, never an address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.night_view import NightView
from desk.paging import PAGE, Paged, page_there_is
from desk.rendering import common, desk_templates
from desk.visitor import Visitor
from language import short_day, word_for
from reconciliation.ledger import Ledger

SEEN_FILTERS = ("sak", "hvem")
"""As they are in an address that one can send: one case, one account."""


def seen_page(view: NightView, ledger: Ledger, visitor: Visitor, token: str, wanted: Mapping[str, str], page: int) -> str:
    """wanted: filter -> value. page: 1-based. Raises LedgerError."""
    slug, chosen = view.municipality.slug, (wanted.get("sak", ""), wanted.get("hvem", ""))
    total = ledger.count_shielded_views(slug, *chosen)
    here, last = page_there_is(total, page)
    rows = ledger.shielded_views(slug, *chosen, first=(here - 1) * PAGE, many=PAGE)
    zone = ZoneInfo(view.municipality.timezone)
    seen = [(_moment(at.astimezone(zone)), who, word_for("desk_seen_on", on), subject) for at, who, on, subject in rows.iter_rows()]
    return (
        desk_templates()
        .get_template("seen.html.j2")
        .render(
            **common(view, visitor, token, "seen"),
            seen=seen,
            total=total,
            wanted=wanted,
            pages=Paged(seen, total, here, last).links(wanted),
        )
    )


def _moment(at: datetime) -> str:
    return f"{short_day(at.date())} {at:%H.%M}"
