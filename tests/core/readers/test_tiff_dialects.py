"""Stacks that tifffile wrote in each dialect come back pixel by pixel, with their axes and calibration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack

SHAPE = (5, 7, 11)


def counts(shape: tuple[int, ...], dtype: str, seed: int = 3) -> np.ndarray:
    """Pixels that differ everywhere, over the whole range of a type."""
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return rng.normal(100, 50, shape).astype(kind)
    limits = np.iinfo(kind)
    return rng.integers(limits.min, limits.max, shape, kind, endpoint=True)


def all_frames(stack: Stack) -> np.ndarray:
    """Every frame of a stack, which is closed then."""
    frames = np.stack([stack.frame(index) for index in range(stack.shape[0])])
    stack.close()
    return frames


def assert_reads(path: Path, expected: np.ndarray, selection: Selection = Selection()) -> None:
    stack = open_stack(path, selection)
    assert stack.shape == expected.shape
    assert stack.dtype == expected.dtype
    np.testing.assert_array_equal(all_frames(stack), expected)


WRITERS = {
    "plain": {},
    "without a note of its shape": {"metadata": None},
    "ImageJ": {"imagej": True, "metadata": {"axes": "TYX"}},
    "OME": {"ome": True, "metadata": {"axes": "TYX"}},
    "BigTIFF": {"bigtiff": True},
    "big-endian": {"byteorder": ">"},
    "big-endian BigTIFF": {"byteorder": ">", "bigtiff": True},
    "deflate": {"compression": "zlib"},
    "deflate with predictor": {"compression": "zlib", "predictor": True},
    "LZW": {"compression": "lzw"},
    "Zstandard": {"compression": "zstd"},
    "PackBits": {"compression": "packbits"},
    "LZMA": {"compression": "lzma"},
    "strips of two rows": {"rowsperstrip": 2},
    "compressed strips": {"rowsperstrip": 2, "compression": "zlib"},
    "tiles": {"tile": (16, 16)},
    "big-endian deflate": {"byteorder": ">", "compression": "zlib"},
    "big-endian tiles": {"byteorder": ">", "tile": (16, 16)},
    "big-endian ImageJ": {"imagej": True, "metadata": {"axes": "TYX"}, "byteorder": ">"},
    "one directory for all": {"metadata": {"axes": "TYX"}, "imagej": True, "truncate": True},
    "shape with one directory": {"truncate": True},
}


@pytest.mark.parametrize("dialect", WRITERS)
def test_every_dialect_comes_back_equal(dialect: str, tmp_path: Path) -> None:
    frames = counts(SHAPE, "uint16")
    path = tmp_path / ("stack.ome.tif" if "OME" in dialect else "stack.tif")
    tifffile.imwrite(path, frames, photometric="minisblack", **WRITERS[dialect])
    assert_reads(path, frames)
    description = describe(path)
    assert description.scenes[0].sizes == {"T": 5, "C": 1, "Z": 1, "Y": 7, "X": 11}
    assert not [sentence for sentence in description.warnings if "taken as time" not in sentence]


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64"]
)
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_every_type_comes_back_equal(dtype: str, byteorder: str, tmp_path: Path) -> None:
    frames = counts(SHAPE, dtype)
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, frames, photometric="minisblack", byteorder=byteorder)
    assert_reads(path, frames)


def test_a_second_reader_sees_the_same(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, counts(SHAPE, "uint16"), compression="zlib", photometric="minisblack")
    with Image.open(path) as picture:
        pages = [np.array(page) for page in ImageSequence.Iterator(picture)]
    assert_reads(path, np.stack(pages))


def test_frames_are_in_the_order_of_time_channel_and_plane(tmp_path: Path) -> None:
    hyperstack = counts((3, 4, 2, 6, 9), "uint16")
    for options, name in (({"imagej": True}, "h.tif"), ({"ome": True}, "h.ome.tif")):
        path = tmp_path / name
        tifffile.imwrite(path, hyperstack, metadata={"axes": "TZCYX"}, photometric="minisblack", **options)
        scene = describe(path).scenes[0]
        assert scene.axes == "TZCYX"
        assert scene.sizes == {"T": 3, "C": 2, "Z": 4, "Y": 6, "X": 9}
        assert_reads(path, hyperstack[:, 3, 1], Selection(channel=1, plane=3))
        # The other order of channel and plane would be wrong, and is seen to be.
        with pytest.raises(AssertionError):
            assert_reads(path, hyperstack[:, 1, 1], Selection(channel=1, plane=3))


def write_in_order(path: Path, order: str, hyperstack: np.ndarray) -> None:
    """A hyperstack (T, Z, C, Y, X) whose pages follow each other in an order of ImageJ's, the fastest first."""
    pages = hyperstack.transpose(*("TZC".index(letter) for letter in order.upper()[::-1]), 3, 4)
    times, planes, channels = hyperstack.shape[:3]
    notes = f"ImageJ=1.53t\nchannels={channels}\nslices={planes}\nframes={times}\norder={order}\n"
    with tifffile.TiffWriter(path) as writer:
        for page in pages.reshape(-1, *hyperstack.shape[3:]):
            writer.write(page, contiguous=False, description=notes, metadata=None, photometric="minisblack")


