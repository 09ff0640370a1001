"""Damaged and hostile TIFF files: refused with the damage named, never a shorter stack without a word."""

from __future__ import annotations

import io
import struct
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack

FRAMES = np.random.default_rng(8).integers(50, 4000, (6, 9, 12)).astype(np.uint16)


def written(**options) -> bytes:
    """A small stack as tifffile writes it."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, FRAMES, photometric="minisblack", **options)
    return buffer.getvalue()


def page_by_page() -> bytes:
    """A stack whose pages each have their own directory right behind the pixels."""
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        for frame in FRAMES:
            writer.write(frame, contiguous=False, metadata=None, photometric="minisblack")
    return buffer.getvalue()


WHOLE: dict[str, Callable[[], bytes]] = {
    "ImageJ": lambda: written(imagej=True, metadata={"axes": "TYX"}),
    "ImageJ with one directory": lambda: written(imagej=True, metadata={"axes": "TYX"}, truncate=True),
    "shape": lambda: written(),
    "shape with one directory": lambda: written(truncate=True),
    "OME": lambda: written(ome=True, metadata={"axes": "TYX"}),
    "deflate": lambda: written(compression="zlib"),
    "BigTIFF": lambda: written(bigtiff=True),
    "page by page": page_by_page,
}


def read_or_refused(path: Path) -> np.ndarray | ReadError:
    """Every frame, or the error."""
    try:
        stack = open_stack(path)
        try:
            return np.stack([stack.frame(index) for index in range(stack.shape[0])])
        finally:
            stack.close()
    except ReadError as error:
        return error


@pytest.mark.parametrize("dialect", WHOLE)
def test_a_file_cut_anywhere_is_never_a_shorter_stack(dialect: str, tmp_path: Path) -> None:
    whole = WHOLE[dialect]()
    path = tmp_path / "cut.tif"
    for length in range(1, len(whole), 23):
        path.write_bytes(whole[:length])
        outcome = read_or_refused(path)
        if not isinstance(outcome, ReadError):
            # Only bytes that carry nothing may be missing.
            np.testing.assert_array_equal(outcome, FRAMES, err_msg=f"cut at {length}")
    path.write_bytes(whole)
    np.testing.assert_array_equal(read_or_refused(path), FRAMES)


def test_the_check_above_would_see_a_shorter_stack(tmp_path: Path) -> None:
    path = tmp_path / "short.tif"
    tifffile.imwrite(path, FRAMES[:4], photometric="minisblack")
    assert np.shape(read_or_refused(path)) != FRAMES.shape


@pytest.mark.parametrize("dialect", WHOLE)
def test_flipped_bytes_end_in_an_error_or_in_frames(dialect: str, tmp_path: Path) -> None:
    whole = WHOLE[dialect]()
    rng = np.random.default_rng(5)
    path = tmp_path / "flipped.tif"
    started = time.monotonic()
    for _ in range(120):
        data = bytearray(whole)
        # Headers, directories and descriptions are where it hurts.
        for position in rng.integers(0, len(data), rng.integers(1, 6)):
            data[position] = rng.integers(0, 256)
        path.write_bytes(data)
        outcome = read_or_refused(path)
        assert isinstance(outcome, ReadError) or outcome.ndim == 3
        if isinstance(outcome, ReadError):
            assert outcome.hint and "\n" not in outcome.one_line
    assert time.monotonic() - started < 30


def patched(whole: bytes, tag: int, values: bytes, page: int = 0) -> bytes:
    """A little-endian classic TIFF with the value field of one tag of one page replaced."""
    offset = struct.unpack_from("<I", whole, 4)[0]
    for _ in range(page):
        count = struct.unpack_from("<H", whole, offset)[0]
        offset = struct.unpack_from("<I", whole, offset + 2 + 12 * count)[0]
    count = struct.unpack_from("<H", whole, offset)[0]
    for entry in range(offset + 2, offset + 2 + 12 * count, 12):
        if struct.unpack_from("<H", whole, entry)[0] == tag:
            return whole[: entry + 8] + values.ljust(4, b"\0") + whole[entry + 12 :]
    raise AssertionError(f"no tag {tag}")


WIDTH, HEIGHT, BITS, COMPRESSION, STRIP_OFFSETS, STRIP_BYTES = 256, 257, 258, 259, 273, 279


@pytest.mark.parametrize(
    ("tag", "value", "page", "said"),
    [
        (WIDTH, 0, 0, "differ|equal frames"), (WIDTH, 13, 3, "page 4 has 9 × 13|only 216"),
        (HEIGHT, 2_000_000_000, 0, "only 216 are there"), (BITS, 8, 2, "no stack of equal frames"),
        (COMPRESSION, 99, 0, "scheme 99"), (STRIP_OFFSETS, 4_000_000_000, 5, "the pixels of page 6 run to byte"),
        (STRIP_OFFSETS, 0, 1, "page 2 does not say where"), (STRIP_BYTES, 100, 4, "page 5 has 9 × 12 pixels"),
    ],
)  # fmt: skip
def test_the_damage_is_named(tag: int, value: int, page: int, said: str, tmp_path: Path) -> None:
    path = tmp_path / "patched.tif"
    whole = page_by_page()
    if tag == COMPRESSION:
        for number in range(len(FRAMES)):
            whole = patched(whole, tag, struct.pack("<I", value), number)
    else:
        whole = patched(whole, tag, struct.pack("<I", value), page)
    path.write_bytes(whole)
    with pytest.raises(ReadError, match=said):
        describe(path)


@pytest.mark.parametrize("dialect", ["deflate", "shape"])
def test_a_frame_that_claims_gigabytes_is_refused_before_memory_is_asked_for(dialect: str, tmp_path: Path) -> None:
    path = tmp_path / "huge.tif"
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer, FRAMES[0], metadata=None, photometric="minisblack", compression="zlib" if dialect == "deflate" else None
    )
    whole = patched(patched(buffer.getvalue(), WIDTH, struct.pack("<I", 60_000)), HEIGHT, struct.pack("<I", 60_000))
    path.write_bytes(whole)
    started = time.monotonic()
    with pytest.raises(ReadError, match="GB|only 216"):
        open_stack(path)
    assert time.monotonic() - started < 1


def test_pages_in_a_circle_are_refused(tmp_path: Path) -> None:
    whole = page_by_page()
    first = struct.unpack_from("<I", whole, 4)[0]
    tags = struct.unpack_from("<H", whole, first)[0]
    link = first + 2 + 12 * tags
    path = tmp_path / "circle.tif"
    path.write_bytes(whole[:link] + struct.pack("<I", first) + whole[link + 4 :])
    with pytest.raises(ReadError, match="after page 1 its pages lead back"):
        describe(path)


def test_imagej_that_states_more_frames_than_there_are_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "more.tif"
    tifffile.imwrite(path, FRAMES[0], description="ImageJ=1.53t\nimages=100\nframes=100\n", metadata=None)
    with pytest.raises(ReadError, match="should hold 100 frames, but ends after 1"):
        open_stack(path)
    with tifffile.TiffWriter(path) as writer:
        for frame in FRAMES[:3]:
            writer.write(frame, contiguous=False, description="ImageJ=1.53t\nimages=6\nframes=6\n", metadata=None)
    with pytest.raises(ReadError, match="states 6 frames, but it holds 3"):
        open_stack(path)


def test_imagej_that_states_fewer_frames_says_so_and_reads_all(tmp_path: Path) -> None:
    path = tmp_path / "fewer.tif"
    with tifffile.TiffWriter(path) as writer:
        for frame in FRAMES:
            writer.write(frame, contiguous=False, description="ImageJ=1.53t\nimages=4\nframes=4\n", metadata=None)
    assert any("does not fit the file's 6 pages" in sentence for sentence in describe(path).warnings)
    np.testing.assert_array_equal(read_or_refused(path), FRAMES)


def test_ome_that_was_stopped_early_gives_what_was_recorded_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "stopped.ome.tif"
    whole = written(ome=True, metadata={"axes": "TYX"})
    path.write_bytes(whole.replace(b'SizeT="6"', b'SizeT="9"').replace(b'PlaneCount="6"', b'PlaneCount="9"'))
    assert any("should have 9 time points; the file holds the first 6" in s for s in describe(path).warnings)
    np.testing.assert_array_equal(read_or_refused(path), FRAMES)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'SizeT="6"', b'SizeT="x"', "SizeT is 'x'"), (b'SizeT="6"', b'SizeT="0"', "SizeT is 0"),
        (b"</OME>", b"</OM>>", "cannot be read"), (b'Order="XY', b'Order="XYQ', "order of axes XYQ"),
        (b'SizeT="6"', b'SizeT="999999999"', "claims 999999999 planes"),
    ],
)  # fmt: skip
def test_damaged_ome_xml_is_refused(old: bytes, new: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.ome.tif"
    xml = tifffile.tiffcomment(io.BytesIO(written(ome=True, metadata={"axes": "TYX"}))).encode().replace(old, new)
    tifffile.imwrite(path, FRAMES, description=xml, metadata=None, photometric="minisblack")
    with pytest.raises(ReadError, match=said):
        describe(path)


def test_ome_that_claims_its_planes_again_and_again_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "again.ome.tif"
    xml = tifffile.tiffcomment(io.BytesIO(written(ome=True, metadata={"axes": "TYX"})))
    start, end = xml.index("<TiffData"), xml.index("</Pixels>")
    run = '<TiffData IFD="0" PlaneCount="900000"><UUID FileName="other.ome.tif"/></TiffData>'
    xml = xml[:start].replace('SizeT="6"', 'SizeT="900000"') + run * 99 + xml[end:]
    tifffile.imwrite(path, FRAMES, description=xml, metadata=None, photometric="minisblack")
    (tmp_path / "other.ome.tif").write_bytes(path.read_bytes())
    started = time.monotonic()
    with pytest.raises(ReadError, match="again and again"):
        describe(path)
    assert time.monotonic() - started < 5


def test_xml_with_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.ome.tif"
    xml = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><OME>&b;</OME>'
    tifffile.imwrite(path, FRAMES, description=xml, metadata=None, photometric="minisblack")
    with pytest.raises(ReadError, match="plain OME-XML"):
        describe(path)


def test_colour_and_black_and_white_are_no_stacks(tmp_path: Path) -> None:
    path = tmp_path / "picture.tif"
    tifffile.imwrite(path, np.zeros((4, 8, 9, 3), np.uint8), photometric="rgb")
    with pytest.raises(ReadError, match="colour picture"):
        describe(path)
    tifffile.imwrite(path, np.zeros((4, 8, 9), bool), photometric="minisblack")
    with pytest.raises(ReadError, match="1 bit per pixel"):
        describe(path)
    tifffile.imwrite(path, np.zeros((4, 8, 9), np.complex64), photometric="minisblack")
    with pytest.raises(ReadError, match="type that cannot be read"):
        describe(path)


def test_one_frame_opens_with_a_word(tmp_path: Path) -> None:
    path = tmp_path / "single.tif"
    tifffile.imwrite(path, FRAMES[0])
    stack = open_stack(path)
    assert stack.shape == (1, 9, 12)
    assert any("one frame only" in sentence for sentence in stack.warnings)
    stack.close()


def test_frames_that_lost_their_description_are_missed(tmp_path: Path) -> None:
    path = tmp_path / "lost.tif"
    path.write_bytes(WHOLE["ImageJ with one directory"]().replace(b"ImageJ=", b"Imag\xe9J="))
    assert any("such frames, but describes one" in sentence for sentence in describe(path).warnings)


def test_a_damaged_page_is_named_when_it_is_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    whole = bytearray(written(compression="zlib"))
    with tifffile.TiffFile(io.BytesIO(bytes(whole))) as tiff:
        start, length = tiff.pages[3].dataoffsets[0], tiff.pages[3].databytecounts[0]
    whole[start : start + length] = b"\xff" * length
    path = tmp_path / "page.tif"
    path.write_bytes(whole)
    stack = open_stack(path)
    np.testing.assert_array_equal(stack.frame(2), FRAMES[2])
    with pytest.raises(ReadError, match=r"page 4 \(deflate compression\) cannot be decoded"):
        stack.frame(3)
    stack.close()
    # Neither the decoder nor its log may write over a terminal's progress bar.
    assert capfd.readouterr() == ("", "")


def test_a_file_that_shrinks_while_open_gives_an_error(tmp_path: Path) -> None:
    path = tmp_path / "shrinking.tif"
    path.write_bytes(WHOLE["ImageJ"]())
    stack = open_stack(path)
    with open(path, "r+b") as file:
        file.truncate(600)
    with pytest.raises(ReadError):
        stack.frame(5)
    stack.close()


@pytest.mark.parametrize("side", [0, 5008, 2**32 - 16])
def test_tiles_without_end_are_refused(side: int, tmp_path: Path) -> None:
    path = tmp_path / "tiles.tif"
    path.write_bytes(patched(written(tile=(16, 16), compression="zlib"), 322, struct.pack("<I", side)))
    with pytest.raises(ReadError, match=f"page 1 claims tiles of 16 × {side} pixels"):
        describe(path)


@pytest.mark.skipif(sys.platform == "win32", reason="files are not sparse there without asking")
@pytest.mark.parametrize(
    ("tag", "said"), [(270, "one of its tags claims 2 GB"), (STRIP_OFFSETS, "page 1 claims 2000000000 pieces")]
)
def test_tags_without_end_are_not_read(tag: int, said: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.tif"
    whole = bytearray(written(description="hello"))
    first = struct.unpack_from("<I", whole, 4)[0]
    for entry in range(first + 2, first + 2 + 12 * struct.unpack_from("<H", whole, first)[0], 12):
        if struct.unpack_from("<H", whole, entry)[0] == tag:
            struct.pack_into("<HII", whole, entry + 2, 2 if tag == 270 else 1, 2_000_000_000, 8)
    path.write_bytes(whole)
    with open(path, "r+b") as file:
        file.truncate(3_000_000_000)
    tracemalloc.start()
    with pytest.raises(ReadError, match=said):
        describe(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_pages_with_directories_of_their_own_come_back_in_every_form(
    byteorder: str, bigtiff: bool, tmp_path: Path
) -> None:
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path, byteorder=byteorder, bigtiff=bigtiff) as writer:
        for frame in FRAMES:
            writer.write(frame, contiguous=False, metadata=None, photometric="minisblack")
    np.testing.assert_array_equal(read_or_refused(path), FRAMES)
