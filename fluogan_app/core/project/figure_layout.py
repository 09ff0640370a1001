"""A figure as shapes on a page, for files that stay sharp at any size: images, bars, lines and words in points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.project.axis import number_texts
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.drawing import nice_length, ticks
from fluogan_app.core.project.figure import COLOURMAP, Panel, coloured
from fluogan_app.core.project.letters import text_width_pt, wrapped_pt
from fluogan_app.core.units import length_text

#: Points, 72 to the inch: three panels fill the width of a page.
_PANEL, _GAP, _MARGIN, _BAR = 160.0, 22.0, 12.0, 6.0
#: The text of a page is so wide; columns stand closer on it.
_PAGE, _CLOSE = 482.0, 10.0
#: An image smaller than this has its scale bar below: on the image it would hide too much.
_SMALL_X, _SMALL_Y = 60.0, 30.0
#: An image has at least so many dots along its longer side.
_DOTS = 600
_TITLE, _TEXT = 8.0, 7.0
#: Wider than this, panels go below each other.
_FLAT = 1.7
_INK, _GREY, _WHITE = (20, 20, 20), (95, 95, 95), (255, 255, 255)

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Picture:
    """Pixels (height, width, 3) uint8, drawn sharp into a box."""

    x: float
    y: float
    width: float
    height: float
    pixels: np.ndarray


@dataclass(frozen=True)
class Box:
    """A filled rectangle; opacity 0 to 1."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour
    opacity: float = 1.0


@dataclass(frozen=True)
class Shape:
    """A filled outline through points (x, y)."""

    points: tuple[tuple[float, float], ...]
    fill: Colour


@dataclass(frozen=True)
class Stroke:
    """A line through points (x, y); dashes are lengths of line and gap, none where it is whole."""

    points: tuple[tuple[float, float], ...]
    colour: Colour
    thick: float = 0.75
    dashes: tuple[float, ...] = ()


@dataclass(frozen=True)
class Words:
    """A line of text on its base line; `anchor` is where x is: "start", "middle" or "end"."""

    x: float
    y: float
    text: str
    size: float
    colour: Colour = _INK
    anchor: str = "start"


Drawn = Picture | Box | Shape | Stroke | Words


@dataclass(frozen=True)
class Page:
    """Shapes in the order in which they are drawn, from the upper left corner. title: what the figure shows."""

    width: float
    height: float
    shapes: tuple[Drawn, ...]
    title: str = ""


