"""What a run's simulator makes beside what was recorded: frames, the critic's scores of both, and its pull.

Draws with a generator of its own, so that a run that is watched has the bits of one that is not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.data.critic_view import CriticView, FramePair, Scores
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.snapshot import Snapshot
from fluogan_app.core.methods.fluogan.adversary import Adversary
from fluogan_app.core.methods.fluogan.patches import Places, Recording
from fluogan_app.core.methods.fluogan.simulator import PoissonSimulator
from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.metrics.standardised import spread_of

#: Frames that are shown beside each other, and the side of the window that is cut from a large field.
PAIRS, WINDOW = 6, 128
#: Places among which a window is chosen for its light.
_TRIES = 8
#: Camera pixels of all patches that are scored at a time, and how many patches that may be.
_SCORED_PIXELS, _FEWEST, _MOST = 200_000, 16, 160


class Comparison:
    """Of one recording. Without an adversary frames are drawn by photon counting alone, on the processor."""

    def __init__(
        self, frames: np.ndarray, noise: Noise, unit_photons: float, sigma_pixels: float, adversary: Adversary | None
    ) -> None:
        self._adversary = adversary
        if adversary is not None:
            self._recording, self._simulator = adversary.recording, adversary.simulator
        else:
            self._recording = Recording(frames, noise, unit_photons, sigma_pixels, "cpu")
            self._simulator = PoissonSimulator(self._recording, noise, sigma_pixels)

    def view(
        self, snapshot: Snapshot, tensors: Mapping[str, torch.Tensor], judging: bool, seed: int
    ) -> CriticView:
        """The comparison at one state; `judging` says that the critic is being trained. Leaves `tensors` alone."""
        unit, device = self._recording.unit, self._recording.mean.device
        own = torch.Generator(device=device).manual_seed(seed)
        # A blur by waves leaves a little below zero where there is no light, of which no photons can be drawn.
        mean, estimate = (
            torch.from_numpy(np.maximum(image, 0.0)).to(device) / unit
            for image in (snapshot.simulated, snapshot.estimate)
        )
        wanted, adversary = snapshot.inner.slices, self._adversary
        scores = shift = None
        if judging and adversary is not None:
            size = adversary.patch_yx
            count = min(max(_SCORED_PIXELS // (size[0] * size[1]), _FEWEST), _MOST)
            scores = Scores(*(part.cpu().numpy() for part in adversary.scores(tensors, count, mean, estimate, own)))
            shift = (adversary.shift(tensors) * unit).cpu().numpy()[wanted]
        return CriticView(
            step=snapshot.step,
            pixel_size_nm=snapshot.pixel_size_nm,
            place=_within(snapshot.place, snapshot.inner),
            pairs=self._pairs(snapshot, mean, estimate, own),
            mean=snapshot.recorded[wanted].astype(np.float32),
            residual=spread_of(snapshot.residual),
            has_critic=adversary is not None,
            scores=scores,
            shift=shift,
            patch_yx=None if adversary is None else adversary.patch_yx,
        )

    def _pairs(
        self, snapshot: Snapshot, mean: torch.Tensor, estimate: torch.Tensor, generator: torch.Generator
    ) -> tuple[FramePair, ...]:
        """Frames of random times, in a window on the wanted part that has light."""
        inner, unit = snapshot.inner, self._recording.unit
        size = (min(inner.height, WINDOW), min(inner.width, WINDOW))
        corner = self._lit_corner(inner, size, generator)
        times = torch.randint(
            len(self._recording.frames), (PAIRS,), generator=generator, device=self._recording.mean.device
        )
        rows, columns = (torch.full_like(times, start) for start in corner)
        batch = self._recording.at(Places(rows, columns, times, size))
        drawn = self._simulator.draw(batch, mean, estimate, generator)
        shown = ((part * batch.spread + batch.expected) * unit for part in (batch.real, drawn))
        recorded, simulated = (part.to("cpu", torch.float32).numpy() for part in shown)
        place = _within(snapshot.place, Roi(*corner, *size))
        return tuple(
            FramePair(one, other, int(time), place) for one, other, time in zip(recorded, simulated, times.tolist())
        )

    def _lit_corner(self, inner: Roi, size: tuple[int, int], generator: torch.Generator) -> tuple[int, int]:
        """Of some random places the one with the most light, (row, column)."""
        reach = (inner.height - size[0], inner.width - size[1])
        if not any(reach):
            return inner.y0, inner.x0
        device, mean = self._recording.mean.device, self._recording.mean
        drawn = [torch.randint(end + 1, (_TRIES,), generator=generator, device=device).tolist() for end in reach]
        corners = [(inner.y0 + row, inner.x0 + column) for row, column in zip(*drawn)]
        return max(corners, key=lambda at: float(mean[at[0] : at[0] + size[0], at[1] : at[1] + size[1]].sum()))


def _within(place: Roi, part: Roi) -> Roi:
    """A part of a field in the whole frame's rows and columns."""
    return Roi(place.y0 + part.y0, place.x0 + part.x0, part.height, part.width)
