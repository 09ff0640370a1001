"""A region is what the whole field shows there, and tiles leave no seam: both closer than noise lets anyone tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_field
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.data.tiles import tiled
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.planning import make_plan, prepare
from tests.core.methods.conftest import FWHM_NM, PIXEL_NM, ZOOM, mean_of

FWHM_PIXELS = FWHM_NM / PIXEL_NM
CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=PIXEL_NM, fwhm_nm=FWHM_NM)


def recorded(fine: np.ndarray, seed: int) -> np.ndarray:
    mean = mean_of(fine, 10.0)
    return np.random.default_rng(seed).poisson(mean, (60, *mean.shape)).astype(np.float32)


def reconstructed(frames: np.ndarray, roi: Roi | None = None, tile: int = 10_000, **changed) -> Result:
    """With the plan that a run makes, or with parts of it changed."""
    method, params = FluoganMethod(), FluoganParams(zoom=ZOOM, steps=200, delta=0)
    field = make_field(Stack(Path("frames"), "memory", ArraySource(frames)), CAMERA, roi)
    plan = make_plan(method, params, CAMERA, len(frames), field.roi, tile)
    ended = Job(prepare(method, field, replace(plan, **changed), params, "cpu", 0).solver, Control()).run()
    assert ended.error is None
    return ended.result


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Relative, as seen at half a camera pixel: noise alone moves a line from one fine pixel to the next."""
    one, other = (gaussian_filter(image, 0.5 * ZOOM) for image in (one, other))
    return float(np.linalg.norm(one - other) / np.linalg.norm(other))


REGION = Roi(8, 0, 28, 30)
SIDE = 36


@pytest.fixture(scope="module")
def beside_a_line() -> np.ndarray:
    """A bright line runs two pixels beside the region, a dimmer one crosses its border."""
    fine = np.zeros((ZOOM * 44, ZOOM * 52))
    fine[:, ZOOM * 32] = 60.0
    fine[ZOOM * 22, :] = 30.0
    fine[ZOOM * 10 : ZOOM * 34, ZOOM * 12] = 20.0
    return fine


@pytest.fixture(scope="module")
def across_tiles() -> np.ndarray:
    """Lines cross the borders of four tiles at several angles."""
    side = ZOOM * 2 * SIDE
    fine, along = np.zeros((side, side)), np.arange(side)
    fine[along, (0.8 * along + 20).astype(int)] = 40.0
    fine[(0.5 * along + 40).astype(int), along] = 30.0
    fine[ZOOM * 20 + (along // 9), along] = 20.0
    fine[:, ZOOM * 50] = 25.0
    return fine


@pytest.fixture(scope="module")
def whole(across_tiles: np.ndarray) -> Result:
    """The same field in one piece."""
    return reconstructed(recorded(across_tiles, 1))


def test_a_region_with_its_margin_is_what_the_whole_field_shows_there(beside_a_line: np.ndarray) -> None:
    frames = recorded(beside_a_line, 1)
    strip = (slice(ZOOM * 8, ZOOM * 36), slice(ZOOM * 24, ZOOM * 30))
    expected, again = (reconstructed(each).estimate[strip] for each in (frames, recorded(beside_a_line, 2)))
    region, bare = reconstructed(frames, REGION), reconstructed(frames, REGION, margin_pixels=0)
    assert region.estimate.shape == bare.estimate.shape == (ZOOM * 28, ZOOM * 30)
    noise = difference(again, expected)
    assert difference(region.estimate[:, -ZOOM * 6 :], expected) < 0.5 * noise
    # Without it, the neighbour's light is folded into the region.
    assert difference(bare.estimate[:, -ZOOM * 6 :], expected) > 2.0 * noise
    np.testing.assert_allclose(region.mean, frames[:, 8:36, 0:30].mean(axis=0), rtol=1e-6)
    assert region.background.shape == (28, 30)


def test_tiles_show_what_the_whole_field_shows(across_tiles: np.ndarray, whole: Result) -> None:
    joined, again = reconstructed(recorded(across_tiles, 1), tile=SIDE), reconstructed(recorded(across_tiles, 2))
    assert difference(joined.estimate, whole.estimate) < 0.25 * difference(again.estimate, whole.estimate)
    assert difference(joined.background, whole.background) < 0.05
    np.testing.assert_allclose(joined.mean, whole.mean, rtol=1e-6)


def test_no_line_is_seen_where_tiles_meet(across_tiles: np.ndarray, whole: Result) -> None:
    """Across the cut the difference changes from pixel to pixel far less than noise makes it."""
    frames = recorded(across_tiles, 1)
    bare = tiled(Roi(0, 0, 2 * SIDE, 2 * SIDE), SIDE, 0)
    joined, hard = reconstructed(frames, tile=SIDE), reconstructed(frames, margin_pixels=0, tiling=bare)
    noise = step_at_the_cut(reconstructed(recorded(across_tiles, 2)), whole)
    assert step_at_the_cut(joined, whole) < 0.25 * noise
    assert step_at_the_cut(hard, whole) > 4.0 * noise


def test_a_tile_whose_light_lies_in_its_margin_alone_is_empty() -> None:
    """The camera masks the right part: of its tile no pixel has light, but the block that is read for it has."""
    fine = np.zeros((ZOOM * 36, ZOOM * 72))
    fine[:, ZOOM * 20] = 40.0
    frames = recorded(fine, 1)
    frames[:, :, 35:] = 0.0
    joined = reconstructed(frames, tile=SIDE)
    assert np.isfinite(joined.estimate).all() and np.isfinite(joined.measures["photon_balance_percent"])
    assert joined.estimate[:, ZOOM * 42 :].sum() < 1e-3 * joined.estimate.sum()


def step_at_the_cut(one: Result, other: Result) -> float:
    """Root mean square of the change of their difference from the last row of a tile to the first of the next."""
    rest = one.estimate - other.estimate
    return float(np.sqrt(np.mean((rest[ZOOM * SIDE] - rest[ZOOM * SIDE - 1]) ** 2)))
