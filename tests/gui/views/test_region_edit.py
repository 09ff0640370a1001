"""Drawing, moving and resizing a region: whatever the mouse does, the region is whole pixels inside the frame."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views.region_edit import RegionDrag, grip_at

SHAPE = (40, 60)
BEFORE = Roi(10, 20, 15, 25)
place = st.tuples(st.floats(-100, 200), st.floats(-100, 200))
GRIPS = ["new", "inside", "top", "bottom", "left", "right", "top left", "top right", "bottom left", "bottom right"]


@given(st.sampled_from(GRIPS), place, place)
def test_region_never_leaves_the_frame_nor_becomes_empty(grip, begin, end):
    region = RegionDrag(grip, begin, BEFORE, SHAPE).region_at(*end)
    if region is None:
        assert grip == "new"
    else:
        region.checked(SHAPE)


def test_drawing_snaps_to_the_nearest_pixel_borders():
    assert RegionDrag("new", (3.4, 5.6), None, SHAPE).region_at(9.6, 12.3) == Roi(3, 6, 7, 6)


def test_drawing_backwards_gives_the_same_region():
    assert RegionDrag("new", (9.6, 12.3), None, SHAPE).region_at(3.4, 5.6) == Roi(3, 6, 7, 6)


def test_a_click_draws_nothing():
    assert RegionDrag("new", (3.4, 5.6), BEFORE, SHAPE).region_at(3.45, 5.65) is None


@given(place, place)
def test_moving_keeps_the_size(begin, end):
    moved = RegionDrag("inside", begin, BEFORE, SHAPE).region_at(*end)
    assert (moved.height, moved.width) == (BEFORE.height, BEFORE.width)


@pytest.mark.parametrize("grip, fixed", [("top", "bottom"), ("bottom", "top"), ("left", "right"), ("right", "left")])
def test_resizing_one_side_leaves_the_other_sides(grip, fixed):
    resized = RegionDrag(grip, (0, 0), BEFORE, SHAPE).region_at(17.2, 30.7)
    assert _sides(resized)[fixed] == _sides(BEFORE)[fixed]
    assert _sides(resized) != _sides(BEFORE)
    changed = [side for side in _sides(BEFORE) if _sides(resized)[side] != _sides(BEFORE)[side]]
    assert changed == [grip]


@pytest.mark.parametrize(
    "y, x, grip",
    [(17, 32, "inside"), (10.2, 32, "top"), (24.8, 32, "bottom"), (17, 20.3, "left"), (17, 44.6, "right"),
     (10, 20, "top left"), (25, 45, "bottom right"), (5, 5, "new"), (17, 55, "new")],
)  # fmt: skip
def test_grips_lie_on_the_border(y, x, grip):
    assert grip_at(BEFORE, y, x, reach=1.0) == grip


def test_without_a_region_a_new_one_is_drawn():
    assert grip_at(None, 3, 4, 1.0) == "new"


def test_a_region_of_one_pixel_can_still_be_moved():
    assert grip_at(Roi(5, 5, 1, 1), 5.5, 5.5, reach=4.0) == "inside"


def _sides(region: Roi) -> dict[str, int]:
    return {"top": region.y0, "bottom": region.y0 + region.height, "left": region.x0, "right": region.x0 + region.width}
