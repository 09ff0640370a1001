"""FluoGAN's solver: fits of the mean first, then all spots together, with δ = 1 against a critic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import torch

from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.data.critic_view import CriticView
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.snapshot import Snapshot
from fluogan_app.core.errors import SolverError
from fluogan_app.core.methods.base import Phase, Preview, State
from fluogan_app.core.methods.fluogan.adversary import Adversary
from fluogan_app.core.methods.fluogan.comparison import Comparison
from fluogan_app.core.methods.fluogan.curves import METRICS, PhotonSums, generator_metrics
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.fluogan.joint_fit import JointFit
from fluogan_app.core.methods.fluogan.mean_fits import MeanFits, Picture
from fluogan_app.core.methods.measured_frames import measured_frames
from fluogan_app.core.methods.fluogan.model import build_model
from fluogan_app.core.methods.fluogan.moment_term import MomentTerm
from fluogan_app.core.methods.fluogan.moments import PLACES, measure_fluctuations, why_not_measured
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.report import measures, moment_note, notes
from fluogan_app.core.methods.fluogan.schedule import Schedule, make_schedule
from fluogan_app.core.methods.fluogan.texture import Texture, make_textures
from fluogan_app.core.optics.blur import Optics, optics_of
from fluogan_app.core.optics.waves import waves_of


class FluoganSolver:
    """One prepared run. What a state holds is said in mean_fits.py, joint_fit.py and adversary.py."""

    def __init__(
        self, problem: Problem, params: FluoganParams, device: str, seed: int, dtype: torch.dtype = torch.float32
    ) -> None:
        self._problem, self._params, self._device, self._seed = problem, params, device, seed
        # Kept as one: while a solver holds it, another one for the same frames need not measure them again.
        self._measured, fwhm_pixels = measured_frames(problem), blur_pixels(problem)
        self._found, self._noise = self._measured.found, self._measured.noise
        frames = self._found.photons
        optics = optics_of(problem.acquisition, params.boundary)
        self._sigma = sigma = optics.sigma_pixels
        textures = make_textures(frames.shape[1:], params.zoom, optics, params.detail, device, dtype)
        self._model = model = build_model(self._noise, textures, fwhm_pixels, params, problem.reference)
        self._no_moments = why_not_measured(frames.shape, optics, params.zoom)
        self._term_of = self._measured_moments(frames, optics) if params.moments == "covariance" else None
        self._schedule = make_schedule(params, len(textures))
        self._fits = self._fits_by(self._schedule)
        term = None if self._term_of is None else self._term_of(textures)
        self._joint = JointFit(model, averaged=bool(params.delta), term=term)
        self._sums = PhotonSums(problem.inner, model)
        self._adversary = None
        if params.delta:
            self._adversary = Adversary(frames, self._noise, model, sigma, params, device, optics)
        self._comparison: Comparison | None = None
        self.total_steps = params.steps
        self.metrics = METRICS
        self.claims = LIGHT

    def init(self) -> State:
        """See Solver.init."""
        tensors = {"fit_steps": torch.tensor(self._schedule.fit_steps)}
        tensors |= self._adversary.init(self._seed) if self._adversary is not None else {}
        if self._fits is not None:
            tensors |= self._fits.begin()
        else:
            start = self._joint.even_start()
            self._joint.begin(tensors, start, [torch.ones_like(part) for part in start.spots])
        return State(0, tensors)

    def restore(self, state: State) -> State:
        """See Solver.restore. A run that goes on with more steps keeps the fits that it began with."""
        fit_steps = int(state.tensors.get("fit_steps", torch.tensor(self._schedule.fit_steps)))
        if fit_steps != self._schedule.fit_steps:
            self._schedule = replace(self._schedule, fit_steps=fit_steps)
            self._fits = self._fits_by(self._schedule)
        held = {name: tuple(tensor.shape) for name, tensor in state.tensors.items()}
        wanted = self._wanted(state.step)
        if any(held.get(name) != shape for name, shape in wanted.items()) or ("kappa" in held) != ("kappa" in wanted):
            raise SolverError(
                "The checkpoint does not belong to this region and these parameters.", "Start the run again."
            )
        return State(state.step, {name: self._placed(name, tensor) for name, tensor in state.tensors.items()})

    def _fits_by(self, schedule: Schedule) -> MeanFits | None:
        if schedule.fit_steps == 0:
            return None
        waves = waves_of(self._model.mean, self._params.boundary)
        return MeanFits(self._model, schedule, waves, self._params.zoom, self._sigma, self._term_of)

    def _measured_moments(self, frames: np.ndarray, optics: Optics) -> Callable[[Sequence[Texture]], MomentTerm] | None:
        """What makes the term of the second moments for some kinds of spots; None where they cannot be measured."""
        zoom = self._params.zoom
        found = measure_fluctuations(frames, self._noise, optics, zoom)
        if found is None:
            return None
        fixed = {"zoom": zoom, "unit": self._model.unit_photons, "gamma": self._params.gamma}
        return partial(MomentTerm, found, optics=optics, **fixed)

    def _wanted(self, step: int) -> dict[str, tuple[int, ...]]:
        """Names and shapes that a state after so many steps must hold."""
        model = self._model if self._is_joint(step) else self._fits.model(max(step - 1, 0))
        prefix = "" if self._is_joint(step) else "governing."
        wanted = {prefix + part.kind.name: tuple(part.blur.fine_shape) for part in model.textures}
        wanted["b"] = tuple(model.mean.shape)
        if self._adversary is not None:
            wanted["pull"] = wanted["b"]
        if self._term_of is not None and self._fits is not None:
            wanted["kappa"] = ()
            height, width = wanted["b"]
            names = () if self._is_joint(step) else ("moments", "moments.dual")
            wanted |= dict.fromkeys(names, (PLACES * height, PLACES * width))
        return wanted

    def _placed(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        """A kept tensor where the solver wants it: the generators' states stay on the processor."""
        return tensor.to("cpu" if name.startswith("random") else self._device, copy=True)

    def step(self, state: State) -> tuple[State, Mapping[str, torch.Tensor]]:
        """One step of a fit, or of all spots together, after the critic's own where there is one."""
        tensors = dict(state.tensors)
        metrics = self._fit(tensors, state.step) if not self._is_joint(state.step) else self._descend(tensors)
        following = State(state.step + 1, tensors)
        if self._is_joint(following.step) and not self._is_joint(state.step):
            self._joint.begin(tensors, *self._fits.finish(tensors))
        return following, metrics

    def _is_joint(self, step: int) -> bool:
        """Whether a state after so many steps is one of the joint fit."""
        return self._fits is None or step >= self._schedule.joint_from

    def _fit(self, tensors: dict[str, torch.Tensor], step: int) -> dict[str, torch.Tensor]:
        before = tensors["simulated"]
        self._fits.step(tensors, step)
        spots, model = self._fits.present(tensors, step), self._fits.model(step)
        return generator_metrics(model, self._sums, spots, tensors["b"], tensors["simulated"], before)

    def _descend(self, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """One step of all spots together."""
        joint, judged, pull = self._joint, {}, None
        model, before = joint.priced(tensors), tensors["light"] + tensors["b"]
        if self._adversary is not None:
            spots = [tensors[texture.kind.name] for texture in model.textures]
            estimate = model.estimate(spots) if self._adversary.needs_estimate else None
            judged = self._adversary.train(tensors, before, estimate)
            pull = self._adversary.pull(tensors)
        joint.step(tensors, model, pull)
        spots = [tensors[texture.kind.name] for texture in model.textures]
        simulated = tensors["light"] + tensors["b"]
        return generator_metrics(model, self._sums, spots, tensors["b"], simulated, before, judged)

    def phase(self, state: State) -> Phase:
        """See Solver.phase."""
        if self._is_joint(state.step):
            return Phase("Against the critic" if self._adversary is not None else "All together", self.total_steps)
        number, _ = self._schedule.place(state.step)
        name = "Mean fit" if self._schedule.fits == 1 else ("Mean fit, coarse", "Mean fit, fine")[number]
        return Phase(name, (number + 1) * self._schedule.fit_steps)

    def image(self, state: State) -> Preview:
        """See Solver.image."""
        shown = self._shown(state)
        return Preview(state.step, self._photons(shown.model.estimate(shown.spots)), self._photons(shown.background))

    def result(self, state: State) -> Result:
        """See Solver.result."""
        shown = self._shown(state)
        simulated = shown.model.light(shown.spots) + shown.background
        found = measures(shown.model, self._noise, simulated, self._problem)
        said = self._found.notes
        if self._params.moments == "covariance":
            kappa = float(shown.kappa) if shown.kappa is not None else 0.0
            found |= {"photons_per_event": kappa} if kappa > 0 else {}
            said = (*said, moment_note(kappa, self._no_moments))
        return Result(
            estimate=self._photons(shown.model.estimate(shown.spots)),
            background=self._photons(shown.background),
            mean=self._noise.mean.astype(np.float32),
            zoom=self._params.zoom,
            pixel_size_nm=self._problem.acquisition.pixel_size_nm,
            steps=state.step,
            measures=found,
            notes=notes(self._problem, self._params, self._noise, said, found),
            mean_deviation=np.sqrt(self._noise.mean_variance).astype(np.float32),
        )

    def snapshot(self, state: State) -> Snapshot:
        """What is shown of a state, with what it is measured against."""
        shown, noise = self._shown(state), self._noise
        return Snapshot(
            step=state.step,
            estimate=self._photons(shown.model.estimate(shown.spots)),
            simulated=self._photons(shown.model.light(shown.spots) + shown.background),
            recorded=noise.mean,
            deviation=np.sqrt(noise.mean_variance),
            inner=self._problem.inner,
            place=self._problem.roi,
            pixel_size_nm=self._problem.acquisition.pixel_size_nm,
        )

    def critic_view(self, state: State, seed: int) -> CriticView:
        """Recorded beside simulated at a state, by random numbers of its own: neither state nor run changes."""
        if self._comparison is None:
            frames, unit = self._found.photons, self._model.unit_photons
            self._comparison = Comparison(frames, self._noise, unit, self._sigma, self._adversary)
        judging = self._adversary is not None and bool(state.tensors["adam_count"] > 0)
        return self._comparison.view(self.snapshot(state), state.tensors, judging, seed)

    def _shown(self, state: State) -> Picture:
        if self._is_joint(state.step):
            return self._joint.picture(state.tensors)
        return self._fits.picture(state.tensors, state.step)

    def _photons(self, intensity: torch.Tensor) -> np.ndarray:
        return (intensity * self._model.unit_photons).to("cpu", torch.float32, copy=True).numpy()
