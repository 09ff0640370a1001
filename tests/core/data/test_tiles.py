"""Tiles: their cells part the field, and their weights add up to one, so that nothing is lost or counted twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.tiles import Tiling, tiled


def total_weight(tiling: Tiling, zoom: int) -> np.ndarray:
    total = np.zeros((zoom * tiling.roi.height, zoom * tiling.roi.width))
    for index in range(len(tiling.tiles)):
        rows, columns = tiling.weights(index, zoom)
        total[tiling.place(index, zoom)] += np.outer(rows, columns)
    return total


@given(
    y0=st.integers(0, 9), x0=st.integers(0, 9), height=st.integers(1, 60), width=st.integers(1, 60),
    side=st.integers(8, 40), half=st.integers(0, 2), zoom=st.integers(1, 5),
)  # fmt: skip
def test_weights_add_up_to_one_everywhere(y0, x0, height, width, side, half, zoom) -> None:
    tiling = tiled(Roi(y0, x0, height, width), side, 2 * half)
    # Two float32 products of numbers up to 1, added: four roundings of 6e-8 each.
    np.testing.assert_allclose(total_weight(tiling, zoom), 1.0, atol=5e-7)


@given(height=st.integers(1, 60), width=st.integers(1, 60), side=st.integers(8, 40), half=st.integers(0, 2))
def test_cells_part_the_field_and_are_no_larger_than_asked(height: int, width: int, side: int, half: int) -> None:
    field = Roi(3, 5, height, width)
    tiling = tiled(field, side, 2 * half)
    counted = np.zeros((70, 70), int)
    for tile in tiling.tiles:
        counted[tile.cell.slices] += 1
        assert max(tile.cell.height, tile.cell.width) <= side
        assert tile.region == tile.cell.grown(half, field)
    assert counted.sum() == height * width and (counted[field.slices] == 1).all()


def test_a_weight_falls_smoothly_over_the_overlap_alone() -> None:
    tiling = tiled(Roi(0, 0, 8, 40), 20, 8)
    _, columns = tiling.weights(0, 2)
    assert columns.shape == (2 * 24,)
    np.testing.assert_array_equal(columns[: 2 * 16], 1.0)
    fall = columns[2 * 16 :]
    assert (np.diff(fall) < 0).all() and fall[0] < 1.0 and fall[-1] > 0.0
    # The steepest slope of half a sine over 16 fine pixels is π/32.
    assert np.abs(np.diff(columns)).max() <= np.pi / 32


def test_the_check_of_the_sum_sees_a_hard_edge_and_a_hole() -> None:
    """With another overlap than the one the regions were made for, the weights do not add up."""
    good = tiled(Roi(0, 0, 8, 40), 20, 8)
    assert np.abs(total_weight(Tiling(good.roi, 20, 4, tiled(good.roi, 20, 4).tiles), 1) - 1).max() < 1e-6
    holed = Tiling(good.roi, 20, 8, good.tiles[:1])
    assert np.abs(total_weight(holed, 1) - 1).max() == pytest.approx(1.0)


@pytest.mark.parametrize(("side", "overlap"), [(20, 5), (20, -2), (7, 4)])
def test_an_overlap_that_does_not_go_with_the_cells_is_refused(side: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        tiled(Roi(0, 0, 50, 50), side, overlap)


@given(y0=st.integers(0, 8), x0=st.integers(0, 8), pixels=st.integers(0, 12))
def test_a_grown_region_stays_within_its_limits_and_holds_the_first(y0: int, x0: int, pixels: int) -> None:
    limits, region = Roi(0, 0, 14, 17), Roi(y0, x0, 4, 5)
    grown = region.grown(pixels, limits)
    assert grown.checked((14, 17)) == grown
    inner = region.inside(grown)
    image = np.arange(14 * 17).reshape(14, 17)
    np.testing.assert_array_equal(image[grown.slices][inner.slices], image[region.slices])
    assert grown.height == min(14, y0 + 4 + pixels) - max(0, y0 - pixels)
