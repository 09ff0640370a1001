"""A drive that hangs: its files open, and their frames come, when a test lets them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.readers import open as opening
from fluogan_app.core.readers.base import Scene
from fluogan_app.gui import patience

FRAMES = np.random.default_rng(3).poisson(50, (60, 12, 10)).astype(np.uint16)


class Drive:
    """Files that begin with SLOW come from here: opened and read when the gates are open, or with an error."""

    name = "slow"

    def __init__(self) -> None:
        self.opening, self.reading, self.closed = threading.Event(), threading.Event(), threading.Event()
        self.asked = threading.Event()
        self.free_frames, self.scene_count = 0, 1
        self.error: OSError | None = None

    def recognises(self, path: Path, head: bytes) -> bool:
        return head.startswith(b"SLOW")

    def open(self, path: Path) -> SlowFile:
        self.asked.set()
        self.opening.wait(60)
        if self.error is not None:
            raise self.error
        return SlowFile(path, self)


class SlowFile:
    """One series; its first `free_frames` reads need no gate."""

    dialect = "slow"

    def __init__(self, path: Path, drive: Drive) -> None:
        self.files, self._drive, self._count = (path,), drive, 0
        addresses = np.arange(len(FRAMES)).reshape(-1, 1)
        names = ["cells", *(f"cells {number}" for number in range(2, drive.scene_count + 1))]
        self.scenes = tuple(Scene(name, "T", addresses, *FRAMES.shape[1:], FRAMES.dtype) for name in names)
        self.shape, self.dtype = FRAMES.shape, FRAMES.dtype

    def source(self, scene: Scene, addresses: np.ndarray) -> SlowFile:
        return self

    def frame(self, index: int) -> np.ndarray:
        self._count += 1
        if self._count > self._drive.free_frames:
            self._drive.reading.wait(60)
            if self._drive.error is not None:
                raise self._drive.error
        return FRAMES[index]

    def close(self) -> None:
        self._drive.closed.set()


@pytest.fixture
def drive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Drive]:
    """A drive that hangs from the first question on, and a window that soon loses patience."""
    drive = Drive()
    monkeypatch.setattr(opening, "READERS", (drive, *opening.READERS))
    monkeypatch.setattr(patience, "PATIENCE_MS", 50)
    yield drive
    drive.opening.set()
    drive.reading.set()


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A file on that drive."""
    path = tmp_path / "far.slow"
    path.write_bytes(b"SLOW")
    return path
