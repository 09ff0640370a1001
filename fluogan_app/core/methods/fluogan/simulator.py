"""Patches of simulated frames, at the places and of the brightness of recorded ones, by either paper's generator.

Light that fluctuates in the sample is drawn on the fine grid around each patch, as far out as the PSF reaches, and not
on the whole field: a few patches see little of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from fluogan_app.core.estimate.kappa import estimate_kappa
from fluogan_app.core.estimate.result import Estimate
from fluogan_app.core.methods.fluogan.patches import Patches, Places, Recording
from fluogan_app.core.methods.weights import Noise, camera_pattern
from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.noise import draw_emission, draw_frames
from fluogan_app.core.optics.operators import ForwardOperator
from fluogan_app.core.optics.spectral import SpectralOperator

#: Light from further away than this many σ is left out of a patch's fluctuation: 3e-4 of a Gaussian's.
REACH_SIGMAS = 3.6
#: κ in photons where the frames show no fluctuation of the sample.
STEADY = 1e-3
#: Emission of so many bytes is drawn at a time, whatever the batch.
EMISSION_BYTES = 32e6
#: Side of the field, in camera pixels, on which the PSF's overlap with itself is measured.
OVERLAP_FIELD = 64


class PoissonSimulator:
    """y = Poisson(Ψx + b) + e (2023 paper, eq. 4): its law follows from its mean."""

    needs_estimate = False

    def __init__(self, recording: Recording, noise: Noise, sigma_pixels: float) -> None:
        self._recording = recording
        pattern = camera_pattern(noise.mean, sigma_pixels) / recording.unit
        self._pattern = recording.mean.new_tensor(pattern)

    def draw(
        self, batch: Patches, mean: torch.Tensor, estimate: torch.Tensor | None, generator: torch.Generator
    ) -> torch.Tensor:
        """Standardised patches (N, P, Q) of frames with the mean (Y, X)."""
        photon = self._recording.photon
        # What no sample can have made, the simulator takes from the recording: the critic is to judge the sample.
        rest = (batch.spread.square() - photon * batch.expected).clamp(min=0.0).sqrt()
        drawn = draw_frames(batch.level * batch.places.cut(mean), photon, rest, generator)
        return batch.standardised(drawn + batch.places.cut(self._pattern))


class DoublePoissonSimulator:
    """y = Poisson(Ψ κPoisson(x/κ) + b) + e (2024 paper, eq. 1): neighbouring pixels see the same molecules blink."""

    needs_estimate = True

    def __init__(
        self, recording: Recording, noise: Noise, optics: Optics, zoom: int, kappa: float, device: str
    ) -> None:
        self._recording, self._optics, self._zoom, self._device = recording, optics, zoom, device
        self._kappa = kappa / recording.unit
        pattern = camera_pattern(noise.mean, optics.sigma_pixels) / recording.unit
        self._pattern = recording.mean.new_tensor(pattern)
        self._windows: dict[tuple[int, int], ForwardOperator | SpectralOperator] = {}
        field = tuple(min(length, OVERLAP_FIELD) for length in recording.mean.shape)
        self._fluctuation_variance = self._kappa * own_overlap(self._window(field))

    def draw(
        self, batch: Patches, mean: torch.Tensor, estimate: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Standardised patches (N, P, Q) of frames with the mean (Y, X) and the estimate x (LY, LX) behind it."""
        light = batch.level * batch.places.cut(mean) + self._fluctuation(batch, estimate, generator)
        drawn = draw_frames(light.clamp_(min=0.0), *self._camera(mean, estimate), generator)
        return batch.standardised(drawn + batch.places.cut(self._pattern))

    def _fluctuation(self, batch: Patches, estimate: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Ψ(κPoisson(x/κ) − x) in each patch, (N, P, Q)."""
        outside = self._around(batch.places, tuple(self._recording.mean.shape))[1]
        pixels = outside.size_yx[0] * outside.size_yx[1] * self._zoom**2
        size = max(1, int(EMISSION_BYTES / (4 * pixels)))
        parts = [slice(start, start + size) for start in range(0, len(batch.level), size)]
        light = [self._light(batch.places.some(part), batch.level[part], estimate, generator) for part in parts]
        return torch.cat(light)

    def _light(
        self, places: Places, level: torch.Tensor, estimate: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """The same at some places."""
        inside, outside = self._around(places, tuple(self._recording.mean.shape))
        operator, zoom = self._window(outside.size_yx), self._zoom
        fine = replace(outside, rows=zoom * outside.rows, columns=zoom * outside.columns, size_yx=operator.fine_shape)
        expected = level * fine.cut(estimate)
        light = operator.apply(draw_emission(expected, self._kappa, generator) - expected)
        return replace(inside, times=torch.arange(len(light), device=light.device)).cut_frames(light)

    def _around(self, places: Places, shape_yx: tuple[int, int]) -> tuple[Places, Places]:
        """Each patch's place in a window that holds what it sees, and the windows' places.

        Where borders reflect, windows end at a border of the field, and their own border does what the field's does.
        """
        reach = int(np.ceil(REACH_SIGMAS * self._optics.sigma_pixels))
        size = tuple(min(side + 2 * reach, length) for side, length in zip(places.size_yx, shape_yx))
        rows, columns = places.rows - reach, places.columns - reach
        if self._optics.boundary == "reflecting":
            rows, columns = (
                start.clamp(min=0, max=length - side)
                for start, length, side in zip((rows, columns), shape_yx, size)
            )
        wraps = self._optics.boundary == "periodic"
        inside = replace(places, rows=places.rows - rows, columns=places.columns - columns, wraps=wraps)
        return inside, replace(places, rows=rows, columns=columns, size_yx=size, wraps=wraps)

    def _window(self, size_yx: tuple[int, int]) -> ForwardOperator | SpectralOperator:
        if size_yx not in self._windows:
            self._windows[size_yx] = blur_operator(self._optics, size_yx, self._zoom, 0.0, self._zoom, self._device)
        return self._windows[size_yx]

    def _camera(self, mean: torch.Tensor, estimate: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Size of a photon and read noise, such that with the sample's fluctuation the frames' variance comes out.

        The camera's line holds κ Σ_i ψ_ik² per photon of x; what it has at no light, beyond what a steady background
        takes from it, is read noise.
        """
        recording, overlap = self._recording, self._fluctuation_variance
        light, variance = estimate.sum() / mean.numel(), recording.variance.mean()
        read_variance = (recording.constant + overlap * (mean.mean() - light)).clamp(min=0.0)
        left = variance - overlap * light
        photon = ((left - read_variance) / mean.mean().clamp(min=1e-30)).clamp(min=0.1 * recording.photon)
        return photon, (left - photon * mean.mean()).clamp(min=0.0).sqrt()


def fluctuation_strength(frames: np.ndarray, sigma_pixels: float) -> float:
    """κ in photons, from frames in photons; next to nothing where they do not show the sample fluctuate."""
    found = estimate_kappa(frames, 2.3548 * sigma_pixels, gain=1.0)
    return found.value if isinstance(found, Estimate) else STEADY


def own_overlap(operator: ForwardOperator | SpectralOperator) -> float:
    """Σ_i ψ_ik², as the mean over the fine pixels k of one camera pixel in the middle of the operator's field."""
    rows, columns = (length // 2 for length in operator.coarse_shape)
    zoom, total = operator.fine_shape[0] // operator.coarse_shape[0], 0.0
    for part in range(zoom):
        points = operator.ones().new_zeros((zoom, *operator.fine_shape))
        points[range(zoom), rows * zoom + part, [columns * zoom + column for column in range(zoom)]] = 1.0
        total += float(operator.apply(points).square().sum())
    return total / zoom**2
