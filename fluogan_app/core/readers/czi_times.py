"""When the pictures of a CZI file were recorded: attached times, clocks of single pictures, and what was planned."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.czi_directory import Tile
from fluogan_app.core.readers.czi_layout import CziImage, PlaneTable
from fluogan_app.core.readers.czi_notes import CziNotes
from fluogan_app.core.readers.czi_pixels import find_parts
from fluogan_app.core.readers.czi_segments import CziHeader, read_segment
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.recording import duration_ms, uneven
from fluogan_app.core.readers.xml_tree import parsed_xml

_ATTACHMENT = struct.Struct("<2s10sqi16s8s80s")
_ATTACHMENTS_AT, _ATTACHED_AT, _STAMPS_AT = 256, 256, 8
_MAX_ATTACHMENTS = 10_000
_MAX_PICTURE_NOTES_BYTES = 1_000_000


@dataclass(frozen=True)
class RecordingTimes:
    """All that a file tells of time. stamps_s: the true times of the time points in s, () where there are none.

    warnings: a word where what is attached to the file, and with it these times, is damaged or cut off.
    """

    file: FileBytes
    notes: CziNotes
    table: PlaneTable
    stamps_s: np.ndarray
    warnings: tuple[str, ...] = ()

    def step_ms(self, image: CziImage) -> float | None:
        """Mean time from frame to frame: from the true times if there are any, else as it was planned."""
        if "T" not in image.axes:
            return None
        count = image.planes.shape[0]
        times_s = self._times_s(image)
        if times_s.size:
            return duration_ms((times_s[-1] - times_s[0]) / (count - 1), "s")
        increment = duration_ms(self.notes.time_text("Interval/Increment"), "s")
        planned = increment and increment * float(self._numbers_of(image)[-1]) / (count - 1)
        return self._step_by_clocks_ms(image, count) or planned

    def words(self, image: CziImage) -> tuple[str, ...]:
        """A sentence where the frames of an image are not evenly spread in time."""
        return uneven(1e3 * np.diff(self._times_s(image))) if "T" in image.axes else ()

    def _times_s(self, image: CziImage) -> np.ndarray:
        """The times (T,) of an image's frames in s, as they were or else as they are listed; none where none are."""
        count, numbers = image.planes.shape[0], self._numbers_of(image)
        points = np.unique(self.table.places["T"])
        # With several scenes, some files attach a time for each frame of each.
        lengths = (count, len(points), int(points[-1] - points[0]) + 1, self.notes.stated_count("T"))
        stamps_s = self.stamps_s if len(self.stamps_s) in lengths else np.empty(0)
        for times_s in (stamps_s, _numbers(self.notes.time_text("List/Offsets"))):
            own = _times_of(times_s, numbers)
            if own.size and own[-1] > own[0]:
                return own
        return np.empty(0)

    def _numbers_of(self, image: CziImage) -> np.ndarray:
        """The numbers (T,) of an image's time points, counted from the file's first; some may be left out."""
        planes = image.planes[..., 0].reshape(image.planes.shape[0], -1)[:, 0]
        return self.table.places["T"][planes] - self.table.places["T"].min()

    def _step_by_clocks_ms(self, image: CziImage, count: int) -> float | None:
        """From the clock times in the notes of a first and a last picture."""
        ends = [image.planes[time].reshape(-1, 3)[0, 0] for time in (0, count - 1)]
        clocks = [_clock(self.file, self.table.of_plane(int(plane))[0]) for plane in ends]
        if clocks[0] is None or clocks[1] is None or (clocks[0].tzinfo is None) != (clocks[1].tzinfo is None):
            return None
        return duration_ms((clocks[1] - clocks[0]).total_seconds() / (count - 1), "s")


def read_times(file: FileBytes, header: CziHeader, notes: CziNotes, table: PlaneTable) -> RecordingTimes:
    """What the file tells of time; what is damaged counts as not told."""
    nothing = np.empty(0)
    if header.attachments == 0:
        return RecordingTimes(file, notes, table, nothing)
    try:
        at = next((at for name, at in _attachments(file, header) if name == "TimeStamps"), None)
        stamps = nothing if at is None else _stamps(file, at)
    except (ReadError, struct.error, ValueError) as error:
        reason = error.message.rstrip(".") if isinstance(error, ReadError) else "it is damaged"
        word = f"What is attached to the file, such as the times of its frames, cannot be read: {reason}."
        return RecordingTimes(file, notes, table, nothing, (word,))
    return RecordingTimes(file, notes, table, stamps)


def _attachments(file: FileBytes, header: CziHeader) -> list[tuple[str, int]]:
    """Name and place of all that is attached. Raises ReadError, struct.error."""
    content = read_segment(file, header.attachments, b"ZISRAWATTDIR", "its list of attachments")
    count = max(0, min(struct.unpack_from("<i", content)[0], _MAX_ATTACHMENTS))
    entries = content[_ATTACHMENTS_AT : _ATTACHMENTS_AT + count * _ATTACHMENT.size]
    whole = len(entries) - len(entries) % _ATTACHMENT.size
    fields = _ATTACHMENT.iter_unpack(entries[:whole])
    return [(entry[6].split(b"\0")[0].decode("latin-1"), entry[2]) for entry in fields]


def _stamps(file: FileBytes, position: int) -> np.ndarray:
    """The attached times in s. Raises ReadError, struct.error, and ValueError for times that cannot be."""
    content = read_segment(file, position, b"ZISRAWATTACH", "its list of times")[_ATTACHED_AT:]
    count = struct.unpack_from("<i", content, 4)[0]
    if not 0 <= count <= (len(content) - _STAMPS_AT) // 8:
        raise ValueError("the times are more than their list holds")
    stamps = np.frombuffer(content, "<f8", count, _STAMPS_AT)
    if not (np.isfinite(stamps).all() and (np.diff(stamps) >= 0).all()):
        raise ValueError("the times do not follow each other")
    return stamps


def _clock(file: FileBytes, tile: Tile) -> datetime | None:
    """When a picture was recorded, as its own notes say."""
    try:
        parts = find_parts(file, tile)
        if parts.notes_bytes > _MAX_PICTURE_NOTES_BYTES:
            return None
        root = parsed_xml(file.read(parts.notes, parts.notes_bytes).rstrip(b"\0"), _MAX_PICTURE_NOTES_BYTES)
        return datetime.fromisoformat(root.findtext("Tags/AcquisitionTime") or "")
    except (ReadError, ValueError):
        return None


def _times_of(times_s: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The times of the time points with some numbers; where they are listed for these alone, the first ones."""
    count = len(numbers)
    if len(times_s) < count or count < 2:
        return np.empty(0)
    return times_s[numbers] if numbers[-1] < len(times_s) else times_s[:count]


def _numbers(text: str) -> np.ndarray:
    """Numbers with spaces between them, none where one is no number."""
    try:
        numbers = np.array([float(word) for word in text.split()])
    except ValueError:
        return np.empty(0)
    return numbers if np.isfinite(numbers).all() else np.empty(0)
