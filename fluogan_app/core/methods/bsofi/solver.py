"""Cumulants block by block as in SOFI; then balanced, or made into maps of the molecules."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.base import Phase, Preview, State
from fluogan_app.core.methods.bsofi.molecules import Molecules, molecules_of
from fluogan_app.core.methods.bsofi.params import BsofiParams
from fluogan_app.core.methods.covariance_fit import fluctuations
from fluogan_app.core.methods.fluctuations import motion_remarks, opposed_share
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.sofi.blocks import Blocks, block_count
from fluogan_app.core.methods.sofi.sharpening import narrowed_blur, sharpened, shown_again
from fluogan_app.core.methods.sofi.solver import blinking_remarks, blurred_sigma, root
from fluogan_app.core.methods.sofi.virtual import flattened, on_fine_grid
from fluogan_app.core.units import sigma_from_fwhm

ORDERS = (2, 3, 4)
#: κ₂ stands out of the noise where it is so many standard errors above zero.
TOLD_ERRORS = 3.0
#: Of fewer blocks the spread does not tell the noise: it is then taken from the pixels' own variances.
FEWEST_BLOCKS = 4


class BsofiSolver(ImageSolver):
    """The state is the sum of the blocks' cumulants; for maps also that of κ₂'s squares, which tell its noise."""

    def __init__(self, problem: Problem, params: BsofiParams, claims: Claims, device: str) -> None:
        steps = block_count(len(problem.frames), params.window_frames)
        super().__init__(problem, params.zoom, claims, steps, device)
        self._params, self._maps = params, params.quantity != "image"
        self._orders = ORDERS if self._maps else (params.order,)
        self._blocks = Blocks(self.frames, self.noise.level, params.window_frames, self._orders)
        self._sigma = blurred_sigma(problem)

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        tensors = self._blocks.start(self.device)
        return tensors | ({"squares": torch.zeros_like(tensors["cumulants.2"])} if self._maps else {})

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        before = tensors.get("cumulants.2")
        self._blocks.add(tensors, step, self.device)
        if self._maps:
            tensors["squares"] = tensors["squares"] + (tensors["cumulants.2"] - before).square()
        return {}

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images."""
        if self._maps:
            return Images(torch.from_numpy(self._in_units(self._molecules(tensors, step))))
        order = self._params.order
        fine = root(self._density_of(tensors, order, step), order)
        return Images(torch.from_numpy(shown_again(fine, self.zoom, order, self._sigma)))

    def image(self, state: State) -> Preview:
        """See Solver.image: the cumulant of the highest order, not sharpened, which takes longer than a block."""
        order = self._orders[-1] if not self._maps else 2
        shown = root(self._virtual(state.tensors, order, state.step), order)
        fine = on_fine_grid(shown, order, self.shape_yx, self.zoom).astype(np.float32)
        return Preview(state.step, fine, np.zeros(self.shape_yx, np.float32))

    def phase_after(self, step: int) -> Phase:
        """See ImageSolver.phase_after."""
        return Phase("Cumulants", self.total_steps)

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        order = self._orders[0]
        moving = motion_remarks(opposed_share(fluctuations(self.frames, self.noise.level), blur_pixels(self.problem)))
        said = *blinking_remarks(self._blocks.mean(tensors, order, self.total_steps), order), *moving
        if not self._maps:
            return said
        share = 100.0 * float((shown.estimate > 0).double().mean())
        return (
            *said,
            f"The map is told in {share:.0f} % of the field; it is 0 where blinking does not stand out of the noise. "
            "It holds for molecules that are either bright or dark, and blink independently.",
        )

    def _virtual(self, tensors: Mapping[str, torch.Tensor], order: int, step: int) -> np.ndarray:
        cumulants = self._blocks.mean(tensors, order, step)
        return flattened(cumulants, self._blocks.counts(order), order, self._sigma)

    def _density_of(self, tensors: Mapping[str, torch.Tensor], order: int, step: int) -> np.ndarray:
        """N ε^n f_n of each fine pixel, photons^n per square pixel: the sharpened cumulant over ∫ (U/U₀)^n = 2πσ²/n."""
        blur = narrowed_blur(self.shape_yx, self.zoom, order, self._sigma, self.device)
        image = self._virtual(tensors, order, step)
        return sharpened(image, blur, self._params.sharpening_steps) * (order / (2.0 * np.pi * self._sigma**2))

    def _molecules(self, tensors: Mapping[str, torch.Tensor], step: int) -> Molecules:
        """Maps, from cumulants of one sharpness."""
        width = self.zoom * self._params.smoothing * sigma_from_fwhm(blur_pixels(self.problem))
        smooth = [gaussian_filter(self._density_of(tensors, order, step), width, mode="reflect") for order in ORDERS]
        return molecules_of(*smooth, (smooth[0] > 0) & self._told(tensors, step))

    def _told(self, tensors: Mapping[str, torch.Tensor], step: int) -> np.ndarray:
        """Where κ₂ is TOLD_ERRORS standard errors above zero, by its spread from block to block; fine grid."""
        if step == 0:
            return np.zeros(self.fine_shape_yx, bool)
        mean = self._blocks.mean(tensors, 2, step)
        second = mean.mean(axis=0)
        if step < FEWEST_BLOCKS:
            error = self._error_by_chance(second, step / self.total_steps)
        else:
            frames = len(self.frames) / self.total_steps
            squares = tensors["squares"].cpu().numpy() / (step * frames**2)
            variance = np.maximum(squares - mean**2, 0.0).mean(axis=0) / (step - 1)
            error = np.sqrt(gaussian_filter(variance, blur_pixels(self.problem), mode="reflect"))
        known = (second > TOLD_ERRORS * error).astype(float)
        return np.kron(known, np.ones((self.zoom, self.zoom))) > 0

    def _error_by_chance(self, second: np.ndarray, share: float) -> np.ndarray:
        """Standard error of κ₂ (Y, X) over this share of the frames, √((v² + κ₂²) / T), from the pixels' variances v.

        That of a covariance of two normal series (Wishart 1928); frames that blinking ties together count as fewer.
        """
        rest = fluctuations(self.frames, self.noise.level)
        variance = np.einsum("tyx,tyx->yx", rest.frames, rest.frames, dtype=np.float64) / rest.degrees
        independent = share * rest.degrees / max(1.0, self.noise.correlation_frames)
        return np.sqrt((variance**2 + second**2) / max(1.0, independent))

    def _in_units(self, found: Molecules) -> np.ndarray:
        """The map that is asked for, in the unit that the claims state."""
        if self._params.quantity == "on-time-ratio":
            return found.on_time_ratio
        if self._params.quantity == "brightness":
            return found.brightness * (2.0 * np.pi * self._sigma**2)
        return found.density / (1e-3 * self.problem.acquisition.pixel_size_nm) ** 2
