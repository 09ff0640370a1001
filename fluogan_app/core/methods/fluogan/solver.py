"""FluoGAN's solver: a mean fit by accelerated proximal gradient steps, then the same steps against a critic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import SolverError
from fluogan_app.core.estimate.defects import defect_pixels, mended
from fluogan_app.core.methods.base import Phase, Preview, State
from fluogan_app.core.methods.fluogan.adversary import Adversary
from fluogan_app.core.methods.fluogan.curves import METRICS, generator_metrics
from fluogan_app.core.methods.fluogan.model import Model, build_model, laplacian
from fluogan_app.core.methods.fluogan.params import FluoganParams, warmup_length
from fluogan_app.core.methods.fluogan.report import blur_pixels, checked_frames, measures, notes
from fluogan_app.core.methods.fluogan.significance import LOOK_AT_STEP, prices
from fluogan_app.core.methods.fluogan.texture import make_textures
from fluogan_app.core.methods.fluogan.weights import measure_noise
from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.prox import nonnegative, nonnegative_soft_threshold
from fluogan_app.core.units import sigma_from_fwhm

#: How strongly the average favours late steps: step n of the average weighs as n to this power.
LATE = 3.0


class FluoganSolver:
    """One prepared run.

    A state holds, by name, the spots of each texture, the background "b" and "light" = Ψx; the same with "ahead." as
    the extrapolated point; with wide spots the "price" of the fine ones; and against the critic the same points with
    "average." over its steps, which is what is shown: the last step's images carry the noise of its draws.
    """

    def __init__(
        self, problem: Problem, params: FluoganParams, device: str, seed: int, dtype: torch.dtype = torch.float32
    ) -> None:
        self._problem, self._params, self._device, self._seed = problem, params, device, seed
        frames, fwhm_pixels = checked_frames(problem), blur_pixels(problem)
        defects = defect_pixels(frames, fwhm_pixels)
        frames, self._defects = mended(frames, defects), int(defects.sum())
        self._noise = measure_noise(frames, fwhm_pixels)
        sigma = sigma_from_fwhm(fwhm_pixels)
        self._sigma_fine = sigma * params.zoom
        textures = make_textures(frames.shape[1:], params.zoom, sigma, params.detail, device, dtype)
        self._model = build_model(self._noise, textures, fwhm_pixels, params)
        self._names = (*(texture.kind.name for texture in textures), "b", "light")
        self._adversary = Adversary(frames, self._noise, self._model, sigma, params, device) if params.delta else None
        self._warmup = warmup_length(params)
        self.total_steps = params.steps
        self.metrics = METRICS

    def init(self) -> State:
        """The widest spots hold, evenly, the light above the darkest pixels; the rest is background."""
        model = self._model
        background = torch.full_like(model.mean, float(model.mean.min().clamp(min=0.0)))
        *finer, widest = (texture.blur.ones() for texture in model.textures)
        above = (model.mean - background)[None, None]
        even = torch.nn.functional.interpolate(above, widest.shape, mode="nearest")[0, 0]
        spots = (*(torch.zeros_like(part) for part in finer), even * (even.numel() / model.mean.numel()) ** -1)
        start = Accelerated.at(*spots, background, model.light(spots))
        tensors = self._tensors(start)
        if len(model.textures) > 1:
            tensors["price"] = torch.ones_like(tensors["fine"])
        if self._adversary is not None:
            tensors.update(self._adversary.init(self._seed))
            tensors["averaged_steps"] = torch.zeros((), dtype=model.mean.dtype, device=self._device)
            tensors.update({f"average.{name}": tensors[name].clone() for name in self._names})
        return State(0, tensors)

    def restore(self, state: State) -> State:
        """See Solver.restore."""
        wanted = dict(zip(self._names, (texture.blur.fine_shape for texture in self._model.textures)))
        wanted["b"] = wanted["light"] = self._model.mean.shape
        if len(self._model.textures) > 1:
            wanted["price"] = wanted["fine"]
        held = {name: tuple(tensor.shape) for name, tensor in state.tensors.items()}
        missing = any(held.get(name) != tuple(shape) for name, shape in wanted.items())
        if missing or (self._adversary is not None and "averaged_steps" not in state.tensors):
            raise SolverError(
                "The checkpoint does not belong to this region and these parameters.", "Start the run again."
            )
        return State(state.step, {name: self._placed(name, tensor) for name, tensor in state.tensors.items()})

    def _placed(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        """A kept tensor where the solver wants it: the generators' states stay on the processor."""
        return tensor.to("cpu" if name.startswith("random") else self._device, copy=True)

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """One step of the generator, after the critic's own once the mean fit is over."""
        tensors, judged, pull = dict(state.tensors), {}, None
        descent, model = self._descent(tensors), self._priced(state.step, tensors)
        if self._adversary is not None and state.step >= self._warmup:
            *spots, b, light = descent.points
            estimate = model.estimate(spots) if self._adversary.needs_estimate else None
            judged = self._adversary.train(tensors, light + b, estimate)
            pull = self._adversary.pull(tensors)
        following = _descend(model, descent, pull)
        tensors.update(self._tensors(following))
        if pull is not None:
            self._average(tensors)
        return State(state.step + 1, tensors), generator_metrics(model, following.points, descent.points, judged)

    def _priced(self, step: int, tensors: dict[str, torch.Tensor]) -> Model:
        """The model at the present price of fine spots, which is set once their significance can be seen."""
        if "price" not in tensors or step < LOOK_AT_STEP:
            return self._model
        if step == LOOK_AT_STEP:
            tensors["price"] = prices(self._model, tensors["fine"], self._sigma_fine)
        return self._model.priced(tensors["price"])

    def phase(self, state: State) -> Phase:
        """See Solver.phase."""
        if self._adversary is None or state.step < self._warmup:
            return Phase("Mean fit", self._warmup)
        return Phase("Against the critic", self.total_steps)

    def image(self, state: State) -> Preview:
        """See Solver.image."""
        *spots, b, _ = self._shown(state)
        return Preview(state.step, self._photons(self._model.estimate(spots)), self._photons(b))

    def result(self, state: State) -> Result:
        """See Solver.result."""
        *spots, b, light = self._shown(state)
        found = measures(self._model, self._noise, light, b)
        return Result(
            estimate=self._photons(self._model.estimate(spots)),
            background=self._photons(b),
            mean=self._noise.mean.astype(np.float32),
            zoom=self._params.zoom,
            pixel_size_nm=self._problem.acquisition.pixel_size_nm,
            steps=state.step,
            measures=found,
            notes=notes(self._problem, self._params, self._noise, self._defects, found),
        )

    def _shown(self, state: State) -> Sequence[torch.Tensor]:
        averaged = float(state.tensors.get("averaged_steps", 0.0)) > 0
        return [state.tensors[f"average.{name}" if averaged else name] for name in self._names]

    def _photons(self, intensity: torch.Tensor) -> np.ndarray:
        return (intensity * self._model.unit_photons).to("cpu", torch.float32, copy=True).numpy()

    def _descent(self, tensors: Mapping[str, torch.Tensor]) -> Accelerated:
        points = tuple(tensors[name] for name in self._names)
        return Accelerated(points, tuple(tensors[f"ahead.{name}"] for name in self._names), tensors["momentum"])

    def _tensors(self, descent: Accelerated) -> dict[str, torch.Tensor]:
        points = dict(zip(self._names, descent.points))
        ahead = {f"ahead.{name}": tensor for name, tensor in zip(self._names, descent.ahead)}
        return {**points, **ahead, "momentum": descent.momentum}

    def _average(self, tensors: dict[str, torch.Tensor]) -> None:
        """Take the newest step into the average, with polynomially growing weight (Shamir and Zhang 2013)."""
        tensors["averaged_steps"] = tensors["averaged_steps"] + 1
        share = (LATE + 1.0) / (tensors["averaged_steps"] + LATE)
        for name in self._names:
            tensors[f"average.{name}"] = torch.lerp(tensors[f"average.{name}"], tensors[name], share)


def _descend(model: Model, descent: Accelerated, pull: torch.Tensor | None) -> Accelerated:
    """One proximal step of every block at the extrapolated point, and the next extrapolation."""
    *spots, b, light = descent.ahead
    slope = model.data_gradient(light, b)
    if pull is not None:
        slope += pull
    arrived = [
        nonnegative_soft_threshold(part, (texture.blur.adjoint(slope).add_(price)).div_(metric))
        for part, texture, price, metric in zip(spots, model.textures, model.sparsity, model.metrics)
    ]
    arrived_b = nonnegative(b - (slope + model.smoothness * laplacian(b)) / model.metric_b)
    return accelerate(descent, (*arrived, arrived_b, model.light(arrived)), (*model.metrics, model.metric_b, None))
