"""Images side by side: which can be, the same measures for each, what is told of those that lie elsewhere, and kept."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import DataError, ProjectError, SolverError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.mean.params import MeanParams
from fluogan_app.core.project.beside import newest_of_each, title_of, truth_beside, why_not_beside
from fluogan_app.core.project.comparing import measured
from fluogan_app.core.project.comparing_methods import compared_record, failed_ones, measure_all, run_methods
from fluogan_app.core.project.comparison_figure import (
    Beside, _as_fine_as_a_page, columns_for, comparison_panels, export_comparison, pictures_of,
)  # fmt: skip
from fluogan_app.core.project.comparison_table import comparison_table, main_numbers
from fluogan_app.core.project.comparisons import ComparedRun, ComparisonRecord, KeptComparison, kept_comparisons
from fluogan_app.core.project.importing import ImportRequest, import_result
from fluogan_app.core.project.reference import Reference
from fluogan_app.core.project.measure import Picture
from fluogan_app.core.project.run_notes import RunNotes, write_notes
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import RunRequest, start_run

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=300.0)
SHAPE = (20, 26)


@pytest.fixture
def raw(tmp_path):
    """A stack of spots, wide enough for every measure."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    places = np.random.default_rng(1).uniform((3, 3), (17, 23), (7, 2))
    light = sum(np.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / 3.2) for at_y, at_x in places)
    path = tmp_path / "spots.tif"
    counts = np.random.default_rng(2).poisson(5 + 80 * light, (10, *SHAPE)).astype(np.uint16)
    tifffile.imwrite(path, counts, imagej=True, metadata={"axes": "TYX"})
    return path


def mean_request(zoom: int = 2, roi: Roi | None = None) -> RunRequest:
    return RunRequest("mean", MeanParams(zoom=zoom), RunSettings(device="cpu"), CAMERA, roi)


@pytest.fixture
def mean_run(project, stack):
    return start_run(project, stack, mean_request())[0]


def test_each_image_gets_the_same_measures_where_they_mean_something(project, stack, mean_run) -> None:
    found = measured(mean_run)
    values = found.compared.measures
    assert values["rsp"] > 0.99 and abs(values["photon_balance_percent"]) < 1 and values["shift_nm"] < 5
    assert values["seconds"] >= mean_run.record.seconds and values["processor_seconds"] > 0
    assert found.error.shape == SHAPE and found.error.min() >= 0
    assert found.error.mean() < 0.1 * mean_run.result().mean.mean()
    assert found.compared.title == "Mean" and found.compared.changed == ("Zoom L 2 fine pixels per pixel",)
    # Two pixels per camera pixel, moved by half a camera pixel: what lies elsewhere is told.
    path = project.folder.parent / "shifted.tif"
    tifffile.imwrite(path, np.roll(mean_run.result().estimate, 1, axis=1))
    other = measured(import_result(project, ImportRequest(path, "Elsewhere", pixel_size_nm=50.0)))
    assert other.compared.measures["shift_x_nm"] == pytest.approx(50.0, abs=3)
    assert "50" in other.compared.notes[0] and "right" in other.compared.notes[0]
    assert "photon_balance_percent" not in other.compared.measures and "seconds" not in other.compared.measures


def test_beside_a_truth_the_unit_and_the_level_of_an_image_do_not_count(mean_run) -> None:
    truth = np.kron(mean_run.result().mean, np.ones((2, 2)))
    reference = Reference("truth.npz", Picture(truth, 50.0), SHAPE, 100.0)
    plain = measured(mean_run, reference).compared
    result = mean_run.result()
    scaled = measured(mean_run, reference, replace(result, estimate=3 * result.estimate + 100)).compared
    assert plain.truth == "truth.npz" and plain.measures["truth_pearson"] > 0.97
    assert scaled.measures["nrmse_fitted"] == pytest.approx(plain.measures["nrmse_fitted"], abs=1e-4)
    assert scaled.measures["nrmse"] > 2 * plain.measures["nrmse"]


def test_which_runs_stand_beside_each_other(project, stack, mean_run, walk, request_for) -> None:
    small = start_run(project, stack, mean_request(roi=Roi(0, 0, 18, 20)))[0]
    assert "Run 2 shows 18 × 20" in why_not_beside(mean_run.record, small.record)
    with pytest.raises(DataError, match="cannot stand beside"):
        compared_record([mean_run, small])
    again = start_run(project, stack, mean_request(zoom=3))[0]
    assert [run.number for run in newest_of_each(project.runs())] == [again.number]
    write_notes(again.folder, RunNotes("Fine"))
    assert title_of(again) == "Fine" and title_of(mean_run) == "Mean" and newest_of_each([]) == []
    assert compared_record([mean_run, again]).remarks == ()


