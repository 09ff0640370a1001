"""CZI files and Zeiss's own library: what it writes is read here as it reads it itself, and the other way round."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.czi_files import Picture, packed, written

czi = pytest.importorskip("pylibCZIrw.czi", reason="Zeiss's library has no wheel for this platform")

COMPRESSIONS = ("uncompressed:", "zstd0:ExplicitLevel=1", "zstd1:ExplicitLevel=1;PreProcess=HiLoByteUnpack")


def write(path: Path, pixels: np.ndarray, compression: str, corner: tuple[int, int] = (0, 0), **scaling_m) -> Path:
    """A file of Zeiss's library: pixels (S, T, C, Z, Y, X), each scene 500 pixels right of the one before."""
    path.unlink(missing_ok=True)
    with czi.create_czi(str(path), compression_options=compression) as document:
        for scene, time, channel, plane in np.ndindex(pixels.shape[:4]):
            document.write(
                pixels[scene, time, channel, plane],
                location=(corner[1] + 500 * scene, corner[0]),
                plane={"T": time, "C": channel, "Z": plane},
                scene=scene,
            )
        names = {channel: f"dye {channel}" for channel in range(pixels.shape[2])}
        document.write_metadata("written", channel_names=names, **scaling_m)
    return path


@settings(max_examples=30)
@given(
    counts=st.tuples(st.integers(1, 2), st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)),
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    dtype=st.sampled_from([np.uint8, np.uint16, np.float32]),
    compression=st.sampled_from(COMPRESSIONS),
    corner=st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)),
    pixel_nm=st.floats(1.5, 20_000),
)
def test_what_zeiss_writes_is_read(counts, size, dtype, compression, corner, pixel_nm, tmp_path) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (*counts, *size)).astype(dtype)
    side_m = pixel_nm * 1e-9
    path = write(tmp_path / "a.czi", pixels, compression, corner, scale_x=side_m, scale_y=side_m)
    scenes, times, channels, planes = counts
    description = describe(path)
    assert len(description.scenes) == scenes
    for number, scene in enumerate(description.scenes):
        assert scene.sizes == {"T": times, "C": channels, "Z": planes, "Y": size[0], "X": size[1]}
        stated = zip("TCZ", counts[1:], strict=True)
        assert scene.axes == "".join(letter for letter, count in stated if count > 1) + "YX"
        assert scene.dtype == np.dtype(dtype).name
        assert scene.pixel_size_x_nm == scene.pixel_size_y_nm == pytest.approx(pixel_nm, rel=1e-5)
        assert scene.channels == tuple(f"dye {channel}" for channel in range(channels))
        for channel, plane in np.ndindex(channels, planes):
            stack = open_stack(path, Selection(scene=number, channel=channel, plane=plane))
            frames = np.stack([stack.frame(index) for index in range(times)])
            stack.close()
            np.testing.assert_array_equal(frames, pixels[number, :, channel, plane])


@settings(max_examples=20)
@given(places=st.lists(st.tuples(st.integers(-15, 15), st.integers(-15, 15)), min_size=1, max_size=5))
def test_mosaics_look_as_zeiss_assembles_them(places: list[tuple[int, int]], tmp_path: Path) -> None:
    path = tmp_path / "a.czi"
    path.unlink(missing_ok=True)
    rng = np.random.default_rng(3)
    with czi.create_czi(str(path)) as document:
        for time in range(2):
            for y, x in places:
                tile = rng.integers(1, 256, (9, 12)).astype(np.uint8)
                document.write(tile, location=(x, y), plane={"T": time, "C": 0, "Z": 0})
        document.write_metadata("mosaic")
    stack = open_stack(path)
    with czi.open_czi(str(path)) as document:
        for time in range(2):
            np.testing.assert_array_equal(stack.frame(time), document.read(plane={"T": time}, scene=0)[..., 0])
    stack.close()


@pytest.mark.parametrize("packing", ["plain", "jpegxr", "zstd", "zstd, bytes apart"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_zeiss_reads_what_the_tests_write(packing: str, dtype: type, tmp_path: Path) -> None:
    frames = np.random.default_rng(4).integers(0, 256, (3, 9, 13)).astype(dtype)
    whole = [Picture(frame, {"T": time, "H": 0}) for time, frame in enumerate(frames)]
    copies = [Picture(frame[::2, ::2], {"T": time, "H": 0}, covers=(9, 13)) for time, frame in enumerate(frames)]
    path = written(tmp_path / "a.czi", [packed(picture, packing) for picture in whole] + copies)
    with czi.open_czi(str(path)) as document:
        for time, frame in enumerate(frames):
            np.testing.assert_array_equal(document.read(plane={"T": time})[..., 0], frame)


def test_a_stack_is_the_same_as_czi_and_as_tiff(shared_data: Path) -> None:
    zeiss = open_stack(shared_data / "czi/bundled_tubes_T361_gray16_zstd.czi")
    tiff = open_stack(shared_data / "stacks/bundled_tubes_361x64x64.tif")
    assert zeiss.shape == tiff.shape == (361, 64, 64)
    for index in range(361):
        np.testing.assert_array_equal(zeiss.frame(index), tiff.frame(index))
    zeiss.close()
    tiff.close()
