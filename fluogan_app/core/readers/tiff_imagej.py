"""ImageJ's dialect of TIFF: "key=value" lines in the description, pixel size in the resolution tags."""

from __future__ import annotations

from collections.abc import Mapping

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.recording import duration_ms, positive
from fluogan_app.core.readers.tiff_calibration import pixels_per_unit, side_nm
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import frame_pages
from fluogan_app.core.readers.tiff_scenes import TiffLayout, plain_layout, single_scene, stacked

#: In ImageJ's own words: "frames" are time, "slices" depth; of a plain stack it says slices whatever they are.
_AXES = (("T", "frames"), ("Z", "slices"), ("C", "channels"))


def imagej_notes(description: str) -> dict[str, str] | None:
    """The lines of an ImageJ description by key, or None if it is none."""
    if not description.startswith("ImageJ="):
        return None
    lines = (line.partition("=") for line in description.splitlines())
    return {key.strip(): value.strip() for key, sign, value in lines if sign}


def imagej_layout(container: TiffContainer, notes: Mapping[str, str], recording: Recording) -> TiffLayout:
    """The layout of an ImageJ stack, also of one above 4 GB, which has one directory for all its frames."""
    frames = frame_pages(container.bytes, container.pages)
    counts = tuple(_count(notes, key) for _, key in _AXES)
    images = _count(notes, "images") if "images" in notes else len(frames)
    if _product(counts) != images:
        axes, counts = ("I", (images,)) if _product(counts) == 1 else ("", ())
    else:
        axes = "".join(letter for letter, _ in _AXES)
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
    return Recording(
        pixel_size_y_nm=side_nm(per_unit_y, unit_y),
        pixel_size_x_nm=side_nm(per_unit_x, unit_x),
        time_step_ms=_time_step_ms(notes),
        metadata={f"ImageJ {key}": value for key, value in notes.items()},
    )


def _time_step_ms(notes: Mapping[str, str]) -> float | None:
    interval = duration_ms(notes.get("finterval"), notes.get("tunit", "s"))
    per_second = positive(notes.get("fps"))
    return interval if interval is not None or per_second is None else 1000.0 / per_second


def _count(notes: Mapping[str, str], key: str) -> int:
    number = positive(notes.get(key))
    return max(1, int(number)) if number is not None else 1


def _product(counts: tuple[int, ...]) -> int:
    return counts[0] * counts[1] * counts[2]
