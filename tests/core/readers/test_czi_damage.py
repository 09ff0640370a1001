"""Damaged and hostile CZI files: refused with the damage named, or opened with a word on what is missing."""

from __future__ import annotations

import random
import re
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.czi_files import Picture, czi_bytes, described, packed, written
from tests.core.readers.fuzzing import fuzz

FRAMES = np.random.default_rng(12).integers(1, 4000, (4, 2, 9, 11)).astype(np.uint16)
PACKINGS = ("plain", "jpegxr", "zstd", "zstd, bytes apart")
XML = described("<SizeT>4</SizeT>", {"X": 1e-7, "Y": 1e-7})


def pictures(packing: str = "plain") -> list[Picture]:
    """One picture for each time point and channel."""
    return [packed(Picture(FRAMES[place], dict(zip("TC", place, strict=True))), packing) for place in np.ndindex(4, 2)]


def whole(packing: str = "plain") -> bytes:
    """A sound file."""
    return czi_bytes(pictures(packing), XML, time_stamps_s=[0.0, 0.1, 0.2, 0.3])


def outcome(path: Path) -> tuple[np.ndarray, str] | ReadError:
    """All frames (C, T, Y, X) with the warnings in one text, or the refusal."""
    try:
        description = describe(path)
        channels = []
        for channel in range(description.scenes[0].sizes["C"]):
            stack = open_stack(path, Selection(channel=channel))
            try:
                channels.append([stack.frame(index).copy() for index in range(stack.shape[0])])
            finally:
                stack.close()
    except ReadError as error:
        return error
    return np.array(channels), " ".join(description.warnings)


def is_silently_wrong(path: Path) -> bool:
    """Whether a file opens without a word as something else than it was."""
    seen = outcome(path)
    if isinstance(seen, ReadError):
        return not seen.hint or "\n" in seen.one_line
    frames, warnings = seen
    return not warnings and not np.array_equal(frames, FRAMES.swapaxes(0, 1))


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_file_cut_anywhere_is_never_a_shorter_stack_without_a_word(packing: str, tmp_path: Path) -> None:
    content, path = whole(packing), tmp_path / "cut.czi"
    for length in range(10, len(content), 41):
        path.write_bytes(content[:length])
        assert not is_silently_wrong(path), length


def test_flipped_bits_outside_the_pixels_never_give_another_stack_without_a_word(tmp_path: Path) -> None:
    content, path = whole(), tmp_path / "flipped.czi"
    pixels: set[int] = set()
    for picture in pictures():
        start = content.index(picture.pixels.tobytes())
        pixels |= set(range(start, start + picture.pixels.nbytes))
    chance = random.Random(8)
    places = [place for place in range(len(content)) if place not in pixels]
    directory = range(content.index(b"ZISRAWDIRECTORY"), len(content))
    for place in chance.choices(places, k=200) + chance.choices(directory, k=200):
        damaged = bytearray(content)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        assert not is_silently_wrong(path), place


def test_the_checks_above_would_see_another_stack(tmp_path: Path) -> None:
    path = written(tmp_path / "short.czi", pictures()[:6])
    assert is_silently_wrong(path)
    path.write_bytes(whole().replace(FRAMES[2, 1].tobytes(), FRAMES[2, 0].tobytes()))
    assert is_silently_wrong(path)
    path.write_bytes(whole())
    assert not is_silently_wrong(path)


def hot(content: bytes) -> list[tuple[int, int]]:
    """Where damage does most: the heads of all parts, the directory, the heads of packed pixels."""
    begins = [place for place in range(0, len(content), 32) if content.startswith(b"ZISRAW", place)]
    coded = [place for place in range(len(content)) if content.startswith(b"WMPHOTO", place)]
    directory = content.index(b"ZISRAWDIRECTORY")
    parts = [(place, place + 320) for place in begins] + [(place - 120, place + 40) for place in coded]
    return parts + [(directory, len(content))] * len(begins)


@pytest.mark.parametrize("packing", PACKINGS)
def test_damage_by_chance_ends_in_a_stack_or_a_refusal(packing: str, tmp_path: Path) -> None:
    content = whole(packing)
    assert [str(failure) for failure in fuzz(content, ".czi", range(200), tmp_path, hot(content))] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("packing", PACKINGS)
