"""What the defaults must reach on a line pattern with known truth, at a reduced size: δ = 0, nothing tuned."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_problem
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.metrics.fidelity import nrmse
from fluogan_app.core.metrics.lines import split_lines
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.scenarios import simulate_lines


@pytest.mark.parametrize(
    ("light", "gain_given"), [("bright", False), ("bright", True), ("dim", False), ("blinking", False)]
)
def test_180_nm_is_split_in_place(light: str, gain_given: bool) -> None:
    lines = LinesParams(light=light, rows=12, frames=200, spacing_from_nm=240.0, spacing_to_nm=150.0)
    simulated = simulate_lines(lines, seed=1)
    known = {"gain": simulated.gain} if gain_given else {}
    acquisition = Acquisition().with_values(
        Origin.USER, pixel_size_nm=simulated.pixel_size_nm, fwhm_nm=simulated.fwhm_nm, **known
    )
    problem = make_problem(Stack("lines", "memory", ArraySource(simulated.frames)), acquisition)
    result = Job(FluoganMethod().prepare(problem, FluoganParams(delta=0), "cpu", 0), Control()).run().result
    splits = split_lines(result.estimate, simulated.pattern, simulated.pixel_size_nm, result.zoom)
    assert splits.finest_nm is not None and splits.finest_nm <= 180.0
    assert nrmse(result.estimate, simulated.truth) < 0.52
    assert abs(result.measures["photon_balance_percent"]) < 0.5
    photons = result.estimate.sum() * (1.0 if gain_given else 1.0 / simulated.gain)
    assert photons == pytest.approx(simulated.truth.sum(), rel=0.12)
    # A shuffled estimate must not pass: the check looks at places.
    shuffled = np.random.default_rng(0).permutation(result.estimate, axis=1)
    assert split_lines(shuffled, simulated.pattern, simulated.pixel_size_nm, result.zoom).finest_nm is None
