"""An axis of a diagram: which values it spans, where its ticks are and how they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.project.drawing import ticks

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Axis:
    """From `limits[0]` to `limits[1]`, linear or logarithmic. `ticks` are values with their text."""

    limits: tuple[float, float]
    logarithmic: bool
    ticks: tuple[tuple[float, str], ...]

    def share(self, values: np.ndarray) -> np.ndarray:
        """How far along the axis values lie, 0 to 1 within it; NaN where a logarithm has none."""
        low, high = (float(value) for value in self._scaled(np.array(self.limits)))
        return (self._scaled(np.asarray(values, float)) - low) / (high - low)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        if not self.logarithmic:
            return values
        return np.log10(np.where(values > 0, values, np.nan))


def axis_for(
    values: np.ndarray, limits: tuple[float, float] | None = None, logarithmic: bool = False, room: float = 0.0
) -> Axis:
    """The axis that shows all values that can be shown, with `room` beyond them as a share of their range.

    Given `limits` are kept. Without values the axis goes from 0 to 1 (1 to 10 where logarithmic).
    """
    low, high = limits or _range_of(values, logarithmic, room)
    shown = _decades(low, high) if logarithmic else ticks(low, high, most=6)
    return Axis((low, high), logarithmic, tuple(zip(shown, number_texts(shown), strict=True)))


def number_texts(values: Sequence[float]) -> list[str]:
    """The numbers of all ticks, written one way along the whole axis."""
    plain = all(value == 0 or 1e-3 <= abs(value) < 1e5 for value in values)
    return [number_text(value, plain) for value in values]


def number_text(value: float, plain: bool) -> str:
    """A tick's number as a person writes it: 0.25 or 1500, and where that would be long 2.5×10⁶."""
    if plain or value == 0:
        return f"{value:.6g}".replace("-", "−")
    mantissa, exponent = f"{value:.3e}".split("e")
    power = "10" + str(int(exponent)).translate(_RAISED)
    factor = f"{float(mantissa):g}".replace("-", "−")
    return power if factor == "1" else f"−{power}" if factor == "−1" else f"{factor}×{power}"


def _range_of(values: np.ndarray, logarithmic: bool, room: float) -> tuple[float, float]:
    values = np.asarray(values, float)
    good = values[np.isfinite(values) & ((values > 0) | (not logarithmic))]
    if good.size == 0:
        return (1.0, 10.0) if logarithmic else (0.0, 1.0)
    low, high = float(good.min()), float(good.max())
    if logarithmic:
        return (low / 2, high * 2) if high <= low else (low * (low / high) ** room, high * (high / low) ** room)
    if high <= low:
        half = abs(low) / 2 or 0.5
        return low - half, high + half
    extra = room * (high - low)
    # What begins at zero, as counts and frequencies do, shows its zero at the end of the axis.
    return (low if low == 0 else low - extra), high + extra


def _decades(low: float, high: float) -> list[float]:
    """Powers of ten, few enough to read; with 2 and 5 between them over a short range."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    steps = (1, 2, 5) if np.log10(high / low) < 2 else (1,)
    stride = max(1, -(-(last - first) // 7))
    values = [step * 10.0**power for power in range(first, last + 1, stride) for step in steps]
    return [value for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
