"""The plain form computes what the program computes, so that the comparison is of two ways to the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.benchmark.cases import SIGMA_PIXELS
from fluogan_app.core.benchmark.plain import BATCH, BareConvolutions, PlainBlur, PlainFit, PublishedCritic, plain_kernel
from fluogan_app.core.optics.operators import gaussian_operator

SHAPE_YX = (23, 26)
#: Beyond so many camera pixels from a border mirrored light is all the same; the kernel ends at 3.9 σ, where
#: 2 (1 − Φ(3.9)) = 1e-4 of the light is left on each axis.
INSIDE, CUT = slice(6, -6), 2e-4


def random_fine(zoom: int) -> torch.Tensor:
    shape = tuple(zoom * side for side in SHAPE_YX)
    return torch.rand(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.mark.parametrize("zoom", [3, 4, 6])
def test_the_plain_blur_is_the_programs(zoom):
    fine = random_fine(zoom)
    plain = PlainBlur(zoom, SIGMA_PIXELS, dtype=torch.float64)(fine)
    own = gaussian_operator(SHAPE_YX, zoom, SIGMA_PIXELS, dtype=torch.float64).apply(fine)
    torch.testing.assert_close(plain[INSIDE, INSIDE], own[INSIDE, INSIDE], rtol=2 * CUT, atol=0)
    shifted = own.roll(1, 0)
    assert float((plain - shifted)[INSIDE, INSIDE].abs().max()) > 100 * CUT


def test_autograd_finds_the_adjoint():
    zoom = 4
    fine = random_fine(zoom).requires_grad_()
    arriving = torch.zeros(SHAPE_YX, dtype=torch.float64)
    arriving[INSIDE, INSIDE] = torch.rand(11, 14, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    (gradient,) = torch.autograd.grad(PlainBlur(zoom, SIGMA_PIXELS, dtype=torch.float64)(fine), fine, arriving)
    own = gaussian_operator(SHAPE_YX, zoom, SIGMA_PIXELS, dtype=torch.float64).adjoint(arriving)
    inside = (slice(24, -24),) * 2
    torch.testing.assert_close(gradient[inside], own[inside], rtol=0, atol=2 * CUT * float(own.max()))


def test_the_kernel_is_as_large_as_the_published_one():
    kernel = plain_kernel(6, SIGMA_PIXELS)
    assert kernel.shape == (66, 66)
    assert kernel.sum() == pytest.approx(36.0, rel=2 * CUT)


@pytest.mark.parametrize("delta", [0, 1])
def test_plain_steps_stay_finite_and_make_the_loss_smaller(delta):
    frames = np.random.default_rng(0).poisson(20.0, (8, 40, 41)).astype(np.float32)
    fit = PlainFit(frames, 2, SIGMA_PIXELS, delta, "cpu")
    losses = [float(fit.step()) for _ in range(20 if delta == 0 else 3)]
    assert np.isfinite(losses).all()
    # Against the critic the draws' own noise decides, and only that it runs is asked.
    assert delta or losses[-1] < 0.5 * losses[0]


def test_the_critic_is_the_published_one():
    critic = PublishedCritic((50, 266), "cpu")
    shapes = [tuple(weight.shape) for weight in critic.weights[::2]]
    assert shapes == [(32, 1, 5, 5), (64, 32, 5, 5), (128, 64, 5, 5), (10, 128 * 2 * 29), (1, 10)]
    scores = critic(torch.randn(2, 1, 50, 266))
    assert scores.shape == (2, 1) and bool(((scores > 0) & (scores < 1)).all())


def test_the_bare_convolutions_are_counted_right():
    from torch.utils.flop_counter import FlopCounterMode

    layers = BareConvolutions((40, 41), "cpu")
    with FlopCounterMode(display=False) as counter:
        layers.step()
    # Forth, back to the weights, and back to the inputs but for the first layer: 2, 3 and 3 times the forward count.
    forward = [36 * 37 * 32 * 25, 14 * 14 * 64 * 32 * 25, 3 * 3 * 128 * 64 * 25]
    assert counter.get_total_flops() == 2 * BATCH * (2 * forward[0] + 3 * forward[1] + 3 * forward[2])
