"""Whether lines come out continuous: COL0RME with CEL0, with ℓ1, and PnP-COL0RME on lines and filaments that blink.

Run it by hand: python tests/benchmarks/measure_continuity.py [--seeds 1 2 3] [--picture FILE.png]

lit: share of the length of all lines along which the estimate reaches LIT of its own median there. gaps: stretches
between, for each 10 µm of line. off: share of the light further than NEAR_NM from any line.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt, map_coordinates, maximum_filter

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import Problem, make_problem
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import validated
from fluogan_app.core.simulate.registry import SCENARIOS
from fluogan_app.core.simulate.scenarios import simulate

LIT, NEAR_NM = 0.2, 60.0
SAMPLES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "lines": ("lines", {"rows": 30, "spacing_from_nm": 300.0, "spacing_to_nm": 180.0, "spacing_step_nm": 60.0}),
    "filaments": ("filaments", {"rows": 40, "columns": 60, "count": 8}),
}
WAYS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "CEL0": ("col0rme", {"penalty": "cel0", "gamma": 1e-3}),
    "l1": ("col0rme", {"penalty": "l1"}),
    "PnP": ("pnp_col0rme", {}),
}


def recorded(sample: str, seed: int, zoom: int) -> tuple[Problem, np.ndarray, list[np.ndarray]]:
    """A blinking recording, its truth, and the middles of its lines as chains (n, 2) in nm, [y, x]."""
    name, values = SAMPLES[sample]
    params = validated(SCENARIOS[name].params_type, {**values, "light": "blinking", "frames": 500, "zoom": zoom})
    found = simulate(params, seed, lambda done, total: None)
    camera = Acquisition().with_values(Origin.USER, pixel_size_nm=found.pixel_size_nm, fwhm_nm=324.0)
    problem = make_problem(Stack("made", "memory", ArraySource(found.frames)), camera)
    return problem, found.truth, chains_of(found.positions, found.frames.shape[1] * found.pixel_size_nm)


def chains_of(positions: Mapping[str, np.ndarray], height_nm: float) -> list[np.ndarray]:
    """The lines of a phantom as chains."""
    if "filaments_yx_nm" in positions:
        vertices, numbers = positions["filaments_yx_nm"], positions["filament_of_vertex"]
        return [vertices[numbers == number] for number in np.unique(numbers)]
    down = np.arange(0.0, height_nm, 10.0)
    lines = np.unique(np.ravel(positions["lines_nm"]))
    return [np.stack([down, np.full_like(down, x)], axis=1) for x in lines]


def continuity(estimate: np.ndarray, chains: list[np.ndarray], fine_nm: float) -> dict[str, float]:
    """lit, gaps and off, as above, of an estimate (LY, LX)."""
    # A line may lie a fine pixel beside its place.
    widest = maximum_filter(estimate, size=3)
    lit, length, gaps = 0.0, 0.0, 0
    near = np.ones(estimate.shape, bool)
    for chain in chains:
        places = densely(chain, fine_nm)
        inside = np.all((places >= 0) & (places < np.array(estimate.shape) * fine_nm), axis=1)
        rows, columns = np.floor(places[inside] / fine_nm).astype(int).T
        near[rows, columns] = False
        values = map_coordinates(widest, [rows, columns], order=0)
        if len(values) < 10:
            continue
        on = values >= LIT * np.median(values[values > 0]) if (values > 0).any() else np.zeros(len(values), bool)
        lit, length = lit + on.sum(), length + len(on)
        gaps += int(np.sum(np.diff(on.astype(int)) < 0))
    away = distance_transform_edt(near) * fine_nm > NEAR_NM
    return {
        "lit_percent": 100.0 * lit / length,
        "gaps_per_10um": gaps / (length * fine_nm) * 1e4,
        "off_percent": 100.0 * float(estimate[away].sum() / estimate.sum()),
    }


def densely(chain: np.ndarray, step_nm: float) -> np.ndarray:
    """Points along a chain, each `step_nm` from the one before."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(chain, axis=0).T))])
    at = np.arange(0.0, along[-1], step_nm)
    return np.stack([np.interp(at, along, axis) for axis in chain.T], axis=1)


def estimated(problem: Problem, way: str, zoom: int, **more: Any) -> tuple[np.ndarray, float]:
    """The estimate, and the processor's seconds."""
    name, values = WAYS[way]
    method, began = METHODS[name], time.process_time()
    solver = method.prepare(problem, validated(method.params_type, {**values, "zoom": zoom, **more}), "cpu", 0)
    ended = Job(solver, Control()).run()
    if ended.error is not None:
        raise ended.error
    return ended.result.estimate, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--zoom", type=int, default=4)
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    shown: list[list[np.ndarray]] = []
    for sample in SAMPLES:
        for seed in arguments.seeds:
            problem, truth, chains = recorded(sample, seed, arguments.zoom)
            fine_nm, row = problem.acquisition.pixel_size_nm / arguments.zoom, [truth]
            for way in WAYS:
                estimate, seconds = estimated(problem, way, arguments.zoom)
                found = continuity(estimate, chains, fine_nm)
                told = ", ".join(f"{name} {value:.1f}" for name, value in found.items())
                print(f"{sample:10s} seed {seed} {way:5s} {told}, {seconds:.1f} s", flush=True)
                row.append(estimate)
            shown.append(row)
    if arguments.picture is not None:
        save(arguments.picture, shown)


def save(path: Path, rows: list[list[np.ndarray]]) -> None:
    """All images beside each other, each on its own scale."""
    from PIL import Image

    strips = [np.concatenate([np.pad(_grey(image), 2, constant_values=90) for image in row], axis=1) for row in rows]
    width = max(strip.shape[1] for strip in strips)
    page = np.concatenate([np.pad(strip, ((0, 0), (0, width - strip.shape[1]))) for strip in strips])
    Image.fromarray(page).save(path)


def _grey(image: np.ndarray) -> np.ndarray:
    return (255 * np.clip(image / np.percentile(image, 99.5), 0.0, 1.0)).astype(np.uint8)


if __name__ == "__main__":
    main()
