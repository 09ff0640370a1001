"""Support: how much light a spot's surroundings hold along the structure that it lies on, and what λ1 asks for it.

Sparsity by ℓ1 alone shortens what is there as much as what is not. The penalty meant is that of a logarithm,
λ1 ε Σ log(1 + S/ε), by reweighting (Candès, Wakin and Boyd 2008), with a difference: S is not the spot itself but the
mean over a straight piece of structure through it, in the local direction. Noise varies along a line and structures do
not, so that a line's spots share one low price and what lies beside them a high one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.methods.fluogan.texture import COARSE_WIDTH, WIDE, Texture

#: Length of the straight piece, in σ of the PSF.
LENGTH_SIGMAS = 6.0
#: λ1 pulls at most so many times as hard: on fine spots, and on coarse ones, which are asked for less proof.
DEAREST_FINE, DEAREST = 1.5, 1.1
#: And at least so many times.
CHEAPEST = 0.03
#: Support at which the price has halved, in multiples of the typical light at the usual noise, and the power with which
#: it falls where there is less. More of it parts closer lines, and in the end bars that are none: where noise hides the
#: difference, either is shown for the other; where light is plentiful, the recording decides without any favour.
HALF_PRICE, HALF_PRICE_POWER = 0.13, 0.1
#: Directions are those of the picture blurred by, and averaged over, so many σ of the PSF.
DIRECTION_BLUR, DIRECTION_WINDOW = 0.6, 1.2
#: Surroundings of this side, in σ of the PSF, count as significant from so many standard deviations on; what stands in
#: fainter ones λ1 pulls on up to so many times as hard.
FAINT_SIDE, SIGNIFICANT_SIGMAS, DEAREST_FAINT = 2.0, 40.0, 4.0
#: Where finer spots hold less than this part of the light, within a Gaussian window of so many σ of the PSF, they are
#: what an edge sharper than wide spots leaves over; λ1 pulls on them up to so many times as hard.
SOLID, SOLID_WINDOW, DEAREST_IN_SOLID = 0.8, 1.5, 10.0


def typical_light(estimate: torch.Tensor) -> torch.Tensor:
    """Photons per fine pixel in which the estimate's light stands on average, Σx² / Σx, 0-d: haze hardly counts."""
    return estimate.square().sum() / estimate.sum().clamp(min=1e-30)


def prices(
    model: Model,
    spots: Sequence[torch.Tensor],
    estimate: torch.Tensor,
    typical: torch.Tensor,
    zoom: int,
    sigma_pixels: float,
    judged: bool,
) -> list[torch.Tensor]:
    """By how much λ1 is to pull harder on each spot, DEAREST where nothing supports it and down to CHEAPEST.

    estimate: the image (LY, LX) of the spots. Wide spots begin at 1: what nothing supports, they are to take over.
    `judged`: the picture has come so far that what is faint, or stands among wide spots, can be told from structure,
    and is made dearer still.
    """
    directions = structure_directions(estimate, zoom, sigma_pixels)
    half = (HALF_PRICE * model.quiet**HALF_PRICE_POWER * typical).clamp(min=1e-12)
    found = []
    for texture, part in zip(model.textures, spots):
        per_pixel, wide = texture.kind.per_pixel, texture.kind.name == WIDE.name
        along = support(part, directions, LENGTH_SIGMAS * sigma_pixels * per_pixel) * (per_pixel / zoom) ** 2
        price = (_highest(texture) / (1.0 + along / half)).clamp_(min=CHEAPEST)
        if judged and not wide:
            price *= faintness(texture, part, model.weights, sigma_pixels)
            if len(spots) > 1:
                price *= solidity(part, spots[-1], tuple(model.mean.shape), sigma_pixels)
        found.append(price)
    return found


def _highest(texture: Texture) -> float:
    """The price of spots that nothing supports."""
    if texture.kind.name == WIDE.name:
        return 1.0
    return DEAREST_FINE if texture.kind.width < COARSE_WIDTH else DEAREST


def faintness(texture: Texture, spots: torch.Tensor, weights: torch.Tensor, sigma_pixels: float) -> torch.Tensor:
    """By how much λ1 is to pull harder on spots whose surroundings do not stand out of the noise, 1 to DEAREST_FAINT.

    A spot of s photons changes what a matched filter hears by s √(Σ_i ψ_ik² w_i) standard deviations of the noise.
    """
    side = FAINT_SIDE * sigma_pixels
    # A Gaussian window with the area of a square of that side.
    photons = side**2 * _photons_nearby(spots, tuple(weights.shape), side / math.sqrt(4.0 * math.pi))
    heard = texture.blur.squared().adjoint(weights)
    heard = torch.nn.functional.adaptive_avg_pool2d(heard[None, None], tuple(weights.shape))[0, 0]
    deviations = photons * heard.clamp(min=0.0).sqrt()
    dearer = (SIGNIFICANT_SIGMAS / deviations.clamp(min=1e-6)).clamp(1.0, DEAREST_FAINT)
    return torch.nn.functional.interpolate(dearer[None, None], spots.shape, mode="nearest")[0, 0]


