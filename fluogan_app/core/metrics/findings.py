"""What can be said of an image: named measures with their meaning in plain words, and the curves behind them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from fluogan_app.core.data.line_pattern import LinePattern
from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.decorrelation import Decorrelation, decorrelation
from fluogan_app.core.metrics.fidelity import matched_in_photons, nrmse, nrmse_fitted, psnr_db, ssim
from fluogan_app.core.metrics.lines import split_lines
from fluogan_app.core.metrics.residual import whiteness
from fluogan_app.core.metrics.resolution_scaled import ResolutionScaled, binned, resolution_scaled
from fluogan_app.core.metrics.ring_correlation import RingCorrelation, ring_correlation
from fluogan_app.core.metrics.spectrum import LEAST_SIDE, checked_image
from fluogan_app.core.metrics.support import support_overlap
from fluogan_app.core.units import length_text

#: How far off a lit pixel may lie in the tolerant Jaccard index, in nm; never less than a pixel.
TOLERANCE_NM = 40.0
#: The sets over which the error of the spacing is told.
SPACINGS_NM = (150.0, 390.0)
#: A chance below this is none.
LEAST_CHANCE = 1e-6
#: Pixels of two images of one field may differ in size by at most this factor.
_MOST_BINNED = 24


@dataclass(frozen=True)
class TruthPair:
    """An estimate, its sum matched, and the truth (Y, X) on the pixels on which they were compared."""

    estimate: np.ndarray
    truth: np.ndarray
    pixel_size_nm: float


Evidence = RingCorrelation | Decorrelation | ResolutionScaled | TruthPair


@dataclass(frozen=True)
class Measure:
    """One number. `name` ends in its unit where it has one; `value` is None where there is none to tell.

    label, meaning: what it is called, and what it means in plain words. spread: standard deviation where it is known.
    """

    name: str
    label: str
    value: float | None
    meaning: str
    spread: float | None = None

    @property
    def is_below_all_doubt(self) -> bool:
        """Whether it is a chance so small that its digits say nothing."""
        return self.value is not None and self.name.endswith("_p_value") and self.value < LEAST_CHANCE

    @property
    def rounded(self) -> float | None:
        """With the digits that are known: three of a length, four of others."""
        return None if self.value is None else float(f"{self.value:.{3 if self.name.endswith('_nm') else 4}g}")


@dataclass(frozen=True)
class Findings:
    """Measures, sentences on how to take them, and the curves and maps behind them."""

    measures: tuple[Measure, ...] = ()
    notes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        """Both, one after the other."""
        return Findings(self.measures + other.measures, self.notes + other.notes, self.evidence + other.evidence)

    def values(self) -> dict[str, float | None]:
        """The numbers by name."""
        return {measure.name: measure.value for measure in self.measures}


#: What each measure is called, and what it means.
_WORDS = {
    "decorrelation_nm": ("Decorrelation resolution", "finest period that this image alone shows above its noise"),
    "decorrelation_signal": ("Decorrelation signal", "signal to noise of the image, from 0 (noise) to 1"),
    "frc_nm": ("Ring correlation, 1/7", "finest period at which odd and even frames agree (threshold 1/7)"),
    "frc_half_bit_nm": ("Ring correlation, half bit", "the same where a coefficient carries half a bit"),
    "frc_chance_nm": ("Ring correlation, 3σ", "finest period at which they agree by more than chance"),
    "nrmse": ("NRMSE", "distance from the truth over its norm: 0 is perfect, black gives 1"),
    "nrmse_fitted": ("NRMSE, fitted", "the same with scale and level that fit best: for images in any unit"),
    "truth_pearson": ("Correlation with truth", "Pearson correlation of the two, in any unit: 1 is perfect"),
    "psnr_db": ("PSNR", "peak of the truth over the rms error"),
    "ssim": ("SSIM", "structural similarity: 1 is perfect"),
    "jaccard": ("Jaccard of support", "overlap of what is lit, each above its Otsu threshold: 1 is perfect"),
    "jaccard_tolerant": ("Jaccard, tolerant", f"the same, {length_text(TOLERANCE_NM)} or a pixel beside taken as hit"),
    "lit_precision": ("Precision of support", "share of what the estimate lights that is lit in truth, as tolerant"),
    "lit_recall": ("Recall of support", "share of what is lit in truth that the estimate lights, as tolerant"),
    "finest_split_nm": ("Finest split", "finest lines that stand apart and in place in 90 % of the rows"),
    "spacing_error_nm": ("Spacing error", "median error of the distance between lines, 150 to 390 nm"),
    "rse": ("RSE", "rms difference of the estimate, blurred again, from the reference, in its grey levels"),
    "rse_photons": ("RSE", "rms difference of the estimate, blurred again, from the recorded mean, per pixel"),
    "rse_percent": ("RSE of range", "the same as a share of the reference's range"),
    "rsp": ("RSP", "Pearson correlation of the two: 1 is perfect"),
    "rsf_fwhm_nm": ("Blur between them", "FWHM of the blur that fits best"),
    "residual_neighbour_correlation": ("Residual, neighbours", "correlation of adjacent pixels: 0 is noise"),
    "residual_passed_power": ("Residual, passed power", "coarse beside fine left over: 1 is noise, less overfit"),
    "residual_flatness": ("Residual, flatness", "how alike all detail sizes are in what is left over: 1 is noise"),
    "residual_p_value": ("Residual, chance", "chance that pure noise hangs together as much over up to 3 pixels"),
}  # fmt: skip


def _measure(name: str, value: float | None, spread: float | None = None) -> Measure:
    label, meaning = _WORDS[name]
    return Measure(name, label, value if value is None or np.isfinite(value) else None, meaning, spread)


def detail(image: np.ndarray, pixel_size_nm: float) -> Findings:
    """The finest structure of a single image, by decorrelation analysis. Raises DataError."""
    found = decorrelation(image, pixel_size_nm)
    notes = []
    if found.resolution_nm is None:
        notes.append("Decorrelation analysis finds no structure that stands above the noise.")
    elif found.at_nyquist:
        notes.append(
            "The image holds structure down to two pixels: its pixels, or noise that was sharpened with it, set the "
            "decorrelation resolution. That an image holds fine structure does not say that it is true."
        )
    measures = (_measure("decorrelation_nm", found.resolution_nm), _measure("decorrelation_signal", found.signal))
    return Findings(measures, tuple(notes), (found,))


def agreement(first: np.ndarray, second: np.ndarray, pixel_size_nm: float, reconstructed: bool) -> Findings:
    """Up to which period two images from odd and from even frames agree, by Fourier ring correlation. Raises DataError.

    reconstructed: whether the halves are reconstructions, not plain means.
    """
    found = ring_correlation(first, second, pixel_size_nm)
    plain, half_bit, chance = (found.crossing(kind) for kind in ("1/7", "half-bit", "3 sigma"))
    notes = [f"Fourier ring correlation: {plain.reason}"] if plain.reason else []
    if plain.resolution_nm is not None and found.rise is not None:
        notes.append(found.rise.words)
    if found.agrees_to_the_end and not reconstructed:
        notes.append(
            f"Frames that still agree to {found.smooth[-1]:.2f} at two pixels share more than the sample where the "
            "optics pass less: the camera's fixed pattern, hot pixels or a border. It hides where the structure ends."
        )
    if reconstructed:
        notes.append(
            "The ring correlation of two reconstructions tells which detail repeats from half of the frames each, not "
            "which is true: what both get from sparsity, a wrong PSF or the camera's fixed pattern repeats as well."
        )
    measures = (
        _measure("frc_nm", plain.resolution_nm, plain.spread_nm),
        _measure("frc_half_bit_nm", half_bit.resolution_nm, half_bit.spread_nm),
        _measure("frc_chance_nm", chance.resolution_nm, chance.spread_nm),
    )
    return Findings(measures, tuple(notes), (found,))


def likeness(estimate: np.ndarray, truth: np.ndarray, pixel_size_nm: float) -> Findings:
    """How near an estimate comes to the truth of the same field, on the coarser of the two grids. Raises DataError.

    pixel_size_nm: side of the estimate's pixels. Intensities are compared after matching the sums.
    """
    ours, theirs, joined = _on_one_grid(checked_image(estimate), checked_image(truth, "truth"))
    size_nm = pixel_size_nm * joined
    plain, near = (support_overlap(ours, theirs, pixels) for pixels in (0.0, max(1.0, TOLERANCE_NM / size_nm)))
    values = {
        "nrmse": nrmse(ours, theirs),
        "psnr_db": psnr_db(ours, theirs),
        "ssim": ssim(ours, theirs),
        "jaccard": plain.jaccard,
        "jaccard_tolerant": near.jaccard,
        "lit_precision": near.precision,
        "lit_recall": near.recall,
    }
    notes = (f"Compared with the truth on pixels of {length_text(size_nm)}.",)
    pair = TruthPair(matched_in_photons(ours, theirs), theirs, size_nm)
    return Findings(tuple(_measure(name, value) for name, value in values.items()), notes, (pair,))


def likeness_in_form(estimate: np.ndarray, truth: np.ndarray) -> Findings:
    """The same for images in any unit, scaled and shifted in level to fit the truth best. Raises DataError."""
    ours, theirs, _ = _on_one_grid(checked_image(estimate), checked_image(truth, "truth"))
    pearson = float(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]) if np.ptp(ours) > 0 and np.ptp(theirs) > 0 else 0.0
    return Findings((_measure("nrmse_fitted", nrmse_fitted(ours, theirs)), _measure("truth_pearson", pearson)))


def line_resolution(
    estimate: np.ndarray, pattern: LinePattern, camera_shape: tuple[int, int], camera_pixel_nm: float
) -> Findings:
    """How finely an estimate splits the lines of a pattern that was recorded with so many pixels. Raises DataError."""
    zoom = Fraction(estimate.shape[1], camera_shape[1])
    if zoom.denominator != 1 or estimate.shape[0] != zoom * camera_shape[0]:
        raise _no_fit(estimate.shape, camera_shape, "frames of the pattern")
    splits = split_lines(estimate, pattern, camera_pixel_nm, int(zoom))
    errors = [abs(one.spacing_error_nm) for one in splits.sets if SPACINGS_NM[0] <= one.spacing_nm <= SPACINGS_NM[1]]
    known = [error for error in errors if np.isfinite(error)]
    error_nm = float(np.median(known)) if known else None
    return Findings((_measure("finest_split_nm", splits.finest_nm), _measure("spacing_error_nm", error_nm)))


def faithfulness(estimate: np.ndarray, reference: np.ndarray, pixel_size_nm: float, unit: str = "") -> Findings:
    """Whether an estimate, blurred again, is the diffraction-limited reference: RSE and RSP. Raises DataError.

    pixel_size_nm: side of the estimate's pixels. unit: "photons", or "" where the reference's own is not known.
    """
    found = resolution_scaled(estimate, reference)
    measures = (
        _measure(f"rse_{unit}" if unit else "rse", found.error),
        _measure("rse_percent", found.error_percent),
        _measure("rsp", found.pearson),
        _measure("rsf_fwhm_nm", found.blur_fwhm_pixels * pixel_size_nm * estimate.shape[0] / reference.shape[0]),
    )
    return Findings(measures, (), (found,))


def left_over(residual: np.ndarray, fwhm_pixels: float) -> Findings:
    """Whether what a fit leaves over (Y, X), in units proportional to its noise, is noise. Raises DataError."""
    found = whiteness(residual, fwhm_pixels)
    measures = {**found.measures(), "residual_p_value": found.p_value}
    return Findings(tuple(_measure(name, value) for name, value in measures.items()))


def relation(image_shape: tuple[int, ...], reference_shape: tuple[int, ...]) -> Fraction:
    """Pixels of the image per pixel of the reference along an axis. Raises DataError where they differ in y and x."""
    factors = {Fraction(one, other) for one, other in zip(image_shape, reference_shape, strict=True)}
    factor = factors.pop()
    if factors or max(factor.numerator, factor.denominator) > _MOST_BINNED:
        raise _no_fit(image_shape, reference_shape, "reference")
    return factor


def _on_one_grid(image: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Both with the pixels of the largest common size, and how many of the image's pixels were joined along an axis."""
    factor = relation(image.shape, truth.shape)
    ours, theirs = binned(image, factor.numerator), binned(truth, factor.denominator)
    if min(ours.shape) < LEAST_SIDE:
        raise _no_fit(image.shape, truth.shape, "reference")
    return ours, theirs, factor.numerator


def _no_fit(image_shape: tuple[int, ...], reference_shape: tuple[int, ...], what: str) -> DataError:
    ours, theirs = (" × ".join(str(side) for side in shape) for shape in (image_shape, reference_shape))
    return DataError(
        f"The image has {ours} pixels and the {what} {theirs}: they do not show one field with whole multiples of "
        "pixels.",
        "Give the reference of the same field, or cut both to the same region.",
    )
