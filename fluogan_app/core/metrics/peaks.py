"""Peaks of a profile: where they are, how wide, how far apart, and whether two of them are two.

A peak counts where it stands above the higher of the valleys beside it by a tenth of the profile's range and by
2.5 √(2 ln n) times the noise, a quarter more than the range of noise alone on the n pixels of a line. Its place is the
centroid of what exceeds the level half-way between its height and that valley. Its height is that of the parabola
through its highest values. Its width is from one crossing to the other of the level half-way between its height and the
profile's base; where the profile does not come down so far before the next peak, there is none. Both are read along the
spline through the pixels: straight lines between them would make a peak of three pixels 7 % wider than it is. What the
pixels leave open counts in the width's error.

Two neighbouring peaks are resolved where the valley between them, plus twice its uncertainty, is below 0.8 of the lower
one, both counted from zero: near the dip of 0.81 that two slits have at Rayleigh's distance (0.735 for two points), and
the limit that the line pattern is read with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.metrics.lines import VALLEY_LIMIT
from fluogan_app.core.metrics.profile import ROUNDING, Profile

#: What a peak must stand out by, as a share of the profile's range.
LEAST_SHARE = 0.1
#: And in parts of √(2 ln n) · noise, where 2 is the range of noise alone.
LEAST_RANGE = 2.5
#: The base is the value below which so many percent of the profile lie.
_BASE_PERCENT = 10.0
MOST_PEAKS = 24
#: Noise of a smaller share of the range is none that was seen.
_SEEN_NOISE = 1e-4
#: A width of fewer pixels is the grid's, not the structure's.
GRID_PIXELS = 2.0
#: What the grid of pixels leaves open of a width of so many pixels, as a share of it, however little noise there is.
_GRID_WIDTHS, _GRID_SHARES = (2.0, 2.2, 2.5, 3.0, 4.0, 6.0), (0.08, 0.05, 0.022, 0.011, 0.005, 0.002)
#: Standard deviation of a normal variable in units of its median absolute value.
_PER_MEDIAN = 1.4826


@dataclass(frozen=True)
class Peak:
    """One peak. Places in nm from the line's first end; errors are the noise's alone, NaN where it is not known.

    fwhm_nm is NaN where the profile does not fall to half on both sides. left_nm and right_nm are where it does.
    """

    place_nm: float
    place_error_nm: float
    height: float
    fwhm_nm: float
    fwhm_error_nm: float
    left_nm: float
    right_nm: float
    pixel_nm: float

    @property
    def is_of_the_grid(self) -> bool:
        """Whether it is so narrow that its width is an upper bound."""
        return self.fwhm_nm < GRID_PIXELS * self.pixel_nm


@dataclass(frozen=True)
class Pair:
    """Two neighbouring peaks. valley: the lowest value between them as a share of the lower peak."""

    distance_nm: float
    distance_error_nm: float
    valley: float
    valley_error: float

    @property
    def resolved(self) -> bool:
        """Whether they are two, as far as the noise lets one say."""
        return self.valley + 2.0 * float(np.nan_to_num(self.valley_error)) < VALLEY_LIMIT


@dataclass(frozen=True)
class Peaks:
    """The peaks of a profile from its first end to the last, the pairs between them, its base and its noise."""

    peaks: tuple[Peak, ...] = ()
    pairs: tuple[Pair, ...] = ()
    base: float = float("nan")
    noise: float = float("nan")


def noise_of(profile: Profile) -> float:
    """Standard error of a value, NaN where nothing says it: a line too short, or an image without any noise.

    The smaller of two upper bounds, to which structure adds: how the rows across the line's width differ, and how much
    values two pixels apart, which share none, depart from a straight course (second differences, whose variance is six
    times that of a value).
    """
    values, lag = profile.values, max(1, round(2 * profile.pixel_nm / profile.step_nm))
    seen = values[np.isfinite(values)]
    second = values[: -2 * lag] - 2.0 * values[lag:-lag] + values[2 * lag :] if len(values) > 2 * lag else np.empty(0)
    second = second[np.isfinite(second)]
    across = profile.error[np.isfinite(profile.error)]
    bounds = [float(np.sqrt(np.mean(across**2)))] if len(across) else []
    if len(second) >= 5 * lag:
        bounds.append(float(_PER_MEDIAN * np.median(np.abs(second)) / np.sqrt(6.0)))
    least = _SEEN_NOISE * float(np.ptp(seen)) if len(seen) else 0.0
    return min((bound for bound in bounds if bound > least), default=float("nan"))


def find_peaks(profile: Profile, zero: float = 0.0) -> Peaks:
    """The peaks of a profile. zero: the value of no light, which of a camera is its offset."""
    seen = np.isfinite(profile.values)
    if np.count_nonzero(seen) < 3:
        return Peaks()
    base, noise = float(np.percentile(profile.values[seen], _BASE_PERCENT)), noise_of(profile)
    values = np.where(seen, profile.values, profile.values[seen].min())
    span = float(np.ptp(values))
    if span <= ROUNDING * float(np.abs(values).max()):
        return Peaks(base=base, noise=noise)
    pixels = max(2.0, (profile.distance_nm[-1] - profile.distance_nm[0]) / profile.pixel_nm)
    least = max(LEAST_SHARE * span, LEAST_RANGE * float(np.sqrt(2.0 * np.log(pixels)) * np.nan_to_num(noise)))
    # A flat top whose values differ by rounding is one peak.
    tops = prominent(np.round(values / (ROUNDING * span)) * (ROUNDING * span), least)
    valleys = [int(a + np.argmin(values[a : b + 1])) for a, b in zip(tops[:-1], tops[1:], strict=True)]
    edges = [0, *valleys, len(values) - 1]
    peaks = [_peak(profile, values, top, (edges[i], edges[i + 1]), base, noise) for i, top in enumerate(tops)]
    pairs = [_pair(peaks[i], peaks[i + 1], values[valley], zero, noise) for i, valley in enumerate(valleys)]
    return Peaks(tuple(peaks), tuple(pairs), base, noise)


def prominent(values: np.ndarray, least: float) -> np.ndarray:
    """Indices of the peaks of a curve (N,) that stand above the higher of their valleys by `least` or more, in order.

    A valley ends where the curve is higher than the peak, or ends itself. Of a flat top it is the middle. At most
    MOST_PEAKS, the most prominent ones.
    """
    begins = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    ends = np.append(begins[1:], len(values)) - 1
    steps = values[begins]
    inner = 1 + np.flatnonzero((steps[1:-1] > steps[:-2]) & (steps[1:-1] > steps[2:]))
    tops = (begins[inner] + ends[inner]) // 2
    heights = np.array([_prominence(values, top) for top in tops])
    chosen = np.argsort(-heights, kind="stable")[:MOST_PEAKS]
    return np.sort(tops[chosen[heights[chosen] >= least]])


def _prominence(values: np.ndarray, top: int) -> float:
    higher = np.flatnonzero(values > values[top])
    left = higher[higher < top][-1] if np.any(higher < top) else 0
    right = higher[higher > top][0] if np.any(higher > top) else len(values) - 1
    return float(values[top] - max(values[left : top + 1].min(), values[top : right + 1].min()))


def _peak(
    profile: Profile, values: np.ndarray, top: int, between: tuple[int, int], base: float, noise: float
) -> Peak:
    distance = profile.distance_nm
    fine = np.where(np.isfinite(profile.for_widths), profile.for_widths, values)
    foot = max(base, *(float(values[edge]) for edge in between))
    place, place_error = _centroid(profile, values, top, between, (float(values[top]) + foot) / 2.0, noise)
    top, height = _summit(fine, top, between, profile)
    half = (height + base) / 2.0
    sides = [_crossing(distance, fine, top, step, edge, half) for step, edge in zip((-1, 1), between, strict=True)]
    (left, left_slope), (right, right_slope) = sides
    # Each crossing moves with the noise there, and both with that of the peak, on which half the level hangs.
    flat = 1.0 / left_slope + 1.0 / right_slope
    error = noise * float(np.sqrt(1.0 / left_slope**2 + 1.0 / right_slope**2 + (flat / 2.0) ** 2))
    width = right - left
    error = float(np.hypot(error, width * np.interp(width / profile.pixel_nm, _GRID_WIDTHS, _GRID_SHARES)))
    return Peak(place, place_error, height, width, error, left, right, profile.pixel_nm)


def _summit(values: np.ndarray, top: int, between: tuple[int, int], profile: Profile) -> tuple[int, float]:
    """The highest sample within a pixel of a peak, and the height of the parabola through it and those beside it."""
    reach = max(1, round(profile.pixel_nm / profile.step_nm))
    first = max(between[0], top - reach)
    top = first + int(np.argmax(values[first : min(between[1], top + reach) + 1]))
    if not 0 < top < len(values) - 1:
        return top, float(values[top])
    before, here, after = (float(value) for value in values[top - 1 : top + 2])
    bend = 2.0 * here - before - after
    # Of the highest of three samples the vertex lies within half a step, and an eighth of the bend higher at most.
    return top, here + (after - before) ** 2 / (8.0 * bend) if bend > 0 and here >= max(before, after) else here


def _crossing(
    distance: np.ndarray, values: np.ndarray, top: int, step: int, edge: int, level: float
) -> tuple[float, float]:
    """Where the profile falls to a level on the way from a peak to an edge, and how steeply; NaN where it does not."""
    here = top
    while here != edge:
        after = here + step
        if values[after] <= level:
            share = (values[here] - level) / (values[here] - values[after])
            slope = (values[here] - values[after]) / abs(distance[after] - distance[here])
            return float(distance[here] + share * (distance[after] - distance[here])), float(slope)
        here = after
    return float("nan"), float("nan")


def _centroid(
    profile: Profile, values: np.ndarray, top: int, between: tuple[int, int], level: float, noise: float
) -> tuple[float, float]:
    """Centroid of what exceeds a level around a peak, and its standard error: √Σ(s − c)² · noise / Σ excess."""
    first = last = top
    while first > between[0] and values[first - 1] > level:
        first -= 1
    while last < between[1] and values[last + 1] > level:
        last += 1
    places, excess = profile.distance_nm[first : last + 1], values[first : last + 1] - level
    place = float(places @ excess / excess.sum())
    # Samples nearer than a pixel carry the same noise: so many count as one.
    alike = max(1.0, profile.pixel_nm / profile.step_nm)
    spread = float(np.sqrt(alike * np.sum((places - place) ** 2)))
    return place, noise * spread / float(excess.sum())


def _pair(left: Peak, right: Peak, valley: float, zero: float, noise: float) -> Pair:
    lower = min(left.height, right.height) - zero
    share = (valley - zero) / lower if lower > 0 else 1.0
    error = noise / lower * float(np.hypot(1.0, share)) if lower > 0 else float("nan")
    distance_error = float(np.hypot(left.place_error_nm, right.place_error_nm))
    return Pair(right.place_nm - left.place_nm, distance_error, float(share), error)
