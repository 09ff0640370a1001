"""Prints how much memory a large field takes, tile by tile, from a source that makes its frames or from a file.

    python tests/benchmarks/measure_large_field.py                      2048 × 2048 × 500 frames, zoom 4, few steps
    python tests/benchmarks/measure_large_field.py --write stack.tif    writes them as a TIFF of 4.2 GB first
    python tests/benchmarks/measure_large_field.py --read stack.tif     reads any file

Anonymous memory (RssAnon of /proc/self/status, Linux only) is looked at fifty times a second.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.jobs.checkpoint import CheckpointFolder
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Progress
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Preview
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.project.images import write_ome
from fluogan_app.core.project.prepare import RunRequest, prepare_run
from fluogan_app.core.readers.open import open_stack

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0, gain=1.0)


@dataclass
class MadeFrames:
    """Lines over an even light; each frame is made when it is asked for, from its number."""

    shape: tuple[int, int, int]
    dtype: np.dtype = np.dtype(np.uint16)

    def __post_init__(self) -> None:
        random, (_, height, width) = np.random.default_rng(0), self.shape
        self._noise = random.integers(-8, 9, (height, width)).astype(np.int16)
        self._mean = np.full((height, width), 100, np.int16)
        for row in random.integers(0, height, height // 10):
            self._mean[row] += 200

    def frame(self, index: int) -> np.ndarray:
        """The same noise, shifted at random, on the same mean."""
        shift = np.random.default_rng(index).integers(0, min(self.shape[1:]), 2)
        return (self._mean + np.roll(self._noise, tuple(int(side) for side in shift), (0, 1))).astype(self.dtype)

    def close(self) -> None:
        """Nothing to let go of."""


class Watch:
    """Follows the anonymous memory of this process, in GB, and prints it with the progress."""

    def __init__(self) -> None:
        self.peak, self._said, self._began = 0.0, "", time.monotonic()
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        while True:
            self.peak = max(self.peak, anonymous_gb())
            time.sleep(0.02)

    def say(self, words: str) -> None:
        """With the time since the beginning."""
        seconds = time.monotonic() - self._began
        print(f"{seconds:7.1f} s  {anonymous_gb():.2f} GB now, {self.peak:.2f} GB at most  {words}", flush=True)

    def progress(self, progress: Progress) -> None:
        """A line for each tile."""
        tile = progress.phase.split(",")[0]
        if tile != self._said:
            self._said = tile
            self.say(tile)

    def preview(self, preview: Preview) -> None:
        """Not shown."""


def anonymous_gb() -> float:
    """RssAnon of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1e6


def write(source: MadeFrames, path: Path) -> None:
    """All frames as one BigTIFF."""
    with tifffile.TiffWriter(path, bigtiff=True) as file:
        for index in range(source.shape[0]):
            about = {"axes": "TYX"} if index == 0 else None
            file.write(source.frame(index), photometric="minisblack", contiguous=True, metadata=about)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=2048)
    parser.add_argument("--frames", type=int, default=500)
    parser.add_argument("--zoom", type=int, default=4)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--delta", type=int, default=0)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--read", type=Path)
    asked = parser.parse_args()
    source = MadeFrames((asked.frames, asked.side, asked.side))
    if asked.write:
        write(source, asked.write)
    path = asked.read or asked.write
    stack = open_stack(path) if path else Stack(Path("made"), "made", source)
    params = FluoganParams(zoom=asked.zoom, steps=asked.steps, delta=asked.delta)
    run(stack, params)


def run(stack: Stack, params: FluoganParams) -> None:
    """A whole run with its checkpoints, and its image as it is written."""
    watch = Watch()
    prepared = prepare_run(stack, RunRequest("fluogan", params, RunSettings(device="cpu"), CAMERA))
    watch.say(f"prepared, tiles of {prepared.settings.tile} pixels")
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = CheckpointFolder(Path(folder) / "checkpoint")
        ended = Job(prepared.solver, Control(), watch, checkpoints).run()
        if ended.error is not None:
            raise ended.error
        watch.say(f"{ended.outcome.value} after {ended.steps} steps")
        write_ome(Path(folder) / "x.ome.tif", ended.result.estimate, 100.0 / params.zoom, "photons", {})
        size = sum(file.stat().st_size for file in checkpoints.folder.iterdir()) / 1e6
        watch.say(f"written; the checkpoint has {size:.0f} MB")


if __name__ == "__main__":
    main()
