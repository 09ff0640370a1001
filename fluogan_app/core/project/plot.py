"""Diagrams for a paper: axes with units and ticks, lines, points, bands and a legend, as PNG without Qt.

    plot = Plot("Spatial frequency in 1/µm", "Correlation", (Line(x, y, "FRC"), Rule(4.2, "x", "limit")))
    export_plots(Path("frc.png"), [plot], "what was measured on which data")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from fluogan_app.core.project.axis import Axis, axis_for
from fluogan_app.core.project.drawing import (
    GREY, INK, TEXT, TITLE, check_picture_name, save_picture, text_width, wrapped, write_text,
)  # fmt: skip
from fluogan_app.core.project.marks import FINER, Band, Line, Mark, Points, Rule, draw_mark, draw_sample, path_of

__all__ = ["Band", "Line", "Mark", "Plot", "Points", "Rule", "draw_plot", "draw_plots", "export_plots"]

#: Dots of one diagram: as wide as a column of print (85 mm at 300 dpi).
WIDTH, HEIGHT = 1004, 720
_MARGIN, _GAP, _TICK = 40, 60, 10
_FRAME, _FAINT = (60, 60, 60), (228, 228, 228)
#: The legend's lines, the samples before its words, and the room around them.
_LINE, _SAMPLE, _INSET = TEXT + 12, 56, 14
#: Points and lines have colours stronger than this; a legend may hide less than a point of them.
_STRONG, _FEW_DOTS = 90, 30


@dataclass(frozen=True)
class Plot:
    """One diagram. The axes' words carry their unit; ranges follow from the marks where they are None.

    Bands lie below, then rules, lines and points, each in the order given.
    """

    x_label: str
    y_label: str
    marks: tuple[Mark, ...]
    title: str = ""
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    x_logarithmic: bool = False
    y_logarithmic: bool = False


def export_plots(path: Path, plots: Sequence[Plot], caption: str = "", columns: int = 2) -> None:
    """Draw diagrams as one PNG at 300 dpi; `caption` is the small line below. Raises UsageError, ProjectError."""
    check_picture_name(path)
    save_picture(path, draw_plots(plots, (caption,) if caption else (), columns), caption)


def draw_plots(plots: Sequence[Plot], footer: Sequence[str] = (), columns: int = 2) -> Image.Image:
    """Diagrams in rows of at most `columns`, with small lines below them."""
    columns = min(columns, len(plots))
    rows = -(-len(plots) // columns)
    inner = columns * WIDTH + (columns - 1) * _GAP
    lines = [part for line in footer for part in wrapped(line, inner)]
    body = rows * HEIGHT + (rows - 1) * _GAP
    below = 24 + len(lines) * (TEXT + 10) if lines else 0
    figure = Image.new("RGB", (inner + 2 * _MARGIN, body + below + 2 * _MARGIN), "white")
    for index, plot in enumerate(plots):
        row, column = divmod(index, columns)
        figure.paste(draw_plot(plot), (_MARGIN + column * (WIDTH + _GAP), _MARGIN + row * (HEIGHT + _GAP)))
    pen = ImageDraw.Draw(figure)
    for index, line in enumerate(lines):
        write_text(pen, (_MARGIN, _MARGIN + body + 24 + index * (TEXT + 10)), line, TEXT, GREY)
    return figure


def draw_plot(plot: Plot, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """One diagram as an RGB picture of (width, height) dots."""
    canvas = Image.new("RGB", size, "white")
    y_axis = axis_for(values_along(plot, "y"), plot.y_range, plot.y_logarithmic, 0.06)
    # Curves may touch the frame; points would be cut in half.
    room = 0.03 if any(isinstance(mark, Points) for mark in plot.marks) else 0.0
    x_axis = axis_for(values_along(plot, "x"), plot.x_range, plot.x_logarithmic, room)
    box = _box(plot, size, y_axis)
    inside, legend = (box[2] - box[0], box[3] - box[1]), [mark for mark in plot.marks if mark.label]
    curves = _curves(plot, inside, x_axis, y_axis)
    if legend and plot.y_range is None and _hides(np.asarray(curves), _legend_size(legend)):
        y_axis = axis_for(np.empty(0), _with_room(y_axis, _legend_size(legend)[1] / inside[1]), plot.y_logarithmic)
        box = _box(plot, size, y_axis)
        curves = _curves(plot, (box[2] - box[0], box[3] - box[1]), x_axis, y_axis)
    canvas.paste(curves, box[:2])
    pen = ImageDraw.Draw(canvas)
    pen.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), outline=_FRAME, width=2)
    _draw_x_axis(pen, box, x_axis, plot.x_label, size[0])
    _draw_y_axis(canvas, box, y_axis, plot.y_label)
    if plot.title:
        write_text(pen, (box[0], 0), plot.title, TITLE)
    _draw_legend(canvas, box, legend, np.asarray(curves))
    return canvas


def values_along(plot: Plot, axis: str) -> np.ndarray:
    """All that the marks show along one axis."""
    parts: list[np.ndarray] = []
    for mark in plot.marks:
        if isinstance(mark, Rule):
            parts += [np.array([mark.at])] if mark.axis == axis else []
        elif axis == "x":
            parts.append(np.asarray(mark.x, float))
        elif isinstance(mark, Band):
            parts += [np.asarray(mark.low, float), np.asarray(mark.high, float)]
        else:
            spread = 0.0 if not isinstance(mark, Points) or mark.spread is None else np.asarray(mark.spread, float)
            parts += [np.asarray(mark.y, float) - spread, np.asarray(mark.y, float) + spread]
    return np.concatenate([part.ravel() for part in parts]) if parts else np.empty(0)


def _box(plot: Plot, size: tuple[int, int], y_axis: Axis) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the frame, with room for the words around it."""
    widest = max((text_width(text, TEXT) for _, text in y_axis.ticks), default=0)
    left = TEXT + 20 + round(widest) + _TICK + 8
    top = TITLE + 20 if plot.title else TEXT // 2
    return left, top, size[0] - 30, size[1] - 2 * TEXT - _TICK - 24


