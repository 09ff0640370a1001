"""What every figure is drawn with: ink, letters, round numbers, colours, and a file that says where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from fluogan_app import __version__
from fluogan_app.core.errors import UsageError
from fluogan_app.core.files import write_atomic

DPI = 300
#: Sizes in dots; at 300 dpi the text is 8 and 7 points high.
TITLE, TEXT = 34, 28
INK, GREY = (20, 20, 20), (95, 95, 95)


def check_picture_name(path: Path) -> None:
    """Raises UsageError where a figure's name does not end in .png."""
    if path.suffix.lower() != ".png":
        raise UsageError(f"{path.name} is no name for the figure.", "Let it end in .png.")


def save_picture(path: Path, picture: Image.Image, caption: str = "") -> None:
    """Write a picture as PNG at 300 dpi with its caption inside. Raises UsageError, ProjectError."""
    check_picture_name(path)
    about = PngInfo()
    about.add_itxt("Software", f"FluoGAN {__version__}")
    about.add_itxt("Description", caption)
    write_atomic(path, lambda temporary: picture.save(temporary, dpi=(DPI, DPI), pnginfo=about))


def stacked(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures below each other on white."""
    whole = Image.new("RGB", (max(one.width for one in pictures), sum(one.height for one in pictures)), "white")
    top = 0
    for picture in pictures:
        whole.paste(picture, (0, top))
        top += picture.height
    return whole


def nice_length(length: float) -> float:
    """The largest of 1, 2, 5 × a power of ten that is not longer."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step * power for step in (1, 2, 5) if step * power <= length * (1 + 1e-9)))


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most `most` round values from low to high."""
    step = next(size for size in _round_steps((high - low) / most) if (high - low) / size <= most)
    first = np.ceil(low / step - 1e-9)
    count = int(np.floor(high / step + 1e-9) - first) + 1
    return [float(f"{(first + index) * step:.10g}") + 0.0 for index in range(count)]


def _round_steps(about: float) -> list[float]:
    power = 10.0 ** np.floor(np.log10(about))
    return [step * power for step in (1, 2, 2.5, 5, 10, 20)]


@lru_cache(maxsize=8)
def colours_of(colourmap: str) -> np.ndarray:
    """The 256 colours of a map, (256, 3) uint8."""
    from cmap import Colormap

    rgba = Colormap(colourmap)(np.linspace(0.0, 1.0, 256))
    return (np.asarray(rgba)[:, :3] * 255.0 + 0.5).astype(np.uint8)


def wrapped(line: str, width: int) -> list[str]:
    """A line broken between words so that each part fits."""
    parts, current = [], ""
    for word in line.split():
        longer = f"{current} {word}".strip()
        if current and text_width(longer, TEXT) > width:
            parts.append(current)
            longer = word
        current = longer
    return [*parts, current] if current else parts


def text_width(text: str, size: int) -> float:
    """Width of a text in dots."""
    return _font(size).getlength(_printable(text, _font(size)))


def write_text(
    pen: ImageDraw.ImageDraw, place: tuple[float, float], text: str, size: int,
    colour: tuple[int, int, int] | str = INK, anchor: str = "la", within: tuple[float, float] | None = None,
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
    ("λ", "lambda"), ("δ", "delta"), ("σ", "sigma"), ("κ", "kappa"), ("Σ", "sum "), ("Ψ", "Psi "), ("ȳ", "mean y"),
    ("−", "-"), ("≥", ">="), ("≤", "<="), *zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", ("^-", *"0123456789")),
)  # fmt: skip


def _printable(text: str, font: ImageFont.FreeTypeFont) -> str:
    """The text in letters that the font has: the one that comes with Pillow knows no µ and no Greek."""
    if font.getname()[0] != "Aileron":
        return text
    for letter, plain in _PLAIN:
        text = text.replace(letter, plain)
    return text
