"""Whatever stack another program writes as TIFF comes back: shape, type, axes, pixel size, time step, every pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.readers.open import describe, open_stack

#: The writer takes shorter sides for samples of a colour.
SIDES = st.integers(5, 14)
COUNTS = st.integers(1, 5)
#: From a nanometre to a tenth of a millimetre.
SIZES_NM = st.one_of(st.none(), st.floats(1.0, 1e5).map(lambda value: float(f"{value:.6g}")))
STEPS_S = st.one_of(st.none(), st.floats(1e-4, 1e3).map(lambda value: float(f"{value:.6g}")))
INTEGERS = ("uint8", "uint16", "int8", "int16", "uint32", "int32")
OME_TYPES = (*INTEGERS, "float32", "float64")
IMAGEJ_TYPES = ("uint8", "uint16", "float32")
COMPRESSIONS = st.sampled_from([None, "lzw", "zlib", "zstd", "packbits"])


def pixels(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Every pixel another number, as far as the type allows."""
    return (np.arange(np.prod(shape)) % 251).reshape(shape).astype(dtype)


def check_frames(path: Path, in_order: np.ndarray) -> None:
    """Assert that each channel and plane of the file has the frames of (T, C, Z, Y, X)."""
    for channel in range(in_order.shape[1]):
        for plane in range(in_order.shape[2]):
            stack = open_stack(path, Selection(channel=channel, plane=plane))
            read = np.stack([stack.frame(index) for index in range(stack.shape[0])])
            stack.close()
            assert read.dtype == in_order.dtype
            np.testing.assert_array_equal(read, in_order[:, channel, plane])


@given(
    order=st.permutations("TCZ"), counts=st.tuples(COUNTS, COUNTS, COUNTS), height=SIDES, width=SIDES,
    dtype=st.sampled_from(OME_TYPES), size_nm=SIZES_NM, step_s=STEPS_S, compression=COMPRESSIONS,
    big_endian=st.booleans(), bigtiff=st.booleans(),
)  # fmt: skip
def test_ome(tmp_path, order, counts, height, width, dtype, size_nm, step_s, compression, big_endian, bigtiff) -> None:
    if big_endian and compression is not None:
        compression = None  # the writer does not swap bytes for all of its codecs
    frames = pixels((*counts, height, width), dtype)
    notes: dict[str, object] = {"axes": "".join(order) + "YX"}
    if size_nm is not None:
        notes |= {"PhysicalSizeX": size_nm, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": size_nm / 1000}
    if step_s is not None:
        notes |= {"TimeIncrement": step_s, "TimeIncrementUnit": "s"}
    path = tmp_path / "stack.ome.tif"
    tifffile.imwrite(
        path, frames, ome=True, metadata=notes, photometric="minisblack", compression=compression, bigtiff=bigtiff,
        byteorder=">" if big_endian else "<",
    )  # fmt: skip
    (scene,) = describe(path).scenes
    long_axes = [letter for letter, count in zip(order, counts, strict=True) if count > 1]
    assert set(scene.axes[:-2]) == set(long_axes)
    by_letter = dict(zip(order, counts, strict=True))
    assert {letter: scene.sizes[letter] for letter in "TCZ"} == by_letter
    assert (scene.sizes["Y"], scene.sizes["X"], scene.dtype) == (height, width, dtype)
    assert scene.recording.pixel_size_nm == (None if size_nm is None else pytest.approx(size_nm))
    assert scene.pixel_size_origin is (Origin.MISSING if size_nm is None else Origin.FILE)
    assert scene.time_step_ms == (None if step_s is None else pytest.approx(1000 * step_s))
    check_frames(path, frames.transpose(*(order.index(letter) for letter in "TCZ"), 3, 4))


@given(
    counts=st.tuples(COUNTS, COUNTS, COUNTS), height=SIDES, width=SIDES, dtype=st.sampled_from(IMAGEJ_TYPES),
    size_nm=SIZES_NM, step_s=STEPS_S, unit=st.sampled_from([("um", 1000.0), ("micron", 1000.0), ("nm", 1.0)]),
)  # fmt: skip
def test_imagej(tmp_path, counts, height, width, dtype, size_nm, step_s, unit) -> None:
    times, planes, channels = counts
    frames = pixels((times, planes, channels, height, width), dtype)
    notes: dict[str, object] = {"axes": "TZCYX"}
    name, unit_nm = unit
    scale = {} if size_nm is None else {"resolution": (unit_nm / size_nm,) * 2}
    notes |= {} if size_nm is None else {"unit": name}
    notes |= {} if step_s is None else {"finterval": step_s}
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, frames, imagej=True, metadata=notes, **scale)
    (scene,) = describe(path).scenes
    # A series along Z alone is taken as time, since many programs write time so: a guess, and told.
    guessed = times == 1 and planes > 1
    taken = (planes, channels, 1) if guessed else (times, channels, planes)
    assert tuple(scene.sizes[letter] for letter in "TCZ") == taken
    assert scene.time_guessed == guessed
    assert (scene.sizes["Y"], scene.sizes["X"], scene.dtype) == (height, width, dtype)
    assert scene.recording.pixel_size_nm == (None if size_nm is None else pytest.approx(kept_nm(path, unit_nm)))
    assert size_nm is None or kept_nm(path, unit_nm) == pytest.approx(size_nm, rel=1e-4)
    if times > 1:
        assert scene.time_step_ms == (None if step_s is None else pytest.approx(1000 * step_s))
    in_order = frames.transpose(0, 2, 1, 3, 4)
    check_frames(path, in_order.transpose(2, 1, 0, 3, 4) if guessed else in_order)


