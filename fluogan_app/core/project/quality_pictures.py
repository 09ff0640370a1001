"""The maps and curves of a judgement, each with its unit, its place and one sentence on what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import DataError
from fluogan_app.core.estimate.result import Evidence, Mark, Series
from fluogan_app.core.metrics.decorrelation import Decorrelation
from fluogan_app.core.metrics.findings import Findings
from fluogan_app.core.metrics.local_resolution import LocalResolution
from fluogan_app.core.metrics.repeatability import Repeatability
from fluogan_app.core.metrics.residual import power_by_frequency
from fluogan_app.core.metrics.resolution_scaled import ResolutionScaled
from fluogan_app.core.metrics.ring_correlation import RingCorrelation
from fluogan_app.core.metrics.unexplained import Spot, Unexplained
from fluogan_app.core.metrics.variance_match import VarianceMatch
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.quality_map import Diagram, QualityMap
from fluogan_app.core.project.run import CAMERA_UNIT

SD = "standard deviations"
FREQUENCY = "Spatial frequency in 1/µm"
#: Frequency, in periods per FWHM, at which a Gaussian passes a tenth: √(ln 10 / 2) 2.3548 / π.
_PASSED_PER_WIDTH = 0.8043
#: Of the many high-passed curves of a decorrelation analysis so many are drawn.
_CURVES = 6
_OVER = {"halves": "random halves of the frames", "seeds": "other random numbers"}


def place_text(spot: Spot, record: RunRecord) -> str:
    """Where a spot is in the whole frame and how strong: "+7.2 sd at x 1.20 µm, y 0.40 µm"."""
    size_nm = record.acquisition.pixel_size_nm or 1.0
    y, x = ((at + first + 0.5) * size_nm for at, first in ((spot.y, record.roi.y0), (spot.x, record.roi.x0)))
    return f"{spot.deviation_sd:+.1f} sd at x {x / 1e3:.2f} µm, y {y / 1e3:.2f} µm".replace("-", "−")


def maps_of(
    result: Result, findings: Findings, parts: Mapping[str, Any], repeats: Mapping[str, Repeatability], variation: float
) -> tuple[QualityMap, ...]:
    """All maps that there are. parts: "residual", "variance" and "local", None where they are not told."""
    camera_nm, fine_nm = result.pixel_size_nm, result.fine_pixel_size_nm
    found = [_error_map(one, camera_nm) for one in findings.evidence if isinstance(one, ResolutionScaled)]
    if parts["residual"] is not None:
        found.append(_residual_map(parts["residual"], parts["noise"].words, camera_nm))
    if parts["variance"] is not None:
        found.append(_variance_map(parts["variance"], camera_nm))
    if parts["local"] is not None:
        found.append(_local_map(parts["local"]))
    for kind, one in repeats.items():
        found += repeat_maps(kind, one, variation, fine_nm, result.claims)
    return tuple(found)


def repeat_maps(
    kind: str, found: Repeatability, variation: float, fine_nm: float, claims: Claims = LIGHT
) -> tuple[QualityMap, ...]:
    """Spread, its ratio to the value, and the estimate without the pixels that vary by more than `variation`."""
    over, percent, unit = _OVER[kind], found.doubtful_percent(variation), claims.unit_words
    light = "the light" if claims.photons else "the sum of all values"
    rule = f"Left out are pixels whose standard deviation over {over} exceeds {100 * variation:.3g} % of their value"
    return (
        QualityMap(
            f"deviation_{kind}", f"Spread over {kind}", found.deviation, fine_nm, unit,
            f"Standard deviation of each fine pixel over {over}; in all {found.scatter_percent:.3g} % of {light}.",
        ),
        QualityMap(
            f"variation_{kind}", f"Variation over {kind}", 100.0 * found.variation, fine_nm, "%",
            "Standard deviation as a share of the value: below 30 % a pixel comes back, at 100 % it may be gone. "
            f"Values below {found.floor:.2g} {claims.unit} count as that.",
        ),
        QualityMap(
            f"trusted_{kind}", f"Without doubtful ({kind})", found.trusted(variation), fine_nm, unit,
            f"{rule}: {percent:.3g} % of {light}. Shown in grey-blue. A bias of the model is not seen by this.",
        ),
    )  # fmt: skip


def diagrams_of(
    findings: Findings, residual: Unexplained | None, camera_nm: float, fwhm_nm: float | None
) -> tuple[Diagram, ...]:
    """All curves that there are. camera_nm: side of a camera pixel; fwhm_nm: width of the PSF."""
    found = []
    for one in findings.evidence:
        if isinstance(one, RingCorrelation):
            found.append(_ring_diagram(one, findings))
        elif isinstance(one, Decorrelation):
            found.append(_decorrelation_diagram(one))
    if residual is not None:
        found.append(_histogram(residual))
        found += _spectrum(residual, camera_nm, fwhm_nm)
    return tuple(found)


def _error_map(found: ResolutionScaled, camera_nm: float) -> QualityMap:
    meaning = (
        f"Where the estimate, blurred again, differs from the recorded mean: RSE {found.error:.3g} photons per frame "
        f"and camera pixel ({found.error_percent:.2g} % of the range), RSP {found.pearson:.4f} (1 is perfect)."
    )
    return QualityMap("error_map", "Error map", found.error_map, camera_nm, CAMERA_UNIT, meaning)


def _residual_map(found: Unexplained, noise: str, camera_nm: float) -> QualityMap:
    level = f"{found.level_sd:.2g} sd"
    if found.spots:
        count = "One spot is" if len(found.spots) == 1 else f"{len(found.spots)} spots are"
        meaning = f"{count} beyond {level} and not explained: above 0 the image lacks light, below it has too much."
    else:
        meaning = f"Nothing is beyond {level}: the model explains the recorded mean, as far as its noise tells."
    return QualityMap(
        "residual", "Residual of the mean", found.residual, camera_nm, SD,
        f"(recorded mean − blurred estimate − background) over its noise: {noise}. {meaning}", two_sided=True,
    )  # fmt: skip


def _variance_map(found: VarianceMatch, camera_nm: float) -> QualityMap:
    event = f"blinking of {found.photons_per_event:.3g} photons per event" if found.photons_per_event else "no blinking"
    return QualityMap(
        "variance", "Residual of the variance", found.residual, camera_nm, SD,
        "(recorded − modelled variance of one frame) over its noise; the model has shot noise "
        f"({found.shot:.2g} of what the gain says: 1 is right), a constant and {event}. Above 0 something flickers, "
        "moves or switches more than the image says.", two_sided=True,
    )  # fmt: skip


def _local_map(found: LocalResolution) -> QualityMap:
    told = found.quartiles_nm
    words = "the field as a whole tells none"
    if told is not None:
        words = f"half of the places lie between {told[0]:.0f} and {told[2]:.0f} nm"
    if found.to_the_end_percent > 0:
        words += f"; {found.to_the_end_percent:.2g} % agree to the end of the scale ({found.finest_nm:.3g} nm), by "
        words += "what both halves share beside the sample, and are left out"
    return QualityMap(
        "local_resolution", "Local resolution", found.sample_nm, found.step_nm, "nm",
        f"Down to which period odd and even frames agree around each place (correlation 1/7): {words}. Grey-blue: "
        "nothing told, too dark or no agreement.",
    )  # fmt: skip


def _ring_diagram(found: RingCorrelation, findings: Findings) -> Diagram:
    frequency, value = 1e3 * found.frequency_per_nm, findings.values().get("frc_nm")
    series = (
        Series("each ring", frequency, found.correlation, colour=4),
        Series("smoothed, ± 1 sd of a ring", frequency, found.smooth, found.spread, "line", 0),
        Series("1/7", frequency, found.threshold("1/7"), drawn_as="line", colour=1),
        Series("3σ of chance", frequency, np.minimum(found.threshold("3 sigma"), 1.0), drawn_as="line", colour=2),
    )
    marks = () if value is None else (Mark(f"{value:.4g} nm", 1e3 / value),)
    told = found.crossing().reason if value is None else f"They fall to 1/7 at a period of {value:.3g} nm."
    if value is not None and found.rise is not None:
        told += f" {found.rise.words}"
    title = "Fourier ring correlation of odd and even frames"
    meaning = f"{told} The curve tells which detail repeats from half of the frames each, not which is true."
    return Diagram("frc", "Ring correlation", Evidence(title, FREQUENCY, "Correlation", series, marks), meaning)


def _decorrelation_diagram(found: Decorrelation) -> Diagram:
    frequency = found.radius * 1e3 / (2.0 * found.pixel_size_nm)
    filtered = found.curves[1:][:: max(1, (len(found.curves) - 1) // _CURVES)]
    series = [Series("estimate", frequency, found.curves[0], drawn_as="line", colour=0)]
    series += [
        Series("high-passed" if number == 0 else "", frequency, curve, drawn_as="line", colour=4)
        for number, curve in enumerate(filtered)
    ]
    nm = found.resolution_nm
    marks = () if nm is None else (Mark(f"{nm:.4g} nm", 1e3 / nm),)
    told = "no structure above its noise" if nm is None else f"structure down to a period of {nm:.4g} nm"
    meaning = f"The estimate alone shows {told}. Fine structure need not be true structure."
    title = "Decorrelation analysis of the estimate"
    return Diagram("decorrelation", "Decorrelation", Evidence(title, FREQUENCY, "d", tuple(series), marks), meaning)


def _histogram(found: Unexplained) -> Diagram:
    middles, shares, normal = found.histogram()
    series = (
        Series("residual", middles, 100.0 * shares, drawn_as="points", colour=0),
        Series("pure noise, N(0, 1)", middles, 100.0 * normal, drawn_as="line", colour=1),
    )
    meaning = f"{found.beyond_two_percent:.3g} % of the pixels are beyond 2 sd; noise alone has 4.55 %."
    evidence = Evidence("Residual of the mean", "Residual in sd of its noise", "Pixels in %", series)
    return Diagram("histogram", "Histogram of the residual", evidence, meaning)


def _spectrum(found: Unexplained, camera_nm: float, fwhm_nm: float | None) -> list[Diagram]:
    """Of the largest rectangle that is told; none where that is too small."""
    told = np.isfinite(found.residual)
    rows, columns = (np.flatnonzero(told.any(axis=axis)) for axis in (1, 0))
    inner = found.residual[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    try:
        frequency, power, spread = power_by_frequency(inner)
    except DataError:
        return []
    x = 1e3 * frequency / camera_nm
    series = (
        Series("residual", x, power, drawn_as="line", colour=0),
        Series("pure noise, ± 2 sd", x, np.ones_like(x), 2.0 * spread, "line", 1),
    )
    # A Gaussian PSF passes a tenth of the amplitude up to here.
    passed = () if fwhm_nm is None else (Mark("the PSF passes 10 %", 1e3 * _PASSED_PER_WIDTH / fwhm_nm),)
    evidence = Evidence("Power of the residual by frequency", FREQUENCY, "Power, 1 is white", series, passed)
    meaning = (
        "Above 1 structure is left over; below 1, at frequencies that the PSF passes, the fit follows the noise. "
        "Beyond them the camera alone is seen."
    )
    return [Diagram("spectrum", "Spectrum of the residual", evidence, meaning)]