@pytest.mark.parametrize("order", ["czt", "zct", "ztc", "tcz"])
def test_the_order_that_an_imagej_description_names_is_followed(order: str, tmp_path: Path) -> None:
    hyperstack = counts((3, 4, 2, 6, 9), "uint16")
    path = tmp_path / "order.tif"
    write_in_order(path, order, hyperstack)
    assert_reads(path, hyperstack[:, 3, 1], Selection(channel=1, plane=3))


def test_an_order_of_imagej_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "order.tif"
    write_in_order(path, "zct", counts((3, 4, 2, 6, 9), "uint16"))
    path.write_bytes(path.read_bytes().replace(b"order=zct", b"order=zzt"))
    with pytest.raises(ReadError, match="in the order “zzt”"):
        describe(path)


def test_scenes_of_one_ome_file_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "two.ome.tif"
    first, second = counts((3, 5, 6), "uint16", 1), counts((4, 8, 7), "uint16", 2)
    with tifffile.TiffWriter(path, ome=True) as writer:
        writer.write(first, metadata={"axes": "TYX", "Name": "left"}, photometric="minisblack")
        writer.write(second, metadata={"axes": "TYX", "Name": "right"}, photometric="minisblack")
    assert [scene.name for scene in describe(path).scenes] == ["left", "right"]
    assert_reads(path, first)
    assert_reads(path, second, Selection(scene=1))


def test_a_stack_over_several_ome_files_is_one(tmp_path: Path) -> None:
    frames = counts((4, 6, 5), "uint16")
    blocks = "".join(
        f'<TiffData FirstT="{t}" IFD="0" PlaneCount="1"><UUID FileName="part{t}.ome.tif">urn:uuid:{t}</UUID></TiffData>'
        for t in range(4)
    )
    for t in range(4):
        xml = ome_xml(f'UUID="urn:uuid:{t}"', 'SizeT="4" SizeC="1" SizeZ="1" SizeY="6" SizeX="5"', blocks)
        tifffile.imwrite(tmp_path / f"part{t}.ome.tif", frames[t], description=xml, metadata=None)
    for opened in ("part0.ome.tif", "part2.ome.tif"):
        assert_reads(tmp_path / opened, frames)
    (tmp_path / "part3.ome.tif").unlink()
    assert_reads(tmp_path / "part0.ome.tif", frames[:3])
    assert "first 3" in describe(tmp_path / "part0.ome.tif").warnings[0]
    (tmp_path / "part0.ome.tif").unlink()
    assert any("lacks 2 of its 4 planes" in sentence for sentence in describe(tmp_path / "part1.ome.tif").warnings)
    with pytest.raises(ReadError, match="2 of 4 frames"):
        open_stack(tmp_path / "part1.ome.tif")


def test_a_renamed_ome_file_still_opens(tmp_path: Path) -> None:
    frames = counts((3, 6, 5), "uint16")
    blocks = '<TiffData IFD="0" PlaneCount="3"><UUID FileName="old name.ome.tif">urn:uuid:x</UUID></TiffData>'
    xml = ome_xml('UUID="urn:uuid:x"', 'SizeT="3" SizeC="1" SizeZ="1" SizeY="6" SizeX="5"', blocks)
    path = tmp_path / "new name.ome.tif"
    tifffile.imwrite(path, frames, description=xml, metadata=None, photometric="minisblack")
    assert_reads(path, frames)


def ome_xml(root: str, pixels: str, inside: str) -> str:
    """A small OME-XML with one uint16 image."""
    return (
        f'<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" {root}>'
        f'<Image ID="Image:0" Name="image"><Pixels DimensionOrder="XYZCT" Type="uint16" {pixels}>{inside}</Pixels>'
        "</Image></OME>"
    )


