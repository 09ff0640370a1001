"""Results for other programs: images with their pixel size for Fiji, curves as a table, a figure for a paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.drift_table import write_drift_table
from fluogan_app.core.data.result import Curves, Result
from fluogan_app.core.errors import UsageError
from fluogan_app.core.jobs.curves_csv import write_curves_csv
from fluogan_app.core.methods.registry import DEFAULT_METHOD, method_named
from fluogan_app.core.project.beside import changed_parameters
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.drawing import save_picture
from fluogan_app.core.project.figure import COLOURMAP, Panel, draw_panels, footer_of, panels_of
from fluogan_app.core.project.figure_layout import laid_out
from fluogan_app.core.project.images import write_imagej, write_ome
from fluogan_app.core.project.method_words import method_title
from fluogan_app.core.project.movie import check_movie_name, write_movie
from fluogan_app.core.project.quality import judge
from fluogan_app.core.project.run import CAMERA_UNIT, Run
from fluogan_app.core.project.vector_files import write_page

__all__ = ["FIGURES", "corner_nm", "export_curves", "export_figure", "export_image", "export_panels", "export_run"]

Kind = Literal["imagej", "ome"]
#: What a figure's name may end in: dots, or shapes that stay sharp at any size.
FIGURES = (".png", ".svg", ".pdf")


def export_image(
    path: Path, image: np.ndarray, pixel_size_nm: float | None, kind: Kind | None = None,
    provenance: Mapping[str, Any] | None = None, unit: str = "photons per frame per pixel",
    corner_yx_nm: tuple[float, float] = (0.0, 0.0),
) -> None:  # fmt: skip
    """Write one image [y, x] as float32 TIFF with its pixel size and where it comes from.

    `kind` None goes by the name: .ome.tif is OME-TIFF, .tif is for ImageJ. corner_yx_nm: where its first pixel begins
    in the camera's frame. Raises UsageError, ProjectError.
    """
    _check_suffix(path, (".tif", ".tiff"), "an image")
    about = dict(provenance or {})
    if (kind or _kind_of(path)) == "ome":
        write_ome(path, image, pixel_size_nm, unit, about, corner_yx_nm)
    else:
        write_imagej(path, image, pixel_size_nm, unit, about, display_range(image), corner_yx_nm)


def export_curves(path: Path, curves: Curves) -> None:
    """Write curves as CSV, one row per step. Raises UsageError, ProjectError."""
    _check_suffix(path, (".csv",), "the curves")
    write_curves_csv(path, curves)


def export_figure(path: Path, result: Result, caption: str = "", colourmap: str = COLOURMAP) -> None:
    """Draw mean, estimate and background as PNG, SVG or PDF; `caption` is the small line below.

    Raises UsageError, ProjectError.
    """
    export_panels(path, panels_of(result), footer_of(result, caption), colourmap)


def export_panels(path: Path, panels: Sequence[Panel], footer: Sequence[str] = (), colourmap: str = COLOURMAP) -> None:
    """Draw images of one field as PNG, SVG or PDF, by the name. Raises UsageError, ProjectError."""
    _check_suffix(path, FIGURES, "the figure")
    if path.suffix.lower() == ".png":
        save_picture(path, draw_panels(panels, footer, colourmap), " ".join(footer))
    else:
        write_page(path, laid_out(panels, footer, colourmap))


def export_run(
    run: Run, estimate: Path | None = None, background: Path | None = None, curves: Path | None = None,
    figure: Path | None = None, deviation: Path | None = None, drift: Path | None = None,
    error_map: Path | None = None, movie: Path | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """Write what is asked for of a run; all names are checked before anything is written.

    `deviation` is the estimate's standard deviation, of a run that was repeated; `drift` the path that was corrected;
    `error_map` where the estimate, blurred again, differs from the mean; `movie` how the estimate came about.
    Returns the notes on how far the result can be trusted; where the run is not finished the first one says so.
    Raises UsageError, ProjectError.
    """
    for path, suffixes, what in (
        (estimate, (".tif", ".tiff"), "an image"), (background, (".tif", ".tiff"), "an image"),
        (curves, (".csv",), "the curves"), (figure, FIGURES, "the figure"),
        (deviation, (".tif", ".tiff"), "an image"), (drift, (".csv",), "the drift"),
        (error_map, (".tif", ".tiff"), "an image"),
    ):  # fmt: skip
        if path is not None:
            _check_suffix(path, suffixes, what)
    if movie is not None:
        check_movie_name(movie)
    result = run.result()
    if deviation is not None and result.deviation is None:
        raise UsageError(
            f"Run {run.number} has no standard deviation: it was not repeated.",
            "Start a run with repeats (--repeats 8).",
        )
    if drift is not None:
        _export_drift(drift, run)
    about, corner, unit = _provenance(run, result), corner_nm(run), result.claims.unit_words
    if estimate is not None:
        export_image(estimate, result.estimate, result.fine_pixel_size_nm, None, about, unit, corner)
    if background is not None:
        if not result.claims.background:
            raise UsageError(
                f"Run {run.number} has no background: {method_title(run.record.method)} tells none apart.",
                "Leave the background out.",
            )
        export_image(background, result.background, result.pixel_size_nm, None, about, CAMERA_UNIT, corner)
    if deviation is not None:
        export_image(deviation, result.deviation, result.fine_pixel_size_nm, None, about, unit, corner)
    if curves is not None:
        export_curves(curves, run.curves())
    if figure is not None:
        export_figure(figure, result, caption_of(run, result))
    if error_map is not None:
        _export_error_map(error_map, run, result)
    if movie is not None:
        write_movie(run, movie)
    return result.notes


def _export_error_map(path: Path, run: Run, result: Result) -> None:
    found = {one.name: one for one in judge(run, result).maps}.get("error_map")
    if found is None:
        raise UsageError(f"Run {run.number} has no error map: its region is too small.", "Draw a larger region.")
    about = _provenance(run, result) | {"quantity": "error map", "meaning": found.meaning}
    export_image(path, found.image, found.pixel_size_nm, None, about, found.unit, corner_nm(run))


def _export_drift(path: Path, run: Run) -> None:
    if run.record.drift is None:
        raise UsageError(
            f"Run {run.number} has no drift: its frames are as they were recorded.",
            "Start a run with its drift corrected (--drift correct).",
        )
    write_drift_table(path, run.record.drift, run.record.acquisition.pixel_size_nm)


def corner_nm(run: Run) -> tuple[float, float]:
    """Where a run's images begin in the camera's frame (y, x)."""
    side_nm, region = run.record.acquisition.pixel_size_nm, run.record.roi
    return region.y0 * side_nm, region.x0 * side_nm


def _provenance(run: Run, result: Result) -> dict[str, Any]:
    return run.provenance() | {"steps": result.steps, "measures": dict(result.measures), "notes": list(result.notes)}


def caption_of(run: Run, result: Result) -> str:
    """One line under the figure that says what was done to which data."""
    record, camera = run.record, run.record.acquisition
    weights = ", ".join(
        f"{symbol} = {record.params[name]:g}" for name, symbol in _SYMBOLS.items() if name in record.params
    )
    if record.method != DEFAULT_METHOD:
        weights = ", ".join(changed_parameters(record.method, record.params))
    parts = [
        Path(record.link.path).name if record.link else "stack",
        str(record.frames),
        *([f"drift of {record.drift.span_pixels:.2g} pixels corrected"] if record.drift is not None else []),
        f"FWHM {camera.psf_fwhm_nm:.4g} nm ({_ORIGINS[camera.psf_origin]})",
        f"gain {camera.gain:g} counts/photon ({_ORIGINS[camera.origin('gain')]})",
        f"{method_named(record.method).title} {weights}".strip(),
        f"step {result.steps} of {record.total_steps}",
        f"seed {record.settings.seed}",
    ]
    return " · ".join(parts)


_ORIGINS = {
    Origin.FILE: "from the file", Origin.USER: "as given", Origin.ESTIMATED: "estimated", Origin.ASSUMED: "assumed",
    Origin.MISSING: "not known",
}  # fmt: skip
_SYMBOLS = {"gamma": "γ", "lambda1": "λ1", "lambda2": "λ2", "delta": "δ"}


def _kind_of(path: Path) -> Kind:
    return "ome" if path.name.lower().endswith((".ome.tif", ".ome.tiff")) else "imagej"


def _check_suffix(path: Path, suffixes: tuple[str, ...], what: str) -> None:
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"{path.name} is no name for {what}.", f"Let it end in {' or '.join(suffixes)}.")
