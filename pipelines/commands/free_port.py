"""Whether a command may listen on a port, found out before anything is started or printed."""

from __future__ import annotations

import errno
import socket


def cannot_listen(port: int, host: str = "127.0.0.1") -> str | None:
    """Why not, and what to do; None when it can."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return "another program listens there. Give another port, or stop that program."
        return f"cannot be listened on ({error.strerror}). Give another port or address."
    return None
