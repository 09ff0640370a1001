"""Which camera pixels are taken together for a virtual pixel of the cumulant image.

The cumulant of n pixels r₁ … rₙ belongs to their centre of mass r̄: for a Gaussian PSF

    Π_j U(r_j − r) = exp(−Σ_j |r_j − r̄|² / 2σ²) · Uⁿ(r̄ − r),

so centres of mass lie on a grid n times finer than the camera's, and each carries a known distance factor (Dertinger et
al. 2010, Opt. Express 18, 18875). No pixel is taken twice, so that the noise of light and camera, which is independent
from pixel to pixel, adds nothing. Of all sets with one centre those that lie closest together are taken, and averaged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

Offset = tuple[int, int]
#: Pixels are looked for so far around the first one.
REACH = 2


@dataclass(frozen=True)
class Group:
    """The sets of one virtual pixel, (a, b) / n camera pixels from a camera pixel.

    spread: Σ_j |r_j − r̄|² in square pixels, the same for all sets.
    """

    place: Offset
    spread: float
    sets: tuple[tuple[Offset, ...], ...]


@cache
def groups_of(order: int) -> tuple[Group, ...]:
    """The n² virtual pixels of a camera pixel, row by row."""
    around = [(y, x) for y in range(-REACH, REACH + 1) for x in range(-REACH, REACH + 1)]
    found: dict[Offset, list[tuple[int, tuple[Offset, ...]]]] = {}
    for some in combinations(around, order):
        place = sum(y for y, _ in some), sum(x for _, x in some)
        if all(0 <= part < order for part in place):
            squares = order * sum(y * y + x * x for y, x in some) - place[0] ** 2 - place[1] ** 2
            found.setdefault(place, []).append((squares, some))
    return tuple(_closest(place, order, found[place]) for place in sorted(found))


def _closest(place: Offset, order: int, sets: list[tuple[int, tuple[Offset, ...]]]) -> Group:
    """Whole numbers, n times the spread, are compared: no rounding may tell mirror images apart."""
    least = min(squares for squares, _ in sets)
    return Group(place, least / order, tuple(some for squares, some in sets if squares == least))
