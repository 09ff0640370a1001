"""Which fields are cut into tiles, how large, and that no more is read or loaded to decide it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.planning import TILE_BYTES, WHOLE_BYTES, Plan, make_plan

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0)


def plan_of(frames: int, roi: Roi, tile: int | None = None, **values) -> Plan:
    return make_plan(FluoganMethod(), FluoganParams(**values), CAMERA, frames, roi, tile)


def test_the_largest_field_that_is_promised_stays_below_3_gb() -> None:
    plan = plan_of(500, Roi(0, 0, 2048, 2048), zoom=4)
    assert plan.tiling is not None and plan.memory_bytes < 3e9
    # In one piece it would take many times as much.
    assert plan_of(500, Roi(0, 0, 2048, 2048), tile=4096, zoom=4).memory_bytes > 20e9


def test_a_common_field_is_taken_in_one_piece_with_three_widths_around() -> None:
    plan = plan_of(300, Roi(5, 5, 256, 256))
    assert plan.tiling is None and plan.margin_pixels == 10


@given(frames=st.integers(1, 3000), height=st.integers(8, 3000), width=st.integers(8, 3000), zoom=st.integers(1, 8))
def test_whatever_the_field_a_tile_stays_within_what_it_may_take(frames, height, width, zoom) -> None:
    plan = plan_of(frames, Roi(0, 0, height, width), zoom=zoom)
    if plan.tiling is None:
        assert plan.memory_bytes <= WHOLE_BYTES or max(height, width) <= 64
        return
    sides = [side + 20 for tile in plan.tiling.tiles for side in (tile.region.height, tile.region.width)]
    tile_bytes = FluoganMethod().memory_bytes((frames, max(sides), max(sides)), FluoganParams(zoom=zoom))
    assert tile_bytes <= TILE_BYTES or plan.tiling.side == 64


@pytest.mark.parametrize("frames", [50, 3000])
def test_second_moments_take_more(frames: int) -> None:
    assert plan_of(frames, Roi(0, 0, 100, 100), moments="covariance").memory_bytes > plan_of(
        frames, Roi(0, 0, 100, 100)
    ).memory_bytes


def test_periodic_borders_take_one_piece_without_a_margin() -> None:
    plan = plan_of(500, Roi(0, 0, 300, 300), tile=64, boundary="periodic")
    assert plan.tiling is None and plan.margin_pixels == 0


def test_a_tile_is_at_least_two_overlaps_wide() -> None:
    wide = CAMERA.with_values(Origin.USER, fwhm_nm=3000.0)
    plan = make_plan(FluoganMethod(), FluoganParams(), wide, 10, Roi(0, 0, 400, 400), 32)
    assert plan.tiling.overlap == 90 and plan.tiling.side == 180


@pytest.mark.parametrize("known", [{}, {"pixel_size_nm": 100.0}])
def test_nothing_needs_to_be_known_of_the_optics_to_reckon_memory(known: dict) -> None:
    camera = Acquisition().with_values(Origin.USER, **known)
    assert make_plan(FluoganMethod(), FluoganParams(), camera, 10, Roi(0, 0, 50, 50), None).memory_bytes > 0
