"""Accelerated proximal gradient steps on the mean frame (Beck and Teboulle 2009), estimate and background together."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric
from fluogan_app.core.methods.base import Phase
from fluogan_app.core.methods.empty_field import empty_field_remarks
from fluogan_app.core.methods.fista.params import FistaParams
from fluogan_app.core.methods.fista.terms import make_terms
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.light_curves import CONVERGENCE, PHOTONS, LightCurves
from fluogan_app.core.optics.blur import blur_operator, optics_of
from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.prox import nonnegative
from fluogan_app.core.optimise.total_variation import slopes

#: The blocks of a state, each also with “ahead.”, the extrapolated point; light is Ψx.
BLOCKS = ("estimate", "background", "light")


class FistaSolver(ImageSolver):
    """A state holds the blocks, the momentum, and for total variation the dual field."""

    metrics = (
        Metric("loss_data", "Data term", "", "generator"),
        Metric("loss_sparsity", "Penalty", "", "generator"),
        Metric("loss_smoothness", "Background term", "", "generator"),
        Metric("loss_generator", "Loss", "", "generator"),
        *PHOTONS, *CONVERGENCE,
    )  # fmt: skip

    def __init__(self, problem: Problem, params: FistaParams, claims: Claims, device: str) -> None:
        super().__init__(problem, params.zoom, claims, params.steps, device)
        self._blur = blur_operator(optics_of(problem.acquisition), self.shape_yx, self.zoom, device=device)
        self._terms = make_terms(problem, self.noise, self._blur, params)
        self._curves = LightCurves(self.noise, problem.inner.slices, self.zoom, self._blur.ones())

    def begin(self) -> dict[str, torch.Tensor]:
        """Everything dark, on the level of the darkest pixel."""
        terms = self._terms
        estimate = torch.zeros_like(self._blur.ones())
        floor = torch.full_like(terms.mean, float(terms.mean.min().clamp(min=0.0)))
        tensors = _tensors(Accelerated.at(estimate, floor, torch.zeros_like(floor)))
        return tensors | ({"dual": slopes(estimate)} if terms.penalty == "tv" else {})

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        terms, state = self._terms, _accelerated(tensors)
        before = tensors["light"] + tensors["background"]
        x, b, light = state.ahead
        slope = terms.slope(light, b)
        arrived, dual = terms.nearest(x - self._blur.adjoint(slope) / terms.metric, tensors.get("dual"))
        arrived_b = nonnegative(b - (slope + terms.roughness(b)) / terms.metric_b)
        blocks = (arrived, arrived_b, self._blur.apply(arrived))
        metrics = (terms.metric.expand_as(arrived), terms.metric_b, None)
        tensors |= _tensors(accelerate(state, blocks, metrics))
        if dual is not None:
            tensors["dual"] = dual
        return self._metrics(*blocks, before)

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images."""
        estimate, background, light = (tensors[name] for name in BLOCKS)
        return Images(estimate, background, light + background)

    def phase_after(self, step: int) -> Phase:
        """See ImageSolver.phase_after."""
        return Phase("Mean fit", self.total_steps)

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        return empty_field_remarks(self.noise, blur_pixels(self.problem))

    def _metrics(
        self, estimate: torch.Tensor, background: torch.Tensor, light: torch.Tensor, before: torch.Tensor
    ) -> Mapping[str, torch.Tensor]:
        terms, simulated = self._terms, light + background
        data = 0.5 * ((simulated - terms.mean).square() * terms.weights).sum()
        penalty, rough = terms.penalised(estimate), terms.unevenness(background)
        losses = {"loss_data": data, "loss_sparsity": penalty, "loss_smoothness": rough}
        total = {"loss_generator": data + penalty + rough}
        return losses | total | dict(self._curves.metrics(estimate, background, simulated, before))


def _accelerated(tensors: Mapping[str, torch.Tensor]) -> Accelerated:
    points, ahead = (tuple(tensors[prefix + name] for name in BLOCKS) for prefix in ("", "ahead."))
    return Accelerated(points, ahead, tensors["momentum"])


def _tensors(state: Accelerated) -> dict[str, torch.Tensor]:
    named = {**dict(zip(BLOCKS, state.points)), **{f"ahead.{name}": part for name, part in zip(BLOCKS, state.ahead)}}
    return {**named, "momentum": state.momentum}
