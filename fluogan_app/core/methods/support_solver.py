"""Base of methods in two stages: where molecules blink, from the covariances; how bright it is there, from the mean.

Three stretches of steps: frames are taken in, a batch a step; the support is searched for, as the method does; and
intensities and background are fitted to the mean frame on that support.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric
from fluogan_app.core.methods.base import Phase
from fluogan_app.core.methods.covariance_fit import (
    Covariances, CovarianceFit, fluctuations, gather, gather_begin, gathered,
)
from fluogan_app.core.methods.fine_grid import interpolated
from fluogan_app.core.methods.fluctuations import (
    blinking_remarks, camera_variance, check_frames, excess_variance, flicker_remarks, motion_remarks, opposed_share,
)
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.light_on_support import LightFit, LightProblem
from fluogan_app.core.methods.support_params import SupportParams
from fluogan_app.core.methods.support_remarks import LEAST_SIGMAS, blinking_sigmas, remarks_of
from fluogan_app.core.methods.weights import RELATIVE_FLOOR
from fluogan_app.core.optics.blur import blur_operator, optics_of
from fluogan_app.core.optics.covariance import CovarianceOperator

#: Frames of one step.
BATCH_FRAMES = 50
#: μ is corrected so often, and where it begins; not in the first share of the steps, whose misfit says nothing yet,
#: nor in the last ones, in which x settles.
STEPS_PER_MU, FIRST_MU = 40, 0.1
SETTLED_SHARE, SETTLING_STEPS = 0.3, 60
#: The background begins at this percentile of the mean frame.
FLOOR_PERCENTILE = 5.0
#: A pixel's noise counts as no less than this part of the mean one, nor of what the quietest pixels vary by.
LEAST_NOISE, QUIETEST_SHARE = 0.1, 0.5

SUPPORT_METRICS = (
    Metric("loss_data", "Covariances not explained", "", "generator"),
    Metric("loss_penalty", "Penalty", "", "generator"),
    Metric("loss_total", "Covariances and penalty", "", "generator"),
)
LIGHT_METRICS = (
    Metric("support_percent", "Support, of all fine pixels", "%", "convergence"),
    Metric("noise_photons", "Noise of a pixel", "photons", "convergence"),
    Metric("discrepancy", "Discrepancy, fitted", "", "convergence"),
    Metric("smoothness_mu", "Smoothness μ", "", "convergence"),
    Metric("photons_estimate", "Estimate Σx", "photons", "photons"),
    Metric("photons_background", "Background Σb", "photons", "photons"),
    Metric("photons_simulated", "Simulated Σy", "photons", "photons"),
    Metric("photons_recorded", "Recorded Σy", "photons", "photons"),
)


class SupportSolver(ImageSolver):
    """A method writes `search_begin`, `search_step`, `variances` and `support`; what they make is in the tensors."""

    metrics = (*SUPPORT_METRICS, *LIGHT_METRICS)

    def __init__(
        self, problem: Problem, params: SupportParams, claims: Claims, device: str, search_steps: int
    ) -> None:
        """Raises DataError where there are too few frames to fluctuate."""
        check_frames(len(problem.frames))
        self.params = params
        self._searched_from = math.ceil(len(problem.frames) / BATCH_FRAMES)
        self._lit_from = self._searched_from + search_steps
        super().__init__(problem, params.zoom, claims, self._lit_from + params.light_steps, device)
        self.operator = CovarianceOperator(
            blur_operator(optics_of(problem.acquisition), self.shape_yx, params.zoom, device=device)
        )
        found = fluctuations(self.frames, self.noise.level, params.trend == "removed")
        self._found, self._degrees, self._fluctuating = found, found.degrees, torch.from_numpy(found.frames).to(device)
        self._mean = torch.from_numpy(self.noise.mean).to(device, torch.float32)
        self._counted = torch.from_numpy(np.isfinite(self.noise.mean_variance)).to(device)
        self._floor = max(0.0, float(np.percentile(self.noise.mean, FLOOR_PERCENTILE)))
        self._fit: CovarianceFit | None = None
        self._light: tuple[torch.Tensor, LightFit] | None = None

    # What a method writes

    @abstractmethod
    def search_begin(self, fit: CovarianceFit) -> dict[str, torch.Tensor]:
        """Tensors before the first step of the search."""

    @abstractmethod
    def search_step(self, fit: CovarianceFit, tensors: dict[str, torch.Tensor], step: int) -> Mapping:
        """Step number `step` (0 is the first) of the search in `tensors`, and its metrics."""

    @abstractmethod
    def search_shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Names and shapes of what `search_begin` makes."""

    @abstractmethod
    def variances(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """r (LY, LX) ≥ 0 in photons², as far as it is found."""

    def latest(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """r that explains the covariances as a whole, where `variances` are laid over each other from several."""
        return self.variances(tensors)

    @abstractmethod
    def support(self, tensors: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Ω, (LY, LX) bool, as far as it is found."""

    def search_phase(self, step: int) -> str:
        """The name of the search's phase after so many of its steps."""
        return "Support"

    # The solver

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        return gather_begin(self.operator, self.device)

    def tensors_wanted(self, step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.tensors_wanted."""
        fine, coarse = self.fine_shape_yx, self.shape_yx
        if step < self._searched_from:
            shapes = {"heard": fine, "squares": coarse, "energy": ()}
        elif step < self._lit_from:
            shapes = {"heard": fine, "variance": coarse, "energy": (), "blinking_sigmas": (), **self.search_shapes()}
        else:
            shapes = dict.fromkeys(("support", "x", "x_ahead"), fine)
            shapes |= dict.fromkeys(("b", "b_ahead", "noise"), coarse)
            shapes |= dict.fromkeys(("momentum", "mu", "blinking_sigmas", "variance_sum"), ())
        return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        if step < self._searched_from:
            return self._take_in(tensors, step)
        if step < self._lit_from:
            metrics = dict(self.search_step(self._fit_of(tensors), tensors, step - self._searched_from))
            metrics["support_percent"] = 100.0 * self.support(tensors).float().mean()
            if step + 1 == self._lit_from:
                self._begin_light(tensors)
            return metrics
        return self._brighten(tensors, step - self._lit_from)

    def _take_in(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        start = step * BATCH_FRAMES
        stop = min(start + BATCH_FRAMES, len(self._fluctuating))
        gather(tensors, self.operator, self._fluctuating, start, stop)
        if step + 1 == self._searched_from:
            found = gathered(tensors, self._degrees)
            tensors.clear()
            tensors |= {"heard": found.heard, "variance": found.variance}
            tensors["energy"] = torch.tensor(found.energy, dtype=torch.float64, device=self.device)
            tensors["blinking_sigmas"] = blinking_sigmas(self.operator, found)
            tensors |= self.search_begin(self._fit_of(tensors))
        return {}

    def _fit_of(self, tensors: Mapping[str, torch.Tensor]) -> CovarianceFit:
        """The data term of these covariances: made once, and again after a resume."""
        if self._fit is None or self._fit.found.heard is not tensors["heard"]:
            found = Covariances(
                tensors["heard"], tensors["variance"], float(tensors["energy"]), self._degrees
            )
            self._fit = CovarianceFit(self.operator, found, self.params.noise_model, self._mean)
        return self._fit

    def _begin_light(self, tensors: dict[str, torch.Tensor]) -> None:
        """From the search's tensors to those of the second stage."""
        explaining, support = self.latest(tensors), self.support(tensors)
        noise = self._fit_of(tensors).at(explaining).noise
        kept = {
            "noise": noise.clamp(min=_least_noise(tensors["variance"])),
            "blinking_sigmas": tensors["blinking_sigmas"], "variance_sum": self._inner(explaining).sum(),
        }  # fmt: skip
        estimate, background = self._guess(self.variances(tensors).sqrt())
        mu = FIRST_MU if self.params.mu is None else self.params.mu
        tensors.clear()
        tensors |= kept
        tensors |= self._light_of(tensors).begin(support, estimate, background, mu)
        self._fit = None

    def _light_of(self, tensors: Mapping[str, torch.Tensor]) -> LightFit:
        noise = tensors["noise"]
        if self._light is None or self._light[0] is not noise:
            self._light = noise, LightFit(self._light_problem(noise))
        return self._light[1]

    def _light_problem(self, noise: torch.Tensor) -> LightProblem:
        """The second stage's problem. noise: (Y, X), variance of a frame's pixel without what blinking adds."""
        counted = self._counted.to(noise.dtype)
        noise = torch.maximum(noise, LEAST_NOISE * noise.mean())
        weights = counted if self.params.weighting == "uniform" else counted * noise.mean() / noise.clamp(min=1e-30)
        of_mean = noise / len(self.frames) + self.noise.fixed_pattern
        least = (RELATIVE_FLOOR * float(self._mean.abs().max())) ** 2
        expected = float((weights * of_mean.clamp(min=least)).sum())
        return LightProblem(self.operator.blur, self._mean, weights, self.params.beta, max(expected, 1e-30))

    def _brighten(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """One step of the second stage."""
        light = self._light_of(tensors)
        light.step(tensors)
        steps = self.params.light_steps
        settled = SETTLED_SHARE * steps <= step + 1 <= steps - SETTLING_STEPS
        if self.params.mu is None and settled and (step + 1) % STEPS_PER_MU == 0:
            light.correct_mu(tensors, self.params.discrepancy)
        x, b = tensors["x"], tensors["b"]
        simulated = self.operator.blur.apply(x) + b
        return {
            "support_percent": 100.0 * (x > 0).float().mean(), "noise_photons": tensors["noise"].mean().sqrt(),
            "discrepancy": light.misfit(tensors), "smoothness_mu": tensors["mu"],
            "photons_estimate": self._inner(x).sum(), "photons_background": self._inner(b).sum(),
            "photons_simulated": self._inner(simulated).sum(), "photons_recorded": self._inner(self._mean).sum(),
        }  # fmt: skip

    def _inner(self, image: torch.Tensor) -> torch.Tensor:
        """An image, fine or of the camera, without the margin."""
        per_pixel = image.shape[0] // self.shape_yx[0]
        rows, columns = (slice(side.start * per_pixel, side.stop * per_pixel) for side in self.problem.inner.slices)
        return image[rows, columns]

    def _guess(self, variances: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Light (LY, LX) and background (Y, X) if brightness went as the variance, and b were even."""
        background = torch.full_like(self._mean, self._floor)
        seen = self.operator.blur.apply(variances)
        above = (self._mean - self._floor).clamp(min=0.0)
        scale = (above * seen).sum() / seen.square().sum().clamp(min=1e-30)
        return scale * variances, background

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images. Before the second stage: variances, scaled to the light of the mean frame."""
        if step >= self._lit_from:
            estimate, background = tensors["x"], tensors["b"]
        elif step >= self._searched_from:
            estimate, background = self._guess(self.variances(tensors))
        else:
            fine = np.maximum(interpolated(self.noise.mean - self._floor, self.zoom), 0.0) / self.zoom**2
            estimate, background = self._guess(torch.from_numpy(fine).to(self._mean))
        return Images(estimate, background, self.operator.blur.apply(estimate) + background)

    def phase_after(self, step: int) -> Phase:
        """See ImageSolver.phase_after."""
        if step < self._searched_from:
            return Phase("Covariances", self._searched_from)
        if step < self._lit_from:
            return Phase(self.search_phase(step - self._searched_from), self._lit_from)
        return Phase("Intensity", self.total_steps)

    def own_measures(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> Mapping[str, float]:
        """See ImageSolver.own_measures."""
        if "x" not in tensors:
            return {}
        lit = self._inner(tensors["x"])
        found = {
            "support_percent": 100.0 * float((lit > 0).float().mean()), "smoothness_mu": float(tensors["mu"]),
            "noise_photons": float(tensors["noise"].mean().sqrt()),
            "blinking_over_chance": float(tensors["blinking_sigmas"]),
        }  # fmt: skip
        total = float(lit.sum())
        if total <= 0 or found["blinking_over_chance"] < LEAST_SIGMAS:
            return found
        return found | {"photons_per_event": float(tensors["variance_sum"]) / total}

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        misfit = float(self._light_of(tensors).misfit(tensors)) if "x" in tensors else None
        sigmas = float(tensors["blinking_sigmas"]) if "blinking_sigmas" in tensors else None
        said = remarks_of(sigmas, misfit, self.params.discrepancy, shown.estimate)
        if sigmas is None or sigmas >= LEAST_SIGMAS:
            camera = camera_variance(self.frames, self.noise.mean)
            said += blinking_remarks(excess_variance(self._found, self.noise, camera), self.frames.shape)
        moving = motion_remarks(opposed_share(self._found, blur_pixels(self.problem)))
        return (*said, *moving, *flicker_remarks(self._found.flicker))


def _least_noise(variance: torch.Tensor) -> float:
    """What noise adds to a frame's pixel at the least: a part of what the quietest pixels (Y, X) show.

    Where blinking is much stronger than noise, small errors of the blur are taken for less noise than none.
    """
    return QUIETEST_SHARE * float(np.percentile(variance.cpu().numpy(), FLOOR_PERCENTILE))
