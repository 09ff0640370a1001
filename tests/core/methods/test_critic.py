"""The critic: its loss as eq. (15) writes it, its gradient against differentiating twice, Adam against torch's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.fluogan import critic_training
from fluogan_app.core.methods.fluogan.critic import (
    BETA1, BETA2, EPSILON, CriticShape, adam_step, initial_weights, scores,
)  # fmt: skip
from fluogan_app.core.methods.fluogan.critic_training import Batch, Judge, critic_metrics, judge
from fluogan_app.core.rng import make_generator
from tests.core.optimise.test_replay import InMemory

Weights = dict[str, torch.Tensor]
SHAPE = CriticShape((9, 9), 2, 3, 3, True, "mean", 0.2, 7, "linear")
SHAPES = {
    "patch": SHAPE,
    "patch with sigmoid, not square": replace(SHAPE, size_yx=(11, 13), head="sigmoid"),
    "2023": CriticShape((37, 40), 1, 3, 5, False, "max", 0.0, 5, "sigmoid"),
    "2024": CriticShape((26, 31), 1, 2, 3, False, "max", 0.0, 5, "sigmoid"),
    "no room to halve": CriticShape((2, 5), 2, 2, 3, True, "max", 0.2, 5, "linear"),
}
PENALTY = 7.0


def double_weights(shape: CriticShape = SHAPE) -> Weights:
    weights = {name: value.double() for name, value in initial_weights(shape, make_generator(0)).items()}
    # Without biases all kinks of the first layer would pass through the even patch.
    return {name: value + 0.05 if name.endswith("_bias") else value for name, value in weights.items()}


def make_batch(shape: CriticShape, count: int = 5) -> Batch:
    source = make_generator(1)
    real, simulated, scene = (
        torch.randn(count, *shape.size_yx, generator=source, dtype=torch.float64) for _ in range(3)
    )
    mix = torch.rand(count, 1, 1, generator=source, dtype=torch.float64)
    return Batch(real, simulated + 0.3, scene if shape.inputs == 2 else None, mix)


def by_differentiating_twice(weights: Weights, shape: CriticShape, batch: Batch) -> tuple[Weights, torch.Tensor]:
    """Gradient of eq. (15) and ∇D at the simulated patches, left to autograd."""
    variables = {name: value.clone().requires_grad_() for name, value in weights.items()}
    simulated = batch.simulated.clone().requires_grad_()
    between = (batch.mix * batch.real + (1 - batch.mix) * batch.simulated).requires_grad_()
    judged = scores(variables, shape, between, batch.scene)
    (slope,) = torch.autograd.grad(judged.sum(), between, create_graph=True)
    excess = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
    on_simulated = scores(variables, shape, simulated, batch.scene)
    loss = on_simulated.mean() - scores(variables, shape, batch.real, batch.scene).mean() + PENALTY * excess
    gradients = torch.autograd.grad(loss, list(variables.values()), retain_graph=True)
    (pull,) = torch.autograd.grad(on_simulated.sum(), simulated)
    return dict(zip(variables, gradients)), pull


@pytest.mark.parametrize("name", SHAPES)
def test_the_gradient_is_that_of_differentiating_twice(name: str) -> None:
    shape = SHAPES[name]
    weights, batch = double_weights(shape), make_batch(shape)
    judged = judge(weights, shape, batch, PENALTY)
    wanted, pull = by_differentiating_twice(weights, shape, batch)
    torch.testing.assert_close(judged.slope, pull, rtol=1e-11, atol=1e-14)
    assert judged.gradients.keys() == weights.keys()
    for weight, gradient in judged.gradients.items():
        scale = float(wanted[weight].abs().max())
        torch.testing.assert_close(gradient, wanted[weight], rtol=0, atol=1e-11 * scale + 1e-15)


def test_that_comparison_sees_a_penalty_left_out() -> None:
    weights, batch = double_weights(), make_batch(SHAPE)
    wanted, _ = by_differentiating_twice(weights, SHAPE, batch)
    without = judge(weights, SHAPE, batch, 0.0).gradients["conv2"]
    assert float((without - wanted["conv2"]).norm() / wanted["conv2"].norm()) > 0.1


def test_pieces_of_a_batch_add_up_to_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    weights, batch = double_weights(), make_batch(SHAPE, count=7)
    monkeypatch.setitem(critic_training.PIECE_BYTES, "cpu", 1e12)
    whole = judge(weights, SHAPE, batch, PENALTY)
    monkeypatch.setitem(critic_training.PIECE_BYTES, "cpu", 3 * 3 * 8 * 81 * 18)
    assert [part.stop - part.start for part in critic_training._pieces(SHAPE, batch)] == [3, 3, 3]
    pieces = judge(weights, SHAPE, batch, PENALTY)
    torch.testing.assert_close(pieces.gradients, whole.gradients, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(pieces.slope, whole.slope)
    torch.testing.assert_close(pieces.excess, whole.excess)


def test_replayed_judgements_are_those_of_new_weights_and_batches() -> None:
    recorder = InMemory()
    judging = Judge(SHAPE, PENALTY, recorder)
    kept = []
    for scale in (1.0, 1.1, 0.7):
        weights = {name: scale * value for name, value in double_weights().items()}
        batch = make_batch(SHAPE)
        batch = replace(batch, simulated=scale * batch.simulated)
        judged, wanted = judging(weights, batch), judge(weights, SHAPE, batch, PENALTY)
        torch.testing.assert_close(judged.gradients, wanted.gradients)
        torch.testing.assert_close(judged.slope, wanted.slope)
        kept.append((judged.excess, wanted.excess))
    assert recorder.replays == 3
    assert all(torch.equal(told, wanted) for told, wanted in kept)


def test_gradient_penalty_against_finite_differences() -> None:
    weights, batch = double_weights(), make_batch(SHAPE)
    between, step = batch.mix * batch.real + (1 - batch.mix) * batch.simulated, 1e-6
    slopes = torch.zeros_like(between)
    for row, column in np.ndindex(9, 9):
        shift = torch.zeros(9, 9, dtype=torch.float64)
        shift[row, column] = step
        up, down = (scores(weights, SHAPE, between + sign * shift, batch.scene) for sign in (1, -1))
        slopes[:, row, column] = (up - down) / (2 * step)
    wanted = PENALTY * float(((slopes.flatten(1).norm(dim=1) - 1) ** 2).mean())
    told = critic_metrics(judge(weights, SHAPE, batch, PENALTY), PENALTY)
    assert float(told["gradient_penalty"]) == pytest.approx(wanted, rel=1e-5)
    real, simulated = (scores(weights, SHAPE, part, batch.scene).mean() for part in (batch.real, batch.simulated))
    assert float(told["loss_critic"]) == pytest.approx(float(simulated - real) + wanted, rel=1e-5)


def test_the_published_critic_is_three_convolutions_with_pooling_and_two_full_layers() -> None:
    shape = CriticShape((50, 266), 1, 32, 5, False, "max", 0.0, 10, "sigmoid")
    weights, frames = initial_weights(shape, make_generator(0)), torch.randn(2, 50, 266, generator=make_generator(1))
    sizes = [weights[name].shape for name in ("conv1", "conv2", "conv3")]
    assert sizes == [(32, 1, 5, 5), (64, 32, 5, 5), (128, 64, 5, 5)]
    hidden = frames[:, None]
    for name in ("conv1", "conv2", "conv3"):
        hidden = torch.nn.functional.conv2d(hidden, weights[name], weights[name + "_bias"])
        hidden = torch.relu(torch.nn.functional.max_pool2d(hidden, 2))
    assert hidden.shape == (2, 128, 2, 29)
    # The full layers take the pixels before the channels.
    hidden = torch.relu(hidden.permute(0, 2, 3, 1).flatten(1) @ weights["full1"].T + weights["full1_bias"])
    wanted = torch.sigmoid(hidden @ weights["full2"].T + weights["full2_bias"])[:, 0]
    torch.testing.assert_close(scores(weights, shape, frames), wanted)


def test_the_sigmoid_head_stays_between_0_and_1() -> None:
    shape, batch = replace(SHAPE, head="sigmoid"), make_batch(SHAPE)
    judged = scores(double_weights(shape), shape, 50 * batch.real, batch.scene)
    assert float(judged.min()) >= 0 and float(judged.max()) <= 1


def test_adam_is_torchs_own() -> None:
    start = torch.randn(4, 3, generator=make_generator(0))
    reference = start.clone().requires_grad_()
    adam = torch.optim.Adam([reference], lr=0.01, betas=(BETA1, BETA2), eps=EPSILON)
    weights, first, second = {"w": start.clone()}, {"w": torch.zeros(4, 3)}, {"w": torch.zeros(4, 3)}
    for step in range(1, 6):
        gradient = torch.randn(4, 3, generator=make_generator(step))
        reference.grad = gradient.clone()
        adam.step()
        adam_step(weights, {"w": gradient}, first, second, torch.tensor(float(step)), 0.01)
    torch.testing.assert_close(weights["w"], reference.detach())


def test_the_critic_learns_to_tell_frames_apart() -> None:
    weights = initial_weights(SHAPE, make_generator(0))
    first, second = ({name: torch.zeros_like(value) for name, value in weights.items()} for _ in range(2))
    scene, gap = torch.zeros(16, 9, 9), 0.0
    for step in range(1, 121):
        source = make_generator(step)
        real, simulated = torch.randn(16, 9, 9, generator=source), torch.randn(16, 9, 9, generator=source) + 0.7
        judged = judge(weights, SHAPE, Batch(real, simulated, scene, torch.rand(16, 1, 1, generator=source)), 10.0)
        adam_step(weights, judged.gradients, first, second, torch.tensor(float(step)), 0.003)
        gap = float(judged.real - judged.simulated)
    # The distance of the two laws is 0.7 times the root of 81 pixels; a critic at a third of it tells them apart.
    assert 0.33 * 6.3 < gap < 1.5 * 6.3
