"""Frames that lie in a file as plain numbers, each in one run of bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fluogan_app.core.readers.file_bytes import FileBytes


class PlainSource:
    """The frames that begin at some bytes of a file; closing it closes the file. May be used from any thread."""

    def __init__(
        self, content: FileBytes, stored: np.dtype, shape_yx: tuple[int, int], starts: Sequence[int] | np.ndarray
    ) -> None:
        self._content, self._stored, self._starts = content, stored, starts
        self.shape: tuple[int, int, int] = (len(starts), *shape_yx)
        self.dtype: np.dtype = stored.newbyteorder("=")

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError."""
        return self.rows(index, 0, self.shape[1])

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Some rows of a frame. Raises ReadError."""
        row_bytes = self.shape[2] * self._stored.itemsize
        data = self._content.read(int(self._starts[index]) + start * row_bytes, (stop - start) * row_bytes)
        # A copy: the bytes themselves can only be read.
        return np.frombuffer(data, self._stored).reshape(stop - start, self.shape[2]).astype(self.dtype)

    def close(self) -> None:
        """Let go of the file."""
        self._content.close()