def test_methods_run_one_after_the_other_whatever_becomes_of_one(project, stack, walk, request_for) -> None:
    asked = [replace(request_for(steps=3), roi=None, frames=None, acquisition=CAMERA), mean_request()]
    walk.options["during"] = lambda step: (_ for _ in ()).throw(SolverError("It broke.", "Mend it."))
    tried = run_methods(lambda: project, stack, asked, Control())
    assert [one.failed for one in tried] == [True, False] and tried[0].error.message == "It broke."
    walk.options.clear()
    again = run_methods(lambda: project, stack, [*asked, replace(asked[0], method="imported")], Control())
    assert [one.was_there for one in again] == [False, True, False]
    assert again[1].run.number == tried[1].run.number and len(project.runs()) == 3
    [said] = failed_ones(again)
    assert said.number is None and "cannot be computed" in said.error
    assert run_methods(lambda: project, stack, asked[1:], Control(), again=True)[0].run.number == 4


def test_what_was_cut_off_goes_on_and_what_comes_after_is_left(project, stack, walk, request_for, cancelled_at) -> None:
    asked = [replace(request_for(steps=4), roi=None, frames=None, acquisition=CAMERA), mean_request()]
    control = Control()
    walk.options["during"] = cancelled_at(control, 2)
    [first] = run_methods(lambda: project, stack, asked, control)
    assert first.run.record.status == "cancelled" and not first.failed
    walk.options.clear()
    both = run_methods(lambda: project, stack, asked, Control())
    assert both[0].run.number == first.run.number and both[0].run.record.status == "finished"
    assert len(both) == 2 and walk.solvers[-1].steps_taken == [3, 4]


def test_a_comparison_is_kept_and_read_again(project, stack, mean_run, tmp_path) -> None:
    kept = KeptComparison.create(project.folder, compared_record([mean_run]))
    measure_all(kept, [mean_run], reasons={1: "Ring correlation: too few frames."})
    [again] = kept_comparisons(Project.open(project.folder).folder)
    assert again.record == kept.record and again.number == 1 and again.error(1).shape == SHAPE
    assert again.record.of(1).measures["rsp"] > 0.99 and again.record.of(1).notes[0].startswith("Ring")
    (project.folder / "comparisons" / "0002").mkdir()
    (again.folder / "error-0001.ome.tif").write_bytes(b"no image")
    assert len(kept_comparisons(project.folder)) == 1 and again.error(1) is None
    for version in (0, 99):
        path = project.folder / "comparisons" / f"000{3 + version // 99}" / "comparison.json"
        path.parent.mkdir()
        path.write_text(json.dumps({**kept.record.content(), "schema_version": version}))
        with pytest.raises(ProjectError, match="format"):
            KeptComparison.open(path.parent)
    (mean_run.folder / "x.ome.tif").write_bytes(b"no image")
    measure_all(kept, [mean_run])
    assert "cannot be read" in kept.record.of(1).error and kept.record.of(1).zoom == 0
    gone = KeptComparison(project.folder / "comparisons" / "0009", ComparisonRecord())
    with pytest.raises(ProjectError, match="not there"):
        gone.write(gone.record)


def compared(number: int, **measures: float | None) -> ComparedRun:
    return ComparedRun(number=number, method="mean", title=f"=Run {number}", status="finished", zoom=4,
                       measures=measures)  # fmt: skip


def test_a_table_has_units_marks_what_is_best_and_never_what_nobody_measured() -> None:
    ones = [compared(1, finest_split_nm=120.0, rsp=0.9), compared(2, finest_split_nm=None, rsp=0.95),
            compared(3, finest_split_nm=121.0)]  # fmt: skip
    table = comparison_table(ones)
    rows = list(csv.reader(io.StringIO(table.csv_text())))
    assert rows[0][:4] == ["Image", "Run", "RSP", "Finest lines (nm)"]
    assert rows[1][:4] == ["'=Run 1", "1", "0.9", "120"]
    assert rows[2][3] == "none" and rows[3][2] == ""
    # 121 nm is within a hundredth of 120 nm.
    assert table.best["finest_split_nm"] == {0, 2} and table.best["rsp"] == {1}
    assert "nrmse" not in table.best and "NRMSE" not in rows[0]
    assert comparison_table(ones[:1]).best["rsp"] == frozenset()
    assert main_numbers(ones[0]) == "lines 120 nm · RSP 0.900"
    # What sharpened noise can win has no best.
    assert not comparison_table([compared(1, decorrelation_nm=9.0, frc_nm=9.0)] * 2).best


