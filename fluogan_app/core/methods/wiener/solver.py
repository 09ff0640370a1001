"""One step: every wave of the mean frame is brought back to what it was before the microscope, or left out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.estimate.floor import smooth_floor
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.image_solver import Images, ImageSolver
from fluogan_app.core.methods.wiener.likeliest import noise_to_signal_of
from fluogan_app.core.methods.wiener.params import WienerParams
from fluogan_app.core.optics.blur import Optics, blur_operator, optics_of
from fluogan_app.core.optics.pointspread import GaussianPsf
from fluogan_app.core.optics.waves import waves_of
from fluogan_app.core.optimise.conjugate_gradients import solved

#: Where ΨΨᵀ is not diagonal in the camera's waves: steps to a residual that single precision cannot tell from none.
INNER_STEPS = 60


class WienerSolver(ImageSolver):
    """x = Ψᵀ (ΨΨᵀ + L² N/S)⁻¹ (ȳ − b), for white noise of variance N and a signal of variance S a fine pixel."""

    def __init__(self, problem: Problem, params: WienerParams, claims: Claims, device: str) -> None:
        super().__init__(problem, params.zoom, claims, 1, device)
        self._params = params
        optics, where = optics_of(problem.acquisition), (self.shape_yx, self.zoom)
        self._blur = blur_operator(optics, *where, device=device, dtype=torch.float64)
        spectrum = self._blur.camera_spectrum()
        self._diagonal = spectrum is not None
        if spectrum is None:
            alike = Optics(GaussianPsf(optics.sigma_pixels))
            spectrum = blur_operator(alike, *where, device=device, dtype=torch.float64).camera_spectrum()
        self._spectrum = spectrum.clamp(min=0.0)
        self._waves = waves_of(self._spectrum, "reflecting")
        floor = self._floor(self.noise.mean, np.sqrt(self.noise.mean_variance))
        self._under, mean = (torch.from_numpy(each).to(device, torch.float64) for each in (floor, self.noise.mean))
        self._signal = mean - self._under
        self.noise_to_signal = params.noise_to_signal or self._likeliest(optics)

    def begin(self) -> dict[str, torch.Tensor]:
        """See ImageSolver.begin."""
        return {"estimate": torch.zeros(self.fine_shape_yx, device=self.device)}

    def advance(self, tensors: dict[str, torch.Tensor], step: int) -> Mapping[str, torch.Tensor]:
        """See ImageSolver.advance."""
        added = self.zoom**2 * self.noise_to_signal

        def divided(image: torch.Tensor) -> torch.Tensor:
            return self._waves.inverse(self._waves.forward(image) / (self._spectrum + added))

        heard = divided(self._signal)
        if not self._diagonal:
            heard = solved(
                lambda image: self._blur.apply(self._blur.adjoint(image)) + added * image,
                self._signal, heard, divided, INNER_STEPS,
            )  # fmt: skip
        tensors["estimate"] = self._blur.adjoint(heard).to(torch.float32)
        return {}

    def images(self, tensors: Mapping[str, torch.Tensor], step: int) -> Images:
        """See ImageSolver.images."""
        estimate = tensors["estimate"]
        simulated = self._blur.apply(estimate.double()) + self._under
        return Images(estimate, self._under, simulated)

    def own_measures(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> Mapping[str, float]:
        """See ImageSolver.own_measures."""
        return {"noise_to_signal": self.noise_to_signal}

    def own_remarks(self, tensors: Mapping[str, torch.Tensor], shown: Images) -> tuple[str, ...]:
        """See ImageSolver.own_remarks."""
        return (
            "A linear filter: what is darker than the background, and the rings beside bright structures, are its own "
            "doing.",
        )

    def _floor(self, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
        if self._params.background == "none":
            return np.zeros(mean.shape)
        return smooth_floor(mean, deviation, blur_pixels(self.problem))

    def _likeliest(self, optics: Optics) -> float:
        """N/S of the measured noise and the likeliest signal; of a part of a field, that of the field."""
        whole = self.problem.reference
        if whole is None:
            variance = self.noise.mean_variance
            noise = float(variance[np.isfinite(variance)].mean())
            return noise_to_signal_of(self._signal.cpu().numpy(), noise, optics.psf)
        mean, noise = whole.mean.astype(float), float(whole.variance.mean()) / len(self.frames)
        floor = self._floor(mean, np.full(mean.shape, noise**0.5))
        return noise_to_signal_of(mean - floor, noise, optics.psf)
