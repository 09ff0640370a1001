"""The images of a TIFF file, in the dialect that wrote it: OME, ImageJ, Micro-Manager, tifffile, or pages in a row."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fluogan_app.core.readers.base import damaged
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.tiff_format import PageFormat
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import Page, contiguous_run, frame_pages

DESCRIPTION = 270


@dataclass(frozen=True)
class TiffScene:
    """One image of a file: its leading axes and where each plane is.

    axes: the letters before Y and X, slowest first. planes: addresses (leading axes…, 2) as (file, page).
    stated: whether the file itself defines what its axes mean.
    """

    name: str
    axes: str
    planes: np.ndarray
    recording: Recording
    stated: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class TiffLayout:
    """All images of a file, the pages that their addresses count in its own file, and further files after it."""

    dialect: str
    scenes: tuple[TiffScene, ...]
    pages: list[Page]
    files: tuple[Path, ...]


def planes_in_a_row(pages: list[Page], counts: tuple[int, ...]) -> np.ndarray:
    """Addresses (counts…, 2) of pages of the first file, one after the other, the last axis fastest."""
    addresses = np.zeros((len(pages), 2), np.int64)
    addresses[:, 1] = np.arange(len(pages))
    return addresses.reshape(*counts, 2)


def without_single_axes(axes: str, planes: np.ndarray) -> tuple[str, np.ndarray]:
    """Axes and plane addresses (leading axes…, n) without the axes of length 1."""
    kept = [axis for axis, count in enumerate(planes.shape[:-1]) if count > 1]
    counts = (planes.shape[axis] for axis in kept)
    return "".join(axes[axis] for axis in kept), planes.reshape(*counts, planes.shape[-1])


def samples_as_channels(axes: str, planes: np.ndarray, samples: int) -> tuple[str, np.ndarray]:
    """Axes and addresses (leading axes…, 3) as (file, page, sample) of pages that hold several values per pixel.

    The samples are channels, the faster ones where there are channels besides.
    """
    numbers = np.broadcast_to(np.arange(samples)[:, np.newaxis], (*planes.shape[:-1], samples, 1))
    pages = np.broadcast_to(planes[..., np.newaxis, :], (*planes.shape[:-1], samples, planes.shape[-1]))
    sampled = np.concatenate([pages, numbers], axis=-1)
    channel = axes.find("C")
    if channel < 0:
        return axes + "C", sampled
    sampled = np.moveaxis(sampled, -2, channel + 1)
    counts = sampled.shape
    return axes, sampled.reshape(*counts[:channel], counts[channel] * samples, *counts[channel + 2 :])


def single_scene(container: TiffContainer, dialect: str, axes: str, counts: tuple[int, ...], pages: list[Page],
                 recording: Recording, stated: bool = False, warnings: tuple[str, ...] = ()) -> TiffLayout:  # fmt: skip
    """The layout of a file that holds one image, its axes of length 1 left out."""
    letters, planes = without_single_axes(axes, planes_in_a_row(pages, counts))
    scene = TiffScene(container.path.stem, letters, planes, recording, stated, warnings)
    return TiffLayout(dialect, (scene,), pages, (container.path,))


def plain_layout(container: TiffContainer, recording: Recording, warnings: tuple[str, ...] = ()) -> TiffLayout:
    """Pages in a row, without a word on what they are."""
    pages = frame_pages(container.bytes, container.pages)
    if container.room and len(pages) > 1:
        room = f"The file has room for {container.room} more pages, which it does not describe; it may be damaged."
        warnings = (*warnings, room)
    return single_scene(container, "TIFF", "I", (len(pages),), pages, recording, warnings=warnings)


def description_of(container: TiffContainer) -> str:
    """The first page's description, "" where there is none. Raises ReadError where it lies outside the file."""
    return container.bytes.text(container.first.entries.get(DESCRIPTION))


def stacked(container: TiffContainer, frames: list[Page], counts: tuple[int, ...]) -> list[Page] | None:
    """The pages of a stack whose description states its lengths: as listed, or one run after the only directory.

    None where description and pages disagree. Raises ReadError for a file that is too short for what it states.
    """
    count = math.prod(counts)
    if len(frames) == count:
        return frames
    if len(frames) == 1 and count > 1:
        return contiguous_run(container.bytes, frames[0], count)
    if len(frames) < count:
        raise damaged(container.path, f"its description states {count} frames, but it holds {len(frames)}")
    return None


def tifffile_shape(description: str) -> tuple[tuple[int, ...], str] | None:
    """Shape and axes ("" if not named) that tifffile notes as JSON in the description, or None."""
    if not (description.startswith("{") and '"shape"' in description):
        return None
    try:
        noted = json.loads(description)
        shape = tuple(int(count) for count in noted["shape"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    axes = noted.get("axes", "")
    named = isinstance(axes, str) and len(axes) == len(shape)
    return (shape, axes.upper() if named else "") if all(count > 0 for count in shape) else None


def tifffile_layout(container: TiffContainer, noted: tuple[tuple[int, ...], str], recording: Recording) -> TiffLayout:
    """The layout of a file that tifffile wrote without a dialect."""
    frames = frame_pages(container.bytes, container.pages)
    format = frames[0].format
    shape, axes = _without_samples(*noted, format)
    counts, letters = _leading(shape, axes, (format.height, format.width))
    pages = stacked(container, frames, counts) if counts is not None else None
    if pages is None or counts is None:
        sentence = f"The file's own note of its shape, {noted[0]}, does not fit its {len(frames)} pages"
        return plain_layout(container, recording, (f"{sentence}; the pages are believed.",))
    return single_scene(container, "TIFF", letters, counts, pages, recording)


def _without_samples(shape: tuple[int, ...], axes: str, format: PageFormat) -> tuple[tuple[int, ...], str]:
    """A noted shape and its axes without the axis of the samples in each page."""
    at = len(shape) - (3 if format.separate else 1)
    if format.samples == 1 or at < 0 or shape[at] != format.samples:
        return shape, axes
    return shape[:at] + shape[at + 1 :], axes[:at] + axes[at + 1 :]


def _leading(shape: tuple[int, ...], axes: str, frame: tuple[int, int]) -> tuple[tuple[int, ...] | None, str]:
    letters = axes or "Q" * (len(shape) - 2) + "YX"
    while len(shape) > 2 and shape[-1] == 1 and shape[-2:] != frame:
        shape, letters = shape[:-1], letters[:-1]
    if len(shape) < 2 or shape[-2:] != frame:
        return None, ""
    return shape[:-2], letters[:-2]
