"""What the files of a numbered series, and Micro-Manager's metadata.txt beside them, say of the recording."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.numbering import Series
from fluogan_app.core.readers.tiff import layout_of
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_micromanager import notes_recording, page_notes

_NOTES_FILE = "metadata.txt"
#: The summary and the first frame stand at the beginning of the notes, the last frame at their end.
_NOTES_HEAD_BYTES, _NOTES_TAIL_BYTES = 2_000_000, 500_000
#: The key of a frame's notes, which names its time point too.
_FRAME = re.compile(r'"(?:FrameKey-(?P<key>\d+)-[\d-]+|Metadata-[^"]*?(?:time(?P<name>\d+)[^"]*)?)"\s*:\s*(?=\{)')
_SUMMARY = re.compile(r'"Summary"\s*:\s*(?=\{)')


def series_recording(paths: list[Path], series: Series) -> Recording:
    """Calibration by the first file and the clock of the last; channels by their names in the files' names."""
    with closing(TiffContainer(paths[0])) as container:
        recording = layout_of(container).scenes[0].recording
        first = page_notes(container, container.first)
    with closing(TiffContainer(paths[-1])) as container:
        last = page_notes(container, container.last)
    named = tuple(step for step in series.steps.get("C", ()) if isinstance(step, str))
    beside = _beside(paths[0].parent / _NOTES_FILE)
    own = Recording(channels=named).filled_from(notes_recording(first, last, {}))
    return own.filled_from(beside).filled_from(recording)


def _beside(path: Path) -> Recording:
    """What Micro-Manager's notes beside the images say; nothing where there are none or they are damaged."""
    if not path.is_file():
        return Recording()
    try:
        with open(path, "rb") as file:
            head = file.read(_NOTES_HEAD_BYTES).decode("utf-8", errors="replace")
            file.seek(max(0, path.stat().st_size - _NOTES_TAIL_BYTES))
            tail = file.read().decode("utf-8", errors="replace")
    except OSError:
        return Recording()
    summary = next(iter(_objects(head, _SUMMARY, 1)), {})
    first = next(iter(_objects(head, _FRAME, 1)), {})
    last = ([{}] + _objects(tail, _FRAME, 10_000))[-1]
    return notes_recording(first, last, summary)


def _objects(text: str, key: re.Pattern[str], most: int) -> list[dict[str, Any]]:
    """The JSON objects behind a key; a file that was cut short still gives those before its end."""
    found = []
    for match in key.finditer(text):
        try:
            value = json.JSONDecoder().raw_decode(text, match.end())[0]
        except (ValueError, RecursionError):
            continue
        point = [text for text in match.groupdict().values() if text]
        found.append({"FrameIndex": int(point[0]), **value} if point else value)
        if len(found) == most:
            break
    return found
