"""The denoiser: a gradient step by its definition, quiet where nothing is, and taught on what the program simulates."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.learned.training import Training
from fluogan_app.core.methods.pnp_col0rme.covariance_images import PATTERNS, covariance_image, covariance_images
from fluogan_app.core.methods.pnp_col0rme.denoiser import REACH, ResidualNetwork, denoised, regulariser_gradient
from fluogan_app.core.methods.pnp_col0rme.lesson import DenoiserLesson, spoiled
from fluogan_app.core.methods.pnp_col0rme.training_params import DenoiserTraining

SIGMA, SCALE = 0.07, 0.8
TINY = {"steps": 12, "batch": 2, "validate_every": 6, "pairs": 8, "validation": 4, "side": 24, "patch": 20}


@pytest.fixture(scope="module")
def network() -> ResidualNetwork:
    """Of random weights, in double precision."""
    return ResidualNetwork.drawn(torch.Generator().manual_seed(2), 6).double().requires_grad_(False)


@pytest.fixture
def image() -> torch.Tensor:
    return torch.rand(13, 17, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


def energy(network: ResidualNetwork, image: torch.Tensor) -> float:
    """R_σ(μz)/μ² written out."""
    level = torch.tensor([SIGMA], dtype=image.dtype)
    return 0.5 * float(network(SCALE * image[None, None], level).square().sum()) / SCALE**2


def test_it_is_a_step_down_its_regulariser(network: ResidualNetwork, image: torch.Tensor) -> None:
    """D = Id − ∇R by differences in ten directions, to the differences' own error."""
    result, value = denoised(network, image, SIGMA, SCALE)
    assert float(value) == pytest.approx(energy(network, image), rel=1e-12)
    random, length = torch.Generator().manual_seed(1), 1e-5
    for _ in range(10):
        direction = torch.randn(image.shape, generator=random, dtype=image.dtype)
        forth, back = (energy(network, image + step * direction) for step in (length, -length))
        slope = (forth - back) / (2 * length)
        assert float(((image - result) * direction).sum()) == pytest.approx(slope, rel=1e-6, abs=1e-8)
        assert float((image * direction).sum()) != pytest.approx(slope, rel=1e-2)


def test_a_weakened_one_steps_as_much_less(network: ResidualNetwork, image: torch.Tensor) -> None:
    whole, value = denoised(network, image, SIGMA, SCALE)
    half, less = denoised(network, image, SIGMA, SCALE, strength=0.5)
    torch.testing.assert_close(half, 0.5 * (whole + image))
    assert float(less) == pytest.approx(0.5 * float(value))


def test_an_empty_image_stays_empty(network: ResidualNetwork) -> None:
    result, value = denoised(network, torch.zeros(9, 11, dtype=torch.float64), SIGMA, SCALE)
    assert float(result.abs().max()) < 1e-15 and float(value) < 1e-30


def test_blocks_change_nothing(network: ResidualNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    image = torch.rand(4 * REACH + 3, 5 * REACH, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    whole, value = denoised(network, image, SIGMA, SCALE)
    monkeypatch.setattr("fluogan_app.core.methods.pnp_col0rme.denoiser.BLOCK", 30)
    parts, sum_of_parts = denoised(network, image, SIGMA, SCALE)
    torch.testing.assert_close(parts, whole, rtol=0, atol=1e-13)
    assert float(sum_of_parts) == pytest.approx(float(value), rel=1e-12)


def test_what_moves_by_a_fine_pixel_takes_its_image_along(network: ResidualNetwork) -> None:
    side = 4 * REACH + 12
    image = torch.zeros(side, side, dtype=torch.float64)
    image[side // 2, side // 2 : side // 2 + 4] = 1.0
    moved = torch.roll(image, (1, -2), dims=(0, 1))
    result, _ = denoised(network, image, SIGMA, SCALE)
    torch.testing.assert_close(denoised(network, moved, SIGMA, SCALE)[0], torch.roll(result, (1, -2), dims=(0, 1)))


def test_energy_and_gradient_while_learning_are_those_of_use(network: ResidualNetwork, image: torch.Tensor) -> None:
    level = torch.tensor([SIGMA], dtype=image.dtype)
    values, gradient = regulariser_gradient(network, SCALE * image[None, None], level)
    result, value = denoised(network, image, SIGMA, SCALE)
    torch.testing.assert_close(image - gradient[0, 0] / SCALE, result)
    assert float(values) / SCALE**2 == pytest.approx(float(value))


@pytest.mark.parametrize("name", PATTERNS)
def test_covariance_images_are_variances_on_one_scale(name: str) -> None:
    random = np.random.default_rng(1)
    image = covariance_image(PATTERNS[name], 32, random)
    assert image.shape == (32, 32) and image.min() == 0.0 and np.isfinite(image).all()
    assert 1.0 <= image.max() < 3.0 and np.median(image) < 0.5


def test_the_images_are_the_same_for_the_same_seed_and_more_of_them_begin_alike() -> None:
    few, many = (covariance_images(count, 24, np.random.default_rng(4)) for count in (2, 3))
    np.testing.assert_array_equal(few, many[:2])
    assert not np.array_equal(few, covariance_images(2, 24, np.random.default_rng(5)))


def test_what_spoils_an_image_is_as_strong_as_it_is_said() -> None:
    random, clean = torch.Generator().manual_seed(3), torch.ones(1, 1, 300, 300)
    noise = torch.randn(clean.shape, generator=random)
    sigma = torch.tensor([0.05])
    white = spoiled(clean, sigma, noise, 0.0, random)
    assert float((white - clean).std()) == pytest.approx(0.05, rel=0.02)
    broken = spoiled(clean, sigma, torch.zeros_like(noise), 6.0, random)[:, :, 5:-5, 5:-5]
    # Logarithms of spread 6 · 0.05, around a mean brightness of 1.
    assert float(broken.log().std()) == pytest.approx(0.3, rel=0.08)
    assert float(broken.mean()) == pytest.approx(1.0, abs=0.03)


def test_a_tiny_network_learns_and_resumes_to_the_bit() -> None:
    def training() -> Training:
        params = DenoiserTraining(**TINY)
        return Training(DenoiserLesson(params, "cpu", channels=4), params)

    whole = training()
    before = whole.lesson.validation()["error"]
    while not whole.finished:
        whole.step()
        if whole.done_steps == 5:
            kept = whole.state()
    measures, _ = whole.validate()
    assert measures["error"] < 0.9 * before and measures["stretch"] > 0
    rest = training()
    rest.restore(kept)
    while not rest.finished:
        rest.step()
    rest.validate()
    for name, tensor in whole.state().tensors.items():
        assert torch.equal(tensor, rest.state().tensors[name]), name


def test_stretching_is_seen() -> None:
    """Of a regulariser ½ ‖a z‖², whose gradient stretches by a²."""

    class Plain(torch.nn.Module):
        kernels = [torch.zeros(1)]

        def forward(self, images: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
            return 1.3 * images

    lesson = DenoiserLesson(DenoiserTraining(**TINY), "cpu", channels=4)
    lesson.network = Plain()
    assert lesson.validation()["stretch"] == pytest.approx(1.3**2, rel=1e-3)
