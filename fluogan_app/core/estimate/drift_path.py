"""The path of the sample over the camera, from groups of successive frames.

First each tenth of the recording is correlated with every other one, and the positions that agree best with all of
these distances (Wang et al. 2014) give a mean frame that is roughly sharp. Then, again and again, each group is moved
to where it agrees best with the mean of all others: least squares against that mean, its slopes and a constant, with
its brightness left open, so that bleaching does not pull. Both see the frames without what varies slowly over the field
and without what is finer than the PSF, where there is nothing but noise and the camera's own pattern.

The field is also taken as four sets of tiles that lie among each other. They share neither molecules nor noise, but
the drift: how much the path is smoothed is what lets three of them tell the fourth one's path best. The uncertainty is
how much the path depends on each tile alone, so that a cell that moves or fades by itself is not taken for the field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import gaussian_filter, gaussian_filter1d, median_filter

from fluogan_app.core.data.shifted import moved_back
from fluogan_app.core.estimate.drift_parts import moved_apart

#: In pixels: what is finer is noise, what is coarser may be background, and neither tells a position.
FINE_SIGMA, COARSE_SIGMA = 1.0, 8.0
SEGMENTS, PASSES, CLOSE_PIXELS = 10, 5, 0.005
#: A group is looked for so many pixels beyond where its neighbours in time are.
REACH_PIXELS = 3
#: Tiles along each side of the field, small enough to be many, large enough to share few molecules.
TILES = 4
#: Prior deviation of a position in pixels: far above what is measured, and the end of what nothing tells.
PRIOR_PIXELS = 3.0
#: Less of the mean's light than this in a group, or less against its noise, tells no position.
LEAST_BRIGHTNESS, LEAST_SIGNAL = 0.05, 4.0
#: Where fewer of the groups than this tell a position, none of the path is believed.
LEAST_KNOWN = 0.25
#: White noise that passed a Gaussian of 1 pixel is alike within so many.
ALIKE_PIXELS = 4.0 * np.pi * FINE_SIGMA**2
#: A group's position along an axis that is less certain than this is not told by the sample, but by chance.
MOST_CHANCE_PIXELS = 0.7
#: Widths of the smoothing kernels, in groups.
WIDTHS = (0.0, 0.7, 1.4, 2.8, 5.6, 11.0, 22.0, 45.0)
MEDIANS = (3, 5, 9)


@dataclass(frozen=True)
class Path:
    """positions: (G, 2) y, x in pixels, smoothed. measured: (G, 2) before that. uncertainty_pixels: one standard
    deviation along each axis, (2,). told: (2,) bool, whether the sample tells its position along an axis; else it is 0.
    parts_pixels: how far two corners of the field moved apart; 0 where that may be chance.
    """

    positions: np.ndarray
    measured: np.ndarray
    uncertainty_pixels: np.ndarray
    told: np.ndarray
    parts_pixels: float


def path_of(groups: np.ndarray, cancelled: Callable[[], bool] | None = None) -> Path | None:
    """The path through groups (G, Y, X), each the mean of successive frames; G ≥ 4. None where it was cancelled."""
    stop = cancelled or (lambda: False)
    fine, coarse = (gaussian_filter(groups, (0, sigma, sigma)) for sigma in (FINE_SIGMA, COARSE_SIGMA))
    detail = fine - coarse
    segments = None if stop() else _segment_positions(detail)
    if segments is None or stop():
        return None
    start = _found_near(detail, *segments)
    told = _told(detail, start)
    start = np.where(told, start - start.mean(axis=0), 0.0)
    measured = None if stop() else _refined(detail, start, told, stop)
    if measured is None:
        return None
    known = np.isfinite(measured.whole).all(axis=1).mean()
    return _smoothed(measured, told & (known >= LEAST_KNOWN))


def _segment_positions(detail: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number of each group's segment (G,), and the positions of the segments (S, 2) that fit all pairs best."""
    count = min(SEGMENTS, len(detail))
    segment = np.arange(len(detail)) * count // len(detail)
    spectra = [_spectrum(detail[segment == index].mean(axis=0)) for index in range(count)]
    pairs = [(first, second) for first in range(count) for second in range(first + 1, count)]
    moved = np.array([_peak(_correlation(spectra[one], spectra[other], detail.shape[1:])) for one, other in pairs])
    signs = np.zeros((len(pairs), count))
    for row, (first, second) in enumerate(pairs):
        signs[row, first], signs[row, second] = -1.0, 1.0
    weights, positions = np.ones(len(pairs)), np.zeros((count, 2))
    for _ in range(20):
        root = np.sqrt(weights)[:, None]
        positions[1:] = np.linalg.lstsq(root * signs[:, 1:], root * moved, rcond=None)[0]
        weights = 1.0 / np.maximum(np.hypot(*(moved - signs @ positions).T), 0.2)
    return segment, positions


