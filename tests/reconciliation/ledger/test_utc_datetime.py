"""A moment in the ledger has a time zone, and comes back in UTC from a database that stores none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from reconciliation.ledger.utc_datetime import UTCDateTime

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_a_moment_is_stored_and_read_in_utc() -> None:
    column, dialect = UTCDateTime(), SQLiteDialect()
    written = column.process_bind_param(NOON.astimezone(timezone(timedelta(hours=2))), dialect)
    assert written == NOON
    assert written is not None
    assert written.hour == 12
    assert column.process_result_value(datetime(2026, 11, 2, 12), dialect) == NOON
    assert column.process_bind_param(None, dialect) is None


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        UTCDateTime().process_bind_param(datetime(2026, 11, 2, 12), SQLiteDialect())