def laid_out(
    panels: Sequence[Panel], footer: Sequence[str] = (), colourmap: str = COLOURMAP, columns: int = 0
) -> Page:
    """Images of one field at the same scale, as `figure.draw_panels` draws them."""
    height, width = panels[0].image.shape
    flat = width > _FLAT * height
    count_x, gap = (columns, _CLOSE) if columns else (1 if flat else len(panels), _GAP)
    scale = (2 * _PANEL if flat else _PANEL) / max(height, width)
    if columns:
        scale = (_PAGE - 2 * _MARGIN - (columns - 1) * gap) / columns / width
    size = (width * scale, height * scale)
    words = [text for panel in panels for text in (panel.title, panel.unit, *panel.numbers)]
    room = max(size[0], _SMALL_X, *(text_width_pt(text, _TEXT) for text in words))
    head = 1.25 * _TEXT * max(len(panel.numbers) for panel in panels)
    tall = _TITLE + 4 + head + size[1] + 4 + _BAR + 3 * _TEXT + (1.5 * _TEXT if _is_small(size) else 0)
    shapes: list[Drawn] = []
    for index, panel in enumerate(panels):
        down, across = divmod(index, count_x)
        x, y = _MARGIN + across * (room + gap), _MARGIN + down * (tall + _GAP / 2)
        shapes += _panel(panel, (x, y), size, room, head, panel.colours(colourmap))
    count_y = -(-len(panels) // count_x)
    width = 2 * _MARGIN + count_x * room + (count_x - 1) * gap
    height = 2 * _MARGIN + count_y * tall + (count_y - 1) * _GAP / 2
    # Where a reader has not the font, it takes a wider one.
    lines = [part for line in footer for part in wrapped_pt(line, _TEXT, 0.82 * (width - 2 * _MARGIN))]
    shapes += [Words(_MARGIN, height + index * 1.4 * _TEXT, line, _TEXT, _GREY) for index, line in enumerate(lines)]
    height += len(lines) * 1.4 * _TEXT + (_MARGIN / 2 if lines else 0)
    return Page(width, height, tuple(shapes), " ".join(footer))


def _panel(
    panel: Panel, place: tuple[float, float], size: tuple[float, float], room: float, head: float, colours: np.ndarray
) -> list[Drawn]:
    """Title, numbers on so high a stripe, image with its scale bar, colour bar with ticks and unit."""
    x, y = place
    top = y + _TITLE + 4 + head
    low, high = panel.limits or display_range(panel.image)
    values = np.nan_to_num(panel.image, nan=low)
    shapes: list[Drawn] = [Words(x, y + _TITLE, panel.title, _TITLE)]
    for index, line in enumerate(panel.numbers):
        shapes.append(Words(x, y + _TITLE + 1.25 * _TEXT * (index + 1), line, _TEXT, _GREY))
    shapes.append(Picture(x, top, *size, _sharp(coloured(values, low, high, colours))))
    if panel.pixel_size_nm is not None:
        bar = _scale_bar_below if _is_small(size) else _scale_bar
        shapes += bar(x, top, size, panel.image.shape[1] * panel.pixel_size_nm)
    beyond = (float(values.min()) < low, float(values.max()) > high)
    return shapes + _colour_bar(x, top + size[1] + 4, room, panel.unit, (low, high), beyond, colours)


def _is_small(size: tuple[float, float]) -> bool:
    return size[0] < _SMALL_X or size[1] < _SMALL_Y


def _scale_bar_below(x: float, top: float, size: tuple[float, float], width_nm: float) -> list[Box | Words]:
    length_nm = nice_length(width_nm / 4)
    long, low = size[0] * length_nm / width_nm, top + size[1] + 4 + _BAR + 4.2 * _TEXT
    return [Box(x, low - 3, long, 2, _INK), Words(x + long + 4, low, length_text(length_nm), _TEXT)]


def _scale_bar(x: float, top: float, size: tuple[float, float], width_nm: float) -> list[Box | Words]:
    length_nm = nice_length(width_nm / 4)
    long, text = size[0] * length_nm / width_nm, length_text(length_nm)
    right, bottom = x + size[0] - 6, top + size[1] - 6
    wide = max(long, text_width_pt(text, _TEXT))
    # A dark veil keeps white bar and words legible on a bright image.
    veil = Box(right - wide - 3, bottom - _TEXT - 7, wide + 6, _TEXT + 10, (0, 0, 0), 0.55)
    words = Words(right - wide / 2, bottom - 4.5, text, _TEXT, _WHITE, "middle")
    return [veil, words, Box(right - (wide + long) / 2, bottom - 2, long, 2, _WHITE)]


def _colour_bar(
    x: float, y: float, room: float, unit: str, limits: tuple[float, float], beyond: tuple[bool, bool],
    colours: np.ndarray,
) -> list[Drawn]:
    """A bar of the colours; an arrow at an end says that some pixels lie beyond."""
    low, high = limits
    left, wide = x + _BAR, room - 2 * _BAR
    first, last = (tuple(int(part) for part in colours[index]) for index in (0, -1))
    shown = colours[np.linspace(0, len(colours) - 1, 256).round().astype(int)]
    shapes: list[Drawn] = [Picture(left, y, wide, _BAR, shown[None])]
    if beyond[0]:
        shapes.append(Shape(((left, y), (left, y + _BAR), (x, y + _BAR / 2)), first))
    if beyond[1]:
        end = left + wide
        shapes.append(Shape(((end, y), (end, y + _BAR), (end + _BAR, y + _BAR / 2)), last))
    values = ticks(low, high)
    for value, text in zip(values, number_texts(values), strict=True):
        at = left + (value - low) / (high - low) * wide
        half = text_width_pt(text, _TEXT) / 2
        shapes.append(Box(at - 0.25, y + _BAR, 0.5, 2, _INK))
        middle = min(max(at, x + half), x + room - half)
        shapes.append(Words(middle, y + _BAR + 2 + _TEXT, text, _TEXT, _INK, "middle"))
    return [*shapes, Words(x + room / 2, y + _BAR + 3 + 2 * _TEXT, unit, _TEXT, _INK, "middle")]


def _sharp(pixels: np.ndarray) -> np.ndarray:
    """Each pixel as a square of dots: many programs smooth what they enlarge, and with enough dots it stays one."""
    times = -(-_DOTS // max(pixels.shape[:2]))
    return np.kron(pixels, np.ones((times, times, 1), np.uint8))
