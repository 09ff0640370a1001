"""What an expectation says, in sentences, and what it does not say."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.estimate.result import Evidence, Series
from fluogan_app.core.params import validated
from fluogan_app.core.project.expect import RESOLVED_SHARE, Expectation, Try
from fluogan_app.core.project.expect_asked import parameters_text
from fluogan_app.core.units import length_text, seconds_text

#: What nobody should read out of it.
LIMITS = (
    "The model is taken to be right: PSF, noise and camera are simulated as they are stated. A PSF that differs, "
    "drift, sample out of focus or moving molecules make the real result worse.",
    "The sample is a pattern of straight lines of even light. Structures that cross, end or differ in light are "
    "harder; the figure is no resolution of your image.",
    "A line counts as resolved where both lines are seen apart and in their place, in at least 90 % of the rows.",
)

#: What is said of a PSF's width that nobody typed.
_ORIGIN = {
    "assumed": " (assumed)", "estimated": " (estimated from the frames)", "file": " (from the file)",
    "aperture": " (from NA and wavelength)", "measured": " (of the measured PSF)",
}  # fmt: skip


def headline(found: Expectation) -> str:
    """The one sentence: which distance is told apart."""
    known = [nm for nm in found.finest_nm if nm is not None]
    if not known:
        widest = length_text(found.tries[0].splits[0].spacing_nm)
        return f"Not even lines {widest} apart are told apart reliably at this light."
    text = length_text(min(known)) if min(known) == max(known) else f"{min(known):.4g} to {length_text(max(known))}"
    more = " – the finest of the pattern" if min(known) == found.tries[0].splits[-1].spacing_nm else ""
    if len(known) < len(found.tries):
        return f"Lines {text} apart are told apart in {len(known)} of {len(found.tries)} repetitions{more}."
    times = {1: "", 2: " in both repetitions"}.get(len(known), f" in all {len(known)} repetitions")
    return f"Lines {text} apart come out as two{times}{more}."


def facts(found: Expectation) -> list[tuple[str, str]]:
    """Measures with their names: over the tries, their range."""
    tries, photons = found.tries, found.claims.photons
    scale = "0 perfect, 1 black" if photons else "fitted in scale and level: 0 perfect, 1 even"
    balance = f"{_range([one.balance_percent for one in tries], '+.2f')} % against the frames"
    return [
        ("Error against the truth (NRMSE)", f"{_range([one.nrmse for one in tries], '.2f')} ({scale})"),
        ("The mean frame's own error", _range([one.mean_nrmse for one in tries], ".2f")),
        ("Spacing error, median", _spacing_error(tries)),
        ("Photons of the result", balance if photons else f"none: its values are no light ({found.claims.unit_words})"),
        ("A run of your region would take", f"about {seconds_text(max(found.run_seconds, 1.0))} on this machine"),
        ("Reconstructed with", parameters_text(found.asked)),
    ]


def conditions(found: Expectation) -> list[tuple[str, str]]:
    """What was simulated, with units."""
    value = {name: entry["value"] for name, entry in found.simulated.items()}
    steady = value["emission"] == "steady"
    return [
        ("Pixel size", length_text(value["pixel_size_nm"])),
        ("PSF width FWHM", f"{length_text(value['fwhm_nm'])}{_ORIGIN.get(found.asked.get('psf_origin'), '')}"),
        ("Signal", f"{value['signal_photons']:.3g} photons per frame at the brightest pixel"),
        ("Background", f"{value['background_photons']:.3g} photons per frame and pixel"),
        ("Molecules", "steady" if steady else f"fluctuating, κ = {value['photons_per_event']:.2g} photons per event"),
        ("Frames", f"{value['frames']}"),
        ("Lines", f"{length_text(value['line_width_nm'])} wide"),
    ]


def spread_words(found: Expectation) -> str:
    """How far chance plays a part."""
    if len(found.tries) == 1:
        return "One recording was simulated: another one, with other noise, may come out a step finer or coarser."
    return f"{len(found.tries)} recordings were simulated, each with its own noise; ranges are from least to most."


def shares(found: Expectation) -> list[tuple[float, float, float, float | None]]:
    """For each distance in nm: the mean, least and largest share of rows that show two lines, and the error in nm."""
    rows = []
    for splits in zip(*(one.splits for one in found.tries)):
        part = [split.share for split in splits]
        errors = sorted(split.error_nm for split in splits if split.error_nm is not None)
        middle = errors[len(errors) // 2] if errors else None
        rows.append((splits[0].spacing_nm, sum(part) / len(part), min(part), max(part), middle))
    return rows


def line_places(found: Expectation) -> tuple[tuple[float, float], ...]:
    """For each set of lines from left to right: the place of its middle along x, and its distance, in nm."""
    from fluogan_app.core.simulate.params import LinesParams
    from fluogan_app.core.simulate.phantoms.lines import line_pattern

    values = {name: entry["value"] for name, entry in found.simulated.items()}
    pattern, _ = line_pattern(validated(LinesParams, values))
    return tuple((one.centre_nm, one.spacing_nm) for one in pattern.sets)


def share_curve(found: Expectation) -> Evidence:
    """In how many rows lines of each distance are told apart, as a diagram."""
    spacings = np.array([row[0] for row in shares(found)])[::-1]
    percent = 100.0 * np.array([row[1] for row in shares(found)])[::-1]
    ends = np.array([spacings[0], spacings[-1]])
    limit = Series(f"{100 * RESOLVED_SHARE:.0f} % count as told apart", ends, np.full(2, 100 * RESOLVED_SHARE),
                   drawn_as="line")  # fmt: skip
    told = Series("rows that show two lines", spacings, percent)
    return Evidence("Which distances are told apart", "Distance of the lines in nm", "Rows in %", (told, limit),
                    y_range=(0.0, 100.0))  # fmt: skip


def _spacing_error(tries: tuple[Try, ...]) -> str:
    resolved = [
        abs(split.error_nm) for one in tries for split in one.splits if split.apart and split.error_nm is not None
    ]
    if not resolved:
        return "no line is told apart"
    return f"{sorted(resolved)[len(resolved) // 2]:.1f} nm, over the lines told apart"


def _range(values: list[float], form: str) -> str:
    low, high = (format(value, form).replace("-", "−") for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"