def test_optics_come_from_ome(tmp_path: Path) -> None:
    frames = counts((2, 6, 5), "uint16")
    xml = (
        '<OME><Instrument ID="I"><Objective ID="O:1" LensNA="1.42"/></Instrument><Image ID="Image:0">'
        '<ObjectiveSettings ID="O:1"/><Pixels DimensionOrder="XYCZT" Type="uint16" SizeX="5" SizeY="6" SizeZ="1" '
        'SizeC="1" SizeT="2" PhysicalSizeX="0.1" PhysicalSizeY="100" PhysicalSizeYUnit="nm">'
        '<Channel ID="C" Name="GFP" EmissionWavelength="525"/><TiffData/>'
        '<Plane TheT="0" TheC="0" TheZ="0" DeltaT="0"/><Plane TheT="1" TheC="0" TheZ="0" DeltaT="40" DeltaTUnit="ms"/>'
        "</Pixels></Image></OME>"
    )
    path = tmp_path / "optics.ome.tif"
    tifffile.imwrite(path, frames, description=xml, metadata=None, photometric="minisblack")
    stack = open_stack(path)
    assert (stack.acquisition.pixel_size_nm, stack.time_step_ms) == (100.0, 40.0)
    assert (stack.acquisition.numerical_aperture, stack.acquisition.emission_nm) == (1.42, 525.0)
    assert stack.acquisition.origin("emission_nm") is Origin.FILE
    assert stack.acquisition.psf_origin is Origin.FILE
    assert describe(path).scenes[0].channels == ("GFP",)
    stack.close()


@given(
    times=st.integers(2, 6), channels=st.integers(1, 3), height=st.integers(1, 20), width=st.integers(2, 20),
    dtype=st.sampled_from(["uint8", "uint16", "float32"]), pixel_nm=st.integers(20, 5000), step_ms=st.integers(1, 9000),
    ome=st.booleans(), compressed=st.booleans(),
)  # fmt: skip
def test_shape_type_and_calibration_survive(
    tmp_path: Path, times: int, channels: int, height: int, width: int, dtype: str, pixel_nm: int, step_ms: int,
    ome: bool, compressed: bool,
) -> None:  # fmt: skip
    frames = counts((times, channels, height, width), dtype)
    path = tmp_path / "stack.ome.tif"
    common = {"axes": "TCYX"}
    if ome:
        sizes = {"PhysicalSizeX": pixel_nm / 1000, "PhysicalSizeY": pixel_nm / 1000, "TimeIncrement": step_ms / 1000}
        options: dict = {"ome": True, "metadata": {**common, **sizes}}
    else:
        notes = {"unit": "um", "finterval": step_ms / 1000}
        options = {"imagej": True, "metadata": {**common, **notes}, "resolution": (1000 / pixel_nm, 1000 / pixel_nm)}
    tifffile.imwrite(path, frames, photometric="minisblack", compression="zlib" if compressed else None, **options)
    scene = describe(path).scenes[0]
    assert scene.sizes == {"T": times, "C": channels, "Z": 1, "Y": height, "X": width}
    # ImageJ's resolution is a quotient of 32-bit numbers: nine digits and more.
    assert scene.pixel_size_x_nm == pytest.approx(pixel_nm, rel=1e-6)
    assert scene.pixel_size_y_nm == pytest.approx(pixel_nm, rel=1e-6)
    assert scene.time_step_ms == pytest.approx(step_ms, rel=1e-9)
    assert_reads(path, frames[:, channels - 1], Selection(channel=channels - 1))


@pytest.mark.parametrize("planarconfig", ["contig", "separate"])
@pytest.mark.parametrize(
    "options",
    [{}, {"compression": "zlib"}, {"tile": (16, 16)}, {"rowsperstrip": 2}, {"byteorder": ">"}, {"metadata": None}],
)
@pytest.mark.parametrize("samples", [2, 3, 5])
def test_values_of_a_pixel_that_are_no_colours_are_channels(
    planarconfig: str, options: dict, samples: int, tmp_path: Path
) -> None:
    frames = counts((4, 7, 11, samples), "uint16")
    written = frames if planarconfig == "contig" else np.ascontiguousarray(np.moveaxis(frames, -1, 1))
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, written, photometric="minisblack", planarconfig=planarconfig, **options)
    scene = describe(path).scenes[0]
    assert scene.sizes == {"T": 4, "C": samples, "Z": 1, "Y": 7, "X": 11}
    for channel in range(samples):
        assert_reads(path, frames[..., channel], Selection(channel=channel))


