"""What an OME-XML may leave out, order, encode or split as it likes: the planes and the calibration come out right."""

from __future__ import annotations

import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.tiff_writing import page_tags, tiff

SIZES = {"T": 3, "C": 2, "Z": 4}
FRAMES = np.random.default_rng(7).integers(0, 60_000, (3, 2, 4, 5, 7)).astype(np.uint16)


def xml(pixels: str = "", inside: str = "<TiffData/>", order: str = "ZCT", image: str = "", root: str = "") -> str:
    """An OME-XML of one image of 3 times, 2 channels, 4 planes."""
    sizes = " ".join(f'Size{letter}="{count}"' for letter, count in SIZES.items())
    return (
        f'<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">{root}<Image ID="Image:0" Name="cell">{image}'
        f'<Pixels DimensionOrder="XY{order}" Type="uint16" SizeX="7" SizeY="5" {sizes} {pixels}>{inside}</Pixels>'
        "</Image></OME>"
    )


def in_order(order: str) -> list[tuple[int, int, int]]:
    """The places (t, c, z) of all planes, the first letter of an order fastest."""
    steps = itertools.product(*(range(SIZES[letter]) for letter in reversed(order)))
    return [tuple(dict(zip(reversed(order), step, strict=True))[letter] for letter in "TCZ") for step in steps]


def write(path: Path, description: bytes | str, places: list[tuple[int, int, int]]) -> Path:
    """A page for each place; the first has the description."""
    raw = (description.encode() if isinstance(description, str) else description) + b"\0"
    tag = (270, 2, len(raw), raw)
    pages = [(FRAMES[place], [*page_tags(FRAMES[place]), *([] if n else [tag])]) for n, place in enumerate(places)]
    path.write_bytes(tiff(pages))
    return path


def assert_all_planes(path: Path) -> None:
    for channel, plane in itertools.product(range(2), range(4)):
        stack = open_stack(path, Selection(channel=channel, plane=plane))
        frames = np.stack([stack.frame(index) for index in range(3)])
        stack.close()
        np.testing.assert_array_equal(frames, FRAMES[:, channel, plane])


@pytest.mark.parametrize("order", ["".join(order) for order in itertools.permutations("TCZ")])
def test_every_order_of_axes_is_understood(order: str, tmp_path: Path) -> None:
    assert_all_planes(write(tmp_path / "a.ome.tif", xml(order=order), in_order(order)))


@pytest.mark.parametrize("order", ["ZCT", "TZC"])
def test_planes_may_be_named_one_by_one_in_any_sequence(order: str, tmp_path: Path) -> None:
    places = in_order("CTZ")
    np.random.default_rng(2).shuffle(places)
    named = [
        f'<TiffData IFD="{page}" FirstT="{t}" FirstC="{c}" FirstZ="{z}" PlaneCount="1"/>'
        for page, (t, c, z) in enumerate(places)
    ]
    np.random.default_rng(3).shuffle(named)
    assert_all_planes(write(tmp_path / "a.ome.tif", xml(inside="".join(named), order=order), places))


@pytest.mark.parametrize("inside", ["", "<TiffData/>", '<TiffData IFD="0" PlaneCount="24"/>', '<TiffData FirstT="0"/>'])
def test_pages_follow_the_order_where_no_place_is_named(inside: str, tmp_path: Path) -> None:
    assert_all_planes(write(tmp_path / "a.ome.tif", xml(inside=inside), in_order("ZCT")))


