"""A figure of the line pattern as every method draws it, one strip below the other, the truth at the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.drawing import INK, TEXT, colours_of, nice_length, save_picture, text_width, write_text
from fluogan_app.core.project.figure import COLOURMAP, coloured
from fluogan_app.core.units import length_text

#: Sizes in dots. Strips are drawn pixel by pixel where they fit.
_WIDTH, _LEFT, _MARGIN, _GAP, _LETTERS = 1596, 330, 24, 10, 26


def draw_strips(
    strips: Mapping[str, np.ndarray], fine_pixel_size_nm: float, words: Sequence[str],
    marks: Sequence[tuple[float, str]],
) -> Image.Image:  # fmt: skip
    """Strips (rows, columns) of one field by what they are called, each in its own colours from dark to bright.

    marks: places along x in nm, and what is written above them. words: lines below.
    """
    rows, columns = next(iter(strips.values())).shape
    width, height = _WIDTH, max(1, round(rows * _WIDTH / columns))
    top = _MARGIN + 2 * _LETTERS
    size = (_LEFT + width + _MARGIN, top + len(strips) * (height + _GAP) + (len(words) + 2) * (_LETTERS + 10) + _MARGIN)
    canvas = Image.new("RGB", size, "white")
    pen, dots_per_nm = ImageDraw.Draw(canvas), width / (columns * fine_pixel_size_nm)
    for at_nm, text in marks:
        write_text(pen, (_LEFT + at_nm * dots_per_nm - text_width(text, _LETTERS) / 2, _MARGIN), text, _LETTERS)
    for number, (title, strip) in enumerate(strips.items()):
        y = top + number * (height + _GAP)
        low, high = display_range(strip)
        picture = Image.fromarray(coloured(strip, low, high, colours_of(COLOURMAP)))
        canvas.paste(picture.resize((width, height), Image.Resampling.BOX), (_LEFT, y))
        write_text(pen, (_MARGIN, y + height // 2 - _LETTERS // 2), title, _LETTERS)
    _draw_scale(pen, (_LEFT, top + len(strips) * (height + _GAP) + 8), width / dots_per_nm, dots_per_nm)
    for number, line in enumerate(words):
        y = size[1] - _MARGIN - (len(words) - number) * (_LETTERS + 10)
        write_text(pen, (_MARGIN, y), line, _LETTERS)
    return canvas


def save_strips(
    path: Path, strips: Mapping[str, np.ndarray], fine_pixel_size_nm: float, words: Sequence[str],
    marks: Sequence[tuple[float, str]],
) -> None:  # fmt: skip
    """Write the figure as PNG. Raises UsageError, ProjectError."""
    drawn = draw_strips(strips, fine_pixel_size_nm, words, marks)
    # One colour map and black letters: 256 colours are all that there are, in a third of the bytes.
    save_picture(path, drawn.quantize(256, dither=Image.Dither.NONE), " ".join(words))


def _draw_scale(pen: ImageDraw.ImageDraw, place: tuple[int, int], field_nm: float, dots_per_nm: float) -> None:
    length_nm = nice_length(field_nm / 6)
    x, y = place
    pen.rectangle((x, y + 6, x + length_nm * dots_per_nm, y + 13), fill=INK)
    write_text(pen, (x + length_nm * dots_per_nm + 14, y - TEXT // 4), length_text(length_nm), _LETTERS)
