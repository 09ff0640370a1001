"""Images of the camera on the fine grid that all methods share.

Fine pixel k covers [k, k + 1] / zoom camera pixels, so that its middle lies at (k + ½) / zoom − ½ in the camera's own
indices, whose pixel 0 has its middle at 0. A light source has the same place in both: nothing is shifted.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import dctn, idctn
from scipy.ndimage import map_coordinates


def fine_middles(pixels: int, zoom: int) -> np.ndarray:
    """Where the middles of the fine pixels lie along an axis, (zoom·pixels,) in camera pixels."""
    return (np.arange(zoom * pixels) + 0.5) / zoom - 0.5


def interpolated(image: np.ndarray, zoom: int) -> np.ndarray:
    """The image (Y, X) at the middles of the fine pixels by cubic splines, (zoom·Y, zoom·X); borders are mirrors."""
    rows, columns = (fine_middles(side, zoom) for side in image.shape)
    return map_coordinates(image.astype(float), np.meshgrid(rows, columns, indexing="ij"), order=3, mode="reflect")


def continued(image: np.ndarray, zoom: int) -> np.ndarray:
    """The image (Y, X) at the middles of the fine pixels by its own cosines, (zoom·Y, zoom·X); borders are mirrors.

    Wave k of an axis is cos(π k (n + ½) / N) at camera pixel n, and goes on between them: at the middle of a fine pixel
    m it is cos(π k (m + ½) / (zoom N)), a wave of the fine grid itself. So its sum stays what it was.
    """
    rows, columns = image.shape
    waves = np.zeros((zoom * rows, zoom * columns))
    waves[:rows, :columns] = dctn(image.astype(float), norm="ortho")
    return zoom * idctn(waves, norm="ortho")
