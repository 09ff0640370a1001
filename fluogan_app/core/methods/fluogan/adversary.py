"""The critic at work: draws real and simulated patches, trains on them, and pulls on the simulated mean.

Frames are standardised by what is measured on the recording, z = (y − a ȳ) / σ with the frame's brightness a and the
camera's line σ² = photon · a ȳ + constant, so that neither light level nor bleaching reaches the critic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from fluogan_app.core.methods.fluogan.critic import CriticShape, adam_step, critic_loss, initial_weights, scores
from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.weights import Noise, camera_pattern
from fluogan_app.core.optics.noise import draw_frames

#: Part of the pull that is renewed in a step: one step's patches see few pixels and few frames.
RENEWAL = 0.05
#: Steps for which drawn frames are kept with the sampled data term.
REDRAW = 10


@dataclass(frozen=True)
class Patches:
    """One batch: corner and frame of each patch, and what is known there, all (N, P, P) but the corners (N, 2)."""

    corners: list[tuple[int, int]]
    real: torch.Tensor
    scene: torch.Tensor
    level: torch.Tensor
    spread: torch.Tensor
    expected: torch.Tensor


class Adversary:
    """Critic, its training and its pull for one recording. Holds nothing that changes: that is in `tensors`."""

    def __init__(
        self, frames: np.ndarray, noise: Noise, model: Model, sigma_pixels: float, params: FluoganParams, device: str
    ) -> None:
        height, width = frames.shape[1:]
        self._params, self._device = params, device
        self._shape = CriticShape(min(params.patch_size, height, width), params.critic_channels, params.critic_head)
        as_tensor = lambda array: torch.tensor(np.asarray(array, np.float32), device=device)  # noqa: E731
        self._frames = torch.from_numpy(frames).to(device)
        unit = model.unit_photons
        self._unit, self._photon = unit, max(noise.photon / unit, 1e-4)
        self._strongest = params.gamma * model.weights.sqrt()
        self._mean, self._variance = as_tensor(noise.mean / unit), as_tensor(noise.frame_variance / unit**2)
        self._least_variance = 1e-2 * float(self._variance.min())
        self._level = as_tensor(noise.level)
        self._pattern = as_tensor(camera_pattern(noise.mean, sigma_pixels) / unit)
        self._scene = as_tensor(_scene(noise.mean, sigma_pixels))
        self._per_frame = as_tensor(noise.frame_variance / noise.mean_variance)
        self._coverage = as_tensor(_coverage(height, width, self._shape.patch, params.batch_size))

    def init(self, seed: int) -> dict[str, torch.Tensor]:
        """The tensors that change: weights, Adam's moments, the pull and both generators' states."""
        generator = torch.Generator().manual_seed(seed)
        weights = initial_weights(self._shape, generator)
        tensors = {f"critic.{name}": value for name, value in weights.items()}
        for moment in ("adam1", "adam2"):
            tensors.update({f"{moment}.{name}": torch.zeros_like(value) for name, value in weights.items()})
        tensors["adam_count"] = torch.zeros(())
        tensors["pull"] = torch.zeros(self._mean.shape)
        tensors["draw"] = torch.zeros(self._mean.shape)
        tensors = {name: value.to(self._device) for name, value in tensors.items()}
        on_device = torch.Generator(device=self._device).manual_seed(seed + 1)
        return {**tensors, "random": generator.get_state(), "random_device": on_device.get_state()}

    def train(self, tensors: dict[str, torch.Tensor], simulated_mean: torch.Tensor) -> dict[str, torch.Tensor]:
        """Train the critic on the simulator's present mean and renew its pull, in place. Returns the metrics.

        The adversarial term is told per patch, and relative to the recorded frames' score: D itself has no zero.
        """
        host = _generator("cpu", tensors["random"])
        device = _generator(self._device, tensors["random_device"])
        for _ in range(self._params.critic_steps):
            batch = self._draw(host)
            metrics = self._improve(tensors, batch, self._simulate(batch, simulated_mean, device), host)
        score = self._renew_pull(tensors, self._draw(host), simulated_mean, device)
        if self._params.data_term == "sampled":
            self._redraw(tensors, device)
        tensors["random"], tensors["random_device"] = host.get_state(), device.get_state()
        return {**metrics, "loss_adversarial": self._params.adversarial_weight * (metrics["critic_real"] - score)}

    def pull(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Gradient for the simulated mean of the adversarial term, −weight · T E[∇D], and of the draws, (Y, X).

        The critic may move a pixel's mean by no more than its standard deviation, and not the sum of all, which is
        known better than any pixel: what no mean can give it, such as correlated blinking, would else let it pull
        without end.
        """
        wanted = self._params.adversarial_weight * tensors["pull"]
        moved = torch.tanh(wanted / self._strongest) / self._strongest
        moved = moved - moved.mean()
        return tensors["draw"] - self._strongest.square() * moved

    def _redraw(self, tensors: dict[str, torch.Tensor], generator: torch.Generator) -> None:
        """What sampling adds to the gradient of the data term: γw times the error of two means of T frames each.

        One mean is of simulated frames, the other of recorded frames drawn with replacement. They are kept for some
        steps, in which the descent goes part of the way to the images that these frames would have given.
        """
        if int(tensors["adam_count"]) % REDRAW == 0:
            noise = torch.randn(self._mean.shape, generator=generator, device=self._device)
            tensors["draw"] = noise.mul_(2.0**0.5 * self._strongest)

    def _draw(self, generator: torch.Generator) -> Patches:
        side, count = self._shape.patch, self._params.batch_size
        frames, height, width = self._frames.shape
        rows = torch.randint(height - side + 1, (count,), generator=generator).tolist()
        columns = torch.randint(width - side + 1, (count,), generator=generator).tolist()
        times = torch.randint(frames, (count,), generator=generator).tolist()
        corners = list(zip(rows, columns))
        level = self._level[times][:, None, None]
        expected = level * self._cut(self._mean, corners)
        spread = (self._cut(self._variance, corners) + self._photon * (level - 1.0) * self._cut(self._mean, corners))
        spread = spread.clamp(min=self._least_variance).sqrt()
        recorded = torch.stack([
            self._frames[time, row : row + side, column : column + side]
            for time, (row, column) in zip(times, corners)
        ]) / self._unit  # fmt: skip
        real, scene = (recorded - expected) / spread, self._cut(self._scene, corners)
        return Patches(corners, real, scene, level, spread, expected)

    def _simulate(self, batch: Patches, simulated_mean: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Standardised patches of frames drawn from the simulator at the real patches' places and brightness."""
        mean = batch.level * self._cut(simulated_mean, batch.corners)
        # What no sample can have made, the simulator takes from the recording: the critic is to judge the sample.
        rest = (batch.spread.square() - self._photon * batch.expected).clamp(min=0.0).sqrt()
        drawn = draw_frames(mean, self._photon, rest, generator) + self._cut(self._pattern, batch.corners)
        return (drawn - batch.expected) / batch.spread

    def _improve(
        self, tensors: dict[str, torch.Tensor], batch: Patches, simulated: torch.Tensor, generator: torch.Generator
    ) -> dict[str, torch.Tensor]:
        """One step of Adam on eq. (15), in place. Returns the critic's metrics."""
        weights = {name: value.requires_grad_() for name, value in _below("critic.", tensors).items()}
        mix = torch.rand(len(batch.corners), 1, 1, generator=generator).to(self._device)
        loss, metrics = critic_loss(
            weights, self._shape, batch.real, simulated, batch.scene, mix, self._params.penalty
        )
        gradients = dict(zip(weights, torch.autograd.grad(loss, list(weights.values()))))
        with torch.no_grad():
            tensors["adam_count"] += 1
            adam_step(
                weights, gradients, _below("adam1.", tensors), _below("adam2.", tensors), tensors["adam_count"],
                self._params.critic_rate,
            )  # fmt: skip
        for value in weights.values():
            value.requires_grad_(False)
        return metrics

    def _renew_pull(
        self, tensors: dict[str, torch.Tensor], batch: Patches, simulated_mean: torch.Tensor, generator: torch.Generator
    ) -> torch.Tensor:
        """Blend T E[∇_y D(y_sim)] of this batch into the pull (2023 paper, eq. 19). Returns the mean score."""
        simulated = self._simulate(batch, simulated_mean, generator).requires_grad_()
        score = scores(_below("critic.", tensors), self._shape, simulated, batch.scene)
        (slope,) = torch.autograd.grad(score.sum(), simulated)
        slope = slope * batch.level / batch.spread
        seen = torch.zeros_like(self._mean)
        side = self._shape.patch
        for patch, (row, column) in zip(slope, batch.corners):
            seen[row : row + side, column : column + side] += patch
        tensors["pull"].lerp_(seen / self._coverage * self._per_frame, RENEWAL)
        return score.detach().mean()

    def _cut(self, image: torch.Tensor, corners: list[tuple[int, int]]) -> torch.Tensor:
        side = self._shape.patch
        return torch.stack([image[row : row + side, column : column + side] for row, column in corners])


def _scene(mean: np.ndarray, sigma_pixels: float) -> np.ndarray:
    """What the critic is told of the place: the mean frame, blurred so that its own noise cannot be recognised."""
    smooth = gaussian_filter(mean, sigma_pixels, mode="nearest")
    return (smooth - smooth.mean()) / max(smooth.std(), 1e-6 * abs(smooth.mean()))


def _coverage(height: int, width: int, side: int, count: int) -> np.ndarray:
    """Expected number of patches over each pixel, (Y, X): fewer near the border."""
    axes = [np.convolve(np.ones(length - side + 1), np.ones(side)) / (length - side + 1) for length in (height, width)]
    return count * np.outer(*axes)


def _generator(device: str, state: torch.Tensor) -> torch.Generator:
    generator = torch.Generator(device=device)
    generator.set_state(state.to("cpu"))
    return generator


def _below(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