def kept_nm(path: Path, unit_nm: float) -> float:
    """The pixel size in the tag, which keeps pixels per unit as a fraction of small numbers."""
    with tifffile.TiffFile(path) as tiff:
        pixels_of, units = tiff.pages[0].tags["XResolution"].value
    return unit_nm * units / pixels_of


@given(
    count=st.integers(1, 9), height=st.integers(1, 13), width=st.integers(1, 13), dtype=st.sampled_from(OME_TYPES),
    compression=COMPRESSIONS, big_endian=st.booleans(), tiled=st.booleans(), rows=st.integers(1, 13),
)  # fmt: skip
def test_pages_in_a_row(tmp_path, count, height, width, dtype, compression, big_endian, tiled, rows) -> None:
    if big_endian and compression is not None:
        compression = None
    frames = pixels((count, height, width), dtype)
    parts = {"tile": (16, 16)} if tiled else {"rowsperstrip": rows}
    path = tmp_path / "pages.tif"
    with tifffile.TiffWriter(path, byteorder=">" if big_endian else "<") as writer:
        for frame in frames:
            writer.write(frame, photometric="minisblack", metadata=None, compression=compression, **parts)
    (scene,) = describe(path).scenes
    assert scene.sizes == {"T": count, "C": 1, "Z": 1, "Y": height, "X": width}
    assert scene.time_guessed == (count > 1) and scene.dtype == dtype
    assert scene.pixel_size_origin is Origin.MISSING, "pixels per inch of a print are no pixel size"
    check_frames(path, frames[:, None, None])


def test_a_wrong_frame_would_be_found(tmp_path: Path) -> None:
    frames = pixels((3, 1, 1, 4, 5), "uint16")
    tifffile.imwrite(tmp_path / "stack.tif", frames[:, 0, 0], photometric="minisblack")
    check_frames(tmp_path / "stack.tif", frames)
    for wrong in (frames[::-1], frames.astype(np.int32), frames + np.eye(4, 5, dtype=np.uint16)):
        with pytest.raises(AssertionError):
            check_frames(tmp_path / "stack.tif", wrong)
