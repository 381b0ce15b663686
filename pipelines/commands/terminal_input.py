"""Reading a line from the terminal or from a pipe."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

Ask = Callable[[str], str]
"""Shows a question and gives the line that is answered."""


def ask_line(question: str) -> str:
    """As `input`: EOFError at the end, KeyboardInterrupt at Ctrl-C.

    polars installs a handler of its own under Python's, after which a terminal that waits for a line is not interrupted before Enter.
    Setting Python's again takes it away.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.getsignal(signal.SIGINT) or signal.default_int_handler)
    return input(question)
