"""One pass over the frames gathers what they say; then the network's folds, one a step."""

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
    flicker_remarks,
    motion_remarks,
    opposed_share,
)
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.learned.network_file import network_path
from fluogan_app.core.methods.lsparcom.grid import spread
from fluogan_app.core.methods.lsparcom.heard import Ear
from fluogan_app.core.methods.lsparcom.method import BATCH
from fluogan_app.core.methods.lsparcom.network import REACH
from fluogan_app.core.methods.lsparcom.network_file import Learned, read_unfolding
from fluogan_app.core.methods.lsparcom.params import LsparcomParams
from fluogan_app.core.units import sigma_from_fwhm

METRICS = (
    Metric("relative_change", "Change of the image", "", "convergence"),
    Metric("bright_share", "Pixels with a source", "%", "quality"),
)


class LsparcomSolver(ImageSolver):
    """Sums of the state grow batch by batch; then x_k goes through the folds on the network's grid, mirrored around."""

    metrics = METRICS

    def __init__(self, problem: Problem, params: LsparcomParams, claims: Claims, device: str) -> None:
        """Raises ReadError (the network's file), DataError where there are too few frames."""
        count = len(problem.frames)
        check_frames(count)
        self._learned: Learned = read_unfolding(network_path(params.network, "unfolding"), device)
        self._network, self._batches = self._learned.network, math.ceil(count / BATCH)
        super().__init__(problem, params.zoom, claims, self._batches + self._network.folds + 1, device)
        self._params = params
        camera = problem.acquisition
        self._fwhm_pixels = camera.fwhm_nm / camera.pixel_size_nm
        self._ear = Ear(self.shape_yx, sigma_from_fwhm(self._fwhm_pixels), self._learned.blurred, device)
        counts = zip(self._ear.shape_yx, self.fine_shape_yx)
        self._rows, self._columns = (
            torch.from_numpy(spread(inner, fine)).to(device, torch.float32) for inner, fine in counts
        )
        self._found = fluctuations(self.frames, self.noise.level)
        self._rest = torch.from_numpy(self._found.frames).to(device)
        self._camera = camera_variance(self.frames, self.noise.mean)

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        empty = torch.zeros(self._ear.shape_yx, device=self.device)
        return {**self._ear.begin(), "before": empty, "sources": empty.clone()}

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        if step < self._batches:
            self._ear.add(tensors, self._rest[step * BATCH : (step + 1) * BATCH])
            return {}
        number, before = step - self._batches, tensors["sources"]
        tensors["sources"] = after = self._folded(tensors, number)
        tensors["before"] = before if number else after
        change = (after - before).norm() / after.norm().clamp(min=1e-30)
        return {"relative_change": change, "bright_share": 100.0 * (after > 1e-3 * after.max()).float().mean()}

    @torch.no_grad()
    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images. Before the folds, what was heard so far: blurred."""
        shown = tensors["sources"] * self._network.scale
        if step <= self._batches:
            shown = self._heard(tensors)[0].clamp(min=0.0)
        fine = (self._rows @ shown @ self._columns.T).clamp(min=0.0)
        return Images(fine.sqrt() if self._params.shown == "deviation" else fine)

    def phase_after(self, step: int) -> Phase:
        """See ImageSolver.phase_after."""
        if step < self._batches:
            return Phase("Correlations", self._batches)
        return Phase("Network", self.total_steps)

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        blinking = blinking_remarks(excess_variance(self._found, self.noise, self._camera), self.frames.shape)
        moving = motion_remarks(opposed_share(self._found, self._fwhm_pixels))
        lamp = flicker_remarks(self._found.flicker)
        return (*blinking, *moving, *lamp, *self._learned.remarks(self._fwhm_pixels, self.problem.acquisition.psf))

    def _heard(self, tensors: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
        """g and its noise, (H, W)."""
        correlation = self.noise.correlation_frames
        heard = self._ear.heard(tensors, self._found.degrees, correlation, self._camera)
        return heard.image, heard.noise

    @torch.no_grad()
    def _folded(self, tensors: Mapping[str, torch.Tensor], number: int) -> torch.Tensor:
        """The image after one more fold: T_0 first. Images are brought to about 1, so that tiny values count."""
        heard, noise = (mirrored(image) for image in self._heard(tensors))
        unit = heard.abs().max().clamp(min=1e-30)
        start, around = self._network.begin(heard / unit)
        if number == 0:
            found = self._network.thresholds[0](start, around, noise / unit)
        else:
            images = tuple(mirrored(tensors[name]) / unit for name in ("before", "sources"))
            found = self._network.fold(number - 1, images, start, around, noise / unit)
        return unit * inside(found)


def mirrored(image: torch.Tensor) -> torch.Tensor:
    """An image with its mirror images around it, REACH pixels wide, or as far as it is."""
    rows, columns = (_mirror(length, min(REACH, length), image.device) for length in image.shape)
    return image[rows[:, None], columns[None, :]]


def inside(image: torch.Tensor) -> torch.Tensor:
    """Without what `mirrored` put around."""
    top, left = (min(REACH, length // 3) for length in image.shape)
    return image[top : image.shape[0] - top, left : image.shape[1] - left].contiguous()


def _mirror(length: int, beyond: int, device: torch.device) -> torch.Tensor:
    places = torch.arange(-beyond, length + beyond, device=device) % (2 * length)
    return torch.where(places < length, places, 2 * length - 1 - places)
