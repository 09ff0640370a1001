"""The figures of the quality table on estimates whose quality is known: the truth itself, nothing, and wrong ones."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fluogan_app.core.data.result import Result
from fluogan_app.core.simulate.imaging import Microscope


@pytest.fixture(scope="module")
def table() -> ModuleType:
    """The script as a module."""
    path = Path(__file__).with_name("measure_quality.py")
    spec = importlib.util.spec_from_file_location("measure_quality", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def result(simulated, estimate: np.ndarray) -> Result:
    return Result(estimate, simulated.background, simulated.background.copy(), simulated.zoom, 100.0, 1)


@pytest.mark.parametrize(("width_nm", "finest_nm"), [(100.0, 120.0), (40.0, 60.0)])
def test_the_truth_itself_shows_all_that_the_pattern_holds(table, width_nm, finest_nm):
    run = table.Run("lines", "dim", width_nm, "given", 0)
    simulated = table.simulated_for(run, seed=1, rows=3, frames=2)
    figures = table.figures_of_lines(result(simulated, simulated.truth), simulated)
    assert figures["finest"] == finest_nm and figures[f"share {finest_nm:.0f}"] == 1.0
    # Half-covered fine pixels move a line's centroid by less than half of one.
    assert figures["error"] <= simulated.fine_pixel_size_nm / 2 and figures["nrmse"] == pytest.approx(0.0, abs=1e-12)
    dark = table.figures_of_lines(result(simulated, np.zeros_like(simulated.truth)), simulated)
    assert math.isinf(dark["finest"]) and math.isnan(dark["error"]) and dark["nrmse"] == 1.0


@pytest.mark.parametrize("width_nm", [100.0, 220.0])
def test_a_bar_is_whole_in_truth_and_split_where_its_middle_is_gone(table, width_nm):
    run = table.Run("bars", "bright", width_nm, "given", 0)
    for seed in (1, 2):
        simulated = table.simulated_for(run, seed, rows=3, frames=2)
        whole = table.figures_of_bar(result(simulated, simulated.truth), simulated)
        assert whole["split"] == 0.0 and whole["width"] == pytest.approx(width_nm, rel=0.1)
        middle = int(simulated.positions["bar_middle_yx_nm"][1] / simulated.fine_pixel_size_nm)
        hollow = simulated.truth.copy()
        hollow[:, middle - 1 : middle + 1] = 0
        assert table.figures_of_bar(result(simulated, hollow), simulated)["split"] == 1.0


def test_light_in_a_flat_field_is_told_in_its_own_noise(table):
    simulated = table.simulated_for(table.Run("flat", "dim", 0.0, "given", 0), seed=1, rows=20, frames=100)
    nothing = table.figures_of_flat(result(simulated, np.zeros_like(simulated.truth)), simulated)
    assert (nothing["peak"], nothing["light"]) == (0.0, 0.0)
    spot = np.zeros_like(simulated.truth)
    spot[60, 60] = 7.0
    seen = Microscope.gaussian(simulated.background.shape, 6, 100.0, 324.0).image(spot).max()
    figures = table.figures_of_flat(result(simulated, spot), simulated)
    # sd(ȳ)² = (75 photons + read noise² of 1) / 100 frames.
    assert figures["peak"] == pytest.approx(seen / math.sqrt(0.76))
    assert figures["light"] == pytest.approx(7.0 / (75.0 * simulated.background.size))


def test_median_and_worst_look_at_each_figure_from_its_own_end(table):
    figures = {name: 0.0 for name in table.COLUMNS["lines"]}
    runs = [figures | {"finest": d, "share 150": s, "balance": b}
            for d, s, b in ((120.0, 1.0, -0.3), (150.0, 0.9, 0.1), (math.inf, 0.5, 0.2))]  # fmt: skip
    median, worst = table.over_seeds("lines", runs)
    assert (median["finest"], median["share 150"], median["balance"]) == (150.0, 0.9, 0.2)
    assert (worst["finest"], worst["share 150"], worst["balance"]) == (math.inf, 0.5, 0.3)
    assert "none" in table.row(table.Run("lines", "dim", 100.0, "given", 0), "worst", worst)
