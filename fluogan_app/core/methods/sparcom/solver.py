"""One pass over the frames gathers their correlations; then accelerated proximal steps find the sparse sources.

    min over r ≥ 0 of ½ rᵀMr − vᵀr + λ P(r),   M and v as in pairs.py (Solomon et al. 2019)
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Metric
from fluogan_app.core.methods.base import Phase
from fluogan_app.core.methods.covariance_fit import fluctuations
from fluogan_app.core.methods.fluctuations import (
    blinking_remarks,
    camera_variance,
    check_frames,
    excess_variance,
    field_over_tile,
    flicker_remarks,
    motion_remarks,
    opposed_share,
)
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.sparcom.method import BATCH
from fluogan_app.core.methods.sparcom.pairs import Pairs
from fluogan_app.core.methods.sparcom.params import SparcomParams
from fluogan_app.core.methods.sparcom.wavelets import NORM_SQUARED, smoothed_gradient, smoothed_sum
from fluogan_app.core.optics.blur import blur_operator, optics_of
from fluogan_app.core.optics.covariance import CovarianceOperator
from fluogan_app.core.optimise.fista import Accelerated, accelerate
from fluogan_app.core.optimise.prox import nonnegative, nonnegative_soft_threshold
from fluogan_app.core.optimise.total_variation import slopes, total_variation, total_variation_prox

#: So often the weights of the reweighted penalty are taken from the image anew.
REWEIGHT_STEPS = 50
#: A source this part of the brightest is pulled half as much as an empty place.
HALF_PULL = 0.02
#: Wavelets weaker than this part of what one source alone could have at most are pulled in proportion to themselves.
SMOOTHED = 0.01
#: Inner steps of the proximal map of total variation, which goes on from the last one.
TV_STEPS = 10
METRICS = (
    Metric("objective", "Objective", "", "generator"),
    Metric("relative_change", "Change of the image", "", "convergence"),
    Metric("bright_share", "Fine pixels with a source", "%", "quality"),
)


class SparcomSolver(ImageSolver):
    """v of the state grows batch by batch; after that it stays, and the sources r move."""

    metrics = METRICS

    def __init__(self, problem: Problem, params: SparcomParams, claims: Claims, device: str) -> None:
        """Raises DataError where there are too few frames."""
        count = len(problem.frames)
        check_frames(count, params.lag)
        self._batches = math.ceil((count - params.lag) / BATCH)
        super().__init__(problem, params.zoom, claims, self._batches + params.steps, device)
        self._params, self._of_field = params, field_over_tile(problem)
        optics = optics_of(problem.acquisition)
        blur = blur_operator(optics, self.shape_yx, params.zoom, device=device)
        self._pairs = Pairs(CovarianceOperator(blur), params.pairs)
        # Total variation has no proximal map for steps of different lengths.
        majorant = self._pairs.majorant
        self._majorant = majorant.max().expand_as(majorant) if params.penalty == "tv" else majorant
        self._found = fluctuations(self.frames, self.noise.level)
        self._rest = torch.from_numpy(self._found.frames).to(device)
        self._products = max(1, min(self._found.degrees, count - params.lag))

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        empty = torch.zeros(self.fine_shape_yx, device=self.device)
        tensors = {"heard": empty.double(), "sources": empty, "ahead": empty.clone()}
        tensors["momentum"] = torch.ones((), device=self.device)
        if self._params.penalty == "reweighted":
            tensors["pull"] = torch.ones_like(empty)
        if self._params.penalty == "tv":
            tensors["dual"] = torch.zeros_like(slopes(empty))
        return tensors

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        if step < self._batches:
            tensors["heard"] = tensors["heard"] + self._heard(step)
            return {}
        return self._descend(tensors, step - self._batches)

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images. Before the fit, what was heard so far: blurred, on the scale of the sources."""
        shown = tensors["sources"]
        if step <= self._batches:
            shown = (tensors["heard"].clamp(min=0.0) / (self._products * self._majorant.max())).float()
        return Images(shown.sqrt() if self._params.shown == "deviation" else shown)

    def phase_after(self, step: int) -> Phase:
        """See ImageSolver.phase_after."""
        if step < self._batches:
            return Phase("Correlations", self._batches)
        return Phase("Sparse fit", self.total_steps)

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        camera = camera_variance(self.frames, self.noise.mean)
        said = list(blinking_remarks(excess_variance(self._found, self.noise, camera), self.frames.shape))
        said += motion_remarks(opposed_share(self._found, blur_pixels(self.problem)))
        said += flicker_remarks(self._found.flicker)
        if self._params.pairs != "different" and self._params.lag == 0:
            said.append(
                "Each pixel's own variance is in it, with the camera's noise: bright places look as if they blinked."
            )
        return tuple(said)

    def _heard(self, batch: int) -> torch.Tensor:
        lag = self._params.lag
        start, stop = batch * BATCH, min((batch + 1) * BATCH, len(self._rest) - lag)
        first = self._rest[start:stop]
        return self._pairs.heard(first, first if lag == 0 else self._rest[start + lag : stop + lag])

    def _descend(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        wanted = (tensors["heard"] / self._products).float()
        weight = self._params.part_of_largest * self._of_field * wanted.max().clamp(min=0.0)
        if step and step % REWEIGHT_STEPS == 0 and "pull" in tensors:
            tensors["pull"] = self._pull(tensors["sources"], wanted)
        ahead, sources = tensors["ahead"], tensors["sources"]
        gradient, metric = self._pairs.normal(ahead) - wanted, self._majorant
        if self._params.penalty == "wavelet":
            width = SMOOTHED * self._brightest(wanted)
            gradient += weight * smoothed_gradient(ahead, width)
            metric = metric + weight * NORM_SQUARED / width
        arrived = self._proximal(tensors, ahead - gradient / metric, weight)
        before = Accelerated((sources,), (ahead,), tensors["momentum"])
        after = accelerate(before, (arrived,), (metric,))
        (tensors["sources"],), (tensors["ahead"],), tensors["momentum"] = after.points, after.ahead, after.momentum
        return {
            "objective": self._objective(tensors, wanted, weight),
            "relative_change": (arrived - sources).norm() / arrived.norm().clamp(min=1e-30),
            "bright_share": 100.0 * (arrived > 0).float().mean(),
        }

    def _brightest(self, wanted: torch.Tensor) -> torch.Tensor:
        """What one source alone, in the whole field, could have at most."""
        return self._of_field * (wanted / self._majorant).max().clamp(min=1e-30)

    def _pull(self, sources: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Weights of the reweighted penalty: ½ where a source has HALF_PULL of what one alone could have at most."""
        half = HALF_PULL * self._brightest(wanted)
        return half / (sources + half)

    def _proximal(self, tensors: dict[str, torch.Tensor], point: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        if self._params.penalty == "tv":
            step = float(weight / self._majorant.max())
            shown, tensors["dual"] = total_variation_prox(point, step, tensors["dual"], TV_STEPS)
            return shown
        if self._params.penalty == "wavelet":
            return nonnegative(point)
        return nonnegative_soft_threshold(point, weight / self._majorant * tensors.get("pull", 1.0))

    def _objective(
        self, tensors: Mapping[str, torch.Tensor], wanted: torch.Tensor, weight: torch.Tensor
    ) -> torch.Tensor:
        """½ rᵀMr − vᵀr + λ P(r), in units of vᵀv / max m; 0 for an empty image."""
        sources = tensors["sources"]
        if self._params.penalty == "tv":
            penalty = weight * total_variation(sources)
        elif self._params.penalty == "wavelet":
            penalty = weight * smoothed_sum(sources, SMOOTHED * self._brightest(wanted))
        else:
            penalty = weight * torch.sum(tensors.get("pull", 1.0) * sources)
        misfit = torch.sum(sources * (0.5 * self._pairs.normal(sources) - wanted))
        return (misfit + penalty) * self._majorant.max() / wanted.square().sum().clamp(min=1e-30)
