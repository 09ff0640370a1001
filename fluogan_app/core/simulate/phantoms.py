"""What is in the sample: a line pattern with exact widths, and smooth out-of-focus light."""

from __future__ import annotations

import math

import numpy as np

from fluogan_app.core.data.line_pattern import LinePattern, LineSet
from fluogan_app.core.simulate.params import LinesParams

#: Length over which the out-of-focus light rises and falls once.
BACKGROUND_PERIOD_NM = 12_000.0


def line_pattern(params: LinesParams) -> tuple[LinePattern, int]:
    """The sets of lines side by side, centred in the field, and the field's width in camera pixels."""
    spacings = [params.spacing_from_nm - index * params.spacing_step_nm for index in range(params.set_count)]
    reach = params.outer_gap_nm + params.line_width_nm / 2
    left, right = spacings[0] / 2 + reach, spacings[-1] / 2 + reach
    extent_nm = left + params.set_pitch_nm * (len(spacings) - 1) + right
    columns = math.ceil((extent_nm + 2 * params.margin_nm) / params.pixel_size_nm)
    first_nm = (columns * params.pixel_size_nm - extent_nm) / 2 + left
    sets = tuple(
        LineSet(spacing, first_nm + index * params.set_pitch_nm, params.outer_gap_nm)
        for index, spacing in enumerate(spacings)
    )
    return LinePattern(sets, params.line_width_nm), columns


def line_coverage(pattern: LinePattern, fine_columns: int, fine_pixel_size_nm: float) -> np.ndarray:
    """Share of each fine column that lies in a line, (fine_columns,) from 0 to 1; lines that overlap count once."""
    edges = np.arange(fine_columns + 1) * fine_pixel_size_nm
    covered = np.zeros(fine_columns)
    for start, stop in _merged_intervals(pattern):
        # The length covered up to each edge; its increments are exact for every width and position.
        covered += np.diff(np.clip(edges, start, stop))
    return covered / fine_pixel_size_nm


def smooth_background(shape_yx: tuple[int, int], pixel_size_nm: float) -> np.ndarray:
    """Out-of-focus light (Y, X) with maximum 1 and minimum above 0.5: two slow waves that cross, over an even floor.

    Its size is that of the sample, not of the field: light from out of focus varies over many widths of the PSF.
    """
    y = (np.arange(shape_yx[0])[:, None] + 0.5) * pixel_size_nm
    x = (np.arange(shape_yx[1])[None, :] + 0.5) * pixel_size_nm
    steep = np.sin(2 * np.pi * (x / BACKGROUND_PERIOD_NM + y / (2 * BACKGROUND_PERIOD_NM)))
    flat = np.cos(2 * np.pi * (x / (1.7 * BACKGROUND_PERIOD_NM) - y / (3 * BACKGROUND_PERIOD_NM)))
    background = 1.0 + 0.15 * steep + 0.1 * flat
    return background / background.max()


def _merged_intervals(pattern: LinePattern) -> list[tuple[float, float]]:
    half = pattern.line_width_nm / 2
    merged: list[tuple[float, float]] = []
    for centre in np.sort(pattern.lines_nm.ravel()):
        start, stop = float(centre) - half, float(centre) + half
        if merged and start <= merged[-1][1]:
            start, stop = merged[-1][0], max(stop, merged.pop()[1])
        merged.append((start, stop))
    return merged
