"""What counts as split: lines that are apart and in place, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.line_pattern import LinePattern, LineSet
from fluogan_app.core.metrics.lines import PairReading, read_pair, split_lines
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.phantoms.lines import line_coverage, line_pattern
from fluogan_app.core.units import sigma_from_fwhm

PIXEL_NM, ZOOM = 100.0, 6
FINE_NM = PIXEL_NM / ZOOM


def target(line_width_nm: float = 100.0, rows: int = 20) -> tuple[np.ndarray, LinePattern]:
    """The pattern's own image on the fine grid, (zoom·rows, zoom·columns), and the pattern."""
    pattern, columns = line_pattern(LinesParams(line_width_nm=line_width_nm))
    return np.tile(line_coverage(pattern, ZOOM * columns, FINE_NM), (ZOOM * rows, 1)), pattern


def finest(image: np.ndarray, pattern: LinePattern) -> float | None:
    return split_lines(image, pattern, PIXEL_NM, ZOOM).finest_nm


@pytest.mark.parametrize(("line_width_nm", "expected_nm"), [(100.0, 120.0), (40.0, 60.0)])
def test_the_truth_itself_is_split_as_far_as_its_lines_are_apart(line_width_nm, expected_nm):
    image, pattern = target(line_width_nm)
    splits = split_lines(image, pattern, PIXEL_NM, ZOOM)
    assert splits.finest_nm == expected_nm
    assert splits.share(expected_nm) == 1.0
    # The fine grid is 17 nm wide: a line's centroid on it is off by less than half of that.
    assert all(abs(s.spacing_error_nm) < FINE_NM / 2 for s in splits.sets if s.spacing_nm >= expected_nm)
    assert not any(s.passes for s in splits.sets if s.spacing_nm < expected_nm)


def test_brightness_does_not_matter():
    image, pattern = target()
    assert finest(1e-6 * image, pattern) == finest(1e6 * image, pattern) == 120.0


def test_the_blurred_truth_splits_little_more_than_the_width_of_the_blur():
    image, pattern = target(40.0)
    for fwhm_nm in (150.0, 324.0):
        sigma = sigma_from_fwhm(fwhm_nm) / FINE_NM
        value = finest(gaussian_filter(image, sigma, mode="reflect"), pattern)
        # Two Gaussian lines have a dip at all from 2σ = 0.85 FWHM on, and one of 0.8 at about 1.1 FWHM.
        assert value is not None and 1.0 * fwhm_nm <= value <= 1.3 * fwhm_nm


@pytest.mark.parametrize("seed", range(5))
def test_white_noise_is_never_split(seed):
    image, pattern = target(rows=50)
    rng = np.random.default_rng(seed)
    for noise in (rng.random(image.shape), rng.exponential(size=image.shape), rng.random(image.shape) < 0.02):
        splits = split_lines(noise.astype(float), pattern, PIXEL_NM, ZOOM)
        assert splits.finest_nm is None
        assert max(s.share for s in splits.sets) < 0.3


def test_white_noise_would_be_split_if_only_the_valley_counted():
    image, pattern = target(rows=50)
    noise = np.random.default_rng(0).exponential(size=image.shape)
    assert all(s.valley < 0.8 for s in split_lines(noise, pattern, PIXEL_NM, ZOOM).sets)


@pytest.mark.parametrize("width_nm", [20.0, 100.0, 390.0])
def test_one_bar_where_two_lines_are_is_not_split(width_nm):
    _, pattern = target()
    line_set = pattern.sets[2]
    positions = (np.arange(2100) + 0.5) * FINE_NM
    bar = (np.abs(positions - line_set.centre_nm) <= width_nm / 2).astype(float)
    reading = read_pair(bar, line_set, FINE_NM)
    assert reading is None or not reading.splits(line_set.spacing_nm)


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0])
def test_an_even_image_is_not_split(value):
    image, pattern = target(rows=2)
    assert max(s.share for s in split_lines(np.full_like(image, value), pattern, PIXEL_NM, ZOOM).sets) == 0.0


@pytest.mark.parametrize("shift_fine_pixels", [-6, -3, 3, 6, 12])
def test_a_shifted_image_is_not_in_place(shift_fine_pixels):
    image, pattern = target()
    splits = split_lines(np.roll(image, shift_fine_pixels, axis=1), pattern, PIXEL_NM, ZOOM)
    assert splits.finest_nm is None
    if abs(shift_fine_pixels) <= 6:
        assert splits.sets[0].shift_nm == pytest.approx(shift_fine_pixels * FINE_NM, abs=1.0)


