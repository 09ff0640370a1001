"""SPARCOM: its two sums against the written-out formula, what noise does to each kind of pairs, and the sparse fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.survey import Survey
from fluogan_app.core.errors import DataError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluctuations import blinking_remarks, check_frames, field_over_tile
from fluogan_app.core.methods.sparcom import wavelets
from fluogan_app.core.methods.sparcom.method import SparcomMethod
from fluogan_app.core.methods.sparcom.pairs import Pairs
from fluogan_app.core.methods.sparcom.params import SparcomParams
from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.covariance import CovarianceOperator
from fluogan_app.core.optics.pointspread import GaussianPsf

SHAPE, ZOOM = (5, 6), 2
KINDS = ("different", "all", "own")
#: The camera of the fixture `make`: pixels of 100 nm, PSF of 300 nm.
SIGMA_PIXELS = 3.0 / 2.3548


def operator_of(shape_yx: tuple[int, int], zoom: int) -> CovarianceOperator:
    optics = Optics(GaussianPsf(SIGMA_PIXELS))
    return CovarianceOperator(blur_operator(optics, shape_yx, zoom, dtype=torch.float64))


def dense_blur() -> np.ndarray:
    """Ψ with each of its elements, (pixels, fine pixels)."""
    fine = ZOOM**2 * SHAPE[0] * SHAPE[1]
    points = torch.eye(fine, dtype=torch.float64).reshape(fine, ZOOM * SHAPE[0], ZOOM * SHAPE[1])
    return operator_of(SHAPE, ZOOM).blur.apply(points).reshape(fine, -1).numpy().T


def counted(kind: str) -> np.ndarray:
    """Which pairs of pixels count, (pixels, pixels)."""
    own = np.eye(SHAPE[0] * SHAPE[1])
    return {"different": 1.0 - own, "all": np.ones_like(own), "own": own}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_the_normal_operator_is_that_of_the_written_out_pairs(kind: str) -> None:
    blur, sources = dense_blur(), np.random.default_rng(1).random(ZOOM**2 * SHAPE[0] * SHAPE[1])
    modelled = counted(kind) * (blur @ np.diag(sources) @ blur.T)
    wanted = np.einsum("ik,ij,jk->k", blur, modelled, blur)
    pairs = Pairs(operator_of(SHAPE, ZOOM), kind)
    found = pairs.normal(torch.from_numpy(sources).reshape(ZOOM * SHAPE[0], -1)).numpy().ravel()
    np.testing.assert_allclose(found, wanted, rtol=1e-10)
    # diag(m) is above M in the sense of quadratic forms.
    assert float((pairs.majorant.numpy().ravel() * sources**2).sum()) >= float(sources @ wanted)


@pytest.mark.parametrize("lag", [0, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_heard_is_the_written_out_sum_over_pairs(kind: str, lag: int) -> None:
    frames = np.random.default_rng(2).normal(size=(7, *SHAPE))
    flat, blur = frames.reshape(len(frames), -1), dense_blur()
    products = flat[: len(flat) - lag].T @ flat[lag:]
    wanted = np.einsum("ik,ij,jk->k", blur, counted(kind) * products, blur)
    first = torch.from_numpy(frames[: len(frames) - lag])
    later = first if lag == 0 else torch.from_numpy(frames[lag:])
    found = Pairs(operator_of(SHAPE, ZOOM), kind).heard(first, later).numpy().ravel()
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12 * abs(wanted).max())


def test_the_camera_s_noise_is_heard_by_each_pixel_alone_and_by_no_two() -> None:
    """Independent noise of variance 1: at lag 0 only a pixel with itself hears it, at lag 1 nobody does."""
    frames = torch.from_numpy(np.random.default_rng(3).normal(size=(4000, *SHAPE)))
    operator = operator_of(SHAPE, ZOOM)
    from_noise = float(operator.of_pixel_variances(torch.ones(SHAPE, dtype=torch.float64)).mean())

    def mean_heard(kind: str, lag: int) -> float:
        first = frames[: len(frames) - lag]
        later = first if lag == 0 else frames[lag:]
        return float(Pairs(operator, kind).heard(first, later).mean()) / len(first) / from_noise

    # The spread of these means is about 1/√(4000 · 30) of the noise's own sum, times the pairs that share a PSF.
    assert mean_heard("own", 0) == pytest.approx(1.0, abs=0.02) and mean_heard("all", 0) == pytest.approx(1.0, abs=0.1)
    for kind, lag in (("different", 0), ("own", 1), ("all", 1), ("different", 1)):
        assert abs(mean_heard(kind, lag)) < 0.1, (kind, lag)


def exact_frames(shape_yx: tuple[int, int], sources: np.ndarray, count: int = 11) -> np.ndarray:
    """Frames of sources on a zoom of 2 that fluctuate in orthogonal waves of time; of so few no trend is taken off."""
    rows, columns = np.nonzero(sources)
    waves = count - 2.0 - 4.0 * np.arange(len(rows))
    light = np.zeros((count, *sources.shape))
    light[:, rows, columns] = np.cos(np.pi * (np.arange(count)[:, None] + 0.5) * waves / count)
    light *= np.sqrt(2.0 * sources)
    return operator_of(shape_yx, ZOOM).blur.apply(torch.from_numpy(light)).numpy() + 500.0


def two_sources(shape_yx: tuple[int, int] = (12, 14)) -> np.ndarray:
    sources = np.zeros((ZOOM * shape_yx[0], ZOOM * shape_yx[1]))
    sources[10, 9], sources[14, 20] = 4000.0, 2000.0
    return sources


@pytest.fixture
def run(make: Callable[..., Problem]) -> Callable[..., Result]:
    """The result on counts, of two fine pixels a pixel."""

    def run(frames: np.ndarray, problem: Problem | None = None, **values: Any) -> Result:
        params = SparcomParams(**{"zoom": ZOOM, **values})
        ended = Job(SparcomMethod().prepare(problem or make(frames.astype(np.float32)), params, "cpu", 0), Control())
        done = ended.run()
        if done.error is not None:
            raise done.error
        return done.result

    return run


@pytest.mark.parametrize("penalty", ["l1", "reweighted"])
def test_sources_without_noise_come_back_where_they_are_and_as_strong(run: Callable, penalty: str) -> None:
    truth, count = two_sources(), 11
    result = run(exact_frames((12, 14), truth, count), penalty=penalty, sparsity=1e-3, steps=1500)
    # Their mean is taken off, which is 0, and counted as lost.
    known = result.estimate * (count - 1) / count
    for at in ((10, 9), (14, 20)):
        around = known[at[0] - 2 : at[0] + 3, at[1] - 2 : at[1] + 3]
        assert np.unravel_index(around.argmax(), around.shape) == (2, 2)
        assert around.sum() == pytest.approx(truth[at], rel=0.03)


def test_the_deviation_is_the_root_of_the_variance(run: Callable) -> None:
    frames = exact_frames((12, 14), two_sources())
    variance, deviation = (run(frames, steps=20, shown=shown) for shown in ("variance", "deviation"))
    np.testing.assert_allclose(deviation.estimate**2, variance.estimate, rtol=1e-5)
    assert variance.claims.unit == "photons²/fine px" and deviation.claims.unit == "photons/fine px"


def test_lambda_max_is_where_the_image_becomes_empty(run: Callable) -> None:
    """Just below it one place is bright."""
    frames = exact_frames((12, 14), two_sources())
    assert run(frames, penalty="l1", sparsity=0.99, steps=5).estimate.max() > 0
    assert not run(frames, penalty="l1", sparsity=1.0, steps=5).estimate.any()


@pytest.mark.parametrize("penalty", ["tv", "wavelet"])
def test_few_edges_or_wavelets_give_areas_instead_of_points(run: Callable, penalty: str) -> None:
    frames = exact_frames((12, 14), two_sources())
    flat, sparse = (run(frames, penalty=kind, sparsity=0.01, steps=60).estimate for kind in (penalty, "l1"))
    assert np.isfinite(flat).all() and flat.min() >= 0
    assert (flat > 0.2 * flat.max()).sum() > (sparse > 0.2 * sparse.max()).sum()


def test_wavelets_have_their_transpose_gradient_and_norm() -> None:
    random = torch.Generator().manual_seed(1)
    image, other = (torch.randn(7, 9, generator=random, dtype=torch.float64) for _ in range(2))
    found = wavelets.coefficients(image)
    drawn = torch.randn(found.shape, generator=random, dtype=torch.float64)
    torch.testing.assert_close((found * drawn).sum(), (image * wavelets.adjoint(drawn)).sum())
    assert not wavelets.coefficients(torch.full((7, 9), 3.0)).any()
    points = torch.eye(63, dtype=torch.float64).reshape(63, 7, 9)
    matrix = torch.stack([wavelets.coefficients(point).flatten() for point in points])
    assert float(torch.linalg.matrix_norm(matrix, 2)) ** 2 <= wavelets.NORM_SQUARED
    width, step = torch.tensor(0.5, dtype=torch.float64), 1e-6
    ends = (wavelets.smoothed_sum(image + sign * step * other, width) for sign in (1.0, -1.0))
    slope = (next(ends) - next(ends)) / (2.0 * step)
    torch.testing.assert_close((wavelets.smoothed_gradient(image, width) * other).sum(), slope, atol=1e-5, rtol=1e-6)


def test_a_tile_is_pulled_as_the_whole_field_is(make: Callable[..., Problem], run: Callable) -> None:
    """A field whose strongest place varies four times as much as this tile's pulls four times as much here."""
    frames = exact_frames((12, 14), two_sources()).astype(np.float32)
    problem = make(frames)
    own = (np.diff(frames, axis=0) ** 2).mean(axis=0) / 2.0
    brightness = frames.mean(axis=(1, 2)).astype(float)
    tile = replace(problem, reference=Survey(frames.mean(axis=0), 4.0 * own, brightness))
    assert field_over_tile(problem) == 1.0 and field_over_tile(tile) == pytest.approx(4.0, rel=1e-3)
    alone = run(frames, penalty="l1", sparsity=0.2, steps=20).estimate
    within = run(frames, tile, penalty="l1", sparsity=0.05, steps=20).estimate
    np.testing.assert_allclose(within, alone, rtol=1e-3, atol=1e-4 * alone.max())


