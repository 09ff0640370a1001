"""What a check of the recorded frames found: one sentence on each matter, what it means, and the picture behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from fluogan_app.core.estimate.result import DriftEstimate, Evidence


class Severity(StrEnum):
    """How much a finding matters to a reconstruction."""

    FINE = "fine"
    NOTE = "note"
    WARNING = "warning"
    SERIOUS = "serious"

    @property
    def rank(self) -> int:
        """0 for fine to 3 for serious."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class PixelMap:
    """A picture over the camera's pixels: image (Y, X) float32, and the words of what its values are.

    kinds: where the values are no amounts but kinds of pixels, the words for 0, 1, 2 …; 0 is what most are.
    """

    title: str
    image: np.ndarray
    unit: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckFinding:
    """One matter that was looked at.

    name: what it is called in code, as "saturation". label: the same in words. found: one sentence with number and
    unit. advice: what it means for the reconstruction and what to do; "" where there is nothing to do. values: the
    numbers behind it by name, units in the names. pictures: a curve over the frames, or where the pixels are.
    """

    name: str
    label: str
    severity: Severity
    found: str
    advice: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    pictures: tuple[Evidence | PixelMap, ...] = ()

    def of_numbers(self) -> CheckFinding:
        """The finding, or that nothing can be told, where one of its values is no number (NaN or infinite)."""
        if all(math.isfinite(value) for value in self.values.values()):
            return self
        words = "This cannot be told: the values of the frames are too large, or too even."
        return CheckFinding(self.name, self.label, Severity.NOTE, words)

    def to_json(self) -> dict[str, Any]:
        """The finding without its pictures."""
        words = {name: getattr(self, name) for name in ("name", "label", "found", "advice")}
        return {**words, "severity": self.severity.value, "values": dict(self.values)}


@dataclass(frozen=True)
class DataCheck:
    """All findings, always in the same order. `used` says which frames and pixels were looked at.

    mean: (Y, X) float32 counts, the mean of the frames that were looked at. drift: the path that was found, for its
    correction.
    """

    findings: tuple[CheckFinding, ...]
    used: str
    frames_used: int
    mean: np.ndarray
    drift: DriftEstimate

    @property
    def severity(self) -> Severity:
        """That of the worst finding."""
        return max((finding.severity for finding in self.findings), key=lambda severity: severity.rank)

    @property
    def by_severity(self) -> tuple[CheckFinding, ...]:
        """The findings, the worst first."""
        return tuple(sorted(self.findings, key=lambda finding: -finding.severity.rank))

    def finding(self, name: str) -> CheckFinding:
        """One finding. Raises KeyError."""
        return {finding.name: finding for finding in self.findings}[name]

    def to_json(self) -> dict[str, Any]:
        """The object that `fluogan check --json` prints, without the file's name."""
        return {
            "used": self.used,
            "frames_used": self.frames_used,
            "severity": self.severity.value,
            "findings": [finding.to_json() for finding in self.findings],
            "drift": self.drift.to_json(),
        }
