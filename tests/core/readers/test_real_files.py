"""Real files of microscopes and other programs, decided one by one: what each reads as, or why it is refused.

The files are extra: where they are absent these tests are skipped, with the reason.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import imageio
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageSequence

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack

OME_Z = "take axis Z as time"
Z_AS_TIME = "Axis Z is taken as time"
NO_AXES = "does not name its axes"
ONE_FRAME = "one frame only"
SERIES = "40 numbered files, 00001.tif to 00040.tif, are taken as one stack."


@dataclass(frozen=True)
class Expected:
    """What a file reads as: sizes T, C, Z, Y, X, the file's axes, calibration, and a word in the warnings."""

    sizes: tuple[int, int, int, int, int]
    axes: str
    dtype: str = "uint16"
    pixel_nm: float | None = None
    step_ms: float | None = None
    said: str = ""
    scenes: int = 1


def single(height: int, width: int, dtype: str = "uint16") -> Expected:
    """A file that holds one frame."""
    return Expected((1, 1, 1, height, width), "YX", dtype, said=ONE_FRAME)


READ: dict[str, Expected] = {
    "stacks/dsred_mito_50x67x74.tif": Expected((50, 1, 1, 67, 74), "TYX", "uint16", 80.0, 24.074075743556),
    "stacks/mito_014_50x70x70.tif": Expected((50, 1, 1, 70, 70), "ZYX", said=Z_AS_TIME),
    "stacks/blinking_bleaching_300x60x60.tif": Expected((300, 1, 1, 60, 60), "IYX", said=NO_AXES),
    "stacks/bundled_tubes_361x64x64.tif": Expected((361, 1, 1, 64, 64), "TYX", pixel_nm=100.0),
    "stacks/tubes_known_positions_20x64x64.tif": Expected((20, 1, 1, 64, 64), "ZYX", pixel_nm=100.0, said=Z_AS_TIME),
    "tiff/locan_dstorm_images.tif": Expected((5, 1, 1, 128, 128), "ZYX", said=Z_AS_TIME),
    "tiff/membrane_2d_timelapse.tif": Expected((5, 1, 1, 256, 256), "QYX", said=NO_AXES),
    "ometiff/time-series.ome.tif": Expected((7, 1, 1, 167, 439), "TYX", "int8"),
    "ometiff/multi-channel-time-series.ome.tif": Expected((7, 3, 1, 167, 439), "TCYX", "int8"),
    "ometiff/181003_multi_pos_time_course_1_MMStack.ome.tif": Expected(
        (10, 1, 1, 256, 256), "TYX", pixel_nm=5230.4, step_ms=5000.0, scenes=2
    ),
    "ometiff/multifile_master/multifile-Z1.ome.tiff": Expected((1, 1, 5, 24, 18), "ZYX", "uint8", said=OME_Z),
    "ometiff/multifile_master/multifile-Z4.ome.tiff": Expected((1, 1, 5, 24, 18), "ZYX", "uint8", said=OME_Z),
    "ometiff/ndtiff3.2_monochrome/NDTiff3.2_monochrome_NDTiffStack.tif": Expected(
        (8, 1, 16, 64, 64), "TZYX", pixel_nm=1000.0
    ),
    "numbered_frames/00001.tif": Expected((40, 1, 1, 64, 64), "TYX", said=SERIES),
    "numbered_frames/00040.tif": Expected((40, 1, 1, 64, 64), "TYX", said=SERIES),
    "unsupported/spestack_test.spe": Expected((5, 1, 1, 128, 128), "TYX"),
    "broken/derived/tiff_named.czi": Expected((100, 1, 1, 30, 45), "ZYX", said=Z_AS_TIME),
    "broken/pillow/10ct_32bit_128.tiff": single(128, 128, "float32"),
    "broken/pillow/12in16bit.tif": single(100, 100),
    "broken/pillow/16bit.MM.cropped.tif": single(64, 64),
    "broken/pillow/16bit.MM.deflate.tif": single(64, 64),
    "broken/pillow/16bit.cropped.tif": single(64, 64),
    "broken/pillow/16bit.deflate.tif": single(64, 64),
    "broken/pillow/16bit.r.tif": single(64, 64),
    "broken/pillow/16bit.s.tif": single(10, 10, "int16"),
    "broken/pillow/ifd_tag_type.tiff": single(512, 640),
}