def test_a_psf_that_does_not_separate_is_fitted_without_growing(make: Callable[..., Problem], run: Callable) -> None:
    """Frames that brighten and dim as a whole are the worst case: all pairs of pixels at once, up to the border."""
    random = np.random.default_rng(6)
    frames = random.poisson(20.0 * random.gamma(2.0, 0.5, (40, 1, 1)) * np.ones((16, 18))).astype(np.float32)
    problem = make(frames, psf="airy")
    early, late = (run(frames, problem, steps=steps).estimate for steps in (60, 240))
    assert np.isfinite(late).all() and late.max() < 20.0 * early.max()


def test_too_few_frames_are_refused_by_their_number() -> None:
    check_frames(3, lag=1)
    with pytest.raises(DataError, match="2 frames are too few, 3 are needed"):
        check_frames(2, lag=1)
    with pytest.raises(DataError, match="1 frame is too few"):
        check_frames(1)


def test_it_is_said_where_molecules_hardly_blink(run: Callable) -> None:
    random = np.random.default_rng(5)
    mean = 40.0 + 400.0 * np.exp(-0.5 * ((np.arange(18) - 9.0) / 3.0) ** 2)[:, None] * np.ones(16)
    steady = random.poisson(mean, (60, 18, 16))
    assert any("hardly blink" in note for note in run(steady, steps=2).notes)
    blinking = random.poisson(mean * np.kron(random.gamma(2.0, 0.5, (60, 6, 4)), np.ones((1, 3, 4))))
    notes = run(blinking, steps=2, pairs="all").notes
    assert not any("hardly blink" in note for note in notes) and any("camera's noise" in note for note in notes)
    assert blinking_remarks(None, (10, 8, 8))[0].startswith("With fewer than 30 frames")


def test_what_moves_is_told_from_what_blinks(run: Callable) -> None:
    """A spot that trembles by half its width, and one at rest that blinks."""
    random, axis = np.random.default_rng(7), np.arange(18.0)
    places, light = 9.0 + 0.7 * random.normal(size=80), random.gamma(2.0, 0.5, 80)
    across = np.exp(-0.5 * ((axis - 9.0) / SIGMA_PIXELS) ** 2)

    def recording(middles: np.ndarray, brightness: np.ndarray) -> np.ndarray:
        along = np.exp(-0.5 * ((axis - middles[:, None]) / SIGMA_PIXELS) ** 2)
        return random.poisson(20.0 + 900.0 * brightness[:, None, None] * along[:, :, None] * across)

    trembling, blinking = recording(places, np.ones(80)), recording(np.full(80, 9.0), light)
    assert any("something moves" in note for note in run(trembling, steps=2).notes)
    assert not any("moves" in note for note in run(blinking, steps=2).notes)
