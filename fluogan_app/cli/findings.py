"""What was measured, in words for a person and as an object for a script."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluogan_app.cli import words
from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.metrics.run_measures import meaning_of
from fluogan_app.core.units import length_text

if TYPE_CHECKING:  # the measures themselves bring SciPy, which --help does not wait for
    from fluogan_app.core.metrics.findings import Findings, Measure


@dataclass(frozen=True)
class Subject:
    """What was measured: its path, the frames that it is the mean of (0 for a run's estimate), and the findings.

    image: (Y, X). known: measures that were taken when a run ended. roi: the region of a frame of `whole` camera pixels
    that it shows; None for the whole of it. claims: what a run's image is.
    """

    path: str
    frames: int
    image: np.ndarray
    pixel_size_nm: float
    findings: Findings
    warnings: tuple[str, ...] = ()
    known: Mapping[str, float] = field(default_factory=dict)
    roi: Roi | None = None
    whole: tuple[int, int] | None = None
    reference: str = ""
    claims: Claims = LIGHT

    @property
    def name(self) -> str:
        """The file's name; of a run with its project."""
        path = Path(self.path)
        return f"{path.parent.parent.name}, run {int(path.name[:4])}" if self.kind == "run" else path.name

    @property
    def kind(self) -> str:
        """"image", "stack" or "run"."""
        return "run" if self.frames == 0 else "image" if self.frames == 1 else "stack"

    @property
    def title(self) -> str:
        """What the image is, in a few words."""
        what = {"run": self.claims.title, "image": "image", "stack": f"mean of {self.frames} frames"}[self.kind]
        return f"{what[0].upper()}{what[1:]}, {length_text(self.pixel_size_nm)} pixels"

    @property
    def unit(self) -> str:
        """The unit of its values."""
        return self.claims.unit_words if self.kind == "run" else "value per pixel, as in the file"

    @property
    def caption(self) -> str:
        """One line under a figure that says what was measured."""
        against = f" · against {self.reference}" if self.reference else ""
        return f"{self.name}{against}"

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What was found; what the run itself told of the same counts, since it knew the noise."""
        known = self.known
        return tuple(replace(one, value=known.get(one.name, one.value)) for one in self.findings.measures)

    def with_reference(self, name: str, findings: Findings) -> Subject:
        """The same with what a comparison found."""
        return replace(self, reference=name, findings=self.findings + findings)


def findings_object(subject: Subject) -> dict[str, Any]:
    """The JSON object: every measure by its name with its unit, null where there is none to tell."""
    measures = subject.measures
    known = {name: value if math.isfinite(value) else None for name, value in subject.known.items()}
    found = {measure.name: measure.value for measure in measures}
    return {
        "file": subject.path,
        "kind": subject.kind,
        "shape_yx": list(subject.image.shape),
        "pixel_size_nm": subject.pixel_size_nm,
        "reference": subject.reference or None,
        "measures": {**found, **known},
        "spreads": {measure.name: measure.spread for measure in measures if measure.spread is not None},
        "meanings": {measure.name: measure.meaning for measure in measures},
        "notes": list(subject.findings.notes),
        "warnings": list(subject.warnings),
    }


def findings_lines(subject: Subject) -> list[str]:
    """The table for a person: name, value with unit, meaning; then the notes."""
    lines = [f"{subject.name}: {words.image_text(subject.image.shape, subject.pixel_size_nm)}"]
    if subject.reference:
        lines[0] += f", against {subject.reference}"
    rows = [(measure.label, _value(measure), measure.meaning) for measure in subject.measures]
    told = ((name, value) for name, value in subject.known.items() if name not in subject.findings.values())
    rows += [(*words.measure_row(name, value), meaning_of(name)) for name, value in told]
    first, second = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    lines += [f"  {name:<{first}}  {value:<{second}}  {meaning}".rstrip() for name, value, meaning in rows]
    return lines + [f"Note: {note}" for note in subject.findings.notes]


def _value(measure: Measure) -> str:
    if measure.value is None:
        return "none"
    text = words.measure_row(measure.name, measure.value)[1]
    number, _, unit = text.partition(" ")
    return f"{number} ± {measure.spread:.2g} {unit}".rstrip() if measure.spread is not None else text
