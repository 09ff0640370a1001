"""What a reconstruction gives: the estimate, the background, the curves of the run and its measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from fluogan_app.core.data.claims import LIGHT, Claims


@dataclass(frozen=True)
class Metric:
    """One quantity that is followed over the steps: its column's name, how it is called, its unit and its plot.

    `plot` names the diagram in which it is drawn: "generator", "critic", "photons", "convergence" or "quality".
    """

    name: str
    label: str
    unit: str
    plot: str


@dataclass(frozen=True)
class PhaseMark:
    """Where a stretch of steps of one kind begins: after how many steps, and its name ("Against the critic")."""

    step: int
    name: str


@dataclass(frozen=True)
class Curves:
    """Metrics against the step. `steps` (N,) int64; each column (N,) float64, NaN where a metric was not computed.

    marks: where the phases of the run begin, in order; none in curves of older programs.
    """

    metrics: tuple[Metric, ...] = ()
    steps: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    marks: tuple[PhaseMark, ...] = ()


@dataclass(frozen=True)
class Result:
    """A reconstruction at one step.

    estimate: (zoom·Y, zoom·X) float32, in the unit that `claims` states: photons per frame emitted per fine pixel.
    background: (Y, X) float32, photons per frame per camera pixel; zeros where the method tells none apart.
    mean: (Y, X) float32, the recorded frames' mean in photons, on which the estimate stands.
    pixel_size_nm: side of a camera pixel. measures: named numbers, each name ending in its unit where it has one.
    notes: sentences that tell how far the result can be trusted.
    deviation: like the estimate, its standard deviation by noise, where the run was repeated on halves of the frames.
    mean_deviation: (Y, X) float32, standard deviation by noise of `mean`, as the fit weighed it; infinite where a pixel
    did not count; None where the method does not tell it.
    """

    estimate: np.ndarray
    background: np.ndarray
    mean: np.ndarray
    zoom: int
    pixel_size_nm: float
    steps: int
    measures: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    deviation: np.ndarray | None = None
    mean_deviation: np.ndarray | None = None
    claims: Claims = LIGHT

    @property
    def fine_pixel_size_nm(self) -> float:
        """Side of one fine pixel in nm."""
        return self.pixel_size_nm / self.zoom
