"""The mean and the deviation over time, drawn on the fine grid, against what they are by definition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import DataError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fine_grid import continued, fine_middles, interpolated
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import validated

ZOOM = 3
DRAWN = pytest.mark.parametrize("draw", [interpolated, continued])


def result_of(problem: Problem, **values: object) -> Result:
    method = METHODS["mean"]
    solver = method.prepare(problem, validated(method.params_type, {"zoom": ZOOM, **values}), "cpu", 0)
    ended = Job(solver, Control()).run()
    assert ended.error is None
    return ended.result


def test_splines_go_through_a_cubic_exactly_away_from_the_mirrors() -> None:
    def cubic(y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return 3.0 + (y - 20.0) ** 3 / 50.0 - 2.0 * x + 0.1 * (y - 20) * x**2

    side = np.arange(60.0)
    found = interpolated(cubic(side[:, None], side[None, :]), ZOOM)
    middles = fine_middles(60, ZOOM)
    wanted = cubic(middles[:, None], middles[None, :])
    # What the mirrors bring in fades by 0.27 a pixel.
    inner = slice(20 * ZOOM, 40 * ZOOM)
    np.testing.assert_allclose(found[inner, inner], wanted[inner, inner], atol=1e-6 * np.ptp(wanted))


@pytest.mark.parametrize("zoom", [1, 2, 3, 6])
def test_waves_of_the_field_are_continued_exactly(zoom: int) -> None:
    rows, columns, number = 9, 14, (3, 11)

    def wave(pixels: int, places: np.ndarray, order: int) -> np.ndarray:
        return np.cos(np.pi * order * (places + 0.5) / pixels)

    def image(places_y: np.ndarray, places_x: np.ndarray) -> np.ndarray:
        return 2.0 + np.outer(wave(rows, places_y, number[0]), wave(columns, places_x, number[1]))

    found = continued(image(np.arange(rows), np.arange(columns)), zoom)
    np.testing.assert_allclose(found, image(fine_middles(rows, zoom), fine_middles(columns, zoom)), atol=1e-12)
    # Without the half pixel it would be another picture.
    assert zoom == 1 or abs(found - image(np.arange(zoom * rows) / zoom, np.arange(zoom * columns) / zoom)).max() > 0.1


def test_a_field_continued_by_its_waves_keeps_its_light() -> None:
    image = np.random.default_rng(1).random((8, 11))
    assert continued(image, 4).sum() / 16 == pytest.approx(image.sum(), rel=1e-12)


@DRAWN
def test_the_mirrored_image_is_drawn_mirrored(draw: Callable[[np.ndarray, int], np.ndarray]) -> None:
    image = np.random.default_rng(2).random((7, 10))
    # A spline is begun to eight digits.
    np.testing.assert_allclose(draw(image[::-1, ::-1], ZOOM)[::-1, ::-1], draw(image, ZOOM), atol=1e-7)
    np.testing.assert_allclose(draw(image, 1), image, atol=1e-7)


@pytest.mark.parametrize("interpolation", ["bicubic", "fourier"])
def test_the_mean_holds_the_light_of_the_frames(interpolation: str, make: Callable[..., Problem], recording) -> None:
    result = result_of(make(recording), interpolation=interpolation)
    assert result.estimate.sum() == pytest.approx(recording.mean(axis=0).sum(), rel=1e-3)
    assert result.claims.photons and abs(result.measures["photon_balance_percent"]) < 0.1


@pytest.mark.parametrize("interpolation", ["bicubic", "fourier"])
def test_the_deviation_of_steady_light_is_that_of_its_photons(interpolation: str, make: Callable[..., Problem]) -> None:
    """√mean, in photons: gain and offset of the camera are taken off, the noise is not."""
    frames = 4.0 * np.random.default_rng(6).poisson(25.0, (400, 14, 17)) + 100.0
    result = result_of(
        make(frames.astype(np.float32), gain=4.0, offset=100.0), statistic="deviation", interpolation=interpolation
    )
    # 400 frames tell each of 238 deviations to 1 / √800.
    assert result.estimate.mean() == pytest.approx(5.0, rel=4.0 / np.sqrt(800 * 238))
    assert not result.claims.photons and "photon_balance_percent" not in result.measures
    assert result.claims.unit == "photons/px"


def test_one_frame_has_no_deviation(make: Callable[..., Problem], recording: np.ndarray) -> None:
    with pytest.raises(DataError, match="two frames"):
        result_of(make(recording[:1]), statistic="deviation")
