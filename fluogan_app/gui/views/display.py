"""How an array becomes colours: percentile levels, colour maps, gamma, and area means for zoomed-out views."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtGui import QImage

#: Name to title. All but fire are told apart by colour-blind eyes; fire is what many microscopists are used to.
COLOUR_MAPS = {
    "gray": "Gray",
    "gray_inverted": "Gray, inverted",
    "green": "Green",
    "magenta": "Magenta",
    "viridis": "Viridis",
    "magma": "Magma",
    "inferno": "Inferno",
    "cividis": "Cividis",
    "fire": "Fire",
    "blue_red": "Blue, white, red",
}
DEFAULT_COLOUR_MAP = "gray"
_LIBRARY_NAMES = {"fire": "imagej:fire", "blue_red": "crameri:vik"}
#: How the values between the levels are shared out among the colours.
SCALES = {"linear": "Linear", "log": "Logarithmic"}
#: The logarithmic scale spans so many times its smallest part: three decades, and zero is on it.
_DECADES = 1000.0
_FINE = 65536
_NOT_A_NUMBER = np.uint32(0xFF5B7C99)


@dataclass(frozen=True)
class DisplaySettings:
    """How an image is shown. `levels` are fixed values in the image's unit; None takes them from the percentiles."""

    colormap: str = DEFAULT_COLOUR_MAP
    low_percent: float = 0.1
    high_percent: float = 99.9
    gamma: float = 1.0
    levels: tuple[float, float] | None = None
    scale: str = "linear"


def percentile_levels(array: np.ndarray, low_percent: float = 0.1, high_percent: float = 99.9) -> tuple[float, float]:
    """The values that are shown darkest and brightest.

    Of all pixels, not of a sample of them. Where most pixels are exactly zero, the percentiles are those of the
    others: a sparse estimate would be black otherwise. Values that are not finite do not count.
    """
    values = _finite(array)
    if values.size == 0:
        return 0.0, 1.0
    lit = np.count_nonzero(values)
    sparse = 0 < lit < values.size / 2
    counted = values[values != 0] if sparse else values
    low, high = (float(level) for level in np.percentile(counted, (low_percent, high_percent)))
    if sparse:
        low, high = min(low, 0.0), max(high, 0.0)
    return _apart(low, high)


def _finite(array: np.ndarray) -> np.ndarray:
    """The values that are finite, flat; without a copy where all of them are, which their sum tells quickest."""
    with np.errstate(invalid="ignore", over="ignore"):
        whole = array.dtype.kind != "f" or bool(np.isfinite(array.sum(dtype=np.float64)))
    return array.ravel() if whole else array[np.isfinite(array)]


def _apart(low: float, high: float) -> tuple[float, float]:
    if high > low:
        return low, high
    return low, low + max(abs(low) * 1e-3, 1e-12 if low else 1.0)


def brightened(levels: tuple[float, float], factor: float) -> tuple[float, float]:
    """Levels between which everything is so much brighter; what is shown darkest stays."""
    low, high = levels
    return _apart(low, low + (high - low) / factor)


@lru_cache(maxsize=64)
def colour_table(name: str, gamma: float = 1.0, scale: str = "linear") -> np.ndarray:
    """A colour map as colours 0xffRRGGBB from the lower level to the upper one, evenly in the value, uint32.

    256 of them, and 65536 on the logarithmic scale, whose first colours lie close together. Gamma below 1 lifts the
    dark parts. Raises ValueError.
    """
    if name not in COLOUR_MAPS:
        raise ValueError(f"there is no colour map {name!r}")
    return _packed(_colours(name)[_colour_index(gamma, scale)])


@lru_cache(maxsize=64)
def tint_table(
    rgb: tuple[int, int, int], strength: float = 1.0, gamma: float = 1.0, scale: str = "linear"
) -> np.ndarray:
    """Black to one colour, for images that are laid over each other: as `colour_table`. strength: 0 to 1."""
    ramp = _colour_index(gamma, scale)[:, None] / 255
    return _packed(ramp * np.array(rgb) / 255 * strength)


