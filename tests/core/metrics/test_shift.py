"""The offset of one picture from another is found, whatever their units; unlike pictures tell none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from fluogan_app.core.metrics.shift import offset_between

SHAPE = (31, 37)
PLACES = np.random.default_rng(4).uniform((4, 4), (27, 33), (9, 2))


def spots(shift_yx: tuple[float, float] = (0.0, 0.0), sigma: float = 1.5) -> np.ndarray:
    """Points at places that are known exactly, each a Gaussian."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return sum(
        np.exp(-((y - at_y - shift_yx[0]) ** 2 + (x - at_x - shift_yx[1]) ** 2) / (2 * sigma**2))
        for at_y, at_x in PLACES
    )


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.25, -0.4), (1.7, 2.2), (-3.1, 0.05)])
def test_an_offset_is_found_in_other_units_and_with_noise(shift: tuple[float, float]) -> None:
    noise = 0.01 * np.random.default_rng(1).standard_normal(SHAPE)
    found = offset_between(500.0 * spots(shift) - 40.0, spots() + noise)
    # Slopes by differences of neighbours are too small for so narrow spots, which the steps make up for.
    assert found == pytest.approx(shift, abs=0.02)


def test_a_picture_of_brightness_squared_lies_where_the_brightness_does() -> None:
    bright = np.tile(spots((0.3, 0.2)) ** 2, (3, 3))
    assert offset_between(gaussian_filter(bright, 1.0), np.tile(spots(), (3, 3))) == pytest.approx((0.3, 0.2), abs=0.05)


def test_parallel_lines_tell_no_place_along_them() -> None:
    """However rough an image makes them."""
    x = np.arange(60)
    lines = sum(np.exp(-((x - at) ** 2) / 4.5) for at in (11.0, 24.0, 31.0, 47.0))
    straight = np.tile(lines, (40, 1))
    rough = np.random.default_rng(3).uniform(0.5, 1.5, (40, 1)) * np.tile(np.roll(lines, 1), (40, 1))
    noise = 0.02 * np.random.default_rng(1).standard_normal(rough.shape)
    y_pixels, x_pixels = offset_between(gaussian_filter(rough, (2.0, 0.0)) + noise, straight + 0.01 * noise.T[:40, :1])
    assert y_pixels is None and x_pixels == pytest.approx(1.0, abs=0.05)
    y_pixels, x_pixels = offset_between(rough.T, straight.T)
    assert y_pixels == pytest.approx(1.0, abs=0.05) and x_pixels is None


def test_pictures_of_something_else_tell_none() -> None:
    random = np.random.default_rng(2)
    assert offset_between(random.standard_normal(SHAPE), spots()) is None
    assert offset_between(np.ones(SHAPE), spots()) is None
    assert offset_between(-spots(), spots()) is None
    assert offset_between(spots()[:5], spots()[:5]) is None
    with pytest.raises(ValueError, match="one shape"):
        offset_between(spots(), spots()[1:])
