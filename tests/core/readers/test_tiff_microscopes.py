"""TIFF as microscopes' own programs write it: LSM, MetaMorph, FluoView, ScanImage, Andor."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.fuzzing import fuzz
from tests.core.readers.tiff_writing import numbers, page_tags, text, tiff

FRAMES = np.random.default_rng(4).integers(0, 4000, (3, 4, 2, 5, 7)).astype(np.uint16)


def read(path: Path, selection: Selection = Selection()) -> np.ndarray:
    """Every frame."""
    stack = open_stack(path, selection)
    try:
        return np.stack([stack.frame(index) for index in range(stack.shape[0])])
    finally:
        stack.close()


def lsm_info(times: int, depth: int, channels: int, interval: float, behind: int, scan: int = 6) -> bytes:
    """Zeiss' tag; what it points to begins at byte `behind`."""
    info = bytearray(512)
    struct.pack_into("<Iiiiiiiiii6dHHI", info, 0, 0x0400494C, 512, 7, 5, depth, channels, times, 2, 1, 1,
                     8e-8, 8e-8, 3e-7, 0, 0, 0, scan, 0, 0)  # fmt: skip
    struct.pack_into("<d", info, 112, interval)
    struct.pack_into("<I", info, 108, behind)
    struct.pack_into("<I", info, 124, behind + 200)
    struct.pack_into("<I", info, 132, behind + 400)
    return bytes(info)


def lsm(times: int = 3, depth: int = 4, interval: float = 0.5, frames: np.ndarray = FRAMES) -> bytes:
    """An LSM file: two channels as samples one behind the other, called colours, a thumbnail behind each page."""
    names = struct.pack("<6I", 24 + 8 + 8, 2, 2, 24, 24, 0) + b"".join(
        struct.pack("<I", 4) + name for name in (b"GFP\0", b"RFP\0")
    )
    objective = b"Plan-Apochromat 63x/1.40 Oil DIC\0"
    scan = struct.pack("<III", 0x10000000, 0, 0) + struct.pack("<III", 0x10000004, 2, len(objective)) + objective
    scan += struct.pack("<III", 0xFFFFFFFF, 0, 0)
    stamps = struct.pack("<ii3d", 32, 3, 10.0, 10.25, 10.5)
    bits = struct.pack("<HH", 16, 16)
    behind = names.ljust(200, b"\0") + scan.ljust(200, b"\0") + stamps + bits
    pages = []
    for number, frame in enumerate(frames.reshape(-1, 2, 5, 7)):
        tags = [tag for tag in page_tags(frame, 2, separate=True) if tag[0] != 262] + [numbers(262, 3, 2)]
        tags += [(34412, 1, 512, lsm_info(times, depth, 2, interval, 0))] if number == 0 else []
        pages.append((frame, tags))
        small = np.zeros((3, 2, 2), np.uint8)
        pages.append((small, [*page_tags(small, 3, separate=True), numbers(254, 4, 1)]))
    whole = tiff(pages, behind)
    # Two numbers of bits would fit into the directory; Zeiss puts them elsewhere all the same.
    entry = struct.pack("<HHI", 258, 3, 2)
    whole = whole.replace(entry + bits, entry + struct.pack("<I", len(whole) - len(bits)))
    at = whole.index(struct.pack("<I", 0x0400494C))
    return whole[:at] + lsm_info(times, depth, 2, interval, len(whole) - len(behind)) + whole[at + 512 :]


def test_an_lsm_file_has_its_times_planes_and_channels(tmp_path: Path) -> None:
    path = tmp_path / "cell.lsm"
    path.write_bytes(lsm())
    description = describe(path)
    scene = description.scenes[0]
    assert (description.reader, scene.axes) == ("Zeiss LSM", "TZCYX")
    assert scene.sizes == {"T": 3, "C": 2, "Z": 4, "Y": 5, "X": 7}
    assert (scene.pixel_size_x_nm, scene.recording.plane_step_nm, scene.time_step_ms) == (80.0, 300.0, 500.0)
    assert (scene.channels, scene.recording.numerical_aperture) == (("GFP", "RFP"), 1.4)
    assert scene.recording.objective == "Plan-Apochromat 63x/1.40 Oil DIC"
    for channel in range(2):
        for plane in range(4):
            expected = FRAMES[:, plane, channel]
            np.testing.assert_array_equal(read(path, Selection(channel=channel, plane=plane)), expected)
    with tifffile.TiffFile(path) as other:
        np.testing.assert_array_equal(other.series[0].asarray().reshape(FRAMES.shape), FRAMES)


def test_time_stamps_give_the_step_that_an_lsm_file_does_not_state(tmp_path: Path) -> None:
    path = tmp_path / "cell.lsm"
    path.write_bytes(lsm(interval=0.0))
    assert describe(path).scenes[0].time_step_ms == 250.0


