"""The judgement of a run: numbers, maps, curves and sentences on what of it can be trusted; made of what is on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import DataError, ProjectError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.metrics.findings import Findings, Measure, agreement
from fluogan_app.core.metrics.local_resolution import LocalResolution, local_resolution
from fluogan_app.core.metrics.photon_balance import PhotonBalance, photon_balance
from fluogan_app.core.metrics.repeatability import DOUBTFUL_VARIATION, Repeatability, repeatability
from fluogan_app.core.metrics.ring_correlation import RingCorrelation
from fluogan_app.core.metrics.unexplained import Unexplained, standardised, unexplained
from fluogan_app.core.metrics.variance_match import VarianceMatch, variance_match
from fluogan_app.core.metrics.verdict import Evidenced, verdict
from fluogan_app.core.project.expected import NO_LIGHT, why_no_model
from fluogan_app.core.project.images import write_ome
from fluogan_app.core.project.kept_quality import (
    KINDS, QUALITY, RepeatKind, check_there, quality_folder, read_halves, read_repeats, read_variance,
)  # fmt: skip
from fluogan_app.core.project.mean_noise import MeanNoise, mean_noise
from fluogan_app.core.project.measure import border_pixels, measure_run, simulated_mean
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.quality_map import Diagram, QualityMap
from fluogan_app.core.project.quality_pictures import diagrams_of, maps_of, place_text
from fluogan_app.core.project.run import Run


@dataclass(frozen=True)
class Judgement:
    """All that is known of how far a run can be trusted. None, and a note, for what cannot be told.

    findings: the measures with their meaning. reasons: why a part is missing, by its name. summary: three to six
    sentences. kept_repeats: from how many of each kind more would go on. maps: over the field, each with unit, scale
    and a sentence. diagrams: curves, likewise.
    """

    number: int
    balance: PhotonBalance | None
    findings: Findings
    residual: Unexplained | None
    noise: MeanNoise
    variance: VarianceMatch | None
    local: LocalResolution | None
    repeats: dict[RepeatKind, Repeatability]
    kept_repeats: dict[RepeatKind, int]
    variation: float
    has_halves: bool
    summary: tuple[str, ...]
    reasons: dict[str, str]
    maps: tuple[QualityMap, ...]
    diagrams: tuple[Diagram, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values: every number by its name with its unit, null where there is none."""
        balance = self.balance
        return {
            "run": self.number,
            "summary": list(self.summary),
            "photons_per_frame": None if balance is None else {
                "recorded": balance.recorded, "structure": balance.structure, "background": balance.background,
                "difference": balance.difference, "difference_percent": balance.difference_percent,
            },
            "frames": None if balance is None else balance.frames,
            "measures": self.findings.values(),
            "spreads": {one.name: one.spread for one in self.findings.measures if one.spread is not None},
            "meanings": {one.name: one.meaning for one in self.findings.measures},
            "spots": [vars(spot) for spot in self.residual.spots] if self.residual is not None else [],
            "doubtful_from_variation": self.variation,
            "reasons": self.reasons,
            "notes": list(self.findings.notes),
        }  # fmt: skip


def judge(run: Run, result: Result | None = None, variation: float = DOUBTFUL_VARIATION) -> Judgement:
    """Judge a run by its images and by what was kept beside them: halves, repeats, variance; reads no frame.

    variation: from which ratio of deviation to value on a pixel is doubtful. Takes seconds for large fields.
    Raises ProjectError for a run without a result, or one that goes on.
    """
    if run.record.status is RunStatus.RUNNING:
        raise ProjectError(f"Run {run.number} is still going on.", "Judge it when it has ended.")
    result = result or run.result()
    made = _Parts(run, result)
    findings = made.told(lambda: measure_run(run, result), "resolution") or Findings()
    halves = read_halves(run, result.estimate.shape)
    fine_nm = result.fine_pixel_size_nm
    if halves is not None:
        found = made.told(lambda: agreement(*halves, fine_nm, reconstructed=True), "ring correlation")
        findings += found or Findings()
    local = None
    if halves is not None:
        local = made.told(lambda: local_resolution(*halves, fine_nm), "local resolution")
    repeats = made.repeats()
    parts = {
        "residual": made.residual(), "noise": made.noise, "variance": made.variance(), "balance": made.balance(),
        "local": local,
    }  # fmt: skip
    findings += Findings(_own_measures(parts, repeats, variation, result.claims))
    known = _evidenced(run, findings, parts, repeats, variation, halves is not None)
    return Judgement(
        number=run.number, findings=findings, repeats=repeats, kept_repeats=made.kept_repeats, variation=variation,
        has_halves=halves is not None, summary=verdict(known), reasons=made.reasons,
        diagrams=diagrams_of(findings, parts["residual"], result.pixel_size_nm, run.record.acquisition.psf_fwhm_nm),
        maps=maps_of(result, findings, parts, repeats, variation), **parts,
    )  # fmt: skip


