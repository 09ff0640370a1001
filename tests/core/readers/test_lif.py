"""LIF projects, written here for every axis and type: read back as they are, and as the liffile library sees them."""

from __future__ import annotations

import threading
from pathlib import Path

import liffile
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.lif_writer import LifPicture, lif_bytes, lof_bytes

RNG = np.random.default_rng(6)
FRAMES = RNG.integers(0, 4096, (6, 9, 12)).astype(np.uint16)
MOVIE = LifPicture("movie", FRAMES, "TYX", {"T": 0.02, "Y": 1e-7, "X": 1e-7})


def written(tmp_path: Path, *pictures: LifPicture, **options) -> Path:
    """A file made by the writer."""
    path = tmp_path / "written.lif"
    path.write_bytes(lif_bytes(pictures, **options))
    return path


def everything(path: Path, scene: int = 0) -> np.ndarray:
    """All pixels of an image (T, C, Z, Y, X), read one selection at a time."""
    sizes = describe(path).scenes[scene].sizes
    channels = []
    for channel in range(sizes["C"]):
        planes = []
        for plane in range(sizes["Z"]):
            stack = open_stack(path, Selection(scene=scene, channel=channel, plane=plane))
            planes.append([stack.frame(index) for index in range(sizes["T"])])
            stack.close()
        channels.append(planes)
    return np.array(channels).transpose(2, 0, 1, 3, 4)


@given(
    leading=st.permutations("TZC").flatmap(lambda order: st.integers(0, 3).map(lambda count: "".join(order[:count]))),
    counts=st.tuples(*[st.integers(2, 4)] * 3),
    size=st.tuples(st.integers(2, 9), st.integers(2, 9)),
    dtype=st.sampled_from(["uint8", "uint16", "uint32", "float32"]),
    version=st.sampled_from([1, 2]),
    pixel_um=st.floats(0.01, 2.0),
)
def test_what_was_written_is_read(
    leading: str, counts, size, dtype: str, version: int, pixel_um: float, tmp_path: Path
) -> None:
    shape = (*counts[: len(leading)], *size)
    pixels = np.random.default_rng(5).integers(0, 256, shape).astype(dtype)
    picture = LifPicture("a", pixels, leading + "YX", {"X": pixel_um * 1e-6, "Y": pixel_um * 1e-6})
    path = written(tmp_path, picture, version=version)
    (scene,) = describe(path).scenes
    named = dict(zip(leading, counts, strict=False))
    expected = {letter: named.get(letter, 1) for letter in "TCZ"} | {"Y": size[0], "X": size[1]}
    assert (dict(scene.sizes), scene.dtype, scene.axes) == (expected, dtype, leading + "YX")
    assert scene.pixel_size_x_nm == pytest.approx(1000 * pixel_um)
    missing = [letter for letter in "TCZ" if letter not in leading]
    order = [(missing + list(leading)).index(letter) for letter in "TCZ"]
    wide = pixels.reshape(*(1,) * (3 - len(leading)), *shape).transpose(*order, 3, 4)
    np.testing.assert_array_equal(everything(path), wide)


@pytest.mark.parametrize("axes", ["TYX", "TCYX", "CTZYX", "ZYX", "TCZX", "MTYX", "LYX", "TYXC"])
def test_the_library_sees_the_same_pixels(axes: str, tmp_path: Path) -> None:
    pixels = RNG.integers(0, 60_000, (3, 2, 4, 5, 6)[: len(axes)]).astype(np.uint16)
    path = written(tmp_path, LifPicture("a", pixels, axes))
    with liffile.LifFile(path) as file:
        expected = file.images[0].asarray()
    np.testing.assert_array_equal(expected, pixels)
    sizes = describe(path).scenes[0].sizes
    if axes == "CTZYX":
        expected = expected.transpose(1, 0, 2, 3, 4)
    elif axes == "TYXC":
        # Channels pixel by pixel, which are no colours as long as the file does not call them so.
        expected = expected.transpose(0, 3, 1, 2)
    elif axes == "MTYX":
        # Tiles have no role of their own: each is chosen as a plane.
        expected = expected.transpose(1, 0, 2, 3)
    assert sizes["T"] == dict(zip(axes, pixels.shape, strict=True)).get("T", 1)
    np.testing.assert_array_equal(everything(path).reshape(expected.shape), expected)


def test_images_in_folders_are_scenes(tmp_path: Path) -> None:
    second = LifPicture("day 2/Series001", FRAMES[:2] + 1, "TYX")
    path = written(tmp_path, MOVIE, second, LifPicture("day 2/Series002", FRAMES[0], "YX"))
    description = describe(path)
    assert [scene.name for scene in description.scenes] == ["movie", "day 2/Series001", "day 2/Series002"]
    np.testing.assert_array_equal(everything(path, 1)[:, 0, 0], FRAMES[:2] + 1)
    stack = open_stack(path, Selection(scene=1))
    assert (stack.shape, stack.warnings) == ((2, 9, 12), ())
    stack.close()


