"""The critic: its loss as eq. (15) writes it, Adam against torch's own, and standardised patches."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.fluogan.adversary import _coverage
from fluogan_app.core.methods.fluogan.critic import (
    BETA1, BETA2, EPSILON, CriticShape, adam_step, critic_loss, initial_weights, scores,
)  # fmt: skip
from fluogan_app.core.rng import make_generator

SHAPE = CriticShape(patch=9, channels=3, head="linear")


def patches(seed: int, count: int = 5) -> torch.Tensor:
    return torch.randn(count, 9, 9, generator=make_generator(seed), dtype=torch.float64)


def double_weights(shape: CriticShape = SHAPE) -> dict[str, torch.Tensor]:
    return {name: value.double() for name, value in initial_weights(shape, make_generator(0)).items()}


def test_gradient_penalty_against_finite_differences() -> None:
    weights, real, simulated, scene = double_weights(), patches(1), patches(2), patches(3)
    mix = torch.rand(5, 1, 1, generator=make_generator(4), dtype=torch.float64)
    loss, metrics = critic_loss(weights, SHAPE, real, simulated, scene, mix, penalty=7.0)
    between, step = mix * real + (1 - mix) * simulated, 1e-6
    slopes = torch.zeros_like(between)
    for row in range(9):
        for column in range(9):
            shift = torch.zeros(9, 9, dtype=torch.float64)
            shift[row, column] = step
            up, down = (scores(weights, SHAPE, between + sign * shift, scene) for sign in (1, -1))
            slopes[:, row, column] = (up - down) / (2 * step)
    wanted = 7.0 * float(((slopes.flatten(1).norm(dim=1) - 1) ** 2).mean())
    assert float(metrics["gradient_penalty"]) == pytest.approx(wanted, rel=1e-5)
    gap = scores(weights, SHAPE, simulated, scene).mean() - scores(weights, SHAPE, real, scene).mean()
    assert float(loss.detach()) == pytest.approx(float(gap) + wanted, rel=1e-5)


def test_the_sigmoid_head_stays_between_0_and_1() -> None:
    shape = CriticShape(patch=9, channels=3, head="sigmoid")
    judged = scores(double_weights(shape), shape, 50 * patches(1), patches(3))
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
    scene = torch.zeros(16, 9, 9)
    gap = 0.0
    for step in range(1, 121):
        source = make_generator(step)
        real, simulated = torch.randn(16, 9, 9, generator=source), torch.randn(16, 9, 9, generator=source) + 0.7
        variables = {name: value.requires_grad_() for name, value in weights.items()}
        loss, metrics = critic_loss(
            variables, SHAPE, real, simulated, scene, torch.rand(16, 1, 1, generator=source), 10.0
        )
        gradients = dict(zip(variables, torch.autograd.grad(loss, list(variables.values()))))
        with torch.no_grad():
            adam_step(weights, gradients, first, second, torch.tensor(float(step)), 0.003)
        gap = float(metrics["critic_real"] - metrics["critic_simulated"])
    # The distance of the two laws is 0.7 times the root of 81 pixels; a critic at a third of it tells them apart.
    assert 0.33 * 6.3 < gap < 1.5 * 6.3


def test_expected_coverage_is_what_random_patches_do() -> None:
    side, count, draws = 4, 6, 4000
    expected = _coverage(9, 7, side, count)
    seen, source = np.zeros((9, 7)), np.random.default_rng(0)
    for _ in range(draws):
        for row, column in zip(source.integers(0, 6, count), source.integers(0, 4, count)):
            seen[row : row + side, column : column + side] += 1
    np.testing.assert_allclose(seen / draws, expected, atol=5 * np.sqrt(expected.max() / draws))


def test_standardised_frames_know_neither_light_level_nor_bleaching(make, solver) -> None:
    source = np.random.default_rng(0)
    y, x = np.mgrid[:24, :26]
    mean = 40.0 + 30.0 * np.sin(y / 5.0) * np.cos(x / 4.0)
    fading = np.exp(-np.linspace(0, np.log(4), 200))
    frames = 50.0 * source.poisson(fading[:, None, None] * mean)
    method = solver(make(frames.astype(np.float32)), delta=1, batch_size=64)
    adversary, model = method._adversary, method._model
    batch = adversary._draw(make_generator(1))
    simulated = adversary._simulate(batch, model.mean, make_generator(2))
    for standardised in (batch.real, simulated):
        assert float(standardised.mean()) == pytest.approx(0.0, abs=0.1)
        assert float(standardised.std()) == pytest.approx(1.0, abs=0.12)


def test_the_pull_is_the_gradient_of_the_scores(make, solver, recording) -> None:
    # With one patch over the whole field and every frame alike, the pull can be had by differences in float64.
    method = solver(make(recording), delta=1, batch_size=64)
    tensors = method.init().tensors
    before = tensors["pull"].clone()
    adversary, model = method._adversary, method._model
    metrics = adversary.train(tensors, model.mean)
    assert not torch.equal(tensors["pull"], before)
    assert torch.isfinite(adversary.pull(tensors)).all()
    assert set(metrics) >= {"loss_critic", "critic_real", "critic_simulated", "gradient_penalty", "loss_adversarial"}
