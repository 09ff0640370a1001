"""Spots that noise could have made become dearer; lines stay as they are; solid things lose their rows of dots."""

from __future__ import annotations

import numpy as np
import torch

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_problem
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.significance import DEAREST, LOOK_AT_STEP, SIGNIFICANT_SIGMAS, prices
from fluogan_app.core.optics.psf import gaussian_axis_matrix

ZOOM, SIGMA_PIXELS, SHAPE = 3, 1.2, (21, 26)


def cloud_frames(photons: float, frames: int = 40) -> np.ndarray:
    """Poisson frames of an even cloud without any detail, on an even background of 5 photons."""
    rows, columns = np.mgrid[: SHAPE[0] * ZOOM, : SHAPE[1] * ZOOM] / ZOOM
    fine = photons / ZOOM**2 * np.exp(-((rows - 10) ** 2) / 18 - (columns - 13) ** 2 / 50)
    rows, columns = (gaussian_axis_matrix(n, ZOOM, SIGMA_PIXELS) for n in SHAPE)
    mean = rows @ fine @ columns.T + 5.0
    return np.random.default_rng(3).poisson(mean, (frames, *SHAPE)).astype(np.float32)


def solver_for(frames: np.ndarray, **values):
    acquisition = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=100.0 * SIGMA_PIXELS * 2.3548)
    problem = make_problem(Stack("cloud", "memory", ArraySource(frames)), acquisition)
    return FluoganMethod().prepare(problem, FluoganParams(zoom=ZOOM, delta=0, **values), "cpu", 0)


def after(solver, steps: int):
    state = solver.init()
    for _ in range(steps):
        state, _ = solver.step(state)
    return state


def further(solver, state, steps: int):
    for _ in range(steps):
        state, metrics = solver.step(state)
    return state, metrics


def test_the_price_follows_from_the_light_in_standard_deviations() -> None:
    solver = solver_for(cloud_frames(30.0))
    model, sigma_fine = solver._model, SIGMA_PIXELS * ZOOM
    noise = model.textures[0].blur.squared().adjoint(model.weights).sqrt()
    spots = torch.zeros(noise.shape)
    # Light worth exactly 1.25 and 4 times the least significant in two places that do not see each other.
    for (y, x), part in (((30, 15), 0.8), ((30, 60), 4.0)):
        spots[y, x] = part * SIGNIFICANT_SIGMAS / noise[y, x]
    found = prices(model, spots, sigma_fine)
    assert float(found[30, 15]) == torch.tensor(1 / 0.8).item()
    assert float(found[30, 60]) == 1.0
    assert float(found[5, 5]) == DEAREST


def test_the_price_is_the_same_at_every_light_level() -> None:
    frames = cloud_frames(30.0)
    first, second = (after(solver_for(frames * np.float32(c)), LOOK_AT_STEP + 1).tensors["price"] for c in (1, 64))
    assert torch.equal(first, second)
    assert float(first.max()) == DEAREST


def test_a_cloud_without_detail_loses_every_fine_spot() -> None:
    """And its data term stays what noise allows; at the former price the spots that noise made would stay."""
    solver = solver_for(cloud_frames(30.0))
    looked_at = after(solver, LOOK_AT_STEP)
    priced, metrics = further(solver, looked_at, 400)
    solver._priced = lambda step, tensors: solver._model
    unpriced, _ = further(solver, looked_at, 400)
    assert float(unpriced.tensors["fine"].sum()) > 1.0
    assert float(priced.tensors["fine"].sum()) == 0.0
    assert float(metrics["discrepancy"]) < 1.0


def test_plain_eq_14_knows_no_prices() -> None:
    state = after(solver_for(cloud_frames(30.0), detail=0.0), 3)
    assert "price" not in state.tensors
