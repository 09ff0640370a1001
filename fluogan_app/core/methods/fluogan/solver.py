"""FluoGAN's solver: a mean fit by accelerated proximal gradient steps, then the same steps against a critic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric, Result
from fluogan_app.core.errors import SolverError
from fluogan_app.core.methods.base import Preview, State
from fluogan_app.core.methods.fluogan.adversary import Adversary
from fluogan_app.core.methods.fluogan.model import build_model, gradient_energy, laplacian
from fluogan_app.core.methods.fluogan.params import FluoganParams, warmup_length
from fluogan_app.core.methods.fluogan.report import checked_frames, measures, notes
from fluogan_app.core.methods.fluogan.weights import measure_noise
from fluogan_app.core.optics.operators import gaussian_operator
from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.prox import nonnegative, nonnegative_soft_threshold
from fluogan_app.core.units import sigma_from_fwhm

METRICS = (
    Metric("loss_data", "Data term", "", "generator"),
    Metric("loss_sparsity", "Sparsity term", "", "generator"),
    Metric("loss_smoothness", "Background term", "", "generator"),
    Metric("loss_adversarial", "Adversarial term", "", "generator"),
    Metric("loss_generator", "Generator loss", "", "generator"),
    Metric("loss_critic", "Critic loss", "", "critic"),
    Metric("critic_real", "Score of recorded frames", "", "critic"),
    Metric("critic_simulated", "Score of simulated frames", "", "critic"),
    Metric("gradient_penalty", "Gradient penalty", "", "critic"),
    Metric("photons_estimate", "Estimate Σx", "photons", "photons"),
    Metric("photons_background", "Background Σb", "photons", "photons"),
    Metric("photons_simulated", "Simulated Σy", "photons", "photons"),
    Metric("photons_recorded", "Recorded Σy", "photons", "photons"),
    Metric("relative_change", "Relative change of x", "", "convergence"),
    Metric("discrepancy", "Discrepancy", "", "convergence"),
)

#: Names of the tensors of the descent in a state; light is Ψx.
DESCENT = ("x", "b", "light", "x_ahead", "b_ahead", "light_ahead", "momentum")
#: Against the critic these are averaged over the steps: the last step's images carry the noise of its patches.
AVERAGED = ("x", "b", "light")
#: How strongly the average favours late steps: step n of the average weighs as n to this power.
LATE = 3.0


class FluoganSolver:
    """One prepared run."""

    def __init__(
        self, problem: Problem, params: FluoganParams, device: str, seed: int, dtype: torch.dtype = torch.float32
    ) -> None:
        self._problem, self._params, self._device, self._seed, self._dtype = problem, params, device, seed, dtype
        frames = checked_frames(problem)
        camera = problem.acquisition
        fwhm_pixels = camera.fwhm_nm / camera.pixel_size_nm
        self._noise = measure_noise(frames)
        operator = gaussian_operator(
            frames.shape[1:], params.zoom, sigma_from_fwhm(fwhm_pixels), device=device, dtype=dtype
        )
        self._model = build_model(self._noise, operator, fwhm_pixels, params, device, dtype)
        self._adversary = Adversary(frames, self._noise, self._model.unit_photons, params, device) if params.delta else None
        self._recorded = self._model.mean.sum() * self._model.unit_photons
        self._warmup = warmup_length(params)
        self.total_steps = params.steps
        self.metrics = METRICS

    def init(self) -> State:
        """An even estimate that holds half the light above the darkest pixels, and the rest as background."""
        mean = self._model.mean
        floor = torch.quantile(mean, 0.02).clamp(min=0.0)
        background = torch.full_like(mean, float(floor))
        even = (mean - background).clamp(min=0.0)
        operator = self._model.operator
        zoom = self._params.zoom
        x = even.repeat_interleave(zoom, 0).repeat_interleave(zoom, 1) / zoom**2
        start = Accelerated.at(x, background, operator.apply(x))
        tensors = dict(zip(DESCENT, (*start.points, *start.ahead, start.momentum)))
        if self._adversary is not None:
            tensors.update(self._adversary.init(self._seed))
            tensors["averaged_steps"] = torch.zeros((), dtype=self._dtype, device=self._device)
            tensors.update({f"average.{name}": tensor.clone() for name, tensor in tensors.items() if name in AVERAGED})
        return State(0, tensors)

    def restore(self, state: State) -> State:
        """See Solver.restore."""
        shape = state.tensors["x"].shape if "x" in state.tensors else None
        if shape != torch.Size(self._model.operator.fine_shape):
            raise SolverError("The checkpoint does not belong to this region and zoom.", "Start the run again.")
        return State(state.step, {name: tensor.to(self._device, copy=True) for name, tensor in state.tensors.items()})

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """One step of the generator, after the critic's own once the warm-up is over."""
        tensors, judged, pull = dict(state.tensors), {}, None
        descent = _descent(tensors)
        if self._adversary is not None and state.step >= self._warmup:
            judged = self._adversary.train(tensors, descent.points[1] + descent.points[2])
            pull = self._adversary.pull(tensors)
        following = self._descend(descent, pull)
        tensors.update(zip(DESCENT, (*following.points, *following.ahead, following.momentum)))
        if pull is not None:
            _average(tensors)
        return State(state.step + 1, tensors), self._values(following, descent.points[0], judged)

    def _descend(self, descent: Accelerated, pull: torch.Tensor | None) -> Accelerated:
        model, (x, b, light) = self._model, descent.ahead
        slope = model.data_gradient(light, b)
        if pull is not None:
            slope += pull
        x_new = nonnegative_soft_threshold(
            x - model.operator.adjoint(slope) / model.metric_x, model.sparsity / model.metric_x
        )
        b_new = nonnegative(b - (slope + model.smoothness * laplacian(b)) / model.metric_b)
        return accelerate(descent, (x_new, b_new, model.operator.apply(x_new)), (model.metric_x, model.metric_b, 0.0))

    def _values(self, descent: Accelerated, before: torch.Tensor, judged: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        model, (x, b, light) = self._model, descent.points
        discrepancy = model.discrepancy(light, b)
        data = 0.5 * model.gamma * discrepancy * light.numel()
        sparsity = (model.sparsity * x).sum()
        smoothness = model.smoothness * gradient_energy(b)
        unit = model.unit_photons
        return {
            "loss_data": data,
            "loss_sparsity": sparsity,
            "loss_smoothness": smoothness,
            "loss_generator": data + sparsity + smoothness + judged.get("loss_adversarial", 0.0),
            "photons_estimate": x.sum() * unit,
            "photons_background": b.sum() * unit,
            "photons_simulated": (light.sum() + b.sum()) * unit,
            "photons_recorded": self._recorded,
            "relative_change": (x - before).norm() / before.norm().clamp(min=1e-30),
            "discrepancy": discrepancy,
            **judged,
        }

    def phase(self, state: State) -> str:
        """See Solver.phase."""
        return "Mean fit" if state.step < self._warmup else "Against the critic"

    def image(self, state: State) -> Preview:
        """See Solver.image."""
        x, b, _ = self._shown(state)
        return Preview(state.step, self._photons(x), self._photons(b))

    def result(self, state: State) -> Result:
        """See Solver.result."""
        x, background, light = self._shown(state)
        found = measures(self._model, self._noise, light, background)
        return Result(
            estimate=self._photons(x),
            background=self._photons(background),
            mean=self._noise.mean.astype(np.float32),
            zoom=self._params.zoom,
            pixel_size_nm=self._problem.acquisition.pixel_size_nm,
            steps=state.step,
            measures=found,
            notes=notes(self._problem, self._params, self._noise, found),
        )

    def _shown(self, state: State) -> tuple[torch.Tensor, ...]:
        """x, b and Ψx to show: the average over the steps against the critic once there are some."""
        averaged = self._adversary is not None and state.step > self._warmup
        return tuple(state.tensors[f"average.{name}" if averaged else name] for name in AVERAGED)

    def _photons(self, intensity: torch.Tensor) -> np.ndarray:
        return (intensity * self._model.unit_photons).to("cpu", torch.float32, copy=True).numpy()


def _descent(tensors: Mapping[str, torch.Tensor]) -> Accelerated:
    points, ahead = (tuple(tensors[name] for name in names) for names in (DESCENT[:3], DESCENT[3:6]))
    return Accelerated(points, ahead, tensors["momentum"])


def _average(tensors: dict[str, torch.Tensor]) -> None:
    """Take the newest step into the average, with polynomially growing weight (Shamir and Zhang 2013), in place."""
    tensors["averaged_steps"] = tensors["averaged_steps"] + 1
    share = (LATE + 1.0) / (tensors["averaged_steps"] + LATE)
    for name in AVERAGED:
        tensors[f"average.{name}"] = torch.lerp(tensors[f"average.{name}"], tensors[name], share)