def _curves(plot: Plot, size: tuple[int, int], x_axis: Axis, y_axis: Axis) -> Image.Image:
    """The inside of the frame with smooth edges: grid, bands, rules, lines, points."""
    width, height = size[0] * FINER, size[1] * FINER
    layer = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(layer)

    def place(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Dots (N, 2); far outside stays outside without growing beyond what can be drawn."""
        across, up = x_axis.share(x) * (width - 1), (1.0 - y_axis.share(y)) * (height - 1)
        return np.stack([np.clip(across, -width, 2 * width), np.clip(up, -height, 2 * height)], axis=1)

    for value, _ in x_axis.ticks:
        pen.line(path_of(place(np.full(2, value), np.array(y_axis.limits))), fill=_FAINT, width=FINER)
    for value, _ in y_axis.ticks:
        pen.line(path_of(place(np.array(x_axis.limits), np.full(2, value))), fill=_FAINT, width=FINER)
    for kind in (Band, Rule, Line, Points):
        for mark in plot.marks:
            if isinstance(mark, kind):
                draw_mark(pen, mark, place, x_axis, y_axis)
    return layer.resize(size, Image.Resampling.BOX)


def _draw_x_axis(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], axis: Axis, label: str, width: int) -> None:
    left, _, right, bottom = box
    for value, text in axis.ticks:
        x = left + float(axis.share(np.array(value))) * (right - left - 1)
        pen.line((x, bottom, x, bottom + _TICK), fill=_FRAME, width=2)
        write_text(pen, (x, bottom + _TICK + 6), text, TEXT, anchor="ma", within=(0, width))
    middle = ((left + right) / 2, bottom + _TICK + TEXT + 18)
    write_text(pen, middle, label, TEXT, anchor="ma", within=(0, width))


def _draw_y_axis(canvas: Image.Image, box: tuple[int, int, int, int], axis: Axis, label: str) -> None:
    left, top, _, bottom = box
    pen = ImageDraw.Draw(canvas)
    for value, text in axis.ticks:
        y = bottom - 1 - float(axis.share(np.array(value))) * (bottom - top - 1)
        pen.line((left - _TICK, y, left, y), fill=_FRAME, width=2)
        write_text(pen, (left - _TICK - 8, y), text, TEXT, anchor="rm")
    words = Image.new("RGB", (round(text_width(label, TEXT)) + 8, TEXT + 12), "white")
    write_text(ImageDraw.Draw(words), (4, 2), label, TEXT)
    upright = words.rotate(90, expand=True)
    canvas.paste(upright, (0, max(0, min(canvas.height - upright.height, (top + bottom - upright.height) // 2))))


def _draw_legend(
    canvas: Image.Image, box: tuple[int, int, int, int], marks: list[Mark], curves: np.ndarray
) -> None:
    """Names of the marks where they hide least."""
    if not marks:
        return
    line, sample, inset = _LINE, _SAMPLE, _INSET
    width, height = _legend_size(marks)
    left, top = _emptiest_place(curves, (width, height))
    left, top = left + box[0], top + box[1]
    below = canvas.crop((left, top, left + width, top + height))
    canvas.paste(Image.blend(below, Image.new("RGB", below.size, "white"), 0.85), (left, top))
    pen = ImageDraw.Draw(canvas)
    for index, mark in enumerate(marks):
        middle = top + inset // 2 + index * line + line // 2
        draw_sample(pen, mark, left + inset, left + inset + sample, middle)
        write_text(pen, (left + 2 * inset + sample, middle), mark.label, TEXT, anchor="lm")


def _legend_size(marks: list[Mark]) -> tuple[int, int]:
    """Width and height in dots."""
    widest = max((text_width(mark.label, TEXT) for mark in marks), default=0.0)
    return round(widest) + _SAMPLE + 3 * _INSET, len(marks) * _LINE + _INSET


def _hides(curves: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether a legend of a size would lie on points or lines wherever it is put; on bands it may."""
    left, top = _emptiest_place(curves, size)
    covered = curves[top : top + size[1], left : left + size[0]].astype(np.int16)
    return bool(np.count_nonzero(np.ptp(covered, axis=2) > _STRONG) > _FEW_DOTS)


def _with_room(axis: Axis, share: float) -> tuple[float, float]:
    """Limits of an axis with a share of the frame free above, at most half of it."""
    low, high = axis.limits
    grown = 1.0 / (1.0 - min(share + 0.04, 0.5))
    return (low, low * (high / low) ** grown) if axis.logarithmic else (low, low + (high - low) * grown)


def _emptiest_place(curves: np.ndarray, size: tuple[int, int]) -> tuple[int, int]:
    """Left and top of the place along the frame with the fewest coloured dots; corners come first, upper right before.

    The inside of the frame is (height, width, 3), the room that is sought (width, height).
    """
    (height, width), (wide, high), inset = curves.shape[:2], size, 12
    coloured = np.ptp(curves.astype(np.int16), axis=2) + (curves.min(axis=2) < 180) * 255 > 40
    right, bottom = max(0, width - wide - inset), max(0, height - high - inset)
    columns, rows = (right, inset, (right + inset) // 2), (inset, bottom, (bottom + inset) // 2)
    places = [(left, top) for top in rows for left in columns]
    return min(places, key=lambda at: int(coloured[at[1] : at[1] + high, at[0] : at[0] + wide].sum()))
