"""What a file holds, told without its pixels: scenes, axes, sizes and calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.recording import Recording


@dataclass(frozen=True)
class SceneDescription:
    """One image of a file. `sizes` counts T, C, Z, Y, X as they are taken; `axes` are the file's own letters.

    axis_counts: the length of each of the file's own axes before Y and X. time_axis: the letter of the one taken as
    time, "" where there is none; time_guessed: whether that was a guess, since the file does not say. channel, plane:
    those that are taken where nobody chooses.
    """

    name: str
    sizes: Mapping[str, int]
    axes: str
    dtype: str
    recording: Recording = Recording()
    axis_counts: Mapping[str, int] = field(default_factory=dict)
    time_axis: str = ""
    time_guessed: bool = False
    warnings: tuple[str, ...] = ()
    channel: int = 0
    plane: int = 0

    @property
    def pixel_size_y_nm(self) -> float | None:
        """Height of a pixel, None where the file does not state it or states nonsense."""
        return self.recording.pixel_size_y_nm

    @property
    def pixel_size_x_nm(self) -> float | None:
        """Width of a pixel, None where the file does not state it or states nonsense."""
        return self.recording.pixel_size_x_nm

    @property
    def pixel_size_origin(self) -> Origin:
        """FILE or MISSING."""
        return self.recording.pixel_size_origin

    @property
    def time_step_ms(self) -> float | None:
        """Time from frame to frame, None where the file does not state it."""
        return self.recording.time_step_ms

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the channels, () where the file gives none."""
        return self.recording.channels

    def to_json(self) -> dict[str, Any]:
        """The scene as `fluogan info --json` prints it."""
        recording = self.recording
        return {
            "name": self.name,
            "sizes": {letter: self.sizes[letter] for letter in "TCZYX"},
            "axes": self.axes,
            "time_axis": {"letter": self.time_axis, "guessed": self.time_guessed},
            "dtype": self.dtype,
            "pixel_size_nm": {
                "y": self.pixel_size_y_nm,
                "x": self.pixel_size_x_nm,
                "origin": self.pixel_size_origin.value,
            },
            "plane_step_nm": recording.plane_step_nm,
            "time_step_ms": self.time_step_ms,
            "exposure_ms": recording.exposure_ms,
            "channels": list(self.channels),
            "emissions_nm": list(recording.emissions_nm),
            "numerical_aperture": recording.numerical_aperture,
            "objective": recording.objective,
            "camera": {
                "name": recording.camera,
                "gain": recording.gain,
                "offset": recording.offset,
                "bits_in_use": recording.bits_in_use,
            },
        }


@dataclass(frozen=True)
class FileDescription:
    """What a file holds, without its pixels. `warnings` are sentences for the user.

    files: every file that pixels come from, the opened one first. scene: the image that this one is a part of, None
    where it is of all or alone.
    """

    path: Path
    reader: str
    scenes: tuple[SceneDescription, ...]
    warnings: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    scene: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The object that `fluogan info --json` prints."""
        return {
            "reader": self.reader,
            "files": len(self.files) or 1,
            "scenes": [scene.to_json() for scene in self.scenes],
            "warnings": list(self.warnings),
        }
