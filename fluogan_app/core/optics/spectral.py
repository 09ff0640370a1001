"""The forward operator for PSFs that do not separate: a few waves of the field, each weakened by the PSF's transfer.

In a mirrored or a periodic field the blur keeps waves apart, so that ΨK is three steps: the spots' share in each wave,
a factor for each wave, and the waves summed over camera pixels. The first and the last are small matrices along y and
x; waves that the PSF does not let through are left out. There is no cut kernel: an Airy pattern's far rings count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
import torch

from fluogan_app.core.optics.operators import SumOperator, separable_operator
from fluogan_app.core.optics.pointspread import PointSpread
from fluogan_app.core.optics.psf import Boundary, banded_spots
from fluogan_app.core.optics.spectrum import plane_energies
from fluogan_app.core.optics.squares import squared_matrices
from fluogan_app.core.optimise.power_iteration import operator_norm

#: Waves that carry less than this part of the light are left out.
LEAST_TRANSFER = 1e-7
#: Frequencies, in cycles per FWHM, up to which a PSF's transfer is looked at.
HIGHEST_PER_FWHM = 3.0


@dataclass(frozen=True)
class Axis:
    """One axis of a field: its camera pixels, and the spots that lie along it at equal distances.

    spot_sigma_pixels: σ of the Gaussian spots in camera pixels, 0 for points in the middle of the fine pixels.
    """

    pixels: int
    zoom: int
    boundary: Boundary
    spots_per_pixel: int
    spot_sigma_pixels: float

    @property
    def spots(self) -> int:
        """Number of spots."""
        return self.pixels * (self.spots_per_pixel if self.spot_sigma_pixels > 0 else self.zoom)

    def frequencies(self, highest: float) -> np.ndarray:
        """Those of the field's waves up to `highest`, in cycles per camera pixel."""
        if self.boundary == "reflecting":
            return np.arange(int(2 * self.pixels * highest) + 1) / (2 * self.pixels)
        count = int(self.pixels * highest)
        return np.arange(-count, count + 1) / self.pixels

    def wave(self, frequencies: np.ndarray, places: np.ndarray, turned: bool = False) -> np.ndarray:
        """cos, or cos + sin in a periodic field, (waves, places); `turned` by a quarter."""
        phase = 2.0 * np.pi * np.outer(frequencies, places)
        if self.boundary == "reflecting":
            return np.sin(phase) if turned else np.cos(phase)
        return np.sin(phase) - np.cos(phase) if turned else np.cos(phase) + np.sin(phase)

    def analysis(self, frequencies: np.ndarray) -> np.ndarray:
        """The share of each spot in each wave, (waves, spots). Gaussian spots are made of fine pixels, as in x."""
        fine = self.zoom * self.pixels
        shares = self.wave(frequencies, (np.arange(fine) + 0.5) / self.zoom)
        if self.spot_sigma_pixels == 0:
            return shares
        return shares @ banded_spots(fine, self.spots, self.zoom * self.spot_sigma_pixels, self.boundary)

    def synthesis(self, frequencies: np.ndarray, turned: bool = False) -> np.ndarray:
        """Each wave summed over the camera pixels, (pixels, waves); together with `analysis` it is the identity."""
        each = np.where((frequencies == 0) | (self.boundary == "periodic"), 1.0, 2.0) / self.pixels
        waves = self.wave(frequencies, np.arange(self.pixels) + 0.5, turned).T
        return waves * np.sinc(frequencies) * each


@dataclass(frozen=True)
class Part:
    """One of the four parts of a PSF, even or odd along y and x: its factors, and the waves that it turns into."""

    factors: torch.Tensor
    rows: torch.Tensor
    columns: torch.Tensor


