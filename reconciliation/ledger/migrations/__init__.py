"""Alembic revisions of the ledger, oldest first. A new revision is a file in versions/ and a line here."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
HEAD = REVISIONS[-1]
