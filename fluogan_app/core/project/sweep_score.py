"""How cells of a sweep are ranked whose pictures are no light: by detail that repeats, and agreement with the mean.

Laine et al. 2023: QnR = 2 RSP nFRC / (RSP + nFRC), the harmonic mean of RSP, the correlation of the picture blurred
again with the mean frame (Culley et al. 2018), and nFRC, the Fourier ring correlation's resolution of two pictures from
odd and even frames on a scale from 0 to 1: a logistic curve that gives the worst cell of the sweep 0.075 and the best
0.925. Every cell is measured with its own values.

Both halves share the grid on which a method looks at the camera's pixels, and its pattern repeats perfectly. So the
pattern is evened out before they are compared, and pictures that agree down to their pixels have no QnR at all: what
ends there is no resolution, and the pattern would win every sweep.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.core.data.alternate import alternate_stacks
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import DataError
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.project.preview import Previewer, PreviewWish

if TYPE_CHECKING:
    from fluogan_app.core.project.sweep import SweepCell

#: What the best and the worst resolution of a sweep come to.
_WORST, _BEST = 0.075, 0.925


class Halves:
    """Cells from odd and from even frames alone, on the square of a sweep. The frames are read once."""

    def __init__(self, stack: Stack, request: RunRequest) -> None:
        """Raises DataError for fewer than two frames."""
        self._stacks = alternate_stacks(corrected(stack, request.drift), request.frames)
        self._previewers = Previewer(), Previewer()

    def resolution_nm(self, request: RunRequest, place: Roi, stopped: Callable[[], bool]) -> float | None:
        """Down to which period both pictures agree, at 1/7.

        None where they do not agree at all or to the end, or it was stopped. Raises FluoganError.
        """
        from fluogan_app.core.metrics.ring_correlation import ring_correlation

        pictures = []
        for stack, previewer in zip(self._stacks, self._previewers):
            asked = replace(request, frames=None, drift=stack.drift)
            shown = previewer.show(PreviewWish(stack, asked, place), lambda _: None, stopped)
            if shown is None:
                return None
            pictures.append(shown.result)
        first, second = (without_pattern(one.estimate, one.zoom) for one in pictures)
        return ring_correlation(first, second, pictures[0].fine_pixel_size_nm).crossing("1/7").resolution_nm


def without_pattern(image: np.ndarray, zoom: int) -> np.ndarray:
    """A picture (zoom·Y, zoom·X) whose fine pixels have one mean, wherever they lie in their camera pixel."""
    height, width = (side // zoom for side in image.shape)
    cells = image.reshape(height, zoom, width, zoom).astype(float)
    means = cells.mean(axis=(0, 2), keepdims=True)
    factors = np.divide(means.mean(), means, out=np.ones_like(means), where=means > 0)
    return (cells * factors).reshape(image.shape)


def agreement_of_halves(
    halves: Halves | None, request: RunRequest, place: Roi, stopped: Callable[[], bool]
) -> dict[str, float]:
    """{"frc_nm": …}, or nothing where it cannot be told."""
    if halves is None:
        return {}
    try:
        found = halves.resolution_nm(request, place, stopped)
    except DataError:  # too few frames in a half, or nothing in its picture
        return {}
    return {} if found is None else {"frc_nm": found}


def scored(cells: Sequence[SweepCell]) -> list[SweepCell]:
    """The cells, those that have “rsp” and “frc_nm” with their “qnr” beside all that are there."""
    known = [cell.measures["frc_nm"] for cell in cells if "frc_nm" in cell.measures]
    return [
        replace(cell, measures={**cell.measures, "qnr": quality(cell.measures, min(known), max(known))})
        if {"frc_nm", "rsp"} <= cell.measures.keys() else cell
        for cell in cells
    ]  # fmt: skip


def quality(measures: Mapping[str, float], best_nm: float, worst_nm: float) -> float:
    """QnR of one cell, from 0 to 1."""
    pearson = max(measures["rsp"], 0.0)
    share = normalised(measures["frc_nm"], best_nm, worst_nm)
    return 2.0 * pearson * share / (pearson + share)


def normalised(resolution_nm: float, best_nm: float, worst_nm: float) -> float:
    """A resolution between the worst and the best of a sweep on the logistic scale; ½ where all are one."""
    if not worst_nm > best_nm:
        return 0.5
    place = (worst_nm - resolution_nm) / (worst_nm - best_nm)
    steepness = 2.0 * math.log(_BEST / _WORST)
    return float(1.0 / (1.0 + np.exp(-steepness * (place - 0.5))))
