"""CZI files: scenes, mosaics, channels of several kinds, every axis, and what is said of the recording."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.czi_files import COLOUR, Picture, described, packed, written

RNG = np.random.default_rng(11)
FRAMES = RNG.integers(0, 4000, (4, 2, 3, 9, 13)).astype(np.uint16)
EVERY_PACKING = ("plain", "jpegxr", "zstd", "zstd, bytes apart")


def pictures(frames: np.ndarray = FRAMES, letters: str = "TCZ", **options) -> list[Picture]:
    """One picture for each place along the leading axes."""
    places = np.ndindex(frames.shape[:-2])
    return [Picture(frames[place], dict(zip(letters, place, strict=True)), **options) for place in places]


def frames_of(stack: Stack) -> np.ndarray:
    """All frames (T, Y, X); the stack is closed."""
    frames = np.stack([stack.frame(index) for index in range(stack.shape[0])])
    stack.close()
    return frames


@pytest.mark.parametrize("packing", EVERY_PACKING)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_every_packing_gives_back_its_pixels(packing: str, dtype: type, tmp_path: Path) -> None:
    frames = (FRAMES % 256).astype(dtype)[:, 0, 0]
    path = written(tmp_path / "a.czi", [packed(picture, packing) for picture in pictures(frames, "T")])
    stack = open_stack(path)
    assert stack.dtype == dtype
    np.testing.assert_array_equal(stack.source.rows(2, 3, 7), frames[2, 3:7])
    np.testing.assert_array_equal(frames_of(stack), frames)


def test_planes_stand_where_the_file_says_not_in_the_order_of_the_file(tmp_path: Path) -> None:
    shuffled = [pictures()[index] for index in RNG.permutation(24)]
    path = written(tmp_path / "a.czi", shuffled)
    assert describe(path).scenes[0].axes == "TCZYX"
    for channel in range(2):
        for plane in range(3):
            stack = open_stack(path, Selection(channel=channel, plane=plane))
            np.testing.assert_array_equal(frames_of(stack), FRAMES[:, channel, plane])


def test_axes_may_begin_anywhere(tmp_path: Path) -> None:
    later = [Picture(frame, {"T": 7 + index, "C": 3}) for index, frame in enumerate(FRAMES[:, 0, 0])]
    np.testing.assert_array_equal(frames_of(open_stack(written(tmp_path / "a.czi", later))), FRAMES[:, 0, 0])


@pytest.mark.parametrize("stamps", [(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0), (0.0, 1.0, 1.5, 3.0)])
def test_numbers_that_are_left_out_leave_out_no_picture(stamps: tuple[float, ...], tmp_path: Path) -> None:
    times, planes = (0, 2, 3, 6), (1, 2, 5)
    places = [(t, z) for t in range(4) for z in range(3)]
    some = [Picture(FRAMES[t, 0, z], {"T": times[t], "Z": planes[z]}) for t, z in places]
    path = written(tmp_path / "a.czi", some, time_stamps_s=stamps)
    description = describe(path)
    # Times are attached for every number, or for the pictures that are there.
    assert (description.scenes[0].axes, description.scenes[0].time_step_ms) == ("TZYX", 1000.0)
    assert description.warnings == (
        "“a”: of the time points 0 to 6, 3 are not in the file; the images on either side follow each other.",
        "“a”: of the planes in depth 1 to 5, 2 are not in the file; the images on either side follow each other.",
        "The time between frames varies from 500 ms to 1.5 s.",
    )
    for plane in range(3):
        np.testing.assert_array_equal(frames_of(open_stack(path, Selection(plane=plane))), FRAMES[:, 0, plane])


def test_a_scene_with_fewer_time_points_than_another_keeps_its_own_with_a_word(tmp_path: Path) -> None:
    long = pictures(FRAMES[:, 0, 0], "T")
    short = [Picture(frame, {"T": index, "S": 1}) for index, frame in enumerate(FRAMES[:3, 1, 1])]
    path = written(tmp_path / "a.czi", long + short)
    first, second = describe(path).scenes
    assert (first.sizes["T"], first.warnings) == (4, ())
    assert second.warnings == ("“scene 1” has 3 time points, other images of the file up to 4.",)
    np.testing.assert_array_equal(frames_of(open_stack(path, Selection(scene=1))), FRAMES[:3, 1, 1])


def test_scenes_far_apart_keep_their_own_size(tmp_path: Path) -> None:
    near = pictures(FRAMES[:, 0, 0, :5, :6], "T")
    far = [Picture(frame, {"T": index, "S": 1}, at=(10, 90_000)) for index, frame in enumerate(FRAMES[:, 1, 1])]
    names = '<Dimensions><S><Scenes><Scene Index="1" Name="D7"/></Scenes></S></Dimensions>'
    path = written(tmp_path / "a.czi", near + far, xml=described(names))
    first, second = describe(path).scenes
    assert [(scene.name, scene.sizes["Y"], scene.sizes["X"]) for scene in (first, second)] == [
        ("scene 0", 5, 6), ("D7", 9, 13),
    ]  # fmt: skip
    np.testing.assert_array_equal(frames_of(open_stack(path, Selection(scene=1))), FRAMES[:, 1, 1])


def test_a_mosaic_is_assembled_later_tiles_over_earlier_ones(tmp_path: Path) -> None:
    tiles = [
        Picture(FRAMES[time, 0, tile], {"T": time, "M": tile}, at=(-6 * tile, 100 + 9 * tile))
        for tile in (2, 0, 1) for time in range(4)
    ]  # fmt: skip
    path = written(tmp_path / "a.czi", tiles)
    whole = np.zeros((4, 21, 31), np.uint16)
    for tile in range(3):
        whole[:, 12 - 6 * tile : 21 - 6 * tile, 9 * tile : 9 * tile + 13] = FRAMES[:, 0, tile]
    stack = open_stack(path)
    np.testing.assert_array_equal(stack.source.rows(3, 4, 14), whole[3, 4:14])
    np.testing.assert_array_equal(frames_of(stack), whole)
    said = " ".join(describe(path).warnings)
    assert "assembled from 3 tiles" in said and "cover 53 % of a frame" in said


def test_reduced_copies_are_not_taken_for_pictures(tmp_path: Path) -> None:
    copies = [Picture(frame[::2, ::2], {"T": index}, covers=(9, 13)) for index, frame in enumerate(FRAMES[:, 0, 0])]
    path = written(tmp_path / "a.czi", copies + pictures(FRAMES[:, 0, 0], "T"))
    np.testing.assert_array_equal(frames_of(open_stack(path)), FRAMES[:, 0, 0])
    with pytest.raises(ReadError, match="reduced copies"):
        describe(written(tmp_path / "b.czi", copies))


def test_channels_of_another_kind_are_images_of_their_own(tmp_path: Path) -> None:
    grey = pictures(FRAMES[:, :, 0], "TC")
    small = [Picture(frame[:4], {"T": index, "C": 2}) for index, frame in enumerate(FRAMES[:, 0, 0])]
    fine = [Picture(frame.astype(np.float32), {"T": index, "C": 3}) for index, frame in enumerate(FRAMES[:, 0, 0])]
    colours = np.zeros((9, 13, 3), np.uint8)
    colour = [Picture(colours, {"T": index, "C": 4}, kind=COLOUR) for index in range(4)]
    names = "".join(f'<Channel Name="{name}"/>' for name in ("red", "green", "cut", "fine", "photo"))
    xml = described(f"<Dimensions><Channels>{names}</Channels></Dimensions>")
    path = written(tmp_path / "mixed.czi", grey + small + fine + colour, xml=xml)
    description = describe(path)
    assert [(scene.name, scene.dtype, scene.sizes["C"], scene.sizes["Y"]) for scene in description.scenes] == [
        ("mixed, red, green", "uint16", 2, 9), ("mixed, cut", "uint16", 1, 4), ("mixed, fine", "float32", 1, 9),
    ]  # fmt: skip
    assert "Left out: mixed.czi is a colour picture (Bgr24)" in " ".join(description.warnings)
    np.testing.assert_array_equal(frames_of(open_stack(path, Selection(scene=1))), FRAMES[:, 0, 0, :4])
    with pytest.raises(ReadError, match="colour picture"):
        describe(written(tmp_path / "colour.czi", colour))


def test_a_channel_without_depth_does_not_cost_the_others_theirs(tmp_path: Path) -> None:
    flat = [picture for picture in pictures() if picture.place["C"] == 0 or picture.place["Z"] == 0]
    path = written(tmp_path / "a.czi", flat)
    description = describe(path)
    assert [scene.axes for scene in description.scenes] == ["TZYX", "TYX"]
    assert [scene.name for scene in description.scenes] == ["a, channel 0", "a, channel 1"]
    assert "differ in type, size or depth" in " ".join(description.warnings)
    np.testing.assert_array_equal(frames_of(open_stack(path, Selection(plane=2))), FRAMES[:, 0, 2])
    np.testing.assert_array_equal(frames_of(open_stack(path, Selection(scene=1))), FRAMES[:, 1, 0])


def test_what_is_described_and_not_there_is_told(tmp_path: Path) -> None:
    xml = described("<SizeT>4</SizeT><SizeC>2</SizeC><SizeZ>8</SizeZ><SizeS>2</SizeS>")
    warnings = describe(written(tmp_path / "a.czi", pictures(), xml=xml)).warnings
    assert len(warnings) == 2
    assert "states 8 planes in depth, but 3 are in it" in warnings[1] and "states 2 scenes, but 1" in warnings[0]


def test_phases_and_other_axes_are_told_apart_as_planes(tmp_path: Path) -> None:
    path = written(tmp_path / "a.czi", pictures(FRAMES, "THZ"))
    scene = describe(path).scenes[0]
    assert (scene.axes, scene.sizes["Z"]) == ("THZYX", 6)
    assert "phases (axis H) are told apart as planes" in " ".join(scene.warnings)
    np.testing.assert_array_equal(frames_of(open_stack(path, Selection(plane=4))), FRAMES[:, 1, 1])
    np.testing.assert_array_equal(frames_of(open_stack(path, Selection(plane=1, time_axis="H")))[1], FRAMES[0, 1, 1])


def test_a_channel_recorded_now_and_then_does_not_shorten_the_others(tmp_path: Path) -> None:
    sparse = [picture for picture in pictures(FRAMES[:, :, 0], "TC") if picture.place != {"T": 1, "C": 0}]
    path = written(tmp_path / "a.czi", sparse)
    description = describe(path)
    assert "of 2 channels, some lack frames and are left out (counted from 0: 0)" in " ".join(description.warnings)
    np.testing.assert_array_equal(frames_of(open_stack(path)), FRAMES[:, 1, 0])


CHANNEL = """<Channel Id="c0" Name="AF488"><EmissionWavelength>517</EmissionWavelength>
<ExposureTime>30000000</ExposureTime><ComponentBitCount>14</ComponentBitCount>
<DetectorSettings><Detector Id="d1"/></DetectorSettings></Channel><Channel Id="c1"/>"""
INSTRUMENT = """<Detectors><Detector Id="d0" Name="other"/><Detector Id="d1" Name="Axiocam 506"/></Detectors>
<Objectives><Objective Id="o0"><LensNA>0.3</LensNA></Objective>
<Objective Id="o1" Name="Plan-Apochromat 63x/1.4"><LensNA>1.4</LensNA></Objective></Objectives>"""
SETTINGS = '<ObjectiveSettings><ObjectiveRef Id="o1"/></ObjectiveSettings>'


def test_the_recording_is_told_as_the_file_states_it(tmp_path: Path) -> None:
    below = f"<SizeT>4</SizeT>{SETTINGS}<Dimensions><Channels>{CHANNEL}</Channels></Dimensions>"
    xml = described(below, {"X": 9.0576674152210312e-08, "Y": 9.0576674152210312e-08, "Z": 3.2e-7}, INSTRUMENT)
    path = written(tmp_path / "a.czi", pictures(), xml=xml, time_stamps_s=[5.0, 5.1, 5.2, 5.6])
    recording = describe(path).scenes[0].recording
    assert recording.pixel_size_nm == pytest.approx(90.576674, abs=1e-6)
    assert recording.time_step_ms == pytest.approx(200.0)
    assert (recording.plane_step_nm, recording.numerical_aperture, recording.bits_in_use) == (320.0, 1.4, 14)
    assert (recording.channels, recording.emissions_nm) == (("AF488", ""), (517.0, None))
    assert (recording.objective, recording.camera) == ("Plan-Apochromat 63x/1.4", "Axiocam 506")
    assert recording.exposure_ms is None, "the second channel's is not stated"
    assert recording.metadata["Information"]["Image"]["Dimensions"]["Channels"]["Channel"][0]["Name"] == "AF488"
    assert describe(path).warnings == ("The time between frames varies from 100 to 400 ms.",)
    stack = open_stack(path)
    assert (stack.acquisition.emission_nm, stack.acquisition.numerical_aperture) == (517.0, 1.4)
    stack.close()


@pytest.mark.parametrize(
    ("below", "stamps", "step_ms"),
    [
        ("<List><Offsets>0 0.523 1.046 1.569</Offsets></List>", (), 523.0),
        ("<Interval><Start>0</Start><Increment>0.02</Increment></Interval>", (), 20.0),
        ("<Interval><Increment>0.02</Increment></Interval>", (1.0, 1.5, 2.0, 2.5), 500.0),
        ("<Interval><Increment>0.02</Increment></Interval>", (1.0, 1.5), 20.0),
        ("<Interval><Increment>0.02</Increment></Interval>", (1.0, 2.0, 1.5, 9.0), 20.0),
        ("<List><Offsets>0 nan 1 2</Offsets></List>", (), None),
        ("", (), None),
    ],
)
def test_the_true_times_count_before_the_planned_ones(below: str, stamps, step_ms, tmp_path: Path) -> None:
    xml = described(f"<Dimensions><T><Positions>{below}</Positions></T></Dimensions>")
    path = written(tmp_path / "a.czi", pictures(FRAMES[:, 0, 0], "T"), xml=xml, time_stamps_s=stamps)
    assert describe(path).scenes[0].time_step_ms == (None if step_ms is None else pytest.approx(step_ms))


def clocked(time: int, clock: str) -> Picture:
    """A picture whose own notes say when it was recorded."""
    notes = f"<METADATA><Tags><AcquisitionTime>{clock}</AcquisitionTime></Tags></METADATA>"
    return Picture(FRAMES[time, 0, 0], {"T": time}, notes=notes)


@pytest.mark.parametrize(
    ("last", "step_ms"),
    [("2016-02-12T09:47:10.6715848Z", 200.0), ("2016-02-12T09:47:10", None), ("soon", None)],
)
def test_the_clocks_of_single_pictures_count_where_no_times_are_attached(last: str, step_ms, tmp_path: Path) -> None:
    clocks = ["2016-02-12T09:47:10.0715848Z", "?", "?", last]
    path = written(tmp_path / "a.czi", [clocked(time, clock) for time, clock in enumerate(clocks)])
    assert describe(path).scenes[0].time_step_ms == step_ms
    np.testing.assert_array_equal(frames_of(open_stack(path)), FRAMES[:, 0, 0])


@pytest.mark.parametrize("scaling", [{"X": 0, "Y": 0}, {}, {"X": "nonsense", "Y": "nan"}])
def test_no_pixel_size_is_made_up(scaling, tmp_path: Path) -> None:
    path = written(tmp_path / "a.czi", pictures(FRAMES[:, 0, 0], "T"), xml=described(scaling_m=scaling))
    assert describe(path).scenes[0].pixel_size_x_nm is None


def test_what_a_description_says_may_have_no_end(tmp_path: Path) -> None:
    many = "".join(f"<A{index}>{'x' * 50}</A{index}>" for index in range(30_000))
    deep = "<B>" * 2000 + "bottom" + "</B>" * 2000
    path = written(tmp_path / "a.czi", pictures(FRAMES[:, 0, 0], "T"), xml=described(many + deep))
    metadata = describe(path).scenes[0].recording.metadata
    assert len(metadata["Information"]["Image"]) <= 20_000


def test_frames_are_the_same_from_several_threads(tmp_path: Path) -> None:
    frames = np.tile(FRAMES[:, 0, 0], (10, 1, 1))
    path = written(tmp_path / "a.czi", [packed(picture, "zstd") for picture in pictures(frames, "T")])
    stack = open_stack(path)
    with ThreadPoolExecutor(8) as pool:
        for index, frame in enumerate(pool.map(stack.frame, range(len(frames)))):
            np.testing.assert_array_equal(frame, frames[index])
    stack.close()


def test_the_checker_above_sees_a_wrong_frame(tmp_path: Path) -> None:
    path = written(tmp_path / "a.czi", [packed(picture, "jpegxr") for picture in pictures(FRAMES[:, 0, 0], "T")])
    wrong = FRAMES[:, 0, 0].copy()
    wrong[1, 2, 3] += 1
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(frames_of(open_stack(path)), wrong)
