"""ND2 files as they were before 2010, written here, and read as the nd2 library reads them."""

from __future__ import annotations

import struct
from pathlib import Path

import imagecodecs
import nd2
import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.fuzzing import fuzz
from tests.core.readers.nd2_legacy_writer import assembled, legacy_nd2_bytes, picture, xml

FRAMES = np.random.default_rng(4).integers(0, 4096, (4, 9, 12)).astype(np.uint16)
WHOLE = legacy_nd2_bytes(FRAMES)


def written(tmp_path: Path, content: bytes, name: str = "old.nd2") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def refusal(path: Path) -> str:
    """The message with which a file, or one of its first frames, is refused."""
    with pytest.raises(ReadError) as caught:
        stack = open_stack(path)
        try:
            stack.frame(0)
        finally:
            stack.close()
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("axes", ["T", "TC", "TZ", "TZC", "ZC"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_what_was_written_is_read_as_the_library_reads_it(axes: str, dtype: str, tmp_path: Path) -> None:
    shape = (*[{"T": 4, "Z": 3, "C": 2}[letter] for letter in axes], 9, 12)
    pixels = np.random.default_rng(2).integers(0, 256, shape).astype(dtype)
    path = written(tmp_path, legacy_nd2_bytes(pixels, axes))
    with nd2.ND2File(path) as file:
        np.testing.assert_array_equal(file.asarray(), pixels)
    scene = describe(path).scenes[0]
    assert (scene.axes, scene.dtype) == (axes + "YX", dtype)
    wide = pixels.reshape(*(scene.sizes[letter] for letter in "TZCYX"))
    for channel in range(scene.sizes["C"]):
        for plane in range(scene.sizes["Z"]):
            stack = open_stack(path, Selection(channel=channel, plane=plane))
            for time_point in range(scene.sizes["T"]):
                np.testing.assert_array_equal(stack.frame(time_point), wide[time_point, plane, channel])
            stack.close()


def test_the_calibration_is_read(tmp_path: Path) -> None:
    scene = describe(written(tmp_path, WHOLE)).scenes[0]
    assert (scene.pixel_size_x_nm, scene.time_step_ms) == (100.0, 20.0)
    assert (scene.recording.numerical_aperture, scene.recording.objective) == (1.4, "Plan Apo 60x")
    uncalibrated = describe(written(tmp_path, legacy_nd2_bytes(FRAMES, pixel_um=0.0))).scenes[0]
    assert uncalibrated.pixel_size_origin is Origin.MISSING


def test_another_jpeg_2000_picture_is_no_nd2(tmp_path: Path) -> None:
    path = tmp_path / "picture.jp2"
    path.write_bytes(imagecodecs.jpeg2k_encode(FRAMES[0], codecformat="jp2"))
    with pytest.raises(ReadError, match="is a JPEG 2000 picture"):
        describe(path)
    assert describe(written(tmp_path, WHOLE, "renamed.jp2")).reader == "ND2 (before 2010)"


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    for length in range(12, len(WHOLE), 211):
        assert "damaged" in refusal(written(tmp_path, WHOLE[:length]))


def test_a_file_damaged_by_chance_opens_or_is_refused(tmp_path: Path) -> None:
    assert [str(each) for each in fuzz(WHOLE, ".nd2", range(200), tmp_path)] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_file_damaged_in_thousands_of_ways_opens_or_is_refused(tmp_path: Path) -> None:
    assert [str(each) for each in fuzz(WHOLE, ".nd2", range(1000, 6000), tmp_path)] == []


def test_pictures_that_disagree_with_the_description_are_refused(tmp_path: Path) -> None:
    start = WHOLE.index(b"\xff\x4f\xff\x51")
    huge = bytearray(WHOLE)
    struct.pack_into(">2I", huge, start + 8, 2**31, 2**31)
    assert "has 2147483648 × 2147483648 pixels, not 9 × 12" in refusal(written(tmp_path, bytes(huge)))
    assert "no JPEG 2000 picture" in refusal(written(tmp_path, WHOLE.replace(b"\xff\x4f\xff\x51", b"\xff\x4f\xff\x50")))


def test_a_table_that_claims_too_much_is_refused(tmp_path: Path) -> None:
    back = struct.unpack("<Q", WHOLE[-8:])[0]
    table = len(WHOLE) - back
    boastful = WHOLE[:table] + (2**31).to_bytes(4, "big") + WHOLE[table + 4 :]
    assert "claims 2147483648 boxes" in refusal(written(tmp_path, boastful))
    assert "claims 4611686018427387904 bytes" in refusal(written(tmp_path, WHOLE[:-8] + struct.pack("<Q", 2**62)))
    assert "holds no frames" in refusal(written(tmp_path, assembled([(b"jP  ", b"\0" * 4, b"\r\n\x87\n")])))


def test_descriptions_with_entities_are_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]>' + xml(picture(1, 0.1))
    boxes = [(b"jP  ", b"\0" * 4, b"\r\n\x87\n"), (b"uuid", b"VIMD", bomb), (b"jp2c", b"LUNK", b"x" * 50)]
    assert "not the plain text" in refusal(written(tmp_path, assembled(boxes)))
