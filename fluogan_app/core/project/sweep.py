"""A sweep: one square of the stack reconstructed with every combination of a few values, each cell kept as it is done.

Each cell is computed from its own values alone, on the same frames, without the critic; one that fails is noted, and
the others go on. What is on disk stays whatever happens; a sweep that was cut short goes on with the missing cells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import DataError, FluoganError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.project.preview import Previewer, PreviewWish
from fluogan_app.core.project.sweep_plan import SweepPlan, checked_plan
from fluogan_app.core.project.sweep_score import Agreement, Halves, agreement_of_halves, scored
from fluogan_app.core.units import length_text

#: A cell explains the frames as well as the best one where its residual is at most so many times as large.
TOLERANCE = 1.15
#: Details that differ by less than this are one.
ALIKE = 1.05
#: And its photons are off by no more than this.
MOST_MISSING_PERCENT = 2.0
RULE = (
    "Suggested (★): of the cells that explain the frames (residual within 15 % of the least, photons within 2 %), the "
    "one that claims the least detail, and of several alike the one that follows the noise least. A rule of thumb: the "
    "finest picture is not the truest, for noise that was sharpened looks fine too. Trust your eyes and repeats more."
)
RULE_WITHOUT_LIGHT = (
    "Suggested (★): the highest QnR, which weighs detail that repeats in odd and even frames against agreement with "
    "the mean frame (Laine et al. 2023); it compares the cells of this sweep, and no other. None is suggested of fewer "
    "than three, or where all repeat to within one ring of the Fourier transform. A rule of thumb: detail "
    "that a method makes of any frames repeats too. Trust your eyes and other methods more."
)


@dataclass(frozen=True)
class SweepMeasure:
    """One number of a cell: what it is called, its unit, and what it says."""

    name: str
    label: str
    unit: str
    meaning: str


MEASURES = (
    SweepMeasure("residual_sigmas", "Residual", "σ", "rms difference from the mean frame over its noise: 1 is right"),
    SweepMeasure("decorrelation_nm", "Detail", "nm", "finest period that the image shows above its own noise"),
    SweepMeasure("rsp", "Pearson", "", "correlation of the image, blurred again, with the mean frame: 1 is perfect"),
    SweepMeasure("photon_balance_percent", "Photons", "%", "light of the result beside that of the frames: 0 is right"),
)
#: Of pictures that are no light.
MEASURES_WITHOUT_LIGHT = (
    SweepMeasure("qnr", "QnR", "", "detail that repeats, and agreement with the mean, of these cells: 1 is best"),
    SweepMeasure(
        "frc_nm", "Repeats to", "nm", "finest period in which odd and even frames agree, if any and if above the pixels"
    ),
    *(measure for measure in MEASURES if measure.name in ("decorrelation_nm", "rsp")),
)


def measures_told(claims: Claims) -> tuple[SweepMeasure, ...]:
    """The numbers of cells whose pictures are what `claims` says."""
    return MEASURES if claims.photons else MEASURES_WITHOUT_LIGHT


def rule_told(claims: Claims) -> str:
    """How the suggestion is made among such cells."""
    return RULE if claims.photons else RULE_WITHOUT_LIGHT


@dataclass(frozen=True)
class SweepCell:
    """What came of one combination. error: why there is no picture, "" where there is one.

    reasons: why a measure is not told, by its name.
    """

    row: int
    column: int
    values: dict[str, Any]
    measures: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> tuple[int, int]:
        """Row and column."""
        return self.row, self.column

    @property
    def done(self) -> bool:
        """Whether there is a picture."""
        return not self.error


#: Told of each cell as it is done, with its picture where there is one.
Tell = Callable[[SweepCell, Result | None], None]


def run_sweep(
    stack: Stack, plan: SweepPlan, tell: Tell, control: Control | None = None, done: Sequence[SweepCell] = ()
) -> SweepPlan:
    """Compute all cells but those that are done. Returns the plan with its place. Raises FluoganError before the first.

    Cancelled, it ends within a step; paused, it waits there.
    """
    control, previewer = control or Control(), Previewer()
    plan = placed(stack, plan, control)
    halves = _halves(stack, plan)
    known = {cell.place for cell in done if cell.done}

    def stopped() -> bool:
        control.wait_while_paused()
        return control.cancelled

    for place in plan.places():
        if stopped() or plan.place is None:
            break
        if place not in known:
            made = _cell(stack, plan, place, previewer, stopped, halves)
            if made is not None:
                tell(*made)
    return plan


def placed(stack: Stack, plan: SweepPlan, control: Control | None = None) -> SweepPlan:
    """The plan with the square that it is for. Raises FluoganError."""
    plan = checked_plan(plan)
    if plan.place is not None:
        return plan
    control = control or Control()
    return replace(plan, place=Previewer().placed(PreviewWish(stack, plan.request), lambda: control.cancelled))


def _halves(stack: Stack, plan: SweepPlan) -> Halves | None:
    """What tells how far cells repeat; None where pictures are light, ranked by the residual, or frames too few."""
    request = plan.request
    if all(plan.claims_at(place).photons for place in plan.places()):
        return None
    try:
        return Halves(stack, request)
    except DataError:
        return None


def _cell(
    stack: Stack, plan: SweepPlan, place: tuple[int, int], previewer: Previewer, stopped: Callable[[], bool],
    halves: Halves | None,
) -> tuple[SweepCell, Result | None] | None:  # fmt: skip
    """None where it was stopped."""
    began, values = time.perf_counter(), plan.values_at(place)
    try:
        wish = PreviewWish(stack, plan.asked_at(place), plan.place)
        picture = previewer.show(wish, lambda _: None, stopped)
        repeats = Agreement()
        if picture is not None and not picture.result.claims.photons:
            repeats = agreement_of_halves(halves, wish.request, plan.place, stopped)
    except FluoganError as error:
        return SweepCell(*place, values, seconds=time.perf_counter() - began, error=error.one_line), None
    if picture is None or stopped():
        return None
    seconds = time.perf_counter() - began
    measures, reasons = measures_of(picture.result) | repeats.measures, {}
    if repeats.reason:
        reasons["frc_nm"] = repeats.reason
    return SweepCell(*place, values, measures, seconds, reasons=reasons), picture.result


def measures_of(result: Result) -> dict[str, float]:
    """The numbers of a picture alone, as far as they can be told of so small an image."""
    from fluogan_app.core.metrics.findings import detail, faithfulness

    found: dict[str, float | None] = {
        "residual_sigmas": result.measures.get("discrepancy", float("nan")) ** 0.5,
        "photon_balance_percent": result.measures.get("photon_balance_percent"),
    }
    fine_nm, light = result.fine_pixel_size_nm, result.mean.astype(float) - result.background
    for measured in (lambda: detail(result.estimate, fine_nm), lambda: faithfulness(result.estimate, light, fine_nm)):
        try:
            found |= measured().values()
        except DataError:  # too small, or empty: then there is no such number
            continue
    wanted = {measure.name for measure in MEASURES}
    return {name: float(value) for name, value in found.items() if name in wanted and _is_number(value)}


def suggested(cells: Sequence[SweepCell]) -> SweepCell | None:
    """The cell that RULE names, or of pictures that are no light RULE_WITHOUT_LIGHT; None where there is none."""
    if not any("residual_sigmas" in cell.measures for cell in cells):
        return _highest_quality(cells)
    fitting = [cell for cell in cells if cell.done and "residual_sigmas" in cell.measures and _keeps_light(cell)]
    if not fitting:
        return None
    least = min(cell.measures["residual_sigmas"] for cell in fitting)
    explaining = [cell for cell in fitting if cell.measures["residual_sigmas"] <= TOLERANCE * least]
    coarsest = max(_detail_nm(cell) for cell in explaining)
    alike = [cell for cell in explaining if ALIKE * _detail_nm(cell) >= coarsest]
    return max(alike, key=lambda cell: cell.measures["residual_sigmas"])


def _highest_quality(cells: Sequence[SweepCell]) -> SweepCell | None:
    ranked = [cell for cell in scored(cells) if cell.measures.get("qnr", 0.0) > 0.0]
    return max(ranked, key=lambda cell: cell.measures["qnr"], default=None)


def measure_text(cell: SweepCell, measure: SweepMeasure) -> str:
    """A cell's number with its unit, "–" where there is none, with the reason where it is known."""
    value = cell.measures.get(measure.name)
    if value is None:
        reason = cell.reasons.get(measure.name, "")
        return f"– ({reason})" if reason else "–"
    if measure.unit == "nm":
        return length_text(value)
    text = f"{value:+.2f}" if measure.unit == "%" else f"{value:.3f}"
    return f"{text} {measure.unit}".strip().replace("-", "−")


def _detail_nm(cell: SweepCell) -> float:
    return cell.measures.get("decorrelation_nm", 0.0)


def _keeps_light(cell: SweepCell) -> bool:
    return abs(cell.measures.get("photon_balance_percent", 0.0)) <= MOST_MISSING_PERCENT


def _is_number(value: float | None) -> bool:
    return value is not None and bool(np.isfinite(value))
