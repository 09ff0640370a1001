"""What must hold for every method of the registry, however it works: its images, its place, its units, its checkpoints.

A method that is added is tried here at once; `QUICK` makes it small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.base import Solver, State
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import specs, validated

ZOOM, SIGMA_PIXELS = 4, 300.0 / 100.0 / 2.3548
#: Parameters that make a method quick on a small recording; without an entry its defaults are taken.
QUICK: dict[str, dict[str, Any]] = {
    "fluogan": {"steps": 60}, "fista": {"steps": 100}, "richardson_lucy": {"steps": 60},
    "col0rme": {"support_steps": 60, "light_steps": 120},
    "pnp_col0rme": {"support_steps": 20}, "sparcom": {"steps": 80},
}  # fmt: skip
#: What a network makes of a field on its side is not exactly the same.
NOT_SYMMETRIC: dict[str, str] = {"pnp_col0rme": "The denoiser's learned kernels are not symmetric."}
#: Where the estimate is no sum over the frames' light, brighter counts give another picture, by definition.
SCALES: dict[str, str] = {}

every_method = pytest.mark.parametrize("name", list(METHODS))


def blinking_point(at_yx: tuple[float, float], shape_yx: tuple[int, int] = (20, 23), frames: int = 60) -> np.ndarray:
    """Counts (T, Y, X) of one bright blinking point at `at_yx` camera pixels (pixel 0 has its middle at 0), on a dim
    even field."""
    random = np.random.default_rng(5)
    spots = [
        ndtr((np.arange(side) + 0.5 - at) / SIGMA_PIXELS) - ndtr((np.arange(side) - 0.5 - at) / SIGMA_PIXELS)
        for side, at in zip(shape_yx, at_yx)
    ]
    light = np.where(random.random(frames) < 0.3, 6000.0, 600.0)
    mean = light[:, None, None] * np.outer(*spots) + 5.0
    return random.poisson(mean).astype(np.float32)


def middle(fine_index: int) -> float:
    """Where the middle of a fine pixel lies, in camera pixels."""
    return (fine_index + 0.5) / ZOOM - 0.5


def solver_of(name: str, problem: Problem, seed: int = 0) -> Solver:
    params = validated(METHODS[name].params_type, {"zoom": ZOOM, **QUICK.get(name, {})})
    return METHODS[name].prepare(problem, params, "cpu", seed)


def result_of(name: str, problem: Problem) -> Result:
    ended = Job(solver_of(name, problem), Control()).run()
    if ended.error is not None:
        raise ended.error
    return ended.result


@pytest.fixture(scope="module")
def known(make: Callable[..., Problem]) -> Callable[[str], Result]:
    """The result of each method on one point off the middle, made once."""
    found: dict[str, Result] = {}

    def known(name: str) -> Result:
        if name not in found:
            found[name] = result_of(name, make(blinking_point(POINT_YX)))
        return found[name]

    return known


#: In the middle of fine pixels, nowhere near a symmetric place.
POINT_YX = middle(33), middle(54)


def centroid(image: np.ndarray, near_yx: tuple[float, float], reach_pixels: float = 3.0) -> tuple[float, float]:
    """Where the light around a place lies, in camera pixels, above the level of the surroundings."""
    rows, columns = (middle(np.arange(side)) for side in image.shape)
    inside = np.ix_(abs(rows - near_yx[0]) <= reach_pixels, abs(columns - near_yx[1]) <= reach_pixels)
    part = image[inside].astype(float)
    part = np.clip(part - np.median(image), 0.0, None)
    part[part < 0.2 * part.max()] = 0.0
    total = part.sum()
    y = float((part.sum(axis=1) * rows[abs(rows - near_yx[0]) <= reach_pixels]).sum() / total)
    return y, float((part.sum(axis=0) * columns[abs(columns - near_yx[1]) <= reach_pixels]).sum() / total)


def test_the_centroid_tells_a_shift_of_a_quarter_pixel() -> None:
    image = np.zeros((80, 92))
    image[33, 54] = 1.0
    assert centroid(image, POINT_YX) == pytest.approx(POINT_YX)
    assert centroid(np.roll(image, 1, axis=1), POINT_YX)[1] == pytest.approx(POINT_YX[1] + 0.25)


@every_method
def test_a_point_lands_where_it_is(name: str, known: Callable[[str], Result]) -> None:
    # 0.06 camera pixels are 6 nm here; half a fine pixel, the usual mistake, is 0.125.
    assert centroid(known(name).estimate, POINT_YX) == pytest.approx(POINT_YX, abs=0.06)


@every_method
def test_the_images_are_finite_and_on_the_grid(name: str, known: Callable[[str], Result]) -> None:
    result = known(name)
    assert result.estimate.shape == (ZOOM * 20, ZOOM * 23) and result.estimate.dtype == np.float32
    assert result.background.shape == result.mean.shape == (20, 23)
    assert np.isfinite(result.estimate).all() and np.isfinite(result.background).all()
    assert result.zoom == ZOOM and result.fine_pixel_size_nm == 25.0


@every_method
def test_the_image_is_what_the_method_claims(name: str, known: Callable[[str], Result]) -> None:
    result = known(name)
    method = METHODS[name]
    claims = method.claims(validated(method.params_type, {"zoom": ZOOM, **QUICK.get(name, {})}))
    assert result.claims == claims and claims.unit and claims.title and claims.unit_words
    if not claims.background:
        assert not result.background.any()
    if not claims.signed:
        assert result.estimate.min() >= -1e-4 * result.estimate.max()
    if claims.photons:
        assert abs(result.measures["photon_balance_percent"]) < 2.0
        light = result.estimate.sum() + result.background.sum()
        assert light == pytest.approx(result.mean.sum(), rel=0.05)


@every_method
def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(name: str, make: Callable[..., Problem]) -> None:
    problem = make(blinking_point(POINT_YX))
    solver = solver_of(name, problem)
    state, kept = solver.init(), None
    while state.step < solver.total_steps:
        state, _ = solver.step(state)
        if state.step == (solver.total_steps + 1) // 2:
            kept = state.copy()
            assert np.isfinite(solver.image(state).estimate).all()
    other = solver_of(name, problem)
    again = other.restore(State(kept.step, dict(kept.tensors), dict(kept.finished)))
    while again.step < other.total_steps:
        again, _ = other.step(again)
    np.testing.assert_array_equal(other.result(again).estimate, solver.result(state).estimate)


@every_method
def test_a_field_on_its_side_gives_the_image_on_its_side(name: str, make: Callable, known: Callable) -> None:
    if name in NOT_SYMMETRIC:
        pytest.skip(NOT_SYMMETRIC[name])
    aside = result_of(name, make(blinking_point(POINT_YX).transpose(0, 2, 1))).estimate.T
    upright = known(name).estimate
    np.testing.assert_allclose(aside, upright, atol=0.02 * abs(upright).max())


@every_method
def test_counts_in_other_steps_give_the_same_picture(name: str, make: Callable, known: Callable) -> None:
    """Of a camera with 7 counts a photon and an offset, where both are given."""
    if name in SCALES:
        pytest.skip(SCALES[name])
    counts = 7.0 * blinking_point(POINT_YX) + 100.0
    other, first = result_of(name, make(counts, gain=7.0, offset=100.0)), known(name)
    np.testing.assert_allclose(other.estimate, first.estimate, atol=0.01 * abs(first.estimate).max())


@every_method
def test_a_single_frame_is_refused_in_words_or_gives_numbers(name: str, make: Callable[..., Problem]) -> None:
    try:
        result = result_of(name, make(blinking_point(POINT_YX, frames=1)))
    except FluoganError as error:
        assert "frame" in error.message and error.hint
    else:
        assert np.isfinite(result.estimate).all() and any("frame" in note for note in result.notes)


@every_method
def test_steady_light_gives_numbers(name: str, make: Callable[..., Problem]) -> None:
    """Frames that differ by the noise of photons alone: nothing blinks."""
    random = np.random.default_rng(3)
    frames = random.poisson(np.full((40, 16, 18), 20.0)).astype(np.float32)
    try:
        result = result_of(name, make(frames))
    except FluoganError as error:
        assert error.message and error.hint
    else:
        assert np.isfinite(result.estimate).all()


@every_method
def test_what_is_said_of_it_is_whole(name: str) -> None:
    method = METHODS[name]
    assert method.name == name and method.title and method.summary.endswith(".") and method.citation.endswith(".")
    assert method.presets[0].values == {} and method.presets[0].name == "default"
    for preset in method.presets:
        validated(method.params_type, preset.values)
    for spec in specs(method.params_type):
        assert spec.label and spec.help.endswith(".") and spec.group, spec.name


@every_method
def test_more_pixels_and_frames_take_no_less_memory(name: str) -> None:
    method = METHODS[name]
    params = validated(method.params_type, {"zoom": ZOOM})
    small, wide, long = (method.memory_bytes(shape, params) for shape in ((50, 64, 64), (50, 128, 128), (100, 64, 64)))
    assert 0 < small < wide and small <= long
