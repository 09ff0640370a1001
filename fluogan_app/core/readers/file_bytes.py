"""Positioned reads from one file, never past its end, for any thread."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import damaged, unreadable


class FileBytes:
    """One open file. No read allocates more than the file holds.

    Plain reads rather than a memory map: a file that shrinks, or a network drive that vanishes, is then an error and
    not the end of the process; the system's cache serves both alike.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by close()
            self.size = os.fstat(self._file.fileno()).st_size
        except OSError as error:
            raise unreadable(path, error) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._file.close()

    def read(self, offset: int, count: int) -> bytes:
        """Exactly `count` bytes from `offset`. Raises ReadError where the file does not hold them."""
        data = self.read_up_to(offset, count) if offset + count <= self.size else b""
        if len(data) != count:
            raise self.cut_short(f"{count} bytes from byte {offset} are wanted")
        return data

    def read_up_to(self, offset: int, count: int) -> bytes:
        """At most `count` bytes from `offset`. Raises ReadError."""
        count = max(0, min(count, self.size - offset))
        parts: list[bytes] = []
        try:
            with self._lock:
                self._file.seek(offset)
                # One read gives at most two gigabytes, and less on some network drives.
                while count > 0 and (part := self._file.read(count)):
                    parts.append(part)
                    count -= len(part)
        except (OSError, ValueError) as error:
            raise unreadable(self.path, error) from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def cut_short(self, wanted: str) -> ReadError:
        """The error for bytes that should be in the file and are not."""
        return damaged(self.path, f"{wanted}, but the file ends at byte {self.size}")
