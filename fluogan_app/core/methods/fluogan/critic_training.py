"""The critic's loss, eq. (15), with its exact gradient, and the slope of D that pulls on the simulator.

Recorded, simulated and mixed patches go forth and back through the network together, once. The penalty's gradient is
had without differentiating twice: where the network is linear around y, the change of ⟨v, ∇D(y)⟩ with a layer's
kernels is the product of the direction v as it arrives at that layer and of the gradient as it comes back to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from fluogan_app.core.methods.fluogan.critic import CONVOLUTIONS, CriticShape, Passed, Weights, as_inputs, passed
from fluogan_app.core.optimise.replay import Recorder, Replayed

#: A batch is worked through in pieces whose first layer takes about so many bytes, so that it stays in the caches; a
#: graphics card wants large pieces.
PIECE_BYTES = {"cpu": 2e6, "cuda": 1e9}


@dataclass(frozen=True)
class Batch:
    """Standardised patches (N, Y, X): recorded, simulated, and the scene at their places (None where not shown).

    mix: η of eq. (15), (N, 1, 1) in [0, 1].
    """

    real: torch.Tensor
    simulated: torch.Tensor
    scene: torch.Tensor | None
    mix: torch.Tensor

    def piece(self, part: slice) -> Batch:
        """Some of the patches."""
        scene = None if self.scene is None else self.scene[part]
        return Batch(self.real[part], self.simulated[part], scene, self.mix[part])

    def inputs(self, shape: CriticShape) -> torch.Tensor:
        """Recorded, simulated and mixed patches one after another, (3N, inputs, Y, X)."""
        between = self.mix * self.real + (1.0 - self.mix) * self.simulated
        scene = None if self.scene is None else self.scene.repeat(3, 1, 1)
        return as_inputs(shape, torch.cat((self.real, self.simulated, between)), scene)


@dataclass(frozen=True)
class Judged:
    """Sums over patches: gradient of the loss by weight, scores, penalty term; and ∇D at each simulated patch."""

    gradients: Weights
    real: torch.Tensor
    simulated: torch.Tensor
    excess: torch.Tensor
    slope: torch.Tensor


def judge(weights: Mapping[str, torch.Tensor], shape: CriticShape, batch: Batch, penalty: float) -> Judged:
    """Means over the batch of D(y_real), D(y_sim) and (‖∇D(y_mix)‖ − 1)², and the gradient of eq. (15)."""
    count = len(batch.real)
    with torch.no_grad():
        parts = [_judge(weights, shape, batch.piece(part), penalty, count) for part in _pieces(shape, batch)]
    first, *others = parts
    for part in others:
        for name, gradient in first.gradients.items():
            gradient += part.gradients[name]
    real, simulated, excess = (
        torch.stack([getattr(part, name) for part in parts]).sum(dim=0) / count
        for name in ("real", "simulated", "excess")
    )
    return Judged(first.gradients, real, simulated, excess, torch.cat([part.slope for part in parts]))


class Judge:
    """`judge` for one critic and batches of one size, replayed as a whole on a graphics card."""

    def __init__(self, shape: CriticShape, penalty: float, recorder: Recorder | None) -> None:
        self._shape, self._penalty, self._names = shape, penalty, []
        self._judge = Replayed(self._flat, recorder)

    def __call__(self, weights: Mapping[str, torch.Tensor], batch: Batch) -> Judged:
        """See `judge`. Gradients and slope may hold until the next call only."""
        self._names = list(weights)
        scene = [] if batch.scene is None else [batch.scene]
        *gradients, slope, real, simulated, excess = self._judge(
            *weights.values(), batch.real, batch.simulated, batch.mix, *scene
        )
        # What is told of the critic is kept over many steps.
        told = (value.clone() for value in (real, simulated, excess))
        return Judged(dict(zip(self._names, gradients)), *told, slope)

    def _flat(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The same from tensors to tensors."""
        count = len(self._names)
        weights, (real, simulated, mix, *scene) = dict(zip(self._names, tensors[:count])), tensors[count:]
        batch = Batch(real, simulated, scene[0] if scene else None, mix)
        judged = judge(weights, self._shape, batch, self._penalty)
        gradients = (judged.gradients[name] for name in self._names)
        return (*gradients, judged.slope, judged.real, judged.simulated, judged.excess)


def critic_metrics(judged: Judged, penalty: float) -> dict[str, torch.Tensor]:
    """What is followed of the critic."""
    term = penalty * judged.excess
    return {
        "loss_critic": judged.simulated - judged.real + term,
        "critic_real": judged.real,
        "critic_simulated": judged.simulated,
        "gradient_penalty": term,
    }


def _pieces(shape: CriticShape, batch: Batch) -> list[slice]:
    count, pixels = len(batch.real), shape.size_yx[0] * shape.size_yx[1]
    patch_bytes = 3 * batch.real.element_size() * pixels * max(shape.channels, shape.inputs * shape.kernel**2)
    size = max(1, int(PIECE_BYTES[batch.real.device.type] / patch_bytes))
    return [slice(start, start + size) for start in range(0, count, size)]


