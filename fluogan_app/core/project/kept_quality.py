"""What was computed to judge a run and took its time: kept beside the finished run, in its folder `quality`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import gone
from fluogan_app.core.metrics.repeatability import Spread
from fluogan_app.core.project.images import read_image, write_ome
from fluogan_app.core.project.run import DEVIATION, Run

log = logging.getLogger(__name__)

FOLDER, QUALITY = "quality", "quality.json"
ODD, EVEN = "half-odd.ome.tif", "half-even.ome.tif"
VARIANCE = "recorded-variance.ome.tif"
VARIANCE_UNIT = "photons squared per frame per camera pixel"

#: What differs from repeat to repeat: the random numbers, or the frames.
RepeatKind = Literal["seeds", "halves"]
KINDS: tuple[RepeatKind, ...] = ("halves", "seeds")


@dataclass(frozen=True)
class KeptRepeats:
    """Repeats of one kind: mean and standard deviation of their estimates, (zoom·Y, zoom·X).

    count: how many; 0 where a run made them itself and does not say.
    """

    kind: RepeatKind
    count: int
    mean: np.ndarray | None
    deviation: np.ndarray

    @property
    def to_go_on_from(self) -> int:
        """How many of them count when more are wanted; those that a run made itself have no mean to go on from."""
        return self.count if self.mean is not None else 0

    def spread(self) -> Spread:
        """Where more repeats go on from here."""
        return Spread(self.count, self.mean, self.deviation) if self.mean is not None else Spread()


def quality_folder(run: Run) -> Path:
    """Where all of it is."""
    return run.folder / FOLDER


def check_there(run: Run) -> None:
    """A run's folder that was moved away must not be made again in part. Raises ProjectError."""
    if not run.folder.is_dir():
        raise gone("run", run.folder)


def write_halves(run: Run, odd: np.ndarray, even: np.ndarray) -> None:
    """Keep the estimates (zoom·Y, zoom·X) from odd and from even frames. Raises ProjectError."""
    critic = ", without the critic" if run.record.params.get("delta") else ""
    for name, image, which in ((ODD, odd, "odd"), (EVEN, even, "even")):
        _write(run, name, image, {"quantity": f"estimate from {which} frames{critic}"})


def read_halves(run: Run, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray] | None:
    """The two estimates, where they are kept and of this shape."""
    halves = [_read(quality_folder(run) / name, shape) for name in (ODD, EVEN)]
    return None if halves[0] is None or halves[1] is None else (halves[0][0], halves[1][0])


def write_repeats(run: Run, kind: RepeatKind, spread: Spread) -> None:
    """Keep what repeats of one kind gave so far. Raises ProjectError."""
    about = {"repeats": spread.count, "kind": kind}
    _write(run, _name(kind, "mean"), spread.mean, about | {"quantity": "mean of the repeats"})
    _write(run, _name(kind, "deviation"), spread.deviation, about | {"quantity": "standard deviation of the repeats"})


def read_repeats(run: Run, kind: RepeatKind, shape: tuple[int, ...]) -> KeptRepeats | None:
    """Repeats of one kind, where there are any of this shape; those of halves may come from the run itself."""
    mean, deviation = (_read(quality_folder(run) / _name(kind, what), shape) for what in ("mean", "deviation"))
    if mean is not None and deviation is not None and mean[1].get("repeats") == deviation[1].get("repeats"):
        return KeptRepeats(kind, int(mean[1].get("repeats", 0)), mean[0], deviation[0])
    if kind == "halves" and run.has_deviation:
        own = _read(run.folder / DEVIATION, shape)
        return None if own is None else KeptRepeats(kind, run.record.settings.repeats, None, own[0])
    return None


def write_variance(run: Run, variance: np.ndarray) -> None:
    """Keep the variance over time of the recorded frames, (Y, X) in photons². Raises ProjectError."""
    check_there(run)
    about = run.provenance() | {"quantity": "variance over time of the recorded frames"}
    size_nm = run.record.acquisition.pixel_size_nm
    write_ome(quality_folder(run) / VARIANCE, variance, size_nm, VARIANCE_UNIT, about)


def read_variance(run: Run, shape: tuple[int, ...]) -> np.ndarray | None:
    """The variance over time of the recorded frames, where it is kept and of this shape."""
    found = _read(quality_folder(run) / VARIANCE, shape)
    return None if found is None else found[0].astype(float)


def _name(kind: RepeatKind, what: str) -> str:
    return f"repeats-{kind}-{what}.ome.tif"


def _write(run: Run, name: str, image: np.ndarray, about: dict[str, Any]) -> None:
    check_there(run)
    size_nm = run.record.acquisition.pixel_size_nm
    fine_nm = size_nm * run.record.roi.height / image.shape[0] if size_nm else None
    write_ome(quality_folder(run) / name, image, fine_nm, run.record.claims.unit_words, run.provenance() | about)


def _read(path: Path, shape: tuple[int, ...]) -> tuple[np.ndarray, dict[str, Any]] | None:
    """An image and what is known of it; one that is damaged or of another state of the run is as good as none."""
    if not path.is_file():
        return None
    try:
        image, _, about = read_image(path)
    except ProjectError as error:
        log.warning("%s", error.one_line)
        return None
    return (image, about) if image.shape == tuple(shape) and np.isfinite(image).all() else None
