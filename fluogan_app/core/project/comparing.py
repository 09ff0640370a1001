"""Images of one field side by side: which runs can stand beside each other, and the same measures of each.

All methods share one grid, so that a point lies at the same nanometre in every image; that is measured here all the
same, since an imported image was placed by what somebody stated.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import DataError, FluoganError, ReadError
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.metrics.findings import Findings, agreement, likeness_in_form
from fluogan_app.core.metrics.resolution_scaled import ResolutionScaled, blurred_to, resolution_scaled
from fluogan_app.core.metrics.shift import offset_between
from fluogan_app.core.project.beside import changed_parameters, title_of
from fluogan_app.core.project.comparisons import ComparedRun, ComparisonRecord
from fluogan_app.core.project.kept_quality import read_halves
from fluogan_app.core.project.measure import light_of_structure, measure_run
from fluogan_app.core.project.model import RunRecord, RunStatus
from fluogan_app.core.project.reference import Reference, compare
from fluogan_app.core.project.run import Run
from fluogan_app.core.units import FWHM_PER_SIGMA

log = logging.getLogger(__name__)

#: An image that lies so many camera pixels beside the recorded mean is told.
MOST_SHIFT_PIXELS = 0.25
_NO_SHIFT = (
    "Whether this image lies in place could not be told: blurred again, it is too unlike the recorded mean, or the "
    "mean shows too little."
)


@dataclass(frozen=True)
class Measured:
    """A run with its measures. error: (Y, X) photons per frame, how far the image, blurred again, is from the recorded
    mean; None where that could not be told."""

    compared: ComparedRun
    error: np.ndarray | None


@dataclass(frozen=True)
class _Camera:
    """What is known of an image's place. psf_sigma_pixels: of the microscope's blur, in camera pixels."""

    psf_sigma_pixels: float
    imported: bool


def _camera(record: RunRecord) -> _Camera:
    acquisition = record.acquisition.complete()
    fwhm_pixels = acquisition.fwhm_nm / acquisition.pixel_size_nm
    return _Camera(fwhm_pixels / FWHM_PER_SIGMA, imported=not record.total_steps)


def truth_for(run: Run, path: Path) -> Reference:
    """The part of a truth that a run shows. Raises ReadError."""
    from fluogan_app.core.project.reference import read_reference

    reference, record = read_reference(path), run.record
    if not reference.is_truth:
        what = f"{path.name} is no truth of a simulated stack."
        raise ReadError(what, "Give the file that “simulate --truth” wrote.")
    if record.link is None or record.acquisition.pixel_size_nm is None:
        return reference
    return reference.within(record.roi, record.link.shape_tyx[1:], record.acquisition.pixel_size_nm)


def measured(run: Run, truth: Reference | None = None, result: Result | None = None) -> Measured:
    """The measures of one run, as of every other one; takes seconds for large fields. Raises ProjectError, ReadError.

    What cannot be measured of an image leaves a note with the reason.
    """
    result = result or run.result()
    parts = _Parts(run, result)
    findings = parts.findings(truth)
    error, measures = parts.error_map(findings), {**_costs(run.record), **findings.values()}
    if result.claims.photons:
        measures["photon_balance_percent"] = run.record.measures.get("photon_balance_percent")
    else:
        measures.pop("nrmse", None)  # equal sums mean nothing of values that are no light
    shift, said = _shift(findings, result, _camera(run.record))
    measures |= shift
    record = run.record
    notes = (*said, *result.notes, *parts.notes, *findings.notes)
    return Measured(ComparedRun(
        number=run.number, method=record.method, title=title_of(run), status=record.status.value, error=record.error,
        claims=record.claims, zoom=result.zoom, steps=record.steps,
        changed=changed_parameters(record.method, record.params),
        measures={name: _finite(value) for name, value in measures.items()}, notes=tuple(dict.fromkeys(notes)),
        ended=record.ended, truth=truth.name if truth is not None else "",
    ), error)  # fmt: skip


def not_made(method: str, error: FluoganError, params: dict | None = None) -> ComparedRun:
    """A method that could not begin, with the reason."""
    return ComparedRun(
        number=None, method=method, title=method_named(method).title, status=RunStatus.FAILED.value,
        error=error.one_line, changed=changed_parameters(method, params or {}),
    )  # fmt: skip


def of_failed(run: Run) -> ComparedRun:
    """A run that has no image to show, with the reason."""
    record = run.record
    return ComparedRun(
        number=run.number, method=record.method, title=title_of(run), status=record.status.value,
        error=record.error or f"It was {record.status.value} before it had an image.", claims=record.claims,
        steps=record.steps, measures=_costs(record), changed=changed_parameters(record.method, record.params),
        ended=record.ended,
    )  # fmt: skip


def is_current(compared: ComparedRun | None, run: Run, truth_name: str) -> bool:
    """Whether what is known of a run still holds."""
    return compared is not None and compared.ended == run.record.ended and compared.truth == truth_name


def lasting(record: ComparisonRecord, runs: Sequence[Run]) -> ComparisonRecord:
    """Without runs that are not there any more, as after their deletion."""
    there = {run.number for run in runs}
    return record.replace(runs=tuple(one for one in record.runs if one.number is None or one.number in there))


class _Parts:
    """What is measured of one image; what cannot be told leaves its reason."""

    def __init__(self, run: Run, result: Result) -> None:
        self._run, self._result = run, result
        self.notes: list[str] = []

    def findings(self, truth: Reference | None) -> Findings:
        """Of the image alone, of its halves where they are kept, and beside the truth where it is known."""
        run, result = self._run, self._result
        found = self._told(lambda: measure_run(run, result), "Resolution and RSE")
        halves = read_halves(run, result.estimate.shape)
        if halves is not None:
            fine_nm = result.fine_pixel_size_nm
            found += self._told(lambda: agreement(*halves, fine_nm, reconstructed=True), "Ring correlation")
        if truth is not None:
            found += self._told(lambda: _beside_truth(result, truth), "Comparison with the truth")
        return found

    def error_map(self, findings: Findings) -> np.ndarray | None:
        """Of the resolution-scaled error against the recorded mean."""
        found = _scaled(findings)
        return None if found is None else found.error_map.astype(np.float32)

    def _told(self, make: Callable[[], Findings], what: str) -> Findings:
        try:
            return make()
        except (DataError, ValueError) as error:
            words = error.one_line if isinstance(error, FluoganError) else str(error)
            log.info("%s of run %d: %s", what, self._run.number, words)
            self.notes.append(f"{what}: {words}")
            return Findings()


def _beside_truth(result: Result, truth: Reference) -> Findings:
    """The measures of `measure --reference`, and those that leave scale and level open."""
    fine_nm = result.fine_pixel_size_nm
    found = compare(result.estimate, fine_nm, truth)
    return found + likeness_in_form(result.estimate, truth.picture.image)


def _shift(findings: Findings, result: Result, camera: _Camera) -> tuple[dict[str, float | None], tuple[str, ...]]:
    """How far the image lies beside the recorded mean, and the words where that is too far or cannot be told."""
    found = _scaled(findings)
    offset = None if found is None else _offset(found, result, camera)
    if offset is None:
        return {"shift_nm": None}, () if found is None else (_NO_SHIFT,)
    y_nm, x_nm = (None if one is None else one * result.pixel_size_nm for one in offset)
    known = [one for one in (y_nm, x_nm) if one is not None]
    measures = {"shift_nm": math.hypot(*known), "shift_y_nm": y_nm, "shift_x_nm": x_nm}
    if math.hypot(*known) <= MOST_SHIFT_PIXELS * result.pixel_size_nm:
        return measures, ()
    sides = ((y_nm, "down", "up"), (x_nm, "right", "left"))
    told = [f"{abs(one):.0f} nm {ahead if one > 0 else back}" for one, ahead, back in sides if one is not None]
    where = " and ".join(told)
    return measures, (
        f"This image lies {where} of the recorded mean, more than a quarter of a camera pixel: what lies beside what "
        "cannot be compared with the others. Check its pixel size and its corner.",
    )


def _offset(found: ResolutionScaled, result: Result, camera: _Camera) -> tuple[float | None, float | None] | None:
    """In camera pixels. The blur that fits best where an image lies wrong is far too wide, and hides how far it lies
    off: the microscope's blur tells about where it lies, and the blur is fitted again there."""
    mean, estimate, zoom = light_of_structure(result), result.estimate, result.zoom
    rows, columns = _covered(estimate, zoom) if camera.imported else (slice(None), slice(None))
    target = mean[rows, columns]
    first = offset_between(found.image[rows, columns], target)
    if first is not None and None not in first and max(map(abs, first)) <= MOST_SHIFT_PIXELS:
        return first
    blurred = blurred_to(estimate, camera.psf_sigma_pixels, zoom)
    about = offset_between(blurred[rows, columns], target, most_uncertain=math.inf)
    if about is None:
        return first
    back = np.roll(estimate, [-round(one * zoom) for one in about], axis=(0, 1))
    try:
        width = resolution_scaled(back, mean).blur_fwhm_pixels / FWHM_PER_SIGMA
    except DataError:
        return first
    return offset_between(blurred_to(estimate, width, zoom)[rows, columns], target) or first


