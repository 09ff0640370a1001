"""What a library raises for a damaged file, turned into words; and frames that are checked before they are used."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from fluogan_app.core.data.stack import FrameSource, RowSource
from fluogan_app.core.errors import FluoganError, ReadError
from fluogan_app.core.readers.base import damaged, unreadable

log = logging.getLogger(__name__)

_LONGEST_REASON = 160


@contextmanager
def told_as_damage(path: Path, doing: str) -> Iterator[None]:
    """Whatever is raised inside becomes a ReadError about the file; `doing` says what was tried ("opened")."""
    try:
        yield
    except FluoganError:
        raise
    except OSError as error:
        # The system numbers its errors; libraries raise theirs for a damaged content without a number.
        raise (unreadable(path, error) if error.errno else _unclear(path, doing, error)) from error
    except MemoryError as error:
        raise damaged(path, "it asks for more memory than there is") from error
    # Each library has its own errors for a damaged file, some of them plain IndexError or KeyError.
    except Exception as error:
        raise _unclear(path, doing, error) from error


def _unclear(path: Path, doing: str, error: Exception) -> ReadError:
    log.info("%s could not be %s", path, doing, exc_info=True)
    reason = " ".join(str(error).split())[:_LONGEST_REASON].rstrip(".") or type(error).__name__
    return damaged(path, f"it could not be {doing} ({reason})")


def guarded_source(path: Path, source: FrameSource) -> FrameSource:
    """The same frames; faults while one is read are told as damage, and none of another size or type is let through."""
    return _GuardedRows(path, source) if isinstance(source, RowSource) else _Guarded(path, source)


class _Guarded:
    def __init__(self, path: Path, source: FrameSource) -> None:
        self._path, self._source = path, source
        self.shape: tuple[int, int, int] = source.shape
        self.dtype: np.dtype = source.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError."""
        with told_as_damage(self._path, f"read at frame {index}"):
            return self._checked(self._source.frame(index), index, self.shape[1])

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def _checked(self, image: np.ndarray, index: int, height: int) -> np.ndarray:
        if image.shape != (height, self.shape[2]) or image.dtype != self.dtype:
            found = f"{' × '.join(map(str, image.shape))} pixels of {image.dtype}"
            raise damaged(self._path, f"frame {index} has {found}, not {height} × {self.shape[2]} of {self.dtype}")
        return image


class _GuardedRows(_Guarded):
    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Some rows of a frame. Raises as `frame`."""
        with told_as_damage(self._path, f"read at frame {index}"):
            return self._checked(self._source.rows(index, start, stop), index, stop - start)
