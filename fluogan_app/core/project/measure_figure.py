"""What was measured, as a figure: the image, where it differs from the reference, and the curves of the resolution."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from fluogan_app.core.metrics.decorrelation import Decorrelation
from fluogan_app.core.metrics.findings import Findings, TruthPair
from fluogan_app.core.metrics.resolution_scaled import ResolutionScaled
from fluogan_app.core.metrics.ring_correlation import RingCorrelation
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.drawing import check_picture_name, save_picture, stacked
from fluogan_app.core.project.figure import Panel, draw_panels
from fluogan_app.core.project.plot import Band, Line, Mark, Plot, Points, Rule, draw_plots
from fluogan_app.core.units import length_text

FREQUENCY = "Spatial frequency in 1/µm"
#: Of the many curves of a decorrelation analysis so many are drawn.
_CURVES = 8


def export_measures(
    path: Path, image: np.ndarray, pixel_size_nm: float, findings: Findings, title: str, unit: str, caption: str,
) -> None:  # fmt: skip
    """Draw what was measured of an image, whose values have a `unit`, as PNG. Raises UsageError, ProjectError."""
    check_picture_name(path)
    save_picture(path, draw_measures(image, pixel_size_nm, findings, title, unit, caption), caption)


def draw_measures(
    image: np.ndarray, pixel_size_nm: float, findings: Findings, title: str, unit: str, caption: str = ""
) -> Image.Image:
    """Image and truth, then what it becomes when blurred, then diagrams, and a line of words under them."""
    first, second = [Panel(image, pixel_size_nm, title, unit)], []
    for found in findings.evidence:
        if isinstance(found, ResolutionScaled):
            second += _compared(found, image, pixel_size_nm)
        elif isinstance(found, TruthPair):
            first += _beside_truth(found)
    plots = [plot for found in findings.evidence if (plot := _plot_of(found)) is not None]
    pictures = [draw_panels(panels) for panels in (first, second) if panels]
    pictures += [draw_plots(plots, (caption,) if caption else ())] if plots else []
    return stacked(pictures)


def ring_plot(found: RingCorrelation) -> Plot:
    """The ring correlation with its spread, its thresholds and where it falls below them."""
    frequency = 1e3 * found.frequency_per_nm
    marks: list[Mark] = [
        Band(frequency, found.smooth - found.spread, found.smooth + found.spread, "± 1 sd of one ring"),
        Line(frequency, found.correlation, "each ring", 4, thin=True),
        Line(frequency, found.smooth, "smoothed"),
        Line(frequency, found.threshold("1/7"), "1/7", 1, dashed=True),
        Line(frequency, found.threshold("half-bit"), "half bit", 2, dashed=True),
    ]
    crossing = found.crossing()
    if crossing.resolution_nm is not None:
        spread = f" ± {crossing.spread_nm:.2g}" if crossing.spread_nm is not None else ""
        marks.append(Rule(1e3 / crossing.resolution_nm, "x", f"{crossing.resolution_nm:.4g}{spread} nm"))
    return Plot(FREQUENCY, "Fourier ring correlation", tuple(marks), "Odd against even frames", y_range=(-0.2, 1.05))


def decorrelation_plot(found: Decorrelation) -> Plot:
    """The curves of the image and of its high-passed copies, with their peaks and the last one's frequency."""
    frequency = found.radius * 1e3 / (2.0 * found.pixel_size_nm)
    filtered = found.curves[1:][:: max(1, (len(found.curves) - 1) // _CURVES)]
    marks: list[Mark] = [
        Line(frequency, curve, "" if index else "high-passed", 4, thin=True) for index, curve in enumerate(filtered)
    ]
    marks.append(Line(frequency, found.curves[0], "image"))
    if found.resolution_nm is not None:
        places = found.peaks[:, 0] * 1e3 / (2.0 * found.pixel_size_nm)
        marks.append(Points(places, found.peaks[:, 1], "peaks", 1))
        marks.append(Rule(1e3 / found.resolution_nm, "x", f"{found.resolution_nm:.4g} nm", 1))
    return Plot(FREQUENCY, "Decorrelation d", tuple(marks), "Decorrelation analysis", y_range=(0.0, 1.0))


def _plot_of(found: object) -> Plot | None:
    if isinstance(found, RingCorrelation):
        return ring_plot(found)
    return decorrelation_plot(found) if isinstance(found, Decorrelation) else None


def _compared(found: ResolutionScaled, image: np.ndarray, pixel_size_nm: float) -> list[Panel]:
    """The blurred image and the error map, on the pixels of the reference."""
    size_nm = pixel_size_nm * image.shape[1] / found.image.shape[1]
    error = f"Error map, RSE {found.error_percent:.3g} %, RSP {found.pearson:.4f}"
    return [
        Panel(found.image, size_nm, f"Blurred again, {length_text(size_nm)} pixels", "in the reference's unit"),
        Panel(found.error_map, size_nm, error, "in the reference's unit", colourmap="viridis"),
    ]


def _beside_truth(found: TruthPair) -> list[Panel]:
    """The truth, and where the estimate has too much (red) and too little (blue)."""
    size = f"{length_text(found.pixel_size_nm)} pixels"
    difference = found.estimate - found.truth
    high = display_range(np.abs(difference))[1]
    words = "truth's unit, sums matched"
    return [
        Panel(found.truth, found.pixel_size_nm, f"Truth, {size}", "in the truth's unit"),
        Panel(difference, found.pixel_size_nm, f"Image − truth, {size}", words, (-high, high), "colorbrewer:RdBu_r"),
    ]
