"""What can be trusted of a run and what not, in three to six sentences; each threshold has its name here."""

from __future__ import annotations

from dataclasses import dataclass

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.metrics.repeatability import DOUBTFUL_VARIATION
from fluogan_app.core.units import length_text

#: Photons that differ by more than this spoil the intensities.
BALANCED_PERCENT = 2.0
#: A residual within these, in sd of its noise, is that noise. Below, the fit follows the noise; above, it misses light.
LEAST_RMS_SD, MOST_RMS_SD = 0.6, 1.25
#: Chance below which neighbouring pixels of the residual are said to hang together.
CHANCE = 1e-3
#: So much of the light in doubtful pixels is little; more than the other is much.
LITTLE_DOUBT_PERCENT, MUCH_DOUBT_PERCENT = 10.0, 40.0
#: A resolution finer than the PSF by more than this is to be looked at twice: of a period so fine a Gaussian PSF passes
#: less than 1e-9 in the mean frame and 1e-4 in the variance, exp(−2π²σ²/p²) and its root.
BOLD_GAIN = 2.5
#: Between this and one over it a resolution is that of the PSF.
LEAST_GAIN = 0.9
#: From this RSP on an image is said to show what the microscope saw: a tenth of the power is then not explained.
FAITHFUL_RSP = 0.95


@dataclass(frozen=True)
class Evidenced:
    """What the sentences stand on; None where it was not measured. Names end in their units.

    claims: what the values of the image are. rsp: Pearson correlation of the image, blurred again, with the mean.
    has_pattern: whether a fixed pattern of the camera counts as noise of the residual.
    spots: how many spots stand out of the residual, and the strongest in words. repeats_kind: "seeds" or "halves".
    frc_chance_nm: down to where the halves agree by more than chance.
    psf_is_assumed: whether nobody stated or measured its width. frc_rises_nm: the period from which on the ring
    correlation rises again.
    """

    claims: Claims = LIGHT
    rsp: float | None = None
    balance_percent: float | None = None
    residual_rms_sd: float | None = None
    has_pattern: bool = False
    residual_p_value: float | None = None
    spots: int = 0
    strongest: str = ""
    frc_nm: float | None = None
    frc_chance_nm: float | None = None
    frc_reason: str = ""
    frc_rises_nm: float | None = None
    has_halves: bool = False
    decorrelation_nm: float | None = None
    psf_fwhm_nm: float | None = None
    psf_is_assumed: bool = False
    repeats: int = 0
    repeats_kind: str = ""
    doubtful_percent: float | None = None
    variation: float = DOUBTFUL_VARIATION


def verdict(known: Evidenced) -> tuple[str, ...]:
    """The sentences, the most basic question first: is the light right, the mean explained, the detail repeated."""
    found = (_light(known), _mean(known), _resolution(known), _repeats(known), _bias(known))
    return tuple(sentence for sentence in found if sentence)


def _light(known: Evidenced) -> str:
    if not known.claims.photons:
        unit = f"“{known.claims.title}”, {known.claims.unit_words}"
        return f"The values of the image ({unit}) are no amounts of light: read places from it, not intensities."
    if known.balance_percent is None:
        return ""
    text = f"{abs(known.balance_percent):.2g} %"
    parts, ends = ("Structure and background", "") if known.claims.background else ("The image", "s")
    if abs(known.balance_percent) <= BALANCED_PERCENT:
        told = f"{parts} account{ends} for the recorded light to {text}"
        if known.residual_rms_sd is not None and known.residual_rms_sd > MOST_RMS_SD:
            return f"{told} in all, but the image does not explain where it lies: do not compare intensities of parts."
        where = ", but not where spots stand out" if known.spots else ""
        return f"{told}: intensities can be compared{where}."
    more = "more" if known.balance_percent > 0 else "less"
    hold = "holds" if ends else "hold"
    return (
        f"{parts} {hold} {text} {more} light than was recorded: do not compare intensities. Look for "
        "hot pixels, a wrong offset or a bright border."
    )


def _mean(known: Evidenced) -> str:
    if known.residual_rms_sd is None:
        return _likeness(known)
    rms = f"{known.residual_rms_sd:.2f} standard deviations"
    rms += " of its noise and the camera's fixed pattern" if known.has_pattern else ""
    if known.spots:
        spots = "one spot stands" if known.spots == 1 else f"{known.spots} spots stand"
        return (
            f"Blurred again, the image differs from the recorded mean by {rms} (1 is noise), and {spots} out that "
            f"noise does not make ({known.strongest}): structure there is missing or wrong, or "
            "a pixel of the camera is."
        )
    if known.residual_rms_sd > MOST_RMS_SD:
        return (
            f"Blurred again, the image differs from the recorded mean by {rms}, more than noise: check PSF width and "
            "pixel size, or lower λ1."
        )
    if known.residual_rms_sd < LEAST_RMS_SD:
        return f"The image follows the recorded mean to {rms}, closer than its noise: part of the fine detail is noise."
    if known.residual_p_value is not None and known.residual_p_value < CHANCE:
        return (
            f"The image explains the recorded mean to {rms}, but what is left over is not pure noise: neighbouring "
            "pixels hang together, weakly and everywhere."
        )
    return f"Blurred again, the image is the recorded mean within its noise ({rms}); no spot is left unexplained."


