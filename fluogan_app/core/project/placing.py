"""Where an image of another program lies in the camera's frame, and its values on the grid that all methods share.

Fine pixel k of a region covers [k, k + 1] · pixel size / zoom from the region's edge. Pixels of the image that are as
small or smaller are shared out by the area that they cover; larger ones are drawn by cubic splines. Values count per
pixel: their sum stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import DataError, ParameterError
from fluogan_app.core.units import length_text

MOST_ZOOM = 12
#: Sides that differ by less than one camera pixel, or than this share, are the same field.
_SAME_SHARE = 0.01
#: Pixel sizes that differ by more are told.
_OTHER_SIZE = 0.02
#: Less of the region than this under the image is told.
_ALL_OF_IT = 0.995


@dataclass(frozen=True)
class Place:
    """pixel_size_nm: side of the image's pixels. corner_yx_nm: where its first one begins, from the frame's upper left
    corner. zoom: of the nearest grid. covered: the share of the region that it shows. notes: what is to be known."""

    pixel_size_nm: float
    corner_yx_nm: tuple[float, float]
    zoom: int
    covered: float
    notes: tuple[str, ...]


def placed_in(
    shape_yx: tuple[int, int], pixel_size_nm: float, stated_nm: float | None, roi: Roi, whole: tuple[int, int],
    camera_nm: float, corner_yx_nm: tuple[float, float] | None = None,
) -> Place:  # fmt: skip
    """Where an image of so many pixels lies, by its size where no corner is given.

    As large as the region it is taken for the region's, as large as the frame for the frame's; else it begins at the
    region's upper left corner. stated_nm: a pixel size that the file states and the user overruled.
    Raises ParameterError for an impossible pixel size, DataError where it lies beside the region.
    """
    if not (np.isfinite(pixel_size_nm) and pixel_size_nm > 0):
        raise ParameterError({"pixel_size_nm": f"A pixel of {pixel_size_nm:g} nm is none."}, "Give it in nm, above 0.")
    sides = tuple(count * pixel_size_nm for count in shape_yx)
    corner, notes = _corner(sides, roi, whole, camera_nm) if corner_yx_nm is None else (corner_yx_nm, [])
    if stated_nm is not None and abs(pixel_size_nm / stated_nm - 1.0) > _OTHER_SIZE:
        told = length_text(pixel_size_nm)
        notes.append(f"The file states pixels of {length_text(stated_nm)}; they were taken to be {told}, as given.")
    covered = _covered(corner, sides, roi, camera_nm)
    if covered <= 0:
        raise DataError(
            f"The image lies beside the region: it covers {_range_text(corner, sides)}, counted from the frame's upper "
            "left corner.",
            "Check its pixel size and its corner.",
        )
    if covered < _ALL_OF_IT:
        notes.append(f"The image covers {100 * covered:.3g} % of the region; the rest is shown as 0.")
    zoom = int(min(max(round(camera_nm / pixel_size_nm), 1), MOST_ZOOM))
    return Place(pixel_size_nm, corner, zoom, covered, (*notes, *_resampling(pixel_size_nm, camera_nm / zoom)))


def on_the_grid(image: np.ndarray, place: Place, roi: Roi, camera_nm: float) -> np.ndarray:
    """The image on a region's fine grid, (zoom·height, zoom·width) float32; 0 where it shows nothing."""
    fine_nm = camera_nm / place.zoom
    starts = [edge * camera_nm - corner for edge, corner in zip((roi.y0, roi.x0), place.corner_yx_nm, strict=True)]
    counts = place.zoom * roi.height, place.zoom * roi.width
    values = np.asarray(image, float)
    if place.pixel_size_nm <= fine_nm * (1 + 1e-6):
        parts = (starts, counts, values.shape)
        rows, columns = (_shares(*one, fine_nm, place.pixel_size_nm) for one in zip(*parts, strict=True))
        return np.asarray(rows @ (columns @ values.T).T, np.float32)
    return _drawn(values, starts, counts, fine_nm, place.pixel_size_nm)


