from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.alternate import alternate_stacks
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.drift_table import read_drift_table, write_drift_table
from fluogan_app.core.data.problem import make_field
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import corrected, moved_back, seen_in_all
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError, ReadError

PATH = Drift((0.0, 1.25, -2.5), (0.0, -0.75, 3.0), defects_yx=())


def spot(y0: float, x0: float, shape_yx: tuple[int, int] = (41, 52), sigma: float = 1.4) -> np.ndarray:
    y, x = np.mgrid[: shape_yx[0], : shape_yx[1]]
    return np.exp(-((y - y0) ** 2 + (x - x0) ** 2) / (2.0 * sigma**2)).astype(np.float32)


def moving(path: Drift = PATH) -> Stack:
    """A spot that follows a path."""
    frames = np.stack([spot(20.0 + y, 25.0 + x) for y, x in path.positions])
    return Stack("spot", "memory", ArraySource(frames))


def test_a_moved_spot_is_where_it_was() -> None:
    stack = corrected(moving(), PATH)
    for index in range(3):
        assert np.abs(stack.frame(index) - spot(20.0, 25.0)).max() < 2e-4
    assert stack.dtype == np.float32 and stack.shape == (3, 41, 52)


def test_the_wrong_direction_is_noticed() -> None:
    turned = Drift(tuple(-y for y in PATH.y_pixels), tuple(-x for x in PATH.x_pixels))
    assert np.abs(corrected(moving(), turned).frame(2) - spot(20.0, 25.0)).max() > 0.5


def test_whole_pixels_are_moved_exactly() -> None:
    frame = np.random.default_rng(0).normal(size=(13, 17)).astype(np.float32)
    assert np.array_equal(moved_back(frame, 2, -3)[:-2, 3:], frame[2:, :-3])


def test_noise_stays_white_and_as_strong() -> None:
    """Linear interpolation by half a pixel would halve its variance along each axis."""
    noise = np.random.default_rng(1).normal(size=(101, 128)).astype(np.float32)
    moved = moved_back(noise, 0.5, 0.37)
    error = 1.0 / np.sqrt(noise.size)
    assert moved.var() == pytest.approx(1.0, abs=5 * error * np.sqrt(2.0))
    assert abs(np.mean(moved[:, 1:] * moved[:, :-1])) < 5 * error and abs(np.mean(moved[1:] * moved[:-1])) < 5 * error


def test_some_rows_are_those_of_the_whole_frame() -> None:
    stack = corrected(moving(), PATH)
    frame = stack.frame(1)
    assert np.array_equal(stack.source.rows(1, 5, 17), frame[5:17])
    assert np.array_equal(stack.read(FrameRange(1, 2), Roi(5, 7, 12, 9))[0], frame[5:17, 7:16])


def test_nothing_comes_in_from_the_opposite_side() -> None:
    frame = spot(1.0, 25.0)
    assert np.abs(moved_back(frame, 1.5, 0.0)[-10:]).max() < 1e-3


def test_a_hot_pixel_is_filled_before_it_could_ring() -> None:
    frames = np.full((2, 15, 17), 100.0, np.float32)
    frames[:, 7, 8] = 5000.0
    path = Drift((0.0, 0.5), (0.0, 0.5))
    stack = Stack("hot", "memory", ArraySource(frames))
    assert np.ptp(corrected(stack, path).frame(1)) > 1000
    mended = Drift((0.0, 0.5), (0.0, 0.5), defects_yx=((7, 8),))
    assert np.ptp(corrected(stack, mended).frame(1)) < 1e-3


def test_what_all_frames_saw() -> None:
    """Pixel p of a corrected frame was recorded at p + position: rows from 2.5 on, up to 41 − 1.25."""
    assert PATH.seen((41, 52)) == Roi(3, 1, 36, 48)
    assert PATH.seen((41, 52), FrameRange(1, 2)) == Roi(0, 1, 39, 51)
    with pytest.raises(DataError, match="no part of it"):
        PATH.seen((3, 52))


