"""ND2 files, written here for every axis and type: read back as they are, and as the nd2 library sees them."""

from __future__ import annotations

import threading
from pathlib import Path

import nd2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.description import FileDescription
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.nd2_writer import Nd2Words, nd2_bytes

RNG = np.random.default_rng(3)
FRAMES = RNG.integers(0, 4096, (6, 9, 12)).astype(np.uint16)


def frames_of(path: Path, **selection: int) -> np.ndarray:
    """All frames of one selection (T, Y, X)."""
    stack = open_stack(path, Selection(**selection))
    try:
        return np.stack([stack.frame(index) for index in range(stack.shape[0])])
    finally:
        stack.close()


def everything(path: Path, description: FileDescription) -> np.ndarray:
    """All pixels (P, T, Z, C, Y, X), read one selection at a time."""
    sizes = description.scenes[0].sizes
    return np.array(
        [
            [
                [frames_of(path, scene=scene, plane=plane, channel=channel) for channel in range(sizes["C"])]
                for plane in range(sizes["Z"])
            ]
            for scene in range(len(description.scenes))
        ]
    ).transpose(0, 3, 1, 2, 4, 5)


def written(tmp_path: Path, *content, **options) -> Path:
    """A file made by the writer."""
    path = tmp_path / "written.nd2"
    path.write_bytes(nd2_bytes(*content, **options))
    return path


@given(
    loops=st.permutations("TZP").flatmap(lambda order: st.integers(0, 3).map(lambda count: "".join(order[:count]))),
    counts=st.tuples(*[st.integers(2, 4)] * 3),
    channels=st.integers(1, 3),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    dtype=st.sampled_from(["uint8", "uint16", "float32"]),
    packed=st.booleans(),
    padding=st.sampled_from([0, 4]),
    pixel_um=st.floats(0.01, 2.0),
)
def test_what_was_written_is_read(
    loops: str, counts, channels: int, size, dtype: str, packed: bool, padding: int, pixel_um: float, tmp_path: Path
) -> None:
    # A colour picture too has three components, but in one channel.
    shape = (*counts[: len(loops)], channels, *size)
    pixels = np.random.default_rng(5).integers(0, 256, shape).astype(dtype)
    path = written(tmp_path, pixels, loops + "C", Nd2Words(pixel_um), packed=packed, padding=padding)
    description = describe(path)
    scene = description.scenes[0]
    named = dict(zip(loops, counts, strict=False))
    assert len(description.scenes) == named.get("P", 1)
    expected = {"T": named.get("T", 1), "C": channels, "Z": named.get("Z", 1), "Y": size[0], "X": size[1]}
    assert (dict(scene.sizes), scene.dtype) == (expected, dtype)
    assert scene.axes == loops.replace("P", "") + ("C" if channels > 1 else "") + "YX"
    assert scene.pixel_size_x_nm == scene.pixel_size_y_nm == pytest.approx(1000 * pixel_um)
    ordered = pixels.reshape(*(1,) * (3 - len(loops)), *shape)
    missing = [letter for letter in "PTZ" if letter not in loops]
    order = [(missing + list(loops)).index(letter) for letter in "PTZ"]
    np.testing.assert_array_equal(everything(path, description), ordered.transpose(*order, 3, 4, 5))


@pytest.mark.parametrize("axes", ["T", "TC", "ZC", "TZC", "TZ"])
@pytest.mark.parametrize(("packed", "older"), [(False, False), (True, False), (False, True)])
def test_the_library_sees_the_same_pixels(axes: str, packed: bool, older: bool, tmp_path: Path) -> None:
    pixels = RNG.integers(0, 60_000, (*(3, 4, 2)[-len(axes) :], 5, 8)).astype(np.uint16)
    path = written(tmp_path, pixels, axes, packed=packed, older=older)
    with nd2.ND2File(path) as file:
        np.testing.assert_array_equal(file.asarray(), pixels)
    first = describe(path)
    assert (first.scenes[0].pixel_size_x_nm, first.scenes[0].recording.camera) == (100.0, "Orca")
    sizes = first.scenes[0].sizes
    np.testing.assert_array_equal(everything(path, first).reshape(pixels.shape), pixels)
    assert sizes["T"] == (pixels.shape[0] if "T" in axes else 1)


