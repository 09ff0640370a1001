"""All spots and the background together, by accelerated proximal gradient steps, alone or against the critic."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fluogan_app.core.methods.fluogan.mean_fits import Picture
from fluogan_app.core.methods.fluogan.model import Model, laplacian
from fluogan_app.core.methods.fluogan.moment_term import MomentTerm
from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.prox import nonnegative, nonnegative_soft_threshold

#: How strongly the average favours late steps: step n of the average weighs as n to this power.
LATE = 3.0

Tensors = dict[str, torch.Tensor]
#: Slopes and majorants for the spots of each kind.
Moved = tuple[list[torch.Tensor], list[torch.Tensor]]


class JointFit:
    """Holds nothing that changes. A state holds, by name, the spots of each texture, the background "b" and "light" =
    Ψx; the same with "ahead." as the extrapolated point; the prices of the spots; and against the critic the same
    points with "average." over its steps, which is what is shown: the last step's images carry the noise of its draws.
    Second moments are fitted at the "kappa" that the fits of the mean ended with.
    """

    def __init__(self, model: Model, averaged: bool, term: MomentTerm | None = None) -> None:
        self._model, self._averaged, self._term = model, averaged, term
        self._curvatures = term.majorants() if term is not None else ()
        self._kinds = [texture.kind.name for texture in model.textures]
        self.names = (*self._kinds, "b", "light")

    def even_start(self) -> Picture:
        """The widest spots hold, evenly, the light above the darkest pixels; the rest is background."""
        model = self._model
        background = torch.full_like(model.mean, float(model.mean.min().clamp(min=0.0)))
        *finer, widest = (texture.blur.ones() for texture in model.textures)
        above = (model.mean - background)[None, None]
        even = torch.nn.functional.interpolate(above, widest.shape, mode="nearest")[0, 0]
        spots = [*(torch.zeros_like(part) for part in finer), even * (model.mean.numel() / even.numel())]
        return Picture(model, spots, background)

    def begin(self, tensors: Tensors, picture: Picture, prices: list[torch.Tensor]) -> None:
        """Go on from a picture, in place."""
        start = Accelerated.at(*picture.spots, picture.background, self._model.light(picture.spots))
        tensors |= self._tensors(start)
        tensors |= {f"price.{kind}": price for kind, price in zip(self._kinds, prices)}
        if self._averaged:
            tensors["averaged_steps"] = torch.zeros_like(start.momentum)
            tensors |= {f"average.{name}": tensors[name].clone() for name in self.names}

    def picture(self, tensors: Mapping[str, torch.Tensor]) -> Picture:
        """What to show."""
        averaged = float(tensors.get("averaged_steps", 0.0)) > 0
        *spots, background, _ = (tensors[f"average.{name}" if averaged else name] for name in self.names)
        return Picture(self._model, spots, background, tensors.get("kappa"))

    def priced(self, tensors: Mapping[str, torch.Tensor]) -> Model:
        """The model at the prices that the fits of the mean ended with."""
        return self._model.priced([tensors[f"price.{kind}"] for kind in self._kinds])

    def step(self, tensors: Tensors, model: Model, pull: torch.Tensor | None) -> None:
        """One step of every block, in place; `pull` is the critic's on the simulated mean, (Y, X)."""
        descent = self._descent(tensors)
        tensors |= self._tensors(_descend(model, descent, pull, self._of_moments(descent, tensors.get("kappa"))))
        if pull is not None:
            self._average(tensors)

    def _of_moments(self, descent: Accelerated, kappa: torch.Tensor | None) -> Moved | None:
        """What the second moments add for the spots of each kind; None where they are not fitted."""
        if self._term is None or kappa is None:
            return None
        spots = descent.ahead[: len(self._kinds)]
        majorants = [kappa**2 * curvature for curvature in self._curvatures]
        return self._term.slopes(self._term.light(spots), kappa), majorants

    def _descent(self, tensors: Mapping[str, torch.Tensor]) -> Accelerated:
        points = tuple(tensors[name] for name in self.names)
        return Accelerated(points, tuple(tensors[f"ahead.{name}"] for name in self.names), tensors["momentum"])

    def _tensors(self, descent: Accelerated) -> Tensors:
        ahead = {f"ahead.{name}": tensor for name, tensor in zip(self.names, descent.ahead)}
        return {**dict(zip(self.names, descent.points)), **ahead, "momentum": descent.momentum}

    def _average(self, tensors: Tensors) -> None:
        """Take the newest step into the average, with polynomially growing weight (Shamir and Zhang 2013)."""
        tensors["averaged_steps"] = tensors["averaged_steps"] + 1
        share = (LATE + 1.0) / (tensors["averaged_steps"] + LATE)
        for name in self.names:
            tensors[f"average.{name}"] = torch.lerp(tensors[f"average.{name}"], tensors[name], share)


def _descend(model: Model, descent: Accelerated, pull: torch.Tensor | None, moments: Moved | None) -> Accelerated:
    """One proximal step of every block at the extrapolated point, and the next extrapolation."""
    *spots, b, light = descent.ahead
    slope = model.data_gradient(light, b)
    if pull is not None:
        slope += pull
    slopes = (texture.blur.adjoint(slope).add_(asked) for texture, asked in zip(model.textures, model.sparsity))
    metrics = model.metrics
    if moments is not None:
        slopes = (one.add_(more) for one, more in zip(slopes, moments[0]))
        metrics = tuple(one + more for one, more in zip(metrics, moments[1]))
    arrived = [
        nonnegative_soft_threshold(part, down.div_(metric)) for part, down, metric in zip(spots, slopes, metrics)
    ]
    arrived_b = nonnegative(b - (slope + model.smoothness * laplacian(b, model.boundary)) / model.metric_b)
    return accelerate(descent, (*arrived, arrived_b, model.light(arrived)), (*metrics, model.metric_b, None))
