"""Pixels of different kinds in a figure: each in the colour of its kind, with a key below instead of a colour bar."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from fluogan_app.core.project.drawing import GREY, TEXT, text_width, write_text

#: Of kinds 0, 1, 2 …; the first is the ground. Told apart by colour-blind eyes, and on white paper.
COLOURS = ((232, 232, 232), (213, 94, 0), (0, 114, 178), (0, 0, 0))
#: Dots that a single pixel has at least along a side, be the camera ever so large.
LEAST_DOTS = 9


def picture_of_kinds(image: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """A map (Y, X) of kinds 0, 1, 2 … in so many dots (width, height); no single pixel is lost."""
    picture = Image.new("RGB", size, COLOURS[0])
    pen = ImageDraw.Draw(picture)
    dots = np.array(size[::-1]) / image.shape
    side = np.maximum(dots, LEAST_DOTS)
    for y, x in np.argwhere(image > 0):
        top, left = (np.array((y, x)) + 0.5) * dots - side / 2.0
        colour = COLOURS[int(image[y, x]) % len(COLOURS)]
        pen.rectangle((round(left), round(top), round(left + side[1]) - 1, round(top + side[0]) - 1), fill=colour)
    pen.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=GREY)
    return picture


def draw_key(canvas: Image.Image, place: tuple[int, int], image: np.ndarray, kinds: Sequence[str]) -> None:
    """A patch of each colour with its word and the number of pixels, from a place (left, top) on."""
    pen = ImageDraw.Draw(canvas)
    left, top = place
    for kind, word in enumerate(kinds):
        text = f"{word} ({np.count_nonzero(image == kind)})"
        pen.rectangle((left, top + 2, left + TEXT - 4, top + TEXT - 2), fill=COLOURS[kind % len(COLOURS)], outline=GREY)
        write_text(pen, (left + TEXT + 8, top), text, TEXT)
        left += TEXT + 8 + round(text_width(text, TEXT)) + 36
