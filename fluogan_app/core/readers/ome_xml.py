"""OME-XML: the images that it describes, their axes, calibration, and in which page of which file each plane is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.camera import camera_recording
from fluogan_app.core.readers.ome_recording import Modulo, modulo_of, ome_recording
from fluogan_app.core.readers.recording import positive
from fluogan_app.core.readers.xml_tree import nested, parsed_xml

#: The XML of the largest recordings, with hundreds of thousands of planes, stays below.
_MAX_CHARACTERS = 200_000_000
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
#: Planes whose own words are shown; the others are like them.
_PLANES_SHOWN = 20


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
    """One image: its order of axes (fastest first, X and Y left out), their lengths, and where its planes are.

    modulo: axes that hold a second one, the faster of the two, within their length. type: that of the pixels.
    samples: values of each pixel as stated; the length of C counts pages, not these.
    """

    name: str
    order: str
    sizes: dict[str, int]
    runs: tuple[PlaneRun, ...]
    recording: Recording
    modulo: tuple[Modulo, ...] = ()
    type: str = ""
    samples: int = 1


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
    if len(text) > _MAX_CHARACTERS:
        raise ValueError("it is not plain OME-XML")
    # The text is decoded already, whatever encoding it says that it has.
    plain = _DECLARATION.sub("", text.lstrip("\ufeff \r\n\t"), count=1)
    if "<!DOCTYPE" in plain or "<!ENTITY" in plain:
        raise ValueError("it is not plain OME-XML")
    root = parsed_xml(plain.encode("utf-8", errors="replace"), 4 * _MAX_CHARACTERS)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    binary_only = root.find("BinaryOnly")
    if binary_only is not None:
        return OmeDocument(binary_only.get("UUID", ""), (), binary_only.get("MetadataFile", ""))
    images = tuple(_image(image, index, root) for index, image in enumerate(root.findall("Image")))
    metadata, camera = {"OME-XML": _readable(root)}, camera_recording(_annotated(root))
    recordings = (replace(image.recording.filled_from(camera), metadata=metadata) for image in images)
    images = tuple(replace(image, recording=own) for image, own in zip(images, recordings, strict=True))
    return OmeDocument(root.get("UUID", ""), images)


def _annotated(root: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """What other programs knew of the recording, by their own names: as maps, or as Bio-Formats carries it over."""
    for pair in root.iter("M"):
        yield pair.get("K", ""), pair.text or ""
    for pair in root.iter("OriginalMetadata"):
        yield (pair.findtext("Key") or "").strip(), (pair.findtext("Value") or "").strip()


def _readable(root: ElementTree.Element) -> dict[str, Any]:
    """The whole tree for display, without what is said of every single plane."""
    for pixels in root.iter("Pixels"):
        planes = pixels.findall("Plane")[_PLANES_SHOWN:]
        left_out = {id(each) for each in (*planes, *pixels.findall("TiffData"))}
        pixels[:] = [child for child in pixels if id(child) not in left_out]
    return nested(root)


def _image(image: ElementTree.Element, index: int, root: ElementTree.Element) -> OmeImage:
    pixels = image.find("Pixels")
    if pixels is None:
        raise ValueError(f"image {index} has no pixels")
    sizes = {letter: _whole(pixels.get(f"Size{letter}"), f"Size{letter}") for letter in "TCZYX"}
    order = pixels.get("DimensionOrder", "")[2:]
    if sorted(order) != ["C", "T", "Z"]:
        raise ValueError(f"image {index} has the order of axes {pixels.get('DimensionOrder')}")
    # A channel of several samples (colours) counts as many times in SizeC as it has samples.
    samples = max((int(positive(c.get("SamplesPerPixel")) or 1) for c in pixels.findall("Channel")), default=1)
    sizes["C"] = max(1, sizes["C"] // samples)
    runs = tuple(_run(data) for data in pixels.findall("TiffData"))
    recording, modulo = ome_recording(image, pixels, root), modulo_of(image, pixels, root, sizes)
    kind = pixels.get("Type", pixels.get("PixelType", "")).lower()
    return OmeImage(_name(image, index), order, sizes, runs, recording, modulo, kind, samples)


def _name(image: ElementTree.Element, index: int) -> str:
    name = image.get("Name") or image.get("ID") or f"Image {index}"
    label = image.find("StageLabel")
    position = label.get("Name", "") if label is not None else ""
    # Micro-Manager gives all positions of a recording one name.
    return f"{name} {position}" if position and position not in name else name


def _run(data: ElementTree.Element) -> PlaneRun:
    first = {letter: _whole(data.get(f"First{letter}", "0"), f"First{letter}", least=0) for letter in "TCZ"}
    count = data.get("PlaneCount")
    if count is None and data.get("IFD") is not None:
        count = "1"
    uuid = data.find("UUID")
    return PlaneRun(
        first,
        _whole(data.get("IFD", "0"), "IFD", least=0),
        None if count is None else _whole(count, "PlaneCount", least=0),
        uuid.get("FileName", "") if uuid is not None else "",
        (uuid.text or "").strip() if uuid is not None else "",
    )


def _whole(text: str | None, name: str, least: int = 1) -> int:
    try:
        number = int(text or "")
    except ValueError as error:
        raise ValueError(f"its {name} is {text!r}") from error
    if not least <= number < 2**31:
        raise ValueError(f"its {name} is {number}")
    return number