def test_thousands_of_damages_end_in_a_stack_or_a_refusal(packing: str, tmp_path: Path) -> None:
    content = whole(packing)
    assert [str(failure) for failure in fuzz(content, ".czi", range(1000, 11_000), tmp_path, hot(content))] == []


#: In a directory, where its first entry is; the length of an entry with X, Y and two more axes.
FIRST_ENTRY, ENTRY_BYTES = 160, 112
#: Of an entry's first row of numbers, the one before it that counts all entries.
COUNT = 32 - FIRST_ENTRY


def in_entry(number: int, offset: int, value: bytes) -> Callable[[bytes], bytes]:
    """Damage of one entry of the directory."""

    def damage(content: bytes) -> bytes:
        place = content.index(b"ZISRAWDIRECTORY") + FIRST_ENTRY + number * ENTRY_BYTES + offset
        return content[:place] + value + content[place + len(value) :]

    return damage


def at(place: int, value: bytes) -> Callable[[bytes], bytes]:
    """Damage at a byte of the file."""
    return lambda content: content[:place] + value + content[place + len(value) :]


LONG = struct.Struct("<i").pack
X_SIZE, X_STORED, T_START = 40, 48, 76


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (at(0, b"ZISRAWFILX"), "does not begin as a CZI file does"),
        (at(11, b"\x01"), "does not begin as a CZI file does"),
        (at(80, LONG(3)), "is part 3 of a recording in several files"),
        (at(84, bytes(8)), "directory is lost: the recording was not finished.*The 8 pictures up to byte"),
        (at(84, LONG(10**9)), "directory is lost"),
        (at(84, LONG(544)), "directory is lost"),
        (in_entry(0, COUNT, LONG(-5)), "its directory claims -5 pictures"),
        (in_entry(0, COUNT, LONG(0)), "holds no image"),
        (in_entry(0, COUNT, LONG(2**30)), "its directory claims 1073741824 pictures"),
        (in_entry(0, COUNT, LONG(9)), "entry 9 of the 9"),
        (in_entry(2, 0, b"QQ"), "entries that are not sound"),
        (in_entry(2, 2, LONG(77)), "unknown type 77"),
        (in_entry(2, 2, LONG(0)), "the pixels of one channel are of several types"),
        (in_entry(2, 6, LONG(2**31 - 1)), "some lack frames and are left out .counted from 0: 0"),
        (in_entry(2, 14, LONG(1)), "recording in several files"),
        (in_entry(2, 18, LONG(2)), "compressed in a way that is not opened here .LZW"),
        (in_entry(2, 18, LONG(5)), "read at frame 1 .the picture at byte"),
        (in_entry(2, 28, LONG(-1)), "entry 3 of the 8"),
        (in_entry(2, 32, b"Y"), "axis 'Y'"),
        (in_entry(2, X_SIZE, LONG(0)), "measures 0 along X"),
        (in_entry(2, X_SIZE, LONG(2**31 - 1)), "some lack frames"),
        (in_entry(7, X_SIZE, LONG(12)), "should have 4 time points; the file holds the first 3"),
        (in_entry(2, T_START, LONG(2**31 - 1)), "spreads 8 planes over 4294967296 places"),
        (in_entry(2, T_START + 4, LONG(4)), "measures 4 along T"),
    ],
)
def test_the_damage_is_named(damage: Callable[[bytes], bytes], said: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.czi"
    path.write_bytes(damage(whole()))
    seen = outcome(path)
    assert re.search(said, seen.message if isinstance(seen, ReadError) else seen[1])


@pytest.mark.parametrize("size", [60_000, 2**31 - 1])
def test_pictures_that_claim_gigabytes_are_refused_before_memory_is_asked_for(size: int, tmp_path: Path) -> None:
    content = whole("zstd")
    for number in range(8):
        for offset in (X_SIZE, X_STORED, X_SIZE + 20, X_STORED + 20):
            content = in_entry(number, offset, LONG(size))(content)
    path = tmp_path / "huge.czi"
    path.write_bytes(content)
    started = time.monotonic()
    with pytest.raises(ReadError, match="more than can be held at once"):
        describe(path)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("packing", "offset", "value"),
    [
        ("zstd", 0, b"\0\0\0\0"),
        ("zstd, bytes apart", 0, b"\x07"),
        # Each of these two ends the whole process within the decoder, if it gets that far.
        ("jpegxr", 134 + 11, b"\x08"),
        ("jpegxr", 134 + 16, b"\xa0"),
        ("jpegxr", 134 + 12, b"\x7f"),
        ("jpegxr", 4, b"\xff\xff\xff\x7f"),
    ],
)
def test_damaged_pixels_are_told_at_their_frame(packing: str, offset: int, value: bytes, tmp_path: Path) -> None:
    content = whole(packing)
    picture = pictures(packing)[4].packed
    assert picture is not None
    place = content.index(picture) + offset
    path = tmp_path / "damaged.czi"
    path.write_bytes(at(place, value)(content))
    stack = open_stack(path)
    np.testing.assert_array_equal(stack.frame(1), FRAMES[1, 0])
    with pytest.raises(ReadError, match="read at frame 2"):
        stack.frame(2)
    stack.close()


