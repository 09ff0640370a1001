"""Filaments: drawn as worm-like chains, or the molecules that a file lists."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fluogan_app.core.simulate.params import FilamentsParams
from fluogan_app.core.simulate.phantoms.chains import chain_coverage
from fluogan_app.core.simulate.phantoms.phantom import Phantom
from fluogan_app.core.simulate.phantoms.points import deposit
from fluogan_app.core.simulate.phantoms.positions import read_positions

#: A chain's steps are this share of its persistence length at most: it turns by an angle of 0.14 rms at each.
STEP_SHARE = 0.02
#: A chain has no more steps than this, however soft and long it is.
MOST_STEPS = 20_000


def filaments_phantom(params: FilamentsParams, rng: np.random.Generator) -> Phantom:
    """The filaments as `params` want them. Raises ReadError for a file that holds no positions."""
    return _from_file(params) if params.positions_file else _drawn(params, rng)


def worm_like_chain(
    length_nm: float, persistence_nm: float, step_nm: float, rng: np.random.Generator
) -> np.ndarray:
    """Vertices (n, 2) of a chain in the plane around the origin: its direction wanders as Brownian motion.

    The direction changes by N(0, step / persistence length) from step to step, so ⟨cos Δθ⟩ = exp(−s / 2P) and the
    mean squared distance of the ends is 4PL (1 − 2P/L (1 − exp(−L / 2P))).
    """
    count = max(1, int(np.ceil(length_nm / step_nm)))
    step = length_nm / count
    turns = rng.normal(0.0, np.sqrt(step / persistence_nm), count)
    turns[0] = rng.uniform(0.0, 2 * np.pi)
    direction = np.cumsum(turns)
    ends = step * np.cumsum(np.stack([np.sin(direction), np.cos(direction)], axis=1), axis=0)
    chain = np.concatenate([np.zeros((1, 2)), ends])
    return chain - chain[len(chain) // 2]


def _drawn(params: FilamentsParams, rng: np.random.Generator) -> Phantom:
    """Chains whose middles lie anywhere in the field; where they cross, their light adds up."""
    shape = (params.rows, params.columns)
    fine_nm = params.pixel_size_nm / params.zoom
    step_nm = max(min(fine_nm, STEP_SHARE * params.persistence_nm), params.length_nm / MOST_STEPS)
    chains = []
    for _ in range(params.count):
        middle = rng.uniform(0.0, np.array(shape) * params.pixel_size_nm)
        chains.append(middle + worm_like_chain(params.length_nm, params.persistence_nm, step_nm, rng))
    fine_shape = (params.zoom * shape[0], params.zoom * shape[1])

    def paint() -> np.ndarray:
        light = np.zeros(fine_shape)
        for chain in chains:
            light += chain_coverage([chain], params.filament_width_nm, fine_shape, fine_nm)
        return light

    positions = {
        "filaments_yx_nm": np.concatenate(chains),
        "filament_of_vertex": np.repeat(np.arange(len(chains)), [len(chain) for chain in chains]),
    }
    return Phantom(shape, paint, positions)


def _from_file(params: FilamentsParams) -> Phantom:
    """The file's positions, centred in a field with the wanted margin."""
    molecules = read_positions(Path(params.positions_file))
    low, high = molecules.places_yx_nm.min(axis=0), molecules.places_yx_nm.max(axis=0)
    fine_nm = params.pixel_size_nm / params.zoom
    around_nm = max(params.margin_nm, fine_nm)
    rows, columns = (int(np.ceil(side / params.pixel_size_nm)) for side in high - low + 2 * around_nm)
    field_nm = np.array([rows, columns]) * params.pixel_size_nm
    places = molecules.places_yx_nm + (field_nm - low - high) / 2
    fine_shape = (params.zoom * rows, params.zoom * columns)

    def paint() -> np.ndarray:
        return deposit(places, molecules.light, fine_shape, fine_nm)

    positions = {"molecules_yx_nm": places, "molecule_light": molecules.light}
    return Phantom((rows, columns), paint, positions)