def test_a_region_ends_where_some_frames_saw_nothing(lines_acquisition) -> None:
    stack = corrected(moving(), PATH)
    field = make_field(stack, lines_acquisition)
    assert field.roi == seen_in_all(stack) == field.seen
    assert make_field(stack, lines_acquisition, Roi(0, 0, 10, 10)).roi == Roi(3, 1, 7, 9)
    problem = field.part(Roi(4, 3, 5, 5), 20)
    assert problem.roi == Roi(3, 1, 26, 27)
    with pytest.raises(DataError, match="outside"):
        make_field(stack, lines_acquisition, Roi(0, 0, 2, 10))
    assert make_field(stack.raw, lines_acquisition).roi == Roi(0, 0, 41, 52)


def test_odd_and_even_frames_keep_their_own_drift() -> None:
    stack = corrected(moving(), PATH)
    odd, even = alternate_stacks(stack)
    assert np.array_equal(odd.frame(1), stack.frame(2)) and np.array_equal(even.frame(0), stack.frame(1))
    assert np.array_equal(even.raw.frame(0), stack.raw.frame(1))


def test_correcting_again_begins_with_the_recorded_frames() -> None:
    stack = moving()
    twice = corrected(corrected(stack, PATH), PATH)
    assert np.array_equal(twice.frame(1), corrected(stack, PATH).frame(1))
    assert corrected(twice, None).source is stack.source and twice.raw.drift is None


def test_the_drift_of_another_stack_is_refused() -> None:
    with pytest.raises(DataError, match="3 frames"):
        corrected(Stack("other", "memory", ArraySource(np.zeros((4, 41, 52)))), PATH)
    with pytest.raises(DataError, match="another size"):
        corrected(moving(), Drift(*[(0.0,) * 3] * 2, defects_yx=((41, 0),)))
    with pytest.raises(ValueError, match="not a number of pixels"):
        Drift((0.0, float("nan")), (0.0, 0.0))


def test_the_span_is_the_largest_distance() -> None:
    assert PATH.span_pixels == pytest.approx(np.hypot(3.75, 3.75))
    assert Drift.of(np.zeros((5000, 2))).span_pixels == 0.0


def test_a_table_comes_back_to_its_last_digit(tmp_path) -> None:
    drift = Drift.of(np.random.default_rng(2).normal(size=(40, 2)))
    for pixel_size_nm in (None, 103.5):
        write_drift_table(tmp_path / "drift.csv", drift, pixel_size_nm)
        assert np.array_equal(read_drift_table(tmp_path / "drift.csv").positions, drift.positions)
    assert (tmp_path / "drift.csv").read_text().splitlines()[0] == "frame,y_pixels,x_pixels,y_nm,x_nm"


def test_tables_of_other_programs(tmp_path) -> None:
    path = tmp_path / "other.csv"
    path.write_text('\ufeff"Frame","x","y"\n1,10.5,2\n2,11,1.5\n\n')
    assert read_drift_table(path).positions.tolist() == [[0.0, 0.0], [-0.5, 0.5]]


@pytest.mark.parametrize(
    "text",
    ["", "frame,y,x\n", "frame,y,x\n0,1\n", "frame,y,x\n0,1,nan\n", "frame,y,x\n0,1,a\n",
     "frame,y,x\n0,1,1\n2,1,1\n",
     "0,1,2\n1,2,3\n", "frame,y_nm,x_nm\n0,1,2\n", "frame,x,y,dx\n0,1,2,3\n", "frame,x,y,z\n0,1,2,3\n",
     "frame,y,x\n0,1e300,0\n1,0,0\n", "5,1,1\n6,2,2\n", "frame;x;y\n0;1;2\n", "frame,y,x\n3,1,1\n4,1,1\n"],
)  # fmt: skip
def test_what_is_no_drift_table_is_refused(tmp_path, text: str) -> None:
    path = tmp_path / "no.csv"
    path.write_text(text)
    with pytest.raises(ReadError, match="no.csv is no drift table"):
        read_drift_table(path)


def test_a_table_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(ReadError, match="could not be read"):
        read_drift_table(tmp_path / "none.csv")
    (tmp_path / "picture.csv").write_bytes(b"\xff\xfe\x00\x89PNG")
    with pytest.raises(ReadError, match="no text"):
        read_drift_table(tmp_path / "picture.csv")


@pytest.fixture
def lines_acquisition():
    from fluogan_app.core.data.acquisition import Acquisition, Origin

    return Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=330.0)
