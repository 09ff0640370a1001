"""What the defaults must reach on stacks with known truth, at a reduced size: δ = 0, nothing tuned.

Twelve rows of 500 frames; what is asserted was reached with about a fifth to spare.
"""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.metrics.bars import read_bar
from fluogan_app.core.metrics.fidelity import nrmse
from fluogan_app.core.metrics.lines import split_lines
from fluogan_app.core.simulate.params import BarParams, FlatParams, LinesParams
from fluogan_app.core.simulate.scenarios import SimulatedStack, simulate


def reconstructed(simulated: SimulatedStack, gain_given: bool) -> Result:
    known = {"gain": simulated.gain} if gain_given else {}
    acquisition = Acquisition().with_values(
        Origin.USER, pixel_size_nm=simulated.pixel_size_nm, fwhm_nm=simulated.fwhm_nm, **known
    )
    problem = make_problem(Stack("known", "memory", ArraySource(simulated.frames)), acquisition)
    return Job(FluoganMethod().prepare(problem, FluoganParams(delta=0), "cpu", 0), Control()).run().result


#: Line width and finest spacing in nm.
WIDE_LINES, THIN_LINES = (100.0, 120.0), (40.0, 90.0)
#: By light: NRMSE that is allowed, a fifth above what is reached. The median spacing error is within 3 nm and Σx within
#: 3 % at every light level.
ALLOWED = {"bright": 0.43, "dim": 0.36, "blinking": 0.4}


@pytest.mark.parametrize(
    ("light", "lines", "gain_given"),
    [
        ("bright", WIDE_LINES, False), ("dim", WIDE_LINES, True), ("blinking", WIDE_LINES, False),
        ("bright", THIN_LINES, True), ("dim", THIN_LINES, False), ("blinking", THIN_LINES, True),
    ],
)  # fmt: skip
def test_lines_are_split_in_place(light: str, lines: tuple[float, float], gain_given: bool) -> None:
    width, finest = lines
    pattern = LinesParams(
        light=light, rows=12, frames=500, line_width_nm=width, spacing_from_nm=240.0, spacing_to_nm=finest
    )
    simulated = simulate(pattern, seed=1)
    result = reconstructed(simulated, gain_given)
    splits = split_lines(result.estimate, simulated.pattern, simulated.pixel_size_nm, result.zoom)
    # Blinking lines that all but touch are the first to go: a step of the pattern to spare.
    wanted = 150.0 if (light, lines) == ("blinking", WIDE_LINES) else finest
    assert splits.finest_nm is not None and splits.finest_nm <= wanted
    errors = [abs(line_set.spacing_error_nm) for line_set in splits.sets if line_set.spacing_nm >= 150]
    assert np.median(errors) <= 3.0
    assert nrmse(result.estimate, simulated.truth) < ALLOWED[light]
    assert abs(result.measures["photon_balance_percent"]) < 0.3
    photons = result.estimate.sum() * (1.0 if gain_given else 1.0 / simulated.gain)
    assert photons == pytest.approx(simulated.truth.sum(), rel=0.03)
    # A shuffled estimate must not pass: the check looks at places.
    shuffled = np.random.default_rng(0).permutation(result.estimate, axis=1)
    assert split_lines(shuffled, simulated.pattern, simulated.pixel_size_nm, result.zoom).finest_nm is None


# At 60 photons nothing in the frames tells a bar of 220 nm from two lines 120 nm apart (0.2 standard deviations in a
# row); what is shown there the prior decides, and it is not asserted.
@pytest.mark.parametrize(("light", "width"), [("bright", 100.0), ("dim", 100.0), ("bright", 220.0)])
def test_one_line_and_one_bar_stay_whole(light: str, width: float) -> None:
    simulated = simulate(BarParams(light=light, rows=12, frames=500, bar_width_nm=width), seed=1)
    result = reconstructed(simulated, gain_given=light == "dim")
    reading = read_bar(result.estimate, 3200.0, 400.0, simulated.pixel_size_nm, result.zoom)
    assert (reading.split_share, reading.dark_share) == (0.0, 0.0)
    assert abs(reading.shift_nm) < 5.0


def test_an_even_field_shows_nothing() -> None:
    simulated = simulate(FlatParams(rows=24, columns=26, frames=500), seed=1)
    result = reconstructed(simulated, gain_given=True)
    assert result.estimate.sum() < 0.01 * result.mean.sum()
    assert abs(result.measures["photon_balance_percent"]) < 0.2
