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
    assert found.step_nm == 8 * PIXEL_NM and found.resolution_nm.shape == (150 // 8, 401 // 8)
    left, right = (np.nanmedian(part) for part in (found.resolution_nm[:, 3:18], found.resolution_nm[:, -18:-3]))
    for seen, width in ((left, 0.12), (right, 0.04)):
        assert seen == pytest.approx(PIXEL_NM / (width * np.sqrt(np.log(600.0))), rel=0.2)
    low, middle, high = found.quartiles_nm
    assert low <= middle <= high and found.told_percent > 80


def test_noise_alone_tells_little_and_darkness_nothing(shaped_noise):
    random = np.random.default_rng(0)
    for _ in range(4):
        found = local_resolution(*random.normal(50.0, 1.0, (2, 160, 190)), PIXEL_NM)
        # Chance passes 1/7 in coarse bands now and then, and not far.
        assert found.told_percent < 10 and not np.any(found.resolution_nm < 8 * PIXEL_NM)
    structure = shaped_noise((90, 220), 1, falling(0.1)) + 100.0
    structure[:, 110:] = 0.0
    dark = local_resolution(*(np.clip(structure + noise, 0, None) for noise in random.normal(0, 0.1, (2, 90, 220))), 20)
    assert np.isnan(dark.resolution_nm[:, 20:]).all() and np.isfinite(dark.resolution_nm[:, :10]).mean() > 0.8


def test_equal_images_agree_to_the_end():
    image = np.random.default_rng(0).uniform(size=(70, 100))
    found = local_resolution(image, image, PIXEL_NM)
    assert found.resolution_nm == pytest.approx(found.finest_nm) and found.finest_nm == pytest.approx(PIXEL_NM / 0.42)
    assert found.to_the_end_percent == 100.0
    # That is no resolution of the sample.
    assert found.quartiles_nm is None and np.isnan(found.sample_nm).all()


def test_dark_surroundings_tell_nothing_even_where_both_images_share_fine_structure(halves, shaped_noise):
    """A bright part with independent noise; around it one faint grain that is the same in both."""
    grain = 0.2 * np.abs(shaped_noise((150, 401), 5, lambda frequency: np.where(frequency > 0.3, 1.0, 0.0)))
    pair = [np.pad(half[:, :201], ((0, 0), (0, 200))) + grain for half in halves]
    found = local_resolution(*pair, PIXEL_NM)
    assert np.isnan(found.resolution_nm[:, 32:]).all()
    expected = PIXEL_NM / (0.12 * np.sqrt(np.log(600.0)))
    assert found.quartiles_nm[1] == pytest.approx(expected, rel=0.25)


def test_a_pixel_size_twice_as_large_doubles_the_map(halves):
    one, other = (local_resolution(*halves, size).resolution_nm for size in (PIXEL_NM, 2 * PIXEL_NM))
    np.testing.assert_allclose(other, 2 * one)


def test_too_small_a_field_is_refused():
    with pytest.raises(DataError, match="larger region"):
        local_resolution(*np.random.default_rng(0).uniform(size=(2, 40, 90)), PIXEL_NM)
