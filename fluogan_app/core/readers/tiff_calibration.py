"""What a TIFF's own tags say of the sampling, where no dialect says more."""

from __future__ import annotations

from fluogan_app.core.errors import ReadError
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.recording import length_nm
from fluogan_app.core.readers.tiff_frames import TiffContainer

_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_UNIT_NAMES = {2: "inch", 3: "cm"}
_WORDS = {270: "description", 271: "maker", 272: "model", 305: "software", 306: "date", 315: "artist"}

#: Resolutions per inch or cm are first of all for printers: 72 per inch is 0.35 mm. Only finer ones mean the sample.
MAX_PRINTER_UNIT_PIXEL_NM = 5_000.0
_PRINTER_UNITS = ("inch", "in", "cm", "centimeter")


def pixels_per_unit(container: TiffContainer) -> tuple[float, float]:
    """Pixels per unit along y and x as the resolution tags state them; 0 where they are absent or damaged."""
    return _first_number(container, _Y_RESOLUTION), _first_number(container, _X_RESOLUTION)


def side_nm(per_unit: float, unit: str) -> float | None:
    """Side of a pixel in nm from pixels per unit, or None; coarse ones per inch or cm are meant for a printer."""
    side = length_nm(1 / per_unit, unit) if per_unit > 0 else None
    printed = unit.strip().lower() in _PRINTER_UNITS
    return None if side is None or (printed and side > MAX_PRINTER_UNIT_PIXEL_NM) else side


def tag_recording(container: TiffContainer) -> Recording:
    """Pixel size from resolutions per inch or cm that cannot be meant for a printer; the text tags for display."""
    unit = _UNIT_NAMES.get(int(_first_number(container, _RESOLUTION_UNIT)), "")
    height, width = (side_nm(per_unit, unit) for per_unit in pixels_per_unit(container))
    return Recording(pixel_size_y_nm=height, pixel_size_x_nm=width, metadata=_nested(container))


def _nested(container: TiffContainer) -> dict[str, dict[str, str]]:
    words = _words(container)
    return {"TIFF": words} if words else {}


def _words(container: TiffContainer) -> dict[str, str]:
    words = {}
    for tag, name in _WORDS.items():
        text = container.bytes.text(container.first.entries.get(tag))
        if text:
            words[name] = text[:2000]
    return words


def _first_number(container: TiffContainer, tag: int) -> float:
    try:
        values = container.bytes.numbers(container.first.entries.get(tag))
    except ReadError:
        # The stack can be read without it; a pixel size that is missing shows as missing.
        return 0.0
    return float(values[0]) if values else 0.0
