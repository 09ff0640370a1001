"""The sample's drift from the frames themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.estimate.result import Evidence


@dataclass(frozen=True)
class DriftEstimate:
    """What the frames tell of their drift.

    found: whether the sample moved further than its uncertainty and than can matter. drift: the path, also where it is
    no more than uncertainty and must not be corrected; None where the frames tell nothing. words: the result in one
    sentence. evidence: the path over the frames.
    """

    found: bool
    drift: Drift | None
    words: str
    evidence: Evidence | None = None

    def to_json(self) -> dict[str, Any]:
        """Span and uncertainty in camera pixels, and the sentence."""
        drift = self.drift
        return {
            "found": self.found,
            "span_pixels": None if drift is None else drift.span_pixels,
            "uncertainty_pixels": None if drift is None else drift.uncertainty_pixels,
            "words": self.words,
        }
