"""Numbered files of one image each open as one stack, whichever of them is opened."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.data.wanted import Wanted
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.choice import fitting
from fluogan_app.core.readers.open import describe, open_stack

FRAMES = np.random.default_rng(6).integers(0, 60_000, (12, 5, 7)).astype(np.uint16)


def write(path: Path, frame: np.ndarray = FRAMES[0], **options) -> Path:
    """One image in one file."""
    tifffile.imwrite(path, frame, photometric="minisblack", **options)
    return path


def write_series(folder: Path, names: list[str]) -> list[Path]:
    """A file for each name, with a frame of its own."""
    return [write(folder / name, frame) for name, frame in zip(names, FRAMES, strict=False)]


def read(path: Path, selection: Selection | Wanted = Selection()) -> np.ndarray:
    """Every frame."""
    stack = open_stack(path, selection)
    try:
        return np.stack([stack.frame(index) for index in range(stack.shape[0])])
    finally:
        stack.close()


@pytest.mark.parametrize("opened", [0, 5, 11])
def test_any_file_opens_the_whole_series_in_the_order_of_its_numbers(opened: int, tmp_path: Path) -> None:
    paths = write_series(tmp_path, [f"frame{number}.tif" for number in range(3, 15)])
    np.testing.assert_array_equal(read(paths[opened]), FRAMES)
    description = describe(paths[opened])
    assert description.scenes[0].axes == "TYX"
    assert description.warnings == ("12 numbered files, frame3.tif to frame14.tif, are taken as one stack.",)
    assert (description.files[0], sorted(description.files)) == (paths[opened], sorted(paths))


def test_a_file_can_be_opened_alone(tmp_path: Path) -> None:
    paths = write_series(tmp_path, ["1.tif", "2.tif"])
    np.testing.assert_array_equal(read(paths[1], Selection(alone=True)), FRAMES[1:2])
    assert describe(paths[1], alone=True).files == (paths[1],)


def test_a_folder_opens_as_the_series_in_it(tmp_path: Path) -> None:
    paths = write_series(tmp_path, ["1.tif", "2.tif", "3.tif"])
    np.testing.assert_array_equal(read(tmp_path), FRAMES[:3])
    assert describe(tmp_path).path == paths[0]


def test_missing_numbers_are_said(tmp_path: Path) -> None:
    write_series(tmp_path, [f"{number:03}.tif" for number in (1, 2, 4, 5)])
    warnings = describe(tmp_path / "001.tif").warnings
    assert any(sentence.startswith("1 number is missing in the series: 3;") for sentence in warnings)
    np.testing.assert_array_equal(read(tmp_path / "004.tif"), FRAMES[:4])


def test_counters_with_letters_are_axes(tmp_path: Path) -> None:
    names = [f"cell_t{t}_c{c}_z{z}.tif" for t in range(3) for c in range(2) for z in range(2)]
    write_series(tmp_path, names)
    scene = describe(tmp_path / names[5]).scenes[0]
    assert (scene.axes, scene.axis_counts) == ("TCZYX", {"T": 3, "C": 2, "Z": 2})
    frames = FRAMES.reshape(3, 2, 2, 5, 7)
    np.testing.assert_array_equal(read(tmp_path / names[5], Selection(channel=1, plane=0)), frames[:, 1, 0])


@pytest.mark.parametrize("planarconfig", ["contig", "separate"])
def test_values_of_a_pixel_are_channels_in_a_series_too(planarconfig: str, tmp_path: Path) -> None:
    pairs = FRAMES.reshape(6, 2, 5, 7)
    for number, pair in enumerate(pairs):
        written = pair if planarconfig == "separate" else np.moveaxis(pair, 0, -1)
        write(tmp_path / f"{number}.tif", np.ascontiguousarray(written), planarconfig=planarconfig)
    assert describe(tmp_path).scenes[0].axes == "TCYX"
    for channel in range(2):
        np.testing.assert_array_equal(read(tmp_path, Selection(channel=channel)), pairs[:, channel])


def test_positions_are_scenes(tmp_path: Path) -> None:
    write_series(tmp_path, [f"pos{p}_t{t}.tif" for p in (1, 2) for t in range(4)])
    assert [scene.name for scene in describe(tmp_path / "pos1_t0.tif").scenes] == ["Position 1", "Position 2"]
    np.testing.assert_array_equal(read(tmp_path / "pos1_t0.tif", Selection(scene=1)), FRAMES[4:8])


def test_positions_may_differ_in_size(tmp_path: Path) -> None:
    for t in range(3):
        write(tmp_path / f"Series001_t{t}.tif", FRAMES[t])
        write(tmp_path / f"Series002_t{t}.tif", FRAMES[t, :3])
    scenes = describe(tmp_path).scenes
    assert [(scene.sizes["T"], scene.sizes["Y"]) for scene in scenes] == [(3, 5), (3, 3)]
    np.testing.assert_array_equal(read(tmp_path / "Series002_t1.tif", Selection(scene=1)), FRAMES[:3, :3])


@pytest.mark.parametrize("opened", [0, 5, 17, 23])
def test_where_nothing_is_chosen_the_named_file_chooses(opened: int, tmp_path: Path) -> None:
    names = [f"s{s}_z{z}_w{w}_t{t}.tif" for s in (1, 2) for z in (1, 2) for w in (1, 2) for t in range(3)]
    for number, name in enumerate(names):
        write(tmp_path / name, np.full((5, 7), number, np.uint16))
    stack = open_stack(tmp_path / names[opened])
    chosen = stack.selection
    assert [stack.frame(index)[0, 0] for index in range(3)] == [opened // 3 * 3 + t for t in range(3)]
    assert fitting(None, stack.description) == chosen
    stack.close()
    assert (chosen.scene, chosen.channel, chosen.plane) == (opened // 12, opened // 3 % 2, opened // 6 % 2)
    # What was chosen stays chosen, and so does what a project has kept.
    assert (read(tmp_path / names[opened], Selection())[:, 0, 0] == np.arange(3)).all()
    assert (read(tmp_path / names[opened], Wanted(scene=0, channel=0, plane=0))[:, 0, 0] == np.arange(3)).all()


def test_the_axis_that_is_taken_as_time_is_left_out_of_what_the_named_file_chooses(tmp_path: Path) -> None:
    names = [f"z{z}_t{t}.tif" for z in range(4) for t in range(3)]
    for number, name in enumerate(names):
        write(tmp_path / name, np.full((5, 7), number, np.uint16))
    assert read(tmp_path / names[5], Wanted(time_axis="Z"))[:, 0, 0].tolist() == [2, 5, 8, 11]
    assert read(tmp_path / names[5], Wanted())[:, 0, 0].tolist() == [3, 4, 5]


def test_a_recording_that_was_broken_off_gives_its_complete_times(tmp_path: Path) -> None:
    names = [f"t{t}_c{c}.tif" for t in range(3) for c in range(2)][:5]
    write_series(tmp_path, names)
    assert any("holds the first 2" in sentence for sentence in describe(tmp_path / names[0]).warnings)
    np.testing.assert_array_equal(read(tmp_path / names[0], Selection(channel=1)), FRAMES[[1, 3]])


def test_separate_images_of_micromanager_have_its_axes_and_notes(tmp_path: Path) -> None:
    names = [f"img_{t:09}_{channel}_000.tif" for t in range(3) for channel in ("DAPI", "GFP")]
    write_series(tmp_path, names)
    clock = {f"FrameKey-{t}-0-0": {"ElapsedTime-ms": 100 + 25 * t, "Frame": t, "Exposure-ms": 20} for t in range(3)}
    summary = {"PixelSize_um": 0.108, "ChNames": ["DAPI", "GFP"], "z-step_um": 0.3, "Interval_ms": 0}
    text = json.dumps({"Summary": summary, **clock})
    for whole in (text, text[:-1], text[:-20]):
        (tmp_path / "metadata.txt").write_text(whole)
        scene = describe(tmp_path).scenes[0]
        assert (scene.axes, scene.channels) == ("TCYX", ("DAPI", "GFP"))
        assert (scene.pixel_size_x_nm, scene.time_step_ms) == (108.0, 25.0)
        assert (scene.recording.exposure_ms, scene.recording.plane_step_nm) == (20.0, 300.0)
    assert scene.recording.metadata["Micro-Manager"]["Summary"]["ChNames"] == ["DAPI", "GFP"]
    np.testing.assert_array_equal(read(tmp_path / names[0], Selection(channel=1)), FRAMES[1:6:2])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: write(path, FRAMES[0, :4]), "4 × 7 pixels"),
        (lambda path: write(path, FRAMES[0].astype(np.float32)), "32 bit float"),
        (lambda path: write(path, FRAMES[:3]), "holds 3 images"),
        (lambda path: path.write_bytes(path.read_bytes()[:-20]), "is damaged"),
        (lambda path: path.write_text("lost"), "is damaged"),
        (lambda path: path.write_bytes(b""), "is damaged"),
    ],
)
def test_a_file_that_does_not_fit_is_named(spoil, said: str, tmp_path: Path) -> None:
    paths = write_series(tmp_path, [f"{number}.tif" for number in range(6)])
    spoil(paths[4])
    with pytest.raises(ReadError, match=said) as caught:
        describe(paths[0])
    assert "4.tif" in caught.value.message


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_file_that_was_cut_short_is_named_wherever_it_is_in_a_long_series(compression, tmp_path: Path) -> None:
    for number in range(100):
        write(tmp_path / f"{number}.tif", FRAMES[number % 12] // (1 + number), compression=compression)
    assert describe(tmp_path / "0.tif").scenes[0].sizes["T"] == 100
    spoilt = tmp_path / "51.tif"
    spoilt.write_bytes(spoilt.read_bytes()[:-9])
    with pytest.raises(ReadError, match="51.tif is damaged"):
        describe(tmp_path / "0.tif")


def test_a_file_of_another_size_is_named_wherever_it_is_in_a_long_series(tmp_path: Path) -> None:
    for number in range(100):
        write(tmp_path / f"{number}.tif", FRAMES[0] if number != 51 else np.zeros((6, 7), np.uint16))
    with pytest.raises(ReadError, match="51.tif does not fit its numbered series: it has 6 × 7"):
        describe(tmp_path / "0.tif")


def test_links_that_lead_nowhere_are_no_files_of_a_series(tmp_path: Path) -> None:
    paths = write_series(tmp_path, [f"{number}.tif" for number in range(4)])
    for name, target in (("4.tif", "4.tif"), ("5.tif", "nowhere"), ("6.tif", "7.tif"), ("7.tif", "6.tif")):
        try:
            (tmp_path / name).symlink_to(target)
        except OSError:
            pytest.skip("this system makes no links")
    for opened in (paths[2], tmp_path):
        np.testing.assert_array_equal(read(opened), FRAMES[:4])
    with pytest.raises(ReadError):
        describe(tmp_path / "4.tif")


@pytest.mark.parametrize("left", [b"", b"II*", None])
def test_a_last_file_that_a_crash_cut_short_is_left_out_with_a_word(left: bytes | None, tmp_path: Path) -> None:
    paths = write_series(tmp_path, [f"{number}.tif" for number in range(6)])
    paths[5].write_bytes(paths[5].read_bytes()[:-20] if left is None else left)
    np.testing.assert_array_equal(read(paths[0]), FRAMES[:5])
    description = describe(paths[0])
    assert description.warnings[0] == "5 numbered files, 0.tif to 4.tif, are taken as one stack."
    assert description.warnings[1].startswith("The last file is left out: 5.tif is damaged")
    with pytest.raises(ReadError, match="5.tif"):
        describe(paths[5])


def test_a_file_that_fails_later_is_named_when_its_frame_is_read(tmp_path: Path) -> None:
    paths = write_series(tmp_path, [f"{number}.tif" for number in range(6)])
    stack = open_stack(paths[0])
    paths[4].unlink()
    with pytest.raises(ReadError, match="4.tif"):
        stack.frame(4)
    np.testing.assert_array_equal(stack.frame(5), FRAMES[5])
    stack.close()
    with pytest.raises(ReadError):
        stack.frame(0)


def test_stacks_with_numbers_in_their_names_stay_apart(tmp_path: Path) -> None:
    for number in (1, 2):
        write(tmp_path / f"cell{number}.tif", FRAMES[:4])
    np.testing.assert_array_equal(read(tmp_path / "cell1.tif"), FRAMES[:4])
    with pytest.raises(ReadError, match="2 recordings: cell1.tif, cell2.tif"):
        describe(tmp_path)


def test_a_folder_with_several_series_lists_them(tmp_path: Path) -> None:
    write_series(tmp_path, ["a1.tif", "a2.tif", "b1.tif", "b2.tif"])
    with pytest.raises(ReadError, match=r"2 recordings: a1.tif to a2.tif \(2 files\), b1.tif to b2.tif"):
        describe(tmp_path)


def test_a_folder_of_very_many_recordings_is_refused_in_time(tmp_path: Path) -> None:
    for number in range(1500):
        (tmp_path / f"{number:b}.tif".replace("0", "x").replace("1", "y")).touch()
    started = time.perf_counter()
    with pytest.raises(ReadError, match="more than 20 recordings"):
        describe(tmp_path)
    assert time.perf_counter() - started < 5


def test_a_folder_of_folders_names_them(tmp_path: Path) -> None:
    (tmp_path / "Pos0").mkdir()
    (tmp_path / "Pos1").mkdir()
    with pytest.raises(ReadError, match="is a folder without an image file; it holds the folders Pos0, Pos1"):
        describe(tmp_path)


def test_the_one_folder_in_a_folder_is_opened(tmp_path: Path) -> None:
    (tmp_path / "Default").mkdir()
    names = [f"img_channel000_position000_time{t:09}_z000.tif" for t in range(4)]
    write_series(tmp_path / "Default", names)
    keys = [f'"Metadata-Default/{name}": {{"ElapsedTime-ms": {7 + 30 * t}}}' for t, name in enumerate(names)]
    (tmp_path / "Default" / "metadata.txt").write_text('{"Summary": {}, ' + ", ".join(keys) + "}")
    scene = describe(tmp_path).scenes[0]
    assert (scene.sizes["T"], scene.time_step_ms) == (4, 30.0)


def test_an_empty_folder_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReadError, match="empty is a folder without an image file"):
        describe(tmp_path)


def test_thousands_of_files_are_one_stack_within_a_second(tmp_path: Path) -> None:
    whole = write(tmp_path / "00000.tif").read_bytes()
    for number in range(1, 3000):
        (tmp_path / f"{number:05}.tif").write_bytes(whole)
    started = time.perf_counter()
    stack = open_stack(tmp_path / "01500.tif")
    np.testing.assert_array_equal(stack.frame(2999), FRAMES[0])
    assert time.perf_counter() - started < 1
    assert stack.shape[0] == 3000
    stack.close()
