"""What a diagram shows: curves, points, bands and straight lines, and how each is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import ImageDraw

from fluogan_app.core.project.axis import Axis

#: Distinct for every kind of colour vision, and in print without colour (after Okabe and Ito 2008).
COLOURS = ((0, 90, 160), (213, 94, 0), (0, 130, 95), (175, 85, 140), (110, 110, 110), (200, 140, 0))
#: Curves are drawn this many times larger and then reduced, which smooths their edges.
FINER = 3
_LINE, _THIN, _RULE, _RADIUS, _DASH = 4, 2, 3, 6, (16, 10)

#: Turns x and y (N,) into dots (N, 2).
Place = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Line:
    """A curve through points (N,), interrupted where a value is not finite. `colour` counts in COLOURS.

    `thin` is for what lies behind the curve that matters.
    """

    x: np.ndarray
    y: np.ndarray
    label: str = ""
    colour: int = 0
    dashed: bool = False
    thin: bool = False


@dataclass(frozen=True)
class Points:
    """Separate points (N,); `spread`, where given, is drawn as a bar of ± so much."""

    x: np.ndarray
    y: np.ndarray
    label: str = ""
    colour: int = 0
    spread: np.ndarray | None = None


@dataclass(frozen=True)
class Band:
    """The area between two curves (N,), for an uncertainty or a range."""

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray
    label: str = ""
    colour: int = 0


@dataclass(frozen=True)
class Rule:
    """A straight dashed line at one value of an axis, "x" or "y"."""

    at: float
    axis: str = "x"
    label: str = ""
    colour: int = 4


Mark = Line | Points | Band | Rule


def draw_mark(pen: ImageDraw.ImageDraw, mark: Mark, place: Place, x_axis: Axis, y_axis: Axis) -> None:
    """Draw one mark on a layer that is FINER times as large as the picture."""
    colour = COLOURS[mark.colour % len(COLOURS)]
    if isinstance(mark, Rule):
        along = np.array(y_axis.limits if mark.axis == "x" else x_axis.limits)
        ends = place(np.full(2, mark.at), along) if mark.axis == "x" else place(along, np.full(2, mark.at))
        _dashes(pen, ends, colour, _RULE)
        return
    x = np.asarray(mark.x, float)
    if isinstance(mark, Band):
        low, high = place(x, np.asarray(mark.low, float)), place(x, np.asarray(mark.high, float))
        for part in finite_runs(low, high):
            pen.polygon(path_of(np.concatenate([low[part], high[part][::-1]])), fill=_pale(colour))
        return
    dots = place(x, np.asarray(mark.y, float))
    if isinstance(mark, Points):
        _draw_points(pen, mark, dots, place, colour)
        return
    thick = _THIN if mark.thin else _LINE
    for part in finite_runs(dots):
        if mark.dashed:
            _dashes(pen, dots[part], colour, thick)
        else:
            pen.line(path_of(dots[part]), fill=colour, width=thick * FINER, joint="curve")


def _draw_points(
    pen: ImageDraw.ImageDraw, mark: Points, dots: np.ndarray, place: Place, colour: tuple[int, int, int]
) -> None:
    """Small discs with a white rim, so that crowded ones stay apart, and their bars."""
    if mark.spread is not None:
        x, y, spread = (np.asarray(part, float) for part in (mark.x, mark.y, mark.spread))
        for below, above in zip(place(x, y - spread), place(x, y + spread)):
            if np.all(np.isfinite([below, above])):
                pen.line(path_of(np.stack([below, above])), fill=colour, width=2 * FINER)
    radius = _RADIUS * FINER
    for x, y in dots[np.all(np.isfinite(dots), axis=1)]:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour, outline="white", width=FINER)


def _dashes(pen: ImageDraw.ImageDraw, dots: np.ndarray, colour: tuple[int, int, int], thick: int) -> None:
    """A dashed line along a path; each dash follows the path's corners."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(dots, axis=0).T))])
    if len(dots) < 2 or lengths[-1] == 0:
        return
    drawn, gap = (part * FINER for part in _DASH)
    for start in np.arange(0.0, lengths[-1], drawn + gap):
        stop = min(start + drawn, lengths[-1])
        at = np.concatenate([[start], lengths[(lengths > start) & (lengths < stop)], [stop]])
        dash = np.stack([np.interp(at, lengths, dots[:, axis]) for axis in (0, 1)], axis=1)
        pen.line(path_of(dash), fill=colour, width=thick * FINER)


def finite_runs(*paths: np.ndarray) -> list[slice]:
    """Stretches over which all paths (N, 2) are finite."""
    good = np.all([np.all(np.isfinite(path), axis=1) for path in paths], axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], good.astype(np.int8), [0]])))
    return [slice(start, stop) for start, stop in edges.reshape(-1, 2)]


def draw_sample(pen: ImageDraw.ImageDraw, mark: Mark, left: int, right: int, middle: int) -> None:
    """A piece of the mark beside its name."""
    colour = COLOURS[mark.colour % len(COLOURS)]
    if isinstance(mark, Band):
        pen.rectangle((left, middle - 9, right, middle + 9), fill=_pale(colour))
    elif isinstance(mark, Points):
        centre = (left + right) // 2
        pen.ellipse((centre - 7, middle - 7, centre + 7, middle + 7), fill=colour)
    elif isinstance(mark, Rule) or mark.dashed:
        for start in range(left, right, 24):
            pen.line((start, middle, min(start + 15, right), middle), fill=colour, width=4)
    else:
        pen.line((left, middle, right, middle), fill=colour, width=2 if mark.thin else 5)


def _pale(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    return tuple(round(255 - 0.28 * (255 - part)) for part in colour)  # type: ignore[return-value]


def path_of(dots: np.ndarray) -> list[tuple[float, float]]:
    """Dots (N, 2) as Pillow wants them."""
    return [(float(x), float(y)) for x, y in dots]
