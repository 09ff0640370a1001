"""Hot and dead pixels are found and mended; points, lines and holes that a microscope can show are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.estimate.defects import (
    LEAST_FILL,
    LEAST_FWHM_PIXELS,
    LEAST_SATURATED,
    LEAST_SHARE,
    LEAST_SHARE_OF_SQUARE,
    defect_pixels,
    mended,
    pixel_mask,
)
from fluogan_app.core.estimate.saturation import end_of_scale
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


@pytest.mark.parametrize("counts_per_photon", [1, 7])
@pytest.mark.parametrize("photons", [0.0003, 0.002, 0.01, 0.05, 0.3])
@pytest.mark.parametrize("count", [20, 50, 200])
def test_single_photons_in_the_dark_are_no_hot_pixels(counts_per_photon: int, photons: float, count: int) -> None:
    y, x = np.mgrid[:96, :96]
    mean = photons + 20.0 * np.exp(-((y - 30) ** 2 + (x - 40) ** 2) / 18.0)
    frames = counts_per_photon * frames_of(mean, count)
    assert not defect_pixels(frames, LEAST_FWHM_PIXELS).any()
    # Forty photons, spread over all frames, where its neighbours have a few at most.
    if photons * count < 3:
        frames[np.arange(40) * count // 40, 70, 20] += counts_per_photon * max(1, 40 // count)
        found = defect_pixels(frames, LEAST_FWHM_PIXELS)
        assert found[70, 20] and found.sum() == 1


def even_light(photons: float = 40.0, fwhm_pixels: float = 2.8) -> np.ndarray:
    return blurred(np.full((SHAPE[0] * ZOOM, SHAPE[1] * ZOOM), photons / ZOOM**2), fwhm_pixels)


@pytest.mark.parametrize("fwhm_pixels", [LEAST_FWHM_PIXELS, 2.8])
@pytest.mark.parametrize("kind", ["points", "holes"])
def test_no_point_or_hole_of_the_sample_is_a_defect_wherever_it_lies_on_the_pixels(fwhm_pixels, kind) -> None:
    """One of 2 × 2 camera pixels, in all places within a pixel, borders and corners included; hardly any noise."""
    for shift in range(0, ZOOM, 2):
        fine = np.full((SHAPE[0] * ZOOM, SHAPE[1] * ZOOM), 0.0 if kind == "points" else 500.0)
        for row in (0, 5, 10, 15):
            for column in (0, 6, 12, 18):
                top, left = row * ZOOM + shift, column * ZOOM + (shift * 2) % ZOOM
                if kind == "points":
                    fine[top, left] = 1e6
                else:
                    fine[top : top + 2 * ZOOM, left : left + 2 * ZOOM] = 0.0
        frames = frames_of(blurred(fine, fwhm_pixels) + 1.0, 200)
        assert not defect_pixels(frames, fwhm_pixels).any()


def test_the_shares_of_squares_are_what_the_narrowest_blur_leaves() -> None:
    fine = np.zeros((SHAPE[0] * ZOOM, SHAPE[1] * ZOOM))
    fine[8 * ZOOM - 1 : 8 * ZOOM + 1, 8 * ZOOM - 1 : 8 * ZOOM + 1] = 1.0
    image = blurred(fine, LEAST_FWHM_PIXELS)
    assert LEAST_SHARE_OF_SQUARE < 0.7 * image[8, 9] / image[8, 8]


@pytest.mark.parametrize("fwhm_pixels", [2.0, 2.4, 2.8, 4.0])
def test_the_inside_of_a_ring_is_no_dead_pixel_however_dark_it_is(fwhm_pixels: float) -> None:
    """A vesicle on a black ground, whose middle may be many times darker than all that is around it."""
    y, x = np.mgrid[: SHAPE[0] * ZOOM, : SHAPE[1] * ZOOM] / ZOOM
    darkest = 1.0
    for radius in (2.0, 3.0, 4.0):
        image = blurred(3000.0 * (abs(np.hypot(y - 8.5, x - 11.5) - radius) < 0.15), fwhm_pixels)
        assert not pixel_mask(frames_of(image + 0.1, 300), fwhm_pixels).mask.any()
        around = np.delete(image[7:10, 10:13].ravel(), 4)
        darkest = min(darkest, image[8, 11] / around.min())
    if fwhm_pixels == LEAST_FWHM_PIXELS:
        assert darkest < 0.9 * LEAST_FILL  # the neighbours alone would call it dead


CLUSTERS = {
    "pair": [(6, 6), (6, 7)], "diagonal": [(6, 6), (7, 7)], "corner": [(0, 0), (0, 1), (1, 0), (1, 1)],
    "row": [(9, 10), (9, 11), (9, 12), (9, 13)], "square": [(9, 10), (9, 11), (10, 10), (10, 11)],
    "edge": [(16, 5), (15, 5), (16, 6)],
}  # fmt: skip


@pytest.mark.parametrize("name", CLUSTERS)
@pytest.mark.parametrize("values", [(3000.0,) * 4, (65535.0, 900.0, 4000.0, 300.0), (0.0,) * 4])
def test_a_few_stuck_pixels_side_by_side_are_found_and_filled(name: str, values) -> None:
    frames = frames_of(even_light(), 60)
    sound = frames.copy()
    wanted = np.zeros(SHAPE, bool)
    for place, value in zip(CLUSTERS[name], values):
        frames[(slice(None), *place)] = value
        wanted[place] = True
    found = pixel_mask(frames, 2.8)
    np.testing.assert_array_equal(found.hot if values[0] else found.dead, wanted)
    np.testing.assert_array_equal(found.mask, wanted)
    filled = found.mended(frames)
    np.testing.assert_array_equal(filled[:, ~wanted], sound[:, ~wanted])
    # A median of 3 to 7 neighbours of 40 ± 6.3 photons, over 60 frames.
    np.testing.assert_allclose(filled[:, wanted].mean(axis=0), 40.0, atol=5 * 6.3 / np.sqrt(60))


def test_five_pixels_side_by_side_are_no_defect() -> None:
    frames = frames_of(even_light(), 60)
    frames[:, 6, 6:11] = 3000.0
    assert not pixel_mask(frames, 2.8).mask.any()


def test_dead_pixels_are_seen_once_the_offset_is_known() -> None:
    frames = frames_of(even_light(), 60) + 100.0
    frames[:, 6, 6] = 100.0
    assert not pixel_mask(frames, 2.8).mask.any()
    assert pixel_mask(frames, 2.8, offset=100.0).dead[6, 6]


def bright_spot(brightest: float, count: int) -> np.ndarray:
    """Frames with one wide spot that is brighter in the first tenth of them."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    mean = 50 + brightest * np.exp(-((y - 8) ** 2 + (x - 11) ** 2) / 200.0)
    level = np.where(np.arange(count) < count // 10, 1.0, 0.4)
    return np.random.default_rng(4).poisson(level[:, None, None] * mean).astype(np.float32)


@pytest.mark.parametrize("end", [4095.0, 255.0, 3000.0])
def test_pixels_that_are_saturated_too_often_are_told_from_those_that_seldom_are(end: float) -> None:
    frames = np.minimum(bright_spot(1.02 * end, 400), end)
    share = (frames == end).mean(axis=0)
    found = pixel_mask(frames, 2.8)
    assert end_of_scale(frames) == end
    np.testing.assert_array_equal(found.saturated, share > LEAST_SATURATED)
    np.testing.assert_array_equal(found.seldom_saturated, (share > 0) & (share <= LEAST_SATURATED))
    assert found.saturated[8, 11] and found.seldom_saturated.any()
    assert not (found.hot | found.dead).any()
    np.testing.assert_array_equal(found.mended(frames), frames)


def test_the_brightest_value_of_a_sound_stack_is_no_end_of_the_scale() -> None:
    assert end_of_scale(bright_spot(3000.0, 400)) is None
    few_photons = np.random.default_rng(1).poisson(0.2, (500, *SHAPE)).astype(np.float32)
    assert end_of_scale(few_photons) is None
    without_noise = np.repeat(np.round(even_light(900.0) + np.eye(*SHAPE))[None], 50, axis=0).astype(np.float32)
    assert end_of_scale(without_noise) is None
    stuck = frames_of(even_light(), 200)
    stuck[:, 6, 6] = 3000.0
    assert end_of_scale(stuck) is None


def test_one_frame_has_its_saturated_pixels_too() -> None:
    frame = np.minimum(bright_spot(9000.0, 1), 4095.0)
    np.testing.assert_array_equal(pixel_mask(frame, 2.8).saturated, frame[0] == 4095.0)


def test_a_hot_pixel_at_the_end_of_the_scale_is_called_hot() -> None:
    frames = frames_of(even_light(), 60)
    frames[:, 6, 6] = 65535.0
    found = pixel_mask(frames, 2.8)
    assert found.hot[6, 6] and not found.saturated.any()
    assert found.mask.sum() == 1


def test_a_real_stack_with_saturated_flashes(shared_data) -> None:
    from fluogan_app.core.data.roi import FrameRange, Roi
    from fluogan_app.core.readers.open import open_stack

    stack = open_stack(shared_data / "stacks" / "blinking_bleaching_300x60x60.tif")
    counts = stack.read(FrameRange.whole(stack.shape[0]), Roi.whole(stack.shape[1:]))
    found = pixel_mask(counts, 2.8)
    assert end_of_scale(counts) == 65535.0
    # 25 samples of 14 pixels; six pixels have them in two or three of 300 frames.
    assert (counts == 65535.0).sum() == 25
    assert (found.saturated.sum(), found.seldom_saturated.sum()) == (6, 8)
    assert not (found.hot | found.dead).any()