@pytest.mark.parametrize("stated", [' SamplesPerPixel="2"', ""])
def test_channels_in_pages_and_in_samples_count_together(stated: str, tmp_path: Path) -> None:
    # One OME channel of two samples beside another: C counts the pages, then the samples in each.
    frames = counts((3, 2, 6, 5, 2), "uint16")
    xml = ome_xml(
        "", 'SizeT="3" SizeC="4" SizeZ="1" SizeY="6" SizeX="5"',
        f'<Channel ID="C:0"{stated}/><Channel ID="C:1"{stated}/><TiffData/>',
    ).replace("XYZCT", "XYCZT")  # fmt: skip
    path = tmp_path / "samples.ome.tif"
    tifffile.imwrite(path, frames, description=xml, metadata=None, photometric="minisblack", planarconfig="contig")
    assert describe(path).scenes[0].sizes["C"] == 4
    for channel in range(4):
        assert_reads(path, frames[:, channel // 2, ..., channel % 2], Selection(channel=channel))


def test_colours_and_transparency_are_no_channels(tmp_path: Path) -> None:
    path = tmp_path / "picture.tif"
    tifffile.imwrite(path, counts((7, 11, 3), "uint8"), photometric="rgb")
    with pytest.raises(ReadError, match=r"colour picture \(RGB\)"):
        describe(path)
    tifffile.imwrite(path, counts((7, 11, 2), "uint8"), photometric="minisblack", extrasamples=["unassalpha"])
    with pytest.raises(ReadError, match="with transparency"):
        describe(path)


@pytest.mark.parametrize("scheme", ["lzw", "packbits", "lzma", "zstd", "jpeg2000", "jpegxr", "png", "lerc", "jpegxl"])
def test_every_lossless_compression_comes_back_equal(scheme: str, tmp_path: Path) -> None:
    frames = counts((3, 33, 41), "uint16") >> 4
    path = tmp_path / "packed.tif"
    lossless = {"jpegxr": {"level": 1.0}, "jpegxl": {"lossless": True}}.get(scheme)
    tifffile.imwrite(path, frames, compression=scheme, compressionargs=lossless, photometric="minisblack")
    assert_reads(path, frames)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "float64"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_predictors_are_undone(dtype: str, byteorder: str, tmp_path: Path) -> None:
    frames = counts(SHAPE, dtype)
    path = tmp_path / "predicted.tif"
    options = {"compression": "zlib", "predictor": True, "byteorder": byteorder}
    tifffile.imwrite(path, frames, photometric="minisblack", **options)
    assert_reads(path, frames)


def test_smaller_copies_in_a_pyramid_are_passed_over(tmp_path: Path) -> None:
    frames = counts((3, 32, 48), "uint16")
    path = tmp_path / "pyramid.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as writer:
        writer.write(frames, subifds=2, metadata={"axes": "TYX"}, tile=(16, 16), photometric="minisblack")
        writer.write(frames[:, ::2, ::2], subfiletype=1, tile=(16, 16), photometric="minisblack")
        writer.write(frames[:, ::4, ::4], subfiletype=1, tile=(16, 16), photometric="minisblack")
    assert [scene.sizes["T"] for scene in describe(path).scenes] == [3]
    assert_reads(path, frames)


def test_the_last_page_of_a_compressed_stack_needs_none_before_it(tmp_path: Path) -> None:
    frames = counts((40, 6, 5), "uint16")
    path = tmp_path / "packed.tif"
    tifffile.imwrite(path, frames, compression="zlib", photometric="minisblack")
    stack = open_stack(path)
    np.testing.assert_array_equal(stack.frame(39), frames[39])
    np.testing.assert_array_equal(stack.frame(0), frames[0])
    stack.close()


def test_pages_that_differ_in_one_tag_are_not_taken_for_twins(tmp_path: Path) -> None:
    path = tmp_path / "mixed.tif"
    with tifffile.TiffWriter(path) as writer:
        for number in range(6):
            shape = (6, 5) if number != 4 else (5, 6)
            writer.write(np.full(shape, number, np.uint16), contiguous=False, metadata=None, photometric="minisblack")
    with pytest.raises(ReadError, match="page 5 has 5 × 6"):
        describe(path)


def test_an_info_of_ten_thousand_lines_stands_line_by_line(tmp_path: Path) -> None:
    lines = [f"Key {index:05d} = value {index}" for index in range(10_000)]
    info = "\n".join([*lines, "Note: one = two", "and more", "Key 00000 = again"])
    stack = open_stack(_with_info(tmp_path / "many.tif", info))
    entries = stack.metadata["ImageJ"]["Info"]
    stack.close()
    assert entries["Key 09999"] == "value 9999" and len(entries) == 10_002
    assert entries["Note"] == "one = two\nand more" and entries["Key 00000 (2)"] == "again"


@pytest.mark.parametrize("info", ("Taken on a rainy day.\nNobody = knows\nwhy", "=\n=", "  \n"))
def test_an_info_in_sentences_stands_as_it_is(tmp_path: Path, info: str) -> None:
    stack = open_stack(_with_info(tmp_path / "few.tif", info))
    stated = stack.metadata["ImageJ"]["Info"]
    stack.close()
    assert stated == info


def _with_info(path: Path, info: str) -> Path:
    tifffile.imwrite(path, counts(SHAPE, "uint16"), imagej=True, metadata={"axes": "TYX", "Info": info})
    return path
