"""Resolution on a line pattern: which of the closest pairs of lines an estimate shows apart, and in their place.

A set counts as split in a row block when

  - the valley between its two middle peaks is below 0.8 of the lower peak,
  - their distance is within min(40 nm, d/3) of the true spacing d, and
  - the middle between them is as near to the set's true centre.

Without the second condition white noise would be "split" nearly everywhere; without the third a shifted image would
pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.line_pattern import LinePattern, LineSet

VALLEY_LIMIT = 0.8
TOLERANCE_NM = 40.0
TOLERANCE_SHARE = 1 / 3
REQUIRED_SHARE = 0.9
#: A peak's place is the centroid of what exceeds this share of it: with half, one dot of a broken line would count
#: alone, with none, haze would too.
CENTROID_LEVEL = 0.25


@dataclass(frozen=True)
class PairReading:
    """The two middle peaks of a set in one profile.

    separation_nm: their distance. shift_nm: how far their middle is right of the set's centre. valley: the lowest value
    between them as a share of the lower peak.
    """

    separation_nm: float
    shift_nm: float
    valley: float

    def splits(self, spacing_nm: float) -> bool:
        """Whether these peaks are the two lines, apart and in place."""
        tolerance = min(TOLERANCE_NM, spacing_nm * TOLERANCE_SHARE)
        in_place = abs(self.separation_nm - spacing_nm) <= tolerance and abs(self.shift_nm) <= tolerance
        return self.valley < VALLEY_LIMIT and in_place


@dataclass(frozen=True)
class SetSplit:
    """One set over all row blocks: the share (0 to 1) in which it is split, and medians where two peaks were found.

    spacing_error_nm is measured minus true spacing; NaN where no block shows two peaks.
    """

    spacing_nm: float
    share: float
    spacing_error_nm: float
    shift_nm: float
    valley: float

    @property
    def passes(self) -> bool:
        """Split in at least 90 % of the row blocks."""
        return self.share >= REQUIRED_SHARE


@dataclass(frozen=True)
class LineSplits:
    """All sets from the coarsest to the finest, over `blocks` row blocks."""

    sets: tuple[SetSplit, ...]
    blocks: int

    @property
    def finest_nm(self) -> float | None:
        """The finest spacing such that it and every coarser one passes; None where the coarsest fails."""
        finest = None
        for line_set in self.sets:
            if not line_set.passes:
                break
            finest = line_set.spacing_nm
        return finest

    def share(self, spacing_nm: float) -> float:
        """Share of the row blocks in which the set of that spacing is split. Raises KeyError without such a set."""
        for line_set in self.sets:
            if abs(line_set.spacing_nm - spacing_nm) < 1e-6:
                return line_set.share
        raise KeyError(f"no set of {spacing_nm:g} nm")

    def spacing_error_nm(self, spacing_nm: float) -> float:
        """Median error of the spacing at one set. Raises KeyError without such a set."""
        for line_set in self.sets:
            if abs(line_set.spacing_nm - spacing_nm) < 1e-6:
                return line_set.spacing_error_nm
        raise KeyError(f"no set of {spacing_nm:g} nm")


def split_lines(
    estimate: np.ndarray, pattern: LinePattern, pixel_size_nm: float, zoom: int, block_rows: int | None = None
) -> LineSplits:
    """How finely an estimate (zoom·Y, zoom·X) splits the pattern's sets, row block by row block.

    pixel_size_nm is the camera pixel's. block_rows: fine rows per block, one camera pixel (`zoom`) unless given; the
    whole height gives the reading of the mean profile. Raises ValueError for an estimate that is not finite or too low.
    """
    rows = block_rows or zoom
    blocks = estimate.shape[0] // rows
    if blocks == 0 or not np.all(np.isfinite(estimate)):
        raise ValueError(f"the estimate must be finite and at least {rows} rows high, not {estimate.shape}")
    profiles = estimate[: blocks * rows].reshape(blocks, rows, -1).mean(axis=1, dtype=float)
    fine_nm = pixel_size_nm / zoom
    ordered = sorted(pattern.sets, key=lambda line_set: -line_set.spacing_nm)
    return LineSplits(tuple(_set_split(profiles, line_set, fine_nm) for line_set in ordered), blocks)


def read_pair(profile: np.ndarray, line_set: LineSet, fine_pixel_size_nm: float) -> PairReading | None:
    """The two middle peaks of a set in one profile along x; None where there are no two.

    Looks half-way to the outer lines on either side of the set's centre for the highest peak.
    """
    reach_nm = (line_set.spacing_nm + line_set.outer_gap_nm) / 2
    positions = (np.arange(profile.size) + 0.5) * fine_pixel_size_nm - line_set.centre_nm
    left = _highest_peak(profile, np.flatnonzero((positions >= -reach_nm) & (positions < 0)))
    right = _highest_peak(profile, np.flatnonzero((positions > 0) & (positions <= reach_nm)))
    if left is None or right is None or right - left < 2:
        return None
    lower = min(profile[left], profile[right])
    valley_at = left + int(np.argmin(profile[left : right + 1]))
    half_nm = line_set.spacing_nm / 2
    places = [
        _peak_position(profile, positions, left, profile[valley_at], half_nm, positions < positions[valley_at]),
        _peak_position(profile, positions, right, profile[valley_at], half_nm, positions > positions[valley_at]),
    ]
    return PairReading(places[1] - places[0], (places[0] + places[1]) / 2, float(profile[valley_at] / lower))


def _set_split(profiles: np.ndarray, line_set: LineSet, fine_pixel_size_nm: float) -> SetSplit:
    readings = [read_pair(profile, line_set, fine_pixel_size_nm) for profile in profiles]
    found = [reading for reading in readings if reading is not None]
    share = sum(reading.splits(line_set.spacing_nm) for reading in found) / len(readings)
    if not found:
        return SetSplit(line_set.spacing_nm, 0.0, np.nan, np.nan, np.nan)
    separation, shift, valley = np.median([(r.separation_nm, r.shift_nm, r.valley) for r in found], axis=0)
    return SetSplit(line_set.spacing_nm, share, float(separation - line_set.spacing_nm), float(shift), float(valley))


def _highest_peak(profile: np.ndarray, window: np.ndarray) -> int | None:
    """Index of the highest positive value in the window, if the profile does not go on rising beyond it."""
    if window.size == 0:
        return None
    at = int(window[np.argmax(profile[window])])
    beyond = profile[[max(at - 1, 0), min(at + 1, profile.size - 1)]]
    return at if profile[at] > 0 and np.all(beyond <= profile[at]) else None


def _peak_position(
    profile: np.ndarray, positions: np.ndarray, at: int, valley: float, half_nm: float, side: np.ndarray
) -> float:
    """Centroid in nm of what stands out around a peak, above a quarter of it or the valley, whichever is higher.

    It gathers all that lies within half a spacing on this side of the valley: a line that an estimate breaks into dots
    is still one line.
    """
    level = max(valley, CENTROID_LEVEL * profile[at])
    near = side & (np.abs(positions - positions[at]) <= half_nm)
    weights = np.clip(profile[near] - level, 0, None)
    return float(np.average(positions[near], weights=weights)) if weights.sum() > 0 else float(positions[at])
