"""COL0RME's search for the support: accelerated proximal gradient steps on the covariances, by ℓ1, CEL0 or TV."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.col0rme.params import Col0rmeParams
from fluogan_app.core.methods.col0rme.penalties import make_penalty
from fluogan_app.core.methods.col0rme.restarts import midway
from fluogan_app.core.methods.covariance_fit import CovarianceFit
from fluogan_app.core.methods.fluctuations import field_over_tile
from fluogan_app.core.methods.support_solver import SupportSolver
from fluogan_app.core.optimise.fista import Accelerated, accelerate


class Col0rmeSolver(SupportSolver):
    """min F(r) + λ R(r) over r ≥ 0, with the noise eliminated from F; with CEL0 again and again from new places."""

    def __init__(self, problem: Problem, params: Col0rmeParams, claims: Claims, device: str) -> None:
        self._options = params
        super().__init__(problem, params, claims, device, params.searches * params.support_steps)
        self._penalty = make_penalty(params, self.operator, field_over_tile(problem))

    def search_begin(self, fit: CovarianceFit) -> dict[str, torch.Tensor]:
        """See SupportSolver.search_begin."""
        empty = torch.zeros_like(fit.found.heard)
        first = {"lambda": self._penalty.weight(fit), "dots": empty.bool(), "strengths": empty, "latest": empty}
        return first | self._penalty.begin(empty) | _at_rest(empty)

    def search_shapes(self) -> Mapping[str, tuple[int, ...]]:
        """See SupportSolver.search_shapes."""
        fine = self.fine_shape_yx
        shapes = dict.fromkeys(("dots", "strengths", "latest", "r", "r_ahead"), fine) | {"lambda": (), "momentum": ()}
        return shapes | self._penalty.shapes(fine)

    def search_step(
        self, fit: CovarianceFit, tensors: dict[str, torch.Tensor], step: int
    ) -> Mapping[str, torch.Tensor]:
        """See SupportSolver.search_step."""
        at, metric = fit.at(tensors["r_ahead"]), self._penalty.metric
        arrived = self._penalty.prox(tensors, tensors["r_ahead"] - at.gradient / metric)
        state = Accelerated((tensors["r"],), (tensors["r_ahead"],), tensors["momentum"])
        state = accelerate(state, (arrived,), (metric,))
        (tensors["r"],), (tensors["r_ahead"],), tensors["momentum"] = state.points, state.ahead, state.momentum
        if (step + 1) % self._options.support_steps == 0:
            self._lay_over(tensors, (step + 1) // self._options.support_steps)
        half = 0.5 * max(fit.found.energy, 1e-30)
        penalty = self._penalty.value(tensors, arrived) / half
        return {
            "loss_data": at.value / half, "loss_penalty": penalty, "loss_total": at.value / half + penalty,
            "noise_photons": at.noise.mean().sqrt(),
        }  # fmt: skip

    def _lay_over(self, tensors: dict[str, torch.Tensor], found: int) -> None:
        """Add a reconstruction to those before, and begin the next one, where there is one, midway between its dots."""
        latest = tensors["r"]
        tensors["dots"] = tensors["dots"] | (latest > 0)
        tensors["strengths"] = torch.maximum(tensors["strengths"], latest)
        tensors["latest"] = latest
        if found < self._options.searches:
            tensors |= _at_rest(midway(latest))

    def variances(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """See SupportSolver.variances: the strongest of the reconstructions at each place."""
        return torch.maximum(tensors["strengths"], tensors["r"])

    def latest(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """See SupportSolver.latest: the last of the reconstructions that is whole."""
        return tensors["latest"]

    def support(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """See SupportSolver.support."""
        return tensors["dots"] | (tensors["r"] > 0)

    def search_phase(self, step: int) -> str:
        """See SupportSolver.search_phase."""
        number = step // self._options.support_steps
        return "Support" if self._options.searches == 1 else f"Support, search {number + 1}"


def _at_rest(start: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"r": start, "r_ahead": start.clone(), "momentum": start.new_ones(())}
