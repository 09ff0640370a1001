"""Small recordings with known truth, and a short way to run the method on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import Problem, make_problem
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.optics.psf import gaussian_axis_matrix

PIXEL_NM, FWHM_NM, ZOOM = 100.0, 300.0, 3


@pytest.fixture(scope="session")
def make() -> Callable[..., Problem]:
    """A problem from frames in counts; what is given of the camera counts as given by the user."""

    def make(frames: np.ndarray, **camera: float) -> Problem:
        acquisition = Acquisition().with_values(Origin.USER, pixel_size_nm=PIXEL_NM, fwhm_nm=FWHM_NM, **camera)
        return make_problem(Stack("test", "memory", ArraySource(frames)), acquisition)

    return make


@pytest.fixture(scope="session")
def solver() -> Callable[..., Any]:
    """A solver on the processor, with few steps and a small critic unless said otherwise."""

    def solver(problem: Problem, seed: int = 0, **values: Any) -> Any:
        small = {"zoom": ZOOM, "steps": 40, "batch_size": 4, "patch_size": 8, "critic_channels": 4}
        return FluoganMethod().prepare(problem, FluoganParams(**{**small, **values}), "cpu", seed)

    return solver


@pytest.fixture(scope="session")
def run(solver: Callable[..., Any]) -> Callable[..., Ended]:
    """A whole run that must end well."""

    def run(problem: Problem, seed: int = 0, **values: Any) -> Ended:
        ended = Job(solver(problem, seed, **values), Control()).run()
        if ended.error is not None:
            raise ended.error
        return ended

    return run


def cross(shape_yx: tuple[int, int]) -> np.ndarray:
    """Photons per fine pixel of a thin cross that touches no border."""
    fine = np.zeros((ZOOM * shape_yx[0], ZOOM * shape_yx[1]))
    fine[ZOOM * shape_yx[0] // 2, 6:-6] = 30.0
    fine[6:-6, ZOOM * shape_yx[1] // 3] = 20.0
    return fine


#: Photons per event of the blinking recording.
KAPPA = 30.0


def mean_of(fine: np.ndarray, background: float) -> np.ndarray:
    """What the camera would see without noise."""
    rows, columns = (gaussian_axis_matrix(n // ZOOM, ZOOM, FWHM_NM / PIXEL_NM / 2.3548) for n in fine.shape[-2:])
    return rows @ fine @ columns.T + background


@pytest.fixture(scope="session")
def recording() -> np.ndarray:
    """60 frames of 19 × 23 pixels: a cross over a background of 10 photons, one photon a count."""
    mean = mean_of(cross((19, 23)), 10.0)
    return np.random.default_rng(3).poisson(mean, (60, *mean.shape)).astype(np.float32)


@pytest.fixture(scope="session")
def blinking() -> np.ndarray:
    """The same of molecules that blink, KAPPA photons an event, in 80 frames."""
    source, fine = np.random.default_rng(4), cross((19, 23))
    events = KAPPA * source.poisson(fine / KAPPA, (80, *fine.shape))
    return source.poisson(mean_of(events, 10.0)).astype(np.float32)
