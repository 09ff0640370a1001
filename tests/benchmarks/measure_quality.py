"""Prints what the defaults reach on stacks with known truth, with the median and the worst over the seeds:

    python tests/benchmarks/measure_quality.py [lines bars flat] [bright dim blinking slow-blinking]
        [--widths-nm 100 40] [--gain given assumed | --gain-given] [--delta 0 1] [--seeds 1 2 3 4 5] [--rows 50]
        [--frames 500] [--set steps=500 lambda1=2] [--summary]

Lines: the finest distance split in place in at least 90 % of the rows, the shares at 180 to 60 nm, the median absolute
spacing error over 150–390 nm, NRMSE with Σx matched, photon balance. Bars: the share of the rows in which one line of
100 nm or one bar of 220 nm falls in two. Flat: the brightest Ψx against the standard deviation of the mean frame in one
pixel, and the light called structure. A run takes seconds; `--rows 16 --seeds 1` gives a first impression.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.metrics.bars import read_bar
from fluogan_app.core.metrics.fidelity import nrmse
from fluogan_app.core.metrics.lines import split_lines
from fluogan_app.core.params import validated
from fluogan_app.core.simulate.imaging import Microscope
from fluogan_app.core.simulate.params import BarParams, FlatParams, LinesParams
from fluogan_app.core.simulate.recording_params import LIGHT_LEVELS
from fluogan_app.core.simulate.scenarios import SimulatedStack, simulate

#: The pattern goes as far as the truth itself shows: lines 100 nm wide merge at 100 nm, lines of 40 nm at 40.
FINEST_NM = {100.0: 120.0, 40.0: 60.0}
SHARES_NM = (180.0, 150.0, 120.0, 90.0, 60.0)
ERRORS_FROM_NM = 150.0
BAR_WIDTHS_NM = (100.0, 220.0)

#: What one run measured: a value for every column; NaN is an empty place.
Figures = dict[str, float]


@dataclass(frozen=True)
class Run:
    """One kind of stack and how it is reconstructed."""

    sample: str
    light: str
    width_nm: float
    gain: str
    delta: int


@dataclass(frozen=True)
class Column:
    """One column of the table: how its values are written, and which of several is the worst."""

    title: str
    write: Callable[[float], str]
    worst: Callable[[np.ndarray], float] = np.max


LINES = {
    "finest": Column("finest", lambda nm: "none" if math.isinf(nm) else f"{nm:.0f} nm"),
    **{f"share {d:.0f}": Column(f"{d:.0f} nm", lambda share: f"{100 * share:.0f} %", np.min) for d in SHARES_NM},
    "error": Column("error", lambda nm: f"{nm:.1f} nm"),
    "nrmse": Column("NRMSE", lambda value: f"{value:.3f}"),
}
BARS = {
    "split": Column("split", lambda share: f"{100 * share:.0f} %"),
    "dark": Column("dark", lambda share: f"{100 * share:.0f} %"),
    "width": Column("width", lambda nm: f"{nm:.0f} nm"),
    "nrmse": Column("NRMSE", lambda value: f"{value:.3f}"),
}
FLAT = {
    "peak": Column("max Ψx/sd", lambda value: f"{value:.2f}"),
    "light": Column("Σx/Σȳ", lambda share: f"{100 * share:.2f} %"),
}
OF_ALL = {
    "balance": Column("balance", lambda percent: f"{percent:+.2f} %"),
    "discrepancy": Column("discr.", lambda value: f"{value:.2f}"),
    "seconds": Column("time", lambda seconds: f"{seconds:.1f} s"),
}
COLUMNS = {"lines": {**LINES, **OF_ALL}, "bars": {**BARS, **OF_ALL}, "flat": {**FLAT, **OF_ALL}}


def reconstructed(
    simulated: SimulatedStack, gain_given: bool, params: FluoganParams, seed: int
) -> tuple[Result, float]:
    """The result of a run, and the processor time that it took in s."""
    known = {"gain": simulated.gain} if gain_given else {}
    acquisition = Acquisition().with_values(
        Origin.USER, pixel_size_nm=simulated.pixel_size_nm, fwhm_nm=simulated.fwhm_nm, **known
    )
    problem = make_problem(Stack("simulated", "memory", ArraySource(simulated.frames)), acquisition)
    began = time.process_time()
    result = Job(FluoganMethod().prepare(problem, params, "cpu", seed), Control()).run().result
    return result, time.process_time() - began


def figures_of_lines(result: Result, simulated: SimulatedStack) -> Figures:
    """Split distances, spacing error and NRMSE."""
    splits = split_lines(result.estimate, simulated.pattern, simulated.pixel_size_nm, result.zoom)
    errors = [abs(part.spacing_error_nm) for part in splits.sets if part.spacing_nm >= ERRORS_FROM_NM]
    known = {part.spacing_nm: part.share for part in splits.sets}
    return {
        "finest": math.inf if splits.finest_nm is None else splits.finest_nm,
        **{f"share {d:.0f}": known.get(d, math.nan) for d in SHARES_NM},
        "error": float(np.nanmedian(errors)) if np.any(np.isfinite(errors)) else math.nan,
        "nrmse": nrmse(result.estimate, simulated.truth),
    }


def figures_of_bar(result: Result, simulated: SimulatedStack) -> Figures:
    """Split rows, dark rows and the width of one bar; as far around it as half the blur and half the bar reach."""
    reach_nm = (simulated.params.bar_width_nm + simulated.fwhm_nm) / 2
    middle_nm = float(simulated.positions["bar_middle_yx_nm"][1])
    bar = read_bar(result.estimate, middle_nm, reach_nm, simulated.pixel_size_nm, result.zoom)
    error = nrmse(result.estimate, simulated.truth)
    return {"split": bar.split_share, "dark": bar.dark_share, "width": bar.width_nm, "nrmse": error}


def figures_of_flat(result: Result, simulated: SimulatedStack) -> Figures:
    """What stands out of an even field. sd(ȳ) is the true one, in the photons that the method took for photons."""
    params = simulated.params
    optics = Microscope.gaussian(simulated.background.shape, result.zoom, params.pixel_size_nm, params.fwhm_nm)
    unit = float(result.mean.sum() / simulated.background.sum())
    spread = math.sqrt((simulated.background.mean() + params.read_noise**2) / params.frames) * unit
    light = float(result.estimate.sum(dtype=float) / result.mean.sum(dtype=float))
    return {"peak": float(optics.image(result.estimate).max()) / spread, "light": light}


def simulated_for(run: Run, seed: int, rows: int, frames: int) -> SimulatedStack:
    """The stack of a run."""
    common = {"light": run.light, "rows": rows, "frames": frames}
    if run.sample == "flat":
        return simulate(FlatParams(**common), seed)
    if run.sample == "bars":
        # Another place between the pixels for every seed: a bar may not need luck to stay whole.
        return simulate(BarParams(bar_width_nm=run.width_nm, shift_nm=37.0 * seed % 100.0, **common), seed)
    finest_nm = FINEST_NM.get(run.width_nm, run.width_nm + 20.0)
    return simulate(LinesParams(line_width_nm=run.width_nm, spacing_to_nm=finest_nm, **common), seed)


FIGURES = {"lines": figures_of_lines, "bars": figures_of_bar, "flat": figures_of_flat}


def measured(run: Run, seed: int, chosen: argparse.Namespace) -> Figures:
    """All figures of one run."""
    simulated = simulated_for(run, seed, chosen.rows, chosen.frames)
    params = validated(FluoganParams, {"delta": run.delta, **dict(chosen.set)})
    result, seconds = reconstructed(simulated, run.gain == "given", params, seed)
    figures = FIGURES[run.sample](result, simulated)
    nothing = math.nan
    return {
        **figures,
        "balance": result.measures.get("photon_balance_percent", nothing),
        "discrepancy": result.measures.get("discrepancy", nothing),
        "seconds": seconds,
    }


def over_seeds(sample: str, runs: Sequence[Figures]) -> tuple[Figures, Figures]:
    """The median of every figure and its worst; of the balance by its size."""
    every = {name: np.array([figures[name] for figures in runs]) for name in runs[0]}
    every["balance"] = np.abs(every["balance"])
    median = {name: float(np.median(values)) for name, values in every.items()}
    return median, {name: float(COLUMNS[sample][name].worst(values)) for name, values in every.items()}


def row(run: Run, seed: str, figures: Figures) -> str:
    """One line of the table."""
    width = "" if run.sample == "flat" else f"{run.width_nm:.0f} nm"
    cells = [
        f"{'–' if math.isnan(figures[name]) else column.write(figures[name]):>9}"
        for name, column in COLUMNS[run.sample].items()
    ]
    return f"{run.sample:5} {run.light:13} {width:>6} {run.gain:7} {run.delta} {seed:>6} {' '.join(cells)}"


def heading(sample: str) -> str:
    """The names of the columns."""
    titles = " ".join(f"{column.title:>9}" for column in COLUMNS[sample].values())
    return f"{'':5} {'light':13} {'width':>6} {'gain':7} δ {'seed':>6} {titles}"


def all_runs(chosen: argparse.Namespace) -> Iterator[Run]:
    """The runs that were asked for, those that belong together one after the other."""
    named = [word for word in chosen.words if word in LIGHT_LEVELS]
    for sample in [word for word in chosen.words if word in FIGURES] or list(FIGURES):
        lights = ["dim"] if sample == "flat" else named or ["bright", "dim", "blinking"]
        widths = {"lines": chosen.widths_nm, "bars": BAR_WIDTHS_NM, "flat": (0.0,)}[sample]
        for width, delta, gain, light in product(widths, chosen.delta, chosen.gain, lights):
            yield Run(sample, light, width, gain, delta)


def setting(text: str) -> tuple[str, object]:
    """“steps=500” as a name and a value."""
    name, _, value = text.partition("=")
    for convert in (int, float):
        try:
            return name, convert(value)
        except ValueError:
            continue
    return name, value


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="WORD", help="Samples and light levels.")
    parser.add_argument("--widths-nm", nargs="+", type=float, default=[100.0, 40.0])
    parser.add_argument("--gain", nargs="+", choices=("given", "assumed"), default=["given", "assumed"])
    parser.add_argument("--gain-given", action="store_const", dest="gain", const=["given"])
    parser.add_argument("--delta", nargs="+", type=int, default=[0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--frames", type=int, default=500)
    parser.add_argument("--set", nargs="+", type=setting, default=[], metavar="NAME=VALUE", help="Other parameters.")
    parser.add_argument("--summary", action="store_true", help="Print median and worst alone.")
    chosen = parser.parse_args()
    unknown = [word for word in chosen.words if word not in FIGURES and word not in LIGHT_LEVELS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known are {', '.join((*FIGURES, *LIGHT_LEVELS))}")
    return chosen


def main() -> None:
    chosen, last = arguments(), None
    for run in all_runs(chosen):
        if run.sample != last:
            print(heading(run.sample), flush=True)
            last = run.sample
        seeds = []
        for seed in chosen.seeds:
            seeds.append(measured(run, seed, chosen))
            if not chosen.summary:
                print(row(run, str(seed), seeds[-1]), flush=True)
        if len(seeds) > 1 or chosen.summary:
            for words, figures in zip(("median", "worst"), over_seeds(run.sample, seeds), strict=True):
                print(row(run, words, figures), flush=True)


if __name__ == "__main__":
    main()