def test_positions_are_scenes_with_their_names(tmp_path: Path) -> None:
    pixels = RNG.integers(0, 999, (3, 2, 5, 6)).astype(np.uint16)
    path = written(tmp_path, pixels, "TP", Nd2Words(positions=("well A", "")))
    assert [scene.name for scene in describe(path).scenes] == ["well A", "Position 2"]
    np.testing.assert_array_equal(frames_of(path, scene=1), pixels[:, 1])


def test_calibration_is_read_with_its_origin(tmp_path: Path) -> None:
    words = Nd2Words(0.065, channels=("GFP", "Cy5"), emissions_nm=(509.0, 0.0), bits_in_use=12, exposure_ms=15.5)
    pixels = np.stack([FRAMES, FRAMES], axis=1)
    scene = describe(written(tmp_path, pixels, "TC", words)).scenes[0]
    recording = scene.recording
    assert (scene.pixel_size_x_nm, scene.pixel_size_origin) == (65.0, Origin.FILE)
    assert (recording.channels, recording.emissions_nm) == (("GFP", "Cy5"), (509.0, None))
    assert (recording.numerical_aperture, recording.objective) == (1.4, "Plan Apo 100x")
    assert (recording.camera, recording.exposure_ms, recording.bits_in_use) == ("Orca", 15.5, 12)
    stack = open_stack(tmp_path / "written.nd2")
    acquisition = stack.acquisition
    assert (acquisition.numerical_aperture, acquisition.origin("numerical_aperture")) == (1.4, Origin.FILE)
    assert acquisition.emission_nm == 509.0
    # The gain of a file is not counts per photon.
    assert acquisition.origin("gain") is not Origin.FILE
    assert stack.metadata["Channels"][1]["channel"]["name"] == "Cy5"
    stack.close()


@pytest.mark.parametrize(
    ("pixel_um", "calibrated", "said"),
    [(1.0, False, ""), (0.0, False, ""), (0.0, True, ""), (0.2, False, "200 nm, but says that it is not calibrated")],
)
def test_a_pixel_size_that_says_nothing_is_missing(
    pixel_um: float, calibrated: bool, said: str, tmp_path: Path
) -> None:
    path = written(tmp_path, FRAMES, "T", Nd2Words(pixel_um, calibrated=calibrated))
    description = describe(path)
    assert description.scenes[0].pixel_size_origin is Origin.MISSING
    assert (said in " ".join(description.warnings)) if said else not description.warnings


@pytest.mark.parametrize(
    ("words", "step_ms", "said"),
    [
        (Nd2Words(times_ms=[7, 17.5, 28, 38.5, 49, 59.5], planned_ms=100.0), 10.5, ""),
        (Nd2Words(planned_ms=0.0, noted_ms=500.16), 500.16, ""),
        (Nd2Words(planned_ms=40.0), 40.0, ""),
        (Nd2Words(), None, ""),
        (Nd2Words(times_ms=[0.0] * 6, planned_ms=40.0), 40.0, ""),
        (Nd2Words(times_ms=[1.0, 2.0], planned_ms=40.0), 40.0, ""),
        (Nd2Words(times_ms=[float("nan")] * 6), None, ""),
        (Nd2Words(times_ms=[0, 1, 2, 3, 4, float("inf")], planned_ms=40.0), 40.0, ""),
        (Nd2Words(times_ms=[0, 10, 20, 30, 40, 140]), 10.0, "varies from 10 to 100 ms"),
        (Nd2Words(phases=((4, 10.0), (2, 30.0))), 10.0, "varies from 10 to 30 ms"),
    ],
)
def test_the_time_step_is_that_of_the_frames(words: Nd2Words, step_ms: float | None, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, FRAMES, "T", words)
    description = describe(path)
    assert description.scenes[0].time_step_ms == step_ms
    assert (said in " ".join(description.warnings)) if said else not description.warnings
    np.testing.assert_array_equal(frames_of(path), FRAMES)


