"""The XML at the end of an SPE 3.0 file: where each region's frames lie, and how they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.recording import duration_ms, positive
from fluogan_app.core.readers.xml_tree import nested, parsed_xml

_HEADER_BYTES = 4100
_MOST_FOOTER_BYTES = 20_000_000
_MOST_REGIONS = 64
_TYPES = {
    "MonochromeUnsigned16": "<u2", "MonochromeUnsigned32": "<u4", "MonochromeFloating32": "<f4",
    "MonochromeUnsigned8": "u1",
}  # fmt: skip


@dataclass(frozen=True)
class Region:
    """A part of the sensor: how many frames of which size, from which byte on, and how far one is from the next.

    end: the byte before which all pixels lie.
    """

    number: int
    frames: int
    height: int
    width: int
    stored: np.dtype
    start: int
    stride: int
    end: int
    recording: Recording


def regions_of(content: FileBytes, footer: int) -> tuple[Region, ...]:
    """The regions that the footer at this byte describes. Raises ReadError."""
    path = content.path
    if not _HEADER_BYTES <= footer < content.size:
        raise damaged(path, f"its description should stand at byte {footer}, but the file ends at byte {content.size}")
    try:
        root = parsed_xml(content.read_up_to(footer, _MOST_FOOTER_BYTES).rstrip(b"\0 \r\n"), _MOST_FOOTER_BYTES)
        return _regions(path, root, footer)
    except (ValueError, KeyError) as error:
        raise damaged(path, f"its description cannot be read ({error})") from error


def _regions(path: Path, root: ElementTree.Element, end: int) -> tuple[Region, ...]:
    block = next((each for each in root.iter() if _is(each, "DataBlock") and each.get("type") == "Frame"), None)
    if block is None:
        raise ValueError("it names no frames")
    frames, stride = int(block.attrib["count"]), int(block.attrib["stride"])
    if block.attrib["pixelFormat"] not in _TYPES:
        raise ValueError(f"its pixels are “{block.attrib['pixelFormat']}”")
    stored, recording = np.dtype(_TYPES[block.attrib["pixelFormat"]]), _recording(root)
    regions, start = [], _HEADER_BYTES
    for part in list(block)[:_MOST_REGIONS]:
        height, width = int(part.attrib["height"]), int(part.attrib["width"])
        size = height * width * stored.itemsize
        if min(height, width) < 1 or start - _HEADER_BYTES + size > stride:
            raise ValueError(f"a region of {height} × {width} pixels does not fit in a frame of {stride} bytes")
        regions.append(Region(len(regions), frames, height, width, stored, start, stride, end, recording))
        start += int(part.get("stride", size))
    if not regions:
        raise ValueError("its frames have no region")
    return tuple(regions)


def _recording(root: ElementTree.Element) -> Recording:
    camera = next((each for each in root.iter() if _is(each, "Camera") and each.get("model")), None)
    rate = positive(_text(root, "FrameRate"))
    return Recording(
        exposure_ms=duration_ms(_text(root, "ExposureTime"), "ms"),
        time_step_ms=None if rate is None else 1000 / rate,
        camera="" if camera is None else camera.attrib["model"],
        metadata=nested(root),
    )


def _text(root: ElementTree.Element, name: str) -> str:
    return next((each.text.strip() for each in root.iter() if _is(each, name) and each.text), "")


def _is(element: ElementTree.Element, name: str) -> bool:
    return element.tag.rpartition("}")[2] == name