@pytest.mark.parametrize("bare", [False, True])
def test_an_image_by_itself_is_read_as_the_library_reads_it(bare: bool, tmp_path: Path) -> None:
    path = tmp_path / "single.lof"
    path.write_bytes(lof_bytes(MOVIE, bare))
    with liffile.LifFile(path) as file:
        np.testing.assert_array_equal(file.images[0].asarray(), FRAMES)
    description = describe(path)
    assert (description.reader, description.scenes[0].name) == ("LOF", "single" if bare else "movie")
    assert (description.scenes[0].pixel_size_x_nm, description.warnings) == (100.0, ())
    np.testing.assert_array_equal(everything(path)[:, 0, 0], FRAMES)


def test_a_section_in_depth_has_its_own_sides(tmp_path: Path) -> None:
    picture = LifPicture("xzt", FRAMES, "TZX", {"T": 0.5, "Z": 3e-7, "X": 1e-7})
    path = written(tmp_path, picture, LifPicture("xzy", FRAMES, "YZX", {"Y": 2e-7, "Z": 1e-7, "X": 1e-7}))
    first, second = describe(path).scenes
    assert (first.axes, first.sizes["T"], first.sizes["Y"]) == ("TYX", 6, 9)
    assert first.recording.pixel_size_y_nm == pytest.approx(300)
    assert any("show the file's x from left to right and z down" in sentence for sentence in first.warnings)
    assert any("square pixels are needed" in sentence for sentence in first.warnings)
    assert (second.axes, second.sizes["Z"], second.recording.plane_step_nm) == ("ZYX", 6, pytest.approx(200))
    assert any("its y is taken as depth" in sentence for sentence in second.warnings)


@pytest.mark.parametrize(
    ("steps", "stamps", "old", "step_ms", "said"),
    [
        ({"T": 0.02}, (), False, 20.0, ""),
        ({"T": 0.02}, (0, 0, 25, 25, 50, 50), False, 25.0, ""),
        ({"T": 0.02}, (0, 25, 50), True, 25.0, ""),
        ({"T": 0.02}, (0, 25), False, 20.0, ""),
        ({"T": 0.02}, (7, 7, 7), False, 20.0, ""),
        ({"T": 0.02}, (0, 25, 90), True, 45.0, "varies from 25 to 65 ms"),
        ({}, (), False, None, ""),
    ],
)
def test_the_time_step_is_that_of_the_planes(steps, stamps, old, step_ms, said, tmp_path: Path) -> None:
    pixels = FRAMES.reshape(3, 2, 9, 12)
    path = written(tmp_path, LifPicture("a", pixels, "TCYX", steps, stamps=stamps, old_stamps=old))
    description = describe(path)
    assert description.scenes[0].time_step_ms == (None if step_ms is None else pytest.approx(step_ms))
    assert (said in " ".join(description.warnings)) if said else not description.warnings


CONFOCAL = (
    '<ATLConfocalSettingDefinition NumericalAperture="1.3" ObjectiveName="HC PL APO   63x/1.30 "><DetectorList>'
    '<Detector Name="HyD 1" IsActive="1" Gain="40"/><Detector Name="PMT 2" IsActive="0"/></DetectorList>'
    "</ATLConfocalSettingDefinition>"
)
CAMERA = (
    '<ATLCameraSettingDefinition NumericalAperture="1.47" ObjectiveName="HC PL APO 100x">'
    '<WideFieldChannelConfigurator CameraName="Flash4"><WideFieldChannelInfo ExposureTime="{0}" UserDefName="GFP" '
    'EmissionWavelength="525"/><WideFieldChannelInfo ExposureTime="{0}" FluoCubeName="Cy5" EmissionWavelength="0"/>'
    "</WideFieldChannelConfigurator></ATLCameraSettingDefinition>"
)
OLDER = (
    '<FilterSettingRecord ObjectName="Turret" Attribute="NumericalAperture" Variant="1.4"/>'
    '<FilterSettingRecord ObjectName="Turret" Attribute="Objective" Variant="HCX PL APO CS 63x"/>'
)


