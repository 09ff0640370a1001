"""Recorded beside simulated: the right ones under the right names, at the right place, without touching the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.methods.cropped import CroppedSolver
from fluogan_app.core.methods.inside import at_work, is_in_parts
from fluogan_app.core.methods.repeated import RepeatedSolver
from fluogan_app.core.metrics.separation import separation


def _after(method, steps: int):
    state = method.init()
    for _ in range(steps):
        state, _ = method.step(state)
    return state


@pytest.mark.parametrize("generator", ["poisson", "double-poisson"])
def test_a_run_that_is_looked_at_has_the_same_bits(make, solver, recording, generator) -> None:
    values = {"delta": 1, "steps": 30, "generator": generator, "kappa": 3.0}
    plain, watched = (solver(make(recording), **values) for _ in range(2))
    one, other = plain.init(), watched.init()
    for step in range(30):
        one, told = plain.step(one)
        other, told_other = watched.step(other)
        watched.critic_view(other, seed=step)
        watched.snapshot(other)
        assert all(torch.equal(told[name], told_other[name]) for name in told)
    assert all(torch.equal(one.tensors[name], other.tensors[name]) for name in one.tensors)


def test_recorded_is_recorded_and_simulated_is_not(make, solver, recording) -> None:
    """The left one must be, number by number, the frame that it names."""
    method = solver(make(recording), delta=1, steps=12)
    view = method.critic_view(_after(method, 12), seed=1)
    for pair in view.pairs:
        frame = recording[pair.frame][pair.place.slices]
        np.testing.assert_allclose(pair.recorded, frame, atol=1e-2)
        assert not np.allclose(pair.simulated, frame, atol=1.0)
        assert pair.simulated.mean() == pytest.approx(frame.mean(), rel=0.1)


def test_scores_come_under_the_name_of_what_was_scored(make, solver, recording) -> None:
    """A critic that adds up all pixels, and a simulator with far too much light: simulated scores are the high ones."""
    method = solver(make(recording), delta=1, steps=12)
    adversary, tensors = method._adversary, method.init().tensors
    critic = {name: torch.zeros_like(part) for name, part in tensors.items() if name.startswith("critic.")}
    critic["critic.conv1"][:, 0] = 0.1
    for name in ("conv2", "conv3", "full1", "full2"):
        critic[f"critic.{name}"] += 0.1
    source, bright = torch.Generator().manual_seed(0), 2.0 * method._model.mean
    recorded, simulated = (part.numpy() for part in adversary.scores({**tensors, **critic}, 40, bright, None, source))
    found = separation(recorded, simulated)
    assert found.area < 0.05 and found.gap < 0


def test_the_shift_is_where_data_and_critic_would_agree(make, solver, recording) -> None:
    """There the data's gradient γw (shift) and the critic's pull cancel, by the definition of the pull."""
    method = solver(make(recording), delta=1, batch_size=64, gamma=1.5)
    adversary, tensors = method._adversary, method.init().tensors
    for _ in range(5):
        adversary.train(tensors, method._model.mean)
    shift = adversary.shift(tensors)
    torch.testing.assert_close(1.5 * method._model.weights * shift, -adversary.pull(tensors), rtol=1e-4, atol=1e-5)
    assert float(shift.abs().max()) > 0 and abs(float(shift.sum())) < 1e-3 * float(shift.abs().sum())


def test_no_critic_is_no_score(make, solver, recording) -> None:
    method = solver(make(recording), delta=0, steps=60)
    view = method.critic_view(_after(method, 60), seed=0)
    assert (view.has_critic, view.scores, view.shift) == (False, None, None)
    assert len(view.pairs) > 1 and view.residual.shares.sum() == pytest.approx(100)
    drawn = np.stack([pair.simulated for pair in view.pairs])
    wanted = method.snapshot(_after(method, 60)).simulated
    spread = np.sqrt(wanted / len(drawn))
    assert np.mean(np.abs(drawn.mean(axis=0) - wanted) < 4 * spread) > 0.98


def test_light_below_zero_by_rounding_is_no_fault(make, solver, recording) -> None:
    method = solver(make(recording), delta=0, steps=10)
    snapshot = method.snapshot(_after(method, 10))
    method.critic_view(_after(method, 10), seed=0)
    dark = replace(snapshot, simulated=snapshot.simulated - snapshot.simulated.min() - 1e-6)
    view = method._comparison.view(dark, {}, False, 1)
    assert all(np.isfinite(pair.simulated).all() for pair in view.pairs)


def test_before_the_critic_begins_there_is_none_to_ask(make, solver, recording) -> None:
    method = solver(make(recording), delta=1, steps=20, warmup_steps=10)
    early = method.critic_view(_after(method, 5), seed=0)
    assert early.has_critic and early.scores is None and early.shift is None
    late = method.critic_view(_after(method, 12), seed=0)
    assert late.scores is not None and len(late.scores.recorded) == len(late.scores.simulated) >= 16
    assert late.shift.shape == recording.shape[1:]


def test_a_margin_is_not_shown(make, solver, recording) -> None:
    whole = make(recording)
    problem = replace(whole, inner=Roi(2, 3, 14, 15), roi=Roi(50, 60, *recording.shape[1:]))
    method = CroppedSolver(solver(problem, steps=10), problem.inner)
    inner, state = at_work(method, _after(method, 10))
    view = inner.critic_view(state, seed=0)
    assert view.place == Roi(52, 63, 14, 15) and view.mean.shape == (14, 15)
    assert all(pair.place == view.place for pair in view.pairs) and not is_in_parts(method)


def test_of_repeats_only_the_whole_recording_is_shown(make, solver, recording) -> None:
    method = RepeatedSolver(make(recording), 2, 0, lambda problem, number: solver(problem, number, steps=4))
    state = _after(method, 2)
    assert at_work(method, state)[1].step == 2
    assert at_work(method, _after(method, 6)) is None
