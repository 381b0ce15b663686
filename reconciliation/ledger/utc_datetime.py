"""The ledger's column of a moment: stored in UTC, read back in UTC, whatever the database does with time zones."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """Raises ValueError for a value without a time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Called by SQLAlchemy with what is written."""
        if value is not None and value.utcoffset() is None:
            raise ValueError("A moment in the ledger needs a time zone.")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Called by SQLAlchemy with what is read. SQLite stores no time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.utcoffset() is None else value.astimezone(UTC)
