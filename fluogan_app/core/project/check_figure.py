"""A data check as a figure: what was found in words, then where the pixels are, then the curves over the frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from fluogan_app.core.check.result import CheckFinding, DataCheck, PixelMap, Severity
from fluogan_app.core.estimate.result import Evidence
from fluogan_app.core.project.drawing import (
    GREY, INK, TEXT, TITLE, check_picture_name, save_picture, stacked, text_width, wrapped, write_text,
)  # fmt: skip
from fluogan_app.core.project.evidence import evidence_plot
from fluogan_app.core.project.figure import Panel, draw_panels
from fluogan_app.core.project.plot import WIDTH, draw_plots

#: Dots: as wide as two diagrams.
_WHOLE, _MARGIN, _LINE = 2 * WIDTH + 140, 40, TEXT + 12
_COLOURS = {
    Severity.FINE: (0, 130, 95), Severity.NOTE: (0, 90, 160), Severity.WARNING: (200, 120, 0),
    Severity.SERIOUS: (190, 30, 30),
}  # fmt: skip


def export_check(path: Path, check: DataCheck, caption: str = "") -> None:
    """Draw a check as PNG at 300 dpi; `caption` is the small line below. Raises UsageError, ProjectError."""
    check_picture_name(path)
    save_picture(path, draw_check(check, caption), caption)


def draw_check(check: DataCheck, caption: str = "") -> Image.Image:
    """The findings in words, the worst first; the mean and the maps of pixels; the curves."""
    size_nm = check.finding("sampling").values.get("pixel_size_nm")
    pictures = [picture for finding in check.by_severity for picture in finding.pictures]
    # Hot pixels have a picture of their own.
    low, high = (float(value) for value in np.percentile(check.mean, (0.5, 99.5)))
    limits = (low, max(high, low + max(1.0, 1e-3 * abs(low))))
    panels = [Panel(check.mean, size_nm, "Mean of the frames", "counts", limits)]
    panels += [
        Panel(one.image, size_nm, one.title, one.unit, _limits(one), kinds=one.kinds)
        for one in pictures
        if isinstance(one, PixelMap)
    ]
    curves = {one.title: one for one in pictures if isinstance(one, Evidence)}
    parts = [_words(check)]
    parts += [draw_panels(panels[index : index + 2]) for index in range(0, len(panels), 2)]
    footer = (caption,) if caption else ()
    parts += [draw_plots([evidence_plot(curve) for curve in curves.values()], footer)] if curves else []
    return stacked(parts)


def _limits(shown: PixelMap) -> tuple[float, float]:
    """From the least value to the largest: single pixels must not be lost among the rest."""
    low, high = min(0.0, float(shown.image.min())), float(shown.image.max())
    return low, high if high > low else 1.0


def _words(check: DataCheck) -> Image.Image:
    """One paragraph for each finding behind a mark in the colour of its severity; those that are fine in short."""
    lines = [line for finding in check.by_severity for line in _paragraph(finding)]
    picture = Image.new("RGB", (_WHOLE, 2 * _MARGIN + TITLE + 24 + len(lines) * _LINE), "white")
    pen = ImageDraw.Draw(picture)
    write_text(pen, (_MARGIN, _MARGIN), f"Data check: {check.used}", TITLE)
    top = _MARGIN + TITLE + 24
    for severity, text, colour in lines:
        if severity is not None:
            pen.ellipse((_MARGIN, top + 6, _MARGIN + 20, top + 26), fill=_COLOURS[severity])
        write_text(pen, (_MARGIN + 40, top), text, TEXT, colour)
        top += _LINE
    return picture


def _paragraph(finding: CheckFinding) -> list[tuple[Severity | None, str, tuple[int, int, int]]]:
    """Lines with the severity that is marked before them, and their colour."""
    width, fine = _WHOLE - 2 * _MARGIN - 40, finding.severity is Severity.FINE
    head = f"{finding.label}: {finding.found}"
    said = wrapped(head, width)
    if not fine and finding.advice:
        one_line = text_width(f"{head} {finding.advice}", TEXT) < width
        said = [f"{head} {finding.advice}"] if one_line else [*said, *wrapped(finding.advice, width)]
    marks = [finding.severity, *[None] * (len(said) - 1)]
    return [(mark, text, GREY if fine else INK) for mark, text in zip(marks, said)]
