"""What the critic is shown of the recording: patches at random places, standardised by what was measured there.

z = (y − a ȳ) / σ with the frame's brightness a and the camera's line σ² = photon · a ȳ + constant, so that neither
light level nor bleaching reaches the critic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from fluogan_app.core.methods.weights import Noise


@dataclass(frozen=True)
class Places:
    """Upper left corners and frames of patches of one size: rows, columns, times (N,), on the device.

    With `wraps` a patch may begin before the field, or end beyond it, and goes on at the other end.
    """

    rows: torch.Tensor
    columns: torch.Tensor
    times: torch.Tensor
    size_yx: tuple[int, int]
    wraps: bool = False

    def cut(self, image: torch.Tensor) -> torch.Tensor:
        """What an image (Y, X) shows there, (N, P, Q)."""
        if self._whole(image.shape):
            return image.expand(len(self.rows), -1, -1)
        return image[self._pixels(image.shape)]

    def cut_frames(self, frames: torch.Tensor) -> torch.Tensor:
        """What each patch's own frame of (T, Y, X) shows there, (N, P, Q)."""
        if self._whole(frames.shape[1:]):
            return frames[self.times]
        return frames[(self.times[:, None, None], *self._pixels(frames.shape[1:]))]

    def sum_onto(self, patches: torch.Tensor, shape_yx: torch.Size) -> torch.Tensor:
        """The adjoint of `cut`, (Y, X): patches added up where they came from, in the same order every time."""
        if self._whole(shape_yx):
            return patches.sum(dim=0)
        rows, columns = self._pixels(shape_yx)
        flat = (rows * shape_yx[1] + columns).flatten()
        image = patches.new_zeros(shape_yx[0] * shape_yx[1])
        if image.is_cuda:  # index_add_ is not repeatable there
            return image.index_put_((flat,), patches.flatten(), accumulate=True).view(shape_yx)
        return image.index_add_(0, flat, patches.flatten()).view(shape_yx)

    def some(self, part: slice) -> Places:
        """Some of the places."""
        return replace(self, rows=self.rows[part], columns=self.columns[part], times=self.times[part])

    def _whole(self, shape_yx: torch.Size) -> bool:
        return not self.wraps and tuple(shape_yx) == self.size_yx

    def _pixels(self, shape_yx: torch.Size) -> tuple[torch.Tensor, torch.Tensor]:
        rows, columns = (
            (start[:, None] + torch.arange(side, device=start.device)) % length
            for start, side, length in zip((self.rows, self.columns), self.size_yx, shape_yx)
        )
        return rows[:, :, None], columns[:, None, :]


@dataclass(frozen=True)
class Patches:
    """One batch, (N, P, Q): standardised recorded patches, the scene, standard deviation and expected light.

    level: (N, 1, 1) brightness of each patch's frame.
    """

    places: Places
    real: torch.Tensor
    scene: torch.Tensor
    level: torch.Tensor
    spread: torch.Tensor
    expected: torch.Tensor

    def standardised(self, drawn: torch.Tensor) -> torch.Tensor:
        """Other patches of the same places, as the recorded ones are."""
        return (drawn - self.expected) / self.spread


class Recording:
    """The recorded frames and what was measured on them, on the device, in multiples of `unit` photons."""

    def __init__(self, frames: np.ndarray, noise: Noise, unit: float, sigma_pixels: float, device: str) -> None:
        as_tensor = lambda array: torch.tensor(np.asarray(array, np.float32), device=device)  # noqa: E731
        self.frames, self.unit = torch.from_numpy(frames).to(device), unit
        #: The camera's line: the size of one photon, with what the molecules' fluctuation adds to it, and read noise².
        self.photon, self.constant = max(noise.photon / unit, 1e-4), noise.constant / unit**2
        self.mean, self.variance = as_tensor(noise.mean / unit), as_tensor(noise.frame_variance / unit**2)
        self.level, self.scene = as_tensor(noise.level), as_tensor(_scene(noise.mean, sigma_pixels))
        self._least_variance = 1e-2 * float(self.variance.min())

    def draw(self, size_yx: tuple[int, int], count: int, generator: torch.Generator) -> Patches:
        """Patches at random places of random frames."""
        frames, height, width = self.frames.shape
        ends = (height - size_yx[0] + 1, width - size_yx[1] + 1, frames)
        chosen = (torch.randint(end, (count,), generator=generator, device=self.mean.device) for end in ends)
        return self.at(Places(*chosen, size_yx))

    def at(self, places: Places) -> Patches:
        """The patches at these places."""
        level, mean = self.level[places.times][:, None, None], places.cut(self.mean)
        variance = places.cut(self.variance) + self.photon * (level - 1.0) * mean
        spread, expected = variance.clamp(min=self._least_variance).sqrt(), level * mean
        real = (places.cut_frames(self.frames) / self.unit - expected) / spread
        return Patches(places, real, places.cut(self.scene), level, spread, expected)


def expected_coverage(height: int, width: int, size_yx: tuple[int, int], count: int) -> np.ndarray:
    """Expected number of random patches over each pixel, (Y, X): fewer near the border."""
    axes = [
        np.convolve(np.ones(length - side + 1), np.ones(side)) / (length - side + 1)
        for length, side in zip((height, width), size_yx)
    ]
    return count * np.outer(*axes)


def _scene(mean: np.ndarray, sigma_pixels: float) -> np.ndarray:
    """What the critic is told of the place: the mean frame, blurred so that its own noise cannot be recognised."""
    smooth = gaussian_filter(mean, sigma_pixels, mode="nearest")
    return (smooth - smooth.mean()) / max(smooth.std(), 1e-6 * abs(smooth.mean()))