def test_time_stamps_that_are_uneven_are_told(tmp_path: Path) -> None:
    path = tmp_path / "cell.lsm"
    even, uneven = (struct.pack("<ii3d", 32, 3, *stamps) for stamps in ((10.0, 10.25, 10.5), (10.0, 10.25, 12.0)))
    path.write_bytes(lsm().replace(even, uneven))
    assert "varies from 250 ms to 1.75 s" in " ".join(describe(path).warnings)


def test_an_lsm_file_that_was_broken_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cell.lsm"
    path.write_bytes(lsm(times=5))
    description = describe(path)
    assert description.scenes[0].sizes["T"] == 3
    assert any("should have 5 time points; it holds the first 3" in sentence for sentence in description.warnings)
    path.write_bytes(lsm(times=2, depth=3))
    assert any("does not fit the file's 12 pages" in sentence for sentence in describe(path).warnings)


def test_a_compressed_lsm_file_may_state_lengths_behind_its_end(tmp_path: Path) -> None:
    path = tmp_path / "cell.lsm"
    frames = FRAMES[:, 0, 0]
    info = (34412, "B", 512, lsm_info(3, 1, 1, 1.0, 0), True)
    with tifffile.TiffWriter(path) as writer:
        for number, frame in enumerate(frames):
            tags = [info] if number == 0 else []
            options = {"compression": "lzw", "metadata": None, "contiguous": False}
            writer.write(frame, photometric="minisblack", extratags=tags, **options)
    np.testing.assert_array_equal(read(path), frames)


def stk(count: int, distance: int = 0, step_ms: int = 40, calibrated: int = 1) -> bytes:
    """An STK file: one directory, all planes behind it, calibration and clocks in tables at the end."""
    frames = np.ascontiguousarray(FRAMES.reshape(-1, 5, 7)[:count])
    table = b"".join(struct.pack("<6I", distance, 10, 2_459_000, 1000 + step_ms * n, 0, 0) for n in range(count))
    pairs = 4
    behind_at = frames[1:].nbytes
    tags = [*page_tags(frames[0]), (33628, 4, pairs, bytes(8)), (33629, 5, count, bytes(8))]
    base = len(tiff([(frames[0], tags)]))
    tail = base + behind_at
    at_side = tail + 8 * pairs
    uic1 = struct.pack("<8I", 3, calibrated, 4, at_side, 5, at_side, 6, at_side + 8)
    tables = uic1 + struct.pack("<II", 161, 1000) + struct.pack("<I", 3) + b"um\0" + bytes(1) + table
    whole = bytearray(tiff([(frames[0], tags)], frames[1:].tobytes() + tables))
    for tag, offset in ((33628, tail), (33629, tail + len(tables) - len(table))):
        entry = whole.index(struct.pack("<H", tag))
        struct.pack_into("<I", whole, entry + 8, offset)
    return bytes(whole)


def test_an_stk_file_has_all_its_planes(tmp_path: Path) -> None:
    path = tmp_path / "cell.stk"
    path.write_bytes(stk(10))
    description = describe(path)
    scene = description.scenes[0]
    assert (description.reader, scene.axes, scene.sizes["T"]) == ("MetaMorph STK", "TYX", 10)
    assert (scene.pixel_size_x_nm, scene.time_step_ms) == (pytest.approx(161.0), 40.0)
    np.testing.assert_array_equal(read(path), FRAMES.reshape(-1, 5, 7)[:10])
    np.testing.assert_array_equal(tifffile.imread(path), FRAMES.reshape(-1, 5, 7)[:10])


def test_planes_of_an_stk_file_at_distances_are_depth(tmp_path: Path) -> None:
    path = tmp_path / "cell.stk"
    path.write_bytes(stk(6, distance=3))
    scene = describe(path).scenes[0]
    assert (scene.axes, scene.sizes["Z"], scene.recording.plane_step_nm) == ("ZYX", 6, pytest.approx(300.0))
    path.write_bytes(stk(6, step_ms=0, calibrated=0))
    assert (describe(path).scenes[0].axes, describe(path).scenes[0].pixel_size_x_nm) == ("IYX", None)


def test_an_stk_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cell.stk"
    whole = stk(10)
    for length in range(len(whole) - 700, len(whole) - 400, 60):
        path.write_bytes(whole[:length])
        with pytest.raises(ReadError, match="should hold 10 frames"):
            describe(path)


def test_metamorph_notes_in_every_page_calibrate(tmp_path: Path) -> None:
    def notes(second: float) -> str:
        clock = f'<prop id="acquisition-time-local" type="time" value="20250101 10:00:{second:06.3f}"/>'
        side = "".join(f'<prop id="spatial-calibration-{axis}" type="float" value="0.11"/>' for axis in "xy")
        rest = '<prop id="spatial-calibration-units" value="um"/><prop id="_MagNA_" value="1.49"/>'
        words = '<prop id="Description" type="string" value="Exposure: 30 ms&#13;&#10;Binning: 1 x 1"/>'
        return f"<MetaData>{clock}{side}{rest}{words}</MetaData>"

    path = tmp_path / "cell.tif"
    frames = FRAMES[:, 0, 0]
    path.write_bytes(tiff([(frame, [*page_tags(frame), text(270, notes(0.05 * n))]) for n, frame in enumerate(frames)]))
    scene = describe(path).scenes[0]
    assert (scene.pixel_size_x_nm, scene.time_step_ms, scene.recording.exposure_ms) == (110.0, 50.0, 30.0)
    assert scene.recording.numerical_aperture == 1.49


