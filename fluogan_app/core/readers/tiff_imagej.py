"""ImageJ's dialect of TIFF: "key=value" lines in the description, pixel size in the resolution tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Literal

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.recording import duration_ms, finite, length_nm, positive
from fluogan_app.core.readers.tiff_calibration import pixels_per_unit, side_nm
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import frame_pages
from fluogan_app.core.readers.tiff_scenes import TiffLayout, plain_layout, single_scene, stacked

#: In ImageJ's own words: "frames" are time, "slices" depth; of a plain stack it says slices whatever they are.
_AXES = {"T": "frames", "Z": "slices", "C": "channels"}
#: The order of the pages, fastest first, where the description does not name another one, as Micro-Manager's does.
_USUAL_ORDER = "CZT"
#: ImageJ's number for pixels that are not calibrated; TIFF's tag for their type, and its number for signed ones.
_NO_FUNCTION, _SAMPLE_FORMAT, _SIGNED = 20, 339, 2

#: Lengths of the parts of ImageJ's own notes, and these notes: text, labels, overlays.
_INDEX, _NOTES = 50838, 50839
_MAX_NOTES, _MAX_INFO_BYTES = 1_000_000, 20_000_000
#: An info of more lines is kept as one text.
_MOST_LINES = 200_000
_NAMED_LINE = re.compile(r"(?P<name>[^=\s][^=]{0,199}?)(?:\s*=|:\s)\s*(?P<value>.*)")
_BYTEORDERS: Mapping[str, Literal["little", "big"]] = {"<": "little", ">": "big"}
_ENCODINGS = {"<": "utf-16-le", ">": "utf-16-be"}


def imagej_notes(description: str) -> dict[str, str] | None:
    """The lines of an ImageJ description by key, or None if it is none."""
    if not description.startswith("ImageJ="):
        return None
    lines = (line.partition("=") for line in description.splitlines())
    return {key.strip(): value.strip() for key, sign, value in lines if sign}


def imagej_layout(container: TiffContainer, notes: Mapping[str, str], recording: Recording) -> TiffLayout:
    """The layout of an ImageJ stack, also of one above 4 GB, which has one directory for all its frames."""
    frames = frame_pages(container.bytes, container.pages)
    letters = _letters(notes)
    counts = tuple(_count(notes, _AXES[letter]) for letter in letters)
    images = _count(notes, "images") if "images" in notes else len(frames)
    if _product(counts) != images:
        axes, counts = ("I", (images,)) if _product(counts) == 1 else ("", ())
    else:
        axes = letters
    pages = stacked(container, frames, counts) if counts else None
    if pages is None:
        stated = ", ".join(f"{key} {notes[key]}" for key in ("images", "frames", "slices", "channels") if key in notes)
        sentence = f"ImageJ's description ({stated}) does not fit the file's {len(frames)} pages"
        return plain_layout(container, recording, (f"{sentence}; the pages are believed.",))
    return single_scene(container, "ImageJ TIFF", axes, counts, pages, recording)


def imagej_recording(container: TiffContainer, notes: Mapping[str, str]) -> Recording:
    """Pixel size and time step as ImageJ notes them."""
    unit_x = notes.get("unit", "")
    unit_y = notes.get("yunit", unit_x)
    per_unit_y, per_unit_x = pixels_per_unit(container)
    zero, said = _zero(container, notes)
    return Recording(
        pixel_size_y_nm=side_nm(per_unit_y, unit_y),
        pixel_size_x_nm=side_nm(per_unit_x, unit_x),
        time_step_ms=_time_step_ms(notes),
        plane_step_nm=length_nm(notes.get("spacing"), notes.get("zunit", unit_x)),
        metadata={"ImageJ": {**notes, **_info(container)}},
        offset=zero,
        warnings=said,
    )


def _zero(container: TiffContainer, notes: Mapping[str, str]) -> tuple[float | None, tuple[str, ...]]:
    """The counts that mean zero, where ImageJ's calibration of the numbers tells, and a sentence on it.

    ImageJ keeps signed pixels as unsigned ones, 32,768 higher, and notes c0 + c1 · counts with c0 = −32,768, c1 = 1.
    """
    function, shift, slope = (finite(notes.get(key)) for key in ("cf", "c0", "c1"))
    signed = list(container.bytes.numbers(container.first.entries.get(_SAMPLE_FORMAT)))[:1] == [_SIGNED]
    if function is None or function == _NO_FUNCTION or signed or (shift, slope) == (0, 1):
        return None, ()
    if function == 0 and shift is not None and slope == 1:
        return -shift, (f"By ImageJ's notes, {-shift:,.6g} counts mean zero; that is taken as the camera offset.",)
    return None, ("ImageJ's notes calibrate the pixels by a curve; their numbers are taken as counts, as stored.",)


def _info(container: TiffContainer) -> dict[str, str | dict[str, str]]:
    """The text that ImageJ shows as the image's info, in its own tag behind an index of what the tag holds."""
    lengths = container.bytes.numbers(container.first.entries.get(_INDEX))
    entry = container.first.entries.get(_NOTES)
    if entry is None or not 2 <= len(lengths) <= _MAX_NOTES or entry.count > _MAX_INFO_BYTES:
        return {}
    try:
        raw = container.bytes.value(entry)
    except ReadError:
        return {}
    order = container.bytes.order
    parts = iter(lengths[1:])
    at = int(lengths[0])
    # After ImageJ's mark: each kind of part by four letters, and how many parts there are of it.
    for begin in range(4, min(at, len(raw)) - 7, 8):
        count = int.from_bytes(raw[begin + 4 : begin + 8], _BYTEORDERS[order])
        for length in islice(parts, min(count, _MAX_NOTES)):
            text, at = raw[at : at + int(length)], at + int(length)
            if raw[begin : begin + 4] in (b"info", b"ofni"):
                return {"Info": _entries(text.decode(_ENCODINGS[order], errors="replace"))}
    return {}


