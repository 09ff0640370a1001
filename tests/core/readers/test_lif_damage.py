"""Damaged LIF projects: what is whole opens, what is missing is named; never a wrong stack."""

from __future__ import annotations

import struct
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.fuzzing import fuzz
from tests.core.readers.lif_writer import LifPicture, block, header, lif_bytes, lof_bytes

FRAMES = np.random.default_rng(4).integers(0, 4096, (5, 9, 12)).astype(np.uint16)
STEPS = {"T": 0.02, "Y": 1e-7, "X": 1e-7}
MOVIE = LifPicture("movie", FRAMES, "TYX", STEPS, stamps=(0, 20, 40, 60, 80))
OTHER = LifPicture("other", FRAMES.reshape(1, 5, 9, 12) + 1, "CTYX", STEPS)
WHOLE = lif_bytes([MOVIE, OTHER])
XML_END = 13 + 2 * struct.unpack_from("<I", WHOLE, 9)[0]


def outcome(path: Path, scene: int = 0) -> np.ndarray | ReadError:
    """Every frame, or the error."""
    try:
        stack = open_stack(path, Selection(scene=scene))
        try:
            return np.stack([stack.frame(index) for index in range(stack.shape[0])])
        finally:
            stack.close()
    except ReadError as error:
        return error


def saved(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "damaged.lif"
    path.write_bytes(content)
    return path


def refusal(content: bytes, tmp_path: Path) -> str:
    """The message with which a file is refused."""
    answer = outcome(saved(tmp_path, content))
    assert isinstance(answer, ReadError), answer
    assert answer.hint and "\n" not in answer.one_line
    return answer.message


def test_a_file_cut_anywhere_gives_whole_frames_with_a_word_or_is_refused(tmp_path: Path) -> None:
    for length in range(9, len(WHOLE), 97):
        path = saved(tmp_path, WHOLE[:length])
        answer = outcome(path)
        if isinstance(answer, ReadError):
            assert "damaged" in answer.message
            continue
        np.testing.assert_array_equal(answer, FRAMES[: len(answer)], err_msg=f"cut at {length}")
        description = describe(path)
        told = " ".join(description.warnings)
        assert (f"holds the first {len(answer)} complete" in told) == (len(answer) < 5), f"cut at {length}"
        assert "damaged or cut short" in told or "“other” (its pixels are not in the file)" in told


def test_the_check_above_would_see_a_shorter_stack(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(outcome(saved(tmp_path, WHOLE)), FRAMES[:4])


def test_an_image_whose_block_is_missing_is_left_out(tmp_path: Path) -> None:
    path = saved(tmp_path, lif_bytes([MOVIE, OTHER], left_out=["movie"]))
    assert [scene.name for scene in describe(path).scenes] == ["other"]
    np.testing.assert_array_equal(outcome(path), FRAMES + 1)
    assert "not in the file" in refusal(lif_bytes([MOVIE], left_out=["movie"]), tmp_path)


def test_a_file_damaged_by_chance_opens_or_is_refused(tmp_path: Path) -> None:
    hot = [(0, XML_END), (XML_END, XML_END + 120)]
    assert [str(each) for each in fuzz(WHOLE, ".lif", range(500), tmp_path, hot)] == []


def test_a_single_image_damaged_by_chance_opens_or_is_refused(tmp_path: Path) -> None:
    whole = lof_bytes(MOVIE)
    assert [str(each) for each in fuzz(whole, ".lof", range(200), tmp_path)] == []
    for length in range(9, len(whole), 61):
        assert "damaged" in refusal(whole[:length], tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_file_damaged_in_thousands_of_ways_opens_or_is_refused(tmp_path: Path) -> None:
    assert [str(each) for each in fuzz(WHOLE, ".lif", range(1000, 11_000), tmp_path, [(0, XML_END)])] == []


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"T": {"NumberOfElements": 6}}, "would take 1296 bytes, but its block has 1080"),
        ({"T": {"NumberOfElements": 10**12}}, "would take"), ({"X": {"NumberOfElements": 0}}, "NumberOfElements is 0"),
        ({"X": {"NumberOfElements": "many"}}, "NumberOfElements is 'many'"), ({"T": {"BytesInc": -216}}, "is -216"),
        ({"T": {"BytesInc": 0}}, "begin at the same byte"), ({"T": {"DimID": 1}}, "dimensions are not known: X, Y, X"),
        ({"T": {"DimID": 77}}, "dimensions are not known"), ({"C": {"Resolution": 65}}, "of type 0 with 65 bits"),
        ({"C": {"Resolution": 32}}, "would take 2160 bytes"), ({"C": {"BytesInc": 10**15}}, "would take"),
        ({"Memory": {"Size": 1000}}, "claims '1000' bytes, and its block 1080"),
        ({"Memory": {"MemoryBlockID": "?"}}, "not in the file"), ({"Y": {"BytesInc": 2000}}, "would take"),
    ],
)  # fmt: skip
def test_a_claim_that_the_file_does_not_bear_out_is_named(claims: dict, said: str, tmp_path: Path) -> None:
    picture = LifPicture("movie", FRAMES, "TYX", STEPS, claims=claims)
    tracemalloc.start()
    assert said in refusal(lif_bytes([picture]), tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000
    # The other image of the project is none the worse.
    path = saved(tmp_path, lif_bytes([picture, OTHER]))
    assert any(said in sentence for sentence in describe(path).warnings)
    np.testing.assert_array_equal(outcome(path), FRAMES + 1)


def test_an_image_that_is_smaller_than_its_block_is_told(tmp_path: Path) -> None:
    fewer = LifPicture("movie", FRAMES, "TYX", STEPS, claims={"T": {"NumberOfElements": 4}})
    path = saved(tmp_path, lif_bytes([fewer]))
    assert any("describes 864 bytes of pixels, but the file keeps 1080" in s for s in describe(path).warnings)
    np.testing.assert_array_equal(outcome(path), FRAMES[:4])


@pytest.mark.parametrize("size", [2**63, 2**40, 1081])
def test_a_block_that_claims_more_than_the_file_is_missing_its_rest(size: int, tmp_path: Path) -> None:
    picture = LifPicture("movie", FRAMES, "TYX", STEPS, claims={"Memory": {"Size": size}})
    content = lif_bytes([picture], left_out=["movie"]) + block("MemBlock_7", FRAMES, size=size)
    path = saved(tmp_path, content)
    assert any("cut short: it ends at byte" in sentence for sentence in describe(path).warnings)
    np.testing.assert_array_equal(outcome(path), FRAMES)


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ("", "cannot be read"), ("<a", "cannot be read"), ("<a/>", "its version is ''"),
        ('<a Version="7"/>', "its version is '7'"), ('<a Version="2"/>', "none of its images"),
        ('<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a Version="2">&c;</a>', "not the plain XML"),
        ('<!DOCTYPE a SYSTEM "file:///dev/random"><a Version="2"/>', "not the plain XML"),
    ],
)  # fmt: skip
def test_xml_that_is_no_project_is_refused(xml: str, said: str, tmp_path: Path) -> None:
    assert said in refusal(header(xml), tmp_path)