def solidity(
    fine: torch.Tensor, wide: torch.Tensor, shape_yx: tuple[int, int], sigma_pixels: float
) -> torch.Tensor:
    """By how much λ1 is to pull harder on fine spots among wide ones, 1 to DEAREST_IN_SOLID, like `fine`."""
    own, other = (_photons_nearby(part, shape_yx, SOLID_WINDOW * sigma_pixels) for part in (fine, wide))
    dearer = (SOLID * (own + other) / own.clamp(min=1e-9)).clamp(1.0, DEAREST_IN_SOLID)
    return torch.nn.functional.interpolate(dearer[None, None], fine.shape, mode="nearest")[0, 0]


def _photons_nearby(spots: torch.Tensor, shape_yx: tuple[int, int], window: float) -> torch.Tensor:
    """Photons per camera pixel, (Y, X), averaged in a Gaussian window of that σ."""
    photons = torch.nn.functional.adaptive_avg_pool2d(spots[None, None], shape_yx)[0, 0]
    photons = photons * (spots.numel() / photons.numel())
    return torch.tensor(gaussian_filter(photons.cpu().numpy(), window, mode="reflect")).to(spots)


def structure_directions(estimate: torch.Tensor, zoom: int, sigma_pixels: float) -> torch.Tensor:
    """Direction of structures in radians from the x axis, 0 to π, about two values per camera pixel along an axis.

    From the structure tensor (Bigün and Granlund 1987): the eigenvector along which brightness changes least.
    """
    step = max(1, zoom // 2)
    seen = torch.nn.functional.avg_pool2d(estimate[None, None], step, ceil_mode=True)[0, 0]
    sigma = sigma_pixels * zoom / step
    image = gaussian_filter(seen.cpu().numpy().astype(np.float64), DIRECTION_BLUR * sigma, mode="reflect")
    slope_y, slope_x = (np.gradient(image, axis=axis) if image.shape[axis] > 1 else 0 * image for axis in (0, 1))
    yy, xx, xy = (
        gaussian_filter(product, DIRECTION_WINDOW * sigma, mode="reflect")
        for product in (slope_y * slope_y, slope_x * slope_x, slope_x * slope_y)
    )
    across = 0.5 * np.arctan2(2.0 * xy, xx - yy)
    return torch.tensor((across + np.pi / 2) % np.pi).to(estimate)


def support(spots: torch.Tensor, directions: torch.Tensor, length: float) -> torch.Tensor:
    """Mean over a straight piece of about `length` spots, centred at each spot, in the local direction.

    Pieces are summed by doubling: each turn adds the sum to itself, shifted by its own length, so that a piece of 2ⁿ
    spots takes n additions of the whole image for each direction.
    """
    doublings = max(0, round(math.log2(max(length, 1.0))))
    count, reach = max(4, 2**doublings // 2), 2**doublings
    softened = _softened(_mirrored(spots, reach))
    nearest = torch.nn.functional.interpolate(directions[None, None], spots.shape, mode="nearest")[0, 0]
    chosen = torch.round(nearest * (count / math.pi)).long() % count
    there = torch.bincount(chosen.flatten(), minlength=count).tolist()
    result = torch.zeros_like(spots)
    for index in range(count):
        if there[index]:
            angle = math.pi * index / count
            result = torch.where(chosen == index, _pieces(softened, angle, doublings, reach, spots.shape), result)
    return result / reach


def _pieces(image: torch.Tensor, angle: float, doublings: int, border: int, shape: torch.Size) -> torch.Tensor:
    """Sums over 2^doublings spots along one direction (0 ≤ angle < π), centred, without the border."""
    total, reach_y, reach_x, first_x = image, 0, 0, 0
    for turn in range(doublings):
        shift_y, shift_x = round(math.sin(angle) * 2**turn), round(math.cos(angle) * 2**turn)
        # What lies beyond the border by then is left out: it is wider than half of a piece.
        height, width = total.shape[0] - shift_y, total.shape[1] - abs(shift_x)
        here, there = max(0, -shift_x), max(0, shift_x)
        total = total[:height, here : here + width] + total[shift_y:, there : there + width]
        first_x += here
        reach_y, reach_x = reach_y + shift_y, reach_x + shift_x
    top, left = border - round(reach_y / 2), border - round(reach_x / 2) - first_x
    return total[top : top + shape[0], left : left + shape[1]]


def _mirrored(image: torch.Tensor, border: int) -> torch.Tensor:
    """With a border of its mirror image, also where that is wider than the image."""
    for axis, length in enumerate(image.shape):
        places = torch.arange(-border, length + border, device=image.device) % (2 * length)
        image = image.index_select(axis, torch.where(places < length, places, 2 * length - 1 - places))
    return image


def _softened(image: torch.Tensor) -> torch.Tensor:
    """Each spot with half of its neighbours, so that a piece may run beside the spots by less than one."""
    for axis in (0, 1):
        image = 0.5 * image + 0.25 * (torch.roll(image, 1, axis) + torch.roll(image, -1, axis))
    return image
