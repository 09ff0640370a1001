"""How values become colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.gui.views.display import COLOUR_MAPS, area_means, colour_table, percentile_levels, to_image


def test_dense_image_is_levelled_by_its_own_percentiles():
    values = np.arange(10_001, dtype=np.float32).reshape(73, 137)
    assert percentile_levels(values, 0.1, 99.9) == pytest.approx((10.0, 9990.0))


def test_sparse_image_is_not_black():
    """100 lit pixels among a million: percentiles of all pixels are zero, which would show nothing at all."""
    image = np.zeros((1000, 1000), np.float32)
    image.flat[:: 10_000] = np.linspace(1, 100, 100)
    assert np.percentile(image, 99.9) == 0
    low, high = percentile_levels(image)
    assert low == 0 and 99 < high <= 100


def test_values_that_are_not_finite_do_not_count():
    image = np.linspace(0, 1, 10_000, dtype=np.float32).reshape(100, 100).copy()
    clean = percentile_levels(image)
    image[3, 4], image[5, 6], image[7, 8] = np.nan, np.inf, -np.inf
    assert percentile_levels(image) == pytest.approx(clean, abs=1e-3)


@pytest.mark.parametrize("value", [0.0, 7.0, -3.0, 1e-30])
def test_constant_image_has_two_different_levels(value):
    low, high = percentile_levels(np.full((5, 6), value))
    assert low < high


def test_image_without_any_finite_value_has_levels():
    assert percentile_levels(np.full((3, 4), np.nan)) == (0.0, 1.0)


def test_whole_number_images_keep_their_range():
    assert percentile_levels(np.array([[0, 65535]], np.uint16), 0, 100) == (0, 65535)


@pytest.mark.parametrize("name", COLOUR_MAPS)
def test_every_colour_map_runs_from_end_to_end(name):
    table = colour_table(name)
    assert table.shape == (256,) and table.dtype == np.uint32
    assert np.all(table >> 24 == 0xFF)
    assert table[0] != table[-1]


def test_unknown_colour_map_is_refused():
    with pytest.raises(ValueError, match="jet"):
        colour_table("jet")


@pytest.mark.parametrize("name", ["gray", "viridis", "magma", "inferno", "cividis", "green", "magenta"])
def test_lightness_grows_all_along_the_map(name):
    """What makes a map honest, for colour-blind eyes too: brighter always means more."""
    assert np.all(np.diff(_luma(colour_table(name))) > -1.0)


def test_the_check_of_lightness_finds_a_rainbow():
    hue = np.linspace(0, 1, 256)
    red, green, blue = (np.clip(1.5 - np.abs(4 * hue - peak), 0, 1) * 255 for peak in (3, 2, 1))
    rainbow = (red.astype(np.uint32) << 16) | (green.astype(np.uint32) << 8) | blue.astype(np.uint32)
    assert not np.all(np.diff(_luma(rainbow)) > -1.0)


def test_gamma_below_one_lifts_the_dark_parts_and_keeps_the_ends():
    plain, lifted = _luma(colour_table("gray")), _luma(colour_table("gray", 0.5))
    assert lifted[0] == plain[0] and lifted[-1] == plain[-1]
    assert np.all(lifted >= plain) and lifted[64] > plain[64] + 50


def test_each_value_gets_the_colour_of_its_place_between_the_levels():
    image = to_image(np.array([[-5.0, 0.0, 0.5, 1.0, 9.0]]), (0.0, 1.0), colour_table("gray"))
    assert [image.pixelColor(x, 0).red() for x in range(5)] == [0, 0, 128, 255, 255]


def test_rows_go_down_and_columns_go_right():
    image = to_image(np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]), (0.0, 1.0), colour_table("gray"))
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(2, 0).red() == 255 and image.pixelColor(2, 1).red() == 0


def test_what_is_no_number_has_a_colour_of_its_own():
    image = to_image(np.array([[np.nan, np.inf, -np.inf]]), (0.0, 1.0), colour_table("gray"))
    hole = image.pixelColor(0, 0)
    assert hole.red() != hole.blue()
    assert image.pixelColor(1, 0).red() == 255 and image.pixelColor(2, 0).red() == 0


@given(st.integers(1, 23), st.integers(1, 23), st.sampled_from([2, 4, 8]))
def test_area_means_are_means_of_blocks(height, width, factor):
    values = np.random.default_rng(height * 100 + width).normal(size=(height, width)).astype(np.float32)
    means = area_means(values, factor)
    assert means.shape == (-(-height // factor), -(-width // factor))
    block = values[:factor, :factor]
    if block.shape == (factor, factor):
        # float32 sums of at most 64 terms of order one
        assert means[0, 0] == pytest.approx(block.mean(dtype=np.float64), abs=1e-5)


def _luma(table: np.ndarray) -> np.ndarray:
    red, green, blue = ((table >> shift & 0xFF).astype(float) for shift in (16, 8, 0))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
