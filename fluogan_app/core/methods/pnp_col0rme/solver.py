"""PnP-COL0RME's search for the support: a start with a little ℓ1 alone, then the descent with the denoiser."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric
from fluogan_app.core.methods.covariance_fit import CovarianceFit
from fluogan_app.core.methods.fluctuations import field_over_tile
from fluogan_app.core.methods.image_solver import Images
from fluogan_app.core.methods.learned.network_file import network_path, read_network
from fluogan_app.core.methods.pnp_col0rme.denoiser import ResidualNetwork, shapes_of
from fluogan_app.core.methods.pnp_col0rme.descent import Descent, Prior, blank
from fluogan_app.core.methods.pnp_col0rme.params import PnpCol0rmeParams
from fluogan_app.core.methods.support_solver import LIGHT_METRICS, SupportSolver
from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.prox import nonnegative_soft_threshold

#: Steps of the start, and its sparsity as a part of λ_max where none is asked for: noise must not settle.
START_STEPS, LEAST_GAMMA = 100, 0.003
#: Brightness that counts as 1 for the denoiser: the mean of this part of the start's fine pixels, the brightest.
BRIGHTEST_SHARE = 5e-3
#: R is weakened until its gradient stretches no more than this, as far as the training saw.
ALLOWED_STRETCH = 0.95
DENOISER_METRICS = (
    Metric("loss_denoised", "Objective G", "", "generator"),
    Metric("change_percent", "Change of the support's image", "%", "convergence"),
    Metric("denoiser_percent", "Strength of the denoiser", "%", "convergence"),
)


class PnpCol0rmeSolver(SupportSolver):
    """G = F + λ Σ r + φ over r ≥ 0, with the noise eliminated from F and φ the denoiser's own penalty."""

    metrics = (*DENOISER_METRICS, *LIGHT_METRICS)

    def __init__(self, problem: Problem, params: PnpCol0rmeParams, claims: Claims, device: str) -> None:
        """Raises DataError (too few frames), ReadError (no network, or a damaged one)."""
        self._options, self._prior = params, read_prior(params, device)
        super().__init__(problem, params, claims, device, START_STEPS + params.support_steps)
        self._of_field = field_over_tile(problem)
        self._going: tuple[torch.Tensor, Descent] | None = None

    def search_begin(self, fit: CovarianceFit) -> dict[str, torch.Tensor]:
        """See SupportSolver.search_begin."""
        empty = torch.zeros_like(fit.found.heard)
        largest = self._of_field * fit.evidence().max().clamp(min=0.0)
        start = {"start": empty, "start_ahead": empty.clone(), "start_momentum": torch.ones_like(largest)}
        return {**start, "lambda_max": largest, "brightest": torch.ones_like(largest), **blank(empty)}

    def search_shapes(self) -> Mapping[str, tuple[int, ...]]:
        """See SupportSolver.search_shapes."""
        begun = blank(torch.empty(self.fine_shape_yx, device="meta"))
        own = dict.fromkeys(("start", "start_ahead"), self.fine_shape_yx)
        own |= dict.fromkeys(("start_momentum", "lambda_max", "brightest"), ())
        return own | {name: tuple(tensor.shape) for name, tensor in begun.items()}

    def search_step(
        self, fit: CovarianceFit, tensors: dict[str, torch.Tensor], step: int
    ) -> Mapping[str, torch.Tensor]:
        """See SupportSolver.search_step."""
        if step < START_STEPS:
            self._start(fit, tensors)
            if step + 1 == START_STEPS:
                tensors["brightest"] = brightest(tensors["start"]) * self._of_field
                self._descent(tensors, fit).begin(tensors, tensors["start"])
            return {}
        told = self._descent(tensors, fit).step(tensors)
        strength = 100.0 * self._prior.strength * tensors["strength"]
        change = {"change_percent": 100.0 * told["relative_change"], "denoiser_percent": strength}
        return change | ({"loss_denoised": told["objective"]} if "objective" in told else {})

    def variances(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """See SupportSolver.variances."""
        if not tensors["begun"]:
            return tensors["start"]
        return self._descent(tensors, self._fit_of(tensors)).variances(tensors["image"])

    def support(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """See SupportSolver.support."""
        return self.variances(tensors) > self._options.least_share * tensors["brightest"]

    def search_phase(self, step: int) -> str:
        """See SupportSolver.search_phase."""
        return "Start" if step < START_STEPS else "Support"

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        taught = (
            "The denoiser was taught that lines are continuous: it closes gaps that noise made, and real ones too."
        )
        return (*super().own_remarks(tensors, shown), taught)

    def _descent(self, tensors: Mapping[str, torch.Tensor], fit: CovarianceFit) -> Descent:
        """The descent on these covariances at this brightness: made once, and again after a resume."""
        if self._going is None or self._going[0] is not tensors["brightest"]:
            sparsity = self._options.gamma * float(tensors["lambda_max"])
            descent = Descent(fit, float(tensors["brightest"]), sparsity, self._prior)
            self._going = tensors["brightest"], descent
        return self._going[1]

    def _start(self, fit: CovarianceFit, tensors: dict[str, torch.Tensor]) -> None:
        """An accelerated step with ℓ1."""
        majorant, ahead = self.operator.majorant, tensors["start_ahead"]
        sparsity = max(self._options.gamma, LEAST_GAMMA) * tensors["lambda_max"]
        arrived = nonnegative_soft_threshold(ahead - fit.at(ahead).gradient / majorant, sparsity / majorant)
        state = Accelerated((tensors["start"],), (ahead,), tensors["start_momentum"])
        state = accelerate(state, (arrived,), (majorant,))
        (tensors["start"],), (tensors["start_ahead"],) = state.points, state.ahead
        tensors["start_momentum"] = state.momentum


def read_prior(params: PnpCol0rmeParams, device: str) -> Prior:
    """The denoiser as these parameters use it. Raises ReadError."""
    path = network_path(params.network, "denoiser")
    found = read_network(path, "denoiser", shapes_of(ResidualNetwork()))
    stretch = float((found.record.get("kept") or {}).get("stretch", ALLOWED_STRETCH))
    strength = min(1.0, ALLOWED_STRETCH / max(stretch, 1e-6))
    return Prior(ResidualNetwork.of(found.tensors).to(device), params.sigma / 255.0, params.scale, strength)


def brightest(image: torch.Tensor) -> torch.Tensor:
    """The brightness that counts as 1, above 0 in an empty image too; 0-d."""
    count = max(1, round(BRIGHTEST_SHARE * image.numel()))
    level = image.flatten().topk(count).values.mean()
    return torch.where(level > 0, level, torch.ones_like(level))
