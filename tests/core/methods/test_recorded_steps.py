"""What a graphics card records of the mean fit: steps that name what they go on from, and are the same replayed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.benchmark.cases import make_case_problem
from fluogan_app.core.methods.fluogan import mean_fits
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams

pytestmark = pytest.mark.usefixtures("one_torch_thread")


class Tape:
    """Records as a card does: a replay works on the recorded inputs, and into the same memory each time."""

    def __init__(self) -> None:
        self.replays = 0

    def record(self, function, inputs):
        outputs = [result.clone() for result in function(*inputs)]

        def replay():
            self.replays += 1
            for output, result in zip(outputs, function(*inputs)):
                output.copy_(result)
            return outputs

        return replay


def make_solver(moments="none"):
    params = FluoganParams(zoom=4, delta=0, steps=80, moments=moments)
    return FluoganMethod().prepare(make_case_problem((16, 17), 40), params, "cpu", 0)


def states_after(solver, steps: int) -> list:
    states = [solver.init()]
    for _ in range(steps):
        states.append(solver.step(states[-1].copy())[0])
    return states


@pytest.mark.parametrize("moments", ["none", "covariance"])
def test_replayed_fits_are_the_fits(monkeypatch, make, solver, blinking, moments):
    options = {"zoom": 6, "steps": 80, "moments": moments}
    plain, tape = states_after(solver(make(blinking), **options), 60), Tape()
    assert ("kappa" in plain[-1].tensors and float(plain[-1].tensors["kappa"]) > 0) == (moments == "covariance")
    monkeypatch.setattr(mean_fits, "recorder_for", lambda device: tape)
    replayed = states_after(solver(make(blinking), **options), 60)
    # All steps but the first of each fit, before and after its prices settle, which are recorded.
    assert 50 <= tape.replays <= 60
    for one, other in zip(plain, replayed, strict=True):
        assert one.tensors.keys() == other.tensors.keys()
        for name, tensor in one.tensors.items():
            np.testing.assert_array_equal(other.tensors[name].numpy(), tensor.numpy(), err_msg=f"{name}, {one.step}")


def test_a_replayed_state_is_not_overwritten_by_the_next(monkeypatch):
    monkeypatch.setattr(mean_fits, "recorder_for", lambda device: Tape())
    solver = make_solver()
    state = solver.init()
    for _ in range(3):
        state, _ = solver.step(state)
    kept = state.copy()
    solver.step(state.copy())
    for name, tensor in state.tensors.items():
        assert torch.equal(tensor, kept.tensors[name]), name


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("moments", ["none", "covariance"])
def test_a_step_names_all_tensors_that_it_goes_on_from(settled, moments):
    solver = make_solver(moments)
    fit, state = solver._fits._fits[0], solver.init()
    named = {name: state.tensors[name].clone() for name in fit.names}
    fit.step(dict(named), settled)
    assert ("moments.dual" in fit.names) == (moments == "covariance")
    for name in fit.names:
        with pytest.raises(KeyError):
            fit.step({other: tensor.clone() for other, tensor in named.items() if other != name}, settled)
