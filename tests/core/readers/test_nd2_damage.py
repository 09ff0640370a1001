"""Damaged ND2 files: refused in one clear line, or opened with a word on what is missing; never a wrong stack."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.fuzzing import fuzz
from tests.core.readers.nd2_writer import MAGIC, TABLE_END, Nd2Words, assembled, chunk, lv, nd2_bytes

FRAMES = np.random.default_rng(4).integers(0, 4096, (5, 9, 12)).astype(np.uint16)
WORDS = Nd2Words(times_ms=[0, 10, 20, 30, 40], positions=("a",), emissions_nm=(520.0,))
WHOLE = nd2_bytes(FRAMES, "T", WORDS)
SHOWN = {"plain": WHOLE, "packed": nd2_bytes(FRAMES, "T", WORDS, packed=True)}


def outcome(path: Path) -> np.ndarray | ReadError:
    """Every frame, or the error."""
    try:
        stack = open_stack(path)
        try:
            return np.stack([stack.frame(index) for index in range(stack.shape[0])])
        finally:
            stack.close()
    except ReadError as error:
        return error


def refusal(content: bytes, tmp_path: Path) -> str:
    """The message with which a file is refused."""
    path = tmp_path / "damaged.nd2"
    path.write_bytes(content)
    answer = outcome(path)
    assert isinstance(answer, ReadError), answer
    assert answer.hint and "\n" not in answer.one_line
    return answer.message


def place_of(name: bytes, content: bytes = WHOLE) -> int:
    """Where a chunk begins."""
    table = content.rindex(name)
    return struct.unpack_from("<Q", content, table + len(name))[0]


def with_number(content: bytes, position: int, form: str, number: int) -> bytes:
    """The same bytes with a number written over some of them."""
    data = bytearray(content)
    struct.pack_into(form, data, position, number)
    return bytes(data)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for length in range(4, len(WHOLE), 211):
        assert "damaged" in refusal(WHOLE[:length], tmp_path)
    assert "it was cut short" in refusal(WHOLE[: len(WHOLE) // 2], tmp_path)


def test_the_check_above_would_see_a_stack(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        refusal(WHOLE, tmp_path)


@pytest.mark.parametrize("name", SHOWN)
def test_a_file_damaged_by_chance_opens_or_is_refused(name: str, tmp_path: Path) -> None:
    content = SHOWN[name]
    described = [(16, place_of(b"ImageDataSeq|0!", content)), (content.rindex(b"ND2 FILEMAP") - 16, len(content))]
    assert [str(each) for each in fuzz(content, ".nd2", range(400), tmp_path, described)] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", SHOWN)
def test_a_file_damaged_in_thousands_of_ways_opens_or_is_refused(name: str, tmp_path: Path) -> None:
    described = [(16, place_of(b"ImageDataSeq|0!", SHOWN[name]))]
    assert [str(each) for each in fuzz(SHOWN[name], ".nd2", range(1000, 9000), tmp_path, described)] == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"uiHeight": 2_000_000_000}, "would take"), ({"uiWidth": 2**31, "uiWidthBytes": 0}, "would take"),
        ({"uiHeight": 0}, "0 × 12 pixels"), ({"uiWidthBytes": 2**30}, "rows of 12 pixels claim 1073741824 bytes"),
        ({"uiBpcInMemory": 12}, "components of 12 bits"), ({"uiComp": 0}, "0 components"),
        ({"uiHeight": 10}, r"frame 0 should have 10 × 12 pixels of uint16, but has 216 bytes"),
        ({"uiComp": 2, "uiWidthBytes": 48}, "in 2 channels, but has 216 bytes"),
        ({"eCompression": 0}, "frame 0 cannot be unpacked"), ({"uiWidthBytes": 20}, "claim 20 bytes"),
    ],
)  # fmt: skip
def test_a_claim_that_the_file_does_not_bear_out_is_named(changes: dict, said: str, tmp_path: Path) -> None:
    assert said in refusal(nd2_bytes(FRAMES, "T", changes=changes), tmp_path)


def test_a_packed_frame_that_unpacks_to_gigabytes_is_refused_without_them(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(200_000_000))
    content = nd2_bytes(FRAMES[:1], "T", changes={"eCompression": 0})
    pieces = [(name, content_of(name, content)) for name in (b"ImageAttributesLV!", b"ImageMetadataSeqLV|0!")]
    path = tmp_path / "bomb.nd2"
    path.write_bytes(assembled([*pieces, (b"ImageDataSeq|0!", bytes(8) + bomb)]))
    tracemalloc.start()
    assert isinstance(outcome(path), ReadError)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def content_of(name: bytes, content: bytes) -> bytes:
    """The content of a chunk."""
    start = place_of(name, content)
    _, name_bytes, length = struct.unpack_from("<IIQ", content, start)
    return content[start + 16 + name_bytes :][:length]


def test_a_description_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    packed = b"L" + bytes(11) + zlib.compress(bytes(300_000_000), 1)
    chunks = [
        (b"ImageAttributesLV!", packed),
        (b"ImageMetadataSeqLV|0!", lv({"a": 1})),
        (b"ImageDataSeq|0!", bytes(300)),
    ]
    assert "ImageAttributesLV unpacks to more" in refusal(assembled(chunks), tmp_path)
    twice = b"L" + bytes(11) + zlib.compress(packed)
    chunks[0] = (b"ImageAttributesLV!", twice)
    assert "unpacks to more" in refusal(assembled(chunks), tmp_path)


@pytest.mark.parametrize("code", ["ascii", "utf-16-le", "utf-16-be"])
def test_xml_with_entities_is_refused(code: str, tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><variant>&a;</variant>'.encode(code)
    chunks = [(b"ImageAttributesLV!", bomb), (b"ImageMetadataSeqLV|0!", bomb), (b"ImageDataSeq|0!", bytes(300))]
    assert "not the plain text" in refusal(assembled(chunks), tmp_path)


def test_levels_within_levels_without_end_are_refused(tmp_path: Path) -> None:
    deep = lv({"a": 1})
    for _ in range(4000):
        begin = struct.pack("<BB", 11, 2) + "a\0".encode("utf-16-le")
        deep = begin + struct.pack("<IQ", 1, 18 + len(deep)) + deep + bytes(8)
    chunks = [(b"ImageAttributesLV!", deep), (b"ImageMetadataSeqLV|0!", deep), (b"ImageDataSeq|0!", bytes(300))]
    started = time.monotonic()
    assert "damaged" in refusal(assembled(chunks), tmp_path)
    assert time.monotonic() - started < 5


def test_a_chunk_that_is_not_where_the_table_says_is_named(tmp_path: Path) -> None:
    place = place_of(b"ImageDataSeq|3!")
    assert "ImageDataSeq|3 should begin at byte" in refusal(with_number(WHOLE, place, "<I", 0), tmp_path)
    table = WHOLE.rindex(b"ImageDataSeq|3!") + len(b"ImageDataSeq|3!")
    swapped = with_number(WHOLE, table, "<Q", place_of(b"ImageDataSeq|2!"))
    assert "ImageDataSeq|3 should begin" in refusal(swapped, tmp_path)
    longer = with_number(WHOLE, place + 8, "<Q", 2**62)
    assert "runs to byte" in refusal(longer, tmp_path)


def test_frames_beyond_the_end_are_missing_and_told(tmp_path: Path) -> None:
    table = WHOLE.rindex(b"ImageDataSeq|4!") + len(b"ImageDataSeq|4!")
    path = tmp_path / "beyond.nd2"
    path.write_bytes(with_number(WHOLE, table, "<Q", 2**61))
    assert any("should have 5 time points; the file holds the first 4" in s for s in describe(path).warnings)
    np.testing.assert_array_equal(outcome(path), FRAMES[:4])


def test_a_file_that_disagrees_with_itself_says_so(tmp_path: Path) -> None:
    path = tmp_path / "disagrees.nd2"
    path.write_bytes(nd2_bytes(FRAMES, "T", changes={"uiHeight": 8}))
    assert any("described as 192 bytes, but the file keeps 216" in sentence for sentence in describe(path).warnings)
    path.write_bytes(nd2_bytes(FRAMES, "T", changes={"uiSequenceCount": 7}))
    assert any("states 7 frames, but holds 5" in sentence for sentence in describe(path).warnings)
    np.testing.assert_array_equal(outcome(path), FRAMES)
    path.write_bytes(nd2_bytes(FRAMES, "", changes={"uiSequenceCount": 7}))
    assert any("should have 7 planes along axis I; the file holds the first 5" in s for s in describe(path).warnings)
    np.testing.assert_array_equal(outcome(path), FRAMES)
    boastful = nd2_bytes(FRAMES, "", changes={"uiSequenceCount": 2**31 - 1})
    assert "claims 2147483647 frames" in refusal(boastful, tmp_path)


def test_a_table_without_end_is_refused(tmp_path: Path) -> None:
    start = WHOLE.rindex(b"ND2 FILEMAP") - 16
    broken = WHOLE[:start] + chunk(b"ND2 FILEMAP SIGNATURE NAME 0001!", b"ImageDataSeq|0!" + bytes(16))
    assert "breaks off" in refusal(broken + TABLE_END + struct.pack("<Q", start), tmp_path)
    assert "no frames" in refusal(assembled([(b"ImageAttributesLV!", lv({"a": 1}))]), tmp_path)
    bare = [(b"ImageAttributesLV!", lv({"a": 1})), (b"ImageDataSeq|0!", bytes(300))]
    assert "description of its frames is missing (ImageMetadataSeqLV|0!)" in refusal(assembled(bare), tmp_path)
    assert struct.pack("<I", MAGIC) == b"\xda\xce\xbe\x0a"


def test_frames_whose_calibration_cannot_be_read_open_with_a_word(tmp_path: Path) -> None:
    words = WHOLE.replace("bCalibrated".encode("utf-16-le"), "bCalibrateX".encode("utf-16-le"))
    path = tmp_path / "words.nd2"
    path.write_bytes(words)
    assert any("description of its calibration is damaged" in sentence for sentence in describe(path).warnings)
    assert describe(path).scenes[0].pixel_size_x_nm is None
    np.testing.assert_array_equal(outcome(path), FRAMES)


def test_a_large_file_opens_at_once(tmp_path: Path) -> None:
    """Ten gigabytes of frames, sparse: opened and its first and last frame read, within a second and little memory."""
    count, size = 20_000, 512
    whole = nd2_bytes(np.zeros((1, size, size), np.uint16), "T", Nd2Words(phases=((count, 5.0),)))
    frame = place_of(b"ImageDataSeq|0!", whole)
    end = frame + 4096 + size * size * 2
    path = tmp_path / "large.nd2"
    table = bytearray(whole[whole.rindex(b"ND2 FILEMAP") + 32 : whole.rindex(b"ImageDataSeq|0!")])
    with open(path, "wb") as file:
        file.write(whole[:frame])
        for number in range(count):
            name = b"ImageDataSeq|%d!" % number
            place = frame + number * (end - frame)
            table += name + struct.pack("<QQ", place, size * size * 2 + 8)
            file.seek(place)
            file.write(struct.pack("<IIQ", MAGIC, 4072, size * size * 2 + 8) + name)
        file.seek(frame + count * (end - frame))
        start = file.tell()
        file.write(chunk(b"ND2 FILEMAP SIGNATURE NAME 0001!", bytes(table) + TABLE_END + struct.pack("<Q", start)))
    assert path.stat().st_size > 10_000_000_000
    started = time.monotonic()
    stack = open_stack(path)
    assert stack.shape == (count, size, size)
    assert stack.frame(0).max() == stack.frame(count - 1).max() == 0
    assert time.monotonic() - started < 1.0
    stack.close()