def _judge(weights: Mapping[str, torch.Tensor], shape: CriticShape, batch: Batch, penalty: float, total: int) -> Judged:
    """The sums over one piece of a batch of `total` patches."""
    count = len(batch.real)
    through = passed(weights, shape, batch.inputs(shape))
    value, slope, curvature = _head(shape, through.raw)
    start = slope / total
    start[:count].neg_()
    start[2 * count :] = 1.0
    # Where the network is linear, the images' gradients are those of `raw` at the mixed, of the loss at the others.
    back = _back(weights, shape, through, start)
    between = back.images[2 * count :]
    length = between.flatten(1).norm(dim=1).clamp_(min=1e-30)
    excess = slope[2 * count :] * length - 1.0
    pull = 2.0 * penalty / total * excess
    along = between * (pull * slope[2 * count :] / length)[:, None, None]
    gradients = _weight_gradients(weights, shape, through, back, along, pull * curvature[2 * count :] * length)
    return Judged(
        gradients, value[:count].sum(), value[count : 2 * count].sum(), excess.square().sum(),
        back.images[count : 2 * count] * total,
    )  # fmt: skip


def _head(shape: CriticShape, raw: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """D, and its first and second derivative by what goes into the head."""
    if shape.head == "linear":
        return raw, torch.ones_like(raw), torch.zeros_like(raw)
    value = torch.sigmoid(raw)
    slope = value * (1.0 - value)
    return value, slope, slope * (1.0 - 2.0 * value)


@dataclass(frozen=True)
class Back:
    """Gradients as they come back: at the images (N, Y, X), at each convolution's and each full layer's output."""

    images: torch.Tensor
    layers: list[torch.Tensor]
    full: list[torch.Tensor]


def _back(weights: Mapping[str, torch.Tensor], shape: CriticShape, through: Passed, start: torch.Tensor) -> Back:
    raw = start[:, None]
    hidden = (raw @ weights["full2"]) * through.full_kink
    gradient = (hidden @ weights["full1"]).view(len(start), *shape.map_yx, -1)
    layers: list[torch.Tensor] = []
    for number in range(len(CONVOLUTIONS) - 1, -1, -1):
        convolution, given = through.convolutions[number], through.given[number]
        layers.insert(0, through.kinks[number].back(gradient))
        # Recorded patches are no variables: nothing has to come back to their pixels.
        gradient = convolution.adjoint(layers[0], given.shape if number else shape.size_yx)
    return Back(gradient, layers, [hidden, raw])


def _weight_gradients(
    weights: Mapping[str, torch.Tensor], shape: CriticShape, through: Passed, back: Back,
    along: torch.Tensor, bend: torch.Tensor,
) -> Weights:  # fmt: skip
    """Gradient of the loss: of D at the recorded and simulated patches; at the mixed along a direction, and by `bend`.

    A layer's is the product of what it was given and of what came back to it. At the mixed patches what it was given
    counts `bend` times, and the direction as it arrives there comes to it.
    """
    mixed, gradients = slice(2 * len(along), None), {}
    arriving = through.convolutions[0].taps(as_inputs(shape, along, torch.zeros_like(along)))
    for number, name in enumerate(CONVOLUTIONS):
        convolution, came = through.convolutions[number], back.layers[number]
        given = _bent(through.given[number], mixed, bend, arriving)
        gradients[name] = convolution.weight_gradient(given, came)
        gradients[name + "_bias"] = _bias_gradient(came, mixed, bend)
        arriving = through.kinks[number].at(mixed).forth(convolution.apply(arriving))
    flat = arriving.flatten(1)
    directions = flat, (flat @ weights["full1"].T) * through.full_kink[mixed]
    for name, given, came, direction in zip(("full1", "full2"), through.full_given, back.full, directions):
        gradients[name] = came.T @ _bent(given, mixed, bend, direction)
        gradients[name + "_bias"] = _bias_gradient(came, mixed, bend)
    return gradients


def _bent(given: torch.Tensor, mixed: slice, bend: torch.Tensor, arriving: torch.Tensor) -> torch.Tensor:
    """What a layer was given, in place: at the mixed patches `bend` times that, and the direction."""
    given[mixed].mul_(_each(bend, given)).add_(arriving)
    return given


def _bias_gradient(came: torch.Tensor, mixed: slice, bend: torch.Tensor) -> torch.Tensor:
    """A direction passes a bias by: only D itself changes with it."""
    axes = tuple(range(came.dim() - 1))
    return came[: mixed.start].sum(dim=axes) + (came[mixed] * _each(bend, came)).sum(dim=axes)


def _each(values: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    return values.view(-1, *(1,) * (like.dim() - 1))
