"""A large field cut into tiles that overlap a little, and how their images are put together without a seam.

The cells part the field. A tile's image reaches over its cell by half an overlap, and counts there with a weight that
falls from 1 to 0 while the neighbour's rises: together they are 1 everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.roi import Roi


@dataclass(frozen=True)
class Tile:
    """One tile, in rows and columns of the stack: the cell that is its own, and the region that its image covers."""

    cell: Roi
    region: Roi


@dataclass(frozen=True)
class Tiling:
    """The tiles of a field, row by row. `roi` is the field; neighbours share `overlap` pixels, an even number.

    side: height and width of a cell are at most this.
    """

    roi: Roi
    side: int
    overlap: int
    tiles: tuple[Tile, ...]

    def weights(self, index: int, zoom: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """The tile's share along y and along x, (zoom·height,) and (zoom·width,) of its region, float32.

        The weight of a pixel is the product of both.
        """
        tile, field = self.tiles[index], self.roi
        rows = _weights(tile.cell.y0, tile.cell.height, field.y0, field.height, self.overlap, zoom)
        columns = _weights(tile.cell.x0, tile.cell.width, field.x0, field.width, self.overlap, zoom)
        return rows, columns

    def place(self, index: int, zoom: int = 1) -> tuple[slice, slice]:
        """Where the tile's region lies in an image of the field with zoom² pixels per camera pixel."""
        region, field = self.tiles[index].region, self.roi
        y0, x0 = zoom * (region.y0 - field.y0), zoom * (region.x0 - field.x0)
        return slice(y0, y0 + zoom * region.height), slice(x0, x0 + zoom * region.width)


def tiled(roi: Roi, side: int, overlap: int) -> Tiling:
    """A field cut into the fewest cells, nearly equal and at most `side` pixels high and wide.

    Raises ValueError for an overlap that is odd or wider than a cell can be.
    """
    if overlap < 0 or overlap % 2 or side < 2 * overlap:
        raise ValueError(f"an overlap of {overlap} pixels does not go with cells of {side}")
    cells = [
        Roi(y0, x0, y1 - y0, x1 - x0)
        for y0, y1 in _cuts(roi.y0, roi.height, side)
        for x0, x1 in _cuts(roi.x0, roi.width, side)
    ]
    return Tiling(roi, side, overlap, tuple(Tile(cell, cell.grown(overlap // 2, roi)) for cell in cells))


def _cuts(start: int, length: int, side: int) -> list[tuple[int, int]]:
    count = -(-length // side)
    bounds = [start + (length * part) // count for part in range(count + 1)]
    return list(zip(bounds[:-1], bounds[1:]))


def _weights(cell_start: int, cell_length: int, start: int, length: int, overlap: int, zoom: int) -> np.ndarray:
    """Rises over the overlap around the cell's beginning and falls around its end; the field's ends have neither."""
    half, cell_stop, stop = overlap // 2, cell_start + cell_length, start + length
    first, last = max(start, cell_start - half), min(stop, cell_stop + half)
    centres = first + (np.arange(zoom * (last - first)) + 0.5) / zoom
    weights = np.ones(len(centres))
    if overlap and cell_start > start:
        weights *= _rise((centres - cell_start) / overlap)
    if overlap and cell_stop < stop:
        weights *= _rise((cell_stop - centres) / overlap)
    return weights.astype(np.float32)


def _rise(place: np.ndarray) -> np.ndarray:
    """From 0 at −½ to 1 at ½, without a kink; with its mirror image it makes 1."""
    return 0.5 + 0.5 * np.sin(np.pi * np.clip(place, -0.5, 0.5))
