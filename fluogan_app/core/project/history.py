"""How an image came about: snapshots of estimate and background over the steps of a run, small, on disk as it goes.

Each snapshot is a file of its own in the run's folder, so that a crash or a damaged one costs no other. Numbers are
kept as parts of the image's largest in half precision: eleven binary digits, as many for what is faint.
"""

from __future__ import annotations

import logging
import math
import re
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fluogan_app.core.data.result import Curves
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import is_temporary, write_atomic
from fluogan_app.core.jobs.events import Sink
from fluogan_app.core.methods.base import Preview, Solver, State
from fluogan_app.core.project.run import Run

log = logging.getLogger(__name__)

#: At most so many snapshots, and so many bytes in all, are kept of a run.
MOST_MOMENTS = 200
MOST_BYTES = 40_000_000
#: Larger images are kept in small, as means over blocks.
MOST_PIXELS = 512 * 512
#: Fast enough for a film, and long enough for the disk; what looking takes lengthens it.
EVERY_S = 0.25
_NAME = re.compile(r"(\d{9})\.npz")
#: What a damaged or foreign archive makes numpy and zipfile raise.
_DAMAGE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError)


@dataclass(frozen=True)
class Moment:
    """One snapshot: the step that it was taken after, and its file."""

    step: int
    path: Path


@dataclass(frozen=True)
class HistoryGrew:
    """A run that goes on has one snapshot more; all steps that there are."""

    number: int
    steps: tuple[int, ...]


def moments_of(run: Run) -> tuple[Moment, ...]:
    """The snapshots of a run in the order of their steps, after those of the run that it goes on from."""
    own = _listed(_folder(run))
    if run.record.parent is None:
        return own
    begin = own[0].step if own else math.inf
    parents = run.folder.parent.glob(f"{run.record.parent:04d}-*")
    return (*(moment for folder in parents for moment in _listed(folder / "history") if moment.step < begin), *own)


def load_moment(moment: Moment) -> Preview:
    """Estimate and background of one snapshot. Raises ProjectError."""
    try:
        with np.load(moment.path, allow_pickle=False) as kept:
            return Preview(moment.step, *(_image(kept, name) for name in ("estimate", "background")))
    except _DAMAGE as error:
        raise ProjectError(
            f"The image after step {moment.step} ({moment.path}) cannot be read.",
            "The other steps and the result of the run are not concerned.",
        ) from error


class HistoryWriter:
    """A watcher that writes snapshots, evenly over the logarithm of the step: an image forms fast and settles slowly.

    A run that goes on from a checkpoint goes on with the snapshots up to there.
    """

    every_s = EVERY_S

    def __init__(self, run: Run, sink: Sink) -> None:
        self._run, self._sink = run, sink
        self._kept: dict[int, int] | None = None  # bytes by step

    def look(self, solver: Solver, state: State, curves: Curves) -> None:
        """See Watcher. Raises ProjectError where the disk refuses."""
        if self._kept is None:
            self._kept = self._taken_up(state.step)
        total, last = solver.total_steps, max(self._kept, default=-1)
        if state.step < total and _place(state.step) - _place(last) < _place(total) / (0.9 * MOST_MOMENTS):
            return
        preview = solver.image(state)
        # While a run is repeated on halves of the frames its image stays that of the first pass.
        if preview.step > last:
            self._keep(preview)
            self._sink.insight(HistoryGrew(self._run.number, tuple(sorted(self._kept))))

    def close(self) -> None:
        """Nothing is held open."""

    def _keep(self, preview: Preview) -> None:
        if not self._run.folder.is_dir():
            return
        path = _path(_folder(self._run), preview.step)
        write_atomic(path, lambda temporary: _write(temporary, preview))
        self._kept[preview.step] = path.stat().st_size
        for step in superfluous(self._kept):
            _path(_folder(self._run), step).unlink(missing_ok=True)
            del self._kept[step]

    def _taken_up(self, step: int) -> dict[int, int]:
        """What an earlier part of the run has left, without what came after the state that it goes on from."""
        folder, kept = _folder(self._run), {}
        for path in folder.glob(".*"):
            if is_temporary(path):
                path.unlink(missing_ok=True)
        for moment in _listed(folder):
            if moment.step > step:
                moment.path.unlink(missing_ok=True)
            else:
                kept[moment.step] = moment.path.stat().st_size
        return kept


def superfluous(kept: dict[int, int]) -> list[int]:
    """Which snapshots to let go, given the bytes of each by its step: those closest to their neighbours.

    The first and the newest stay in any case.
    """
    left, size, dropped = sorted(kept), sum(kept.values()), []
    while len(left) > 2 and (len(left) > MOST_MOMENTS or size > MOST_BYTES):
        gaps = [_place(left[index + 1]) - _place(left[index - 1]) for index in range(1, len(left) - 1)]
        step = left.pop(1 + int(np.argmin(gaps)))
        size -= kept[step]
        dropped.append(step)
    return dropped


def shrunk(image: np.ndarray, most_pixels: int = MOST_PIXELS) -> np.ndarray:
    """The image [y, x] as means over blocks that cover it evenly, float32, of at most so many pixels."""
    if image.size <= most_pixels:
        return np.asarray(image, np.float32)
    by = math.sqrt(image.size / most_pixels)
    starts = [np.unique(np.arange(count := max(1, int(side / by))) * side // count) for side in image.shape]
    sums = np.add.reduceat(np.add.reduceat(image, starts[0], axis=0, dtype=np.float64), starts[1], axis=1)
    sides = [np.diff(np.append(start, side)) for start, side in zip(starts, image.shape, strict=True)]
    return (sums / np.multiply.outer(*sides)).astype(np.float32)


def _place(step: int) -> float:
    return math.log1p(max(step, -0.5))


def _folder(run: Run) -> Path:
    return run.folder / "history"


def _path(folder: Path, step: int) -> Path:
    return folder / f"{step:09d}.npz"


def _listed(folder: Path) -> tuple[Moment, ...]:
    with suppress(OSError):
        found = [(named, path) for path in folder.iterdir() if (named := _NAME.fullmatch(path.name))]
        return tuple(sorted((Moment(int(named[1]), path) for named, path in found), key=lambda moment: moment.step))
    return ()


def _write(path: Path, preview: Preview) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in ("estimate", "background"):
            for part, array in _packed(name, getattr(preview, name)).items():
                with archive.open(f"{part}.npy", "w") as file:
                    np.lib.format.write_array(file, array, allow_pickle=False)


def _packed(name: str, image: np.ndarray) -> dict[str, np.ndarray]:
    small = shrunk(image)
    largest = float(np.abs(small).max(initial=0.0)) or 1.0
    halves = (small / largest).astype("<f2")
    # High and low bytes apart: those of neighbours are alike, and the archive becomes a third smaller.
    planes = np.ascontiguousarray(halves).view(np.uint8).reshape(*small.shape, 2).transpose(2, 0, 1)
    return {name: np.ascontiguousarray(planes), f"{name}_largest": np.float32(largest)}


def _image(kept: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    planes, largest = kept[name], float(kept[f"{name}_largest"])
    if planes.dtype != np.uint8 or planes.ndim != 3 or planes.shape[0] != 2 or not math.isfinite(largest):
        raise ValueError("not what was written")
    halves = np.ascontiguousarray(planes.transpose(1, 2, 0)).view("<f2")[..., 0]
    return halves.astype(np.float32) * np.float32(largest)
