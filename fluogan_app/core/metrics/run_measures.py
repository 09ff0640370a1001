"""What the measures are that a run itself tells at its end, in a few words: the one place for them."""

from __future__ import annotations

_MEANINGS = {
    "discrepancy": "mean square of the residual over its noise; 1 is right, far more is not explained",
    "photon_balance_percent": "light of the result beside that of the frames; 0 is right",
    "noise_to_signal": "what the filter took for noise over signal; smaller sharpens more",
    "support_percent": "share of the fine pixels in which there is light",
    "smoothness_mu": "weight of smoothness when the intensities were found",
    "noise_photons": "standard deviation of a camera pixel by noise alone, as found",
    "blinking_over_chance": "fluctuation beyond noise, in its standard deviations",
    "photons_per_event": "variance of the light over its mean: about the photons of one bright molecule",
}
_ELSE = "told by the run"


def meaning_of(name: str) -> str:
    """What a measure of a run says, by its name."""
    return _MEANINGS.get(name, _ELSE)
