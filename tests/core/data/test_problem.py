"""The part of a stack that is reconstructed: cut where it was asked, refused where it cannot be computed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_problem
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError, ParameterError

SHAPE = (5, 7, 9)
KNOWN = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, gain=2.0, offset=10.0)


def stack_of(frames: np.ndarray) -> Stack:
    return Stack(Path("frames.tif"), "memory", ArraySource(frames))


def counted() -> np.ndarray:
    """Every pixel has a value of its own."""
    return np.arange(np.prod(SHAPE), dtype=np.uint16).reshape(SHAPE)


def test_region_and_frames_are_cut_in_the_order_y_x() -> None:
    problem = make_problem(stack_of(counted()), KNOWN, Roi(y0=1, x0=2, height=3, width=4), FrameRange(2, 4))
    np.testing.assert_array_equal(problem.frames, counted()[2:4, 1:4, 2:6])
    assert problem.frames.dtype == np.float32
    assert not problem.frames.flags.writeable


def test_without_a_choice_the_whole_stack_is_meant() -> None:
    problem = make_problem(stack_of(counted()), KNOWN)
    assert (problem.roi, problem.frame_range) == (Roi(0, 0, 7, 9), FrameRange(0, 5))
    np.testing.assert_array_equal(problem.frames, counted())


def test_photons_are_counts_without_offset_by_the_gain() -> None:
    problem = make_problem(stack_of(counted()), KNOWN)
    np.testing.assert_allclose(problem.photons, (counted().astype(float) - 10) / 2)


@given(start=st.integers(-2, 8), stop=st.integers(-2, 8))
def test_a_frame_range_is_accepted_exactly_where_it_names_frames(start: int, stop: int) -> None:
    if 0 <= start < stop <= 5:
        assert len(FrameRange(start, stop).checked(5)) == len(range(5)[start:stop])
    else:
        with pytest.raises(DataError, match="stack of 5 frames"):
            FrameRange(start, stop).checked(5)


@given(y0=st.integers(-1, 8), x0=st.integers(-1, 10), height=st.integers(-1, 9), width=st.integers(-1, 11))
def test_a_region_is_accepted_exactly_where_it_lies_in_the_frame(y0: int, x0: int, height: int, width: int) -> None:
    roi = Roi(y0, x0, height, width)
    inside = y0 >= 0 and x0 >= 0 and height > 0 and width > 0 and y0 + height <= 7 and x0 + width <= 9
    if inside:
        assert np.zeros(SHAPE)[0][roi.checked(SHAPE[1:]).slices].shape == (height, width)
    else:
        with pytest.raises(DataError, match="7 × 9 pixels"):
            roi.checked(SHAPE[1:])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_no_numbers_are_counted_and_refused(bad: float) -> None:
    frames = counted().astype(np.float32)
    frames[3, 4, 5] = bad
    with pytest.raises(DataError, match="1 pixels of the region"):
        make_problem(stack_of(frames), KNOWN)
    assert make_problem(stack_of(frames), KNOWN, frames=FrameRange(0, 3))


def test_equal_pixels_hold_nothing_to_reconstruct() -> None:
    with pytest.raises(DataError, match="same value, 7"):
        make_problem(stack_of(np.full(SHAPE, 7, np.uint16)), KNOWN)


def test_a_missing_pixel_size_is_told_before_the_frames_are_read() -> None:
    class Unreadable(ArraySource):
        def frame(self, index: int) -> np.ndarray:
            raise AssertionError("was read")

    with pytest.raises(ParameterError, match="Pixel size"):
        make_problem(Stack(Path("frames.tif"), "memory", Unreadable(counted())), Acquisition())
