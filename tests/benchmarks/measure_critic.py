"""Prints what the critic adds to the mean fit, on small line patterns with known truth, each pair on the same stack:

    python tests/benchmarks/measure_critic.py [dim bright blinking slow-blinking] [--seeds 1 2 3] [--rows 16]
        [--kappa 200] [--base steps=1140] [--variant NAME critic_head=sigmoid …]

A variant is any set of the method's parameters, with δ = 1 unless it says delta=0. For each light level and variant:
share of rows split in place at 150 and 120 nm, median absolute spacing error, NRMSE with Σx matched, and the mean of
the paired differences of NRMSE and error to the mean fit with as many steps, with the standard error over the seeds.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import Problem, make_problem
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.metrics.fidelity import nrmse
from fluogan_app.core.metrics.lines import split_lines
from fluogan_app.core.params import validated
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.scenarios import SimulatedStack, simulate_lines

MEAN_FIT = "mean fit"
#: Without its pull the critic changes nothing but that the images of late steps are averaged.
VARIANTS = {
    "no pull, averaged": {"adversarial_weight": 0.0},
    "default critic": {},
    "double-poisson": {"generator": "double-poisson"},
    "sigmoid head": {"critic_head": "sigmoid"},
    "weight 10": {"adversarial_weight": 10.0},
    "double-poisson, weight 10": {"generator": "double-poisson", "adversarial_weight": 10.0},
}
HEADER = f"{'light':14}{'variant':28}{'150 nm':>8}{'120 nm':>8}{'error':>8}{'NRMSE':>8}{'discr.':>8}{'time':>8}"
SUMMARY = f"{'light':14}{'variant':28}{'150 nm':>8}{'120 nm':>8}{'error':>8}{'NRMSE':>8}{'Δ NRMSE':>18}{'Δ error':>16}"


@dataclass(frozen=True)
class Reading:
    """What one run reached: shares, error in nm, NRMSE, discrepancy, seconds of the processor."""

    split_150: float
    split_120: float
    error_nm: float
    nrmse: float
    discrepancy: float
    seconds: float

    def row(self) -> str:
        return (
            f"{self.split_150:8.0%}{self.split_120:8.0%}{self.error_nm:5.1f} nm{self.nrmse:8.3f}"
            f"{self.discrepancy:8.2f}{self.seconds:6.0f} s"
        )


def problem_of(simulated: SimulatedStack) -> Problem:
    acquisition = Acquisition().with_values(
        Origin.USER, pixel_size_nm=simulated.pixel_size_nm, fwhm_nm=simulated.fwhm_nm, gain=simulated.gain
    )
    return make_problem(Stack("lines", "memory", ArraySource(simulated.frames)), acquisition)


def read(simulated: SimulatedStack, values: dict, seed: int) -> Reading:
    params = validated(FluoganParams, {"delta": 1, **values})
    began = time.process_time()
    ended = Job(FluoganMethod().prepare(problem_of(simulated), params, "cpu", seed), Control()).run()
    if ended.error is not None:
        raise ended.error
    result, seconds = ended.result, time.process_time() - began
    splits = split_lines(result.estimate, simulated.pattern, simulated.pixel_size_nm, result.zoom)
    errors = [abs(part.spacing_error_nm) for part in splits.sets if part.spacing_nm >= 150.0]
    return Reading(
        splits.share(150.0), splits.share(120.0), float(np.nanmedian(errors)),
        nrmse(result.estimate, simulated.truth), result.measures["discrepancy"], seconds,
    )  # fmt: skip


def summary(light: str, name: str, readings: list[Reading], mean_fits: list[Reading]) -> str:
    """Means over the seeds, and the paired differences with their standard errors."""
    keys = ("split_150", "split_120", "error_nm", "nrmse")
    means = [np.mean([getattr(one, key) for one in readings]) for key in keys]
    changes = []
    for key, digits in (("nrmse", 4), ("error_nm", 2)):
        change = [getattr(one, key) - getattr(other, key) for one, other in zip(readings, mean_fits)]
        spread = np.std(change, ddof=1) / len(change) ** 0.5 if len(change) > 1 else np.nan
        changes.append(f"{np.mean(change):+.{digits}f} ± {spread:.{digits}f}")
    return (
        f"{light:14}{name:28}{means[0]:8.0%}{means[1]:8.0%}{means[2]:5.1f} nm{means[3]:8.3f}"
        f"{changes[0]:>18}{changes[1]:>16}"
    )


def parsed(pairs: list[str]) -> dict:
    """`critic_head=sigmoid steps=800` as values."""
    values: dict = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            values[name] = float(text) if "." in text or "e" in text else int(text)
        except ValueError:
            values[name] = text
    return values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lights", nargs="*", default=["dim", "bright", "blinking"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--rows", type=int, default=16)
    parser.add_argument("--width-nm", type=float, default=100.0)
    parser.add_argument("--kappa", type=float, help="Photons per event where the sample fluctuates.")
    parser.add_argument("--base", nargs="+", default=[], metavar="NAME=VALUE")
    parser.add_argument("--variant", nargs="+", action="append", metavar="NAME NAME=VALUE")
    chosen = parser.parse_args()
    base = parsed(chosen.base)
    variants = {name: parsed(pairs) for name, *pairs in chosen.variant} if chosen.variant else VARIANTS
    variants = {MEAN_FIT: {"delta": 0}, **variants}
    print(HEADER)
    told = []
    for light in chosen.lights:
        readings: dict[str, list[Reading]] = {name: [] for name in variants}
        for seed in chosen.seeds:
            lines = LinesParams(
                light=light, rows=chosen.rows, frames=500, spacing_from_nm=210.0, spacing_to_nm=120.0,
                line_width_nm=chosen.width_nm, photons_per_event=chosen.kappa,
            )  # fmt: skip
            simulated = simulate_lines(lines, seed)
            for name, values in variants.items():
                readings[name].append(read(simulated, {**base, **values}, seed))
                print(f"{light:14}{name:28}{readings[name][-1].row()}", flush=True)
        told += [summary(light, name, found, readings[MEAN_FIT]) for name, found in readings.items()]
    print("\n" + SUMMARY, *told, sep="\n")


if __name__ == "__main__":
    main()
