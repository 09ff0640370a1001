"""Recorded beside simulated: frames of one place, what the critic says of both, and where it would change them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.roi import Roi


@dataclass(frozen=True)
class FramePair:
    """One recorded frame and one that was simulated for the same place and brightness, (P, Q) float32 in photons.

    frame: its number among the frames of the run, from 0. place: in the whole frame.
    """

    recorded: np.ndarray
    simulated: np.ndarray
    frame: int
    place: Roi


@dataclass(frozen=True)
class Scores:
    """The critic's score D of recorded and of simulated patches at the same places, (N,) each, without a unit."""

    recorded: np.ndarray
    simulated: np.ndarray


@dataclass(frozen=True)
class Spread:
    """How often values lie in each of equal bins. edges: (B + 1,). shares: (B,) in percent; the ends take what is
    beyond. deviation: of the values, and beyond_three: the share of those further than 3 from 0, in percent.
    """

    edges: np.ndarray
    shares: np.ndarray
    deviation: float
    beyond_three: float


@dataclass(frozen=True)
class CriticView:
    """A run's simulator beside its recording at one step.

    pairs: some frames. mean: (Y, X), the recorded mean in photons per frame, and place: where it lies in the whole
    frame. residual: the standardised residuals of the mean's pixels. scores and shift are None where no critic takes
    part, or not yet. shift: (Y, X), by how many photons per frame the critic alone would move the simulated mean.
    has_critic: whether one takes part in this run at all. patch_yx: camera pixels of what it judges.
    """

    step: int
    pixel_size_nm: float
    place: Roi
    pairs: tuple[FramePair, ...]
    mean: np.ndarray
    residual: Spread
    has_critic: bool
    scores: Scores | None = None
    shift: np.ndarray | None = None
    patch_yx: tuple[int, int] | None = None
