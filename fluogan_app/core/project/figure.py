"""A figure for a paper: mean, estimate and background side by side, with scale bars and colour bars, without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from fluogan_app import __version__
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import UsageError
from fluogan_app.core.files import write_atomic
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.units import length_text

DPI = 300
COLOURMAP = "inferno"
#: Sizes in dots; at 300 dpi the text is 8 and 7 points high and the whole figure fits a page.
_PANEL, _MARGIN, _GAP = 900, 60, 90
_TITLE, _TEXT, _BAR = 34, 28, 26
_INK, _GREY = (20, 20, 20), (95, 95, 95)
#: Wider than this, three panels side by side become too flat: they go below each other.
_FLAT = 1.7


@dataclass(frozen=True)
class _Panel:
    """One image of the figure: its values, the side of its pixels, and its words."""

    image: np.ndarray
    pixel_size_nm: float
    title: str
    unit: str


def export_figure(path: Path, result: Result, caption: str = "", colourmap: str = COLOURMAP) -> None:
    """Draw a result as PNG at 300 dpi; `caption` is the small line below. Raises UsageError, ProjectError."""
    if path.suffix.lower() != ".png":
        raise UsageError(f"{path.name} is no name for the figure.", "Let it end in .png.")
    picture = draw_figure(result, caption, colourmap)
    about = PngInfo()
    about.add_itxt("Software", f"FluoGAN {__version__}")
    about.add_itxt("Description", caption)
    write_atomic(path, lambda temporary: picture.save(temporary, dpi=(DPI, DPI), pnginfo=about))


def draw_figure(result: Result, caption: str = "", colourmap: str = COLOURMAP) -> Image.Image:
    """The figure as an RGB picture. All panels show the same field at the same scale."""
    panels = _panels(result)
    height, width = result.mean.shape
    flat = width > _FLAT * height
    dots_per_pixel = (2 * _PANEL if flat else _PANEL) / max(width, height)
    size = (max(1, round(width * dots_per_pixel)), max(1, round(height * dots_per_pixel)))
    words = [(panel.title, _TITLE) for panel in panels] + [(panel.unit, _TEXT) for panel in panels]
    room = max(size[0], *(round(_length(text, letters)) + 4 for text, letters in words))
    drawn = [_drawn_panel(panel, size, room, colourmap) for panel in panels]
    return _assembled(drawn, flat, _footer(result, caption))


def _panels(result: Result) -> list[_Panel]:
    camera, fine = result.pixel_size_nm, result.fine_pixel_size_nm
    per_pixel = "photons per frame per pixel"
    return [
        _Panel(result.mean, camera, f"Mean, {length_text(camera)} pixels", per_pixel),
        _Panel(result.estimate, fine, f"Estimate x, {length_text(fine)} pixels", per_pixel),
        _Panel(result.background, camera, f"Background b, {length_text(camera)} pixels", per_pixel),
    ]


def _drawn_panel(panel: _Panel, size: tuple[int, int], room: int, colourmap: str) -> Image.Image:
    """Title, image with scale bar, colour bar with ticks and unit, one below the other, `room` dots wide."""
    width, height = size
    top, below = _TITLE + 22, _BAR + 3 * _TEXT + 24
    canvas = Image.new("RGB", (room, top + height + 20 + below), "white")
    pen = ImageDraw.Draw(canvas)
    _write(pen, (0, 0), panel.title, _TITLE)
    shown = _resized(panel.image, size)
    low, high = display_range(shown)
    canvas.paste(_coloured(shown, low, high, colourmap), (0, top))
    _draw_scale_bar(canvas, (0, top, width, top + height), panel.image.shape[1] * panel.pixel_size_nm)
    _draw_colour_bar(canvas, (0, top + height + 20, room), panel.unit, shown, (low, high), colourmap)
    return canvas


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Sharp pixels when enlarged, averaged ones when reduced, so that no bright pixel is lost between two dots."""
    picture = Image.fromarray(np.nan_to_num(image, nan=0.0).astype(np.float32))
    reduced = picture.width > size[0]
    return np.asarray(picture.resize(size, Image.Resampling.BOX if reduced else Image.Resampling.NEAREST))


def _coloured(image: np.ndarray, low: float, high: float, colourmap: str) -> Image.Image:
    index = np.clip((image - low) / (high - low) * 255.0 + 0.5, 0, 255).astype(np.uint8)
    return Image.fromarray(_colours(colourmap)[index])


@lru_cache(maxsize=8)
def _colours(colourmap: str) -> np.ndarray:
    """The 256 colours of a map, (256, 3) uint8."""
    from cmap import Colormap

    rgba = Colormap(colourmap)(np.linspace(0.0, 1.0, 256))
    return (np.asarray(rgba)[:, :3] * 255.0 + 0.5).astype(np.uint8)


