"""A figure for a paper: mean, estimate and background side by side, with scale bars and colour bars, without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.data.result import Result
from fluogan_app.core.project.axis import number_texts
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.drawing import (
    GREY, INK, TEXT, TITLE, colours_of, nice_length, text_width, ticks, wrapped,
    write_text,
)  # fmt: skip
from fluogan_app.core.project.pixel_kinds import draw_key, picture_of_kinds
from fluogan_app.core.units import length_text

COLOURMAP = "inferno"
#: Sizes in dots; the whole figure fits a page.
_PANEL, _MARGIN, _GAP, _BAR = 900, 60, 90, 26
#: A figure in columns is as wide as a page's text, 17 cm, and its columns stand closer.
_PAGE, _CLOSE = 2000, 40
#: Wider than this, panels side by side become too flat: they go below each other.
_FLAT = 1.7
#: An image less high than this has its scale bar in the line of its title: on the image it would hide too much.
_SHALLOW = 220


@dataclass(frozen=True)
class Panel:
    """One image of a figure: its values, the side of its pixels (None where nobody knows it), and its words.

    limits: the values shown as the first and the last colour, chosen from the image where None. colourmap "" is that of
    the figure. kinds: words for the values 0, 1, 2 … of a map of kinds of pixels, which has a key and no colour bar.
    table: colours (N, 3) uint8 from the first to the last, evenly in the value, instead of a colour map's. numbers:
    small lines below the title.
    """

    image: np.ndarray
    pixel_size_nm: float | None
    title: str
    unit: str
    limits: tuple[float, float] | None = None
    colourmap: str = ""
    kinds: tuple[str, ...] = ()
    table: np.ndarray | None = None
    numbers: tuple[str, ...] = ()

    def colours(self, colourmap: str) -> np.ndarray:
        """The colours (N, 3) uint8 in a figure that is drawn in a colour map."""
        return colours_of(self.colourmap or colourmap) if self.table is None else self.table


def draw_figure(result: Result, caption: str = "", colourmap: str = COLOURMAP) -> Image.Image:
    """The figure of a result as an RGB picture."""
    return draw_panels(panels_of(result), footer_of(result, caption), colourmap)


def draw_panels(
    panels: Sequence[Panel], footer: Sequence[str] = (), colourmap: str = COLOURMAP, columns: int = 0
) -> Image.Image:
    """Images of one field at the same scale, with small lines below them.

    Beside each other, flat ones below each other; or in so many columns, on the width of a page.
    """
    height, width = panels[0].image.shape
    flat = width > _FLAT * height
    if columns:
        dots_per_pixel = (_PAGE - 2 * _MARGIN - (columns - 1) * _CLOSE) / columns / width
    else:
        dots_per_pixel = (2 * _PANEL if flat else _PANEL) / max(width, height)
    size = (max(1, round(width * dots_per_pixel)), max(1, round(height * dots_per_pixel)))
    words = [(panel.title, TITLE) for panel in panels] + [(panel.unit, TEXT) for panel in panels]
    words += [(line, TEXT) for panel in panels for line in panel.numbers]
    room = max(size[0], *(round(text_width(text, letters)) + 4 for text, letters in words))
    lines = max(len(panel.numbers) for panel in panels)
    drawn = [_drawn_panel(panel, size, room, lines, panel.colours(colourmap)) for panel in panels]
    if columns:
        return _assembled(drawn, columns, _CLOSE, footer)
    return _assembled(drawn, 1 if flat else len(drawn), _GAP, footer)


def panels_of(result: Result) -> list[Panel]:
    """Mean, estimate and, where it was told apart, background of a result."""
    camera, fine = result.pixel_size_nm, result.fine_pixel_size_nm
    per_pixel, claims = "photons per frame per pixel", result.claims
    title = "Estimate x" if claims == LIGHT else claims.title
    panels = [
        Panel(result.mean, camera, f"Mean, {length_text(camera)} pixels", per_pixel),
        Panel(result.estimate, fine, f"{title}, {length_text(fine)} pixels", claims.unit_words),
    ]
    if not claims.background:
        return panels
    return [*panels, Panel(result.background, camera, f"Background b, {length_text(camera)} pixels", per_pixel)]


def _drawn_panel(panel: Panel, size: tuple[int, int], room: int, lines: int, colours: np.ndarray) -> Image.Image:
    """Title with so many lines of numbers, image with scale bar, colour bar with ticks and unit, one below the other,
    `room` dots wide."""
    width, height = size
    top, below = TITLE + 22 + lines * (TEXT + 6), _BAR + 3 * TEXT + 24
    canvas = Image.new("RGB", (room, top + height + 20 + below), "white")
    pen = ImageDraw.Draw(canvas)
    write_text(pen, (0, 0), panel.title, TITLE)
    for index, line in enumerate(panel.numbers):
        write_text(pen, (0, TITLE + 12 + index * (TEXT + 6)), line, TEXT, GREY)
    if panel.kinds:
        canvas.paste(picture_of_kinds(panel.image, size), (0, top))
        draw_key(canvas, (0, top + height + 20), panel.image, panel.kinds)
        return canvas
    shown = _resized(panel.image, size)
    low, high = panel.limits or display_range(shown)
    canvas.paste(_coloured(shown, low, high, colours), (0, top))
    if panel.pixel_size_nm is not None:
        _draw_scale(canvas, (0, top, width, top + height), panel.image.shape[1] * panel.pixel_size_nm)
    _draw_colour_bar(canvas, (0, top + height + 20, room), panel.unit, shown, (low, high), colours)
    return canvas


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Sharp pixels when enlarged, averaged ones when reduced, so that no bright pixel is lost between two dots."""
    picture = Image.fromarray(np.nan_to_num(image, nan=0.0).astype(np.float32))
    reduced = picture.width > size[0]
    return np.asarray(picture.resize(size, Image.Resampling.BOX if reduced else Image.Resampling.NEAREST))


