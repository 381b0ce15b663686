"""Where kobosync's own log lines go. Every room logs to the one logger `kobosync`; this is the only place that configures it.

In a run, Dagster takes the same lines into the run's log (`managed_python_loggers` in dagster.yaml).
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping

LOGGER = "kobosync"


def configure_logging(environment: Mapping[str, str] = os.environ) -> None:
    """To stderr from the level that KOBOSYNC_LOG names (DEBUG, INFO, WARNING ...; WARNING when it names none). Twice is once."""
    logger = logging.getLogger(LOGGER)
    wanted = environment.get("KOBOSYNC_LOG", "WARNING").upper()
    logger.setLevel(wanted if wanted in logging.getLevelNamesMapping() else "WARNING")
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