def _likeness(known: Evidenced) -> str:
    """Where no residual is told: by correlation alone, which scale and unit leave as it is."""
    if known.rsp is None or known.claims.blurred:
        return ""
    text = f"Blurred again and scaled to fit, the image correlates with the recorded mean to {known.rsp:.3f} (RSP)"
    if known.rsp >= FAITHFUL_RSP:
        return f"{text}: at the microscope's own resolution it shows the same structure."
    return (
        f"{text}, where 1 is perfect: structure is missing or added, or is drawn with another brightness; the error "
        "map says where."
    )


def _resolution(known: Evidenced) -> str:
    if not known.has_halves:
        alone = ""
        if known.decorrelation_nm is not None:
            alone = f" The {_nm(known.decorrelation_nm)} of the decorrelation analysis say how fine the image "
            alone += "is drawn, not that it is true."
        return f"Whether its detail repeats is not measured yet: compare odd and even frames.{alone}"
    if known.frc_nm is None:
        reason = known.frc_reason.removesuffix("That is no resolution.").removesuffix("It is no resolution.")
        return f"Odd and even frames give no resolution. {reason}".strip()
    gain, nm = "", _nm(known.frc_nm)
    if known.psf_fwhm_nm is not None:
        factor = known.psf_fwhm_nm / known.frc_nm
        gain = f", 1/{factor:.2g} of the PSF's {_nm(known.psf_fwhm_nm)}"
        if factor > BOLD_GAIN:
            gain += "; the PSF passes next to no light of so fine a period, so that sparsity or sharpening, which "
            gain += "both halves share, draws such detail: do not give it as the resolution without other evidence"
        elif LEAST_GAIN <= factor < 1.0 / LEAST_GAIN:
            gain = f", about as fine as the PSF ({_nm(known.psf_fwhm_nm)}): no finer detail repeats"
        elif factor < LEAST_GAIN:
            gain = f", coarser than the PSF ({_nm(known.psf_fwhm_nm)}): there is too little light for more"
    rise = ""
    if known.psf_fwhm_nm is not None and known.psf_is_assumed:
        rise = " The width of the PSF is assumed, and the detail that repeats depends on it: measure it first."
    if known.frc_rises_nm is not None:
        rise += f" That they agree again at periods below {_nm(known.frc_rises_nm)} is not of the sample."
    limit = "ring correlation 1/7"
    if known.frc_chance_nm is not None and known.frc_chance_nm * LEAST_GAIN > known.frc_nm:
        limit += f"; by more than chance, 3σ, down to {_nm(known.frc_chance_nm)} only"
    return f"Odd and even frames agree down to {nm} ({limit}){gain}.{rise}"


def _nm(length_nm: float) -> str:
    """No more digits than a resolution has."""
    return length_text(float(f"{length_nm:.3g}"))


def _percent(share: float) -> str:
    """A share of which a small one does not read as none."""
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.2g} %"


def _repeats(known: Evidenced) -> str:
    if known.doubtful_percent is None:
        return ""
    what = {"seeds": "other random numbers", "halves": "random halves of the frames"}[known.repeats_kind]
    count = f"{known.repeats} runs with {what}" if known.repeats else f"runs with {what}"
    light = "light" if known.claims.photons else "sum of all values"
    share = f"{_percent(known.doubtful_percent)} of the {light} lies in pixels that vary by more than "
    share += f"{100 * known.variation:.3g} %"
    if known.doubtful_percent <= LITTLE_DOUBT_PERCENT:
        word = "the rest can be relied on to come back"
    elif known.doubtful_percent <= MUCH_DOUBT_PERCENT:
        word = "read structures there with care"
    else:
        word = "single pixels cannot be trusted, only structures of several"
    return f"Over {count}, {share}: {word}."


def _bias(known: Evidenced) -> str:
    if not (known.has_halves or known.doubtful_percent is not None):
        return ""
    return (
        "What repeats need not be true: a wrong PSF, a fixed pattern of the camera or too much sparsity bends all "
        "repeats alike."
    )
