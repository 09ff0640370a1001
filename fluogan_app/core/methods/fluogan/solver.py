"""FluoGAN's solver: a mean fit by accelerated proximal gradient steps, then the same steps against a critic."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric, Result
from fluogan_app.core.errors import SolverError
from fluogan_app.core.methods.base import Preview, State
from fluogan_app.core.methods.fluogan.model import Model, build_model, gradient_energy, laplacian
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
    Metric("loss_generator", "Generator loss", "", "generator"),
    Metric("photons_estimate", "Estimate Σx", "photons", "photons"),
    Metric("photons_background", "Background Σb", "photons", "photons"),
    Metric("photons_simulated", "Simulated Σy", "photons", "photons"),
    Metric("photons_recorded", "Recorded Σy", "photons", "photons"),
    Metric("relative_change", "Relative change of x", "", "convergence"),
    Metric("discrepancy", "Discrepancy", "", "convergence"),
)

#: Names of the tensors of the descent in a state; light is Ψx.
DESCENT = ("x", "b", "light", "x_ahead", "b_ahead", "light_ahead", "momentum")


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
        self._recorded = self._model.mean.sum() * self._model.unit_photons
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
        return State(0, dict(zip(DESCENT, (*start.points, *start.ahead, start.momentum))))

    def restore(self, state: State) -> State:
        """See Solver.restore."""
        shape = state.tensors["x"].shape if "x" in state.tensors else None
        if shape != torch.Size(self._model.operator.fine_shape):
            raise SolverError("The checkpoint does not belong to this region and zoom.", "Start the run again.")
        return State(state.step, {name: tensor.to(self._device, copy=True) for name, tensor in state.tensors.items()})

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """One step of the generator."""
        descent = Accelerated(*(tuple(state.tensors[name] for name in names) for names in (DESCENT[:3], DESCENT[3:6])),
                              state.tensors["momentum"])
        before = descent.points[0]
        following = self._descend(descent)
        tensors = dict(zip(DESCENT, (*following.points, *following.ahead, following.momentum)))
        return State(state.step + 1, tensors), self._values(following, before)

    def _descend(self, descent: Accelerated) -> Accelerated:
        model, (x, b, light) = self._model, descent.ahead
        slope = model.data_gradient(light, b)
        x_new = nonnegative_soft_threshold(
            x - (model.operator.adjoint(slope) / model.metric_x), model.sparsity / model.metric_x
        )
        b_new = nonnegative(b - (slope + model.smoothness * laplacian(b)) / model.metric_b)
        return accelerate(descent, (x_new, b_new, model.operator.apply(x_new)), (model.metric_x, model.metric_b, 0.0))

    def _values(self, descent: Accelerated, before: torch.Tensor) -> dict[str, torch.Tensor]:
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
            "loss_generator": data + sparsity + smoothness,
            "photons_estimate": x.sum() * unit,
            "photons_background": b.sum() * unit,
            "photons_simulated": (light.sum() + b.sum()) * unit,
            "photons_recorded": self._recorded,
            "relative_change": (x - before).norm() / before.norm().clamp(min=1e-30),
            "discrepancy": discrepancy,
        }

    def phase(self, state: State) -> str:
        """See Solver.phase."""
        return "Mean fit" if state.step < warmup_length(self._params) else "Against the critic"

    def image(self, state: State) -> Preview:
        """See Solver.image."""
        return Preview(state.step, self._photons(state.tensors["x"]), self._photons(state.tensors["b"]))

    def result(self, state: State) -> Result:
        """See Solver.result."""
        light, background = state.tensors["light"], state.tensors["b"]
        found = measures(self._model, self._noise, light, background)
        camera = self._problem.acquisition
        return Result(
            estimate=self._photons(state.tensors["x"]),
            background=self._photons(background),
            mean=self._noise.mean.astype(np.float32),
            zoom=self._params.zoom,
            pixel_size_nm=camera.pixel_size_nm,
            steps=state.step,
            measures=found,
            notes=notes(self._problem, self._params, self._noise, found),
        )

    def _photons(self, intensity: torch.Tensor) -> np.ndarray:
        return (intensity * self._model.unit_photons).to("cpu", torch.float32, copy=True).numpy()
