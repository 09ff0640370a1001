"""Radiality: whether the brightness gradients on a ring around a fine pixel point to it.

Gustafsson et al. 2016: R = 1/N Σ_k ± (1 − d_k / r)², over N points of a ring of radius r, with d_k the distance from
the fine pixel to the line along the gradient at point k; + where the gradient points inwards, − where outwards. With
the gradient's parts along the ring's radius and across it, ρ and τ: d_k / r = |τ| / √(ρ² + τ²), and the sign is that of
−ρ.

Gradients are differences of the two neighbours of a camera pixel; in between, a cubic (Catmull and Rom) goes through
them. They are turned first, once for each direction, so that only two parts need to be interpolated.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from fluogan_app.core.methods.fine_grid import fine_middles
from fluogan_app.core.methods.radial.cells import Cells
from fluogan_app.core.methods.radial.fine_pixels import between, taps, weighted

#: Keeps a gradient of nothing from a division by nothing; far below that of any light in photons.
_NOTHING = 1e-30

#: Adds to lines of sums what the radial part of the gradient, and the part across, come to; may write into both.
Adding = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], None]


class Ring:
    """Sums over a ring around each fine pixel, for frames of one shape. radius in camera pixels."""

    def __init__(self, shape_yx: tuple[int, int], zoom: int, radius: float, points: int, device: str) -> None:
        self._shape_yx, self._zoom, self._radius, self._device = shape_yx, zoom, radius, device
        self._angles = [2 * math.pi * k / points for k in range(points)]
        self._reach = 3 + math.ceil(radius)

    def radiality(self, photons: torch.Tensor) -> torch.Tensor:
        """Of frames (b, Y, X), (zoom², b, Y, X) from −1 to 1; 0 where they are flat."""
        return self._mean(photons, _add_inwards)

    def steepness(self, photons: torch.Tensor) -> torch.Tensor:
        """The mean of the gradients' lengths on the ring, those that point outwards counted as negative."""
        return self._mean(photons, _add_length)

    def _mean(self, photons: torch.Tensor, add: Adding) -> torch.Tensor:
        cells = Cells(len(photons), *self._shape_yx, rim=self._reach + 2)
        total = torch.zeros(self._zoom**2, cells.length, device=self._device)
        slope = gradient(cells.line(photons), cells)
        for angle in self._angles:
            self._add_point(total, slope, angle, cells, add)
        return cells.opened(total).div(len(self._angles))

    def _add_point(self, total: torch.Tensor, slope: torch.Tensor, angle: float, cells: Cells, add: Adding) -> None:
        """What one point of the ring adds for all fine pixels, to (zoom², length)."""
        along_y, along_x = math.sin(angle), math.cos(angle)
        parts = (slope[0] * along_y + slope[1] * along_x, slope[1] * along_y - slope[0] * along_x)
        rows = [taps(place + self._radius * along_y) for place in fine_middles(1, self._zoom)]
        columns, weights = self._columns(self._radius * along_x)
        margin, into = self._reach, total.reshape(self._zoom, self._zoom, -1)

        def work(start: int, stop: int) -> None:
            for i, row in enumerate(rows):
                ways = [(cells.way(k, 0), weight) for k, weight in row]
                lines = [weighted(part, ways, start - margin, stop + margin) for part in parts]
                moved = [line[k + margin : k + margin + stop - start] for line in lines for k in columns]
                radial, across = (weights @ torch.stack(moved).reshape(2, len(columns), -1)).unbind()
                add(into[i, :, start:stop], radial, across)

        cells.in_blocks(self._reach, self._device, work)

    def _columns(self, apart: float) -> tuple[list[int], torch.Tensor]:
        """Which neighbours in a row the fine pixels need, `apart` from each, and the weights, (zoom, neighbours)."""
        needed = [dict(taps(place + apart)) for place in fine_middles(1, self._zoom)]
        columns = sorted(set().union(*needed))
        weights = [[one.get(k, 0.0) for k in columns] for one in needed]
        return columns, torch.tensor(weights, dtype=torch.float32, device=self._device)


def gradient(line: torch.Tensor, cells: Cells) -> torch.Tensor:
    """Differences of a pixel's neighbours, (2, length): in y and in x."""
    return torch.stack([torch.roll(line, -way) - torch.roll(line, way) for way in (cells.way(1, 0), cells.way(0, 1))])


def gradient_length(photons: torch.Tensor, zoom: int) -> torch.Tensor:
    """The length of the gradient in each fine pixel, (zoom², b, Y, X)."""
    cells = Cells(*photons.shape, rim=4)
    parts = gradient(cells.line(photons), cells)
    squares = sum(between(cells.opened(part[None])[0], zoom).square_() for part in parts)
    return squares.sqrt_()


def _add_inwards(into: torch.Tensor, radial: torch.Tensor, across: torch.Tensor) -> None:
    """± (1 − |τ| / √(ρ² + τ²))²; nothing where there is no gradient."""
    squares = torch.addcmul(torch.full((), _NOTHING, device=radial.device), radial, radial)
    share = squares.addcmul_(across, across).rsqrt_().mul_(across).abs_()
    into.addcmul_(share.sub_(1.0).square_(), radial.sign_(), value=-1.0)


def _add_length(into: torch.Tensor, radial: torch.Tensor, across: torch.Tensor) -> None:
    """± √(ρ² + τ²)."""
    length = torch.addcmul(radial.square(), across, across).sqrt_()
    into.addcmul_(length, radial.sign_(), value=-1.0)
