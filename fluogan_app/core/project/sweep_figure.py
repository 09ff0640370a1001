"""A sweep as a picture: all cells at one colour scale, with the values that each was made with and its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.project.contrast import display_range
from fluogan_app.core.project.drawing import save_picture, stacked
from fluogan_app.core.project.figure import Panel, draw_panels
from fluogan_app.core.project.sweep import SweepCell, measure_text, measures_told, rule_told, suggested
from fluogan_app.core.project.sweep_plan import SweepPlan
from fluogan_app.core.project.sweep_score import scored

#: Fine pixels differ in size where the zoom does: what they hold is compared per camera pixel's area.
UNIT = "photons per camera pixel's area"


def unit_at(plan: SweepPlan, place: tuple[int, int]) -> str:
    """The unit of one cell's picture, which can depend on its values, as SOFI's on the order."""
    claims = plan.claims_at(place)
    return UNIT if claims.photons else claims.unit_words


def scale_words(plan: SweepPlan) -> str:
    """What the one colour bar beside all pictures is a scale of."""
    units = {unit_at(plan, place) for place in plan.places()}
    if all(plan.claims_at(place).photons for place in plan.places()):
        return UNIT
    if len(units) > 1:
        return "% of each picture's own range, in its own unit"
    return f"% of each picture's own range of {units.pop()}"


def per_camera_pixel(estimate: np.ndarray, camera_shape: tuple[int, int], claims: Claims = LIGHT) -> np.ndarray:
    """An estimate's values on its own grid, as photons per frame on the area of a camera pixel; no light as it is."""
    if not claims.photons:
        return estimate
    return estimate * np.float32(estimate.size / (camera_shape[0] * camera_shape[1]))


def cell_title(plan: SweepPlan, cell: SweepCell) -> str:
    """The values of a cell: "Sparsity λ1 0.3, Zoom L 4"."""
    specs = {axis.name: axis.spec(plan.request.method) for axis in plan.axes}
    said = []
    for name, value in cell.values.items():
        text = f"{value:g}" if isinstance(value, float) else str(value)
        said.append(f"{specs[name].label} {text}")
    return ", ".join(said)


def common_levels(images: Sequence[np.ndarray]) -> tuple[float, float]:
    """One range of values for all pictures."""
    ranges = [display_range(image) for image in images]
    return min(low for low, _ in ranges), max(high for _, high in ranges)


def levels_of_cells(
    plan: SweepPlan, images: Mapping[tuple[int, int], np.ndarray]
) -> dict[tuple[int, int], tuple[float, float]]:
    """The values shown darkest and brightest: the same in all pictures of light, whose brightness can be compared.

    What is no light has each picture's own: a sensitivity alone changes such values a hundredfold.
    """
    light = [place for place in images if plan.claims_at(place).photons]
    shared = dict.fromkeys(light, common_levels([images[place] for place in light])) if light else {}
    return {place: shared.get(place) or display_range(image) for place, image in images.items()}


def export_sweep(
    path: Path, plan: SweepPlan, cells: Sequence[SweepCell], images: Mapping[tuple[int, int], np.ndarray],
    pixel_size_nm: float,
) -> None:  # fmt: skip
    """Write it as PNG at 300 dpi; `images` are those of `per_camera_pixel`. Raises ProjectError, UsageError."""
    levels, cells = levels_of_cells(plan, images), scored(cells)
    best, height = suggested(cells), max(plan.place.height, 1)
    rows = []
    for row in range(plan.shape[0]):
        there = [cell for cell in cells if cell.row == row and cell.place in images]
        panels = [
            _panel(plan, cell, images[cell.place], height * pixel_size_nm, levels[cell.place], best) for cell in there
        ]
        if panels:
            rows.append(draw_panels(panels, [_numbers(plan, cell) for cell in there]))
    save_picture(path, stacked(rows), rule_told(plan.claims) if best is not None else "")


def _panel(
    plan: SweepPlan, cell: SweepCell, image: np.ndarray, height_nm: float, levels: tuple[float, float],
    best: SweepCell | None,
) -> Panel:  # fmt: skip
    mark = " (suggested)" if best is not None and cell.place == best.place else ""
    return Panel(image, height_nm / image.shape[0], cell_title(plan, cell) + mark, unit_at(plan, cell.place), levels)


def _numbers(plan: SweepPlan, cell: SweepCell) -> str:
    said = ", ".join(f"{measure.label} {measure_text(cell, measure)}" for measure in measures_told(plan.claims))
    return f"{cell_title(plan, cell)}: {said}"
