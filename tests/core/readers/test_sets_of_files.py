"""Recordings that Micro-Manager wrote to several files: NDTiff datasets, and stacks that go on in further files."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.choice import fitting
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.test_micromanager import write_pages

FRAMES = np.random.default_rng(9).integers(0, 60_000, (4, 2, 5, 7)).astype(np.uint16)


def read(path: Path, selection: Selection = Selection()) -> np.ndarray:
    """Every frame."""
    stack = open_stack(path, selection)
    try:
        return np.stack([stack.frame(index) for index in range(stack.shape[0])])
    finally:
        stack.close()


def write_dataset(folder: Path, axes_of=lambda t, c: {"time": t, "channel": ("DAPI", "GFP")[c]}) -> list[Path]:
    """An NDTiff dataset in two files, two time points each, with its index."""
    index, paths = b"", []
    for part in range(2):
        path = folder / ("stack_NDTiffStack.tif" if part == 0 else f"stack_NDTiffStack_{part}.tif")
        places = [(t, c) for t in (2 * part, 2 * part + 1) for c in range(2)]
        pages = [(FRAMES[t, c], {"Axes": axes_of(t, c), "PixelSizeUm": 0.1}) for t, c in places]
        write_pages(path, pages)
        with tifffile.TiffFile(path) as written:
            for (t, c), page in zip(places, written.pages, strict=True):
                notes = page.tags[51123]
                index += entry(axes_of(t, c), path.name, page.dataoffsets[0], notes.valueoffset, notes.count)
        paths.append(path)
    (folder / "NDTiff.index").write_bytes(index)
    return paths


def entry(axes: dict[str, Any], name: str, offset: int, notes_at: int, notes_bytes: int) -> bytes:
    """One entry of an index."""
    texts = [text.encode() for text in (json.dumps(axes), name)]
    fields = struct.pack("<8I", offset, 7, 5, 1, 0, notes_at, notes_bytes, 0)
    return b"".join(struct.pack("<I", len(text)) + text for text in texts) + fields


@pytest.mark.parametrize("opened", ["stack_NDTiffStack.tif", "stack_NDTiffStack_1.tif", "NDTiff.index", ""])
def test_any_file_of_a_dataset_opens_all_of_it(opened: str, tmp_path: Path) -> None:
    paths = write_dataset(tmp_path)
    description = describe(tmp_path / opened)
    scene = description.scenes[0]
    assert (description.reader, sorted(description.files)) == ("NDTiff dataset", paths)
    assert (scene.axes, scene.channels, scene.pixel_size_x_nm) == ("TCYX", ("DAPI", "GFP"), 100.0)
    for channel in range(2):
        np.testing.assert_array_equal(read(tmp_path / opened, Selection(channel=channel)), FRAMES[:, channel])


def test_a_lone_file_of_a_dataset_still_opens(tmp_path: Path) -> None:
    paths = write_dataset(tmp_path)
    np.testing.assert_array_equal(read(paths[1], Selection(channel=1, alone=True)), FRAMES[2:, 1])
    (tmp_path / "NDTiff.index").unlink()
    np.testing.assert_array_equal(read(paths[1], Selection(channel=1)), FRAMES[2:, 1])


def test_the_index_is_read_as_another_reader_reads_it(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    entries = list(tifffile.tifffile.read_ndtiff_index(tmp_path / "NDTiff.index"))
    assert [each[0]["time"] for each in entries] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert {each[1] for each in entries} == {"stack_NDTiffStack.tif", "stack_NDTiffStack_1.tif"}


def test_positions_of_a_dataset_are_scenes(tmp_path: Path) -> None:
    write_dataset(tmp_path, lambda t, c: {"time": t, "position": c})
    assert len(describe(tmp_path).scenes) == 2
    np.testing.assert_array_equal(read(tmp_path, Selection(scene=1)), FRAMES[:, 1])


def test_a_file_that_is_missing_is_said(tmp_path: Path) -> None:
    paths = write_dataset(tmp_path)
    paths[1].unlink()
    description = describe(tmp_path)
    assert description.scenes[0].sizes["T"] == 2
    assert any("4 of 8 frames are in files that are not here" in sentence for sentence in description.warnings)
    paths[0].unlink()
    with pytest.raises(ReadError, match="without its files"):
        describe(tmp_path)


def test_an_index_that_was_cut_gives_what_it_names_and_says_so(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    index = tmp_path / "NDTiff.index"
    whole = index.read_bytes()
    index.write_bytes(whole[:-5])
    description = describe(tmp_path)
    assert description.scenes[0].sizes["T"] == 3
    assert any("broken off" in sentence for sentence in description.warnings)


def test_pixels_behind_the_end_of_a_file_are_damage(tmp_path: Path) -> None:
    paths = write_dataset(tmp_path)
    paths[1].write_bytes(paths[1].read_bytes()[:300])
    with pytest.raises(ReadError, match="a frame runs to byte"):
        describe(paths[0])


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_index_is_refused_or_read(seed: int, tmp_path: Path) -> None:
    write_dataset(tmp_path)
    index = tmp_path / "NDTiff.index"
    data = bytearray(index.read_bytes())
    rng = np.random.default_rng(seed)
    for position in rng.integers(0, len(data), 3):
        data[position] = rng.integers(0, 256)
    index.write_bytes(data)
    try:
        assert read(tmp_path).ndim == 3
    except ReadError as error:
        assert error.hint


def write_ome_set(folder: Path) -> list[Path]:
    """Four time points in four files; each has the whole OME-XML and says which of them it is."""
    paths = [folder / f"cell{t}.ome.tif" for t in range(4)]
    blocks = "".join(
        f'<TiffData FirstT="{t}" IFD="0" PlaneCount="1"><UUID FileName="{path.name}">urn:uuid:AB-{t}</UUID></TiffData>'
        for t, path in enumerate(paths)
    )
    for t, path in enumerate(paths):
        xml = (
            f'<OME UUID="urn:uuid:ab-{t}"><Image ID="Image:0" Name="cell"><Pixels DimensionOrder="XYCZT" Type="uint16" '
            f'SizeX="7" SizeY="5" SizeZ="1" SizeC="1" SizeT="4">{blocks}</Pixels></Image></OME>'
        )
        tifffile.imwrite(path, FRAMES[t, 0], description=xml, metadata=None, ome=False, photometric="minisblack")
    return paths


def test_a_set_whose_files_are_those_that_are_meant_needs_no_word(tmp_path: Path) -> None:
    paths = write_ome_set(tmp_path)
    assert describe(paths[2]).warnings == ()
    np.testing.assert_array_equal(read(paths[2]), FRAMES[:, 0])


@pytest.mark.parametrize("opened", range(4))
def test_the_file_of_a_set_that_is_named_chooses_the_position_and_the_channel(opened: int, tmp_path: Path) -> None:
    paths = [tmp_path / f"cell_{part}.ome.tif" for part in range(4)]
    images = ""
    for position in range(2):
        names = [path.name for path in paths[2 * position :][:2]]
        blocks = "".join(
            f'<TiffData FirstC="{c}" IFD="0" PlaneCount="3"><UUID FileName="{name}"/></TiffData>'
            for c, name in enumerate(names)
        )
        images += (
            f'<Image ID="Image:{position}"><Pixels DimensionOrder="XYTZC" Type="uint16" SizeX="7" SizeY="5" SizeZ="1" '
            f'SizeC="2" SizeT="3">{blocks}</Pixels></Image>'
        )
    for part, path in enumerate(paths):
        frames = np.full((3, 5, 7), part, np.uint16)
        xml = f"<OME>{images}</OME>"
        tifffile.imwrite(path, frames, description=xml, metadata=None, ome=False, photometric="minisblack")
    stack = open_stack(paths[opened])
    assert (stack.selection.scene, stack.selection.channel) == divmod(opened, 2)
    assert fitting(None, stack.description) == stack.selection
    assert {int(stack.frame(index)[0, 0]) for index in range(3)} == {opened}
    stack.close()


@pytest.mark.parametrize("opened", [0, 1])
def test_files_of_a_set_that_changed_their_names_are_said(opened: int, tmp_path: Path) -> None:
    paths = write_ome_set(tmp_path)
    first, second = paths[1].read_bytes(), paths[3].read_bytes()
    paths[1].write_bytes(second)
    paths[3].write_bytes(first)
    said = describe(paths[opened]).warnings[0]
    assert said.startswith("cell1.ome.tif, cell3.ome.tif are other files than the OME description means")


def test_a_file_of_a_set_that_is_missing_is_named_with_what_is_left_out_for_it(tmp_path: Path) -> None:
    paths = write_ome_set(tmp_path)
    paths[2].unlink()
    warnings = describe(paths[0]).warnings
    assert "Of the files of “cell”, cell2.ome.tif is not in the folder; left out for that: cell3.ome.tif." in warnings
    np.testing.assert_array_equal(read(paths[0]), FRAMES[:2, 0])


def test_a_file_of_a_set_that_is_no_longer_a_tiff_is_left_out_with_a_word(tmp_path: Path) -> None:
    paths = write_ome_set(tmp_path)
    paths[3].write_bytes(b"II*")
    assert any(
        sentence.startswith("One file of the recording is left out: cell3.ome.tif is damaged")
        for sentence in describe(paths[0]).warnings
    )
    np.testing.assert_array_equal(read(paths[0]), FRAMES[:3, 0])


def write_mmstack(folder: Path, described: bool = True) -> list[Path]:
    """A recording in two files; the OME-XML of both stands in the first."""
    paths = [folder / "cell_MMStack_Pos0.ome.tif", folder / "cell_MMStack_Pos0_1.ome.tif"]
    blocks = "".join(
        f'<TiffData FirstT="{t}" FirstC="{c}" IFD="{2 * (t % 2) + c}" PlaneCount="1">'
        f'<UUID FileName="{paths[t // 2].name}">urn:uuid:{t // 2}</UUID></TiffData>'
        for t in range(4)
        for c in range(2)
    )
    xml = (
        '<OME UUID="urn:uuid:0"><Image ID="Image:0" Name="cell"><Pixels DimensionOrder="XYCZT" Type="uint16" '
        f'SizeX="7" SizeY="5" SizeZ="1" SizeC="2" SizeT="4">{blocks}</Pixels></Image></OME>'
    )
    for part, path in enumerate(paths):
        with tifffile.TiffWriter(path, ome=False) as writer:
            for t in (2 * part, 2 * part + 1):
                for c in range(2):
                    counters = {"FrameIndex": t, "ChannelIndex": c, "SliceIndex": 0}
                    notes = json.dumps({**counters, "ElapsedTime-ms": 30 * t + 5})
                    first = described and part == 0 and t == 0 and c == 0
                    writer.write(
                        FRAMES[t, c], contiguous=False, metadata=None, photometric="minisblack",
                        description=xml if first else None, extratags=[(51123, "s", len(notes) + 1, notes, True)],
                    )  # fmt: skip
    return paths


@pytest.mark.parametrize("opened", [0, 1])
def test_a_stack_that_goes_on_in_another_file_opens_by_either(opened: int, tmp_path: Path) -> None:
    paths = write_mmstack(tmp_path)
    description = describe(paths[opened])
    assert (sorted(description.files), description.scenes[0].axes) == (paths, "TCYX")
    np.testing.assert_array_equal(read(paths[opened], Selection(channel=1)), FRAMES[:, 1])
    np.testing.assert_array_equal(read(tmp_path, Selection(channel=1)), FRAMES[:, 1])


def test_without_its_description_a_file_goes_by_the_counters_of_its_pages(tmp_path: Path) -> None:
    paths = write_mmstack(tmp_path, described=False)
    scene = describe(paths[1]).scenes[0]
    assert (scene.axes, scene.time_step_ms) == ("TCYX", 30.0)
    np.testing.assert_array_equal(read(paths[1], Selection(channel=1)), FRAMES[2:, 1])


def test_counters_of_pages_count_more_than_what_imagej_is_told(tmp_path: Path) -> None:
    # Written channel by channel, but described to ImageJ as if the channels alternated.
    path = tmp_path / "cell_MMStack.tif"
    with tifffile.TiffWriter(path) as writer:
        for c in range(2):
            for t in range(4):
                notes = json.dumps({"FrameIndex": t, "ChannelIndex": c, "SliceIndex": 0})
                described = "ImageJ=1.52\nimages=8\nchannels=2\nframes=4\nhyperstack=true\n"
                writer.write(
                    FRAMES[t, c], contiguous=False, metadata=None, photometric="minisblack",
                    description=described if (c, t) == (0, 0) else None,
                    extratags=[(51123, "s", len(notes) + 1, notes, True)],
                )  # fmt: skip
    np.testing.assert_array_equal(read(path, Selection(channel=1)), FRAMES[:, 1])


def test_frames_that_name_one_place_twice_are_said(tmp_path: Path) -> None:
    pages = [(FRAMES[t, 0], {"Axes": {"time": t % 3}}) for t in range(4)]
    path = write_pages(tmp_path / "a.tif", pages)
    np.testing.assert_array_equal(read(path), FRAMES[[3, 1, 2], 0])
    assert any("1 frames of “a” name the place of another" in sentence for sentence in describe(path).warnings)


@pytest.mark.parametrize(("first", "second"), [("a.tif", "a_X2.tif"), ("a_MMStack.ome.tif", "a_MMStack_1.ome.tif")])
def test_a_file_that_holds_the_rest_is_named(first: str, second: str, tmp_path: Path) -> None:
    for name in (first, second):
        tifffile.imwrite(tmp_path / name, FRAMES[:, 0], metadata=None, ome=False, photometric="minisblack")
    assert f"{second} may hold the rest of the recording; it is not opened with this file." in (
        describe(tmp_path / first).warnings
    )
    assert not any("the rest" in sentence for sentence in describe(tmp_path / second).warnings)
