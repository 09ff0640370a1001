"""How a field is reconstructed: with which margin, in one piece or in tiles, and how much memory that takes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.problem import Field, Problem
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.tiles import Tiling, tiled
from fluogan_app.core.methods.base import Method, Solver
from fluogan_app.core.methods.cropped import CroppedSolver
from fluogan_app.core.methods.repeated import RepeatedSolver
from fluogan_app.core.methods.tiled import TiledField, TiledSolver

#: So many widths (FWHM) around a region take part in its reconstruction: light from further away does not reach in.
MARGIN_FWHM = 3.0
#: Neighbouring tiles share a strip so many widths wide, over which one image fades into the other.
OVERLAP_FWHM = 3.0
#: A run that would take more memory in one piece is cut into tiles, where nothing else is asked for.
WHOLE_BYTES = 2_750_000_000
#: What a tile may take then. Larger tiles share less with their neighbours, smaller ones leave room for others.
TILE_BYTES = 1_500_000_000
#: Sides that are tried, largest first; the last is taken in any case.
SIDES = (2048, 1536, 1024, 768, 512, 384, 256, 192, 128, 96, 64)


@dataclass(frozen=True)
class Plan:
    """What is decided before anything is read.

    margin_pixels: around the region, or each tile, as far as the stack has them. tiling: None for one piece.
    piece_pixels: camera pixels that are in work at one time. memory_bytes: a rough upper estimate of the run.
    """

    margin_pixels: int
    tiling: Tiling | None
    piece_pixels: int
    memory_bytes: int


@dataclass(frozen=True)
class Prepared:
    """A solver that is ready to run, and the field's mean in photons, (Y, X) float32."""

    solver: Solver
    mean: np.ndarray


def make_plan(
    method: Method, params: Any, acquisition: Acquisition, frame_count: int, roi: Roi, tile: int | None
) -> Plan:
    """The plan for a region of so many frames; `tile` is the side that is asked for, None for what fits.

    Reads nothing and loads no torch.
    """
    if getattr(params, "boundary", "") == "periodic":
        # The field closes in on itself: it has no outside, and a tile's borders are not each other's neighbours.
        return _one_piece(method, params, frame_count, roi, 0)
    fwhm_pixels = _fwhm_pixels(acquisition)
    margin, overlap = math.ceil(MARGIN_FWHM * fwhm_pixels), 2 * math.ceil(0.5 * OVERLAP_FWHM * fwhm_pixels)
    whole = _one_piece(method, params, frame_count, roi, margin)
    if tile is None and whole.memory_bytes > WHOLE_BYTES:
        tile = _fitting_side(method, params, frame_count, 2 * margin + overlap)
    side = max(tile or roi.height + roi.width, 2 * overlap)
    if max(roi.height, roi.width) <= side:
        return whole
    tiling = tiled(roi, side, overlap)
    height, width = (max(sides) + 2 * margin for sides in zip(*(_shape(one.region) for one in tiling.tiles)))
    images = 4 * roi.height * roi.width * (2 * getattr(params, "zoom", 1) ** 2 + 6)
    tile_bytes = method.memory_bytes((frame_count, height, width), params)
    return Plan(margin, tiling, height * width, tile_bytes + images)


def prepare(
    method: Method, field: Field, plan: Plan, params: Any, device: str, seed: int, repeats: int = 0
) -> Prepared:
    """Read and check the frames and prepare the solver as planned, with repeats on random halves of the frames.

    Raises as Method.prepare, ReadError, DataError.
    """

    def solver_for(problem: Problem, tile: int = 0) -> Solver:
        # Each tile and each repeat draws random numbers of its own.
        own = seed + tile * (1 + repeats)
        if not repeats:
            return method.prepare(problem, params, device, own)
        one = partial(method.prepare, params=params, device=device)
        return RepeatedSolver(problem, repeats, own, lambda half, number: one(half, seed=own + number))

    if plan.tiling is not None:
        cut = TiledField(field, plan.tiling, plan.margin_pixels, field.survey(), getattr(params, "zoom", 1))
        return Prepared(TiledSolver(cut, solver_for), cut.survey.mean)
    problem = field.problem(plan.margin_pixels)
    return Prepared(solver_of(problem, solver_for), problem.mean_photons)


def solver_of(problem: Problem, solver_for: Callable[[Problem], Solver]) -> Solver:
    """A solver of a problem in one piece, of which only the inner part is seen."""
    solver = solver_for(problem)
    if (problem.inner.height, problem.inner.width) == problem.frames.shape[1:]:
        return solver
    return CroppedSolver(solver, problem.inner)


def _one_piece(method: Method, params: Any, frame_count: int, roi: Roi, margin: int) -> Plan:
    height, width = roi.height + 2 * margin, roi.width + 2 * margin
    return Plan(margin, None, height * width, method.memory_bytes((frame_count, height, width), params))


def _fitting_side(method: Method, params: Any, frame_count: int, reach: int) -> int:
    fitting = (
        side for side in SIDES if method.memory_bytes((frame_count, side + reach, side + reach), params) <= TILE_BYTES
    )
    return next(fitting, SIDES[-1])


def _fwhm_pixels(acquisition: Acquisition) -> float:
    """FWHM of the PSF in camera pixels; 0 where nothing is known of it yet."""
    width_nm = acquisition.psf_fwhm_nm
    return width_nm / acquisition.pixel_size_nm if width_nm is not None and acquisition.pixel_size_nm else 0.0


def _shape(roi: Roi) -> tuple[int, int]:
    return roi.height, roi.width
