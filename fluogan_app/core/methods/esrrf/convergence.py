"""Radial gradient convergence (RGC): how well the brightness gradients around a fine pixel point to it.

Laine et al. 2023: RGC = Σ_v W(d) (1 − |sin α|) [cos α < 0] / Σ_v W(d), over places v at distance d from the fine pixel,
with α the angle between the gradient at v and the way from the pixel to v, W(d) = [d exp(−d² / 2σ²)]⁴, σ = R / 2.355,
d ≤ 2σ + 1. The places lie half a camera pixel apart: at the pixels' corners, where the gradient is that of the four
pixels around (Roberts' cross), and half way between, where it is that of the light half way between the pixels, by a
cubic (Catmull and Rom) or by the frame's own cosines.

A single sample costs no root and no case: for s = sin α, c = cos α on the unit circle, |s| + max(c, 0) ≥ 1 where c ≥ 0,
so that (1 − |s|) [c < 0] = 1 − min(1, |s| + max(c, 0)). Most of the time goes here: hence places outside, fine pixels
inside, and as few passes over a line as can be.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch

from fluogan_app.core.methods.radial.cells import Cells
from fluogan_app.core.methods.radial.cosines import along_both
from fluogan_app.core.methods.radial.fine_pixels import place_in_pixel
from fluogan_app.core.units import FWHM_PER_SIGMA

#: Samples with less than this part of the greatest weight are left out.
LEAST_WEIGHT = 1e-3
#: Stands for a gradient that is none: no way of a sample is along it, so that it converges nowhere.
NOWHERE = (1e6 * math.cos(1.0), 1e6 * math.sin(1.0))
#: A difference between neighbours below this part of the light there is rounding.
NO_DIFFERENCE = 1e-5
#: The cubic at the edge before a pixel, of the pixels at −2, −1, 0 and 1.
EDGE = ((-2, -1 / 16), (-1, 9 / 16), (0, 9 / 16), (1, -1 / 16))


#: Corners, and what lies half way between them in y, in x, in both.
HALVES = ((0, 0), (0, 1), (1, 0), (1, 1))
#: half_y, half_x: whether a place lies half way between corners; rows, columns: of its corner from the pixel's own.
Place = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sample:
    """What a place is to one fine pixel. along_y, along_x: the way there, of length 1."""

    number: int
    along_y: float
    along_x: float
    weight: float


def samples_of(number: int, zoom: int, radius: float) -> dict[Place, Sample]:
    """The places where the gradient counts for a fine pixel, with weights that add up to 1. radius in camera pixels."""
    sigma = radius / FWHM_PER_SIGMA
    reach, (y, x) = 2.0 * sigma + 1.0, place_in_pixel(number, zoom)
    found = {}
    for j in range(math.floor(2 * (y - reach)), math.ceil(2 * (y + reach)) + 1):
        for i in range(math.floor(2 * (x - reach)), math.ceil(2 * (x + reach)) + 1):
            dy, dx = j / 2 - y, i / 2 - x
            d = math.hypot(dy, dx)
            if 0 < d <= reach:
                weight = (d * math.exp(-(d**2) / (2 * sigma**2))) ** 4
                found[j % 2, i % 2, j // 2, i // 2] = Sample(number, dy / d, dx / d, weight)
    least = LEAST_WEIGHT * max(one.weight for one in found.values())
    kept = {place: one for place, one in found.items() if one.weight >= least}
    total = sum(one.weight for one in kept.values())
    return {place: replace(one, weight=one.weight / total) for place, one in kept.items()}


def by_place(zoom: int, radius: float) -> dict[Place, list[Sample]]:
    """All places, each with what it is to the fine pixels of a camera pixel."""
    found: dict[Place, list[Sample]] = {}
    for number in range(zoom**2):
        for place, sample in samples_of(number, zoom, radius).items():
            found.setdefault(place, []).append(sample)
    return found


class Convergence:
    """RGC of frames of one shape."""

    def __init__(
        self, shape_yx: tuple[int, int], zoom: int, radius: float, device: str, by_cosines: bool = False
    ) -> None:
        self._shape_yx, self._zoom, self._device, self._by_cosines = shape_yx, zoom, device, by_cosines
        self._samples = by_place(zoom, radius)
        self._reach = 1 + max(max(abs(rows), abs(columns)) for _, _, rows, columns in self._samples)
        self._counted = self._weights_inside()

    def __call__(self, photons: torch.Tensor) -> torch.Tensor:
        """Of frames (b, Y, X) in photons, (zoom², b, Y, X) from 0 to 1; 0 where they are flat."""
        cells = self._cells(len(photons))
        directions = self._directions(photons, cells)
        missed = self._summed(cells, directions, _add_missed)
        return (cells.opened(missed).neg_().add_(1.0) / self._counted[:, None]).clamp_(min=0.0)

    def _cells(self, frames: int) -> Cells:
        # Two more than the samples need: the cubic half way takes in the corners next to them.
        return Cells(frames, *self._shape_yx, rim=self._reach + 2)

    def _directions(self, photons: torch.Tensor, cells: Cells) -> torch.Tensor:
        """Unit vectors along the gradient, (2, 2, 2, length): half way in y and x or not, and y, x of the vector."""
        lines = (_cosine_lines if self._by_cosines else _cubic_lines)(photons, cells)
        vectors = torch.stack([_roberts(lines[half_y][half_x], half_y, half_x, cells) for half_y, half_x in HALVES])
        vectors = vectors.reshape(2, 2, 2, -1)
        length = vectors.square().sum(dim=2, keepdim=True).sqrt_()
        light = torch.stack([lines[half_y][half_x] for half_y, half_x in HALVES]).reshape(2, 2, 1, -1)
        none = (length <= NO_DIFFERENCE * light.abs()) | ~self._inside(cells)[:, :, None]
        vectors.div_(length)
        for part, value in enumerate(NOWHERE):
            vectors[:, :, part].masked_fill_(none[:, :, 0], value)
        return vectors

    def _inside(self, cells: Cells) -> torch.Tensor:
        """Which places lie on the field, its border included, (2, 2, length)."""
        frames, rows, columns = cells.shape
        found = torch.zeros(2, 2, *cells.shape, dtype=torch.bool, device=self._device)
        top = cells.rim
        for half_y in (0, 1):
            for half_x in (0, 1):
                bottom, right = top + cells.height + 1 - half_y, top + cells.width + 1 - half_x
                found[half_y, half_x, :, top:bottom, top:right] = True
        return found.reshape(2, 2, -1)

    def _weights_inside(self) -> torch.Tensor:
        """The part of the samples' weights that lies on the field, (zoom², Y, X): 1 but near the border."""
        cells = self._cells(1)
        inside = self._inside(cells).float()[:, :, None]
        return cells.opened(self._summed(cells, inside, _add_itself))[:, 0]

    def _summed(self, cells: Cells, vectors: torch.Tensor, add: Callable[..., None]) -> torch.Tensor:
        """What `add` brings for each sample of each fine pixel, (zoom², length)."""
        total = torch.zeros(self._zoom**2, cells.length, device=self._device)

        def work(start: int, stop: int) -> None:
            room = torch.empty(2, stop - start, device=self._device).unbind()
            into = total[:, start:stop].unbind()
            for (half_y, half_x, rows, columns), samples in self._samples.items():
                way = cells.way(rows, columns)
                vector = vectors[half_y, half_x, :, start + way : stop + way].unbind()
                for one in samples:
                    add(into[one.number], vector, one, room)

        cells.in_blocks(self._reach, self._device, work)
        return total