def coloured(image: np.ndarray, low: float, high: float, colours: np.ndarray) -> np.ndarray:
    """Values as colours (Y, X, 3) uint8; those beyond the limits have the first or the last one."""
    last = len(colours) - 1
    return colours[np.clip((image - low) / (high - low) * last + 0.5, 0, last).astype(int)]


def _coloured(image: np.ndarray, low: float, high: float, colours: np.ndarray) -> Image.Image:
    return Image.fromarray(coloured(image, low, high, colours))


def _draw_scale(canvas: Image.Image, box: tuple[int, int, int, int], width_nm: float) -> None:
    """The scale bar, where it fits."""
    if box[3] - box[1] < _SHALLOW <= box[2]:
        _draw_scale_bar_above(ImageDraw.Draw(canvas), box[2], width_nm)
    else:
        _draw_scale_bar(canvas, box, width_nm)


def _draw_scale_bar(canvas: Image.Image, box: tuple[int, int, int, int], width_nm: float) -> None:
    left, top, right, bottom = box
    length_nm = nice_length(width_nm / 4)
    dots = round((right - left) * length_nm / width_nm)
    inset, thick = 28, 9
    x1, y1 = right - inset, bottom - inset
    pen = ImageDraw.Draw(canvas)
    text = length_text(length_nm)
    wide = text_width(text, TEXT)
    # A dark veil keeps white bar and words legible on a bright image.
    veil = (min(x1 - dots, x1 - int(wide)) - 12, y1 - thick - TEXT - 20, x1 + 12, y1 + 12)
    if veil[0] < left or veil[1] < top:
        veil = (max(left, veil[0]), max(top, veil[1]), veil[2], veil[3])
    below = canvas.crop(veil)
    canvas.paste(Image.blend(below, Image.new("RGB", below.size, "black"), 0.55), veil[:2])
    pen.rectangle((x1 - dots, y1 - thick, x1, y1), fill="white")
    place, within = (x1 - dots / 2, y1 - thick - TEXT - 12), (left + 4, right - 4)
    write_text(pen, place, text, TEXT, "white", anchor="ma", within=within)


def _draw_scale_bar_above(pen: ImageDraw.ImageDraw, width: int, width_nm: float) -> None:
    """In the line of the title, at its right end: the length in words, then the bar."""
    length_nm = nice_length(width_nm / 4)
    dots, thick, middle = round(width * length_nm / width_nm), 9, TITLE // 2
    pen.rectangle((width - 1 - dots, middle - thick // 2, width - 1, middle + thick // 2), fill=INK)
    write_text(pen, (width - dots - 16, middle), length_text(length_nm), TEXT, anchor="rm")


def _draw_colour_bar(
    canvas: Image.Image, place: tuple[int, int, int], unit: str, shown: np.ndarray, limits: tuple[float, float],
    table: np.ndarray,
) -> None:  # fmt: skip
    """A bar of the colours; an arrow at an end says that some pixels lie beyond."""
    left, top, width = place
    low, high = limits
    pen = ImageDraw.Draw(canvas)
    x0, x1 = left + _BAR, left + width - _BAR
    ramp = np.tile(np.linspace(low, high, x1 - x0, dtype=np.float64), (_BAR, 1))
    canvas.paste(_coloured(ramp, low, high, table), (x0, top))
    colours = [tuple(colour) for colour in table[[0, -1]].tolist()]
    if float(shown.min()) < low:
        pen.polygon([(x0 - 1, top), (x0 - 1, top + _BAR - 1), (left, top + _BAR // 2)], fill=colours[0], outline=GREY)
    if float(shown.max()) > high:
        pen.polygon([(x1, top), (x1, top + _BAR - 1), (x1 + _BAR - 1, top + _BAR // 2)], fill=colours[1], outline=GREY)
    values = ticks(low, high)
    for value, text in zip(values, number_texts(values), strict=True):
        x = x0 + (value - low) / (high - low) * (x1 - x0 - 1)
        pen.line((x, top + _BAR, x, top + _BAR + 8), fill=INK, width=2)
        write_text(pen, (x, top + _BAR + 12), text, TEXT, anchor="ma", within=(left, left + width))
    write_text(pen, (left + width / 2, top + _BAR + 20 + TEXT), unit, TEXT, anchor="ma", within=(left, left + width))


def footer_of(result: Result, caption: str) -> list[str]:
    """What stands below a result's figure: that it is not finished, where it is not, and the caption."""
    notes = [note for note in result.notes if note.startswith(("Unfinished", "Cancelled", "Failed"))]
    return [line for line in (*notes, caption) if line]


def _assembled(panels: list[Image.Image], columns: int, gap: int, footer: Sequence[str]) -> Image.Image:
    width, height = panels[0].size
    rows = -(-len(panels) // columns)
    inner = columns * width + (columns - 1) * gap
    lines = [part for line in footer for part in wrapped(line, inner)]
    body = rows * height + (rows - 1) * _GAP // 2
    total = 2 * _MARGIN + body + (24 + len(lines) * (TEXT + 10) if lines else 0)
    figure = Image.new("RGB", (inner + 2 * _MARGIN, total), "white")
    for index, panel in enumerate(panels):
        row, column = divmod(index, columns)
        figure.paste(panel, (_MARGIN + column * (width + gap), _MARGIN + row * (height + _GAP // 2)))
    pen = ImageDraw.Draw(figure)
    for index, line in enumerate(lines):
        write_text(pen, (_MARGIN, _MARGIN + body + 24 + index * (TEXT + 10)), line, TEXT, GREY)
    return figure
