"""A small writer of LIF files, so that every axis, type and fault can be tested without a microscope."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

import numpy as np

DIMENSIONS = {"X": 1, "Y": 2, "Z": 3, "T": 4, "L": 5, "A": 6, "E": 9, "M": 10}
UNITS = {"X": "m", "Y": "m", "Z": "m", "T": "s", "L": "m", "E": "m", "A": "deg"}


@dataclass(frozen=True)
class LifPicture:
    """One image: its pixels as stored, `axes` their letters, slowest first (C: channels).

    steps: distance between two places, in m or s. tags: 1, 2, 3 for red, green and blue. settings: XML within the
    hardware settings. stamps: times of the planes in ms. claims: attributes that are stated otherwise than they are.
    """

    name: str
    pixels: np.ndarray
    axes: str
    steps: Mapping[str, float] = field(default_factory=dict)
    luts: Sequence[str] = ()
    tags: Sequence[int] = ()
    bits: int = 0
    settings: str = ""
    stamps: Sequence[float] = ()
    old_stamps: bool = False
    claims: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def lif_bytes(pictures: Sequence[LifPicture], version: int = 2, extra: str = "", left_out: Sequence[str] = ()) -> bytes:
    """A whole file. extra: XML beside the images. left_out: images whose pixels are not written."""
    names = {id(picture): f"MemBlock_{number}" for number, picture in enumerate(pictures, 7)}
    folders: dict[str, list[LifPicture]] = {}
    for picture in pictures:
        folders.setdefault(picture.name.rpartition("/")[0], []).append(picture)
    children = extra
    for folder, inside in folders.items():
        elements = "".join(element_xml(picture, names[id(picture)]) for picture in inside)
        if folder:
            elements = f"<Element Name={quoteattr(folder)}><Data/><Children>{elements}</Children></Element>"
        children += elements
    xml = (
        f'<LMSDataContainerHeader Version="{version}"><Element Name="project"><Data><Experiment/></Data>'
        f'<Memory Size="0" MemoryBlockID="MemBlock_1"/><Children>{children}</Children></Element>'
        "</LMSDataContainerHeader>"
    )
    blocks = b"".join(block(names[id(each)], each.pixels, version) for each in pictures if each.name not in left_out)
    return header(xml) + block("MemBlock_1", np.zeros(0, np.uint8), version) + blocks


def lof_bytes(picture: LifPicture, bare: bool = False) -> bytes:
    """A file of one image by itself. bare: as older programs write its description, with no project around it."""
    data = picture.pixels.astype(picture.pixels.dtype.newbyteorder("<")).tobytes()
    element = element_xml(picture, "MemBlock_9")
    xml = f'<LMSDataContainerHeader Version="2">{element}</LMSDataContainerHeader>'
    if bare:
        xml = element[element.index("<Data>") : element.index("</Data>") + len("</Data>")]
    versions = struct.pack("<BIBI", 0x2A, 2, 0x2A, 0)
    return header("LMS_Object_File") + versions + struct.pack("<BQ", 0x2A, len(data)) + data + header(xml)


def header(xml: str) -> bytes:
    """The beginning of a file, with its XML."""
    letters = xml.encode("utf-16-le")
    return struct.pack("<IIBI", 0x70, len(letters) + 5, 0x2A, len(letters) // 2) + letters


def block(name: str, pixels: np.ndarray, version: int = 2, size: int | None = None) -> bytes:
    """A block of pixels with its header; size: as it is claimed."""
    data = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    letters = name.encode("utf-16-le")
    form = "<IIBQBI" if version == 2 else "<IIBIBI"
    claimed = len(data) if size is None else size
    return struct.pack(form, 0x70, 0, 0x2A, claimed, 0x2A, len(letters) // 2) + letters + data


def element_xml(picture: LifPicture, memory: str) -> str:
    """The XML of one image."""
    pixels = picture.pixels
    steps = dict(zip(picture.axes, pixels.strides, strict=True))
    counts = dict(zip(picture.axes, pixels.shape, strict=True))
    fastest_first = reversed(picture.axes)
    dimensions = "".join(_dimension(picture, letter, counts[letter], steps[letter]) for letter in fastest_first)
    channels = "".join(_channel(picture, index, index * steps.get("C", 0)) for index in range(counts.get("C", 1)))
    claims = {"Size": pixels.nbytes, "MemoryBlockID": memory} | dict(picture.claims.get("Memory", {}))
    return (
        f"<Element Name={quoteattr(picture.name.rpartition('/')[2])}><Data><Image><ImageDescription>"
        f"<Channels>{channels}</Channels><Dimensions>{dimensions}</Dimensions></ImageDescription>{_stamps(picture)}"
        f'<Attachment Name="HardwareSetting" Software="LAS X">{picture.settings}</Attachment></Image></Data>'
        f"<Memory {_attributes(claims)}/></Element>"
    )


def _dimension(picture: LifPicture, letter: str, count: int, step: int) -> str:
    if letter == "C":
        return ""
    length = picture.steps.get(letter, 0.0) * (count - 1)
    stated = {
        "DimID": DIMENSIONS[letter], "NumberOfElements": count, "Origin": "0.000000e+000", "Length": repr(length),
        "Unit": UNITS.get(letter, ""), "BitInc": 0, "BytesInc": step,
    }  # fmt: skip
    return f"<DimensionDescription {_attributes(stated | dict(picture.claims.get(letter, {})))}/>"


def _channel(picture: LifPicture, index: int, offset: int) -> str:
    dtype = picture.pixels.dtype
    stated = {
        "DataType": int(dtype.kind == "f"), "ChannelTag": picture.tags[index] if picture.tags else 0,
        "Resolution": picture.bits or 8 * dtype.itemsize, "LUTName": picture.luts[index] if picture.luts else "Gray",
        "Min": 0, "Max": 1, "NameOfMeasuredQuantity": "", "Unit": "", "IsLUTInverted": 0, "BitInc": 0,
        "BytesInc": offset,
    }  # fmt: skip
    return f"<ChannelDescription {_attributes(stated | dict(picture.claims.get('C', {})))}/>"


def _stamps(picture: LifPicture) -> str:
    stamps = [132_000_000_000_000_000 + round(10_000 * stamp) for stamp in picture.stamps]
    if picture.old_stamps:
        pairs = (f'<TimeStamp HighInteger="{stamp >> 32}" LowInteger="{stamp & 0xFFFFFFFF}"/>' for stamp in stamps)
        return f"<TimeStampList>{''.join(pairs)}</TimeStampList>"
    words = " ".join(f"{stamp:x}" for stamp in stamps)
    return f'<TimeStampList NumberOfTimeStamps="{len(stamps)}">{words} </TimeStampList>' if stamps else ""


def _attributes(stated: Mapping[str, object]) -> str:
    return " ".join(f"{name}={quoteattr(str(value))}" for name, value in stated.items())
