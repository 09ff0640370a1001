"""Where two images agree to a fine period the map says so, where only coarsely that, and where nothing is, nothing."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.local_resolution import local_resolution

PIXEL_NM = 20.0


@pytest.fixture
def halves(shaped_noise) -> tuple[np.ndarray, np.ndarray]:
    """Left half: structure to 0.3 cycles per pixel; right half: to 0.08; independent noise. 150 × 301 pixels."""
    fine = shaped_noise((150, 151), 1, lambda f: 4.0 * (f < 0.3))
    coarse = shaped_noise((150, 150), 2, lambda f: 8.0 * (f < 0.08))
    structure = np.hstack([fine, coarse]) + 100.0
    random = np.random.default_rng(3)
    return tuple(structure + random.standard_normal(structure.shape) for _ in range(2))


def test_each_side_has_its_own_resolution(halves):
    found = local_resolution(*halves, PIXEL_NM)
    assert found.block_nm == 32 * PIXEL_NM and found.step_nm == 16 * PIXEL_NM
    columns = found.resolution_nm.shape[1]
    left, right = (np.nanmedian(part) for part in (found.resolution_nm[:, : columns // 3],
                                                   found.resolution_nm[:, -columns // 3 :]))
    assert left == pytest.approx(PIXEL_NM / 0.3, rel=0.25) and right == pytest.approx(PIXEL_NM / 0.08, rel=0.3)
    low, middle, high = found.quartiles_nm
    assert low <= middle <= high and found.told_percent > 80


def test_noise_alone_and_darkness_tell_nothing():
    random = np.random.default_rng(0)
    dark = tuple(np.pad(random.standard_normal((64, 64)) + 50, ((0, 0), (0, 128))) for _ in range(2))
    found = local_resolution(*dark, PIXEL_NM)
    assert np.isnan(found.resolution_nm[:, -3:]).all()
    assert found.told_percent < 25


def test_equal_images_agree_to_two_pixels():
    image = np.random.default_rng(0).uniform(size=(64, 70))
    assert (local_resolution(image, image, PIXEL_NM).resolution_nm == 2 * PIXEL_NM).all()


def test_too_small_a_field_is_refused():
    with pytest.raises(DataError, match="larger region"):
        local_resolution(np.ones((20, 90)), np.ones((20, 90)), PIXEL_NM)
