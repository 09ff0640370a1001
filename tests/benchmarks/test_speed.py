"""How long the default runs take on one core. Slow: asked for with `-m slow`; times are stated for an idle core."""

from __future__ import annotations

import time

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import Problem, make_problem
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams

pytestmark = pytest.mark.slow


def phantom_sized_problem() -> Problem:
    """500 frames of 50 × 266 pixels of uneven light, as large as the line pattern of the papers."""
    y, x = np.mgrid[:50, :266]
    mean = 20.0 + 40.0 * (np.sin(x / 3.0) * np.cos(y / 5.0) > 0.7)
    frames = np.random.default_rng(0).poisson(mean, (500, 50, 266)).astype(np.float32)
    acquisition = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0)
    return make_problem(Stack("phantom", "memory", ArraySource(frames)), acquisition)


@pytest.mark.parametrize(("delta", "limit_s"), [(0, 30.0), (1, 180.0)])
def test_a_default_run_ends_in_time(delta: int, limit_s: float) -> None:
    import torch

    torch.set_num_threads(1)
    problem = phantom_sized_problem()
    began = time.process_time()
    ended = Job(FluoganMethod().prepare(problem, FluoganParams(delta=delta), "cpu", 0), Control()).run()
    seconds = time.process_time() - began
    assert ended.error is None
    # Time of the processor, not of the clock: what else runs on the machine does not count.
    assert seconds < limit_s, f"{seconds:.0f} s for {ended.steps} steps"


def test_step_rates(benchmark) -> None:
    import torch

    torch.set_num_threads(1)
    solver = FluoganMethod().prepare(phantom_sized_problem(), FluoganParams(delta=0), "cpu", 0)
    state, _ = solver.step(solver.init())
    benchmark(lambda: solver.step(state))