def _found_near(detail: np.ndarray, segment: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Where each group correlates best with the mean of all, near its own and the neighbouring segments, (G, 2)."""
    mean = np.mean([moved_back(image, *positions[index]) for image, index in zip(detail, segment)], axis=0)
    spectrum, found = _spectrum(mean), np.empty((len(detail), 2))
    for group, index in enumerate(segment):
        near = positions[max(0, index - 1) : index + 2]
        low, high = near.min(axis=0) - REACH_PIXELS, near.max(axis=0) + REACH_PIXELS
        found[group] = _peak(_correlation(spectrum, _spectrum(detail[group]), detail.shape[1:]), low, high)
    return found


def _told(detail: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Along which axes the sample has slopes enough to tell a group's position, (2,) bool."""
    inside = _inside(positions - positions.mean(axis=0), detail.shape[1:])
    aligned = np.stack([moved_back(image, *place)[inside] for image, place in zip(detail, positions)])
    mean = aligned.mean(axis=0)
    noise = np.mean((aligned - mean) ** 2)
    slopes = np.stack(np.gradient(mean)).reshape(2, -1)
    variance = np.diag(np.linalg.pinv(slopes @ slopes.T)) * noise * ALIKE_PIXELS
    return variance < MOST_CHANCE_PIXELS**2


def _spectrum(image: np.ndarray) -> np.ndarray:
    """Spectrum of an image that fades out towards its borders, with as much room again around it."""
    window = np.outer(*(np.hanning(side + 2)[1:-1] for side in image.shape))
    return rfft2(image * window, [next_fast_len(2 * side, real=True) for side in image.shape])


def _correlation(first: np.ndarray, second: np.ndarray, shape_yx: tuple[int, ...]) -> np.ndarray:
    """How well the second fits the first when it is moved back by (y, x), at [y + Y, x + X], (2Y + 1, 2X + 1)."""
    size = [next_fast_len(2 * side, real=True) for side in shape_yx]
    whole = irfft2(second * first.conj(), size)
    rows, columns = (np.arange(-(side // 2), side // 2 + 1) for side in shape_yx)
    return whole[np.ix_(rows, columns)]


def _peak(correlation: np.ndarray, low: np.ndarray | None = None, high: np.ndarray | None = None) -> np.ndarray:
    """Place (y, x) of the largest value between two corners, to a part of a pixel by a parabola along each axis."""
    middle = np.array(correlation.shape) // 2
    least = np.ones(2, int) if low is None else np.clip(np.floor(low).astype(int) + middle, 1, 2 * middle - 1)
    most = 2 * middle - 1 if high is None else np.clip(np.ceil(high).astype(int) + middle, 1, 2 * middle - 1)
    part = correlation[least[0] : most[0] + 1, least[1] : most[1] + 1]
    at = np.array(np.unravel_index(int(np.argmax(part)), part.shape)) + least
    place = at.astype(float)
    for axis in range(2):
        step = np.eye(2, dtype=int)[axis]
        before, here, after = (float(correlation[tuple(at + sign * step)]) for sign in (-1, 0, 1))
        bend = before - 2.0 * here + after
        place[axis] += np.clip(0.5 * (before - after) / bend, -0.5, 0.5) if bend < 0 else 0.0
    return place - middle


@dataclass(frozen=True)
class _Measured:
    """Positions (G, 2) by the whole field, by each of its quarters and by the rest, (4, G, 2) both, by all but one
    tile, (tiles, G, 2), and by each corner, (4, G, 2)."""

    whole: np.ndarray
    quarters: np.ndarray
    rests: np.ndarray
    without_one: np.ndarray
    corners: np.ndarray


def _refined(
    detail: np.ndarray, positions: np.ndarray, told: np.ndarray, stop: Callable[[], bool]
) -> _Measured | None:
    """Positions by least squares against the mean of the other groups, again and again."""
    tiles = _tiles(detail.shape[1:])
    for _ in range(PASSES):
        if stop():
            return None
        sums = _sums_by_tile(detail, positions, tiles)
        steps = _steps(sums.sum(axis=1), positions) * told
        before, positions = positions, positions + np.nan_to_num(steps)
        if np.nanmax(np.abs(steps), initial=0.0) < CLOSE_PIXELS:
            break
    quarter = np.add.outer(2 * (np.arange(TILES) % 2), np.arange(TILES) % 2).ravel()
    corner = np.add.outer(2 * (np.arange(TILES) * 2 // TILES), np.arange(TILES) * 2 // TILES).ravel()
    parts = (
        [sums[:, quarter == index].sum(axis=1) for index in range(4)],
        [sums[:, quarter != index].sum(axis=1) for index in range(4)],
        [sums.sum(axis=1) - sums[:, tile] for tile in range(sums.shape[1])],
        [sums[:, corner == index].sum(axis=1) for index in range(4)],
    )
    by_parts = (np.stack([before + _steps(part, before) * told for part in some]) for some in parts)
    return _Measured(before + steps, *by_parts)


def _tiles(shape_yx: tuple[int, ...]) -> np.ndarray:
    """The number of the tile that each pixel belongs to, (Y, X)."""
    rows, columns = (np.arange(side) * TILES // side for side in shape_yx)
    return np.add.outer(rows * TILES, columns)


def _inside(positions: np.ndarray, shape_yx: tuple[int, ...]) -> tuple[slice, ...]:
    """What all groups saw, without a rim; at least the middle half."""
    low = np.ceil(-positions.min(axis=0)).astype(int) + 2
    high = np.floor(shape_yx - positions.max(axis=0)).astype(int) - 2
    return tuple(
        slice(max(0, min(first, side // 4)), min(side, max(last, side - side // 4)))
        for first, last, side in zip(low.tolist(), high.tolist(), shape_yx)
    )


def _sums_by_tile(detail: np.ndarray, positions: np.ndarray, tiles: np.ndarray) -> np.ndarray:
    """Products of each group with the mean of the others, its slopes, 1 and itself, summed over tiles: (G, N, 5, 5)."""
    inside = _inside(positions, detail.shape[1:])
    aligned = np.stack([moved_back(image, *place)[inside] for image, place in zip(detail, positions)])
    total, count = aligned.sum(axis=0), len(aligned)
    order = np.argsort(tiles[inside], axis=None, kind="stable")
    starts = np.searchsorted(tiles[inside].ravel()[order], np.arange(TILES**2 + 1))
    sums = np.zeros((count, TILES**2, 5, 5))
    for group, image in enumerate(aligned):
        mean = (total - image) / (count - 1)
        slopes = np.gradient(mean)
        terms = np.stack([mean, np.ones_like(mean), -slopes[0], -slopes[1], image]).reshape(5, -1)[:, order]
        for tile, (start, stop) in enumerate(zip(starts, starts[1:])):
            sums[group, tile] = terms[:, start:stop] @ terms[:, start:stop].T
    return sums


def _steps(sums: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """How far each group lies from the mean of the others, at most a pixel, (G, 2)."""
    return np.clip([_step(*parts) for parts in zip(sums, positions)], -1.0, 1.0)


def _step(sums: np.ndarray, position: np.ndarray) -> np.ndarray:
    """The displacement (2,) of least squares, with a prior for where it leads to; NaN where there is no light.

    The prior holds what nothing tells, as along the lines of a sample of lines, at zero.
    """
    scale = np.sqrt(np.maximum(np.diag(sums)[:4], 1e-30))
    products, against, power, count = sums[:4, :4] / np.outer(scale, scale), sums[:4, 4] / scale, sums[4, 4], sums[1, 1]
    free = np.linalg.lstsq(products, against, rcond=1e-6)[0]
    noise = max(power - float(free @ against), 0.0) / max(count - 4, 1)
    brightness = free[0] / scale[0]
    if not (brightness > LEAST_BRIGHTNESS and free[0] > LEAST_SIGNAL * np.sqrt(ALIKE_PIXELS * noise)):
        return np.full(2, np.nan)
    # The last two terms are brightness times displacement, in units of 1/scale.
    prior = noise / (brightness * PRIOR_PIXELS * scale[2:]) ** 2
    pulled = against - np.concatenate([[0.0, 0.0], prior * brightness * scale[2:] * position])
    held = np.linalg.lstsq(products + np.diag([0.0, 0.0, *prior]), pulled, rcond=1e-6)[0] / scale
    return held[2:] / held[0] if held[0] > 0 else np.full(2, np.nan)


def _smoothed(measured: _Measured, told: np.ndarray) -> Path:
    """Each axis smoothed by what lets three quarters of the field tell the fourth one's path best."""
    whole = _filled(measured.whole)
    parts = (measured.quarters, measured.rests, measured.without_one)
    quarters, rests, without_one = ([_filled(path) for path in paths] for paths in parts)
    paths, spreads = np.empty_like(whole), np.empty(2)
    for axis in range(2):
        pairs = [(quarter[:, axis], rest[:, axis]) for quarter, rest in zip(quarters, rests)]
        # A quarter with little detail must not decide.
        weights = [1.0 / max(float(np.mean((quarter - rest) ** 2)), 1e-12) for quarter, rest in pairs]
        ways = _ways(len(whole))
        misses = [
            sum(weight * np.mean((way(rest) - quarter) ** 2) for weight, (quarter, rest) in zip(weights, pairs))
            for way in ways
        ]
        best = ways[int(np.argmin(misses))]
        paths[:, axis] = best(whole[:, axis])
        # Where no movement serves best, a steady one is what may have been missed.
        lesser = [[way(path[:, axis]) for path in without_one] for way in (best, _line)]
        spreads[axis] = np.sqrt((len(without_one) - 1) * max(np.var(some, axis=0).mean() for some in lesser))
    return Path(paths, whole, spreads, told, moved_apart(measured.corners))


def _ways(count: int) -> list[Callable[[np.ndarray], np.ndarray]]:
    """From no smoothing to none but a straight line, and no movement at all."""
    ways = [lambda path, width=width: _kernel(path, width) for width in WIDTHS if 4 * width < count]
    ways += [lambda path, size=size: median_filter(path, size, mode="nearest") for size in MEDIANS]
    return [*ways, _line, np.zeros_like]


def _filled(path: np.ndarray) -> np.ndarray:
    """The path around its mean, with groups that told nothing on the line between their neighbours."""
    path, known = path.copy(), np.isfinite(path).all(axis=1)
    if not known.any():
        return np.zeros_like(path)
    for axis in range(2):
        path[:, axis] = np.interp(np.arange(len(path)), np.flatnonzero(known), path[known, axis])
    return path - path.mean(axis=0)


def _kernel(path: np.ndarray, width: float) -> np.ndarray:
    """Smoothed with a Gaussian; mirrored about its end points, a straight path stays straight at the ends."""
    if width == 0.0:
        return path
    room = min(len(path) - 1, int(4 * width) + 1)
    padded = np.pad(path, room, mode="reflect", reflect_type="odd")
    return gaussian_filter1d(padded, width)[room : room + len(path)]


def _line(path: np.ndarray) -> np.ndarray:
    time = np.linspace(-1.0, 1.0, len(path))
    return path.mean() + time * (time @ path) / (time @ time)
