"""Reading the files that people write for this program: text in UTF-8, or a sentence with the line where it is not."""

from __future__ import annotations

import errno
import stat
from pathlib import Path


class NotUtf8Error(Exception):
    """The file is in another encoding; the text says at which line that shows and what to do."""


def read_utf8(file: Path) -> str:
    """The file's text. Raises NotUtf8Error and OSError, also for a pipe or a device, which may never end."""
    if not stat.S_ISREG(mode := file.stat().st_mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "not a regular file")
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotUtf8Error(f"{file}, line {line}: is not UTF-8. Open it in an editor and save it with the encoding UTF-8.") from error
