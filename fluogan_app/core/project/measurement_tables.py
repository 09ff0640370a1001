"""Measurements as tables: CSV whose first lines, behind a #, say what was measured, on what, in which unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from fluogan_app import __version__
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.metrics.inside import InsideValues
from fluogan_app.core.metrics.trace import Trace
from fluogan_app.core.project.line_profiles import MeasuredProfile
from fluogan_app.core.units import unit_of_sum


@dataclass(frozen=True)
class ProfiledLine:
    """A line by its name, with the profiles of all images along it."""

    name: str
    line: Shape
    profiles: tuple[MeasuredProfile, ...]


@dataclass(frozen=True)
class MeasuredRegion:
    """A region by its name: what lies inside in each image, with the image's title and unit."""

    name: str
    shape: Shape
    values: tuple[tuple[str, str, InsideValues], ...]


@dataclass(frozen=True)
class Camera:
    """What turns counts and frames into photons and seconds; None where nobody knows it."""

    gain: float | None = None
    offset: float = 0.0
    time_step_ms: float | None = None


def profiles_table(lines: Sequence[ProfiledLine], unit: str, about: Mapping[str, str]) -> str:
    """Each line's distances and profiles as columns beside each other. unit: of lengths, nm or px."""
    heads, columns = [], []
    for one in lines:
        before = f"{one.name}: " if len(lines) > 1 else ""
        for index, measured in enumerate(one.profiles):
            if index == 0:
                heads.append(f"{before}distance_{unit}")
                columns.append(_cells(measured.profile.distance_nm))
            heads.append(f"{before}{measured.title} [{measured.unit}]")
            columns.append(_cells(measured.profile.values))
    notes = {**about, **{one.name: _line_words(one.line, unit) for one in lines}}
    return _written(notes, heads, zip_longest(*columns, fillvalue=""))


def peaks_table(lines: Sequence[ProfiledLine], unit: str, about: Mapping[str, str]) -> str:
    """One row for each peak: place, height, width, and the distance to the next with the valley between."""
    heads = [
        "line", "image", "peak", f"place_{unit}", f"place_error_{unit}", "height", "unit", f"fwhm_{unit}",
        f"fwhm_error_{unit}", "fwhm_is_upper_bound", f"gaussian_fwhm_{unit}", f"gaussian_fwhm_error_{unit}",
        f"distance_to_next_{unit}", f"distance_error_{unit}", "valley_of_lower_peak", "valley_error", "resolved",
    ]  # fmt: skip
    rows = [row for one in lines for measured in one.profiles for row in _peak_rows(one.name, measured)]
    errors = "one standard error, of the noise on the line alone and of its pixels; none is known of a reconstruction"
    return _written({**about, "Uncertainties": errors}, heads, rows)


def regions_table(regions: Sequence[MeasuredRegion], unit: str, about: Mapping[str, str]) -> str:
    """One row for each region and image. Areas in µm² where lengths are in nm, else in px²."""
    area_unit, share = area_scale(unit)
    heads = ["region", "kind", f"area_{area_unit}", "image", "pixels", "mean", "sum", "min", "max", "std", "unit",
             "unit_of_sum"]  # fmt: skip
    rows = [
        [region.name, region.shape.kind, _cell(found.area_nm2 * share), title, _cell(found.pixels), _cell(found.mean),
         _cell(found.total), _cell(found.least), _cell(found.largest), _cell(found.deviation), value_unit,
         unit_of_sum(value_unit)]
        for region in regions for title, value_unit, found in region.values
    ]  # fmt: skip
    notes = {"Sum": "mean times number of pixels"}
    return _written({**about, **notes}, heads, rows)


def traces_table(traces: Mapping[str, Trace], camera: Camera, about: Mapping[str, str]) -> str:
    """Frames as rows; of each place the mean counts of its pixels and, where the gain is known, its photons."""
    first = next(iter(traces.values()))
    frames = first.first + np.arange(len(first.counts))
    heads, columns = ["frame"], [[str(frame) for frame in frames]]
    if camera.time_step_ms is not None:
        heads.append("time_s")
        columns.append(_cells(frames * camera.time_step_ms / 1000.0))
    for name, trace in traces.items():
        heads.append(f"{name} [counts per pixel]")
        columns.append(_cells(trace.counts / trace.pixels))
        if camera.gain is not None:
            heads.append(f"{name} [photons]")
            columns.append(_cells(trace.photons(camera.gain, camera.offset)))
    return _written(about, heads, zip(*columns, strict=True))


def area_scale(unit: str) -> tuple[str, float]:
    """The unit of areas that goes with one of lengths, and how much of it a square of the latter is."""
    return ("um2", 1e-6) if unit == "nm" else ("px2", 1.0)


def for_a_spreadsheet(table: str) -> str:
    """A table as the clipboard hands it to a spreadsheet: tabulators, and no lines about it."""
    rows = csv.reader(line for line in table.splitlines() if not line.startswith("#"))
    return "".join("\t".join(row) + "\n" for row in rows)


def _peak_rows(name: str, measured: MeasuredProfile) -> list[list[str]]:
    rows, pairs = [], measured.found.pairs
    fitted = measured.fit.gaussians if measured.fit is not None else ()
    for index, peak in enumerate(measured.found.peaks):
        row = [name, measured.title, str(index + 1)]
        row += [_cell(peak.place_nm), _cell(peak.place_error_nm), _cell(peak.height), measured.unit]
        row += [_cell(peak.fwhm_nm), _cell(peak.fwhm_error_nm), _truth(peak.is_of_the_grid)]
        fit = fitted[index] if len(fitted) == len(measured.found.peaks) else None
        fitted_error = float("nan") if fit is None or measured.reconstructed else fit.fwhm_error_nm
        row += ["" if fit is None else _cell(fit.fwhm_nm), _cell(fitted_error)]
        pair = pairs[index] if index < len(pairs) else None
        row += ["", "", "", "", ""] if pair is None else [
            _cell(pair.distance_nm), _cell(pair.distance_error_nm), _cell(pair.valley), _cell(pair.valley_error),
            _truth(pair.resolved),
        ]  # fmt: skip
        rows.append(row)
    return rows


def _line_words(line: Shape, unit: str) -> str:
    (x0, y0), (x1, y1) = line.points_nm
    ends = f"from x {x0:.6g}, y {y0:.6g} to x {x1:.6g}, y {y1:.6g} {unit}"
    return f"{ends}, length {line.length_nm:.6g} {unit}, averaged over a width of {line.width_nm:.6g} {unit}"


def _written(about: Mapping[str, str], heads: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    file = io.StringIO()
    for name, words in {"Written by": f"FluoGAN {__version__}", **about}.items():
        file.write(f"# {name}: {' '.join(words.split())}\n")
    table = csv.writer(file, lineterminator="\n")
    table.writerow(heads)
    table.writerows(rows)
    return file.getvalue()


def _cells(values: np.ndarray) -> list[str]:
    return [_cell(value) for value in values.tolist()]


def _cell(value: float) -> str:
    return f"{value:.9g}" if np.isfinite(value) else ""


def _truth(value: bool) -> str:
    return "yes" if value else "no"
