"""Prints how well drift is found on samples that move along known paths, and what its correction brings:

    python -m tests.benchmarks.measure_drift [path] [effect] [--lights bright dim blinking] [--seeds 1 2 3]
        [--frames 300] [--pixels 2.3]

path: filaments on 64 × 64 pixels that stay, move smoothly or jump; the root mean square error of the found positions
along an axis, about their mean, and the uncertainty that was told. effect: lines 100 nm wide, 180 to 120 nm apart and
coarser ones, that move across them; the finest distance that is split in place in 90 % of the rows, and NRMSE, of the
sample at rest, of the moving one as it was recorded, and corrected by the drift that was found, all in one region.
"""

from __future__ import annotations

import argparse
from itertools import product

import numpy as np

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.problem import make_field
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.estimate.drift import estimate_drift
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.metrics.fidelity import nrmse
from fluogan_app.core.metrics.lines import split_lines
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.phantoms.lines import lines_phantom
from tests.core.drifting import Recorded, filaments, jumping_path, recorded, smooth_path

PATHS = {"rests": lambda frames, pixels: np.zeros((frames, 2)), "smooth": smooth_path, "jumps": jumping_path}


def print_path(light: str, kind: str, seed: int, frames: int, pixels: float) -> None:
    """One row of the first table."""
    moving = filaments(PATHS[kind](frames, pixels), seed=seed, light=light)
    found = estimate_drift(moving.stack)
    positions = np.zeros_like(moving.path) if found.drift is None else found.drift.positions
    error = (positions - positions.mean(axis=0)) - (moving.path - moving.path.mean(axis=0))
    told = np.nan if found.uncertainty_pixels is None else found.uncertainty_pixels
    print(f"{light:14} {kind:7} {seed:4} {np.sqrt(np.mean(error**2)):8.3f} {told:8.3f}  {found.words}", flush=True)


def print_effect(light: str, seed: int, frames: int, pixels: float) -> None:
    """Three rows of the second table. Paths are about their mean, so that all images show the sample at one place."""
    params = LinesParams(light=light, rows=24, frames=frames, spacing_to_nm=120.0, offset=100.0).complete()
    phantom = lines_phantom(params)
    path = smooth_path(frames, pixels) * np.array([0.0, 1.0])
    path *= pixels / np.ptp(path[:, 1])
    path -= path.mean(axis=0)
    resting, moving = (recorded(phantom.paint(), way, params, seed, margin=0) for way in (np.zeros_like(path), path))
    found = estimate_drift(moving.stack)
    if found.drift is None:
        print(f"{light:14} {seed:4} {found.words}")
        return
    positions = found.drift.positions - found.drift.positions.mean(axis=0)
    drift = Drift(*(tuple(axis) for axis in positions.T.tolist()), defects_yx=found.drift.defects_yx)
    stacks = {"at rest": resting.stack, "moving": moving.stack, "corrected": corrected(moving.stack, drift)}
    for name, stack in stacks.items():
        print_result(light, seed, name, moving, stack, drift.seen(stack.shape[1:]), phantom.pattern)


def print_result(light: str, seed: int, name: str, moving: Recorded, stack: Stack, roi: Roi, pattern) -> None:
    """Reconstruct what all frames saw, and compare it with the truth there."""
    field = make_field(stack, moving.acquisition, roi)
    result: Result = Job(FluoganMethod().prepare(field.problem(), FluoganParams(), "cpu", seed), Control()).run().result
    truth = lines_phantom(moving.params).paint()
    whole = np.zeros_like(truth)
    inside = _fine(field.roi, result.zoom)
    assert result.zoom == moving.params.zoom
    whole[inside] = result.estimate
    splits = split_lines(whole[inside[0]], pattern, moving.params.pixel_size_nm, result.zoom)
    finest = "none" if splits.finest_nm is None else f"{splits.finest_nm:.0f} nm"
    error = nrmse(result.estimate, truth[inside])
    print(f"{light:14} {seed:4} {name:10} {finest:>8} {error:8.3f}  {field.roi}", flush=True)


def _fine(roi: Roi, zoom: int) -> tuple[slice, slice]:
    rows, columns = (slice(zoom * side.start, zoom * side.stop) for side in roi.slices)
    return rows, columns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", choices=["path", "effect", []], metavar="path|effect")
    parser.add_argument("--lights", nargs="+", default=["bright", "dim", "blinking"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--pixels", type=float, default=2.3)
    chosen = parser.parse_args()
    if "path" in (chosen.words or ["path"]):
        print(f"{'light':14} {'path':7} {'seed':>4} {'error':>8} {'told':>8}  in camera pixels")
        for light, kind, seed in product(chosen.lights, PATHS, chosen.seeds):
            print_path(light, kind, seed, chosen.frames, chosen.pixels)
    if "effect" in (chosen.words or ["effect"]):
        print(f"{'light':14} {'seed':>4} {'sample':10} {'finest':>8} {'NRMSE':>8}  region")
        for light, seed in product(chosen.lights, chosen.seeds):
            print_effect(light, seed, chosen.frames, chosen.pixels)


if __name__ == "__main__":
    main()
