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
#: An axis along which the offset is less certain than this is not told.
MOST_UNCERTAIN_PIXELS = 0.1
#: Of what is left between two pictures that are blurred like a microscope's, about so many pixels are alike.
_ALIKE_PIXELS = 25.0
#: An offset is looked for up to this share of the shorter side.
FARTHEST_SHARE = 0.25
_STEPS, _CLOSE_PIXELS, _LEAST_SIDE = 12, 1e-4, 8


def offset_between(
    image: np.ndarray, reference: np.ndarray, most_uncertain: float = MOST_UNCERTAIN_PIXELS
) -> tuple[float | None, float | None] | None:
    """By how many pixels (y, x) what `image` shows lies below and right of what `reference` shows, both (Y, X).

    None along an axis that the pictures do not tell, as along parallel lines; None alone where the two are too unlike,
    or too small, to tell any. most_uncertain: standard deviation in
    pixels up to which an axis is told. Raises ValueError for two shapes.
    """
    f, g = np.asarray(image, float), np.asarray(reference, float)
    if f.shape != g.shape:
        raise ValueError(f"image {f.shape} and reference {g.shape} must have one shape")
    if min(f.shape) < _LEAST_SIDE or np.ptp(f) == 0 or np.ptp(g) == 0:
        return None
    told = np.array([True, True])
    while told.any():
        place = _place(f, g, told)
        if place is None or _likeness(f, g, place) < LEAST_LIKENESS:
            return None
        certain = told & (_uncertainty(f, g, place) <= most_uncertain)
        if np.array_equal(certain, told):
            return tuple(float(one) if known else None for one, known in zip(place, told, strict=True))
        told = certain  # the other axis is looked for alone, so that this one does not lead it astray
    return None


def _place(f: np.ndarray, g: np.ndarray, told: np.ndarray) -> np.ndarray | None:
    """The offset along the axes that are looked for, 0 along the others; None where there is none in reach."""
    place = np.where(told, _coarse(f, g), 0.0)
    farthest = FARTHEST_SHARE * min(f.shape)
    for _ in range(_STEPS):
        step = _step(f, g, place)
        if step is None:
            return None
        step = np.where(told, step, 0.0)
        place = place + step
        if not np.all(np.abs(place) <= farthest):
            return None
        if np.hypot(*step) < _CLOSE_PIXELS:
            break
    return place


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
    found, _ = _fitted(f, g, place)
    return None if found is None or found[0] <= 0 else np.clip(found[1:3] / found[0], -1.0, 1.0)


def _uncertainty(f: np.ndarray, g: np.ndarray, place: np.ndarray) -> np.ndarray:
    """One standard deviation of the offset along each axis in pixels, (2,): what is left over, against the slopes."""
    found, matrix = _fitted(f, g, place)
    _, inner = _back(f, place)
    if found is None or found[0] <= 0:
        return np.full(2, np.inf)
    left = np.mean((matrix @ found - g[inner].ravel()) ** 2)
    slopes = found[0] ** 2 * np.sum(matrix[:, 1:3] ** 2, axis=0)
    return np.sqrt(_ALIKE_PIXELS * left / np.maximum(slopes, 1e-300))


def _fitted(f: np.ndarray, g: np.ndarray, place: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """The coefficients of f at its place, of its slopes (y, x) and of a constant, and their columns; None where one
    of them is nothing."""
    back, inner = _back(f, place)
    columns = [part[inner].ravel() for part in (back, *np.gradient(back))]
    matrix = np.stack([*columns, np.ones_like(columns[0])], axis=1)
    # Scaled alike, so that what cannot be told is seen as such.
    sizes = np.linalg.norm(matrix, axis=0)
    sizes[sizes == 0] = 1.0
    if not np.ptp(columns[0]) > 0:
        return None, matrix
    return np.linalg.lstsq(matrix / sizes, g[inner].ravel(), rcond=1e-8)[0] / sizes, matrix


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
