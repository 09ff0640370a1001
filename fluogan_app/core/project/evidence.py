"""The evidence of estimates as a figure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fluogan_app.core.errors import UsageError
from fluogan_app.core.estimate.result import Estimate, Evidence, Series
from fluogan_app.core.project.plot import Band, Line, Mark, Plot, Points, Rule, export_plots


def export_evidence(path: Path, estimates: Iterable[Estimate], caption: str = "") -> None:
    """Draw the evidence of all estimates as one PNG at 300 dpi. Raises UsageError (nothing to draw), ProjectError."""
    plots = evidence_plots(estimates)
    if not plots:
        raise UsageError(
            "Nothing could be estimated, so there is no evidence to draw.", "Leave --figure away to read why."
        )
    export_plots(path, plots, caption)


def evidence_plots(estimates: Iterable[Estimate]) -> list[Plot]:
    """One diagram for each piece of evidence; estimates that share one are shown in it together."""
    pieces = {estimate.evidence.title: estimate.evidence for estimate in estimates if estimate.evidence is not None}
    return [evidence_plot(evidence) for evidence in pieces.values()]


def evidence_plot(evidence: Evidence) -> Plot:
    """One piece of evidence as a diagram."""
    coloured = [(series, index if series.colour is None else series.colour)
                for index, series in enumerate(evidence.series)]  # fmt: skip
    marks: list[Mark] = [
        Band(series.x, series.y - series.spread, series.y + series.spread, "", colour)
        for series, colour in coloured if series.drawn_as == "line" and series.spread is not None
    ]  # fmt: skip
    marks += [_drawn(series, colour) for series, colour in coloured]
    marks += [Rule(mark.x, "x", mark.label) for mark in evidence.marks]
    return Plot(
        evidence.x_label, evidence.y_label, tuple(marks), evidence.title,
        x_logarithmic=evidence.x_logarithmic, y_logarithmic=evidence.y_logarithmic,
    )  # fmt: skip


def _drawn(series: Series, colour: int) -> Mark:
    if series.drawn_as == "line":
        return Line(series.x, series.y, series.label, colour)
    return Points(series.x, series.y, series.label, colour, series.spread)