def _shares(start_nm: float, count: int, pixels: int, fine_nm: float, pixel_nm: float):
    """Which share of each pixel falls into each fine one along an axis, (count, pixels), sparse."""
    from scipy.sparse import csr_matrix

    edges = (start_nm + fine_nm * np.arange(count + 1)) / pixel_nm
    # Edges that meet but for rounding do meet: an image that fits is copied as it is.
    edges = np.where(np.abs(edges - np.round(edges)) < 1e-6, np.round(edges), edges)
    rows, columns, shares = [], [], []
    for index in range(count):
        low, high = max(edges[index], 0.0), min(edges[index + 1], float(pixels))
        for pixel in range(int(np.floor(low)), int(np.ceil(high))):
            rows.append(index)
            columns.append(pixel)
            shares.append(min(high, pixel + 1.0) - max(low, float(pixel)))
    return csr_matrix((shares, (rows, columns)), (count, pixels))


def _drawn(
    image: np.ndarray, starts: list[float], counts: tuple[int, int], fine_nm: float, pixel_nm: float
) -> np.ndarray:
    """By cubic splines at the middles of the fine pixels; light that was nowhere negative stays so."""
    from scipy.ndimage import map_coordinates

    middles = [(start + fine_nm * (np.arange(n) + 0.5)) / pixel_nm - 0.5 for start, n in zip(starts, counts)]
    drawn = map_coordinates(image, np.meshgrid(*middles, indexing="ij"), order=3, mode="nearest")
    drawn *= (fine_nm / pixel_nm) ** 2
    if image.min() >= 0:
        drawn = np.maximum(drawn, 0.0)
    for axis, (places, side) in enumerate(zip(middles, image.shape, strict=True)):
        outside = (places < -0.5) | (places > side - 0.5)
        drawn[(outside, slice(None)) if axis == 0 else (slice(None), outside)] = 0.0
    return drawn.astype(np.float32)


def _corner(
    sides_nm: tuple[float, ...], roi: Roi, whole: tuple[int, int], camera_nm: float
) -> tuple[tuple[float, float], list[str]]:
    region = roi.y0 * camera_nm, roi.x0 * camera_nm
    if _as_large(sides_nm, (roi.height, roi.width), camera_nm):
        return region, []
    if _as_large(sides_nm, whole, camera_nm):
        return (0.0, 0.0), ["The image is as large as the camera's frame and was placed so."]
    shown, wanted = (" × ".join(length_text(side) for side in one) for one in (
        sides_nm, (roi.height * camera_nm, roi.width * camera_nm)
    ))  # fmt: skip
    return region, [
        f"The image shows {shown} and the region {wanted}: its upper left corner was put on that of the region. Give "
        "its corner where it lies elsewhere."
    ]


def _as_large(sides_nm: tuple[float, ...], pixels: tuple[int, int], camera_nm: float) -> bool:
    wanted = [count * camera_nm for count in pixels]
    return all(
        abs(side - other) <= max(camera_nm, _SAME_SHARE * other) for side, other in zip(sides_nm, wanted, strict=True)
    )


def _covered(corner: tuple[float, float], sides: tuple[float, ...], roi: Roi, camera_nm: float) -> float:
    share = 1.0
    for start, side, first, count in zip(corner, sides, (roi.y0, roi.x0), (roi.height, roi.width), strict=True):
        low, high = max(start, first * camera_nm), min(start + side, (first + count) * camera_nm)
        share *= max(high - low, 0.0) / (count * camera_nm)
    return share


def _resampling(pixel_nm: float, fine_nm: float) -> list[str]:
    if abs(pixel_nm / fine_nm - 1.0) <= 1e-6:
        return []
    how = "shared out by area" if pixel_nm < fine_nm else "drawn by cubic splines"
    return [f"Its pixels of {length_text(pixel_nm)} were {how} on those of {length_text(fine_nm)}; their sum stays."]


def _range_text(corner: tuple[float, float], sides: tuple[float, ...]) -> str:
    return " and ".join(
        f"{name} {length_text(start)} to {length_text(start + side)}"
        for name, start, side in zip(("y from", "x from"), corner, sides, strict=True)
    )
