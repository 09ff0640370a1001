"""A step takes the cumulants of one block of frames; the image is made of their mean."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Phase, Preview, State
from fluogan_app.core.methods.covariance_fit import fluctuations
from fluogan_app.core.methods.fluctuations import motion_remarks, opposed_share
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.sofi.blocks import Blocks, block_count
from fluogan_app.core.methods.sofi.params import SofiParams
from fluogan_app.core.methods.sofi.sharpening import narrowed_blur, sharpened, shown_again
from fluogan_app.core.methods.sofi.virtual import fitted_sigma, flattened, on_fine_grid
from fluogan_app.core.units import sigma_from_fwhm

#: Cumulants that add up to less than this part of their sizes are noise.
OF_ONE_SIGN = 0.2


class SofiSolver(ImageSolver):
    """The state is the sum of the blocks' cumulants."""

    def __init__(self, problem: Problem, params: SofiParams, claims: Claims, device: str) -> None:
        steps = block_count(len(problem.frames), params.window_frames)
        super().__init__(problem, params.zoom, claims, steps, device)
        self._params = params
        self._blocks = Blocks(self.frames, self.noise.level, params.window_frames, [params.order])
        self._counts = self._blocks.counts(params.order)
        self._sigma = blurred_sigma(problem)

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        return self._blocks.start(self.device)

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        self._blocks.add(tensors, step, self.device)
        return {}

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images."""
        image = self._virtual(tensors, step)
        if not self._params.sharpening:
            return Images(self._plain(image))
        return Images(torch.from_numpy(self._sharpened(image)))

    def image(self, state: State) -> Preview:
        """See Solver.image: not sharpened, which takes longer than a block of frames."""
        shown = self._plain(self._virtual(state.tensors, state.step))
        return Preview(state.step, shown.to(torch.float32).numpy(), np.zeros(self.shape_yx, np.float32))

    def phase_after(self, step: int) -> Phase:
        """See ImageSolver.phase_after."""
        return Phase("Cumulants", self.total_steps)

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        order = self._params.order
        moving = motion_remarks(opposed_share(fluctuations(self.frames, self.noise.level), blur_pixels(self.problem)))
        return *blinking_remarks(self._blocks.mean(tensors, order, self.total_steps), order), *moving

    def _virtual(self, tensors: Mapping[str, torch.Tensor], step: int) -> np.ndarray:
        """The image of virtual pixels after so many blocks."""
        order, sigma = self._params.order, self._sigma
        cumulants = self._blocks.mean(tensors, order, step)
        if self._params.flattening == "fitted":
            sigma = fitted_sigma(cumulants, self._counts, order, sigma)
        return flattened(cumulants, self._counts, order, sigma)

    def _plain(self, image: np.ndarray) -> torch.Tensor:
        """On the fine grid as it is, made linear where that is asked for."""
        shown = root(image, self._params.order) if self._params.linear else image
        return torch.from_numpy(on_fine_grid(shown, self._params.order, self.shape_yx, self.zoom))

    def _sharpened(self, image: np.ndarray) -> np.ndarray:
        params, order = self._params, self._params.order
        blur = narrowed_blur(self.shape_yx, self.zoom, order, self._sigma, self.device)
        fine = sharpened(image, blur, params.sharpening_steps)
        fine = root(fine, order) if params.linear else fine
        return shown_again(fine, self.zoom, order, self._sigma)


def blurred_sigma(problem: Problem) -> float:
    """σ of what a point looks like in the camera's pixels: the PSF, and the square over which a pixel sums."""
    return float(np.hypot(sigma_from_fwhm(blur_pixels(problem)), 12.0**-0.5))


def blinking_remarks(cumulants: np.ndarray, order: int) -> tuple[str, ...]:
    """What is to be said where cumulants (n², Y, X) are no more often of one sign than of the other, or mostly below
    zero: f₃(ρ) is so for on-time ratios ρ above 0.5, f₄(ρ) between 0.21 and 0.79."""
    total, sizes = float(cumulants.sum()), float(np.abs(cumulants).sum())
    if total > OF_ONE_SIGN * sizes:
        return ()
    if order > 2 and total < -OF_ONE_SIGN * sizes:
        when = "more than half" if order == 3 else "between 21 and 79 %"
        return (
            f"The cumulants of order {order} are mostly below zero, as of molecules that are bright for {when} of the "
            "time: what is darkest here is the structure, and may look black. Take order 2, which is never below zero "
            "where molecules blink.",
        )
    return (
        f"The cumulants of order {order} are as often below zero as above: little or nothing blinks here that stands "
        "out of the noise, and the image is mostly noise.",
    )


def root(image: np.ndarray, order: int) -> np.ndarray:
    """sign(κ) |κ|^(1/n)."""
    return np.sign(image) * np.abs(image) ** (1.0 / order)
