"""Point emitters at random, on a grid, or in pairs."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.errors import ParameterError
from fluogan_app.core.simulate.params import PointsParams
from fluogan_app.core.simulate.phantoms.phantom import Phantom


def points_phantom(params: PointsParams, rng: np.random.Generator) -> Phantom:
    """The points, none nearer to a border than half a fine pixel. Raises ParameterError where none fits."""
    shape = (params.rows, params.columns)
    fine_nm = params.pixel_size_nm / params.zoom
    extent_nm = np.array(shape) * params.pixel_size_nm
    points = _ARRANGEMENTS[params.arrangement](extent_nm, params, rng)
    points = points[np.all((points >= fine_nm / 2) & (points <= extent_nm - fine_nm / 2), axis=1)]
    if len(points) == 0:
        raise ParameterError(
            {"arrangement": f"Arrangement (arrangement) is {params.arrangement}, and no point falls into the field."},
            "Make the field larger, the density higher or the grid pitch smaller.",
        )
    brightness = np.exp(params.brightness_spread * rng.standard_normal(len(points)))
    fine_shape = (params.zoom * shape[0], params.zoom * shape[1])
    positions = {"points_yx_nm": points, "brightness": brightness}
    return Phantom(shape, lambda: deposit(points, brightness, fine_shape, fine_nm), positions)


def deposit(
    points_yx_nm: np.ndarray, light: np.ndarray, fine_shape: tuple[int, int], fine_pixel_size_nm: float
) -> np.ndarray:
    """Light (LY, LX) of points, each an even square of one fine pixel's side around its true place.

    So a point's light falls on up to four fine pixels, and its centroid stays where the point is.
    """
    corner = points_yx_nm / fine_pixel_size_nm - 0.5
    first = np.floor(corner).astype(int)
    share = corner - first
    image = np.zeros(fine_shape)
    for down in (0, 1):
        for right in (0, 1):
            part = np.abs(1 - down - share[:, 0]) * np.abs(1 - right - share[:, 1])
            # A share of 0 may lie beyond the border; it has no light to lose.
            row = np.minimum(first[:, 0] + down, fine_shape[0] - 1)
            column = np.minimum(first[:, 1] + right, fine_shape[1] - 1)
            np.add.at(image, (row, column), light * part)
    return image


def _at_random(extent_nm: np.ndarray, params: PointsParams, rng: np.random.Generator) -> np.ndarray:
    wanted = params.density_per_um2 * float(np.prod(extent_nm)) / 1e6
    return rng.uniform(0.0, extent_nm, (rng.poisson(wanted), 2))


def _on_grid(extent_nm: np.ndarray, params: PointsParams, rng: np.random.Generator) -> np.ndarray:
    along = [_centred(extent, params.pitch_nm) for extent in extent_nm]
    return np.stack(np.meshgrid(*along, indexing="ij"), axis=-1).reshape(-1, 2)


def _in_pairs(extent_nm: np.ndarray, params: PointsParams, rng: np.random.Generator) -> np.ndarray:
    """Pairs one after the other; those that a border would cut are left out."""
    middles = _on_grid(extent_nm, params, rng)
    turned = rng.uniform(0.0, np.pi, len(middles))
    half = params.pair_distance_nm / 2 * np.stack([np.sin(turned), np.cos(turned)], axis=1)
    pairs = np.stack([middles - half, middles + half], axis=1)
    edge_nm = params.pixel_size_nm / params.zoom
    whole = np.all((pairs >= edge_nm) & (pairs <= extent_nm - edge_nm), axis=(1, 2))
    return pairs[whole].reshape(-1, 2)


def _centred(extent_nm: float, pitch_nm: float) -> np.ndarray:
    """Places at that pitch, centred, at least half a pitch from either border, or one in the middle."""
    count = max(1, int(extent_nm / pitch_nm))
    return extent_nm / 2 + (np.arange(count) - (count - 1) / 2) * pitch_nm


_ARRANGEMENTS = {"random": _at_random, "grid": _on_grid, "pairs": _in_pairs}
