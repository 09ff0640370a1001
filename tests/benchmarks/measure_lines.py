"""Prints what the defaults reach on the line pattern with known truth, at full size:

    python tests/benchmarks/measure_lines.py [dim bright blinking slow-blinking] [--delta 0 1] [--seeds 1 2] [--rows 50]

One row per run: the finest distance split in place in at least 90 % of the rows, the shares at 180, 150 and 120 nm, the
median absolute spacing error over 150–390 nm, NRMSE with Σx matched, photon balance, discrepancy, processor time.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_problem
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.metrics.fidelity import nrmse
from fluogan_app.core.metrics.lines import split_lines
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.scenarios import simulate_lines

HEADER = "light          lines gain    δ seed  finest  180 nm 150 nm 120 nm  error  NRMSE  balance  discrepancy  time"


def measure(light: str, width_nm: float, gain_given: bool, delta: int, seed: int, rows: int) -> str:
    lines = LinesParams(light=light, rows=rows, frames=500, spacing_to_nm=120.0, line_width_nm=width_nm)
    simulated = simulate_lines(lines, seed)
    known = {"gain": simulated.gain} if gain_given else {}
    acquisition = Acquisition().with_values(
        Origin.USER, pixel_size_nm=simulated.pixel_size_nm, fwhm_nm=simulated.fwhm_nm, **known
    )
    problem = make_problem(Stack("lines", "memory", ArraySource(simulated.frames)), acquisition)
    began = time.process_time()
    result = Job(FluoganMethod().prepare(problem, FluoganParams(delta=delta), "cpu", seed), Control()).run().result
    seconds = time.process_time() - began
    splits = split_lines(result.estimate, simulated.pattern, simulated.pixel_size_nm, result.zoom)
    errors = [abs(part.spacing_error_nm) for part in splits.sets if part.spacing_nm >= 150.0]
    shares = "  ".join(f"{100 * splits.share(spacing):4.0f}%" for spacing in (180.0, 150.0, 120.0))
    finest = f"{splits.finest_nm:.0f} nm" if splits.finest_nm is not None else "none"
    gain = "given" if gain_given else "assumed"
    return (
        f"{light:14} {width_nm:3.0f} nm {gain:7} {delta} {seed:3}  {finest:>6}  {shares}"
        f"  {np.nanmedian(errors):2.0f} nm  {nrmse(result.estimate, simulated.truth):.3f}"
        f"  {result.measures['photon_balance_percent']:+.2f} %  {result.measures['discrepancy']:8.2f}  {seconds:5.1f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lights", nargs="*", default=["dim", "bright", "blinking"])
    parser.add_argument("--delta", nargs="+", type=int, default=[0])
    parser.add_argument("--widths-nm", nargs="+", type=float, default=[100.0])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--gain-given", action="store_true")
    chosen = parser.parse_args()
    print(HEADER)
    for light in chosen.lights:
        for width in chosen.widths_nm:
            for delta in chosen.delta:
                for seed in chosen.seeds:
                    print(measure(light, width, chosen.gain_given, delta, seed, chosen.rows), flush=True)


if __name__ == "__main__":
    main()
