"""Where two images agree to a fine period the map says so, where only coarsely that, and where nothing is, nothing."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.local_resolution import local_resolution

PIXEL_NM = 20.0


def falling(width: float):
    """Amplitudes whose ring correlation beside noise of 1 falls to 1/7 at `width` √(ln 600) cycles per pixel."""
    return lambda frequency: 10.0 * np.exp(-((frequency / width) ** 2) / 2.0)


@pytest.fixture
def halves(shaped_noise) -> tuple[np.ndarray, np.ndarray]:
    """Left half: structure of fine periods; right half: of coarse ones; independent noise. 150 × 401 pixels."""
    parts = (shaped_noise((150, side), side, falling(width)) for side, width in ((201, 0.12), (200, 0.04)))
    structure = np.hstack(list(parts)) + 100.0
    random = np.random.default_rng(3)
    return tuple(structure + random.standard_normal(structure.shape) for _ in range(2))


def test_each_side_has_its_own_resolution(halves):
    found = local_resolution(*halves, PIXEL_NM)
    assert found.block_nm == 64 * PIXEL_NM and found.step_nm == 32 * PIXEL_NM
    left, right = (np.nanmedian(part) for part in (found.resolution_nm[:, :4], found.resolution_nm[:, -4:]))
    for seen, width in ((left, 0.12), (right, 0.04)):
        assert seen == pytest.approx(PIXEL_NM / (width * np.sqrt(np.log(600.0))), rel=0.2)
    low, middle, high = found.quartiles_nm
    assert low <= middle <= high and found.told_percent > 80


def test_noise_alone_and_darkness_tell_nothing():
    random = np.random.default_rng(0)
    dark = tuple(np.pad(random.standard_normal((70, 64)) + 50, ((0, 0), (0, 192))) for _ in range(2))
    found = local_resolution(*dark, PIXEL_NM)
    assert np.isnan(found.resolution_nm[:, -3:]).all()
    assert found.told_percent < 25


def test_equal_images_agree_to_two_pixels():
    image = np.random.default_rng(0).uniform(size=(70, 100))
    found = local_resolution(image, image, PIXEL_NM)
    assert (found.resolution_nm == found.finest_nm).all() and found.finest_nm == 2 * PIXEL_NM
    assert found.to_the_end_percent == 100.0


def test_too_small_a_field_is_refused():
    with pytest.raises(DataError, match="larger region"):
        local_resolution(np.ones((40, 90)), np.ones((40, 90)), PIXEL_NM)