COLOUR, NOT_ALIKE, ONE_BIT = "colour picture", "no stack of equal frames", "1 bit per pixel"

REFUSED: dict[str, str] = {
    "broken/derived/cardio_trunc50.tif": "page 2 should be described at byte 270200, but the file ends at byte 141337",
    "broken/derived/cardio_flip1.tif": NOT_ALIKE,
    "broken/derived/empty.tif": "empty",
    "broken/derived/empty.ome.tif": "empty",
    "broken/derived/text.tif": "a text file",
    "broken/derived/text.ome.tif": "a text file",
    "broken/derived/time-series_trunc50.ome.tif": "the pixels of page 4 run to byte 299796",
    "broken/derived/time-series_flip1.ome.tif": "its OME description cannot be read",
    "broken/pillow/crash-0c7e0e8e11ce787078f00b5b0ca409a167f070e0.tif": COLOUR,
    "broken/pillow/crash-0da013a13571cc8eb457a39fee8db18f8a3c7127.tif": ONE_BIT,
    "broken/pillow/crash-0e16d3bfb83be87356d026d66919deaefca44dac.tif": COLOUR,
    "broken/pillow/crash-1152ec2d1a1a71395b6f2ce6721c38924d025bf3.tif": COLOUR,
    "broken/pillow/crash-1185209cf7655b5aed8ae5e77784dfdd18ab59e9.tif": COLOUR,
    "broken/pillow/crash-2020-10-test.tif": "damaged",
    "broken/pillow/crash-338516dbd2f0e83caddb8ce256c22db3bd6dc40f.tif": COLOUR,
    "broken/pillow/crash-4f085cc12ece8cde18758d42608bed6a2a2cfb1c.tif": COLOUR,
    "broken/pillow/crash-63b1dffefc8c075ddc606c0a2f5fdc15ece78863.tif": "page 2 should be described",
    "broken/pillow/crash-74d2a78403a5a59db1fb0a2b8735ac068a75f6e3.tif": ONE_BIT,
    "broken/pillow/crash-86214e58da443d2b80820cff9677a38a33dcbbca.tif": COLOUR,
    "broken/pillow/crash-f46f5b2f43c370fe65706c11449f567ecc345e74.tif": COLOUR,
    "broken/pillow/hopper_bigtiff.tif": COLOUR,
    "broken/pillow/hopper_float_dpi_None.tif": COLOUR,
    "broken/pillow/hopper_unknown_pixel_mode.tif": COLOUR,
    "broken/pillow/multipage-lastframe.tif": ONE_BIT,
    "broken/pillow/multipage-mmap.tiff": NOT_ALIKE,
    "broken/pillow/multipage.tiff": NOT_ALIKE,
    "broken/pillow/multipage_multiple_frame_loop.tiff": "lead back",
    "broken/pillow/multipage_out_of_order.tiff": NOT_ALIKE,
    "broken/pillow/multipage_single_frame_loop.tiff": "lead back",
    "broken/pillow/oom-225817ca0f8c663be7ab4b9e717b02c661e66834.tif": "the description of page 1 runs to byte",
    "broken/pillow/tiff_overflow_rows_per_strip.tif": COLOUR,
    "broken/pillow/tiff_wrong_bits_per_sample.tiff": COLOUR,
    "broken/pillow/tiff_wrong_bits_per_sample_2.tiff": COLOUR,
    "broken/pillow/tiff_wrong_bits_per_sample_3.tiff": COLOUR,
    "broken/pillow/total-pages-zero.tif": ONE_BIT,
    "unsupported/test.oib": "an Olympus OIB",
    "stacks/mito_014_50x70x70.txt": "a text file",
}


