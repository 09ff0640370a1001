"""OME-XML: the images that it describes, their axes, calibration, and in which page of which file each plane is."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.recording import duration_ms, length_nm, positive

#: The XML of the largest recordings, with millions of planes, stays below.
_MAX_CHARACTERS = 200_000_000


@dataclass(frozen=True)
class PlaneRun:
    """Planes that follow each other in one file: the first plane's place (t, c, z), the first page, how many.

    `file` and `uuid` name the file, "" for the one that holds the XML; count None runs to the end of the file.
    """

    first: dict[str, int]
    page: int
    count: int | None
    file: str
    uuid: str


@dataclass(frozen=True)
class OmeImage:
    """One image: its order of axes (fastest first, X and Y left out), their lengths, and where its planes are."""

    name: str
    order: str
    sizes: dict[str, int]
    runs: tuple[PlaneRun, ...]
    recording: Recording


@dataclass(frozen=True)
class OmeDocument:
    """A whole OME-XML. `metadata_file` names the file that holds the real XML, "" if this is it."""

    uuid: str
    images: tuple[OmeImage, ...]
    metadata_file: str = ""


def is_ome(text: str) -> bool:
    """Whether a text means to be OME-XML, damaged or not."""
    begin = text[:4000]
    return begin.lstrip("\ufeff \r\n\t").startswith("<") and ("<OME" in begin or "openmicroscopy.org" in begin)


def parse_ome(text: str) -> OmeDocument:
    """The images of an OME-XML. Raises ValueError, with the reason, for XML that leaves out what it must say."""
    # Entities can blow a small text up to gigabytes; OME-XML has none.
    if "<!DOCTYPE" in text or "<!ENTITY" in text or len(text) > _MAX_CHARACTERS:
        raise ValueError("it is not plain OME-XML")
    try:
        root = ElementTree.fromstring(text.encode("utf-8"))
    except (ElementTree.ParseError, LookupError) as error:
        raise ValueError(str(error)) from error
    binary_only = _child(root, "BinaryOnly")
    if binary_only is not None:
        return OmeDocument(binary_only.get("UUID", ""), (), binary_only.get("MetadataFile", ""))
    apertures = {objective.get("ID", ""): positive(objective.get("LensNA")) for objective in _deep(root, "Objective")}
    images = tuple(_image(image, index, apertures) for index, image in enumerate(_children(root, "Image")))
    return OmeDocument(root.get("UUID", ""), images)


def _image(image: ElementTree.Element, index: int, apertures: dict[str, float | None]) -> OmeImage:
    pixels = _child(image, "Pixels")
    if pixels is None:
        raise ValueError(f"image {index} has no pixels")
    sizes = {letter: _whole(pixels.get(f"Size{letter}"), f"Size{letter}") for letter in "TCZYX"}
    order = pixels.get("DimensionOrder", "")[2:]
    if sorted(order) != ["C", "T", "Z"]:
        raise ValueError(f"image {index} has the order of axes {pixels.get('DimensionOrder')}")
    # A channel of several samples (colours) counts as many times in SizeC as it has samples.
    samples = max((int(positive(c.get("SamplesPerPixel")) or 1) for c in _children(pixels, "Channel")), default=1)
    sizes["C"] = max(1, sizes["C"] // samples)
    runs = tuple(_run(data) for data in _children(pixels, "TiffData"))
    settings = _child(image, "ObjectiveSettings")
    aperture = apertures.get(settings.get("ID", "")) if settings is not None else None
    return OmeImage(_name(image, index), order, sizes, runs, _recording(pixels, aperture))


def _name(image: ElementTree.Element, index: int) -> str:
    name = image.get("Name") or image.get("ID") or f"Image {index}"
    label = _child(image, "StageLabel")
    position = label.get("Name", "") if label is not None else ""
    # Micro-Manager gives all positions of a recording one name.
    return f"{name} {position}" if position and position not in name else name


def _run(data: ElementTree.Element) -> PlaneRun:
    first = {letter: _whole(data.get(f"First{letter}", "0"), f"First{letter}", least=0) for letter in "TCZ"}
    count = data.get("PlaneCount")
    if count is None and data.get("IFD") is not None:
        count = "1"
    uuid = _child(data, "UUID")
    return PlaneRun(
        first,
        _whole(data.get("IFD", "0"), "IFD", least=0),
        None if count is None else _whole(count, "PlaneCount", least=0),
        uuid.get("FileName", "") if uuid is not None else "",
        (uuid.text or "").strip() if uuid is not None else "",
    )


def _recording(pixels: ElementTree.Element, aperture: float | None) -> Recording:
    channels = list(_children(pixels, "Channel"))
    step = duration_ms(pixels.get("TimeIncrement"), pixels.get("TimeIncrementUnit", "s"))
    return Recording(
        pixel_size_y_nm=length_nm(pixels.get("PhysicalSizeY"), pixels.get("PhysicalSizeYUnit", "µm")),
        pixel_size_x_nm=length_nm(pixels.get("PhysicalSizeX"), pixels.get("PhysicalSizeXUnit", "µm")),
        time_step_ms=step if step is not None else _step_between_planes_ms(pixels),
        numerical_aperture=aperture,
        channels=tuple(channel.get("Name") or f"Channel {index}" for index, channel in enumerate(channels)),
        emissions_nm=tuple(_emission_nm(channel) for channel in channels),
        metadata={f"OME {key}": value for key, value in pixels.attrib.items()},
    )


def _emission_nm(channel: ElementTree.Element) -> float | None:
    return length_nm(channel.get("EmissionWavelength"), channel.get("EmissionWavelengthUnit", "nm"))


def _step_between_planes_ms(pixels: ElementTree.Element) -> float | None:
    """Median distance in time of the planes of the first channel and depth."""
    times: dict[int, float] = {}
    for plane in _children(pixels, "Plane"):
        if plane.get("TheC", "0") == "0" and plane.get("TheZ", "0") == "0" and plane.get("DeltaT") is not None:
            # The very first plane may stand at zero, which is no duration.
            time = duration_ms(plane.get("DeltaT"), plane.get("DeltaTUnit", "s")) or 0.0
            times[_whole(plane.get("TheT", "0"), "TheT", least=0)] = time
    ordered = [times[index] for index in sorted(times)]
    steps = [later - earlier for earlier, later in zip(ordered, ordered[1:], strict=False)]
    return positive(statistics.median(steps)) if steps else None


def _whole(text: str | None, name: str, least: int = 1) -> int:
    try:
        number = int(text or "")
    except ValueError as error:
        raise ValueError(f"its {name} is {text!r}") from error
    if not least <= number < 2**31:
        raise ValueError(f"its {name} is {number}")
    return number


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (child for child in element if _local(child) == name)


def _deep(element: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (child for child in element.iter() if _local(child) == name)


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next(_children(element, name), None)
