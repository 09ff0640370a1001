"""A film of how an image came about, from the history of a run: animated GIF or PNG, or a stack for Fiji.

Every frame has one and the same scale of colours, a scale bar and its step; the last one stands for two seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from fluogan_app import __version__
from fluogan_app.core.errors import ProjectError, UsageError
from fluogan_app.core.files import write_atomic
from fluogan_app.core.methods.base import Preview
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.figure import COLOURMAP, Panel, draw_panels
from fluogan_app.core.project.history import Moment, load_moment, moments_of
from fluogan_app.core.project.images import imagej_scale, info_text, sampled
from fluogan_app.core.project.run import CAMERA_UNIT, Run

SUFFIXES = (".gif", ".png", ".tif", ".tiff")
#: A picture stands so long; the last one, so that it can be looked at before the film begins again.
FRAME_MS, LAST_MS = 80, 2000
#: The figure that a frame is drawn as is for paper; a screen needs half as many dots.
_SMALLER = 0.5

Name = Literal["estimate", "background"]
#: Is told how many of how many frames are done; False ends the work.
Noted = Callable[[int, int], bool]
_TITLES = {"estimate": "Estimate x", "background": "Background b"}


@dataclass(frozen=True)
class _Film:
    """What is filmed: the snapshots that can be read, the side of a pixel, and the values of black and bright."""

    run: Run
    name: Name
    moments: tuple[Moment, ...]
    last: np.ndarray
    noted: Noted

    @property
    def unit(self) -> str:
        """What the values are."""
        return self.run.record.claims.unit_words if self.name == "estimate" else CAMERA_UNIT

    @property
    def pixel_size_nm(self) -> float:
        """The field's height over the image's: a large field is kept in small."""
        record = self.run.record
        return record.roi.height * record.acquisition.pixel_size_nm / self.last.shape[0]

    def images(self) -> Iterator[tuple[int, np.ndarray]]:
        """Steps and images [y, x], all of one shape. One that is damaged is left out."""
        for done, moment in enumerate(self.moments, start=1):
            preview = _read(moment)
            if preview is not None:
                image = getattr(preview, self.name)
                yield moment.step, image if image.shape == self.last.shape else sampled(image, self.last.shape)
            if not self.noted(done, len(self.moments)):
                raise Cancelled


class Cancelled(Exception):
    """The film is not wanted any more; nothing was written."""


def write_movie(run: Run, path: Path, name: Name = "estimate", noted: Noted = lambda done, total: True) -> int:
    """Film the estimate or the background of a run; the number of frames.

    The name's ending chooses: .gif and .png are films, .tif is a stack for ImageJ with pixel size and steps.
    Raises UsageError for another ending, ProjectError where the run has no history or the file cannot be written,
    Cancelled where `noted` says so.
    """
    check_movie_name(path)
    film = _film(run, name, noted)
    write = partial(_write_stack if path.suffix.lower().startswith(".tif") else _write_film, film)
    counted: list[int] = []
    write_atomic(path, lambda temporary: counted.append(write(temporary)))
    return counted[0]


def check_movie_name(path: Path) -> None:
    """Raises UsageError where a film's name does not say what it is to be."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path.name} is no name for a film.", "Let it end in .gif, .png or .tif.")


def has_movie(run: Run) -> bool:
    """Whether there is a history to be filmed."""
    return len(moments_of(run)) > 1


def _film(run: Run, name: Name, noted: Noted) -> _Film:
    moments = moments_of(run)
    last = next((preview for moment in reversed(moments) if (preview := _read(moment)) is not None), None)
    if last is None or len(moments) < 2:
        raise ProjectError(
            f"Run {run.number} has no history to be filmed.", "Only runs of this version and later keep one; run again."
        )
    return _Film(run, name, moments, getattr(last, name), noted)


def _read(moment: Moment) -> Preview | None:
    try:
        return load_moment(moment)
    except ProjectError:
        return None


def _write_film(film: _Film, path: Path) -> int:
    first, *others = _pictures(film)
    times = [FRAME_MS] * len(others) + [LAST_MS]
    told = f"FluoGAN {__version__}, {film.run.name}\n{info_text(film.unit, film.run.provenance())}"
    about: dict[str, Any] = {"comment": told.encode()} if path.suffix == ".gif" else {}
    first.save(path, save_all=True, append_images=others, duration=times, loop=0, **about)
    return 1 + len(others)


def _pictures(film: _Film) -> list[Image.Image]:
    limits = display_range(film.last)
    pictures = []
    for step, image in film.images():
        title = f"{_TITLES[film.name]}, step {step} of {film.run.record.total_steps}"
        panel = Panel(image, film.pixel_size_nm, title, film.unit, limits)
        drawn = draw_panels([panel], colourmap=COLOURMAP)
        size = (round(drawn.width * _SMALLER), round(drawn.height * _SMALLER))
        pictures.append(drawn.resize(size, Image.Resampling.LANCZOS).quantize(256, dither=Image.Dither.NONE))
    return pictures


def _write_stack(film: _Film, path: Path) -> int:
    import tifffile

    steps, images = zip(*film.images(), strict=True)
    low, high = display_range(film.last)
    metadata = {
        "axes": "TYX", "unit": "um", "min": low, "max": high, "Labels": [f"step {step}" for step in steps],
        "Info": info_text(film.unit, film.run.provenance()),
    }  # fmt: skip
    tifffile.imwrite(
        path, np.stack(images).astype(np.float32), imagej=True, metadata=metadata, **imagej_scale(film.pixel_size_nm)
    )
    return len(steps)
