"""The line pattern, with exact widths."""

from __future__ import annotations

import math

import numpy as np

from fluogan_app.core.data.line_pattern import LinePattern, LineSet
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.phantoms.phantom import Phantom


def lines_phantom(params: LinesParams) -> Phantom:
    """The line pattern as a sample; the lines run through the whole field."""
    pattern, columns = line_pattern(params)

    def paint() -> np.ndarray:
        coverage = line_coverage(pattern, params.zoom * columns, params.pixel_size_nm / params.zoom)
        return np.tile(coverage, (params.zoom * params.rows, 1))

    return Phantom((params.rows, columns), paint, pattern.positions(), pattern)


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


def _merged_intervals(pattern: LinePattern) -> list[tuple[float, float]]:
    half = pattern.line_width_nm / 2
    merged: list[tuple[float, float]] = []
    for centre in np.sort(pattern.lines_nm.ravel()):
        start, stop = float(centre) - half, float(centre) + half
        if merged and start <= merged[-1][1]:
            start, stop = merged[-1][0], max(stop, merged.pop()[1])
        merged.append((start, stop))
    return merged
