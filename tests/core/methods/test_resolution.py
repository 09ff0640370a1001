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
#: By light: the median spacing error in nm, NRMSE, and the relative error of Σx that are allowed. Over a background of
#: 1240 photons, steep in this short field, a part of it counts as structure.
ALLOWED = {"bright": (8.0, 0.5, 0.18), "dim": (4.0, 0.36, 0.05), "blinking": (4.0, 0.46, 0.05)}


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
    simulated, (spacing, difference, sum_error) = simulate(pattern, seed=1), ALLOWED[light]
    result = reconstructed(simulated, gain_given)
    splits = split_lines(result.estimate, simulated.pattern, simulated.pixel_size_nm, result.zoom)
    # Blinking lines that all but touch are the first to go: a step of the pattern to spare.
    wanted = 150.0 if (light, lines) == ("blinking", WIDE_LINES) else finest
    assert splits.finest_nm is not None and splits.finest_nm <= wanted
    errors = [abs(line_set.spacing_error_nm) for line_set in splits.sets if line_set.spacing_nm >= 150]
    assert np.median(errors) <= spacing
    assert nrmse(result.estimate, simulated.truth) < difference
    assert abs(result.measures["photon_balance_percent"]) < 0.3
    photons = result.estimate.sum() * (1.0 if gain_given else 1.0 / simulated.gain)
    assert photons == pytest.approx(simulated.truth.sum(), rel=sum_error)
    # A shuffled estimate must not pass: the check looks at places.
    shuffled = np.random.default_rng(0).permutation(result.estimate, axis=1)
    assert split_lines(shuffled, simulated.pattern, simulated.pixel_size_nm, result.zoom).finest_nm is None


@pytest.mark.parametrize("width", [100.0, 220.0])
@pytest.mark.parametrize("light", ["bright", "dim"])
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
