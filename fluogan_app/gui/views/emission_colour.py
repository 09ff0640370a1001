"""The colour that light of a wavelength has to the eye, to mark channels by."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor

#: Wavelength in nm, red, green, blue; what lies between is interpolated, what lies outside is its end's.
_COLOURS = np.array([
    (380, 120, 0, 150), (440, 40, 60, 255), (490, 0, 220, 255), (515, 0, 220, 60), (580, 250, 220, 0),
    (610, 255, 130, 0), (650, 230, 0, 0), (780, 130, 0, 0),
])  # fmt: skip


def emission_colour(wavelength_nm: float) -> QColor:
    """The colour of light of that wavelength; what the eye cannot see takes the nearest end's."""
    parts = [float(np.interp(wavelength_nm, _COLOURS[:, 0], _COLOURS[:, part])) for part in (1, 2, 3)]
    return QColor(*(round(part) for part in parts))
