"""Going on from a kept state: bit for bit what it would have been, at every boundary, and with more steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.errors import SolverError


OPTIONS = (
    {"delta": 0},
    {"delta": 1, "data_term": "sampled"},
    {"delta": 1, "generator": "double-poisson", "critic_steps": 2},
    {"delta": 1, "critic": "paper-2024", "generator": "double-poisson", "kappa": 3.0, "critic_head": "sigmoid"},
)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(str(value) for value in options.values()))
def test_resumed_equals_uninterrupted_bit_for_bit(make, solver, recording, options) -> None:
    whole = solver(make(recording), **options)
    state = whole.init()
    for _ in range(40):
        if state.step == 33:
            kept = state.copy()
        state, _ = whole.step(state)
    again = solver(make(recording), **options)
    resumed = again.restore(kept)
    while resumed.step < 40:
        resumed, _ = again.step(resumed)
    assert state.tensors.keys() == resumed.tensors.keys()
    for name, tensor in state.tensors.items():
        assert torch.equal(tensor, resumed.tensors[name]), name


#: Two fits of twenty steps, then twenty steps against the critic: before each of these steps something else begins.
BOUNDARIES = {
    "before the first": 0, "in the coarse fit": 2, "before a reweighting": 4, "after it": 5, "before prices stay": 14,
    "after that": 15, "before a fit's last": 19, "between the fits": 20, "in the fine fit": 21, "fine reweighting": 29,
    "before all together": 39, "all together": 40, "after the critic's first": 41, "late": 57,
}  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"detail": 0.25}, {"moments": "covariance"}], ids=str)
def test_at_every_kind_of_boundary_resumed_equals_uninterrupted(make, solver, blinking, options) -> None:
    problem, options = make(blinking), {"delta": 1, "zoom": 6, "steps": 60, "warmup_steps": 40, **options}
    whole = solver(problem, **options)
    if "detail" not in options:
        assert [whole._schedule.place(step) for step in (19, 20, 39)] == [(0, 19), (1, 0), (1, 19)]
        assert [whole._schedule.event(place) for place in (4, 14)] == ["reweight", "settle"]
        assert not whole._is_joint(39) and whole._is_joint(40)
    states = [whole.init().copy()]
    while states[-1].step < 60:
        states.append(whole.step(states[-1].copy())[0].copy())
    if "moments" in options:
        assert all(float(states[step].tensors["kappa"]) > 0 for step in (5, 29, 57)), "second moments had a part in it"
    for kind, step in BOUNDARIES.items():
        again = solver(problem, **options)
        resumed = again.restore(states[step])
        for _ in range(3):
            resumed, _ = again.step(resumed)
        expected = states[step + 3].tensors
        assert expected.keys() == resumed.tensors.keys(), kind
        assert all(torch.equal(tensor, resumed.tensors[name]) for name, tensor in expected.items()), kind


@pytest.mark.parametrize("steps", [7, 15, 22, 30])
def test_with_more_steps_a_run_keeps_the_fits_that_it_began_with(make, solver, recording, steps) -> None:
    # Cancelled in the coarse fit, after it, in the fine one, or finished: what is held fits no schedule but its own.
    problem = make(recording)
    short = solver(problem, delta=0, steps=30)
    state = short.init()
    while state.step < steps:
        state, _ = short.step(state)
    longer = solver(problem, delta=0, steps=40)
    resumed = longer.restore(state.copy())
    assert longer.phase(resumed).name == short.phase(state).name
    np.testing.assert_array_equal(longer.image(resumed).estimate, short.image(state).estimate)
    while resumed.step < 40:
        resumed, _ = longer.step(resumed)
    assert longer.phase(resumed).name == "All together"
    assert np.isfinite(longer.result(resumed).estimate).all()


def test_that_comparison_sees_a_state_that_is_not_the_same(make, solver, recording) -> None:
    method = solver(make(recording), delta=1, steps=60)
    state = method.init()
    for _ in range(25):
        state, _ = method.step(state)
    touched = state.copy()
    touched.tensors["data.dual"][3, 4] += 1e-3
    following, other = method.step(state.copy())[0], method.step(method.restore(touched))[0]
    assert any(not torch.equal(tensor, other.tensors[name]) for name, tensor in following.tensors.items())


def test_a_state_of_another_size_is_refused(make, solver, recording) -> None:
    kept = solver(make(recording)).init().copy()
    with pytest.raises(SolverError, match="does not belong"):
        solver(make(recording), zoom=4).restore(kept)
    with pytest.raises(SolverError, match="does not belong"):
        solver(make(recording), delta=1).restore(solver(make(recording), delta=0).init().copy())


@pytest.mark.parametrize(("kept", "wanted"), [("none", "covariance"), ("covariance", "none")])
@pytest.mark.parametrize("steps", [0, 25, 40])
def test_a_state_with_other_moments_is_refused(make, solver, recording, kept, wanted, steps) -> None:
    method = solver(make(recording), moments=kept)
    state = method.init()
    while state.step < steps:
        state, _ = method.step(state)
    assert solver(make(recording), moments=kept).restore(state.copy()).step == steps
    with pytest.raises(SolverError, match="does not belong"):
        solver(make(recording), moments=wanted).restore(state.copy())
