"""How large a run of the values as they stand is: shown under the form, so that nobody has to reckon."""

from __future__ import annotations

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.planning import make_plan
from fluogan_app.core.params import Params
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.units import bytes_text, length_text

Line = tuple[str, str]


def derived_values(
    document: ProjectDocument, method: Method, params: Params, shape_tyx: tuple[int, int, int] | None
) -> list[Line]:
    """Label and text of every value that follows from others. Lines whose inputs are missing are left out."""
    zoom = getattr(params, "zoom", 1)
    return [] if shape_tyx is None else _sizes(document, method, params, shape_tyx, zoom)


def _sizes(
    document: ProjectDocument, method: Method, params: Params, shape_tyx: tuple[int, int, int], zoom: int
) -> list[Line]:
    roi = document.roi or Roi.whole(shape_tyx[1:])
    frames = document.frames or FrameRange.whole(shape_tyx[0])
    height, width = roi.height * zoom, roi.width * zoom
    pixel_nm = document.acquisition.pixel_size_nm
    plan = make_plan(method, params, document.acquisition, len(frames), roi, document.settings.tile)
    tiles = f" in {len(plan.tiling.tiles)} tiles" if plan.tiling is not None else ""
    lines = [
        ("Recorded", f"{len(frames)} frames, {roi.height} rows × {roi.width} columns"),
        ("Reconstructed", f"{height} rows × {width} columns{tiles}"),
    ]
    if pixel_nm is not None:
        wide, high = length_text(roi.width * pixel_nm), length_text(roi.height * pixel_nm)
        lines.append(("Field of view", f"{wide} wide, {high} high"))
    return [*lines, ("Memory", f"about {bytes_text(plan.memory_bytes)}")]
