"""What a command's exit code means; documented in docs/operate.md."""

from __future__ import annotations

DONE = 0
FAILED = 1
"""The night failed or is incomplete: a source or the register could not be read, or calls failed."""
CONFIGURATION = 2
"""The configuration cannot be used; nothing was run."""
WAITING = 3
"""The plan is beyond its limits or the file asks for approval; nothing was applied."""
INTERRUPTED = 130
"""Ctrl-C. What was done is in the ledger; the next night continues."""
