"""Simulated patches: their covariance against Cov(y) = Ψ diag(κx) Ψᵀ + photon · diag(Ψx + b) + read noise², and κ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.fluogan import simulator
from fluogan_app.core.methods.fluogan.patches import Patches, Places, Recording
from fluogan_app.core.methods.fluogan.simulator import (
    DoublePoissonSimulator, PoissonSimulator, fluctuation_strength, own_overlap,
)  # fmt: skip
from fluogan_app.core.methods.weights import Noise, measure_noise
from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.operators import gaussian_operator
from fluogan_app.core.optics.pointspread import AiryPsf, GaussianPsf
from fluogan_app.core.optics.psf import gaussian_axis_matrix
from fluogan_app.core.rng import make_generator

SHAPE, ZOOM, SIGMA, KAPPA, BACKGROUND = (24, 26), 2, 1.2, 12.0, 5.0
PATCH, CORNERS, DRAWS = (4, 5), ((0, 0), (10, 11), (20, 21)), 3000


def blur() -> np.ndarray:
    """Ψ as one matrix, (pixels, fine pixels)."""
    return np.kron(*(gaussian_axis_matrix(length, ZOOM, SIGMA) for length in SHAPE))


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    """x: bright fine pixels on a dim even light."""
    source, estimate = np.random.default_rng(1), np.full((ZOOM * SHAPE[0], ZOOM * SHAPE[1]), 0.5)
    estimate[source.random(estimate.shape) < 0.1] = 20.0
    return estimate


@pytest.fixture(scope="module")
def frames(truth: np.ndarray) -> np.ndarray:
    """A recording of molecules that blink with κ, written apart from the generator under test."""
    source, rows, columns = np.random.default_rng(2), *(gaussian_axis_matrix(n, ZOOM, SIGMA) for n in SHAPE)
    emitted = KAPPA * source.poisson(np.broadcast_to(truth / KAPPA, (1500, *truth.shape)))
    return source.poisson(rows @ emitted @ columns.T + BACKGROUND).astype(np.float32)


@pytest.fixture(scope="module")
def noise(frames: np.ndarray) -> Noise:
    return measure_noise(frames, 2.3548 * SIGMA)


@pytest.fixture(scope="module")
def recording(frames: np.ndarray, noise: Noise) -> Recording:
    return Recording(frames, noise, float(frames.mean()), SIGMA, "cpu")


@pytest.fixture(scope="module")
def double(recording: Recording, noise: Noise) -> DoublePoissonSimulator:
    return DoublePoissonSimulator(recording, noise, Optics(GaussianPsf(SIGMA)), ZOOM, KAPPA, "cpu")


def batch_of(recording: Recording) -> Patches:
    """The same few places, at both ends and inside, again and again, in frames of the mean brightness."""
    rows, columns = (torch.tensor([corner[axis] for corner in CORNERS]).repeat_interleave(DRAWS) for axis in (0, 1))
    batch = recording.at(Places(rows, columns, torch.zeros_like(rows), PATCH))
    return replace(batch, level=torch.ones_like(batch.level), expected=batch.places.cut(recording.mean))


def expected_covariance(truth, recording, kappa, photon, rest, corner) -> np.ndarray:
    """Cov(y) of one patch's pixels, standardised; everything in the recording's unit."""
    psi, estimate = blur(), truth.ravel() / recording.unit
    mean = psi @ estimate + BACKGROUND / recording.unit
    whole = psi @ np.diag(kappa * estimate) @ psi.T + np.diag(photon * mean + rest**2)
    rows, columns = (np.arange(start, start + side) for start, side in zip(corner, PATCH))
    pixels = (rows[:, None] * SHAPE[1] + columns).ravel()
    spread = recording.variance.double().numpy().ravel()[pixels] ** 0.5
    return whole[np.ix_(pixels, pixels)] / np.outer(spread, spread)


def farthest(drawn: torch.Tensor, wanted: np.ndarray) -> float:
    """Largest distance of the drawn patches' covariances from the wanted, in their own standard deviations."""
    found = np.cov(drawn.flatten(1).double().numpy().T)
    spread = np.sqrt((np.outer(np.diag(wanted), np.diag(wanted)) + wanted**2) / len(drawn))
    return float(np.abs(found - wanted).max() / spread.max())


def drawn_and_wanted(truth, recording, double, drawing) -> list[tuple[torch.Tensor, np.ndarray]]:
    estimate = torch.tensor(truth / recording.unit, dtype=torch.float32)
    mean = gaussian_operator(SHAPE, ZOOM, SIGMA).apply(estimate) + BACKGROUND / recording.unit
    patches = drawing.draw(batch_of(recording), mean, estimate, make_generator(5))
    photon, rest = (float(value) for value in double._camera(mean, estimate))
    return [
        (part, expected_covariance(truth, recording, KAPPA / recording.unit, photon, rest, corner))
        for part, corner in zip(patches.split(DRAWS), CORNERS)
    ]


