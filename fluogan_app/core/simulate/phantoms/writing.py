"""Lines of writing that become ever smaller, from strokes of even width."""

from __future__ import annotations

import math

import numpy as np

from fluogan_app.core.simulate.params import TextParams
from fluogan_app.core.simulate.phantoms.chains import chain_coverage
from fluogan_app.core.simulate.phantoms.glyphs import ADVANCE, GLYPH_HEIGHT, GLYPH_WIDTH, glyph_strokes
from fluogan_app.core.simulate.phantoms.phantom import Phantom

#: Dark space between two lines, as a share of the height of the upper one.
LINE_GAP = 0.6


def text_phantom(params: TextParams) -> Phantom:
    """The writing, centred in a field that it fits with its margin. A line's strokes are as wide as its letters say."""
    heights = params.letter_height_nm * params.shrinkage ** np.arange(params.text_lines)
    letters = params.text.upper()
    extent_nm = np.array([heights.sum() + LINE_GAP * heights[:-1].sum(), _width_in_heights(letters) * heights[0]])
    around_nm = params.margin_nm + params.stroke_share * params.letter_height_nm / 2
    rows, columns = (math.ceil(side / params.pixel_size_nm) for side in extent_nm + 2 * around_nm)
    corner_nm = (np.array([rows, columns]) * params.pixel_size_nm - extent_nm) / 2
    tops = np.concatenate([[0.0], np.cumsum((1 + LINE_GAP) * heights)])
    written = [_line(letters, corner_nm + [tops[index], 0.0], height) for index, height in enumerate(heights)]

    def paint() -> np.ndarray:
        fine_shape, fine_nm = (params.zoom * rows, params.zoom * columns), params.pixel_size_nm / params.zoom
        light = np.zeros(fine_shape)
        for strokes, height in zip(written, heights, strict=True):
            light = np.maximum(light, chain_coverage(strokes, params.stroke_share * height, fine_shape, fine_nm))
        return light

    strokes = [stroke for line in written for stroke in line]
    positions = {
        "strokes_yx_nm": np.concatenate(strokes),
        "stroke_of_vertex": np.repeat(np.arange(len(strokes)), [len(stroke) for stroke in strokes]),
        "letter_heights_nm": heights,
    }
    return Phantom((rows, columns), paint, positions)


def _width_in_heights(letters: str) -> float:
    return ((len(letters) - 1) * ADVANCE + GLYPH_WIDTH) / GLYPH_HEIGHT


def _line(letters: str, corner_nm: np.ndarray, height_nm: float) -> list[np.ndarray]:
    """The strokes of one line of writing as chains of vertices in nm, [y, x]."""
    unit = height_nm / GLYPH_HEIGHT
    return [
        corner_nm + unit * np.array([(y, x + index * ADVANCE) for x, y in stroke], float)
        for index, letter in enumerate(letters)
        for stroke in glyph_strokes(letter)
    ]
