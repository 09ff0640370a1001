"""What every reader offers: an open file, its scenes, and the frames of each."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.data.stack import FrameSource
from fluogan_app.core.errors import ReadError
from fluogan_app.core.units import bytes_text

#: Enough for every signature that is known, those that stand behind a long header included.
HEAD_BYTES = 4100
OTHER_STEP = "The file's time step belongs to axis T, which is not taken as time; it is left out."
#: The warning of a stack that is none; who asks for a single image does not repeat it.
ONE_FRAME = "There is one frame only; a reconstruction needs a stack of many."
#: Larger than any camera's frame; what claims more is damaged or no recording, and no memory is asked for it.
MAX_FRAME_BYTES = 512_000_000
#: No recording has more planes; what claims more is damaged.
MAX_PLANES = 10_000_000


@dataclass(frozen=True)
class Scene:
    """One image of an open file: its leading axes and where each plane is.

    axes: the letters before Y and X, slowest first, without those of length 1; in the file's own terms, T, C and Z
    where it names them. planes: (leading axes…, n) int64, the address of each plane as the file's own `source`
    understands it; its first entry is −1 where a plane is missing. stated: whether the file itself defines what its
    axes mean, so that Z is depth and not a series that somebody saved as one. opened_at: of an image in several files,
    the place along the leading axes of the first plane in the file that was opened; None where that makes no choice.
    """

    name: str
    axes: str
    planes: np.ndarray
    height: int
    width: int
    dtype: np.dtype
    recording: Recording = Recording()
    stated: bool = True
    warnings: tuple[str, ...] = ()
    opened_at: tuple[int, ...] | None = None


class OpenFile(Protocol):
    """A file that was opened, its metadata read and found sound; no pixel was read yet.

    dialect: what the file is, in words ("CZI"). files: every file that pixels come from, the opened one first.
    """

    dialect: str
    scenes: tuple[Scene, ...]
    files: tuple[Path, ...]

    def source(self, scene: Scene, addresses: np.ndarray) -> FrameSource:
        """The frames at some addresses (T, n) of a scene. Closing the source closes the file. Raises ReadError."""

    def close(self) -> None: ...


class Reader(Protocol):
    """A family of files. A new one is a module with a class like this and a line in `open.READERS`.

    Its libraries are imported inside its functions: the window must stand before any of them is loaded. What they
    raise need not be caught: whatever is no FluoganError is told as damage of the file.
    """

    name: str

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether a file that begins with these bytes is for this reader; of a folder `head` is empty."""

    def open(self, path: Path) -> OpenFile:
        """The file with its scenes. Raises ReadError."""


def place_of_opened_file(planes: np.ndarray) -> tuple[int, ...] | None:
    """Where along the leading axes the first file's first plane is; addresses (leading axes…, n) begin with a file."""
    places = np.argwhere(planes[..., 0] == 0)
    return tuple(map(int, places[0])) if len(places) else None


def read_head(path: Path) -> bytes:
    """The first bytes of a file, none of a folder. Raises ReadError where there is no such file, or it is empty.

    Pipes and devices are refused unread: to open one can wait for ever.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return b""
        if not stat.S_ISREG(mode):
            raise ReadError(f"{path} is a pipe or a device, not a file.", "Open a file that was recorded.")
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


def check_frame(path: Path, height: int, width: int, dtype: np.dtype) -> None:
    """Raises ReadError for frames that are empty, or larger than any camera makes; ask before anything is allocated."""
    if min(height, width) < 1:
        raise damaged(path, f"its frames have {height} × {width} pixels")
    needed = height * width * dtype.itemsize
    if needed > MAX_FRAME_BYTES:
        raise damaged(path, f"a frame of {height} × {width} pixels would take {bytes_text(needed)}")


def chosen(path: Path, what: str, index: int, count: int) -> int:
    """An index of a scene, channel or plane that exists. Raises ReadError."""
    if not 0 <= index < count:
        raise ReadError(
            f"{path.name} has no {what} {index}: it holds {count}, counted from 0.",
            f"Choose a {what} from 0 to {count - 1}.",
        )
    return index