@pytest.fixture(scope="module")
def parts(truth, recording, double) -> list[tuple[torch.Tensor, np.ndarray]]:
    return drawn_and_wanted(truth, recording, double, double)


def test_neighbours_covary_as_the_model_says_in_the_middle_and_at_the_borders(parts) -> None:
    for drawn, wanted in parts:
        # The largest of 210 normal numbers lies beyond 5 in one of 10,000 cases; heavy tails of bright events add some.
        assert farthest(drawn, wanted) < 6.0


@pytest.mark.parametrize("wrong", ["κ of half the size", "no fluctuation"])
def test_that_check_sees(truth, recording, double, noise, wrong) -> None:
    halved = DoublePoissonSimulator(recording, noise, Optics(GaussianPsf(SIGMA)), ZOOM, KAPPA / 2, "cpu")
    drawing = halved if wrong.startswith("κ") else PoissonSimulator(recording, noise, SIGMA)
    parts = drawn_and_wanted(truth, recording, double, drawing)
    assert all(farthest(drawn, wanted) > 6.0 for drawn, wanted in parts)


def test_the_generators_variance_is_the_recordings(recording, parts) -> None:
    for (drawn, _), corner in zip(parts, CORNERS):
        field = tuple(slice(start, start + side) for start, side in zip(corner, PATCH))
        recorded = recording.frames[(slice(None), *field)].var(dim=0) / recording.unit**2
        # Mirrored light fluctuates a little more at a border than the one line of the camera says.
        assert float((drawn.var(dim=0) * recording.variance[field] / recorded).mean()) == pytest.approx(1.0, abs=0.12)


def test_kappa_is_the_samples_and_next_to_nothing_for_steady_light(frames) -> None:
    assert fluctuation_strength(frames, SIGMA) == pytest.approx(KAPPA, rel=0.15)
    steady = np.random.default_rng(3).poisson(np.broadcast_to(frames.mean(axis=0), frames.shape))
    assert fluctuation_strength(steady.astype(np.float32), SIGMA) < 0.5


def test_the_overlap_is_that_of_the_psfs_columns() -> None:
    along = [
        (matrix**2)[:, ZOOM * (n // 2) : ZOOM * (n // 2 + 1)].sum(axis=0).mean()
        for n in SHAPE for matrix in [gaussian_axis_matrix(n, ZOOM, SIGMA)]
    ]  # fmt: skip
    assert own_overlap(gaussian_operator(SHAPE, ZOOM, SIGMA)) == pytest.approx(along[0] * along[1], rel=1e-4)


def test_the_batch_may_be_drawn_in_pieces(truth, recording, double, monkeypatch) -> None:
    batch, estimate = batch_of(recording), torch.tensor(truth / recording.unit, dtype=torch.float32)
    few = Patches(batch.places.some(slice(0, None, 997)), *(
        getattr(batch, name)[::997] for name in ("real", "scene", "level", "spread", "expected")
    ))  # fmt: skip
    whole = double._fluctuation(few, estimate, make_generator(1))
    monkeypatch.setattr(simulator, "EMISSION_BYTES", 3.1 * 4 * 14 * 15 * ZOOM**2)
    pieces = double._fluctuation(few, estimate, make_generator(1))
    torch.testing.assert_close(pieces, whole, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
@pytest.mark.parametrize("psf", [GaussianPsf(SIGMA), AiryPsf(0.42)], ids=["gaussian", "airy"])
def test_light_in_a_window_is_that_in_the_field(recording, noise, psf, boundary) -> None:
    optics = Optics(psf, boundary)
    drawing = DoublePoissonSimulator(recording, noise, optics, ZOOM, KAPPA, "cpu")
    whole = blur_operator(optics, SHAPE, ZOOM, 0.0, ZOOM)
    corners = torch.tensor([[0, 0], [10, 11], [20, 21], [0, 21]]).T
    places = Places(*corners, torch.arange(4), PATCH)
    inside, outside = drawing._around(places, SHAPE)
    fine = replace(outside, rows=ZOOM * outside.rows, columns=ZOOM * outside.columns,
                   size_yx=tuple(ZOOM * side for side in outside.size_yx))  # fmt: skip
    assert outside.size_yx[0] < SHAPE[0]
    estimate = torch.rand(whole.fine_shape, generator=make_generator(0))
    in_windows = drawing._window(outside.size_yx).apply(fine.cut(estimate))
    found, wanted = inside.cut_frames(in_windows), places.cut(whole.apply(estimate))
    # What lies beyond the reach is 3e-4 of a Gaussian, and a few percent of an Airy disc with its rings.
    torch.testing.assert_close(found, wanted, rtol=1e-3 if isinstance(psf, GaussianPsf) else 3e-2, atol=0)
