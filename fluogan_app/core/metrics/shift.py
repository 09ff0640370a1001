"""How far one picture of a field lies beside another: their offset to a small part of a pixel.

The offset d and the line of brightness that fit best, Σ (α f(p + d) + β − g(p))² least, by Gauss–Newton steps from the
place where the two correlate best. Brightness and level are left open, so that images in different units compare.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import shift as moved

#: Pictures that are less alike than this, in their best place, tell no offset.
LEAST_LIKENESS = 0.5
#: An offset is looked for up to this share of the shorter side.
FARTHEST_SHARE = 0.25
_STEPS, _CLOSE_PIXELS, _LEAST_SIDE = 12, 1e-4, 8


def offset_between(image: np.ndarray, reference: np.ndarray) -> tuple[float, float] | None:
    """By how many pixels (y, x) what `image` shows lies below and right of what `reference` shows, both (Y, X).

    None where the two are too unlike, or too small, to tell.
    """
    f, g = np.asarray(image, float), np.asarray(reference, float)
    if f.shape != g.shape:
        raise ValueError(f"image {f.shape} and reference {g.shape} must have one shape")
    if min(f.shape) < _LEAST_SIDE or np.ptp(f) == 0 or np.ptp(g) == 0:
        return None
    place = _coarse(f, g)
    farthest = FARTHEST_SHARE * min(f.shape)
    for _ in range(_STEPS):
        step = _step(f, g, place)
        if step is None:
            return None
        place = place + step
        if not np.all(np.abs(place) <= farthest):
            return None
        if np.hypot(*step) < _CLOSE_PIXELS:
            break
    return (float(place[0]), float(place[1])) if _likeness(f, g, place) >= LEAST_LIKENESS else None


def _coarse(f: np.ndarray, g: np.ndarray) -> np.ndarray:
    """The whole pixels at which the two, fading out to their borders, correlate best."""
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in f.shape))
    size = [next_fast_len(2 * side, real=True) for side in f.shape]
    first, second = (rfft2((one - one.mean()) * window, size) for one in (f, g))
    whole = irfft2(first * second.conj(), size)
    reach = [max(1, int(FARTHEST_SHARE * min(f.shape)))] * 2
    rows, columns = (np.arange(-far, far + 1) for far in reach)
    at = np.unravel_index(int(np.argmax(whole[np.ix_(rows, columns)])), (rows.size, columns.size))
    return np.array([rows[at[0]], columns[at[1]]], float)


def _step(f: np.ndarray, g: np.ndarray, place: np.ndarray) -> np.ndarray | None:
    """How much farther the offset is: least squares of g against f at its place, its slopes and a constant."""
    back, inner = _back(f, place)
    slopes = np.gradient(back)
    columns = [part[inner].ravel() for part in (back, *slopes)]
    matrix = np.stack([*columns, np.ones_like(columns[0])], axis=1)
    # Scaled alike, so that what cannot be told is seen as such.
    sizes = np.linalg.norm(matrix, axis=0)
    if not np.all(sizes > 0):
        return None
    found = np.linalg.lstsq(matrix / sizes, g[inner].ravel(), rcond=1e-8)[0] / sizes
    if found[0] <= 0:
        return None
    return np.clip(found[1:3] / found[0], -1.0, 1.0)


def _back(f: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, tuple[slice, slice]]:
    """The image moved back, and the part of it into which nothing came from beyond the border."""
    margins = [int(np.ceil(abs(one))) + 2 for one in place]
    margins = [min(margin, side // 2 - 1) for margin, side in zip(margins, f.shape)]
    rows, columns = (slice(margin, side - margin) for margin, side in zip(margins, f.shape))
    return moved(f, -place, order=3, mode="nearest"), (rows, columns)


def _likeness(f: np.ndarray, g: np.ndarray, place: np.ndarray) -> float:
    back, inner = _back(f, place)
    one, other = back[inner].ravel(), g[inner].ravel()
    return float(np.corrcoef(one, other)[0, 1]) if np.ptp(one) > 0 and np.ptp(other) > 0 else 0.0
