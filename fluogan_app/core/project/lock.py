"""Who runs a run: a lock that the system itself lets go when the process ends, however it ends.

A process id in a file would outlive a kill and could belong to another program the next day; a lock cannot.
"""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import cannot_write

LOCK_NAME = "run.lock"
#: Who has the project open: the lock itself, and words about its holder.
OPEN_LOCK, OPEN_WORDS = "open.lock", "open.json"
#: What belongs to this place and to those who work here, and never goes along with a copy.
OWN_FILES = (LOCK_NAME, OPEN_LOCK, OPEN_WORDS)
#: Looking whether a lock is held takes it for an instant, which must not make a start fail.
_PATIENCE_S = 0.5


class RunLock:
    """Held by the process that runs a run, as a context. Raises ProjectError if another one holds it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._handle: int | None = None

    def __enter__(self) -> RunLock:
        try:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise cannot_write(self._path, error) from error
        if not taken_within(self._handle, _PATIENCE_S):
            self.__exit__()
            raise ProjectError(
                f"The run in {self._path.parent} is being computed by another process.",
                "Wait until it has ended, or end it there.",
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def is_running(folder: Path) -> bool:
    """Whether a living process runs the run of this folder."""
    try:
        handle = os.open(folder / LOCK_NAME, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(handle)
    finally:
        os.close(handle)


def taken_within(handle: int, seconds: float) -> bool:
    """Take the lock of an open file within a time; whether that worked. It is held until the file is closed."""
    last = time.monotonic() + seconds
    while not _take(handle):
        if time.monotonic() > last:
            return False
        time.sleep(0.01)
    return True


def _take(handle: int) -> bool:
    """Take the lock of an open file, or say that it is taken. A file system without locks counts as free."""
    try:
        _system_lock(handle)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


if os.name == "nt":

    def _system_lock(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _system_lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