def keep_judgement(run: Run, judgement: Judgement) -> None:
    """Write numbers and maps into the run's folder `quality`, each in one step. Raises ProjectError."""
    check_there(run)
    folder = quality_folder(run)
    for one in judgement.maps:
        about = run.provenance() | {"quantity": one.title, "meaning": one.meaning}
        write_ome(folder / f"{one.name.replace('_', '-')}.ome.tif", one.image, one.pixel_size_nm, one.unit, about)
    keep_numbers(run, judgement)


def keep_numbers(run: Run, judgement: Judgement) -> None:
    """Write the numbers and sentences alone. Raises ProjectError."""
    check_there(run)
    write_json_atomic(quality_folder(run) / QUALITY, judgement.to_json())


class _Parts:
    """The parts of a judgement, one by one; what cannot be told leaves its reason."""

    def __init__(self, run: Run, result: Result) -> None:
        self._run, self._result = run, result
        self.reasons: dict[str, str] = {}
        self.kept_repeats: dict[RepeatKind, int] = {}
        self._claims = result.claims
        self._simulated = simulated_mean(run, result) if self._claims.photons else result.mean.astype(float)
        self._border = border_pixels(run)
        self.noise = mean_noise(run, result, self._simulated)

    def told(self, make, what: str):
        """What `make` gives, or None and the reason why there is nothing."""
        try:
            return make()
        except DataError as error:
            self.reasons[what] = error.one_line
            return None

    def balance(self) -> PhotonBalance | None:
        result = self._result
        if not self._claims.photons:
            self.reasons["photon balance"] = NO_LIGHT
            return None
        sums = [float(image.sum(dtype=float)) for image in (result.mean, self._simulated, result.background)]
        percent = self._run.record.measures.get("photon_balance_percent")
        frames = len(self._run.record.frames)
        return self.told(
            lambda: photon_balance(sums[0], sums[1] - sums[2], sums[2], frames, percent), "photon balance"
        )

    def residual(self) -> Unexplained | None:
        """In standard deviations; where the run did not tell them, so that its mean square is the told discrepancy."""
        reason = why_no_model(self._run.record)
        if reason:
            self.reasons["residual"] = reason
            return None

        def make() -> Unexplained:
            residual = standardised(self._result.mean - self._simulated, self.noise.variance)
            residual[~np.isfinite(self.noise.variance)] = np.nan  # pixels that did not count
            told = self._run.record.measures.get("discrepancy")
            inner = self._without_border(residual)
            square = float(np.nanmean(inner**2))
            if told and square > 0 and not self.noise.is_told:
                inner = inner * np.sqrt(told / square)
            return unexplained(inner)

        return self.told(make, "residual")

    def variance(self) -> VarianceMatch | None:
        """Only of frames whose variance was read before."""
        recorded = read_variance(self._run, self._result.mean.shape)
        if recorded is None or why_no_model(self._run.record):
            return None
        blinking = blinking_image(self._run, self._result)
        return self.told(
            lambda: variance_match(recorded, self._simulated, blinking, len(self._run.record.frames)), "variance"
        )

    def repeats(self) -> dict[RepeatKind, Repeatability]:
        """All kinds that are kept."""
        found, shape = {}, self._result.estimate.shape
        for kind in KINDS:
            kept = read_repeats(self._run, kind, shape)
            if kept is not None:
                self.kept_repeats[kind] = kept.to_go_on_from
                estimate = self._result.estimate
                made = self.told(lambda: repeatability(estimate, kept.deviation, kept.count), f"repeats over {kind}")
                if made is not None:
                    found[kind] = made
        return found

    def _without_border(self, image: np.ndarray) -> np.ndarray:
        border = self._border
        if not border:
            return image
        if min(image.shape) <= 2 * border:
            raise DataError(
                f"All of the region is within {border} camera pixels of its border, to where light from beyond it "
                "reaches: what is left over there tells nothing of the image.",
                f"Draw a region of more than {2 * border} camera pixels to each side.",
            )
        inner = np.full_like(image, np.nan)
        inner[border:-border, border:-border] = image[border:-border, border:-border]
        return inner