Line = torch.Tensor


def _add_missed(into: Line, vector: tuple[Line, ...], one: Sample, room: tuple[Line, Line]) -> None:
    """Weight · min(1, |sin α| + max(cos α, 0)) of unit vectors [y, x].

    With the larger part of the way taken out, m: |sin α| = |m| |p − a q| and cos α = m (q + a p).
    """
    q, p, larger, smaller = *vector, one.along_y, one.along_x
    if abs(larger) < abs(smaller):
        q, p, larger, smaller = p, q, smaller, larger
    a, (across, along) = smaller / larger, room
    torch.add(p, q, alpha=-a, out=across).abs_()
    torch.add(q, p, alpha=a, out=along)
    if larger > 0:
        across.add_(along.clamp_(min=0.0))
    else:
        across.sub_(along.clamp_(max=0.0))
    into.add_(across.clamp_(max=1.0 / abs(larger)), alpha=one.weight * abs(larger))


def _add_itself(into: Line, vector: tuple[Line, ...], one: Sample, room: tuple[Line, Line]) -> None:
    """Weight · the first of the lines."""
    into.add_(vector[0], alpha=one.weight)


def _cubic_lines(photons: torch.Tensor, cells: Cells) -> list[list[torch.Tensor]]:
    """Light in the pixels' middles and on the edges before them, in y and in x."""
    line = cells.line(photons)
    rows = [line, _on_edges(line, cells.way(1, 0))]
    return [[row, _on_edges(row, cells.way(0, 1))] for row in rows]


def _on_edges(line: torch.Tensor, way: int) -> torch.Tensor:
    return sum(weight * torch.roll(line, -k * way) for k, weight in EDGE)


def _cosine_lines(photons: torch.Tensor, cells: Cells) -> list[list[torch.Tensor]]:
    """The same by the frame's own cosines, which go on beyond its borders as in mirrors."""
    middles = [torch.arange(-cells.rim, side + cells.rim, dtype=torch.float64) for side in (cells.height, cells.width)]
    return [
        [along_both(photons, middles[0] - half_y / 2, middles[1] - half_x / 2).reshape(-1) for half_x in (0, 1)]
        for half_y in (0, 1)
    ]


def _roberts(line: torch.Tensor, half_y: int, half_x: int, cells: Cells) -> torch.Tensor:
    """The gradient (2, length) in y and x of the values half a pixel around each place.

    Around a corner these are the pixels before and behind it; around a pixel's middle its edges.
    """
    down, right = cells.way(1, 0), cells.way(0, 1)
    before, behind = (torch.roll(line, way - half_y * down) for way in (down, 0))
    ends = [[torch.roll(row, way - half_x * right) for way in (right, 0)] for row in (before, behind)]
    (a, b), (c, d) = ends
    return torch.stack([c + d - a - b, b + d - a - c])
