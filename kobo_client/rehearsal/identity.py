"""How a rehearsal register says which one it is, so that a night never writes to another municipality's."""

from __future__ import annotations

import hashlib
from pathlib import Path

SERVICE = "kobosync rehearsal register"


def identity_of(database: Path) -> dict[str, str]:
    """The service's name and a hash of its database's path; not the path itself, which tells about the machine."""
    return {"service": SERVICE, "database": hashlib.sha256(str(database.resolve()).encode()).hexdigest()[:16]}
