"""One error for everything that can be wrong with the ledger, and the sentence for each way a database refuses."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError


class LedgerError(Exception):
    """The ledger cannot be used; the text is one sentence that says what, where and what to do."""


_SENTENCES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("file is not a database", "malformed", "file is encrypted"), "is damaged; restore the latest backup (`kobosync restore`)"),
    (("disk is full", "No space left"), "has no room left on its disk; make room and run the night again"),
    (
        ("disk I/O error",),
        "lies on a disk that does not take or give what it should (a quota, a failing disk, a network folder that went away); "
        "mend that and run the night again",
    ),
    (("readonly", "read-only"), "cannot be written to; give the account that runs kobosync write access to the file and its folder"),
    (("database is locked",), "is held by another program; end that program and run again"),
    (("unable to open",), "cannot be opened; check that the folder exists and may be written to"),
    (("password", "authentication"), "refuses the user or the password; check the URL and the environment variable it takes them from"),
    (("does not exist",), "does not exist on that server; create it, or correct the URL"),
    (
        ("refused", "could not translate", "resolve host", "timeout", "timed out", "No such file", "connection is bad"),
        "does not answer; check that the server runs and that the URL is right",
    ),
    (
        ("terminating connection", "server closed", "closed unexpectedly", "connection is lost"),
        "went away in the middle; run the night again when it is back",
    ),
)


def sentence(where: str, error: BaseException) -> str:
    """What is in the way of using the database at `where`, and what to do."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = str(original)
    for signs, words in _SENTENCES:
        if any(sign.lower() in text.lower() for sign in signs):
            return f"The ledger {where} {words}."
    first_line = text.strip().splitlines()[0] if text.strip() else type(original).__name__
    return f"The ledger {where} cannot be used ({first_line}); mend that and run again."
