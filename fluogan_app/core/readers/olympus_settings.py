"""Settings as Olympus writes them: sections of names and values in UTF-16; and what they say of a recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.recording import duration_ms, length_nm, positive

#: Numbers of the axes in settings and notes.
_Z, _T = 3, 4
_MOST_AXES = 9


@dataclass(frozen=True)
class Settings:
    """Values as they are written, by section and name."""

    sections: Mapping[str, Mapping[str, str]]

    def value(self, section: str, name: str) -> str:
        """A value, or "" where it is not there."""
        return self.sections.get(section, {}).get(name, "")

    def axis_count(self, letter: str) -> int:
        """How many places an axis should have; 0 where that is not said."""
        for number in range(_MOST_AXES):
            section = f"Axis {number} Parameters Common"
            if self.value(section, "AxisCode") == letter:
                count = positive(self.value(section, "MaxSize"))
                return int(count) if count is not None and count < 1e7 else 0
        return 0


def settings_of(path: Path, content: bytes) -> Settings:
    """The settings in a file's content. Raises ReadError where it is no text."""
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError as error:
        raise damaged(path, "its settings cannot be read") from error
    sections: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("[") and line.rstrip().endswith("]"):
            current = sections.setdefault(line.strip()[1:-1], {})
        elif "=" in line:
            name, _, value = line.partition("=")
            current[name.strip()] = value.strip().strip('"')
    return Settings(sections)


def recording_of(settings: Settings, notes: Sequence[Settings], counts: Mapping[str, int]) -> Recording:
    """What is said of a recording; `notes` are those of its first and its last frame."""
    image, optics = "Reference Image Parameter", "Acquisition Parameters Common"
    channels = [f"Channel {number} Parameters" for number in range(1, counts.get("C", 1) + 1)]
    channels = [section for section in channels if section in settings.sections]
    bits = positive(settings.value(image, "ValidBitCounts"))
    depth = length_nm(settings.value(f"Axis {_Z} Parameters Common", "Interval"), "nm")
    return Recording(
        pixel_size_y_nm=length_nm(settings.value(image, "HeightConvertValue"), settings.value(image, "HeightUnit")),
        pixel_size_x_nm=length_nm(settings.value(image, "WidthConvertValue"), settings.value(image, "WidthUnit")),
        plane_step_nm=depth if counts.get("Z", 1) > 1 else None,
        time_step_ms=_time_step_ms(notes, counts.get("T", 1)),
        numerical_aperture=positive(notes[0].value(optics, "ObjectiveLens NAValue")),
        objective=notes[0].value(optics, "ObjectiveLens Name"),
        channels=tuple(_channel_name(settings, section) for section in channels),
        emissions_nm=tuple(length_nm(settings.value(each, "EmissionWavelength"), "nm") for each in channels),
        camera=settings.value(optics, "Acquisition Device"),
        bits_in_use=int(bits) if bits is not None and bits <= 64 else None,
        metadata={"Settings": dict(settings.sections), "Notes on the first frame": dict(notes[0].sections)},
    )


def _channel_name(settings: Settings, section: str) -> str:
    dye = settings.value(section, "DyeName")
    return dye if dye not in ("", "None") else settings.value(section, "CH Name")


def _time_step_ms(notes: Sequence[Settings], times: int) -> float | None:
    """The mean step between the first and the last frame's times."""
    stamps = [note.value(f"Axis {_T} Parameters", "AbsPositionValue") for note in notes]
    units = {note.value(f"Axis {_T} Parameters", "AbsPositionUnitName") for note in notes}
    if times < 2 or len(units) != 1:
        return None
    try:
        return duration_ms((float(stamps[-1]) - float(stamps[0])) / (times - 1), units.pop())
    except ValueError:
        return None
