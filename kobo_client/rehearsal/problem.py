"""How the rehearsal register refuses a request: its error body."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from kobo_client.rehearsal.contract_checks import Fault


def problem(status: int, title: str, *, errors: list[Fault] | None = None, **more: Any) -> Response:
    """RFC 9457. Our assumption: the register's own error body is not public."""
    body: dict[str, Any] = {"status": status, "title": title, **more}
    if errors:
        body["errors"] = errors
        body["detail"] = "; ".join(fault["melding"] for fault in errors[:10])
    return Response(json.dumps(body), status, media_type="application/problem+json")