def test_a_shift_within_the_tolerance_is_told_and_forgiven_down_to_its_size():
    image, pattern = target()
    splits = split_lines(np.roll(image, 1, axis=1), pattern, PIXEL_NM, ZOOM)
    assert splits.finest_nm == 120.0
    assert splits.sets[0].shift_nm == pytest.approx(FINE_NM, abs=1.0)


def test_lines_broken_into_dots_are_still_lines():
    image, pattern = target()
    dots = image * (np.random.default_rng(1).random(image.shape) < 0.5)
    value = finest(dots, pattern)
    assert value is not None and value <= 150.0


def test_a_wrong_spacing_is_not_a_split():
    _, pattern = target()
    wide = LinePattern(tuple(LineSet(s.spacing_nm, s.centre_nm, s.outer_gap_nm) for s in pattern.sets), 40.0)
    closer = LinePattern(tuple(LineSet(s.spacing_nm * 0.6, s.centre_nm, s.outer_gap_nm) for s in pattern.sets), 40.0)
    image = np.tile(line_coverage(closer, ZOOM * 347, FINE_NM), (ZOOM * 3, 1))
    splits = split_lines(image, wide, PIXEL_NM, ZOOM)
    assert splits.finest_nm is None
    assert splits.spacing_error_nm(300.0) == pytest.approx(-120.0, abs=FINE_NM)


def test_ninety_per_cent_of_the_blocks_must_show_it_and_so_must_every_coarser_set():
    image, pattern = target(rows=20)
    image[: 2 * ZOOM] = 0.0
    assert finest(image, pattern) == 120.0  # 18 of 20 blocks
    image[2 * ZOOM : 3 * ZOOM] = 0.0
    assert finest(image, pattern) is None  # 17 of 20
    image, pattern = target(rows=20)
    centre = round(pattern.sets[3].centre_nm / FINE_NM)
    image[:, centre - 30 : centre + 30] = 1.0  # the set of 300 nm is filled up
    assert finest(image, pattern) == 330.0


def test_sets_are_read_from_the_coarsest_on_whatever_their_order():
    image, pattern = target()
    backwards = LinePattern(pattern.sets[::-1], pattern.line_width_nm)
    assert split_lines(image, backwards, PIXEL_NM, ZOOM) == split_lines(image, pattern, PIXEL_NM, ZOOM)


def test_the_whole_height_as_one_block_reads_the_mean_profile():
    image, pattern = target(rows=4)
    splits = split_lines(image, pattern, PIXEL_NM, ZOOM, block_rows=image.shape[0])
    assert (splits.blocks, splits.finest_nm) == (1, 120.0)


def test_peaks_are_placed_finer_than_the_grid():
    line_set = LineSet(200.0, 1000.0, 660.0)
    positions = (np.arange(120) + 0.5) * FINE_NM
    profile = sum(np.exp(-((positions - (1000.0 + at)) ** 2) / (2 * 35.0**2)) for at in (-97.0, 108.0))
    reading = read_pair(profile, line_set, FINE_NM)
    assert reading.separation_nm == pytest.approx(205.0, abs=1.5)
    assert reading.shift_nm == pytest.approx(5.5, abs=1.5)


@pytest.mark.parametrize(
    ("reading", "split"),
    [
        (PairReading(180.0, 0.0, 0.79), True),
        (PairReading(180.0, 0.0, 0.80), False),
        (PairReading(221.0, 0.0, 0.1), False),
        (PairReading(219.0, -39.0, 0.1), True),
        (PairReading(180.0, 41.0, 0.1), False),
    ],
)
def test_the_three_conditions_and_their_limits(reading, split):
    assert reading.splits(180.0) is split


def test_the_tolerance_is_a_third_of_fine_spacings():
    assert PairReading(79.0, 0.0, 0.1).splits(60.0) and not PairReading(81.0, 0.0, 0.1).splits(60.0)


def test_an_estimate_that_is_not_finite_is_refused():
    image, pattern = target(rows=2)
    image[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        split_lines(image, pattern, PIXEL_NM, ZOOM)
