"""Fine pixels sorted by where they lie in their camera pixel: image k of (zoom², Y, X) holds those of one place.

Fine pixel (i, j) of a camera pixel is number zoom·i + j, with its middle at ((i + ½) / zoom, (j + ½) / zoom) from the
pixel's corner.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from fluogan_app.core.methods.fine_grid import fine_middles
from fluogan_app.core.methods.radial.cells import Cells


def catmull_rom(offset: float) -> tuple[float, float, float, float]:
    """Weights of the samples at −1, 0, 1 and 2 for the place 0 ≤ offset < 1 between the middle two.

    Catmull and Rom (1974): the cubic through four samples whose slope at each is that between its neighbours.
    """
    t = offset
    return (
        -0.5 * t**3 + t**2 - 0.5 * t,
        1.5 * t**3 - 2.5 * t**2 + 1.0,
        -1.5 * t**3 + 2.0 * t**2 + 0.5 * t,
        0.5 * t**3 - 0.5 * t**2,
    )


def taps(place: float) -> list[tuple[int, float]]:
    """Which neighbours of a pixel, and with what weight, make the value `place` pixels from its middle."""
    base = math.floor(place)
    return [(base + k - 1, weight) for k, weight in enumerate(catmull_rom(place - base)) if weight]


def weighted(line: torch.Tensor, ways: list[tuple[int, float]], start: int, stop: int) -> torch.Tensor:
    """Σ weight · the line so far along, from start to stop."""
    (way, weight), *rest = ways
    total = line[start + way : stop + way] * weight
    for way, weight in rest:
        total.add_(line[start + way : stop + way], alpha=weight)
    return total


def brightness(photons: torch.Tensor, zoom: int) -> torch.Tensor:
    """Light per camera pixel around each fine pixel, (zoom², frames, Y, X), never below zero."""
    return between(photons, zoom).clamp_(min=0.0)


def between(photons: torch.Tensor, zoom: int) -> torch.Tensor:
    """Images (frames, Y, X) in each fine pixel by the cubic of Catmull and Rom, (zoom², frames, Y, X)."""
    cells = Cells(*photons.shape, rim=4)
    line, places = cells.line(photons), fine_middles(1, zoom)
    rim = cells.way(2, 2)
    made = []
    for y in places:
        rows = torch.zeros_like(line)
        ways = [(cells.way(k, 0), weight) for k, weight in taps(y)]
        rows[rim:-rim] = weighted(line, ways, rim, cells.length - rim)
        for x in places:
            values = torch.zeros_like(line)
            values[rim:-rim] = weighted(rows, taps(x), rim, cells.length - rim)
            made.append(cells.opened(values[None])[0])
    return torch.stack(made)


def drawn(images: torch.Tensor) -> torch.Tensor:
    """Images (zoom², Y, X) as one, (zoom·Y, zoom·X)."""
    count, height, width = images.shape
    zoom = math.isqrt(count)
    return images.reshape(zoom, zoom, height, width).permute(2, 0, 3, 1).reshape(zoom * height, zoom * width)


def place_in_pixel(number: int, zoom: int) -> np.ndarray:
    """[y, x] of a fine pixel's middle, in camera pixels from the corner of its pixel."""
    return (np.array(divmod(number, zoom)) + 0.5) / zoom
