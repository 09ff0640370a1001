"""A data check with one finding of each kind, as a check of real frames would give it."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.check.result import CheckFinding, DataCheck, PixelMap, Severity
from fluogan_app.core.estimate.result import DriftEstimate, Evidence, Series

FRAMES = np.arange(500)
PATH = 2.3 * FRAMES / 500


def path_curve() -> Evidence:
    """The sample's position over the frames."""
    spread = np.full(500, 0.06)
    rows = Series("rows", FRAMES, PATH, spread, drawn_as="line")
    columns = Series("columns", FRAMES, -0.4 * PATH, spread, drawn_as="line")
    return Evidence("Drift", "Frame", "Position in camera pixels", (rows, columns))


def saturated_pixels() -> PixelMap:
    """Three pixels of a frame."""
    image = np.zeros((64, 80), np.float32)
    image[[5, 30, 31], [70, 12, 12]] = [3, 40, 120]
    return PixelMap("Saturated pixels", image, "frames")


def made_check(*, drifts: bool = True) -> DataCheck:
    """Findings of every severity; without drift the worst is a warning."""
    brightness = Evidence(
        "Brightness", "Frame", "Mean in counts", (Series("mean", FRAMES, 400 * np.exp(-FRAMES / 300), drawn_as="line"),)
    )
    drift = CheckFinding(
        "drift", "Drift", Severity.SERIOUS if drifts else Severity.FINE,
        "The sample moved 2.3 pixels (230 nm) in 500 frames." if drifts else "No drift found (less than 0.1 pixels).",
        "Lines come out doubled or blurred by as much: correct the drift first (--drift correct)." if drifts else "",
        {"span_pixels": 2.3 if drifts else 0.04}, (path_curve(),),
    )  # fmt: skip
    findings = (
        CheckFinding("saturation", "Saturated pixels", Severity.WARNING, "3 pixels are saturated in up to 120 frames.",
                     "Their brightness is cut off. Record with less light or a lower gain.", {"pixels": 3},
                     (saturated_pixels(), brightness)),
        CheckFinding("dark_frames", "Dark frames", Severity.WARNING, "The first 20 frames are dark.",
                     "They carry no signal: leave them out.", {"first_frame": 20, "last_frame": 499}, (brightness,)),
        CheckFinding("bleaching", "Bleaching", Severity.NOTE, "The mean falls by 81 % over the frames.",
                     "It is part of the model.", {}, (brightness,)),
        CheckFinding("duplicates", "Repeated frames", Severity.FINE, "No frame repeats another."),
        CheckFinding("photons", "Photons", Severity.FINE, "A pixel has 30 photons per frame.", "Gain is assumed."),
        drift,
    )  # fmt: skip
    estimate = DriftEstimate(drifts, None, drift.found, path_curve())
    return DataCheck(findings, "500 frames of 64 × 80 pixels", 500, np.zeros((64, 80), np.float32), estimate)
