"""Second moments: what the blinking of the molecules says of the sample beyond the mean frame.

Molecules that fluctuate independently, κ photons an event, correlate the camera pixels that one molecule lights (Cachia
et al. 2024, eq. 1):

    Cov(y) = Ψ diag(κx) Ψᵀ + N,   N = diag(gain · Ψx + gain · b + read noise²)

Each frame, less its mean, is filtered with what a molecule at a place would look like, p_k, and the square is averaged
over time. Less what the camera's noise alone gives, the expectation is linear in x:

    V_k = mean_t (p_kᵀ(y_t − ȳ))² − p_kᵀ N p_k,   E V = κ F x,   F_kl = (p_kᵀ ψ_l)²

With p_k = Q ψ_k, Q ≈ Cov(y)⁻¹, all pairs of pixels enter as they inform: V is the score of the Gaussian likelihood, and
has the covariance 2/T (ψ_kᵀQψ_l)². Its inverse square root S makes the noise of S V white. So the second moments are
one more image of the same x with white noise, S V = κ S F x, whose PSF is narrower than the microscope's by √2. For a
Gaussian PSF and Q = Q_y ⊗ Q_x, S F is a small matrix along y and one along x.

Q matters: pairs of pixels up to six apart that are weighted each by itself hold half of what the second moments know at
κ = 20 and 60 photons, and a fifth at κ = 200, because the blur makes their errors alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import maximum_filter
from scipy.sparse import csr_array

from fluogan_app.core.estimate.photon_transfer import photon_transfer
from fluogan_app.core.estimate.trend import without_trend
from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.optics.blur import Optics
from fluogan_app.core.optics.operators import separable_operator
from fluogan_app.core.optics.pointspread import GaussianPsf
from fluogan_app.core.optics.psf import banded_spots

#: Places per camera pixel at which V is taken: a square has twice the bandwidth of what was squared.
PLACES = 2
#: Fewer frames have no covariance to speak of, and smaller fields no camera's line.
LEAST_FRAMES, LEAST_SIDE = 30, 6
#: A PSF narrower than FWHM 2 pixels is not told from the camera's noise (photon_transfer.py).
LEAST_SIGMA = 0.999 * 2.0 / 2.3548
#: Waves of V whose noise is below this part of the strongest are not amplified any further: S stays local.
RIDGE = 1e-2
#: Structures concentrate light, and blinking with it: so many times the excess that their mean brightness tells.
CONCENTRATION = 2.0
#: What all pixels do together is the lamp's from so many times on what blinking molecules can make of it.
LAMP = 4.0
#: Lengths in σ of the PSF: how far filters reach beyond an end, and the border where mirror images disturb.
REACH_SIGMAS, BORDER_SIGMAS = 8.0, 2.5
#: Elements of the matrices below this part of the largest only cost time.
NEGLIGIBLE = 1e-5
FRAMES_AT_ONCE = 32
#: Places whose series tell how long molecules remember, and the correlation that counts as none.
SERIES, UNCORRELATED = 400, 0.05


@dataclass(frozen=True)
class Fluctuations:
    """The image of the second moments and how x makes it; in the frames' unit squared.

    image: (PLACES·Y, PLACES·X), S V. weights: 1 / variance of each of its pixels, 0 where nothing can be told. rows,
    columns: S F along an axis, from the fine grid, (PLACES·Y, zoom·Y) and (PLACES·X, zoom·X); the image is, on
    average, κ · rows · x · columnsᵀ. independent_frames: frames less those that say the same as the frame before them.
    """

    image: np.ndarray
    weights: np.ndarray
    rows: csr_array
    columns: csr_array
    independent_frames: float


@dataclass(frozen=True)
class MomentAxis:
    """Along one axis: the filter Pᵀ (places, pixels), S (places, places), S F, and the diagonal of PᵀQ⁻¹P."""

    filter: csr_array
    whitening: csr_array
    response: csr_array
    power: float


def why_not_measured(shape_tyx: tuple[int, ...], optics: Optics, zoom: int) -> str | None:
    """Why there is no image of the second moments of such frames, in words; None where there is one."""
    count, *sides = shape_tyx
    if count < LEAST_FRAMES:
        return f"{count} frames are too few, {LEAST_FRAMES} are needed"
    if min(sides) < LEAST_SIDE:
        return f"the region is less than {LEAST_SIDE} pixels wide or high"
    if not isinstance(optics.psf, GaussianPsf):
        return "they are worked out for a Gaussian PSF alone"
    if optics.psf.sigma_pixels < LEAST_SIGMA:
        return "the PSF is narrower than two pixels, where blinking and the camera's noise look alike"
    if optics.boundary != "reflecting":
        return "they are worked out for a mirrored border alone"
    if zoom < PLACES:
        return f"they need a zoom of {PLACES} or more"
    return None


def measure_fluctuations(frames: np.ndarray, noise: Noise, optics: Optics, zoom: int) -> Fluctuations | None:
    """The second moments of frames (T, Y, X); None where why_not_measured says why.

    Slow trends are taken off, and what a flickering lamp does to whole frames. Nothing needs to be known of the
    camera: its noise is what neighbouring pixels do not share (photon_transfer.py). Multiplying the frames by c
    multiplies image and standard deviations by c².
    """
    count, *shape = frames.shape
    if why_not_measured(frames.shape, optics, zoom) is not None:
        return None
    rest, lost = without_trend(frames, noise.level)
    camera_noise = _camera_noise(frames, noise)
    left = count - lost - 1
    excess = _excess(rest, left, noise, camera_noise)
    amounts, certainty = _brightening(rest, noise.mean, camera_noise)
    if amounts.var() * certainty - 1.0 > LAMP * _patch(optics) * excess:
        rest = rest - amounts[:, None, None] * noise.mean.astype(np.float32)
        excess = _excess(rest, left, noise, camera_noise)
    rows, columns = (moment_axis(length, zoom, optics, excess) for length in shape)
    power, memory = _filtered_power(rest, rows, columns, left)
    from_camera = rows.filter.power(2) @ camera_noise @ columns.filter.power(2).T
    independent = max(left / memory, 1.0)
    variance = 2.0 / independent * (power / (rows.power * columns.power)) ** 2
    image = rows.whitening @ (power - from_camera) @ columns.whitening.T
    weights = 1.0 / np.maximum(variance, 1e-6 * float(variance.max()))
    weights *= _heard(~np.isfinite(noise.mean_variance), BORDER_SIGMAS * optics.psf.sigma_pixels)
    return Fluctuations(image, weights, rows.response, columns.response, independent)


def _heard(masked: np.ndarray, reach: float) -> np.ndarray:
    """1 where all is well, 0 within `reach` pixels of the border and of pixels that do not count, (PLACES·Y, PLACES·X).

    At the border a molecule's own mirror image would blink with it; what a mended pixel does, its neighbours do.
    """
    near = maximum_filter(masked, 2 * round(reach) + 1)
    inside, border = np.zeros([PLACES * length for length in masked.shape]), round(PLACES * reach)
    inside[border : len(inside) - border, border : inside.shape[1] - border] = 1.0
    return inside * ~np.kron(near, np.ones((PLACES, PLACES), bool))


def _camera_noise(frames: np.ndarray, noise: Noise) -> np.ndarray:
    """Variance of one frame that the camera alone makes, (Y, X)."""
    line = photon_transfer(frames)
    variance = line.slope * noise.mean + line.intercept
    return np.maximum(variance, 0.01 * max(float(variance.mean()), 0.0))


def _brightening(rest: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, float]:
    """By how much of the mean frame each frame is brighter, (T,), and 1 / variance of that by the camera's noise alone.

    A lamp that flickers brightens all pixels at once, molecules only some: of N pixels a lamp gives it N times the
    excess of one pixel's variance, blinking as many times as a PSF covers pixels.
    """
    weighted = np.divide(mean, variance, out=np.zeros_like(mean), where=variance > 0)
    certainty = float(np.sum(weighted * mean))
    amounts = np.tensordot(rest, weighted.astype(np.float32), 2)
    return amounts / np.float32(max(certainty, 1e-30)), certainty


def _patch(optics: Optics) -> float:
    """Camera pixels that an even sheet's blinking correlates, 4πσ²."""
    return 4.0 * np.pi * optics.psf.sigma_pixels**2


