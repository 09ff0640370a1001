"""Hot and dead pixels are found and mended; points, lines and holes that a microscope can show are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.estimate.defects import LEAST_FWHM_PIXELS, LEAST_SHARE, defect_pixels, mended
from fluogan_app.core.optics.psf import gaussian_axis_matrix

SHAPE, ZOOM = (17, 22), 9


def blurred(fine: np.ndarray, fwhm_pixels: float) -> np.ndarray:
    rows, columns = (gaussian_axis_matrix(pixels, ZOOM, fwhm_pixels / 2.3548) for pixels in SHAPE)
    return rows @ fine @ columns.T


def frames_of(mean: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (count, *mean.shape)).astype(np.float32)


def sharpest_sample(fwhm_pixels: float) -> np.ndarray:
    """Points in and between pixels, a thin line, and even light with a hole of one camera pixel."""
    fine = np.zeros((SHAPE[0] * ZOOM, SHAPE[1] * ZOOM))
    fine[4 * ZOOM + 4, 4 * ZOOM + 4] = fine[4 * ZOOM, 12 * ZOOM] = 4000.0
    fine[9 * ZOOM + 2, :] = 200.0
    fine[11 * ZOOM :, 12 * ZOOM :] = 60.0 / ZOOM**2 * 20
    fine[14 * ZOOM : 15 * ZOOM, 16 * ZOOM : 17 * ZOOM] = 0.0
    return blurred(fine, fwhm_pixels) + 20.0


@pytest.mark.parametrize("fwhm_pixels", [LEAST_FWHM_PIXELS, 2.8, 4.0])
@pytest.mark.parametrize("count", [2, 60, 2000])
def test_nothing_that_the_blur_allows_is_a_defect(fwhm_pixels: float, count: int) -> None:
    assert not defect_pixels(frames_of(sharpest_sample(fwhm_pixels), count), fwhm_pixels).any()


def test_the_share_is_what_the_narrowest_blur_leaves_a_neighbour() -> None:
    """A point in the middle of a pixel, FWHM of 2 pixels: the rule keeps a wide margin below."""
    fine = np.zeros((SHAPE[0] * ZOOM, SHAPE[1] * ZOOM))
    fine[8 * ZOOM + 4, 8 * ZOOM + 4] = 1.0
    image = blurred(fine, LEAST_FWHM_PIXELS)
    share = image[8, 9] / image[8, 8]
    assert share == pytest.approx(0.53, abs=0.01)
    assert LEAST_SHARE < 0.7 * share


@pytest.mark.parametrize("place", [(8, 11), (0, 9), (16, 21), (4, 5)])
@pytest.mark.parametrize("value", [0.0, 3000.0, 65535.0])
def test_stuck_pixels_are_found_wherever_they_are(place: tuple[int, int], value: float) -> None:
    frames = frames_of(blurred(np.full((SHAPE[0] * ZOOM, SHAPE[1] * ZOOM), 40.0 / ZOOM**2), 2.8), 60)
    frames[(slice(None), *place)] = value
    found = defect_pixels(frames, 2.8)
    assert found[place] and found.sum() == 1


def test_one_flash_in_one_frame_counts_by_what_it_does_to_the_mean() -> None:
    frames = frames_of(np.full(SHAPE, 40.0), 60)
    frames[7, 6, 6] = 60_000.0
    assert defect_pixels(frames, 2.8)[6, 6]


def test_below_the_sampling_that_can_tell_nothing_is_called_a_defect() -> None:
    frames = frames_of(np.full(SHAPE, 40.0), 60)
    frames[:, 6, 6] = 60_000.0
    assert not defect_pixels(frames, 0.9 * LEAST_FWHM_PIXELS).any()


def test_a_defect_takes_the_median_of_its_sound_neighbours() -> None:
    frames = frames_of(np.full(SHAPE, 40.0), 5)
    defects = np.zeros(SHAPE, bool)
    defects[6, 6] = defects[6, 7] = defects[0, 0] = True
    result = mended(frames, defects)
    ring = [frames[:, y, x] for y in (5, 6, 7) for x in (5, 6, 7) if (y, x) not in ((6, 6), (6, 7))]
    np.testing.assert_array_equal(result[:, 6, 6], np.median(ring, axis=0))
    np.testing.assert_array_equal(result[:, ~defects], frames[:, ~defects])
    assert not np.shares_memory(result, frames)
    assert mended(frames, np.zeros(SHAPE, bool)) is frames