def _packed(colours: np.ndarray) -> np.ndarray:
    parts = np.round(colours * 255).astype(np.uint32)
    table = np.uint32(0xFF000000) | (parts[:, 0] << 16) | (parts[:, 1] << 8) | parts[:, 2]
    table.setflags(write=False)
    return table


def _colour_index(gamma: float, scale: str) -> np.ndarray:
    """Which of a map's 256 colours each place between the levels gets."""
    places = np.linspace(0, 1, _FINE if scale == "log" else 256)
    return np.round(255 * scaled(places, scale) ** gamma).astype(int)


def scaled(places: np.ndarray | float, scale: str) -> np.ndarray | float:
    """How far along the colours a place between the levels lies, both 0 to 1; "log" gives each decade its share."""
    return np.log1p(_DECADES * places) / np.log1p(_DECADES) if scale == "log" else places


def unscaled(parts: np.ndarray | float, scale: str) -> np.ndarray | float:
    """The place between the levels that lies so far along the colours."""
    return np.expm1(np.log1p(_DECADES) * parts) / _DECADES if scale == "log" else parts


def _colours(name: str) -> np.ndarray:
    """(256, 3) float, 0 to 1."""
    ramp = np.linspace(0, 1, 256)
    if name.startswith("gray"):
        return np.repeat((ramp[::-1] if name.endswith("inverted") else ramp)[:, None], 3, axis=1)
    from cmap import Colormap  # a tenth of a second that a gray start does not pay

    return np.asarray(Colormap(_LIBRARY_NAMES.get(name, name)).lut(256))[:, :3]


def to_image(array: np.ndarray, levels: tuple[float, float], table: np.ndarray) -> QImage:
    """Colours of an array [y, x]; what is not a number is shown in a blue-grey that no map has."""
    low, high = levels
    places = array.astype(np.float32)
    places -= np.float32(low)
    places *= np.float32(len(table) / (high - low))
    holes = np.isnan(places)
    has_holes = bool(holes.any())
    if has_holes:
        places[holes] = 0
    np.clip(places, 0, len(table) - 1, out=places)
    pixels = table.take(places.astype(np.uint8 if len(table) == 256 else np.uint16))
    if has_holes:
        pixels[holes] = _NOT_A_NUMBER
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def area_means(array: np.ndarray, factor: int) -> np.ndarray:
    """Means over factor × factor blocks [y, x] float32; blocks that reach beyond the image repeat its border."""
    height, width = array.shape
    padded = np.pad(array.astype(np.float32), ((0, -height % factor), (0, -width % factor)), mode="edge")
    rows, columns = padded.shape
    return padded.reshape(rows // factor, factor, columns // factor, factor).mean(axis=(1, 3))


class Raster:
    """An array with its colours at full size and, made when they are looked at, shrunk by 2, 4, 8, …"""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self._means: dict[int, np.ndarray] = {1: array}
        self._images: dict[int, QImage] = {}
        self._levels: tuple[float, float] = (0.0, 1.0)
        self._table = colour_table(DEFAULT_COLOUR_MAP)

    def colour(self, levels: tuple[float, float], table: np.ndarray) -> None:
        """Choose levels and colours."""
        self._levels, self._table = levels, table
        self._images.clear()

    def twin(self) -> Raster:
        """The same values, to be shown in other colours beside this one; means are shared."""
        other = Raster(self.array)
        other._means = self._means
        return other

    def shrunk(self, factor: int) -> QImage:
        """The image with blocks of factor × factor pixels averaged, in values and not in colours."""
        if factor not in self._images:
            if factor not in self._means:
                self._means[factor] = area_means(self.array, factor)
            self._images[factor] = to_image(self._means[factor], self._levels, self._table)
        return self._images[factor]
