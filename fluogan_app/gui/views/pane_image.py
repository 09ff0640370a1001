"""An image as a viewer is given it, with all that it takes to show it honestly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PaneImage:
    """What one viewer shows: array [y, x], pixel size in nm (None: not known), unit, (y, x) of its corner in nm.

    reconstructed: whether it was computed and not recorded; None where its unit tells.
    """

    array: np.ndarray
    pixel_size_nm: float | None
    unit: str = "photons"
    title: str = ""
    detail: str = ""
    origin_nm: tuple[float, float] = (0.0, 0.0)
    reconstructed: bool | None = None