def nice_length(length: float) -> float:
    """The largest of 1, 2, 5 × a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step * power for step in (1, 2, 5) if step * power <= length * (1 + 1e-9)))


def _draw_scale_bar(canvas: Image.Image, box: tuple[int, int, int, int], width_nm: float) -> None:
    left, top, right, bottom = box
    length_nm = nice_length(width_nm / 4)
    dots = round((right - left) * length_nm / width_nm)
    inset, thick = 28, 9
    x1, y1 = right - inset, bottom - inset
    pen = ImageDraw.Draw(canvas)
    text = length_text(length_nm)
    wide = _length(text, _TEXT)
    # A dark veil keeps white bar and words legible on a bright image.
    veil = (min(x1 - dots, x1 - int(wide)) - 12, y1 - thick - _TEXT - 20, x1 + 12, y1 + 12)
    if veil[0] < left or veil[1] < top:
        veil = (max(left, veil[0]), max(top, veil[1]), veil[2], veil[3])
    below = canvas.crop(veil)
    canvas.paste(Image.blend(below, Image.new("RGB", below.size, "black"), 0.55), veil[:2])
    pen.rectangle((x1 - dots, y1 - thick, x1, y1), fill="white")
    place, within = (x1 - dots / 2, y1 - thick - _TEXT - 12), (left + 4, right - 4)
    _write(pen, place, text, _TEXT, "white", anchor="ma", within=within)


def _draw_colour_bar(
    canvas: Image.Image, place: tuple[int, int, int], unit: str, shown: np.ndarray, limits: tuple[float, float],
    colourmap: str,
) -> None:  # fmt: skip
    """A bar of the colours; an arrow at an end says that some pixels lie beyond."""
    left, top, width = place
    low, high = limits
    pen = ImageDraw.Draw(canvas)
    x0, x1 = left + _BAR, left + width - _BAR
    ramp = np.tile(np.linspace(low, high, x1 - x0, dtype=np.float64), (_BAR, 1))
    canvas.paste(_coloured(ramp, low, high, colourmap), (x0, top))
    colours = [tuple(colour) for colour in _colours(colourmap)[[0, 255]].tolist()]
    if float(shown.min()) < low:
        pen.polygon([(x0 - 1, top), (x0 - 1, top + _BAR - 1), (left, top + _BAR // 2)], fill=colours[0], outline=_GREY)
    if float(shown.max()) > high:
        pen.polygon([(x1, top), (x1, top + _BAR - 1), (x1 + _BAR - 1, top + _BAR // 2)], fill=colours[1], outline=_GREY)
    for value in ticks(low, high):
        x = x0 + (value - low) / (high - low) * (x1 - x0 - 1)
        pen.line((x, top + _BAR, x, top + _BAR + 8), fill=_INK, width=2)
        _write(pen, (x, top + _BAR + 12), f"{value:g}", _TEXT, anchor="ma", within=(left, left + width))
    _write(pen, (left + width / 2, top + _BAR + 20 + _TEXT), unit, _TEXT, anchor="ma", within=(left, left + width))


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most `most` round values from low to high."""
    step = next(size for size in _round_steps((high - low) / most) if (high - low) / size <= most)
    first = np.ceil(low / step - 1e-9)
    count = int(np.floor(high / step + 1e-9) - first) + 1
    return [float(f"{(first + index) * step:.10g}") + 0.0 for index in range(count)]


def _round_steps(about: float) -> list[float]:
    power = 10.0 ** np.floor(np.log10(about))
    return [step * power for step in (1, 2, 2.5, 5, 10, 20)]


def _footer(result: Result, caption: str) -> list[str]:
    notes = [note for note in result.notes if note.startswith(("Unfinished", "Cancelled", "Failed"))]
    return [line for line in (*notes, caption) if line]


def _assembled(panels: list[Image.Image], flat: bool, footer: list[str]) -> Image.Image:
    width, height = panels[0].size
    columns, rows = (1, len(panels)) if flat else (len(panels), 1)
    inner = columns * width + (columns - 1) * _GAP
    lines = [part for line in footer for part in _wrapped(line, inner)]
    body = rows * height + (rows - 1) * _GAP // 2
    total = 2 * _MARGIN + body + (24 + len(lines) * (_TEXT + 10) if lines else 0)
    figure = Image.new("RGB", (inner + 2 * _MARGIN, total), "white")
    for index, panel in enumerate(panels):
        column, row = (0, index) if flat else (index, 0)
        figure.paste(panel, (_MARGIN + column * (width + _GAP), _MARGIN + row * (height + _GAP // 2)))
    pen = ImageDraw.Draw(figure)
    for index, line in enumerate(lines):
        _write(pen, (_MARGIN, _MARGIN + body + 24 + index * (_TEXT + 10)), line, _TEXT, _GREY)
    return figure


def _wrapped(line: str, width: int) -> list[str]:
    """A line broken between words so that each part fits."""
    parts, current = [], ""
    for word in line.split():
        longer = f"{current} {word}".strip()
        if current and _length(longer, _TEXT) > width:
            parts.append(current)
            longer = word
        current = longer
    return [*parts, current] if current else parts


def _length(text: str, size: int) -> float:
    """Width of a text in dots."""
    return _font(size).getlength(_printable(text, _font(size)))


def _write(
    pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int, colour=_INK, anchor: str = "la",
    within: tuple[float, float] | None = None,
) -> None:  # fmt: skip
    """Text; `within` keeps a centred one between two columns."""
    font = _font(size)
    text = _printable(text, font)
    x, y = place
    if within is not None:
        half = font.getlength(text) / 2
        x = max(within[0] + half, min(within[1] - half, x))
    pen.text((x, y), text, font=font, fill=colour, anchor=anchor)


_FONTS = (
    "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf", "Helvetica.ttc",
)  # fmt: skip


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)  # type: ignore[return-value]


_PLAIN = (
    ("µ", "u"), ("×", "x"), ("·", "|"), ("…", "..."), ("“", '"'), ("”", '"'), ("–", "-"), ("γ", "gamma"),
    ("λ", "lambda"), ("δ", "delta"),
)  # fmt: skip


def _printable(text: str, font: ImageFont.FreeTypeFont) -> str:
    """The text in letters that the font has: the one that comes with Pillow knows no µ."""
    if font.getname()[0] != "Aileron":
        return text
    for letter, plain in _PLAIN:
        text = text.replace(letter, plain)
    return text
