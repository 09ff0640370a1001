"""The Airy pattern of a perfect objective, exact for pixels of any size: its transfer function ends at 2 NA / λ.

Like `imaging`, it is written apart from the operators that a method uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from fluogan_app.core.simulate.recording_params import AIRY_FWHM


def airy_transfer(frequency: np.ndarray, cutoff: float) -> np.ndarray:
    """Incoherent transfer function of a round pupil: 2/π (acos ρ − ρ √(1 − ρ²)), ρ = |f| / cutoff, 0 from ρ = 1."""
    relative = np.clip(frequency / cutoff, 0.0, 1.0)
    return 2 / np.pi * (np.arccos(relative) - relative * np.sqrt(1 - relative**2))


@dataclass(frozen=True)
class AiryMicroscope:
    """Ψ by way of the waves that the objective lets pass, between mirrors at the borders.

    Between mirrors an image is a sum of cosines of f_k = k / 2N periods per camera pixel. `from_y` (K, zoom·Y) and
    `from_x` take the amplitudes from fine pixels that are evenly lit, `transfer` (K_y, K_x) weakens them, and `to_y`
    (Y, K), `to_x` sum the waves over camera pixels. Nothing is cut off: waves beyond the limit do not pass.
    """

    from_y: np.ndarray
    from_x: np.ndarray
    transfer: np.ndarray
    to_y: np.ndarray
    to_x: np.ndarray

    @classmethod
    def of_width(
        cls,
        shape_yx: tuple[int, int],
        zoom: int,
        pixel_size_nm: float,
        fwhm_nm: float,
        lit_columns: np.ndarray | None = None,
    ) -> Self:
        """The Airy pattern of that FWHM over `shape_yx` camera pixels; with `lit_columns`, for light in those alone."""
        cutoff = 2 * AIRY_FWHM * pixel_size_nm / fwhm_nm
        waves = [np.arange(int(np.floor(2 * pixels * cutoff)) + 1) / (2 * pixels) for pixels in shape_yx]
        columns = np.arange(zoom * shape_yx[1]) if lit_columns is None else lit_columns
        return cls(
            _amplitudes(waves[0], np.arange(zoom * shape_yx[0]), zoom, shape_yx[0]),
            _amplitudes(waves[1], columns, zoom, shape_yx[1]),
            airy_transfer(np.hypot(waves[0][:, None], waves[1][None, :]), cutoff),
            _sums(waves[0], shape_yx[0]),
            _sums(waves[1], shape_yx[1]),
        )

    def image(self, estimate: np.ndarray) -> np.ndarray:
        """Mean photons per camera pixel, Ψx, of an emission x (zoom·Y, zoom·X or the lit columns)."""
        passed = self.transfer * (self.from_y @ estimate @ self.from_x.T)
        # No light is negative; what rounding leaves below 0 in the dark would be no mean of a Poisson law.
        return np.maximum(self.to_y @ passed @ self.to_x.T, 0.0)


def _amplitudes(frequency: np.ndarray, fine_pixels: np.ndarray, zoom: int, camera_pixels: int) -> np.ndarray:
    """Amplitude of every wave for one photon, even over each fine pixel: (waves, fine pixels)."""
    centres = (fine_pixels[None, :] + 0.5) / zoom
    norm = np.where(frequency == 0, 1.0, 2.0)[:, None] / camera_pixels
    return norm * np.sinc(frequency / zoom)[:, None] * np.cos(2 * np.pi * frequency[:, None] * centres)


def _sums(frequency: np.ndarray, camera_pixels: int) -> np.ndarray:
    """Every wave of amplitude 1, summed over each camera pixel: (camera pixels, waves)."""
    centres = np.arange(camera_pixels)[:, None] + 0.5
    return np.sinc(frequency)[None, :] * np.cos(2 * np.pi * frequency[None, :] * centres)
