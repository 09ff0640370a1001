"""A time stack as the rest of the program sees it: lazy, read-only, axes (T, Y, X)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.description import FileDescription, SceneDescription
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.data.roi import FrameRange, Roi


@dataclass(frozen=True)
class Selection:
    """Which image of a file is meant: scene, channel and plane, and which axis is time where the file is unclear.

    `time_axis` is the letter of the file's own axis to take as time (for example "Z"), "NONE" where none is, or "" for
    the reader's guess.
    `alone`: this file alone, not the numbered series that it belongs to.
    """

    scene: int = 0
    channel: int = 0
    plane: int = 0
    time_axis: str = ""
    alone: bool = False


class FrameSource(Protocol):
    """What a reader hands over: the frames of one selection. `frame` may be called from any thread."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, Y, X)."""

    @property
    def dtype(self) -> np.dtype: ...

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError."""

    def close(self) -> None: ...


@runtime_checkable
class RowSource(FrameSource, Protocol):
    """A source that need not read a whole frame for some of its rows."""

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Rows `start` to `stop` − 1 of one frame, as `frame` gives them. Raises ReadError."""


@dataclass(frozen=True)
class Stack:
    """The frames of one scene, channel and plane of a file, with what the file says of its recording.

    `metadata` holds what the file states in its own words, for display; `warnings` are sentences for the user.
    `description` tells what else the file holds, `scene` the image as its axes are taken here, `files` every file that
    frames come from; stacks made in memory have none of these. `drift` is what the frames are corrected for,
    `uncorrected` the source of those as they were recorded.
    """

    path: Path
    reader: str
    source: FrameSource
    selection: Selection = Selection()
    acquisition: Acquisition = Acquisition()
    time_step_ms: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    description: FileDescription | None = None
    scene: SceneDescription | None = None
    files: tuple[Path, ...] = ()
    drift: Drift | None = None
    uncorrected: FrameSource | None = None

    @property
    def raw(self) -> Stack:
        """The stack as it was recorded, where its drift is corrected; else itself."""
        if self.uncorrected is None:
            return self
        return replace(self, source=self.uncorrected, drift=None, uncorrected=None)

    @property
    def recording(self) -> Recording:
        """What the file states of the image; nothing where the stack was made in memory."""
        return self.scene.recording if self.scene is not None else Recording()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(T, Y, X)."""
        return self.source.shape

    @property
    def dtype(self) -> np.dtype:
        """Type of the pixels in the file."""
        return self.source.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError for a damaged page, IndexError outside."""
        if not 0 <= index < self.shape[0]:
            raise IndexError(f"frame {index} of a stack of {self.shape[0]} frames")
        return self.source.frame(index)

    def read(self, frames: FrameRange, roi: Roi) -> np.ndarray:
        """The frames of a range, cut to a region, as counts (T, Y, X) float32. Raises ReadError, DataError."""
        frames.checked(self.shape[0])
        rows, columns = roi.checked(self.shape[1:]).slices
        block = np.empty((len(frames), roi.height, roi.width), np.float32)
        for position, index in enumerate(range(frames.start, frames.stop)):
            block[position] = self._rows(index, rows)[:, columns]
        return block

    def _rows(self, index: int, rows: slice) -> np.ndarray:
        if isinstance(self.source, RowSource):
            return self.source.rows(index, rows.start, rows.stop)
        return self.source.frame(index)[rows]

    def close(self) -> None:
        """Let go of the file."""
        self.source.close()


class ArraySource:
    """Frames that are already in memory, for simulated stacks and tests."""

    def __init__(self, frames: np.ndarray) -> None:
        if frames.ndim != 3:
            raise ValueError(f"frames must be (T, Y, X), not {frames.shape}")
        self._frames = frames
        self.shape: tuple[int, int, int] = frames.shape  # type: ignore[assignment]
        self.dtype = frames.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X)."""
        return self._frames[index]

    def close(self) -> None:
        """Nothing to let go of."""