def _covered(estimate: np.ndarray, zoom: int) -> tuple[slice, slice]:
    """The camera's rows and columns in which an imported image has values; beyond it, all is 0."""
    spans = []
    for axis, side in enumerate(estimate.shape):
        lit = np.flatnonzero(np.any(estimate != 0, axis=1 - axis))
        spans.append(slice(-(-int(lit[0]) // zoom), min((int(lit[-1]) + 1) // zoom, side // zoom)))
    return spans[0], spans[1]


def _scaled(findings: Findings) -> ResolutionScaled | None:
    """The comparison with the recorded mean, which is the first of its kind."""
    return next((one for one in findings.evidence if isinstance(one, ResolutionScaled)), None)


def _costs(record: RunRecord) -> dict[str, float | None]:
    """Seconds, and the most memory where it is known; nothing of what was not computed here."""
    if not record.total_steps:
        return {}
    cost = record.cost
    if cost is None:
        return {"seconds": record.seconds}
    held = cost.peak_card_bytes if cost.peak_card_bytes is not None else cost.peak_memory_bytes
    memory = {} if held is None else {"peak_memory_mb": held / 1e6}
    seconds = record.seconds + cost.prepare_seconds
    return {"seconds": seconds, "processor_seconds": cost.processor_seconds, **memory}


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
