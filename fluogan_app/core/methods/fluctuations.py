"""What methods that look at blinking share: enough frames for it, one scale for all tiles, and words where it lacks."""

from __future__ import annotations

import math

import numpy as np
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import DataError
from fluogan_app.core.estimate.photon_transfer import photon_transfer
from fluogan_app.core.methods.covariance_fit import Fluctuations
from fluogan_app.core.methods.weights import Noise

#: Fewer frames, or smaller fields, do not tell the camera's noise from blinking.
LEAST_FRAMES, LEAST_SIDE = 30, 6
#: Variance beyond the camera's noise, as a part of it, below which such a method shows noise.
HARDLY_BLINKS = 0.05
#: Pairs of pixels that correlate beyond so many deviations of chance are looked at; of these, from which share on going
#: opposite ways means that something moves, and how many there must be.
CLEARLY, OPPOSED_SAID, LEAST_PAIRS = 3.0, 0.1, 20
#: The share of pairs that chance alone puts beyond so many deviations on one side.
_BY_CHANCE = 0.00135
#: The camera's line is drawn through averages over so many pixels, and believed within so many deviations.
_PIXELS_AVERAGED, _DEVIATIONS = 30.0, 3.0


def check_frames(count: int, lag: int = 0) -> None:
    """Raises DataError where there are too few frames for any product of fluctuations `lag` frames apart."""
    if count < lag + 2:
        held = "1 frame is" if count == 1 else f"{count} frames are"
        raise DataError(
            f"This method looks at how pixels change from frame to frame: {held} too few, {lag + 2} are needed.",
            "Choose more frames, or a method that works on the mean.",
        )


def field_over_tile(problem: Problem) -> float:
    """How many times as much the whole field varies at its strongest as this tile of it; 1 where there is no field.

    What is set relative to the strongest fluctuation then means the same in all tiles.
    """
    if problem.reference is None or len(problem.frames) < 2:
        return 1.0
    change = np.diff(problem.frames, axis=0)
    own = np.einsum("tyx,tyx->yx", change, change, dtype=np.float64)
    own /= 2.0 * len(change) * problem.acquisition.gain**2
    tile, field = (gaussian_filter(image.astype(float), 1.0).max() for image in (own, problem.reference.variance))
    return float(field / tile) if tile > 0 else 1.0


def camera_variance(frames: np.ndarray, mean: np.ndarray) -> np.ndarray | None:
    """Variance of one frame that the camera alone makes, (Y, X) ≥ 0; None where it cannot be told from blinking."""
    count, *sides = frames.shape
    if count < LEAST_FRAMES or min(sides) < LEAST_SIDE:
        return None
    line = photon_transfer(frames)
    return np.maximum(line.slope * mean + line.intercept, 0.0)


def excess_variance(found: Fluctuations, noise: Noise, camera: np.ndarray | None) -> float | None:
    """Variance beyond the camera's own, as a part of that, where there is light; None where it cannot be told."""
    if camera is None:
        return None
    variance = np.einsum("tyx,tyx->yx", found.frames, found.frames, dtype=np.float64) / found.degrees
    light = np.maximum(noise.mean - np.percentile(noise.mean, 5.0), 0.0)
    from_camera = float(np.sum(light * camera))
    return float(np.sum(light * (variance - camera))) / from_camera if from_camera > 0 else None


def blinking_remarks(excess: float | None, shape_tyx: tuple[int, ...]) -> tuple[str, ...]:
    """What has to be said of frames (T, Y, X) where molecules hardly blink, or where that is not known."""
    if excess is None:
        return (
            f"With fewer than {LEAST_FRAMES} frames, or a region below {LEAST_SIDE} pixels, it cannot be told whether "
            "the molecules blink at all.",
        )
    chance = math.sqrt(2.0 * _PIXELS_AVERAGED / math.prod(shape_tyx))
    if excess >= HARDLY_BLINKS + _DEVIATIONS * chance:
        return ()
    return (
        f"The frames vary by {100.0 * max(excess, 0.0):.0f} % more than the camera's own noise explains: the molecules "
        "hardly blink, and what this method shows is mostly noise. Take a method that works on the mean.",
    )


def opposed_share(found: Fluctuations, fwhm_pixels: float) -> float:
    """Of the pairs of pixels one FWHM apart that clearly fluctuate together, the share of those that go opposite ways.

    Molecules that blink each by itself make no covariance below zero; what moves makes one side brighter and the
    other darker. From 0 to 1; 0 where there are too few pairs to tell.
    """
    rest, away = found.frames, max(1, round(fwhm_pixels))
    variance = np.einsum("tyx,tyx->yx", rest, rest, dtype=np.float64) / found.degrees
    opposed = together = 0.0
    for here, there in (
        (np.s_[..., :-away, :], np.s_[..., away:, :]),
        (np.s_[..., :, :-away], np.s_[..., :, away:]),
    ):
        covariance = np.einsum("tyx,tyx->yx", rest[here], rest[there], dtype=np.float64) / found.degrees
        chance = np.sqrt(variance[here] * variance[there] / found.degrees)
        by_chance = 2.0 * _BY_CHANCE * covariance.size
        opposed += max(np.count_nonzero(covariance < -CLEARLY * chance) - by_chance, 0.0)
        together += max(np.count_nonzero(covariance > CLEARLY * chance) - by_chance, 0.0)
    return float(opposed / (opposed + together)) if opposed + together >= LEAST_PAIRS else 0.0


def motion_remarks(share: float) -> tuple[str, ...]:
    """What has to be said where pixels go opposite ways."""
    if share < OPPOSED_SAID:
        return ()
    return (
        f"Of the neighbouring pixels that clearly fluctuate, {100.0 * share:.0f} % brighten as others dim, which "
        "blinking never makes: something moves, and its edges appear here as outlines that are not there.",
    )


def flicker_remarks(flicker: float) -> tuple[str, ...]:
    """What has to be said where the whole field brightens and dims together, by this part of its light."""
    if flicker == 0:
        return ()
    return (
        f"The whole field brightens and dims together, by {100.0 * flicker:.2g} % from frame to frame, as an unsteady "
        "lamp makes it: this was taken off, for it says nothing about blinking.",
    )