def _excess(rest: np.ndarray, left: int, noise: Noise, camera_noise: np.ndarray) -> float:
    """Variance beyond the camera's over the camera's, where there is light."""
    variance = np.einsum("tyx,tyx->yx", rest, rest, dtype=np.float64) / left
    light = np.maximum(noise.mean - np.percentile(noise.mean, 5.0), 0.0)
    camera = float(np.sum(light * camera_noise))
    return max(float(np.sum(light * (variance - camera_noise))) / camera, 0.0) if camera > 0 else 0.0


def moment_axis(pixels: int, zoom: int, optics: Optics, excess: float) -> MomentAxis:
    """Filter and response of one axis of a Gaussian PSF.

    excess: variance that blinking adds to that of the camera, as its multiple; 0 for Q = 1. They are worked out on a
    longer axis and folded in at its ends: what lies beyond an end blinks by itself.
    """
    sigma, beyond = optics.psf.sigma_pixels, int(np.ceil(REACH_SIGMAS * optics.psf.sigma_pixels))
    length = pixels + 2 * beyond
    blur = banded_spots(length, zoom * length, sigma, optics.boundary).toarray()
    seen = banded_spots(length, PLACES * length, sigma, optics.boundary).toarray()
    # An even sheet of molecules has 4πσ² times its excess per pixel in the longest waves; half of it along each axis.
    along = np.sqrt(1.0 + CONCENTRATION * _patch(optics) * excess) - 1.0
    filters = np.linalg.solve(np.eye(length) + along * (blur @ blur.T) / zoom, seen)
    overlap = seen.T @ filters
    values, vectors = np.linalg.eigh(overlap**2)
    whitening = (vectors / np.sqrt(np.maximum(values, 0.0) + RIDGE * values[-1])) @ vectors.T
    response = whitening @ (filters.T @ blur) ** 2
    folded = (_folded(matrix, pixels, length) for matrix in (filters.T, whitening, response))
    return MomentAxis(*folded, power=float(overlap[len(overlap) // 2, len(overlap) // 2]))


def _folded(matrix: np.ndarray, pixels: int, length: int) -> csr_array:
    """The rows within `pixels` of a matrix over `length` pixels, the columns beyond them mirrored in."""
    beyond = (length - pixels) // 2
    rows, columns = (count // length for count in matrix.shape)
    kept = csr_array(np.where(np.abs(matrix) >= NEGLIGIBLE * np.abs(matrix).max(), matrix, 0.0))
    kept = kept[beyond * rows : (beyond + pixels) * rows].tocoo()
    place = (kept.col - beyond * columns) % (2 * pixels * columns)
    place = np.where(place < pixels * columns, place, 2 * pixels * columns - 1 - place)
    return csr_array((kept.data, (kept.row, place)), shape=(pixels * rows, pixels * columns))


def _filtered_power(rest: np.ndarray, rows: MomentAxis, columns: MomentAxis, left: int) -> tuple[np.ndarray, float]:
    """Mean square of the filtered frames at each place, and how many frames say as much as one independent one."""
    operator = separable_operator((rows.filter, columns.filter))
    power = np.zeros(operator.coarse_shape)
    followed = _places_of_light(operator.apply(torch.tensor(np.abs(rest[:: max(1, len(rest) // 16)]).mean(axis=0))))
    series = []
    for start in range(0, len(rest), FRAMES_AT_ONCE):
        heard = operator.apply(torch.from_numpy(np.ascontiguousarray(rest[start : start + FRAMES_AT_ONCE])))
        series.append(heard.flatten(1)[:, followed].numpy())
        power += heard.square().sum(dim=0).numpy()
    return power / left, _memory(np.concatenate(series))


def _places_of_light(image: torch.Tensor) -> torch.Tensor:
    return torch.topk(image.flatten(), min(SERIES, image.numel())).indices


def _memory(series: np.ndarray) -> float:
    """1 + 2 Σ ρ², ρ the autocorrelations of series (T, places): frames for one independent product (Bartlett 1946)."""
    series = series.astype(np.float64)
    total, power = 1.0, float(np.sum(series**2))
    for lag in range(1, len(series) // 4 if power > 0 else 0):
        correlation = float(np.sum(series[:-lag] * series[lag:])) / power
        if correlation < UNCORRELATED:
            break
        total += 2.0 * correlation**2
    return total
