"""What an estimator hands back: a value with uncertainty and evidence, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.units import measured_text

#: Standard deviations as parts of the value, from which on an estimate is no good one, and a rough one.
_GOOD, _ROUGH = 0.1, 0.3


@dataclass(frozen=True)
class Series:
    """Points or a curve of the evidence: x, y (N,); `spread`, where given, is the standard deviation of each y.

    drawn_as: "points" or "line". colour: number of its colour, for series that belong together; None is one of its own.
    """

    label: str
    x: np.ndarray
    y: np.ndarray
    spread: np.ndarray | None = None
    drawn_as: str = "points"
    colour: int | None = None


@dataclass(frozen=True)
class Mark:
    """A value on the horizontal axis that the evidence points at."""

    label: str
    x: float


@dataclass(frozen=True)
class Evidence:
    """What an estimate rests on, as a diagram: the axes' words carry their unit.

    y_range: least and most that the vertical axis shows, where these are known; None for what the values take.
    """

    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()
    x_logarithmic: bool = False
    y_logarithmic: bool = False
    y_range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Estimate:
    """A value read from the frames.

    name: the parameter that it may be used for. uncertainty: one standard deviation, in `unit`. how: how it was found
    and what it assumes, in one or two sentences. upper_limit: the true value may be lower by more than the uncertainty,
    so that it is shown but not taken by itself. warnings: what makes it doubtful here.
    """

    name: str
    label: str
    value: float
    uncertainty: float
    unit: str
    how: str
    evidence: Evidence | None = None
    upper_limit: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Value, uncertainty and unit: "2.141 ± 0.031 counts/photon", "≤ 369 ± 22 nm"."""
        limit = "≤ " if self.upper_limit else ""
        return f"{limit}{measured_text(self.value, self.uncertainty)} {self.unit}".rstrip()

    @property
    def rounded(self) -> float:
        """The value with as many digits as mean something."""
        return float(f"{self.value:.4g}")

    @property
    def confidence(self) -> str:
        """How far to trust it: "good", "fair", "rough", or "limit" where the true value may be far below."""
        if self.upper_limit:
            return "limit"
        spread = self.uncertainty / max(abs(self.value), 1e-12)
        if spread > _ROUGH:
            return "rough"
        return "fair" if self.warnings or spread > _GOOD else "good"


@dataclass(frozen=True)
class Missing:
    """A value that these frames do not tell, and why."""

    name: str
    label: str
    reason: str


Finding = Estimate | Missing


#: A drift that would have been found from this many pixels on only, is told so.
HIDDEN_PIXELS = 0.5


@dataclass(frozen=True)
class DriftEstimate:
    """What the frames tell of their drift.

    found: whether the sample moved further than its uncertainty and than can matter. drift: the path where it was
    found, else None: nothing is to be corrected. words: the result in one sentence. evidence: the path over the frames.
    parts_pixels: how far parts of the field moved apart; 0 where they moved as one, as far as can be told.
    least_pixels: where no drift was found, how large one would have been; None where nothing is told.
    """

    found: bool
    drift: Drift | None
    words: str
    evidence: Evidence | None = None
    uncertainty_pixels: float | None = None
    parts_pixels: float = 0.0
    least_pixels: float | None = None

    @property
    def moves(self) -> bool:
        """Whether the sample moves, as a whole or parts of it by themselves."""
        return self.found or self.parts_pixels > 0

    @property
    def hides(self) -> bool:
        """Whether a drift may be hidden that would matter: none was found, and a large one would not have been."""
        return not self.found and (self.least_pixels is None or self.least_pixels >= HIDDEN_PIXELS)

    @property
    def told(self) -> bool:
        """Whether the frames tell anything of a drift, be it that there is none."""
        return self.uncertainty_pixels is not None

    def to_json(self) -> dict[str, Any]:
        """Span and uncertainty in camera pixels, and the sentence."""
        return {
            "found": self.found,
            "span_pixels": None if self.drift is None else self.drift.span_pixels,
            "uncertainty_pixels": self.uncertainty_pixels,
            "words": self.words,
        }
