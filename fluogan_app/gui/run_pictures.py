"""The pictures of a run: as its result holds them, and as files beside it do."""

from __future__ import annotations

from functools import partial

from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.project.images import read_image
from fluogan_app.core.project.method_words import method_title
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.run import DEVIATION, Run
from fluogan_app.core.units import CAMERA_UNIT
from fluogan_app.gui.picture_kinds import PictureKind
from fluogan_app.gui.views.controls import number_text
from fluogan_app.gui.views.pane_image import PaneImage


def pictures_of(record: RunRecord, result: Result) -> dict[str, PaneImage]:
    """Mean, estimate and, where it was told apart, background by the names of their kinds."""
    origin = origin_nm(record)
    detail = f"run {record.number}, step {number_text(result.steps)}"
    camera, fine = result.pixel_size_nm, result.fine_pixel_size_nm
    claims = record.claims
    found = {
        "mean": PaneImage(result.mean, camera, CAMERA_UNIT, origin_nm=origin),
        "estimate": PaneImage(
            result.estimate, fine, claims.unit, detail=detail, origin_nm=origin, title=claims.title,
            reconstructed=not claims.blurred,
        ),
    }  # fmt: skip
    if claims.background:
        found["background"] = PaneImage(result.background, camera, CAMERA_UNIT, detail=detail, origin_nm=origin)
    return found


def no_background(record: RunRecord) -> str:
    """Why a run has no background to show."""
    return f"{method_title(record.method)} tells no background apart"


def origin_nm(record: RunRecord) -> tuple[float, float]:
    """Where the region's first pixel lies in the whole frame, (y, x) in nm."""
    size_nm = record.acquisition.pixel_size_nm or 1.0
    return record.roi.y0 * size_nm, record.roi.x0 * size_nm


def _of_result(name: str, run: Run) -> PaneImage:
    """On a thread. Raises FluoganError."""
    found = pictures_of(run.record, run.result())
    if name not in found:
        raise ProjectError(f"{no_background(run.record)}.", "Other methods do.")
    return found[name]


def _deviation(run: Run) -> PaneImage:
    """On a thread. Raises ProjectError."""
    if not run.has_deviation:
        raise ProjectError(
            f"Run {run.number} has no standard deviation of its estimate.", "It has one where it was run for it."
        )
    image, size_nm, _ = read_image(run.folder / DEVIATION)
    detail = f"run {run.number}, standard deviation by noise"
    return PaneImage(image, size_nm, run.record.claims.unit, detail=detail, origin_nm=origin_nm(run.record))


#: What every run may have. Others are registered by the features that make them.
RUN_PICTURES = (
    PictureKind("mean", "Mean", partial(_of_result, "mean")),
    PictureKind("estimate", "Estimate", partial(_of_result, "estimate")),
    PictureKind(
        "background", "Background", partial(_of_result, "background"), lambda run: run.record.claims.background
    ),
    PictureKind("deviation", "Deviation", _deviation, lambda run: run.has_deviation),
)