class SpectralOperator:
    """ΨK for any PSF, with the interface of ForwardOperator. Beyond the border the sample is mirrored, or repeated."""

    def __init__(
        self, psf: PointSpread, axes_yx: tuple[Axis, Axis], device: str = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        self._psf, self._axes, self._device, self._dtype = psf, axes_yx, device, dtype
        self.coarse_shape = tuple(axis.pixels for axis in axes_yx)
        self.fine_shape = tuple(axis.spots for axis in axes_yx)
        self._frequencies = _kept(psf, axes_yx)
        pairs = zip(axes_yx, self._frequencies)
        self._rows, self._columns = (self._tensor(axis.analysis(frequencies)) for axis, frequencies in pairs)
        self._parts = tuple(self._part(*part) for part in _parities(psf, *self._frequencies))

    def _part(self, factors: np.ndarray, turned_y: bool, turned_x: bool) -> Part:
        (along_y, along_x), (rows, columns) = self._frequencies, self._axes
        waves = rows.synthesis(along_y, turned_y), columns.synthesis(along_x, turned_x)
        return Part(*(self._tensor(each) for each in (factors, *waves)))

    def _tensor(self, values: np.ndarray) -> torch.Tensor:
        return torch.tensor(values, dtype=self._dtype, device=self._device)

    @property
    def norm(self) -> float:
        """Largest singular value."""
        spectrum = self.camera_spectrum()
        if spectrum is not None:
            return float(spectrum.max()) ** 0.5
        return operator_norm(self.apply, self.adjoint, self.ones())

    def ones(self) -> torch.Tensor:
        """An even image on the grid of the spots, on the operator's device."""
        return torch.ones(self.fine_shape, dtype=self._dtype, device=self._device)

    def apply(self, fine: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """ΨKs: photons per camera pixel from photons per spot, (…, Sy, Sx) to (…, Y, X)."""
        waves = (self._rows @ fine) @ self._columns.T
        images = ((part.rows @ (part.factors * waves)) @ part.columns.T for part in self._parts)
        image = sum(images, start=next(images))
        return image if out is None else out.copy_(image)

    def adjoint(self, coarse: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """(ΨK)ᵀr: what each spot hears of the camera pixels, (…, Y, X) to (…, Sy, Sx)."""
        waves = (part.factors * (part.rows.T @ coarse @ part.columns) for part in self._parts)
        return torch.matmul(self._rows.T, sum(waves, start=next(waves)) @ self._columns, out=out)

    def squared(self) -> SumOperator:
        """The operator of the squared elements, within a few thousandths of the largest (see squares.py)."""
        return self._squared

    @cached_property
    def _squared(self) -> SumOperator:
        pairs = squared_matrices(self._around_one_pixel(), self._axes[0].boundary, self.coarse_shape, self.fine_shape)
        return SumOperator([separable_operator(pair, self._device, self._dtype) for pair in pairs])

    def gram_squared(self) -> SumOperator:
        """The operator between the spots' grids of the squared elements of ΨᵀΨ, within some thousandths of the largest.

        Of what two spots share in camera pixels that are fine enough only their distance counts, and that of one from
        the other's mirror images: light of these adds up before the square. For a PSF that differs from its mirror
        image, what is shared is not known so well within a width of the border.
        """
        shared, boundary = self._shared_by_spots(), self._axes[0].boundary
        pairs = squared_matrices(shared, boundary, self.fine_shape, self.fine_shape)
        return SumOperator([separable_operator(pair, self._device, self._dtype) for pair in pairs])

    def _around_one_pixel(self) -> np.ndarray:
        """What one camera pixel hears of the spots around it, (spots, spots), without any border."""
        alone = self._without_border()
        pixels = alone.coarse_shape[0]
        middle = torch.zeros(alone.coarse_shape, dtype=torch.float64)
        middle[pixels // 2, pixels // 2] = 1.0
        return alone.adjoint(middle).numpy()

    def _shared_by_spots(self) -> np.ndarray:
        """(ΨᵀΨ)_kl by the distance of l from k, 0 in the middle; the mean over the places of k in its camera pixel."""
        alone = self._without_border()
        middle, zoom = alone.fine_shape[0] // 2, alone.fine_shape[0] // alone.coarse_shape[0]
        total = np.zeros(alone.fine_shape)
        for y, x in product(range(zoom), repeat=2):
            spot = torch.zeros(alone.fine_shape, dtype=torch.float64)
            spot[middle + y, middle + x] = 1.0
            total += np.roll(alone.adjoint(alone.apply(spot)).numpy(), (-y, -x), axis=(0, 1))
        return total / zoom**2

    def _without_border(self) -> SpectralOperator:
        """The same on a square field that goes on at its other end, just large enough for one spot's light."""
        pixels = 2 * int(np.ceil(4.0 * self._psf.fwhm_pixels + 4.0 * self._axes[0].spot_sigma_pixels)) + 3
        axes = tuple(replace(axis, pixels=pixels, boundary="periodic") for axis in self._axes)
        return SpectralOperator(self._psf, axes, dtype=torch.float64)

    def camera_spectrum(self) -> torch.Tensor | None:
        """Eigenvalues of ΨK(ΨK)ᵀ, (Y, X): of the DCT-II's waves, or of the DFT's in a periodic field.

        None where these are not its eigenvectors: for a PSF that differs from its mirror image.
        """
        if len(self._parts) > 1:
            return None
        syntheses = tuple(axis.synthesis(each) for axis, each in zip(self._axes, self._frequencies))
        analyses = tuple(axis.analysis(each) for axis, each in zip(self._axes, self._frequencies))
        factors = self._psf.transfer(*self._frequencies).real
        return self._tensor(plane_energies(syntheses, analyses, factors, self._axes[0].boundary))


def _kept(psf: PointSpread, axes_yx: tuple[Axis, Axis]) -> tuple[np.ndarray, np.ndarray]:
    """The frequencies along y and x that the PSF lets through."""
    highest = HIGHEST_PER_FWHM / psf.fwhm_pixels
    look = np.linspace(0.0, highest, 257)
    strength = abs(psf.transfer(look, np.concatenate([-look, look])))
    strength = np.maximum(strength.max(axis=1), abs(psf.transfer(np.concatenate([-look, look]), look)).max(axis=0))
    last = look[min(int(np.flatnonzero(strength > LEAST_TRANSFER).max()) + 1, len(look) - 1)]
    return tuple(axis.frequencies(last) for axis in axes_yx)  # type: ignore[return-value]


def _parities(
    psf: PointSpread, along_y: np.ndarray, along_x: np.ndarray
) -> list[tuple[np.ndarray, bool, bool]]:
    """Factors of the PSF's parts, and whether each turns waves by a quarter along y and along x.

    With P = H(f_y, f_x) and Q = H(f_y, −f_x): h * cos a cos b = ½ Re(P e^{i(a+b)} + Q e^{i(a−b)}).
    """
    one, other = psf.transfer(along_y, along_x), psf.transfer(along_y, -along_x)
    if psf.mirrored:
        return [(one.real, False, False)]
    return [
        (0.5 * (one + other).real, False, False),
        (0.5 * (other - one).real, True, True),
        (-0.5 * (one + other).imag, True, False),
        (0.5 * (other - one).imag, False, True),
    ]