@pytest.mark.parametrize("name", READ)
def test_a_real_file_is_described_right(name: str, shared_data: Path) -> None:
    expected = READ[name]
    description = describe(shared_data / name)
    scene = description.scenes[0]
    assert len(description.scenes) == expected.scenes
    assert tuple(scene.sizes[letter] for letter in "TCZYX") == expected.sizes
    assert (scene.axes, scene.dtype) == (expected.axes, expected.dtype)
    assert scene.pixel_size_x_nm == scene.pixel_size_y_nm == expected.pixel_nm
    assert scene.pixel_size_origin is (Origin.MISSING if expected.pixel_nm is None else Origin.FILE)
    assert scene.time_step_ms == (None if expected.step_ms is None else pytest.approx(expected.step_ms))
    assert (expected.said in " ".join(description.warnings)) if expected.said else not description.warnings


@pytest.mark.parametrize("name", READ)
def test_a_real_file_has_the_pixels_that_another_reader_sees(name: str, shared_data: Path) -> None:
    path = shared_data / name
    sizes = describe(path).scenes[0].sizes
    seen = []
    for channel in range(sizes["C"]):
        for plane in range(sizes["Z"]):
            stack = open_stack(path, Selection(channel=channel, plane=plane))
            seen.append([stack.frame(index) for index in range(stack.shape[0])])
            stack.close()
    # The files with several axes hold T, Z or T, C, the last one fastest.
    frames = np.swapaxes(np.array(seen), 0, 1).reshape(-1, sizes["Y"], sizes["X"])
    np.testing.assert_array_equal(frames, seen_by_another_reader(path).reshape(frames.shape))


def seen_by_another_reader(path: Path) -> np.ndarray:
    """All frames as tifffile or Pillow reads them."""
    if path.name == "multifile-Z4.ome.tiff":
        path = path.with_name("multifile-Z1.ome.tiff")
    if path.parent.name == "numbered_frames":
        return np.stack([np.array(Image.open(file)) for file in sorted(path.parent.iterdir())]).astype(np.uint16)
    if path.suffix == ".spe":
        return np.stack(imageio.v2.mimread(path))
    big_endian = path.read_bytes()[:2] == b"MM"
    if big_endian and describe(path).scenes[0].dtype == "uint16":
        # tifffile 2023.2.28 cannot read these with numpy 2.
        with Image.open(path) as picture:
            return np.stack([np.array(page) for page in ImageSequence.Iterator(picture)]).astype(np.uint16)
    if "MMStack" in path.name:
        # Its two positions alternate; later versions of tifffile read both at once.
        return tifffile.imread(path, key=range(0, 20, 2))
    return tifffile.imread(path)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_stack_is_refused_with_the_reason(name: str, shared_data: Path) -> None:
    started = time.perf_counter()
    for action in (describe, open_stack):
        with pytest.raises(ReadError) as caught:
            action(shared_data / name)
        assert REFUSED[name] in caught.value.message
        assert caught.value.hint
    assert time.perf_counter() - started < 10


def test_every_tiff_there_has_been_decided(shared_data: Path) -> None:
    known = {*READ, *REFUSED}
    paths = (path for path in shared_data.rglob("*") if path.suffix in (".tif", ".tiff"))
    files = {path.relative_to(shared_data).as_posix() for path in paths}
    alike = {name for name in files if name.startswith(("numbered_frames/", "ometiff/multifile_master/"))}
    # A CZI by its content, and opened as one (test_czi.py).
    misnamed = {"broken/derived/czi_named.tif"}
    assert files - alike - known - misnamed == set()


def test_both_positions_of_a_micromanager_file_are_read(shared_data: Path) -> None:
    path = shared_data / "ometiff/181003_multi_pos_time_course_1_MMStack.ome.tif"
    with tifffile.TiffFile(path) as tiff:
        pages = [page.asarray() for page in tiff.pages]
    for scene in (0, 1):
        stack = open_stack(path, Selection(scene=scene))
        # The file alternates between its positions.
        for time_point in (0, 4, 9):
            np.testing.assert_array_equal(stack.frame(time_point), pages[2 * time_point + scene])
        stack.close()
