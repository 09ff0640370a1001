"""Profiles along a line as a figure: a diagram for each unit, or one from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fluogan_app.core.errors import UsageError
from fluogan_app.core.project.drawing import save_picture
from fluogan_app.core.project.line_profiles import MeasuredProfile
from fluogan_app.core.project.plot import Line, Mark, Plot, Points, draw_plots
from fluogan_app.core.project.plot_page import plots_page
from fluogan_app.core.project.vector_files import write_page

VECTORS = (".svg", ".pdf")


def export_profiles(
    path: Path, profiles: Sequence[MeasuredProfile], unit: str, normalised: bool = False, caption: str = ""
) -> None:
    """Draw profiles as PNG at 300 dpi, SVG or PDF, by the name; `caption` is the small line below.

    Raises UsageError, ProjectError.
    """
    plots, footer = profile_plots(profiles, unit, normalised), (caption,) if caption else ()
    if path.suffix.lower() in VECTORS:
        write_page(path, plots_page(plots, footer))
    elif path.suffix.lower() != ".png":
        raise UsageError(f"{path.name} is no name for the figure.", "Let it end in .png, .svg or .pdf.")
    else:
        save_picture(path, draw_plots(plots, footer), caption)


def profile_plots(profiles: Sequence[MeasuredProfile], unit: str, normalised: bool = False) -> list[Plot]:
    """A diagram for each unit of values; normalised, one for all. unit: of lengths, nm or px."""
    units = ["" if normalised else one.unit for one in profiles]
    words = f"Distance in {'pixels' if unit == 'px' else unit}"
    plots = []
    for value_unit in dict.fromkeys(units):
        marks = [
            mark for index, one in enumerate(profiles) if units[index] == value_unit
            for mark in _marks(one, index, normalised)
        ]  # fmt: skip
        label = "Part of the range" if normalised else value_unit[:1].upper() + value_unit[1:]
        plots.append(Plot(words, label, tuple(marks), x_range=_ends(profiles)))
    return plots


def _marks(one: MeasuredProfile, index: int, normalised: bool) -> list[Mark]:
    profile, found = one.profile, one.found
    values = profile.normalised if normalised else profile.values
    marks: list[Mark] = [Line(profile.distance_nm, values, one.title, index, dashed=bool(index % 2))]
    if one.fit is not None and not normalised:
        marks.append(Line(profile.distance_nm, one.fit.curve, "", index, thin=True))
    if found.peaks:
        at = np.array([peak.place_nm for peak in found.peaks])
        marks.append(Points(at, np.interp(at, profile.distance_nm, values), "", index))
    return marks


def _ends(profiles: Sequence[MeasuredProfile]) -> tuple[float, float]:
    return 0.0, max(float(one.profile.distance_nm[-1]) for one in profiles)