def _entries(info: str) -> str | dict[str, str]:
    """ImageJ's info by the names on its lines, "key = value" or "key: value"; as it stands where few lines have one.

    A line without a name goes on with the value above it; of a name that comes again, the values are counted.
    """
    lines = [line.strip() for line in info.splitlines() if line.strip()]
    named = [_NAMED_LINE.fullmatch(line) for line in lines]
    if not 2 * sum(map(bool, named)) > len(lines) or len(lines) > _MOST_LINES:
        return info
    entries: dict[str, str] = {}
    last, again = "", Counter[str]()
    for line, match in zip(lines, named, strict=True):
        if match is None:
            entries[last] = f"{entries[last]}\n{line}" if last in entries else line
            continue
        name = match["name"]
        again[name] += 1
        last = f"{name} ({again[name]})" if again[name] > 1 else name
        entries[last] = match["value"]
    return entries


def _letters(notes: Mapping[str, str]) -> str:
    """The axes, slowest first. Raises ReadError where their order matters, and is named in no known way."""
    order = notes.get("order", _USUAL_ORDER).upper().removeprefix("XY")
    if sorted(order) == sorted(_AXES):
        return order[::-1]
    if sum(_count(notes, key) > 1 for key in _AXES.values()) > 1:
        message = f"ImageJ's description says that the pages are in the order “{notes['order'][:20]}”, which is none."
        raise ReadError(message, "The file is damaged or was written by a faulty program: save it again with Fiji.")
    return _USUAL_ORDER[::-1]


def _time_step_ms(notes: Mapping[str, str]) -> float | None:
    interval = duration_ms(notes.get("finterval"), notes.get("tunit", "s"))
    per_second = positive(notes.get("fps"))
    return interval if interval is not None or per_second is None else 1000.0 / per_second


def _count(notes: Mapping[str, str], key: str) -> int:
    number = positive(notes.get(key))
    return max(1, int(number)) if number is not None else 1


def _product(counts: tuple[int, ...]) -> int:
    return counts[0] * counts[1] * counts[2]
