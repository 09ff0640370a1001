"""Which files of a folder are one series, and what each number in their names means."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.readers.numbering import series_of


@pytest.mark.parametrize(
    ("names", "axes", "counts"),
    [
        (["00001.tif", "00002.tif", "00003.tif"], "T", (3,)),
        (["9.tif", "10.tif", "11.tif"], "T", (3,)),
        (["cell 1.TIF", "cell 2.tif"], "T", (2,)),
        (["a_t01_z1.tif", "a_t01_z2.tif", "a_t02_z1.tif", "a_t02_z2.tif"], "TZ", (2, 2)),
        (["a_c0_t1_z2.tif", "a_c1_t1_z2.tif", "a_c0_t2_z2.tif", "a_c1_t2_z2.tif"], "TC", (2, 2)),
        (["x_w1_s1_t1.tif", "x_w1_s2_t1.tif", "x_w1_s1_t2.tif", "x_w1_s2_t2.tif"], "ST", (2, 2)),
        (["x_w1GFP_s1_t1.TIF", "x_w2RFP_s1_t1.TIF", "x_w1GFP_s1_t2.TIF", "x_w2RFP_s1_t2.TIF"], "TC", (2, 2)),
        (["x_w1GFP-2_t9.TIF", "x_w1GFP-2_t10.TIF"], "T", (2,)),
        (["s0001.tif", "s0002.tif"], "T", (2,)),
        (["p1_001.tif", "p1_002.tif", "p2_001.tif", "p2_002.tif"], "ST", (2, 2)),
        (["z01.tif", "z02.tif", "z03.tif"], "Z", (3,)),
        (["imageCh1Z01.tif", "imageCh2Z01.tif", "imageCh1Z02.tif", "imageCh2Z02.tif"], "CZ", (2, 2)),
        (["img_channel000_position001_time000000004_z000.tif", "img_channel000_position001_time000000005_z000.tif"],
         "T", (2,)),
        (["img_000000000_DAPI_000.tif", "img_000000000_GFP_000.tif", "img_000000001_DAPI_000.tif"], "TC", (2, 2)),
    ],
)  # fmt: skip
def test_the_counters_of_a_series_are_axes(names: list[str], axes: str, counts: tuple[int, ...]) -> None:
    shuffled = random.Random(1).sample([*names, "notes.txt", "other.tif", "."], len(names) + 3)
    series = series_of(names[0], shuffled)
    assert series is not None
    assert series.axes == axes
    assert tuple(len(series.steps[letter]) for letter in axes) == counts
    assert sorted(series.places) == sorted(names)


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("stack.tif", ["stack.tif", "stack2.tif"]),
        ("a1.tif", ["a1.tif", "b1.tif", "a1.tiff"]),
        ("pos1.tif", ["pos1.tif", "pos2.tif"]),
        ("1.tif", ["1.tif", "02.tif"]),
        ("A01.tif", ["A01.tif", "A02.tif", "A03.tif"]),
    ],
)
def test_what_stands_alone_is_no_series(name: str, names: list[str]) -> None:
    assert series_of(name, names) is None


def test_another_experiment_is_another_series() -> None:
    names = [f"exp{number}_{time:03}.tif" for number in (1, 2) for time in range(5)]
    series = series_of("exp2_003.tif", names)
    assert series is not None
    assert series.names == [f"exp2_{time:03}.tif" for time in range(5)]


def test_of_two_numbers_the_one_that_counts_on_is_time() -> None:
    names = [f"{time:03}_640nm.tif" for time in range(5)] + ["001_488nm.tif"]
    series = series_of("001_640nm.tif", names)
    assert series is not None
    assert series.names == [f"{time:03}_640nm.tif" for time in range(5)]


def test_wells_of_a_plate_are_not_times() -> None:
    names = [f"A{column:02}_t{time}.tif" for column in range(1, 4) for time in range(5)]
    series = series_of("A02_t1.tif", names)
    assert series is not None
    assert series.names == [f"A02_t{time}.tif" for time in range(5)]


def test_a_number_written_twice_counts_once() -> None:
    series = series_of("0999.tif", ["0998.tif", "0999.tif", "999.tif", "1000.tif"])
    assert series is not None
    assert series.names == ["0998.tif", "0999.tif", "1000.tif"]


@given(numbers=st.sets(st.integers(0, 400), min_size=2), step=st.integers(1, 7), width=st.integers(1, 5))
def test_files_follow_their_numbers_and_gaps_are_seen(numbers: set[int], step: int, width: int) -> None:
    counted = sorted(step * number for number in numbers)
    names = [f"im{number:0{width}}.tif" for number in counted]
    series = series_of(names[0], reversed(names))
    assert series is not None
    assert series.names == names
    missing = series.missing("T")
    distances = {later - earlier for earlier, later in zip(counted, counted[1:], strict=False)}
    assert (missing == ()) == (len(distances) == 1)
    if missing:
        assert not set(missing) & set(counted)


def test_a_file_that_the_folder_does_not_show_stands_alone() -> None:
    assert series_of(".1.tif", ["1.tif", "2.tif"]) is None
    assert series_of("A1.tif", ["a1.tif", "a2.tif"]) is None


def test_dates_are_no_even_count() -> None:
    series = series_of("20260101.tif", ["20260101.tif", "20260408.tif", "20261231.tif"])
    assert series is not None
    assert series.missing("T") is None
