"""Regions: their area, and the light inside, on every grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.inside import coverage, values_inside

IMAGE = np.random.default_rng(0).uniform(1, 9, (20, 30))
#: Half a place, of eight along a side of a pixel, is the most by which a straight border is misjudged.
BORDER = 1 / 16
near = st.floats(0, 9.9)


@given(x0=near, y0=near, x1=st.floats(10, 19.9), y1=st.floats(10, 19.9), kind=st.sampled_from(["rectangle", "ellipse"]))
def test_the_covered_area_is_that_of_the_outline(x0, y0, x1, y1, kind):
    shape = Shape(kind, ((x1, y0), (x0, y1)))
    found = values_inside(IMAGE, Placement(1.0), shape)
    assert found.pixels == pytest.approx(shape.area_nm2, abs=BORDER * 2 * (x1 - x0 + y1 - y0))
    assert found.total == pytest.approx(found.mean * found.pixels)
    assert found.least <= found.mean <= found.largest and found.deviation <= found.largest - found.least


def test_whole_pixels_are_counted_exactly():
    found = values_inside(IMAGE, Placement(50.0, (100.0, 200.0)), Shape("rectangle", ((400.0, 300.0), (650.0, 550.0))))
    part = IMAGE[4:9, 4:9]
    assert (found.pixels, found.area_nm2) == (25.0, 62500.0)
    assert (found.least, found.largest) == (part.min(), part.max())
    assert (found.mean, found.total, found.deviation) == pytest.approx((part.mean(), part.sum(), part.std()))


def test_parts_that_tile_the_image_share_its_light():
    cut = ((11.3, 0.0), (17.8, 20.0))
    left = Shape("polygon", ((0.0, 0.0), cut[0], cut[1], (0.0, 20.0)))
    right = Shape("polygon", (cut[0], (30.0, 0.0), (30.0, 20.0), cut[1]))
    parts = [values_inside(IMAGE, Placement(1.0), shape).total for shape in (left, right)]
    assert sum(parts) == pytest.approx(IMAGE.sum())


def test_the_same_light_on_a_finer_grid_is_the_same_sum():
    fine = np.repeat(np.repeat(IMAGE, 3, axis=0), 3, axis=1) / 9
    shape = Shape("ellipse", ((3.2, 4.1), (18.7, 15.5)))
    coarse, finer = values_inside(IMAGE, Placement(1.0), shape), values_inside(fine, Placement(1 / 3), shape)
    assert finer.total == pytest.approx(coarse.total, rel=2e-3) and finer.area_nm2 == coarse.area_nm2


def test_a_region_partly_outside_counts_what_is_inside():
    found = values_inside(IMAGE, Placement(1.0), Shape("rectangle", ((-5.0, -5.0), (2.0, 3.0))))
    assert found.pixels == 6.0 and found.total == pytest.approx(IMAGE[:3, :2].sum())


def test_no_numbers_count_nowhere():
    image = IMAGE.copy()
    image[5, 5] = np.nan
    found = values_inside(image, Placement(1.0), Shape("rectangle", ((5.0, 5.0), (7.0, 6.0))))
    assert (found.pixels, found.total) == (1.0, image[5, 6])
    with pytest.raises(DataError, match="No pixel"):
        values_inside(image, Placement(1.0), Shape("point", ((5.5, 5.5),)))


def test_a_point_is_its_pixel():
    found = values_inside(IMAGE, Placement(10.0), Shape("point", ((57.0, 33.0),)))
    assert (found.mean, found.pixels, found.area_nm2) == (IMAGE[3, 5], 1.0, 0.0)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (Shape("line", ((1.0, 1.0), (5.0, 5.0))), "no inside"),
        (Shape("polygon", ((0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0))), "cross"),
        (Shape("rectangle", ((50.0, 50.0), (60.0, 60.0))), "outside"),
        (Shape("rectangle", ((-9.0, 5.0), (-1.0, 9.0))), "outside"),
        (Shape("rectangle", ((5.0, 5.0), (5.0, 9.0))), "too small"),
        (Shape("point", ((31.0, 5.0),)), "outside"),
    ],
)
def test_what_cannot_be_measured_is_said(shape, words):
    with pytest.raises(DataError, match=words):
        values_inside(IMAGE, Placement(1.0), shape)


def test_a_large_region_is_looked_at_once_a_pixel():
    box, parts = coverage(Shape("ellipse", ((0.0, 0.0), (900.0, 700.0))), Placement(1.0), (700, 900))
    assert box.height * box.width == 630_000 and set(np.unique(parts)) == {0.0, 1.0}
    assert parts.sum() == pytest.approx(np.pi / 4 * 630_000, rel=1e-3)
