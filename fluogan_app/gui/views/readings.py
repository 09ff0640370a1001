"""Positions and values as they are read out at the pointer."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.units import length_text
from fluogan_app.gui.views.controls import number_text


def value_text(value: float, unit: str) -> str:
    """A pixel's value with its unit."""
    return "not a number" if np.isnan(value) else f"{number_text(value)} {unit}".strip()


def position_text(x_nm: float, y_nm: float, calibrated: bool) -> str:
    """A position as it is read out: in µm or nm, or in pixels where their size is not known."""
    if not calibrated:
        return f"x {x_nm:.1f} px, y {y_nm:.1f} px"
    if max(abs(x_nm), abs(y_nm)) < 1000:
        return f"x {x_nm:.0f} nm, y {y_nm:.0f} nm"
    return f"x {x_nm / 1000:.2f} µm, y {y_nm / 1000:.2f} µm"


def shift_text(right_nm: float, down_nm: float, calibrated: bool) -> str:
    """By how much a viewer looks elsewhere than the others."""
    across, down = (length_text(abs(part)) if calibrated else f"{abs(part):.1f} px" for part in (right_nm, down_nm))
    return f"moved {across} {'right' if right_nm > 0 else 'left'}, {down} {'down' if down_nm > 0 else 'up'}"
