"""λ1 by the discrepancy principle, on solvers whose discrepancy is known, and once on the real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fluogan_app.core.estimate.result import Estimate, Missing
from fluogan_app.core.methods.base import State
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.sparsity import SIDE, TARGET, TRIED, estimate_sparsity


@dataclass
class Known:
    """A method whose discrepancy is a given function of λ1."""

    discrepancy: Callable[[float], float]
    shapes: tuple = ()

    def prepare(self, problem: Any, params: Any, device: str, seed: int) -> Any:
        self.shapes += (problem.frames.shape,)
        return SimpleNamespace(
            total_steps=2,
            init=lambda: State(0),
            step=lambda state: (State(state.step + 1), {}),
            result=lambda state: SimpleNamespace(measures={"discrepancy": self.discrepancy(params.lambda1)}),
        )


def test_the_target_is_met_at_the_estimate(make, recording) -> None:
    method = Known(lambda lambda1: 0.8 * (1 + lambda1) ** 0.7)
    found = estimate_sparsity(method, make(recording), FluoganParams())
    assert isinstance(found, Estimate) and found.evidence is not None
    truth = (TARGET / 0.8) ** (1 / 0.7) - 1
    assert found.value == pytest.approx(truth, rel=0.1)
    assert 0 < found.uncertainty < found.value
    # Half and twice the value would miss the target by more than a tenth.
    assert all(abs(method.discrepancy(factor * found.value) / TARGET - 1) > 0.1 for factor in (0.5, 2.0))


@pytest.mark.parametrize(("level", "side"), [(30.0, "above"), (0.3, "below")])
def test_a_curve_that_never_meets_the_target_gives_no_value(make, recording, level: float, side: str) -> None:
    found = estimate_sparsity(Known(lambda lambda1: level), make(recording), FluoganParams())
    assert isinstance(found, Missing) and f"all {side} the target" in found.reason


def test_a_large_field_is_cut_to_where_the_light_is(make) -> None:
    frames = np.random.default_rng(0).poisson(5.0, (12, 90, 130)).astype(np.float32)
    frames[:, 60:80, 100:120] += 50.0
    method = Known(lambda lambda1: lambda1)
    estimate_sparsity(method, make(frames), FluoganParams())
    assert set(method.shapes) == {(12, SIDE, SIDE)}


def test_the_real_method_explains_less_the_sparser_it_is(make, recording) -> None:
    """The discrepancy rises with λ1, which is what the principle stands on."""
    found = estimate_sparsity(FluoganMethod(), make(recording), FluoganParams())
    series = found.evidence.series[0] if isinstance(found, Estimate) else None
    assert series is not None and len(series.x) == len(TRIED) + 1
    # Which spots are significant is decided anew for each λ1, so single values may fall back a little.
    assert np.all(np.diff(series.y) > -0.2 * series.y[:-1]) and series.y[-1] > 2 * series.y[0]


def test_nobody_waits_for_an_estimate_that_was_given_up(make, recording) -> None:
    """Heard after the next step of a fit, of which there are many; how far it is was told until then."""
    told: list[tuple[int, int]] = []
    stopped = estimate_sparsity(
        Known(lambda lambda1: lambda1), make(recording), FluoganParams(),
        on_step=lambda done, of: told.append((done, of)), cancelled=lambda: len(told) >= 3,
    )  # fmt: skip
    assert stopped is None and [done for done, _ in told] == [1, 2, 3] and told[0][1] > 1000
