"""A request after each successful night to a monitoring service that alerts when none comes: a dead daemon cannot report itself."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import requests

from connectors.time_limit import OutOfTimeError, within

SECONDS = 10.0


def send_heartbeat(url: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """GET that address; `${NAME}` is taken from the environment. Returns what went wrong, without the address, or None."""
    missing = [name for name in re.findall(r"\$\{(\w+)\}", url) if not environment.get(name)]
    if missing:
        return f"heartbeat: the environment variable {missing[0]} is not set where the night ran."
    address = re.sub(r"\$\{(\w+)\}", lambda match: environment[match.group(1)], url)
    try:
        answer = within(SECONDS, lambda: requests.get(address, timeout=SECONDS))
    except (requests.RequestException, OutOfTimeError) as error:
        return f"heartbeat: the address could not be reached ({type(error).__name__})."
    return None if answer.ok else f"heartbeat: the address answered {answer.status_code}."
