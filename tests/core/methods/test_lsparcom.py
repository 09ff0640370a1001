"""LSPARCOM: its convolutions, the iteration that it unfolds, its grid, what it hears, and its place on the camera."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.signal import convolve2d

from fluogan_app.core.methods.lsparcom.grid import PIXELS_PER_FWHM, inner_pixels, interpolated_to, seen_sigma, spread
from fluogan_app.core.methods.lsparcom.heard import Ear
from fluogan_app.core.methods.lsparcom.network import (
    REACH,
    SIGMA,
    UNIT,
    RadialKernel,
    Unfolding,
    brightness_around,
    convolved,
)
from fluogan_app.core.methods.lsparcom.solver import inside, mirrored
from fluogan_app.core.optics.psf import banded_spots

SIGMA_PIXELS = 3.0 / 2.3548


@pytest.fixture
def image() -> torch.Tensor:
    """Sparse spots of different brightness, (40, 53)."""
    random = np.random.default_rng(1)
    return torch.from_numpy((random.random((40, 53)) > 0.97) * random.uniform(0.5, 3.0, (40, 53))).float()


def test_the_convolution_is_the_one_of_the_books(image: torch.Tensor) -> None:
    kernel = torch.from_numpy(np.random.default_rng(2).normal(size=(7, 7))).float()
    wanted = convolve2d(image.numpy(), kernel.numpy(), mode="same")
    np.testing.assert_allclose(convolved(image, kernel), wanted, atol=1e-5)


def test_a_kernel_depends_on_the_distance_alone_and_begins_with_sum_1() -> None:
    for sigma in (0.0, SIGMA):
        kernel = RadialKernel(29, sigma)
        with torch.no_grad():
            assert float(kernel().sum()) == pytest.approx(1.0, abs=1e-5)
            kernel.values += torch.rand(kernel.values.shape)
            drawn = kernel()
        for turned in (drawn.T, drawn.flip(0), drawn.rot90()):
            assert torch.equal(turned, drawn)
        assert drawn[14, 14 + 5] == drawn[14 + 3, 14 - 4] == UNIT * kernel.values[kernel.places[14, 19]]


def test_with_the_weights_of_plain_ista_the_network_is_plain_ista(image: torch.Tensor) -> None:
    """x ← max(x + (g − M x) / L − λ / L, 0), computed apart in numpy, with λ / L a part of the brightness around."""
    network, soft = Unfolding(blurred=True, folds=6), 0.02
    with torch.no_grad():
        network.momentum.zero_()
        for fold in network.thresholds:
            fold.soft.fill_(soft)
            # Far below its threshold nothing ever is: the gate stays open.
            fold.bright.fill_(0.0)
            fold.noisy.fill_(1.0)
            fold.steep.fill_(1.0)
        found = network(image, torch.full_like(image, -1.0).abs() * 1e-12).numpy()
    first, kernel = (part().detach().numpy().astype(float) for part in (network.first, network.kernels[0]))
    heard = convolve2d(image.numpy().astype(float), first, mode="same")
    pull = soft * brightness_around(torch.from_numpy(heard)).numpy()
    sources = np.maximum(heard - pull, 0.0)
    for _ in range(6):
        sources = np.maximum(sources + heard - convolve2d(sources, kernel, mode="same") - pull, 0.0)
    np.testing.assert_allclose(found, sources, atol=2e-5 * sources.max())


def test_what_is_moved_comes_out_moved_and_what_is_brighter_brighter(image: torch.Tensor) -> None:
    network, noise = Unfolding(blurred=False), torch.full((40, 53), 0.01)
    padded, around = torch.nn.functional.pad(image, (90,) * 4), torch.nn.functional.pad(noise, (90,) * 4, value=0.01)
    with torch.no_grad():
        here = network(padded, around)
        there = network(padded.roll((3, -5), (0, 1)), around).roll((-3, 5), (0, 1))
        brighter = network(7.0 * padded, 7.0 * around)
    torch.testing.assert_close(there[60:-60, 60:-60], here[60:-60, 60:-60], atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(brighter, 7.0 * here, atol=1e-3, rtol=1e-3)


def test_noise_beyond_the_thresholds_is_left_out(image: torch.Tensor) -> None:
    """The same heard image is believed where its noise is small, and not where it is as large as the image."""
    network = Unfolding(blurred=False)
    with torch.no_grad():
        sure, unsure = (network(image, torch.full_like(image, level)) for level in (1e-3, 10.0))
    assert float(unsure.sum()) < 0.05 * float(sure.sum())


@pytest.mark.parametrize(("inner", "fine"), [(37, 60), (37, 20), (12, 12)])
def test_spreading_to_another_grid_loses_nothing_and_keeps_centroids(inner: int, fine: int) -> None:
    shares = spread(inner, fine)
    np.testing.assert_allclose(shares.sum(axis=0), 1.0, atol=1e-12)
    assert shares.min() >= 0
    middles = (np.arange(fine) + 0.5) / fine
    for place in range(4, inner - 4):
        assert float(middles @ shares[:, place]) == pytest.approx((place + 0.5) / inner, abs=0.25 / fine)


def test_the_network_s_grid_has_as_many_pixels_in_a_width_of_the_psf_at_any_sampling() -> None:
    for fwhm in (1.5, 3.0, 6.0):
        sigma = fwhm / 2.3548
        count = inner_pixels(100, sigma)
        assert count * 2.3548 * seen_sigma(sigma) / 100 == pytest.approx(PIXELS_PER_FWHM, rel=0.01)


def test_interpolation_has_the_camera_s_places() -> None:
    camera = np.add.outer(np.arange(12.0), 3.0 * np.arange(10.0))
    found = interpolated_to(camera, (36, 45))
    rows, columns = (np.arange(36) + 0.5) / 3 - 0.5, (np.arange(45) + 0.5) / 4.5 - 0.5
    wanted = np.add.outer(rows, 3.0 * columns)
    np.testing.assert_allclose(found[9:-9, 12:-12], wanted[9:-9, 12:-12], atol=0.02)


@pytest.mark.parametrize("blurred", [False, True])
def test_an_even_sheet_of_sources_is_heard_as_its_own_variance(blurred: bool) -> None:
    """Frames of sources of variance 3 in every pixel of the network's grid, drawn at random."""
    shape, count = (16, 18), 1500
    ear = Ear(shape, SIGMA_PIXELS, blurred)
    rows, columns = (banded_spots(side, inner, SIGMA_PIXELS) for side, inner in zip(shape, ear.shape_yx))
    random, sums = np.random.default_rng(3), ear.begin()
    light = np.sqrt(3.0) * random.normal(size=(count, *ear.shape_yx)).astype(np.float32)
    frames = np.stack([rows @ one @ columns.T for one in light]).astype(np.float32)
    for start in range(0, count, 500):
        ear.add(sums, torch.from_numpy(frames[start : start + 500]))
    heard = ear.heard(sums, count, 1.0, None)
    middle = (slice(20, -20),) * 2
    assert float(heard.image[middle].mean()) == pytest.approx(3.0, rel=0.08)
    assert float(heard.noise[middle].mean()) == pytest.approx(3.0 * np.sqrt(2.0 / count), rel=0.35)


def test_mirrors_around_are_taken_off_again() -> None:
    for shape in ((70, 90), (30, 100)):
        image = torch.rand(shape)
        assert torch.equal(inside(mirrored(image)), image)
        top, left = (min(REACH, side) for side in shape)
        assert torch.equal(mirrored(image)[top - 1, left : left + shape[1]], image[0])