def blinking_image(run: Run, result: Result) -> np.ndarray:
    """Σ_k ψ_ik² x_k, (Y, X) in photons, with the Gaussian of the PSF's width: where blinking adds to the variance."""
    from fluogan_app.core.optics.blur import optics_of
    from fluogan_app.core.optics.psf import banded_spots

    optics = optics_of(run.record.acquisition.complete(), run.record.params.get("boundary", "reflecting"))
    matrices = (banded_spots(n, result.zoom * n, optics.sigma_pixels, optics.boundary) for n in result.mean.shape)
    rows, columns = (matrix.multiply(matrix) for matrix in matrices)
    return np.asarray(rows @ (columns @ result.estimate.T.astype(float)).T)


def _own_measures(
    parts: dict[str, Any], repeats: dict[RepeatKind, Repeatability], variation: float, claims: Claims
) -> tuple[Measure, ...]:
    """What is told here and nowhere else."""
    all_of_it, part = ("all light", "the light") if claims.photons else ("the sum of all values", "that sum")
    residual, variance, local = parts["residual"], parts["variance"], parts["local"]
    found: list[Measure] = []
    if residual is not None:
        found.append(Measure("residual_rms_sd", "Residual, rms", residual.rms_sd,
                             f"in standard deviations: 1 is noise, that is {parts['noise'].words}"))
        found.append(Measure("residual_spots", "Residual, spots", float(len(residual.spots)),
                             f"that noise does not make, beyond {residual.level_sd:.2g} standard deviations"))
    if variance is not None:
        rms = float(np.sqrt(np.mean(variance.residual**2)))
        found.append(Measure("variance_rms_sd", "Variance, rms", rms, "of what is left over, in sd: 1 is noise"))
        found.append(Measure("variance_per_photon", "Variance per photon", variance.shot,
                             "of a frame, where nothing blinks: 1 where the camera's gain is right"))
        found.append(Measure("photons_per_event", "Photons per event", variance.photons_per_event or None,
                             "κ of the blinking, from the variance alone"))
    if local is not None:
        median = None if local.quartiles_nm is None else local.quartiles_nm[1]
        found.append(Measure("local_median_nm", "Local resolution, median", median,
                             "down to where odd and even frames agree, place by place; none where most places are too "
                             "dark, or agree to two pixels by what both share"))
    for kind, one in repeats.items():
        found.append(Measure(f"scatter_{kind}_percent", f"Scatter over {kind}", one.scatter_percent,
                             f"standard deviation of all pixels over {all_of_it}"))
        found.append(Measure(f"doubtful_{kind}_percent", f"Doubtful over {kind}", one.doubtful_percent(variation),
                             f"share of {part} in pixels that vary by more than {100 * variation:.3g} %"))
    return tuple(found)


def _rises(evidence: object) -> bool:
    return isinstance(evidence, RingCorrelation) and evidence.rise is not None


def _evidenced(
    run: Run, findings: Findings, parts: dict[str, Any], repeats: dict[RepeatKind, Repeatability], variation: float,
    has_halves: bool,
) -> Evidenced:  # fmt: skip
    """Where there are repeats of two kinds, the one that leaves more doubt counts."""
    values, residual, balance = findings.values(), parts["residual"], parts["balance"]
    kind = max(repeats, key=lambda name: repeats[name].doubtful_percent(variation), default=None)
    worst = repeats[kind] if kind is not None else None
    spots = residual.spots if residual is not None else ()
    notes = [note.partition(": ")[2] for note in findings.notes if note.startswith("Fourier ring correlation: ")]
    return Evidenced(
        claims=run.record.claims,
        rsp=values.get("rsp"),
        balance_percent=None if balance is None else balance.difference_percent,
        residual_rms_sd=None if residual is None else residual.rms_sd,
        has_pattern=parts["noise"].has_pattern,
        residual_p_value=values.get("residual_p_value"),
        spots=len(spots),
        strongest=f"the strongest {place_text(spots[0], run.record)}" if spots else "",
        frc_nm=values.get("frc_nm"),
        frc_chance_nm=values.get("frc_chance_nm"),
        frc_reason=notes[0] if notes else "",
        frc_rises_nm=next((one.rise.period_nm for one in findings.evidence if _rises(one)), None),
        has_halves=has_halves and "frc_nm" in values,
        decorrelation_nm=values.get("decorrelation_nm"),
        psf_fwhm_nm=run.record.acquisition.psf_fwhm_nm,
        psf_is_assumed=run.record.acquisition.psf_origin is Origin.ASSUMED,
        repeats=worst.count if worst is not None else 0,
        repeats_kind=kind or "",
        doubtful_percent=None if worst is None else worst.doubtful_percent(variation),
        variation=variation,
    )