def test_a_figure_has_the_mean_first_and_one_scale_where_units_agree(project, stack, mean_run, tmp_path) -> None:
    fine = start_run(project, stack, mean_request(zoom=3))[0]
    same = start_run(project, stack, replace(mean_request(), frames=None, settings=RunSettings(seed=4)))[0]
    kept = KeptComparison.create(project.folder, compared_record([mean_run, fine, same]))
    measure_all(kept, [mean_run, fine, same])
    beside = pictures_of(project, kept)
    assert [one.title for one in beside] == ["Mean (run 1)", "Mean (run 2)", "Mean (run 3)"]
    assert all(panel.limits is None for panel in comparison_panels(beside, same_scale=False))
    limits = [panel.limits for panel in comparison_panels(beside, same_scale=True)]
    # Fine pixels of another size hold another share of the light.
    assert limits[0] == limits[2] != limits[1]
    for ending in ("png", "svg", "pdf"):
        export_comparison(tmp_path / f"figure.{ending}", beside)
        assert (tmp_path / f"figure.{ending}").stat().st_size > 10_000
    assert b"RSP" in (tmp_path / "figure.svg").read_bytes()
    kept.write(kept.record.replace(shown="errors"))
    errors = pictures_of(project, kept)
    assert [one.title for one in errors] == ["Recorded mean", "Mean (run 1)", "Mean (run 2)", "Mean (run 3)"]
    assert errors[1].image.shape == SHAPE and errors[1].unit == errors[0].unit


def test_titles_fit_above_a_column_and_stay_apart() -> None:
    images = [Beside(np.eye(4), 50.0, title, "photons") for title in (
        "Mean", "SOFI (cumulant of order 2)", "SPARCOM (variance, its own)", "SPARCOM (variance of pairs)", "A" * 80
    )]  # fmt: skip
    titles = [panel.title for panel in comparison_panels(images, same_scale=False, columns=4)]
    assert titles[:2] == ["Mean", "SOFI"] and titles[2] == "SPARCOM (variance,…"
    assert max(map(len, titles)) <= 20
    assert comparison_panels(images, same_scale=False, columns=3)[1].title == "SOFI (cumulant of order 2)"


@pytest.mark.parametrize(("count", "shape", "columns"), [(1, (50, 50), 1), (6, (50, 50), 3), (12, (50, 266), 2)])
def test_a_figure_fits_a_page(count: int, shape: tuple[int, int], columns: int) -> None:
    assert columns_for(count, shape) == columns


def test_of_a_large_field_means_are_drawn_at_the_same_scale() -> None:
    image = np.random.default_rng(0).uniform(size=(900, 5000)).astype(np.float32)
    small, pixel_nm = _as_fine_as_a_page(image, 20.0)
    assert small.shape == (360, 2000) and pixel_nm == 50.0
    assert small.mean() == pytest.approx(image.mean(), rel=1e-4)


def test_a_truth_lies_beside_its_stack_under_its_name(tmp_path) -> None:
    assert truth_beside(tmp_path / "dim.ome.tif") is None
    (tmp_path / "dim.truth.npz").touch()
    assert truth_beside(tmp_path / "dim.ome.tif") == tmp_path / "dim.truth.npz"
    assert truth_beside(tmp_path / "other.tif") is None
    (tmp_path / "cell.truth.npz").touch()
    assert truth_beside(tmp_path / "cell.2.tif") is None
    (tmp_path / "cell.2.truth.npz").touch()
    assert truth_beside(tmp_path / "cell.2.tif") == tmp_path / "cell.2.truth.npz"


@pytest.mark.parametrize("pixels", [1, 2, 3])
def test_an_image_that_lies_far_off_is_told_too(project, mean_run, tmp_path, pixels: int) -> None:
    path = tmp_path / "far.tif"
    tifffile.imwrite(path, np.roll(mean_run.result().estimate, 2 * pixels, axis=1))
    found = measured(import_result(project, ImportRequest(path, "Far", pixel_size_nm=50.0))).compared
    assert found.measures["shift_x_nm"] == pytest.approx(100.0 * pixels, abs=15)
    assert "right of the recorded mean" in found.notes[0]


def test_an_image_whose_place_cannot_be_told_is_not_said_to_lie_right(project, mean_run, tmp_path) -> None:
    path = tmp_path / "noise.tif"
    tifffile.imwrite(path, np.random.default_rng(5).uniform(size=(40, 52)).astype(np.float32))
    found = measured(import_result(project, ImportRequest(path, "Noise", pixel_size_nm=50.0))).compared
    assert found.measures["shift_nm"] is None and "could not be told" in found.notes[0]
    [row] = comparison_table([found]).rows
    assert row["shift_nm"].text == "–" and "could not be told" in row["remark"].text


def test_what_a_run_says_of_itself_stands_in_the_comparison(mean_run) -> None:
    result = replace(mean_run.result(), notes=("The molecules hardly blink.",))
    assert "The molecules hardly blink." in measured(mean_run, result=result).compared.notes
