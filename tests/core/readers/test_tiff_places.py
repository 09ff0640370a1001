"""Pages whose pixels lie where they cannot, or that are packed otherwise than the rest: refused, or named."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from fluogan_app.core.readers.tiff_frames import TiffContainer, TiffSource
from tests.core.readers.tiff_writing import numbers, page_tags, tiff

FRAMES = np.random.default_rng(21).integers(50, 4000, (12, 16, 20)).astype(np.uint16)
FRAME_BYTES = FRAMES[0].nbytes
COMPRESSION, STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_BYTES, PREDICTOR, SUBFILE = 259, 273, 278, 279, 317, 254


def page_by_page(path: Path, frames: np.ndarray = FRAMES, **options) -> Path:
    """A stack whose pages each have a directory of their own."""
    with tifffile.TiffWriter(path) as writer:
        for frame in frames:
            writer.write(frame, contiguous=False, metadata=None, photometric="minisblack", **options)
    return path


def set_number(path: Path, page: int, tag: int, change: Callable[[int], int]) -> None:
    """Change the one number of a tag of a page."""
    with tifffile.TiffFile(path) as file:
        entry = file.pages[page].tags[tag]
        place, kind = entry.valueoffset, "<H" if entry.dtype == 3 else "<I"
    whole = bytearray(path.read_bytes())
    struct.pack_into(kind, whole, place, change(struct.unpack_from(kind, whole, place)[0]))
    path.write_bytes(whole)


def place_of(path: Path, page: int) -> int:
    with tifffile.TiffFile(path) as file:
        return file.pages[page].dataoffsets[0]


def test_a_page_with_the_pixels_of_another_is_named(tmp_path: Path) -> None:
    path = page_by_page(tmp_path / "stack.tif")
    assert not [each for each in describe(path).warnings if "very same" in each]
    seventh = place_of(path, 6)
    set_number(path, 7, STRIP_OFFSETS, lambda _: seventh)
    assert "Pages 7 and 8 have the very same pixels in the file; it may be damaged." in describe(path).warnings
    set_number(path, 2, STRIP_OFFSETS, lambda _: seventh)
    assert any("Pages 3 and 7 have the very same pixels in the file, and 1 more" in s for s in describe(path).warnings)


@pytest.mark.parametrize("packing", [{}, {"compression": "zlib"}, {"compression": "lzw", "rowsperstrip": 16}])
@pytest.mark.parametrize(
    ("place", "said"),
    [
        (lambda path: 8, "overlap the description of page 1|overlap the file's header"),
        (lambda path: 2, "overlap the file's header"),
        (lambda path: place_of(path, 6) + 64, "the pixels of page (7|8) overlap"),
        (lambda path: place_of(path, 7) + 40, "the pixels of page 8 overlap the description of page 9"),
        (lambda path: place_of(path, 7) - 20, "the pixels of page 8 overlap the description of page 8"),
    ],
)
def test_pixels_that_overlap_something_else_are_refused(
    packing: dict, place: Callable[[Path], int], said: str, tmp_path: Path
) -> None:
    path = page_by_page(tmp_path / "stack.tif", **packing)
    wrong = place(path)
    set_number(path, 7, STRIP_OFFSETS, lambda _: wrong)
    with pytest.raises(ReadError, match=said):
        describe(path)


def test_pieces_of_one_page_that_overlap_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "strips.tif"
    tifffile.imwrite(path, FRAMES[0], rowsperstrip=4, compression="zlib", photometric="minisblack", metadata=None)
    with tifffile.TiffFile(path) as file:
        entry = file.pages[0].tags[STRIP_OFFSETS]
        places = entry.value
    whole = bytearray(path.read_bytes())
    struct.pack_into("<I", whole, entry.valueoffset + 4, places[0] + 3)
    path.write_bytes(whole)
    with pytest.raises(ReadError, match="the pixels of page 1 overlap each other"):
        describe(path)


def test_a_thumbnail_may_share_the_pixels_of_its_picture(tmp_path: Path) -> None:
    small = numbers(SUBFILE, 4, 1)
    whole = tiff([(FRAMES[0], page_tags(FRAMES[0])), (FRAMES[0, :8], [*page_tags(FRAMES[0, :8]), small])])
    path = tmp_path / "thumbnail.tif"
    path.write_bytes(whole)
    first = place_of(path, 0)
    set_number(path, 1, STRIP_OFFSETS, lambda _: first)
    assert describe(path).scenes[0].sizes["T"] == 1


def test_a_page_as_large_as_the_others_is_no_thumbnail(tmp_path: Path) -> None:
    path = page_by_page(tmp_path / "stack.tif", subfiletype=2)
    set_number(path, 4, SUBFILE, lambda _: 3)
    assert describe(path).scenes[0].sizes["T"] == len(FRAMES)


@pytest.mark.parametrize(
    ("packing", "tag", "value", "said"),
    [
        ({"compression": "lzw", "predictor": True}, PREDICTOR, 1, "Page 8 is LZW, the others are LZW of differences"),
        ({"compression": "zlib"}, COMPRESSION, 32946, None),
    ],
)
def test_a_page_that_is_packed_otherwise_is_named(
    packing: dict, tag: int, value: int, said: str | None, tmp_path: Path
) -> None:
    path = page_by_page(tmp_path / "stack.tif", **packing)
    assert not [sentence for sentence in describe(path).warnings if "the others are" in sentence]
    set_number(path, 7, tag, lambda _: value)
    odd = [sentence for sentence in describe(path).warnings if "the others are" in sentence]
    assert [sentence.split(";")[0] for sentence in odd] == ([said] if said else [])


@pytest.mark.parametrize(
    ("tag", "value", "said"),
    [(PREDICTOR, 42, r"Page 8 of stack.tif is packed by differences .* \(scheme 42\)"),
     (COMPRESSION, 0, r"Page 8 of stack.tif is compressed in a way that cannot be read \(scheme 0\)"),
     (COMPRESSION, 1, "page 8 has 16 × 20 pixels")],
)  # fmt: skip
def test_a_page_that_cannot_be_packed_so_is_refused(tag: int, value: int, said: str, tmp_path: Path) -> None:
    path = page_by_page(tmp_path / "stack.tif", compression="lzw", predictor=True)
    set_number(path, 7, tag, lambda _: value)
    with pytest.raises(ReadError, match=said):
        describe(path)


@pytest.mark.parametrize("more", [-1, 64, FRAME_BYTES])
def test_pixels_as_they_are_have_the_bytes_that_they_need(more: int, tmp_path: Path) -> None:
    path = page_by_page(tmp_path / "stack.tif")
    set_number(path, 7, STRIP_BYTES, lambda count: count + 3)
    assert describe(path).scenes[0].sizes["T"] == len(FRAMES)
    set_number(path, 7, STRIP_BYTES, lambda _: FRAME_BYTES + more)
    said = f"page 8 has .*, {FRAME_BYTES} bytes, but (only|says that they are) {FRAME_BYTES + more}"
    with pytest.raises(ReadError, match=said):
        describe(path)


def test_packed_strips_that_are_said_to_be_as_they_are_are_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 65536, FRAMES.shape).astype(np.uint16)
    path = page_by_page(tmp_path / "stack.tif", noise, compression="zlib", rowsperstrip=5)
    set_number(path, 7, COMPRESSION, lambda _: 1)
    with pytest.raises(ReadError, match="page 8 has .* but says that they are"):
        describe(path)


def test_an_odd_file_of_a_set_is_refused_when_its_turn_comes(tmp_path: Path) -> None:
    first, second = (page_by_page(tmp_path / f"{name}.tif", FRAMES[:3]) for name in ("first", "second"))
    container = TiffContainer(first)
    source = TiffSource(container, container.pages, (first, second), np.array([[0, 0], [1, 2]]))
    np.testing.assert_array_equal(source.frame(1), FRAMES[2])
    source.close()
    place = place_of(second, 0)
    set_number(second, 2, STRIP_OFFSETS, lambda _: place)
    container = TiffContainer(first)
    source = TiffSource(container, container.pages, (first, second), np.array([[0, 0], [1, 2]]))
    with pytest.raises(ReadError, match="second.tif is damaged: Pages 1 and 3 have the very same pixels"):
        source.frame(1)
    source.close()


def test_frames_without_directories_do_not_run_over_the_only_one(tmp_path: Path) -> None:
    path = tmp_path / "run.tif"
    notes = "ImageJ=1.53t\nimages=3\nframes=3\n"
    tifffile.imwrite(path, FRAMES[0], description=notes, metadata=None, photometric="minisblack")
    whole = bytearray(path.read_bytes())
    start = struct.unpack_from("<I", whole, 4)[0]
    entries = whole[start : start + 2 + 12 * struct.unpack_from("<H", whole, start)[0] + 4]
    # The only directory again, behind the first frame, and room for three frames in all.
    struct.pack_into("<I", whole, 4, len(whole))
    path.write_bytes(whole + entries + bytes(2 * FRAME_BYTES))
    with pytest.raises(ReadError, match="should hold 3 frames, but 1 of them fit before its description"):
        describe(path)


@pytest.mark.parametrize("packing", [{}, {"compression": "zlib"}])
@pytest.mark.parametrize(("after", "to"), [(6, 9), (-1, 3), (8, None)])
def test_pages_that_the_chain_leaves_out_are_missed(
    packing: dict, after: int, to: int | None, tmp_path: Path
) -> None:
    path = page_by_page(tmp_path / "stack.tif", **packing)
    assert not [sentence for sentence in describe(path).warnings if "room for" in sentence]
    with tifffile.TiffFile(path) as file:
        starts = [page.offset for page in file.pages]
        link = starts[after] + 2 + 12 * len(file.pages[after].tags) if after >= 0 else 4
    whole = bytearray(path.read_bytes())
    struct.pack_into("<I", whole, link, 0 if to is None else starts[to])
    path.write_bytes(whole)
    left_out = (len(FRAMES) if to is None else to) - after - 1
    assert f"The file has room for {left_out} more pages" in " ".join(describe(path).warnings)


def test_a_page_with_too_few_pieces_is_refused(tmp_path: Path) -> None:
    path = page_by_page(tmp_path / "stack.tif", compression="zlib", rowsperstrip=8)
    set_number(path, 7, ROWS_PER_STRIP, lambda _: 4)
    with pytest.raises(ReadError, match="page 8 should be in 4 pieces, but is in 2"):
        describe(path)


def test_a_small_picture_is_not_packed_into_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tif"
    tifffile.imwrite(path, FRAMES[0], compression="zlib", photometric="minisblack", metadata=None)
    with open(path, "ab") as file:
        file.write(bytes(500_000))
    set_number(path, 0, STRIP_BYTES, lambda _: 400_000)
    with pytest.raises(ReadError, match="but says that they are packed into 400 kB"):
        describe(path)


def test_thousands_of_pages_are_looked_through_at_once(tmp_path: Path) -> None:
    frames = np.zeros((20_000, 2, 2), np.uint8)
    frames[:, 0, 0] = np.arange(20_000) % 251
    path = tmp_path / "long.tif"
    path.write_bytes(tiff([(frame, page_tags(frame)) for frame in frames]))
    started = time.perf_counter()
    stack = open_stack(path)
    assert time.perf_counter() - started < 2
    assert stack.shape == frames.shape and stack.warnings == describe(path).warnings
    assert not [sentence for sentence in stack.warnings if "damaged" in sentence]
    assert stack.frame(19_999)[0, 0] == 19_999 % 251
    stack.close()
