"""Measurements as CSV: what was measured comes back number by number, with its units, and nothing else does."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.metrics.inside import values_inside
from fluogan_app.core.metrics.trace import Trace
from fluogan_app.core.project.line_profiles import PlacedPicture, caution, measured_profiles, peak_heads, peak_rows
from fluogan_app.core.project.measurement_tables import (
    Camera, MeasuredRegion, ProfiledLine, for_a_spreadsheet, peaks_table, profiles_table, regions_table, traces_table,
)  # fmt: skip

X = np.arange(60) + 0.5
IMAGE = np.tile(np.exp(-(((X - 20) / 2) ** 2)) + np.exp(-(((X - 40) / 2) ** 2)), (30, 1)) * 100
PICTURE = PlacedPicture('Mean, "raw"', "counts", IMAGE, Placement(10.0))


def lines(*lengths: float) -> list[ProfiledLine]:
    made = []
    for number, length in enumerate(lengths, 1):
        line = Shape("line", ((5.0, 150.0), (5.0 + length, 150.0)), 50.0)
        made.append(ProfiledLine(f"Line {number}", line, measured_profiles(line, (PICTURE,), True)))
    return made


def read(table: str) -> tuple[list[str], list[list[str]], dict[str, str]]:
    notes = dict(line[2:].split(": ", 1) for line in table.splitlines() if line.startswith("#"))
    heads, *rows = csv.reader(line for line in table.splitlines() if not line.startswith("#"))
    return heads, rows, notes


def test_profiles_come_back_number_by_number():
    (one,) = lines(590.0)
    heads, rows, notes = read(profiles_table([one], "nm", {"Stack": "a\nb.tif"}))
    assert heads == ["distance_nm", 'Mean, "raw" [counts]'] and notes["Stack"] == "a b.tif"
    found = np.array(rows, float)
    np.testing.assert_allclose(found[:, 0], one.profiles[0].profile.distance_nm, rtol=1e-8)
    np.testing.assert_allclose(found[:, 1], one.profiles[0].profile.values, rtol=1e-8, atol=1e-12)
    assert notes["Line 1"] == "from x 5, y 150 to x 595, y 150 nm, length 590 nm, averaged over a width of 50 nm"


def test_lines_of_other_lengths_stand_beside_each_other():
    heads, rows, _ = read(profiles_table(lines(590.0, 100.0), "px", {}))
    assert heads[0] == "Line 1: distance_px" and heads[2] == "Line 2: distance_px"
    assert rows[-1][0] == "590" and rows[-1][2:] == ["", ""]


def test_what_leaves_the_image_is_an_empty_cell():
    heads, rows, _ = read(profiles_table(lines(900.0), "nm", {}))
    assert rows[0][1] != "" and rows[-1][1] == "" and "nan" not in str(rows)


def test_peaks_have_their_distance_and_verdict():
    made = lines(590.0)
    heads, rows, _ = read(peaks_table(made, "nm", {}))
    first = dict(zip(heads, rows[0], strict=True))
    assert float(first["distance_to_next_nm"]) == pytest.approx(200, abs=0.5) and first["resolved"] == "yes"
    assert float(first["gaussian_fwhm_nm"]) == pytest.approx(10 * 2 * 2 * np.log(2) ** 0.5, rel=0.1)
    assert rows[1][-5:] == [""] * 5
    shown = peak_rows(made[0].profiles, True)
    assert len(shown[0]) == len(peak_heads("nm", True)) and shown[0][-1].endswith("%, resolved")
    assert caution(made[0].profiles)


@pytest.mark.parametrize(("unit", "head", "area"), [("nm", "area_um2", 0.01), ("px", "area_px2", 10_000.0)])
def test_regions_have_areas_in_their_unit(unit, head, area):
    shape = Shape("rectangle", ((100.0, 100.0), (200.0, 200.0)))
    region = MeasuredRegion("Cell", shape, (("Mean", "counts", values_inside(IMAGE, PICTURE.placement, shape)),))
    heads, rows, notes = read(regions_table([region], unit, {}))
    found = dict(zip(heads, rows[0], strict=True))
    assert float(found[head]) == pytest.approx(area) and found["pixels"] == "100" and "pixels" in notes["Sum"]
    assert float(found["sum"]) == pytest.approx(IMAGE[10:20, 10:20].sum())
    assert (found["unit"], found["unit_of_sum"]) == ("counts", "counts")


def test_a_reconstruction_states_no_errors_and_no_more_digits_than_make_sense():
    line = Shape("line", ((5.0, 150.0), (595.0, 150.0)), 50.0)
    noisy = IMAGE + np.random.default_rng(0).normal(0, 1, IMAGE.shape)
    made = PlacedPicture("Estimate", "photons/fine px", noisy, Placement(10.0), reconstructed=True)
    (recorded,) = measured_profiles(line, (replace(made, reconstructed=False),), True)
    (one,) = measured_profiles(line, (made,), True)
    assert any("±" in cell for cell in peak_rows([recorded], True)[0]) and "noise" in caution([recorded])
    assert not any("±" in cell for row in peak_rows([one], True) for cell in row)
    assert "Quality" in caution([one]) and "noise" not in caution([one])
    assert one.found.pairs[0].resolved == recorded.found.pairs[0].resolved
    heads, rows, _ = read(peaks_table([ProfiledLine("Line 1", line, (one,))], "nm", {}))
    first = dict(zip(heads, rows[0], strict=True))
    assert first["fwhm_nm"] and not any(first[head] for head in heads if "_error_" in head)


def test_traces_have_seconds_and_photons_only_where_they_are_known():
    traces = {"Point 1": Trace(3, np.array([110.0, 130.0]), 2.0)}
    heads, rows, _ = read(traces_table(traces, Camera(), {}))
    assert heads == ["frame", "Point 1 [counts per pixel]"] and rows == [["3", "55"], ["4", "65"]]
    heads, rows, _ = read(traces_table(traces, Camera(2.0, 5.0, 50.0), {}))
    assert heads == ["frame", "time_s", "Point 1 [counts per pixel]", "Point 1 [photons]"]
    assert rows[1] == ["4", "0.2", "65", "60"]


def test_a_spreadsheet_gets_cells_and_no_remarks():
    table = profiles_table(lines(100.0), "nm", {"Stack": "a.tif"})
    copied = for_a_spreadsheet(table)
    assert "#" not in copied and copied.splitlines()[0].split("\t") == ["distance_nm", 'Mean, "raw" [counts]']
