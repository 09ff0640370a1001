"""The critic at work: it is trained on recorded and simulated patches, and pulls on the simulated mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.fluogan.critic import CriticShape, adam_step, initial_weights, scores
from fluogan_app.core.methods.fluogan.critic_training import Batch, Judge, Judged, critic_metrics
from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.patches import Patches, Recording, expected_coverage
from fluogan_app.core.methods.fluogan.simulator import DoublePoissonSimulator, PoissonSimulator, fluctuation_strength
from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.optics.blur import Optics
from fluogan_app.core.optics.pointspread import GaussianPsf
from fluogan_app.core.optimise.replay import recorder_for

#: Part of the pull that is renewed in a step: one step's patches see few pixels and few frames.
RENEWAL = 0.05
#: Units between the fully connected layers. The papers state none; 10 is what the published program has.
HIDDEN = {"patch": 64, "paper-2023": 10, "paper-2024": 10}


class Adversary:
    """Critic, its training and its pull for one recording. Holds nothing that changes: that is in `tensors`."""

    def __init__(
        self, frames: np.ndarray, noise: Noise, model: Model, sigma_pixels: float, params: FluoganParams, device: str,
        optics: Optics | None = None,
    ) -> None:  # fmt: skip
        height, width = frames.shape[1:]
        self._params, self._device = params, device
        self._shape = critic_shape(params, (height, width))
        self._judge = Judge(self._shape, params.penalty, recorder_for(device))
        #: What the critic is shown, and what makes the frames that it is shown beside.
        self.recording = Recording(frames, noise, model.unit_photons, sigma_pixels, device)
        self._strongest = params.gamma * model.weights.sqrt()
        self._per_frame = model.weights.new_tensor(noise.frame_variance / noise.mean_variance)
        coverage = expected_coverage(height, width, self._shape.size_yx, params.batch_size)
        self._coverage = model.weights.new_tensor(coverage)
        if params.generator == "double-poisson":
            optics = optics or Optics(GaussianPsf(sigma_pixels))
            kappa = params.kappa or fluctuation_strength(frames, sigma_pixels)
            self.simulator = DoublePoissonSimulator(self.recording, noise, optics, params.zoom, kappa, device)
        else:
            self.simulator = PoissonSimulator(self.recording, noise, sigma_pixels)

    @property
    def needs_estimate(self) -> bool:
        """Whether `train` wants to know x itself, beside the mean of the frames that it makes."""
        return self.simulator.needs_estimate

    @property
    def patch_yx(self) -> tuple[int, int]:
        """Camera pixels of what the critic judges."""
        return self._shape.size_yx

    def init(self, seed: int) -> dict[str, torch.Tensor]:
        """The tensors that change: weights, Adam's moments, the pull and the generator's state."""
        weights = initial_weights(self._shape, torch.Generator().manual_seed(seed))
        tensors = {f"critic.{name}": value for name, value in weights.items()}
        for moment in ("adam1", "adam2"):
            tensors.update({f"{moment}.{name}": torch.zeros_like(value) for name, value in weights.items()})
        tensors["adam_count"] = torch.zeros(())
        tensors["pull"] = torch.zeros(self._coverage.shape)
        tensors["draw"] = torch.zeros(self._coverage.shape)
        tensors = {name: value.to(self._device) for name, value in tensors.items()}
        return {**tensors, "random": torch.Generator(device=self._device).manual_seed(seed + 1).get_state()}

    def train(
        self, tensors: dict[str, torch.Tensor], simulated_mean: torch.Tensor, estimate: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """Train the critic on the simulator's present images and renew its pull, in place. Returns the metrics.

        simulated_mean: Ψx + b, (Y, X); estimate: x, (LY, LX), where `needs_estimate`. The adversarial term is told per
        patch, and relative to the recorded frames' score: D itself has no zero.
        """
        generator = torch.Generator(device=self._device)
        generator.set_state(tensors["random"].to("cpu"))
        for _ in range(self._params.critic_steps):
            batch = self.recording.draw(self._shape.size_yx, self._params.batch_size, generator)
            simulated = self.simulator.draw(batch, simulated_mean, estimate, generator)
            judged = self._improve(tensors, batch, simulated, generator)
        self._renew_pull(tensors, batch, judged)
        if self._params.data_term == "sampled":
            self._redraw(tensors, generator)
        tensors["random"] = generator.get_state()
        gap = self._params.adversarial_weight * (judged.real - judged.simulated)
        return {**critic_metrics(judged, self._params.penalty), "loss_adversarial": gap}

    def pull(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Gradient for the simulated mean of the adversarial term, −weight · T E[∇D], and of the draws, (Y, X).

        The critic may move a pixel's mean by no more than its standard deviation, and not the sum of all, which is
        known better than any pixel: what no mean can give it, such as correlated blinking, would else let it pull
        without end.
        """
        return tensors["draw"] - self._strongest.square() * self._moved(tensors)

    def shift(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """How far the critic alone would move the simulated mean away from the recorded one, (Y, X), in units."""
        return self._params.gamma * self._moved(tensors)

    def scores(
        self, tensors: Mapping[str, torch.Tensor], count: int, simulated_mean: torch.Tensor,
        estimate: torch.Tensor | None, generator: torch.Generator,
    ) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
        """D of recorded patches, and of simulated ones at the same random places, (count,) each. Nothing is trained."""
        weights, size = _below("critic.", tensors), self._shape.size_yx
        batch = self.recording.draw(size, count, generator)
        simulated = self.simulator.draw(batch, simulated_mean, estimate, generator)
        scene = batch.scene if self._shape.inputs == 2 else None
        recorded, drawn = (scores(weights, self._shape, patches, scene) for patches in (batch.real, simulated))
        return recorded, drawn

    def _moved(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """How far the critic alone would move the simulated mean, over γ, (Y, X); nowhere where pixels do not count."""
        wanted, counted = self._params.adversarial_weight * tensors["pull"], self._strongest > 0
        strongest = torch.where(counted, self._strongest, 1.0)
        moved = torch.where(counted, torch.tanh(wanted / strongest) / strongest, 0.0)
        return torch.where(counted, moved - moved.sum() / counted.sum().clamp(min=1), 0.0)

    def _improve(
        self, tensors: dict[str, torch.Tensor], batch: Patches, simulated: torch.Tensor, generator: torch.Generator
    ) -> Judged:
        """One step of Adam on eq. (15), in place. Returns what the critic said before it."""
        weights = _below("critic.", tensors)
        mix = torch.rand(len(simulated), 1, 1, generator=generator, device=self._device)
        scene = batch.scene if self._shape.inputs == 2 else None
        judged = self._judge(weights, Batch(batch.real, simulated, scene, mix))
        tensors["adam_count"] += 1
        moments = (_below(f"{name}.", tensors) for name in ("adam1", "adam2"))
        adam_step(weights, judged.gradients, *moments, tensors["adam_count"], self._params.critic_rate)
        return judged

    def _renew_pull(self, tensors: dict[str, torch.Tensor], batch: Patches, judged: Judged) -> None:
        """Blend T E[∇_y D(y_sim)] of this batch into the pull (2023 paper, eq. 19)."""
        slope = judged.slope * batch.level / batch.spread
        seen = batch.places.sum_onto(slope, self._coverage.shape)
        tensors["pull"].lerp_(seen / self._coverage * self._per_frame, RENEWAL)

    def _redraw(self, tensors: dict[str, torch.Tensor], generator: torch.Generator) -> None:
        """What sampling adds to the gradient of the data term: γw times the error of two means of a batch of frames.

        One mean is of simulated, the other of recorded frames. Means of a batch are normal, whatever a frame's law.
        """
        noise = torch.randn(self._coverage.shape, generator=generator, device=self._device)
        spread = (2.0 * self._per_frame / self._params.batch_size).sqrt_()
        tensors["draw"] = noise.mul_(spread).mul_(self._strongest)


def critic_shape(params: FluoganParams, shape_yx: tuple[int, int]) -> CriticShape:
    """The critic that was chosen, for a field of camera pixels. Raises DataError where the field is too small."""
    if params.critic == "patch":
        size = tuple(min(params.patch_size, length) for length in shape_yx)
        look = {"inputs": 2, "kernel": 3, "padded": True, "pooling": "mean", "slope": 0.2}
    else:
        size, kernel = shape_yx, 5 if params.critic == "paper-2023" else 3
        look = {"inputs": 1, "kernel": kernel, "padded": False, "pooling": "max", "slope": 0.0}
    shape = CriticShape(
        tuple(size), channels=params.critic_channels, hidden=HIDDEN[params.critic], head=params.critic_head, **look
    )
    if min(shape.map_yx) < 1:
        raise DataError(
            f"The region of {shape_yx[0]} × {shape_yx[1]} pixels is too small for the critic “{params.critic}”, "
            "whose convolutions leave nothing of it.",
            f"Choose a region of at least {_least_side(shape)} pixels on each side, or the critic “patch”.",
        )
    return shape


def _least_side(shape: CriticShape) -> int:
    """Camera pixels of which the convolutions leave one."""
    side = 1
    for layer in range(3):
        side = (side if layer == 0 else 2 * side) + shape.kernel - 1
    return side


def _below(prefix: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors of one group by their own names; changes in place reach the state."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
