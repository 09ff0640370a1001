"""What every reader offers: a description of a file, and the stack of one of its scenes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.errors import ReadError

#: Enough for every signature that is known, those that stand behind a long header included.
HEAD_BYTES = 4100
#: The warning of a stack that is none; who asks for a single image does not repeat it.
ONE_FRAME = "There is one frame only; a reconstruction needs a stack of many."


@dataclass(frozen=True)
class SceneDescription:
    """One image of a file. `sizes` counts T, C, Z, Y, X as they are taken; `axes` are the file's own letters.

    Sizes of pixels and steps are None where the file does not state them or states nonsense.
    """

    name: str
    sizes: Mapping[str, int]
    axes: str
    dtype: str
    pixel_size_y_nm: float | None
    pixel_size_x_nm: float | None
    pixel_size_origin: Origin
    time_step_ms: float | None
    channels: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The scene as `fluogan info --json` prints it."""
        return {
            "name": self.name,
            "sizes": {letter: self.sizes[letter] for letter in "TCZYX"},
            "axes": self.axes,
            "dtype": self.dtype,
            "pixel_size_nm": {
                "y": self.pixel_size_y_nm,
                "x": self.pixel_size_x_nm,
                "origin": self.pixel_size_origin.value,
            },
            "time_step_ms": self.time_step_ms,
            "channels": list(self.channels),
        }


@dataclass(frozen=True)
class FileDescription:
    """What a file holds, without its pixels. `warnings` are sentences for the user."""

    path: Path
    reader: str
    scenes: tuple[SceneDescription, ...]
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object that `fluogan info --json` prints."""
        return {
            "reader": self.reader,
            "scenes": [scene.to_json() for scene in self.scenes],
            "warnings": list(self.warnings),
        }


class Reader(Protocol):
    """A family of files. A new one is a module with a class like this and a line in `open.READERS`.

    Its libraries are imported inside its functions: the window must stand before any of them is loaded.
    """

    name: str

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with these bytes is for this reader."""

    def describe(self, path: Path) -> FileDescription:
        """Axes, sizes, calibration and warnings, from the metadata alone. Raises ReadError."""

    def open_stack(self, path: Path, selection: Selection) -> Stack:
        """The lazy stack of one scene, channel and plane. Raises ReadError."""


def read_head(path: Path) -> bytes:
    """The first bytes of a file. Raises ReadError where there is no such file, or it is a folder or empty."""
    if path.is_dir():
        raise ReadError(f"{path} is a folder, not a file.", "Open one of the files in it.")
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise ReadError(f"There is no file {path}.", "Check its name and folder.") from error
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if not head:
        raise ReadError(f"{path.name} is empty (0 bytes).", "Copy it again from where it was recorded.")
    return head


def unreadable(path: Path, error: Exception) -> ReadError:
    """The sentence for a file that the system will not hand over."""
    reason = getattr(error, "strerror", None) or str(error)
    return ReadError(f"{path} could not be read: {reason}.", "Check the drive or network, and the file's permissions.")


def damaged(path: Path, what: str) -> ReadError:
    """The sentence for a file that is damaged; `what` names the damage."""
    return ReadError(
        f"{path.name} is damaged: {what}.",
        "Copy it again from where it was recorded; what is left of a damaged file may be saved with Fiji.",
    )


def chosen(path: Path, what: str, index: int, count: int) -> int:
    """An index of a scene, channel or plane that exists. Raises ReadError."""
    if not 0 <= index < count:
        raise ReadError(
            f"{path.name} has no {what} {index}: it holds {count}, counted from 0.",
            f"Choose a {what} from 0 to {count - 1}.",
        )
    return index
