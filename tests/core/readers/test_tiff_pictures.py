"""Strips and tiles that are pictures of their own: read where they fit, refused unread where they do not."""

from __future__ import annotations

import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import open_stack
from fluogan_app.core.readers.tiff_pictures import PICTURES, check_picture

FRAMES = np.random.default_rng(13).integers(0, 250, (3, 30, 45)).astype(np.uint16)
JPEG, JPEG_2000, LERC, PNG, JPEG_XR, JPEG_XL = 7, 34712, 34887, 34933, 34934, 50002
#: What another library writes of a picture, by scheme.
WRITERS = {
    JPEG: lambda image: imagecodecs.jpeg_encode(image.astype(np.uint8)),
    JPEG_2000: lambda image: imagecodecs.jpeg2k_encode(image, codecformat="jp2"),
    LERC: imagecodecs.lerc_encode,
    PNG: imagecodecs.png_encode,
    JPEG_XR: imagecodecs.jpegxr_encode,
    JPEG_XL: imagecodecs.jpegxl_encode,
}


@pytest.mark.parametrize("layout", [{}, {"rowsperstrip": 16}, {"tile": (16, 32)}])
@pytest.mark.parametrize(
    ("scheme", "dtype"),
    [("jpeg2000", "uint16"), ("jpegxl", "uint8"), ("jpegxl", "uint16"), ("jpegxl", "float32"), ("jpegxr", "uint8"),
     ("jpegxr", "uint16"), ("jpegxr", "float32"), ("png", "uint8"), ("png", "uint16"), ("lerc", "uint16"),
     ("lerc", "float32"), ("jpeg", "uint8")],
)  # fmt: skip
def test_pictures_in_strips_and_tiles_come_back(scheme: str, dtype: str, layout: dict, tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    frames = FRAMES.astype(dtype) / (256 if dtype == "float32" else 1)
    frames = frames.astype(dtype)
    tifffile.imwrite(path, frames, compression=scheme, photometric="minisblack", metadata=None, **layout)
    stack = open_stack(path)
    read = np.stack([stack.frame(index) for index in range(3)])
    stack.close()
    # JPEG alone is lossy.
    np.testing.assert_allclose(read, frames, atol=30 if scheme == "jpeg" else 0)
    assert read.dtype == dtype


@pytest.mark.parametrize("scheme", WRITERS)
@pytest.mark.parametrize("shape", [(7, 9), (8, 8), (128, 256), (300, 3), (1, 700), (900, 1200)])
def test_the_size_that_a_header_states_is_read(scheme: int, shape: tuple[int, int]) -> None:
    data = bytes(WRITERS[scheme](np.full(shape, 7, np.uint16)))
    dtype = np.dtype("uint8" if scheme == JPEG else "uint16")
    check_picture(scheme, data, *shape, dtype)
    for rows, columns in ((shape[0] - 1, shape[1]), (shape[0], shape[1] - 1)):
        with pytest.raises(ValueError, match=f"it states {shape[0]} × {shape[1]} pixels"):
            check_picture(scheme, data, rows, columns, dtype)


@pytest.mark.parametrize("scheme", WRITERS)
def test_a_small_strip_with_a_large_picture_is_refused_before_it_is_decoded(
    scheme: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.tif"
    tifffile.imwrite(path, FRAMES[0, :7, :9], photometric="minisblack", metadata=None)
    strip = bytes(WRITERS[scheme](np.zeros((1000, 900), np.uint16)))
    with tifffile.TiffFile(path) as file:
        places = {tag: file.pages[0].tags[tag].valueoffset for tag in (258, 259, 273, 279)}
    whole = bytearray(path.read_bytes())
    struct.pack_into("<H", whole, places[258], 8 if scheme == JPEG else 16)
    struct.pack_into("<H", whole, places[259], scheme)
    struct.pack_into("<I", whole, places[273], len(whole))
    struct.pack_into("<I", whole, places[279], len(strip))
    path.write_bytes(whole + strip)
    stack = open_stack(path)
    monkeypatch.setattr(tifffile.TiffPage, "asarray", lambda *_, **__: pytest.fail("it was decoded"))
    with pytest.raises(ReadError, match="it states 1000 × 900 pixels, where 7 × 9 belong"):
        stack.frame(0)
    stack.close()


@pytest.mark.parametrize("scheme", sorted(PICTURES))
def test_headers_that_are_damaged_are_refused(scheme: int) -> None:
    writer = WRITERS.get(scheme) or (WRITERS[JPEG] if scheme in (6, 33007, 34892) else WRITERS[JPEG_2000])
    writer = WRITERS[JPEG_XR] if scheme == 22610 else writer
    data = bytes(writer(FRAMES[0]))
    dtype = np.dtype("uint16")
    for length in range(0, 23, 2):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            check_picture(scheme, data[:length], 30, 45, dtype)
    rng = np.random.default_rng(scheme)
    for _ in range(300):
        spoilt = bytearray(data)
        for position in rng.integers(0, min(len(data), 200), 3):
            spoilt[position] = rng.integers(0, 256)
        try:
            check_picture(scheme, bytes(spoilt), 30, 45, dtype)
        except ValueError as error:
            assert str(error)


def test_several_pictures_in_one_strip_are_refused() -> None:
    dtype = np.dtype("uint8")
    film = bytes(imagecodecs.jpegxl_encode(np.zeros((4, 30, 45, 3), np.uint8), photometric="rgb"))
    with pytest.raises(ValueError, match="film"):
        check_picture(JPEG_XL, film, 30, 45, dtype)
    one = bytes(imagecodecs.lerc_encode(FRAMES[0]))
    with pytest.raises(ValueError, match="more than one picture"):
        check_picture(LERC, one + one, 30, 45, np.dtype("uint16"))


def test_other_packings_pass() -> None:
    check_picture(5, b"anything", 1, 1, np.dtype("uint16"))
