"""How the sample's light varies from frame to frame: steady, in independent events, or by blinking molecules.

Each function yields one frame of emitted photons, of the shape of `rate`, after another. The mean over realisations
is `rate` times `fading` at that frame; the variance of one fine pixel is κ times its mean (0 where emission is steady).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fluogan_app.core.simulate.recording_params import RecordingParams


def fading_curve(frames: int, bleaching_frames: float) -> np.ndarray:
    """Light left in every frame, exp(−t / bleaching_frames), (frames,); 1 throughout where bleaching_frames is 0."""
    if bleaching_frames == 0:
        return np.ones(frames)
    return np.exp(-np.arange(frames) / bleaching_frames)


def emission(
    rate: np.ndarray, fading: np.ndarray, params: RecordingParams, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """The frames of emitted photons that `params` (complete) asks for."""
    if params.emission == "poisson":
        return poisson_emission(rate, fading, params.photons_per_event, rng)
    if params.emission == "blinking":
        blinking = mortal_emission if params.bleaching == "molecules" else blinking_emission
        return blinking(rate, fading, params.photons_per_event, params.duty_cycle, params.on_frames, rng)
    return steady_emission(rate, fading)


def steady_emission(rate: np.ndarray, fading: np.ndarray) -> Iterator[np.ndarray]:
    """No fluctuation but the common fading."""
    for light in fading:
        yield light * rate


def poisson_emission(
    rate: np.ndarray, fading: np.ndarray, photons_per_event: float, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """κ Poisson(x/κ), independent from frame to frame (Cachia et al. 2024, eq. 1, with κ = 1)."""
    for light in fading:
        yield photons_per_event * rng.poisson(light / photons_per_event * rate)


def blinking_emission(
    rate: np.ndarray,
    fading: np.ndarray,
    photons_per_event: float,
    duty_cycle: float,
    on_frames: float,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """Molecules that switch on and off at random times and keep their state during a frame.

    With n molecules of brightness p in a fine pixel, mean n p D and variance n p² D (1 − D), so κ = p (1 − D). The
    number n is rounded to a whole one and p made to fit, so that the mean is exact. Frames k apart correlate as
    exp(−k / ((1 − D) on_frames)).
    """
    molecules, brightness = molecules_in(rate, photons_per_event, duty_cycle)
    memory = state_memory(duty_cycle, on_frames)
    shining = rng.binomial(molecules, duty_cycle)
    for light in fading:
        yield light * brightness * shining
        shining = _switched(shining, molecules - shining, duty_cycle, memory, rng)


def mortal_emission(
    rate: np.ndarray,
    fading: np.ndarray,
    photons_per_event: float,
    duty_cycle: float,
    on_frames: float,
    rng: np.random.Generator,
) -> Iterator[np.ndarray]:
    """Blinking molecules that bleach one by one: of those left, the share fading[t + 1] / fading[t] goes on.

    A molecule shines in frame t with the chance f D and in t and t + k with f' D (D + (1 − D) m^k), where f and f' are
    the fading at t and t + k and m the memory from one frame to the next. So the mean is that of the common fading,
    and the covariance n p² f' D (D + (1 − D) m^k − f D).
    """
    molecules, brightness = molecules_in(rate, photons_per_event, duty_cycle)
    memory = state_memory(duty_cycle, on_frames)
    shining = rng.binomial(molecules, duty_cycle)
    resting = molecules - shining
    for index in range(len(fading)):
        yield brightness * shining
        survival = fading[index + 1] / fading[index] if index + 1 < len(fading) and fading[index] > 0 else 0.0
        shining, resting = rng.binomial(shining, survival), rng.binomial(resting, survival)
        left = shining + resting
        shining = _switched(shining, resting, duty_cycle, memory, rng)
        resting = left - shining


def molecules_in(
    rate: np.ndarray, photons_per_event: float, duty_cycle: float
) -> tuple[np.ndarray, np.ndarray]:
    """Number of molecules in every fine pixel, at least one where there is light, and the photons of one that is on."""
    wanted = rate * (1 - duty_cycle) / (photons_per_event * duty_cycle)
    molecules = np.where(rate > 0, np.maximum(1, np.rint(wanted)), 0).astype(np.int64)
    brightness = np.divide(rate, molecules * duty_cycle, out=np.zeros_like(rate), where=molecules > 0)
    return molecules, brightness


def state_memory(duty_cycle: float, on_frames: float) -> float:
    """Correlation of a molecule's state from one frame to the next: its two rates add, 1/on + 1/off."""
    return float(np.exp(-1.0 / ((1 - duty_cycle) * on_frames)))


def _switched(
    shining: np.ndarray, resting: np.ndarray, duty_cycle: float, memory: float, rng: np.random.Generator
) -> np.ndarray:
    """How many molecules shine one frame later."""
    staying = rng.binomial(shining, duty_cycle + (1 - duty_cycle) * memory)
    return staying + rng.binomial(resting, duty_cycle * (1 - memory))
