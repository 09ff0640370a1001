"""Chains of straight strokes with a width, painted on the fine grid: filaments and letters are made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: So many distances are computed at a time.
DISTANCES_AT_ONCE = 2_000_000


def chain_coverage(
    chains: Sequence[np.ndarray], width_nm: float, fine_shape: tuple[int, int], fine_pixel_size_nm: float
) -> np.ndarray:
    """Share of each fine pixel that lies in a chain, (LY, LX) from 0 to 1; where chains cross they count once.

    chains: vertices (n, 2) in nm, [y, x], of open chains with round ends and joints.
    """
    reach_nm = (width_nm + fine_pixel_size_nm) / 2
    distance = np.full(fine_shape, np.inf)
    for chain in chains:
        _bring_nearer(distance, np.asarray(chain, float), reach_nm, fine_pixel_size_nm)
    return covered_share(distance, width_nm, fine_pixel_size_nm)


def covered_share(distance_nm: np.ndarray, width_nm: float, fine_pixel_size_nm: float) -> np.ndarray:
    """Share of a fine pixel's side that lies in a stroke whose middle is `distance_nm` away from the pixel's.

    Exact for strokes along the grid; across a stroke in any direction the light adds up to its width.
    """
    side, half = fine_pixel_size_nm / 2, width_nm / 2
    inside = np.minimum(distance_nm + side, half) - np.maximum(distance_nm - side, -half)
    return np.clip(inside / fine_pixel_size_nm, 0.0, 1.0)


def _bring_nearer(distance: np.ndarray, chain: np.ndarray, reach_nm: float, fine_nm: float) -> None:
    """Lower `distance` to that from the chain, in the fine pixels that it comes within reach of."""
    starts, steps = chain[:-1], np.diff(chain, axis=0)
    half_side = int(np.ceil((np.abs(steps).max(initial=0.0) / 2 + reach_nm) / fine_nm)) + 1
    window = np.arange(-half_side, half_side + 1)
    at_once = max(1, DISTANCES_AT_ONCE // window.size**2)
    for first in range(0, len(steps), at_once):
        part = slice(first, first + at_once)
        middle = np.floor((starts[part] + steps[part] / 2) / fine_nm).astype(int)
        rows, columns = (middle[:, axis, None] + window for axis in (0, 1))
        away = _distance_to_strokes(rows, columns, starts[part], steps[part], fine_nm)
        seen = (rows >= 0) & (rows < distance.shape[0])
        seen = seen[:, :, None] & ((columns >= 0) & (columns < distance.shape[1]))[:, None, :]
        which, y, x = np.nonzero(seen & (away <= reach_nm))
        np.minimum.at(distance, (rows[which, y], columns[which, x]), away[which, y, x])


def _distance_to_strokes(
    rows: np.ndarray, columns: np.ndarray, starts: np.ndarray, steps: np.ndarray, fine_nm: float
) -> np.ndarray:
    """Distance in nm (strokes, rows, columns) from the middles of fine pixels to one stroke each."""
    y = ((rows + 0.5) * fine_nm - starts[:, 0, None])[:, :, None]
    x = ((columns + 0.5) * fine_nm - starts[:, 1, None])[:, None, :]
    step_y, step_x = steps[:, 0, None, None], steps[:, 1, None, None]
    length2 = np.maximum(step_y**2 + step_x**2, 1e-300)
    along = np.clip((y * step_y + x * step_x) / length2, 0.0, 1.0)
    return np.hypot(y - along * step_y, x - along * step_x)
