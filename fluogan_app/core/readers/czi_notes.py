"""What the description of a CZI file says of its recording."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from xml.etree import ElementTree

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.czi_segments import CziHeader, read_segment
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.recording import duration_ms, length_nm, names_of, positive
from fluogan_app.core.readers.xml_tree import nested, parsed_xml

_XML_AT = 256
#: Of the largest plates, with thousands of places, it stays below.
_MAX_XML_BYTES = 64_000_000


@dataclass(frozen=True)
class CziNotes:
    """The description of a file, and words on it where it cannot be read."""

    root: ElementTree.Element
    metadata: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def scene_name(self, scene: int) -> str:
        """The name of a scene, "" where it has none."""
        return self._scene_names.get(str(scene), "")

    def stated_count(self, letter: str) -> int | None:
        """How many places the description says that an axis has, None where it says nothing."""
        number = positive(self._image().findtext(f"Size{letter}"))
        return int(number) if number is not None and number < 2**31 else None

    def time_text(self, path: str) -> str:
        """What stands at a path below the axis of time, "" where nothing does."""
        return _text(self._image("Dimensions/T/Positions"), path)

    def recording(self, channels: Sequence[int]) -> Recording:
        """What is said of some channels, by their numbers in the file; nothing on times."""
        described = self._channels(channels)
        exposures = {duration_ms(channel.findtext("ExposureTime"), "ns") for channel in described}
        objective = self._objective()
        return Recording(
            pixel_size_y_nm=self._scaling_nm("Y"),
            pixel_size_x_nm=self._scaling_nm("X"),
            plane_step_nm=self._scaling_nm("Z"),
            numerical_aperture=positive(objective.findtext("LensNA")),
            channels=self._channel_names(channels, described),
            emissions_nm=tuple(length_nm(channel.findtext("EmissionWavelength"), "nm") for channel in described),
            exposure_ms=exposures.pop() if len(exposures) == 1 else None,
            objective=objective.get("Name") or _text(objective, "Manufacturer/Model"),
            camera=self._camera(described),
            bits_in_use=self._bits(described),
            metadata=self.metadata,
            warnings=self.warnings,
        )

    @cached_property
    def _scene_names(self) -> dict[str, str]:
        found = self._image("Dimensions/S/Scenes").findall("Scene")
        return {each.get("Index", ""): each.get("Name", "") for each in found}

    def _image(self, below: str = "") -> ElementTree.Element:
        return _child(self.root, "Metadata/Information/Image" + (f"/{below}" if below else ""))

    def _channels(self, channels: Sequence[int]) -> list[ElementTree.Element]:
        described = self._image("Dimensions/Channels").findall("Channel")
        return [described[at] if 0 <= at < len(described) else _NOTHING for at in channels]

    def _channel_names(self, channels: Sequence[int], described: list[ElementTree.Element]) -> tuple[str, ...]:
        # Some programs name the channels only where they say how to show them.
        shown = _child(self.root, "Metadata/DisplaySetting/Channels").findall("Channel")
        called = [shown[at].get("Name", "") if 0 <= at < len(shown) else "" for at in channels]
        return names_of(one.get("Name") or other for one, other in zip(described, called, strict=True))

    def _scaling_nm(self, letter: str) -> float | None:
        item = _child(self.root, f"Metadata/Scaling/Items/Distance[@Id='{letter}']")
        return length_nm(item.findtext("Value"), "m")

    def _objective(self) -> ElementTree.Element:
        """The objective that the image names, or the only one there is."""
        all_of_them = self._instrument("Objectives").findall("Objective")
        named = self._image("ObjectiveSettings/ObjectiveRef").get("Id")
        chosen = [each for each in all_of_them if each.get("Id") == named] or all_of_them
        return chosen[0] if len(chosen) == 1 else _NOTHING

    def _camera(self, described: list[ElementTree.Element]) -> str:
        """The camera or detector of the first channel."""
        named = _child(described[0], "DetectorSettings/Detector").get("Id") if described else None
        detectors = self._instrument("Detectors").findall("Detector")
        detector = next((each for each in detectors if each.get("Id") == named), _NOTHING)
        return detector.get("Name") or _text(detector, "Manufacturer/Model")

    def _bits(self, described: list[ElementTree.Element]) -> int | None:
        stated = {positive(channel.findtext("ComponentBitCount")) for channel in described} - {None}
        bits = stated.pop() if len(stated) == 1 else None
        bits = bits or positive(self._image().findtext("ComponentBitCount"))
        return int(bits) if bits is not None and bits <= 64 else None

    def _instrument(self, below: str) -> ElementTree.Element:
        return _child(self.root, f"Metadata/Information/Instrument/{below}")


_NOTHING = ElementTree.Element("Nothing")


def read_notes(file: FileBytes, header: CziHeader) -> CziNotes:
    """The description of a file; one that is missing or cannot be read is a warning, since the pixels do without."""
    if header.metadata == 0:
        return CziNotes(_NOTHING, warnings=("The file describes nothing of its recording.",))
    try:
        content = read_segment(file, header.metadata, b"ZISRAWMETADATA", "its description")
        size = struct.unpack_from("<i", content)[0] if len(content) >= _XML_AT else -1
        if not 0 <= size <= len(content) - _XML_AT:
            raise ValueError(f"it claims {size} bytes")
        root = parsed_xml(content[_XML_AT : _XML_AT + size].rstrip(b"\0 \r\n"), _MAX_XML_BYTES)
    except (ReadError, ValueError) as error:
        reason = error.message.rstrip(".") if isinstance(error, ReadError) else error
        said = f"The file's description cannot be read ({reason}): pixel size, channels and times are not known."
        return CziNotes(_NOTHING, warnings=(said,))
    return CziNotes(root, nested(_child(root, "Metadata")))


def _child(element: ElementTree.Element, path: str) -> ElementTree.Element:
    """What stands at a path, or an element that says nothing."""
    found = element.find(path)
    return found if found is not None else _NOTHING


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