def test_folders_within_folders_without_end_are_refused(tmp_path: Path) -> None:
    deep = '<Element Name="a"><Children>' * 20_000 + "</Children></Element>" * 20_000
    started = time.monotonic()
    assert "none of its images" in refusal(header(f'<a Version="2">{deep}</a>'), tmp_path)
    assert time.monotonic() - started < 5


def test_a_description_of_millions_of_elements_is_refused_without_them(tmp_path: Path) -> None:
    content = header("<a>" + "<b/>" * 4_000_001 + "</a>")
    started = time.monotonic()
    assert "millions of elements" in refusal(content, tmp_path)
    assert time.monotonic() - started < 5


def test_a_description_longer_than_the_file_is_refused(tmp_path: Path) -> None:
    content = bytearray(WHOLE)
    struct.pack_into("<I", content, 9, 2**31)
    assert "its description runs to byte" in refusal(bytes(content), tmp_path)
    struct.pack_into("<I", content, 9, 200)
    assert "cannot be read" in refusal(bytes(content), tmp_path)


def test_a_file_that_shrinks_while_open_gives_an_error(tmp_path: Path) -> None:
    path = saved(tmp_path, WHOLE)
    stack = open_stack(path)
    with open(path, "r+b") as file:
        file.truncate(XML_END + 100)
    with pytest.raises(ReadError):
        stack.frame(4)
    stack.close()


def test_a_large_project_opens_at_once(tmp_path: Path) -> None:
    """Ten gigabytes of frames, sparse: opened and its first and last frame read, within a second and little memory."""
    count, size = 20_000, 512
    total = count * size * size * 2
    claims = {"T": {"NumberOfElements": count}, "Memory": {"Size": total}}
    picture = LifPicture("long", np.zeros((2, size, size), np.uint16), "TYX", STEPS, claims=claims)
    content = lif_bytes([picture], left_out=["long"]) + block("MemBlock_7", np.zeros(0, np.uint8), size=total)
    path = saved(tmp_path, content)
    with open(path, "r+b") as file:
        file.truncate(len(content) + total)
    assert path.stat().st_size > 10_000_000_000
    tracemalloc.start()
    started = time.monotonic()
    stack = open_stack(path)
    assert stack.shape == (count, size, size)
    assert stack.frame(0).max() == stack.frame(count - 1).max() == 0
    assert time.monotonic() - started < 1.0
    stack.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_the_real_damaged_projects(shared_data: Path) -> None:
    folder = shared_data / "broken" / "derived"
    with pytest.raises(ReadError, match="line 1, column 108"):
        describe(folder / "xzt_flip1.lif")
    description = describe(folder / "xzt_trunc50.lif")
    assert [scene.name for scene in description.scenes] == ["x_y_lambdaEmi", "x_y_lambdaExc"]
    assert "it ends at byte 574980 of 1149961" in description.warnings[0]
    assert "“x_y_z_t_lambdaEmi” (141 of its 220 planes are not in the file)" in description.warnings[1]
