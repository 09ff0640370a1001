"""A map or a curve of a judgement, with its unit, its place and one sentence on what it means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.estimate.result import Evidence


@dataclass(frozen=True)
class QualityMap:
    """A map over the field, image [y, x], NaN where nothing is told.

    origin_nm: (y, x) of the corner of its first pixel, from that of the run's region. two_sided: 0 is the middle.
    """

    name: str
    title: str
    image: np.ndarray
    pixel_size_nm: float
    unit: str
    meaning: str
    two_sided: bool = False
    origin_nm: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Diagram:
    """A curve with one sentence on what it means."""

    name: str
    title: str
    evidence: Evidence
    meaning: str