def fluoview(dimensions: list[tuple[str, int, float, str]]) -> bytes:
    """Olympus' header."""
    head = struct.pack("<hB257s", 0, 0, b"cell").ljust(284, b"\0")
    rest = dimensions + [("", 0, 0.0, "")] * (10 - len(dimensions))
    each = [
        struct.pack("<16si2d64s", name.encode(), size, 0.0, step, unit.encode("latin-1"))
        for name, size, step, unit in rest
    ]
    return head + b"".join(each).ljust(1200, b"\0")


def test_a_fluoview_file_has_the_axes_of_its_header(tmp_path: Path) -> None:
    path = tmp_path / "cell.tif"
    sides = [("X", 7, 0.1, "um"), ("Y", 5, 0.1, "µm")]
    header = fluoview([*sides, ("Z", 4, 0.5, "um"), ("Ch", 2, 1, ""), ("T", 3, 2, "s")])
    pages = FRAMES.swapaxes(1, 2).reshape(-1, 5, 7)
    tag = (34361, 1, len(header), header)
    path.write_bytes(tiff([(page, [*page_tags(page), *([tag] if n == 0 else [])]) for n, page in enumerate(pages)]))
    description = describe(path)
    scene = description.scenes[0]
    assert (description.reader, scene.axes) == ("Olympus FluoView", "TCZYX")
    assert (scene.pixel_size_y_nm, scene.recording.plane_step_nm, scene.time_step_ms) == (100.0, 500.0, 2000.0)
    np.testing.assert_array_equal(read(path, Selection(channel=1, plane=2)), FRAMES[:, 2, 1])


def test_scanimage_channels_and_volumes_are_axes(tmp_path: Path) -> None:
    path = tmp_path / "cell.tif"
    software = "SI.VERSION_MAJOR = 2018\nSI.hChannels.channelSave = [1;2]\nSI.hFastZ.enable = true\n"
    software += "SI.hFastZ.numFramesPerVolume = 4\nSI.hRoiManager.scanVolumeRate = 8\n"
    pages = FRAMES.reshape(-1, 5, 7).astype(np.int16)
    for count, said in ((24, 0), (23, 7)):
        path.write_bytes(tiff([
            (page, [*page_tags(page), numbers(339, 3, 2), *([text(305, software)] if n == 0 else [])])
            for n, page in enumerate(pages[:count])
        ]))  # fmt: skip
        scene = describe(path).scenes[0]
        assert (scene.axes, scene.dtype, scene.time_step_ms) == ("TZCYX", "int16", 125.0)
        assert scene.sizes["T"] == (3 if count == 24 else 2)
        assert any(f"The last {said} pages" in sentence for sentence in scene.warnings) == bool(said)
    path.write_bytes(tiff([(pages[0], [*page_tags(pages[0]), text(305, software)])]))
    assert any("do not fit the file's 1 pages" in sentence for sentence in describe(path).warnings)


def test_andor_tags_give_time_and_camera(tmp_path: Path) -> None:
    path = tmp_path / "cell.tif"
    andor = [numbers(4864, 4, 1), numbers(4876, 12, 0.03), numbers(4878, 12, 0.0312), text(4914, "DU897")]
    path.write_bytes(tiff([(FRAMES[n, 0, 0], [*page_tags(FRAMES[n, 0, 0]), *andor]) for n in range(3)]))
    recording = describe(path).scenes[0].recording
    assert (recording.exposure_ms, recording.time_step_ms, recording.camera) == (30.0, 31.2, "Andor DU897")


DIALECTS = {"LSM": lambda: lsm(), "STK": lambda: stk(10)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_file_cut_anywhere_is_refused_or_whole(dialect: str, tmp_path: Path) -> None:
    whole = DIALECTS[dialect]()
    path = tmp_path / "cut.tif"
    path.write_bytes(whole)
    expected = read(path)
    for length in range(1, len(whole), 37):
        path.write_bytes(whole[:length])
        try:
            np.testing.assert_array_equal(read(path), expected, err_msg=f"cut at {length}")
        except ReadError as error:
            assert error.hint


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_damaged_file_opens_or_is_refused(dialect: str, tmp_path: Path) -> None:
    assert [str(failure) for failure in fuzz(DIALECTS[dialect](), ".tif", range(60), tmp_path)] == []


@pytest.mark.skipif(sys.platform == "win32", reason="files are not sparse there without asking")
def test_an_lsm_file_whose_places_begin_again_at_zero_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.lsm"
    path.write_bytes(lsm())
    with open(path, "r+b") as file:
        file.truncate(2**32 + 10)
    with pytest.raises(ReadError, match="an LSM file above 4 GB"):
        describe(path)
