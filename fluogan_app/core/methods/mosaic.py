"""What the tiles of a field gave, kept as tensors, and put together: images, previews, measures and notes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.core.data.result import Result
from fluogan_app.core.data.tiles import Tiling
from fluogan_app.core.methods.base import Preview

if TYPE_CHECKING:
    import torch

#: Previews have at most so many pixels.
PREVIEW_PIXELS = 1_000_000
#: Below this weight alone a tile's border is not drawn out.
LEAST_WEIGHT = 1e-3
#: The images of a piece, by name.
IMAGES = ("estimate", "background", "deviation")
#: Sentences that differ in such numbers only are one sentence.
_NUMBER = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True)
class Piece:
    """One tile's images, each pixel times its weight, and what is said of them.

    estimate, deviation: (zoom·Y, zoom·X), background: (Y, X) of the tile's region, float32. steps: 0 for a tile
    without light.
    sums: the last values of what adds up over tiles, by metric.
    """

    estimate: np.ndarray
    background: np.ndarray
    steps: int = 0
    measures: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    sums: Mapping[str, float] = field(default_factory=dict)
    deviation: np.ndarray | None = None

    @classmethod
    def of(cls, shown: Result | Preview, tiling: Tiling, index: int, sums: Mapping[str, float] | None = None) -> Piece:
        """From a result or preview on the tile's region."""
        zoom = shown.estimate.shape[0] // shown.background.shape[0]
        estimate = _weighted(shown.estimate, tiling.weights(index, zoom))
        background = _weighted(shown.background, tiling.weights(index))
        if isinstance(shown, Preview):
            return cls(estimate, background)
        deviation = None if shown.deviation is None else _weighted(shown.deviation, tiling.weights(index, zoom))
        said = dict(shown.measures), tuple(shown.notes), dict(sums or {})
        return cls(estimate, background, shown.steps, *said, deviation)

    @property
    def is_finite(self) -> bool:
        """Whether all of its pixels are numbers."""
        return bool(np.isfinite(self.estimate).all() and np.isfinite(self.background).all())

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, torch.Tensor]) -> Piece:
        """What `tensors` gave. Raises KeyError, ValueError for anything else."""
        about = json.loads(tensors["about"].numpy().tobytes().decode())
        about["notes"] = tuple(about["notes"])
        images = {name: tensor.numpy() for name, tensor in tensors.items() if name in IMAGES}
        return cls(images.pop("estimate"), images.pop("background"), **about, **images)

    def tensors(self) -> dict[str, torch.Tensor]:
        """As tensors, the words among them as UTF-8."""
        import torch

        about = {name: getattr(self, name) for name in ("steps", "measures", "notes", "sums")}
        words = np.frombuffer(json.dumps(about).encode(), np.uint8).copy()
        images = {name: image for name in IMAGES if (image := getattr(self, name)) is not None}
        return {name: torch.from_numpy(array) for name, array in {**images, "about": words}.items()}


def joined_image(tiling: Tiling, images: Mapping[int, np.ndarray], zoom: int = 1) -> np.ndarray:
    """The field's image, zoom² pixels per camera pixel, from the tiles' weighted ones; zero where no tile is yet."""
    joined = np.zeros((zoom * tiling.roi.height, zoom * tiling.roi.width), np.float32)
    for index, image in images.items():
        joined[tiling.place(index, zoom)] += image
    if len(images) < len(tiling.tiles):  # where a neighbour is still missing, nothing fades out
        total = np.zeros(joined.shape, np.float32)
        for index in images:
            rows, columns = tiling.weights(index, zoom)
            total[tiling.place(index, zoom)] += np.outer(rows, columns)
        # Memory that no tile has touched costs nothing: a large field that was cancelled early is there at once.
        reached = _around([tiling.place(index, zoom) for index in images])
        np.divide(joined[reached], total[reached], out=joined[reached], where=total[reached] > LEAST_WEIGHT)
    return joined


def _around(places: Sequence[tuple[slice, slice]]) -> tuple[slice, ...]:
    """The smallest rectangle that holds all of them, an empty one for none."""
    if not places:
        return slice(0), slice(0)
    return tuple(slice(min(side.start for side in axis), max(side.stop for side in axis)) for axis in zip(*places))


class Thinned:
    """A picture of the field of at most a megapixel, to which pieces are added as they come."""

    def __init__(self, shape_yx: tuple[int, int]) -> None:
        self._shape = shape_yx
        self._step = int(np.ceil(np.sqrt(shape_yx[0] * shape_yx[1] / PREVIEW_PIXELS)))
        self._sums = np.zeros([-(-side // self._step) for side in shape_yx], np.float32)

    def add(self, image: np.ndarray, place: tuple[slice, slice]) -> None:
        """Add a piece at its place in the full picture."""
        thin, where = image, []
        for axis, side in enumerate(place):
            cells = np.arange(side.start, side.stop) // self._step
            thin = np.add.reduceat(thin, np.flatnonzero(np.diff(cells, prepend=-1)), axis=axis)
            where.append(slice(cells[0], cells[-1] + 1))
        self._sums[tuple(where)] += thin

    def image(self) -> np.ndarray:
        """Means over cells of equal sides, the last ones cut, (Y, X) float32; a copy."""
        counts = (np.diff(np.minimum(np.arange(cells + 1) * self._step, side))
                  for cells, side in zip(self._sums.shape, self._shape))  # fmt: skip
        return self._sums / np.outer(*counts).astype(np.float32)

    def copy(self) -> Thinned:
        """An independent copy."""
        other = Thinned(self._shape)
        other._sums[:] = self._sums
        return other


def joined_measures(pieces: Mapping[int, Piece], light: Sequence[float]) -> dict[str, float]:
    """Means over the tiles, each counting as much as the light recorded in its cell."""
    weights = {index: max(0.0, light[index]) for index in pieces}
    names = dict.fromkeys(name for piece in pieces.values() for name in piece.measures)
    return {name: _mean_of(name, pieces, weights) for name in names}


def _mean_of(name: str, pieces: Mapping[int, Piece], weights: Mapping[int, float]) -> float:
    having = [index for index, piece in pieces.items() if math.isfinite(piece.measures.get(name, math.nan))]
    total = sum(weights[index] for index in having)
    if total <= 0:
        return math.nan
    return sum(weights[index] * pieces[index].measures[name] for index in having) / total


def joined_notes(pieces: Mapping[int, Piece], tile_count: int) -> tuple[str, ...]:
    """What all tiles say, once; what some say, with their numbers, as the first of them says it; what is missing."""
    saying: dict[str, dict[int, str]] = {}
    for index, piece in pieces.items():
        for note in piece.notes:
            saying.setdefault(_NUMBER.sub("#", note), {})[index] = note
    lit = sum(1 for piece in pieces.values() if piece.steps)
    missing = tile_count - len(pieces)
    absent = [f"{missing} of {tile_count} tiles were not reached: the image is empty there."] if missing else []
    return (*absent, *(_said(tiles, lit) for tiles in saying.values()))


def _said(tiles: Mapping[int, str], lit: int) -> str:
    first, words = next(iter(tiles.items()))
    if len(set(tiles.values())) == 1 and len(tiles) == lit:
        return words
    also = f" (and {len(tiles) - 1} more of {lit} tiles alike)" if len(tiles) > 1 else ""
    return f"Tile {first + 1}{also}: {words}"


def _weighted(image: np.ndarray, weights_yx: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    rows, columns = weights_yx
    return image * rows[:, None] * columns
