"""Diagrams as shapes on a page, for SVG and PDF: what plot.py draws in dots, sharp at any size, with words to edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.project.axis import Axis, axis_for
from fluogan_app.core.project.figure_layout import Colour, Drawn, Page, Shape, Stroke, Words
from fluogan_app.core.project.letters import text_width_pt, wrapped_pt
from fluogan_app.core.project.marks import COLOURS, Band, Line, Mark, Points, Rule, finite_runs
from fluogan_app.core.project.plot import Plot, values_along

#: Points, 72 to the inch: a diagram is as wide as a column of print.
_WIDTH, _HEIGHT, _MARGIN, _GAP = 241.0, 172.0, 8.0, 14.0
_TEXT, _TITLE, _TICK = 7.0, 8.0, 3.0
_INK, _GREY, _FRAME, _FAINT = (20, 20, 20), (95, 95, 95), (60, 60, 60), (228, 228, 228)
_DASH, _SAMPLE = (4.0, 2.5), 14.0
_CORNERS = 16


@dataclass(frozen=True)
class _Frame:
    """Where a diagram's inside lies on the page, and what its axes span."""

    left: float
    top: float
    right: float
    bottom: float
    x_axis: Axis
    y_axis: Axis

    def place(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Places (N, 2) on the page; what lies outside the frame is kept at its edge."""
        across, up = np.clip(self.x_axis.share(x), 0, 1), np.clip(self.y_axis.share(y), 0, 1)
        return np.stack(
            [self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top)], axis=1
        )


def plots_page(plots: Sequence[Plot], footer: Sequence[str] = (), columns: int = 2) -> Page:
    """Diagrams in rows of at most `columns`, with small lines below them."""
    columns = min(columns, len(plots))
    rows = -(-len(plots) // columns)
    width = 2 * _MARGIN + columns * _WIDTH + (columns - 1) * _GAP
    shapes: list[Drawn] = []
    for index, plot in enumerate(plots):
        row, column = divmod(index, columns)
        shapes += _plot(plot, (_MARGIN + column * (_WIDTH + _GAP), _MARGIN + row * (_HEIGHT + _GAP)))
    height = 2 * _MARGIN + rows * _HEIGHT + (rows - 1) * _GAP
    lines = [part for line in footer for part in wrapped_pt(line, _TEXT, 0.82 * (width - 2 * _MARGIN))]
    shapes += [
        Words(_MARGIN, height + index * 1.4 * _TEXT, line, _TEXT, _GREY) for index, line in enumerate(lines)
    ]
    return Page(width, height + len(lines) * 1.4 * _TEXT, tuple(shapes), " ".join(footer))


def _plot(plot: Plot, corner: tuple[float, float]) -> list[Drawn]:
    frame = _framed(plot, corner)
    shapes: list[Drawn] = _axes(plot, frame, corner)
    for kind in (Band, Rule, Line, Points):
        shapes += [shape for mark in plot.marks if isinstance(mark, kind) for shape in _drawn(mark, frame)]
    edge = ((frame.left, frame.top), (frame.right, frame.top), (frame.right, frame.bottom), (frame.left, frame.bottom))
    return [*shapes, Stroke((*edge, edge[0]), _FRAME, 0.5), *_legend(plot, frame)]


def _framed(plot: Plot, corner: tuple[float, float]) -> _Frame:
    """The inside of a diagram: what the words around it, and the legend above it, leave."""
    x_axis = axis_for(values_along(plot, "x"), plot.x_range, plot.x_logarithmic)
    y_axis = axis_for(values_along(plot, "y"), plot.y_range, plot.y_logarithmic, 0.06)
    widest = max((text_width_pt(text, _TEXT) for _, text in y_axis.ticks), default=0.0)
    lines = len(_legend_lines(plot))
    top = corner[1] + (1.4 * _TITLE if plot.title else 0) + 1.5 * _TEXT * (lines + 1)
    return _Frame(
        corner[0] + widest + _TICK + 4, top, corner[0] + _WIDTH - 4, corner[1] + _HEIGHT - 3.2 * _TEXT, x_axis, y_axis
    )


def _axes(plot: Plot, frame: _Frame, corner: tuple[float, float]) -> list[Drawn]:
    """Grid, ticks, numbers and words; those of the vertical axis stand above it, so that they can be read upright."""
    shapes: list[Drawn] = []
    for value, text in frame.x_axis.ticks:
        x = float(frame.place(np.array([value]), np.array([frame.y_axis.limits[0]]))[0, 0])
        shapes += [Stroke(((x, frame.top), (x, frame.bottom)), _FAINT, 0.4)]
        shapes += [Stroke(((x, frame.bottom), (x, frame.bottom + _TICK)), _FRAME, 0.5)]
        shapes.append(Words(x, frame.bottom + _TICK + _TEXT, text, _TEXT, _INK, "middle"))
    for value, text in frame.y_axis.ticks:
        y = float(frame.place(np.array([frame.x_axis.limits[0]]), np.array([value]))[0, 1])
        shapes += [Stroke(((frame.left, y), (frame.right, y)), _FAINT, 0.4)]
        shapes += [Stroke(((frame.left - _TICK, y), (frame.left, y)), _FRAME, 0.5)]
        shapes.append(Words(frame.left - _TICK - 2, y + 0.35 * _TEXT, text, _TEXT, _INK, "end"))
    below = frame.bottom + _TICK + 2.4 * _TEXT
    shapes.append(Words((frame.left + frame.right) / 2, below, plot.x_label, _TEXT, _INK, "middle"))
    shapes.append(Words(corner[0], frame.top - 0.5 * _TEXT, plot.y_label, _TEXT))
    if plot.title:
        shapes.append(Words(corner[0], corner[1] + _TITLE, plot.title, _TITLE))
    return shapes


def _legend_lines(plot: Plot) -> list[list[Mark]]:
    """The named marks, as many on a line as have room."""
    lines: list[list[Mark]] = []
    used = _WIDTH
    for mark in plot.marks:
        wide = _SAMPLE + 12 + text_width_pt(mark.label, _TEXT)
        if mark.label and used + wide > _WIDTH:
            lines.append([])
            used = 0.0
        if mark.label:
            lines[-1].append(mark)
            used += wide
    return lines


def _legend(plot: Plot, frame: _Frame) -> list[Drawn]:
    shapes: list[Drawn] = []
    lines = _legend_lines(plot)
    for row, marks in enumerate(lines):
        x, y = frame.left, frame.top - 1.5 * _TEXT * (len(lines) - row) - 0.5 * _TEXT
        for mark in marks:
            shapes += _sample(mark, x, y - 0.35 * _TEXT)
            shapes.append(Words(x + _SAMPLE + 3, y, mark.label, _TEXT))
            x += _SAMPLE + 12 + text_width_pt(mark.label, _TEXT)
    return shapes


def _sample(mark: Mark, x: float, y: float) -> list[Drawn]:
    colour = _colour(mark)
    if isinstance(mark, Band):
        box = ((x, y - 2.5), (x + _SAMPLE, y - 2.5), (x + _SAMPLE, y + 2.5), (x, y + 2.5))
        return [Shape(box, _pale(colour))]
    if isinstance(mark, Points):
        return [_disc(x + _SAMPLE / 2, y, colour)]
    dashed = isinstance(mark, Rule) or mark.dashed
    return [Stroke(((x, y), (x + _SAMPLE, y)), colour, _thick(mark), _DASH if dashed else ())]


def _drawn(mark: Mark, frame: _Frame) -> list[Drawn]:
    colour = _colour(mark)
    if isinstance(mark, Rule):
        along = np.array(frame.y_axis.limits if mark.axis == "x" else frame.x_axis.limits)
        at = np.full(2, mark.at)
        ends = frame.place(at, along) if mark.axis == "x" else frame.place(along, at)
        return [Stroke(_path(ends), colour, 0.6, _DASH)]
    x = np.asarray(mark.x, float)
    if isinstance(mark, Band):
        low, high = frame.place(x, np.asarray(mark.low, float)), frame.place(x, np.asarray(mark.high, float))
        parts = finite_runs(low, high)
        return [Shape(_path(np.concatenate([low[part], high[part][::-1]])), _pale(colour)) for part in parts]
    dots = frame.place(x, np.asarray(mark.y, float))
    if isinstance(mark, Points):
        bars = _bars(mark, frame, colour) if mark.spread is not None else []
        return bars + [_disc(float(px), float(py), colour) for px, py in dots[np.all(np.isfinite(dots), axis=1)]]
    dashes = _DASH if mark.dashed else ()
    return [Stroke(_path(dots[part]), colour, _thick(mark), dashes) for part in finite_runs(dots)]


def _bars(mark: Points, frame: _Frame, colour: Colour) -> list[Drawn]:
    x, y, spread = (np.asarray(part, float) for part in (mark.x, mark.y, mark.spread))
    ends = zip(frame.place(x, y - spread), frame.place(x, y + spread), strict=True)
    return [Stroke(_path(np.stack(pair)), colour, 0.5) for pair in ends if np.all(np.isfinite(pair))]


def _disc(x: float, y: float, colour: Colour, radius: float = 1.6) -> Shape:
    angles = 2 * np.pi * np.arange(_CORNERS) / _CORNERS
    return Shape(_path(np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)), colour)


def _colour(mark: Mark) -> Colour:
    return COLOURS[mark.colour % len(COLOURS)]


def _thick(mark: Mark) -> float:
    return 0.5 if isinstance(mark, Line) and mark.thin else 0.6 if isinstance(mark, Rule) else 1.1


def _pale(colour: Colour) -> Colour:
    return tuple(round(255 - 0.28 * (255 - part)) for part in colour)  # type: ignore[return-value]


def _path(dots: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in dots)
