"""How cells of a sweep are ranked whose pictures are no light: by detail that repeats, and agreement with the mean.

Laine et al. 2023: QnR = 2 RSP nFRC / (RSP + nFRC), the harmonic mean of RSP, the correlation of the picture blurred
again with the mean frame (Culley et al. 2018), and nFRC, the Fourier ring correlation's resolution of two pictures from
odd and even frames on a scale from 0 to 1: a logistic curve that gives the worst cell of the sweep 0.075 and the best
0.925. Every cell is measured with its own values.

Both halves share the grid on which a method looks at the camera's pixels, and its pattern repeats perfectly. So the
pattern is evened out before they are compared, and pictures that agree down to their pixels have no QnR at all: what
ends there is no resolution, and the pattern would win every sweep.

The logistic curve spreads the cells over the whole scale however little they differ. So there is no QnR for fewer than
three cells, nor where all resolutions lie within one ring of the Fourier transform, which noise alone decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
#: Fewer cells are not ranked.
FEWEST_CELLS = 3
#: How wide a ring of the Fourier transform is at a cell's resolution, in nm: its name among the cell's measures.
RING = "frc_ring_nm"
_FEW_FRAMES, _NOWHERE, _TO_THE_PIXELS = "too few frames", "nowhere", "down to the pixels"
_FEW_CELLS, _ALIKE, _NO_REPEAT = "fewer than 3 cells to rank", "all within one Fourier ring", "no period to rank"


@dataclass(frozen=True)
class Agreement:
    """How far odd and even frames agree: numbers by name, or why there is none, in a few words."""

    measures: dict[str, float] = field(default_factory=dict)
    reason: str = ""


class Halves:
    """Cells from odd and from even frames alone, on the square of a sweep. The frames are read once."""

    def __init__(self, stack: Stack, request: RunRequest) -> None:
        """Raises DataError for fewer than two frames."""
        self._stacks = alternate_stacks(corrected(stack, request.drift), request.frames)
        self._previewers = Previewer(), Previewer()

    def agreement(self, request: RunRequest, place: Roi, stopped: Callable[[], bool]) -> Agreement:
        """Down to which period both pictures agree, at 1/7; nothing where it was stopped. Raises FluoganError."""
        from fluogan_app.core.metrics.ring_correlation import ring_correlation

        pictures = []
        for stack, previewer in zip(self._stacks, self._previewers):
            asked = replace(request, frames=None, drift=stack.drift)
            shown = previewer.show(PreviewWish(stack, asked, place), lambda _: None, stopped)
            if shown is None:
                return Agreement()
            pictures.append(shown.result)
        first, second = (without_pattern(one.estimate, one.zoom, one.claims.signed) for one in pictures)
        found = ring_correlation(first, second, pictures[0].fine_pixel_size_nm)
        resolution_nm = found.crossing("1/7").resolution_nm
        if resolution_nm is None:
            return Agreement(reason=_TO_THE_PIXELS if found.agrees_to_the_end else _NOWHERE)
        side_nm = min(first.shape) * pictures[0].fine_pixel_size_nm
        return Agreement({"frc_nm": resolution_nm, RING: resolution_nm**2 / side_nm})


def without_pattern(image: np.ndarray, zoom: int, signed: bool = False) -> np.ndarray:
    """A picture (zoom·Y, zoom·X) whose fine pixels have one mean, wherever they lie in their camera pixel.

    Values that are signed have means near zero, by which nothing can be divided: they get one mean by a shift, and one
    standard deviation by a factor.
    """
    height, width = (side // zoom for side in image.shape)
    cells = image.reshape(height, zoom, width, zoom).astype(float)
    means = cells.mean(axis=(0, 2), keepdims=True)
    if signed:
        spreads = cells.std(axis=(0, 2), keepdims=True)
        factors = np.divide(spreads.mean(), spreads, out=np.ones_like(spreads), where=spreads > 0)
        return ((cells - means) * factors + means.mean()).reshape(image.shape)
    factors = np.divide(means.mean(), means, out=np.ones_like(means), where=means > 0)
    return (cells * factors).reshape(image.shape)


def agreement_of_halves(
    halves: Halves | None, request: RunRequest, place: Roi, stopped: Callable[[], bool]
) -> Agreement:
    """How far a cell repeats. halves: None where there are too few frames for them."""
    if halves is None:
        return Agreement(reason=_FEW_FRAMES)
    try:
        return halves.agreement(request, place, stopped)
    except DataError as error:  # too few frames in a half, or nothing in its picture
        return Agreement(reason=error.message.rstrip("."))


def scored(cells: Sequence[SweepCell]) -> list[SweepCell]:
    """The cells with their “qnr” beside all that are there, where “rsp” and “frc_nm” are known, or the reason."""
    known = [cell for cell in cells if {"frc_nm", "rsp"} <= cell.measures.keys()]
    reason, sides = _why_unranked(known), [cell.measures["frc_nm"] for cell in known]
    found = []
    for cell in cells:
        if cell not in known:
            why = {"qnr": _NO_REPEAT} if "frc_nm" in cell.reasons else {}
            found.append(replace(cell, reasons={**cell.reasons, **why}) if why else cell)
        elif reason:
            found.append(replace(cell, reasons={**cell.reasons, "qnr": reason}))
        else:
            rank = quality(cell.measures, min(sides), max(sides))
            found.append(replace(cell, measures={**cell.measures, "qnr": rank}))
    return found


def _why_unranked(known: Sequence[SweepCell]) -> str:
    """Why cells whose resolution is known have no ranks; "" where they have."""
    if len(known) < FEWEST_CELLS:
        return _FEW_CELLS
    best, worst = (choose(known, key=lambda cell: cell.measures["frc_nm"]).measures for choose in (min, max))
    # 1/best − 1/worst ≤ 1/side of the square, as a width between the two: √(best²/side · worst²/side).
    ring_nm = math.sqrt(best.get(RING, 0.0) * worst.get(RING, 0.0))
    return _ALIKE if worst["frc_nm"] - best["frc_nm"] <= ring_nm else ""


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