@pytest.mark.parametrize(
    ("encoding", "declared", "before"),
    [
        ("utf-8", "UTF-8", b""), ("utf-8", "UTF-8", b"\xef\xbb\xbf"), ("latin-1", "ISO-8859-1", b""),
        ("utf-16-le", "UTF-16", b"\xff\xfe"), ("utf-16-be", "UTF-16", b"\xfe\xff"), ("utf-16-le", "UTF-16", b""),
    ],
)  # fmt: skip
def test_the_description_may_be_encoded_in_any_way(encoding: str, declared: str, before: bytes, tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>\n' + xml('PhysicalSizeX="0.1" PhysicalSizeXUnit="µm"')
    path = write(tmp_path / "a.ome.tif", before + text.encode(encoding), in_order("ZCT"))
    assert describe(path).scenes[0].pixel_size_x_nm == 100.0
    assert_all_planes(path)


@pytest.mark.parametrize(
    ("pixels", "size_nm"),
    [
        ('PhysicalSizeX="0.1" PhysicalSizeY="0.1"', 100.0),
        ('PhysicalSizeX="100" PhysicalSizeY="100" PhysicalSizeXUnit="nm" PhysicalSizeYUnit="nm"', 100.0),
        ('PhysicalSizeX="1" PhysicalSizeY="1" PhysicalSizeXUnit="Å" PhysicalSizeYUnit="Å"', 0.1),
        ('PhysicalSizeX="1" PhysicalSizeY="1" PhysicalSizeXUnit="reference frame" PhysicalSizeYUnit="pixel"', None),
        ('PhysicalSizeX="0" PhysicalSizeY="NaN"', None),
        ("", None),
    ],
)
def test_a_pixel_has_the_stated_unit_or_none(pixels: str, size_nm: float | None, tmp_path: Path) -> None:
    scene = describe(write(tmp_path / "a.ome.tif", xml(pixels), in_order("ZCT"))).scenes[0]
    # A tenth of a nanometre is no pixel of a microscope.
    expected = size_nm if size_nm != 0.1 else None
    assert scene.pixel_size_x_nm == (None if expected is None else pytest.approx(expected))
    assert scene.pixel_size_origin is (Origin.MISSING if expected is None else Origin.FILE)


def planes(*times: float, unit: str = "") -> str:
    """The clock of the first channel and plane, and a later one of another channel."""
    stated = "".join(
        f'<Plane TheT="{t}" TheC="0" TheZ="0" DeltaT="{time}" {unit} ExposureTime="0.03"/>'
        f'<Plane TheT="{t}" TheC="1" TheZ="0" DeltaT="{time + 100}" {unit}/>'
        for t, time in enumerate(times)
    )
    return f"<TiffData/>{stated}"


@pytest.mark.parametrize(
    ("pixels", "inside", "step_ms"),
    [
        ('TimeIncrement="0.5"', "<TiffData/>", 500.0),
        ('TimeIncrement="20" TimeIncrementUnit="ms"', planes(0, 1, 2), 20.0),
        ('TimeIncrement="0"', planes(0, 0.25, 0.5), 250.0),
        ("", planes(7, 9, 11), 2000.0),
        ("", planes(0, 40, 80, unit='DeltaTUnit="ms"'), 40.0),
        ("", planes(5, 5, 5), None),
        ("", "<TiffData/>", None),
    ],
)
def test_the_time_step_is_the_increment_or_that_of_the_clocks(
    pixels: str, inside: str, step_ms: float | None, tmp_path: Path
) -> None:
    scene = describe(write(tmp_path / "a.ome.tif", xml(pixels, inside), in_order("ZCT"))).scenes[0]
    assert scene.time_step_ms == (None if step_ms is None else pytest.approx(step_ms))


@pytest.mark.parametrize(
    ("pixels", "times", "said"),
    [
        ("", (0, 1, 9), "varies from 1 s to 8 s"),
        ('TimeIncrement="1"', (0, 1, 9), "varies from 1 s to 8 s"),
        ('TimeIncrement="0.02"', (0, 1, 2), "states a time step of 20 ms, and frames that are 1 s apart"),
        ('TimeIncrement="1"', (0, 1, 2), ""),
    ],
)
def test_clocks_that_are_uneven_or_contradict_the_increment_are_told(
    pixels: str, times: tuple[float, ...], said: str, tmp_path: Path
) -> None:
    description = describe(write(tmp_path / "a.ome.tif", xml(pixels, planes(*times)), in_order("ZCT")))
    assert (said in " ".join(description.warnings)) if said else not description.warnings
    assert description.scenes[0].time_step_ms is not None


def test_optics_and_camera_come_with_their_image(tmp_path: Path) -> None:
    root = (
        '<Instrument ID="I"><Detector ID="D:0" Manufacturer="Andor" Model="iXon" Gain="300" Offset="100"/>'
        '<Objective ID="O:0" LensNA="0.8"/><Objective ID="O:1" LensNA="1.49" Model="Apo TIRF 100x"/></Instrument>'
    )
    inside = (
        '<Channel ID="C:0" Name="GFP" EmissionWavelength="525"><DetectorSettings ID="D:0" Gain="300"/></Channel>'
        '<Channel ID="C:1" Name="RFP" EmissionWavelength="0.6" EmissionWavelengthUnit="µm"/>' + planes(0, 1, 2)
    )
    text = xml('PhysicalSizeZ="0.3" SignificantBits="12"', inside, image='<ObjectiveSettings ID="O:1"/>', root=root)
    recording = describe(write(tmp_path / "a.ome.tif", text, in_order("ZCT"))).scenes[0].recording
    assert (recording.objective, recording.numerical_aperture) == ("Apo TIRF 100x", 1.49)
    assert (recording.camera, recording.bits_in_use) == ("Andor iXon", 12)
    assert (recording.channels, recording.emissions_nm) == (("GFP", "RFP"), (525.0, 600.0))
    assert (recording.exposure_ms, recording.plane_step_nm) == (30.0, 300.0)
    # A detector's gain is a setting, not counts per photon; its offset is a voltage.
    assert (recording.gain, recording.offset) == (None, None)
    assert recording.metadata["OME-XML"]["Instrument"]["Objective"][1]["Model"] == "Apo TIRF 100x"
    assert "TiffData" not in recording.metadata["OME-XML"]["Image"]["Pixels"]


@pytest.mark.parametrize(
    ("modulo", "axes"),
    [
        ('<ModuloAlongZ Type="angle"><Label>a</Label><Label>b</Label></ModuloAlongZ>', "TCZAYX"),
        ('<ModuloAlongZ Type="phase" Start="0" End="3" Step="1"/>', "TCPYX"),
        ('<ModuloAlongT Type="lifetime" Start="0" End="2" Step="1"/>', "HCZYX"),
        ('<ModuloAlongT Type="lifetime" Start="0" End="4" Step="1"/>', "TCZYX"),
        ('<ModuloAlongT Type="lifetime" Start="0" End="x" Step="0"/>', "TCZYX"),
    ],
)
def test_an_axis_within_an_axis_is_one_of_its_own(modulo: str, axes: str, tmp_path: Path) -> None:
    annotation = f'<XMLAnnotation ID="A:0"><Value><Modulo>{modulo}</Modulo></Value></XMLAnnotation>'
    root = f"<StructuredAnnotations>{annotation}</StructuredAnnotations>"
    text = xml(image='<AnnotationRef ID="A:0"/>', root=root)
    path = write(tmp_path / "a.ome.tif", text, in_order("ZCT"))
    assert describe(path).scenes[0].axes == axes
    if "A" in axes:
        stack = open_stack(path, Selection(channel=1, plane=3))
        np.testing.assert_array_equal(stack.frame(2), FRAMES[2, 1, 3])
        stack.close()


def test_a_description_of_many_planes_takes_little_time_and_memory(tmp_path: Path) -> None:
    count = 5_000
    inside = "".join(f'<TiffData IFD="{n}" FirstT="{n}" PlaneCount="1"/>' for n in range(count))
    inside += "".join(f'<Plane TheC="0" TheZ="0" TheT="{n}" DeltaT="{n * 0.05:.3f}"/>' for n in range(count))
    text = xml(inside=inside).replace('SizeC="2" SizeZ="4"', 'SizeC="1" SizeZ="1"')
    text = text.replace('SizeT="3"', f'SizeT="{count}"')
    path = tmp_path / "long.ome.tif"
    frame = np.zeros((5, 7), np.uint16)
    with tifffile.TiffWriter(path, ome=False) as writer:
        writer.write(np.broadcast_to(frame, (count, 5, 7)), description=text, metadata=None, photometric="minisblack")
    tracemalloc.start()
    scene = describe(path).scenes[0]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (scene.sizes["T"], scene.time_step_ms) == (count, pytest.approx(50.0))
    assert peak < 60_000_000


def test_pages_that_the_description_does_not_name_are_said(tmp_path: Path) -> None:
    text = xml().replace('SizeT="3"', 'SizeT="2"')
    (warning,) = describe(write(tmp_path / "a.ome.tif", text, in_order("ZCT"))).warnings
    assert warning == "The file holds 8 more pages than its OME description names; they are left out."


def test_a_description_of_the_first_page_only_is_taken_for_as_many_pages_as_there_are_planes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ome.tif", xml(inside='<TiffData IFD="0"/>'), in_order("ZCT"))
    assert_all_planes(path)
    assert any("names the first page only; all 24 are taken" in sentence for sentence in describe(path).warnings)


def test_a_file_of_which_no_stack_is_whole_is_said_to_be_unopenable(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ome.tif", xml(inside='<TiffData IFD="0"/>'), in_order("ZCT")[:20])
    assert "“cell” cannot be opened: frames of it are in no file that is here." in describe(path).warnings
    with pytest.raises(ReadError, match="2 of 3 frames of “cell” are in no file that is here"):
        open_stack(path)


def test_a_description_of_another_type_is_not_believed(tmp_path: Path) -> None:
    text = xml().replace('Type="uint16"', 'Type="float"')
    description = describe(write(tmp_path / "a.ome.tif", text, in_order("ZCT")))
    assert description.scenes[0].dtype == "uint16"
    assert description.warnings == (
        "The description says float32 pixels, the pages hold uint16; the pages are believed.",
    )


@pytest.mark.parametrize("missing", [False, True])
def test_a_file_that_refers_to_a_companion_is_described_by_it(missing: bool, tmp_path: Path) -> None:
    named = '<UUID FileName="a.ome.tif">urn:uuid:1</UUID>'
    inside = f'<TiffData IFD="0" PlaneCount="24">{named}</TiffData>'
    if not missing:
        (tmp_path / "a.companion.ome").write_text(xml(inside=inside), encoding="utf-8")
    refers = '<OME UUID="urn:uuid:1"><BinaryOnly MetadataFile="a.companion.ome" UUID="urn:uuid:2"/></OME>'
    path = write(tmp_path / "a.ome.tif", refers, in_order("ZCT"))
    if missing:
        with pytest.raises(ReadError, match="is described in a.companion.ome, which is not beside it"):
            describe(path)
    else:
        assert_all_planes(path)