@pytest.mark.parametrize(
    ("settings", "aperture", "objective", "channels", "emissions", "exposure_ms", "camera"),
    [
        (CONFOCAL, 1.3, "HC PL APO 63x/1.30", ("Green", "Red"), (None, None), None, ""),
        (CAMERA.format("0.05"), 1.47, "HC PL APO 100x", ("GFP", "Cy5"), (525.0, None), 50.0, "Flash4"),
        (CAMERA.format("50 ms"), 1.47, "HC PL APO 100x", ("GFP", "Cy5"), (525.0, None), 50.0, "Flash4"),
        (CAMERA.format("soon"), 1.47, "HC PL APO 100x", ("GFP", "Cy5"), (525.0, None), None, "Flash4"),
        (OLDER, 1.4, "HCX PL APO CS 63x", ("Green", "Red"), (None, None), None, ""),
        ("", None, "", ("Green", "Red"), (None, None), None, ""),
    ],
)
def test_the_settings_are_read(
    settings, aperture, objective, channels, emissions, exposure_ms, camera, tmp_path: Path
) -> None:
    pixels = FRAMES.reshape(3, 2, 9, 12)
    path = written(tmp_path, LifPicture("a", pixels, "TCYX", luts=("Green", "Red"), settings=settings, bits=12))
    recording = describe(path).scenes[0].recording
    assert (recording.numerical_aperture, recording.objective) == (aperture, objective)
    assert (recording.channels, recording.emissions_nm) == (channels, emissions)
    assert (recording.exposure_ms, recording.camera, recording.bits_in_use) == (exposure_ms, camera, 12)
    assert (recording.gain, recording.offset) == (None, None)
    assert recording.metadata["Channels"][1]["LUTName"] == "Red"


def test_a_missing_pixel_size_is_missing(tmp_path: Path) -> None:
    path = written(tmp_path, LifPicture("a", FRAMES, "TYX", {"X": 1e-7}), LifPicture("b", FRAMES, "TYX"))
    one_side, none = describe(path).scenes
    assert any("one side of a pixel only, 100 nm" in sentence for sentence in one_side.warnings)
    assert none.pixel_size_origin is Origin.MISSING


def test_images_that_are_no_stack_are_left_out_with_the_reason(tmp_path: Path) -> None:
    colours = LifPicture("colours", FRAMES.reshape(2, 9, 4, 3, 3)[:, :, :, 0], "TYXC", tags=(1, 2, 3))
    line = LifPicture("line", FRAMES[0], "TX")
    mixed = LifPicture("mixed", FRAMES[:2], "CYX", claims={"C": {"DataType": 2}})
    empty = LifPicture("empty", FRAMES[:2], "TYX", claims={"Memory": {"Size": 0}})
    lifetimes = '<Element Name="flim"><Data><SingleMoleculeDetection IsImage="true"/></Data></Element>'
    path = written(tmp_path, colours, line, mixed, MOVIE, empty, extra=lifetimes)
    description = describe(path)
    assert [scene.name for scene in description.scenes] == ["movie"]
    (sentence,) = [word for word in description.warnings if word.startswith("Left out")]
    for words in ("“colours” (a colour picture)", "“line” (a scan of a line", "“mixed” (its pixels are of type 2",
                  "“empty” (it holds no pixels)", "“flim” (a recording of lifetimes)"):  # fmt: skip
        assert words in sentence
    np.testing.assert_array_equal(everything(path)[:, 0, 0], FRAMES)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_description_without_pixels_leads_to_them(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "image.xlif"
    xml = '<?xml version="1.0"?><LMSDataContainerHeader Version="2"><Element/></LMSDataContainerHeader>'
    path.write_bytes(xml.encode(encoding))
    with pytest.raises(ReadError, match="XLIF or XLEF description") as caught:
        describe(path)
    assert "LOF" in caught.value.hint


def test_only_colours_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, LifPicture("a", FRAMES[:3, :, :].transpose(1, 2, 0).copy(), "YXC", tags=(1, 2, 3)))
    with pytest.raises(ReadError, match="“a” \\(a colour picture\\)"):
        describe(path)


def test_threads_read_one_file(tmp_path: Path) -> None:
    stack = open_stack(written(tmp_path, MOVIE))
    wrong = []

    def read(start: int) -> None:
        for turn in range(60):
            index = (start + turn) % 6
            if not np.array_equal(stack.frame(index), FRAMES[index]):
                wrong.append(index)

    threads = [threading.Thread(target=read, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    stack.close()
    with pytest.raises(ReadError):
        stack.frame(0)


def test_the_real_project_has_the_pixels_that_the_library_reads(shared_data: Path) -> None:
    path = shared_data / "lif" / "testdata_2channel_xz.lif"
    with liffile.LifFile(path) as file:
        expected = [image.asarray() for image in file.images]
    scenes = describe(path).scenes
    assert [(scene.name, scene.axes) for scene in scenes] == [("xzt", "TCYX"), ("xzy", "ZCYX"), ("xz", "CYX")]
    assert [tuple(scene.sizes.values()) for scene in scenes] == [
        (20, 2, 1, 128, 128),
        (1, 2, 23, 128, 128),
        (1, 2, 1, 512, 512),
    ]
    np.testing.assert_array_equal(everything(path, 0)[:, :, 0], expected[0])
    np.testing.assert_array_equal(everything(path, 1)[0].transpose(1, 0, 2, 3), expected[1])
    np.testing.assert_array_equal(everything(path, 2)[0, :, 0], expected[2])
    first = scenes[0]
    assert first.time_step_ms == pytest.approx(530)
    assert first.recording.pixel_size_nm == pytest.approx(17815.5 / 127, rel=1e-4)
    assert (first.recording.numerical_aperture, first.recording.bits_in_use) == (1.3, 8)