def test_the_time_step_is_from_time_to_time_and_not_from_plane_to_plane(tmp_path: Path) -> None:
    path = written(tmp_path, FRAMES.reshape(2, 3, 9, 12), "TZ", Nd2Words(times_ms=[0, 1, 2, 50, 51, 52]))
    assert describe(path).scenes[0].time_step_ms == 50.0


def test_a_recording_that_was_stopped_early_gives_its_complete_time_points(tmp_path: Path) -> None:
    path = written(tmp_path, FRAMES.reshape(3, 2, 9, 12), "TZ", skipped=[5])
    assert any("should have 3 time points; the file holds the first 2 complete" in s for s in describe(path).warnings)
    np.testing.assert_array_equal(frames_of(path, plane=1), FRAMES[[1, 3]])


def test_positions_without_frames_are_left_out_with_a_word(tmp_path: Path) -> None:
    pixels = FRAMES.reshape(2, 3, 9, 12)
    path = written(tmp_path, pixels, "PT", Nd2Words(positions=("a", "b")), skipped=[3, 4, 5])
    description = describe(path)
    assert [scene.name for scene in description.scenes] == ["a"]
    assert any("no complete frames of them: b" in sentence for sentence in description.warnings)


def test_frames_that_no_loop_explains_are_told(tmp_path: Path) -> None:
    path = written(tmp_path, FRAMES, "")
    assert any("does not name its axes: its 6 pages" in sentence for sentence in describe(path).warnings)
    np.testing.assert_array_equal(frames_of(path), FRAMES)


def test_a_loop_that_is_shorter_than_its_frames_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, FRAMES, "T", Nd2Words(phases=((4, 10.0),)))
    assert any("describes 4 frames (T4), but holds 6" in sentence for sentence in describe(path).warnings)
    np.testing.assert_array_equal(frames_of(path), FRAMES[:4])


def test_colours_are_no_stack(tmp_path: Path) -> None:
    one_channel = {"uiComp": 3, "uiWidthBytes": 3 * 12 * 2}
    path = written(tmp_path, FRAMES, "T", changes=one_channel)
    with pytest.raises(ReadError, match=r"colour picture \(3 colours\)"):
        describe(path)


def test_threads_read_one_file(tmp_path: Path) -> None:
    path = written(tmp_path, FRAMES, "T", packed=True)
    stack = open_stack(path)
    wrong = []

    def read(start: int) -> None:
        for turn in range(60):
            index = (start + turn) % 6
            if not np.array_equal(stack.frame(index), FRAMES[index]):
                wrong.append(index)

    threads = [threading.Thread(target=read, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    stack.close()
    with pytest.raises(ReadError):
        stack.frame(0)


@pytest.mark.parametrize("name", ["cluster", "example-timelapse", "example-zstack", "example-multichannel"])
def test_a_real_file_has_the_pixels_that_the_library_reads(name: str, shared_data: Path) -> None:
    path = shared_data / "nd2" / f"{name}.nd2"
    with nd2.ND2File(path) as file:
        expected = np.asarray(file.asarray())
        assert file.voxel_size().x * 1000 == pytest.approx(describe(path).scenes[0].pixel_size_x_nm)
    np.testing.assert_array_equal(everything(path, describe(path)).reshape(expected.shape), expected)


def test_real_files_state_what_they_were_recorded_with(shared_data: Path) -> None:
    scene = describe(shared_data / "nd2" / "example-timelapse.nd2").scenes[0]
    assert (scene.axes, scene.sizes["T"], scene.pixel_size_x_nm) == ("TYX", 53, 325.0)
    assert scene.time_step_ms == pytest.approx(500.16, abs=0.01)
    assert (scene.recording.emissions_nm, scene.recording.exposure_ms) == ((512.0,), 500.0)
    scene = describe(shared_data / "nd2" / "cluster.nd2").scenes[0]
    assert (scene.axes, scene.sizes["T"], scene.sizes["Z"], scene.sizes["C"]) == ("TZCYX", 3, 10, 2)
    # The plan states a step of 0; the frames' own times tell.
    assert scene.time_step_ms == pytest.approx((21740.178 - 445.083) / 2, rel=0.001)
    assert (scene.recording.bits_in_use, scene.recording.plane_step_nm) == (12, 500.0)