def test_a_recording_that_was_stopped_early_opens_as_far_as_it_goes(tmp_path: Path) -> None:
    path = written(tmp_path / "stopped.czi", pictures()[:7], xml=XML)
    frames, warnings = outcome(path)
    np.testing.assert_array_equal(frames, FRAMES[:3].swapaxes(0, 1))
    assert "should have 4 time points; the file holds the first 3" in warnings


def test_a_mosaic_that_was_stopped_within_a_frame_opens_without_that_frame(tmp_path: Path) -> None:
    places = [divmod(index, 2) for index in range(7)]
    tiles = [Picture(FRAMES[time, 0], {"T": time, "M": tile}, at=(0, 11 * tile)) for time, tile in places]
    frames, warnings = outcome(written(tmp_path / "stopped.czi", tiles))
    assert frames.shape == (1, 3, 9, 22) and "the first 3" in warnings


def test_pictures_are_found_without_the_directory(tmp_path: Path) -> None:
    content, path = whole("zstd"), tmp_path / "unfinished.czi"
    path.write_bytes(content[: content.index(b"ZISRAWMETADATA")])
    frames, warnings = outcome(path)
    np.testing.assert_array_equal(frames, FRAMES.swapaxes(0, 1))
    assert "The 8 pictures" in warnings and "description cannot be read" in warnings
    last = content.index(pictures("zstd")[5].packed or b"")
    path.write_bytes(content[: last + 10])
    frames, warnings = outcome(path)
    assert "The 5 pictures" in warnings and "the first 2 complete" in warnings
    np.testing.assert_array_equal(frames, FRAMES[:2].swapaxes(0, 1))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (0, "was never written"),
        (10**9, "its directory should begin at byte 1000000000, but the file ends"),
        (40, "at byte 40, where its directory should begin, is something else"),
    ],
)
def test_without_directory_and_pictures_the_directory_is_to_blame(place: int, said: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.czi"
    path.write_bytes(at(84, struct.pack("<q", place))(whole())[:600])
    with pytest.raises(ReadError, match=said):
        describe(path)


def test_tiles_that_lie_elsewhere_in_one_frame_are_told(tmp_path: Path) -> None:
    def tiles(moved: int) -> list[Picture]:
        keys = list(np.ndindex(4, 2))
        corners = [(0, 9 * tile + (moved if (time, tile) == (2, 1) else 0)) for time, tile in keys]
        places = [dict(zip("TM", key, strict=True)) for key in keys]
        return [Picture(FRAMES[key], place, at) for key, place, at in zip(keys, places, corners, strict=True)]

    sentence = "do not lie at the same places in every frame"
    assert sentence in outcome(written(tmp_path / "moved.czi", tiles(-1)))[1]
    assert sentence not in outcome(written(tmp_path / "still.czi", tiles(0)))[1]


def test_a_file_cut_behind_its_pictures_says_that_it_lost_its_times(tmp_path: Path) -> None:
    content = whole()
    listed_at = content.rindex(b"ZISRAWATTDIR")
    path = tmp_path / "a.czi"
    path.write_bytes(content)
    assert (describe(path).scenes[0].time_step_ms, describe(path).warnings) == (pytest.approx(100.0), ())
    # The directory is written last here; ZEN writes it before what it attaches.
    path.write_bytes(content[:listed_at] + bytes(len(content) - listed_at))
    said = describe(path)
    assert said.scenes[0].time_step_ms is None
    assert any("such as the times of its frames, cannot be read" in sentence for sentence in said.warnings)


@pytest.mark.parametrize("stamps", [[0.0, 0.1, 0.05, 0.3], [0.0, 0.1, float("nan"), 0.3]])
def test_attached_times_that_cannot_be_are_told(stamps: list[float], tmp_path: Path) -> None:
    said = describe(written(tmp_path / "a.czi", pictures(), xml=XML, time_stamps_s=stamps))
    assert said.scenes[0].time_step_ms is None
    assert any("such as the times of its frames, cannot be read" in sentence for sentence in said.warnings)


def test_a_picture_that_the_directory_puts_elsewhere_is_refused_at_its_frame(tmp_path: Path) -> None:
    content = bytearray(czi_bytes([Picture(FRAMES[time, 0], {"T": time}) for time in range(4)], XML))
    directory = content.index(b"ZISRAWDIRECTORY") + 32 + 128
    # From the first time point to one behind the last: as many as before, in another order.
    content[directory + content[directory:].index(b"T\0\0\0") + 4] ^= 4
    path = tmp_path / "a.czi"
    path.write_bytes(content)
    stack = open_stack(path)
    np.testing.assert_array_equal(stack.frame(0), FRAMES[1, 0])
    with pytest.raises(ReadError, match="belongs elsewhere than the directory says"):
        stack.frame(3)
    stack.close()


def test_fewer_time_points_than_described_are_told(tmp_path: Path) -> None:
    frames, warnings = outcome(written(tmp_path / "short.czi", pictures()[:6], xml=XML))
    assert frames.shape[1] == 3
    assert "states 4 time points, but 3 are used" in warnings


@pytest.mark.parametrize(
    "xml",
    ["<broken", "", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<?xml version='1.0' encoding='no'?><a/>"],
)
def test_a_damaged_description_costs_the_calibration_only(xml: str, tmp_path: Path) -> None:
    frames, warnings = outcome(written(tmp_path / "a.czi", pictures(), xml=xml))
    np.testing.assert_array_equal(frames, FRAMES.swapaxes(0, 1))
    assert "description cannot be read" in warnings


def test_a_directory_of_20000_pictures_in_10_gigabytes_is_opened_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.czi"
    _write_sparse(path, count=20_000, side=512)
    assert path.stat().st_size > 10e9
    started = time.monotonic()
    stack = open_stack(path)
    assert stack.shape == (20_000, 512, 512)
    np.testing.assert_array_equal(stack.frame(19_999), np.full((512, 512), 7, np.uint16))
    elapsed = time.monotonic() - started
    stack.close()
    assert elapsed < 1


def _write_sparse(path: Path, count: int, side: int) -> None:
    """A file whose pixels are holes, but for the last picture."""
    picture = Picture(np.full((side, side), 7, np.uint16), {"T": 0})
    start, entry_bytes = 544, len(picture.entry(0))
    step = 32 + 256 + picture.pixels.nbytes
    with open(path, "wb") as file:
        file.write(czi_bytes([picture])[:start])
        entries = []
        for index in range(count):
            position = start + index * step
            entry = Picture(picture.pixels, {"T": index}).entry(position)
            entries.append(entry)
            file.seek(position)
            head = struct.pack("<16sqq", b"ZISRAWSUBBLOCK", step - 32, step - 32)
            file.write(head + (struct.pack("<iiq", 0, 0, picture.pixels.nbytes) + entry).ljust(256, b"\0"))
        file.write(picture.pixels.tobytes())
        position = file.tell()
        size = 128 + count * entry_bytes
        file.write(struct.pack("<16sqq", b"ZISRAWDIRECTORY", size, size) + struct.pack("<i", count).ljust(128, b"\0"))
        file.write(b"".join(entries))
        file.seek(32 + 52)
        file.write(struct.pack("<qq", position, 0))
