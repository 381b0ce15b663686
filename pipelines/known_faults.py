"""Errors that end a command with one sentence and an exit code instead of a traceback."""

from __future__ import annotations

import os
from pathlib import Path

from kobo_client.errors import RegisterError
from pipelines.disk_faults import disk_sentence
from pipelines.exit_codes import CONFIGURATION, FAILED
from pipelines.home import home
from reconciliation.ledger.ledger_error import LedgerError
from reconciliation.model.municipality import ConfigurationError


def sentence_and_code(error: Exception) -> tuple[str, int] | None:
    """What is printed, and the exit code (pipelines/exit_codes.py); None for an error that is a bug of ours."""
    if isinstance(error, ConfigurationError):
        return str(error), CONFIGURATION
    if isinstance(error, LedgerError | RegisterError):
        return str(error), FAILED
    disk = disk_sentence(error, Path(os.environ.get("DAGSTER_HOME") or home() / "var" / "dagster"))
    return (disk, FAILED) if disk else None
