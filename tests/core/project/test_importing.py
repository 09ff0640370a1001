"""Images of other programs become runs of a project, with their file, and are refused in words where they cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import DataError, ParameterError, ProjectError, ReadError, UsageError
from fluogan_app.core.methods.registry import METHODS, method_named
from fluogan_app.core.project.differences import differences
from fluogan_app.core.project.importing import ImportRequest, import_result, look_at, original_of
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.report_words import methods_paragraph, method_rows
from fluogan_app.core.project.runs_table import runs_table
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import prepare_run, resume_run, start_run


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(2).uniform(1, 9, (24, 32)).astype(np.float32)


@pytest.fixture
def file(tmp_path, image):
    path = tmp_path / "ThunderSTORM rendering.tif"
    tifffile.imwrite(path, image, imagej=True, resolution=(1000 / 25.875,) * 2, metadata={"axes": "YX", "unit": "um"})
    return path


def test_it_becomes_a_finished_run_of_the_newest_runs_field(project, stack, walk, request_for, file, image) -> None:
    first, _ = start_run(project, stack, request_for(steps=2))
    run = import_result(project, ImportRequest(file, "ThunderSTORM", "localisations"))
    again = Project.open(project.folder).run(run.number)
    record, result = again.record, again.result()
    assert record.status is RunStatus.FINISHED and record.method == "imported" and record.roi == Roi(1, 2, 6, 8)
    assert record.claims.title == "ThunderSTORM" and record.claims.unit == "localisations" and not record.claims.photons
    assert result.zoom == 4 and not record.claims.signed and result.notes == ()
    np.testing.assert_array_equal(result.estimate, image)
    np.testing.assert_array_equal(result.mean, first.result().mean)
    assert original_of(again).read_bytes() == file.read_bytes()
    assert len(again.provenance()["environment"]["imported_sha256"]) == 64
    assert again.curves().metrics == () and not result.background.any()


def test_before_any_run_it_lies_in_the_projects_region(project, stack, file, frames) -> None:
    with pytest.raises(ProjectError, match="no stack"):
        import_result(project, ImportRequest(file))
    project.attach(stack)
    camera = project.document.acquisition.replace(pixel_size_nm=103.5, gain=2.0, offset=10.0)
    project.save(project.document.replace(acquisition=camera, roi=Roi(1, 2, 6, 8)))
    result = import_result(project, ImportRequest(file)).result()
    assert result.claims.title == "ThunderSTORM rendering" and result.claims.unit == "no unit"
    expected = (frames.mean(axis=0)[1:7, 2:10] - 10.0) / 2.0
    np.testing.assert_allclose(result.mean, expected, rtol=1e-5)


def test_what_cannot_be_placed_is_refused_and_leaves_nothing(project, stack, walk, request_for, tmp_path, image):
    start_run(project, stack, request_for(steps=1))
    plain, several, flat = tmp_path / "plain.tif", tmp_path / "several.tif", tmp_path / "flat.tif"
    tifffile.imwrite(plain, image)
    tifffile.imwrite(several, np.stack([image, image]), imagej=True, metadata={"axes": "TYX"})
    tifffile.imwrite(flat, np.ones_like(image))
    with pytest.raises(ParameterError, match="does not state the size"):
        import_result(project, ImportRequest(plain))
    with pytest.raises(DataError, match="holds 2 images"):
        look_at(several)
    with pytest.raises(DataError, match="shows nothing"):
        look_at(flat)
    with pytest.raises(DataError, match="beside the region"):
        import_result(project, ImportRequest(plain, pixel_size_nm=10.0, corner_yx_nm=(9e4, 0.0)))
    with pytest.raises(ReadError, match="is a folder"):
        look_at(tmp_path)
    assert len(project.runs()) == 1
    found = import_result(project, ImportRequest(plain, pixel_size_nm=25.875))
    assert found.record.params["source_pixel_nm"] == 25.875


def test_pixels_that_are_no_numbers_are_told(tmp_path, image) -> None:
    path = tmp_path / "holes.tif"
    holes = image.copy()
    holes[2, 3] = np.nan
    tifffile.imwrite(path, holes)
    found = look_at(path)
    assert found.image[2, 3] == 0.0 and "1 pixels" in found.notes[0]


def test_it_stands_wherever_runs_do_and_is_not_computed(project, stack, walk, request_for, file) -> None:
    first, _ = start_run(project, stack, request_for(steps=1))
    run = import_result(project, ImportRequest(file, "ThunderSTORM"))
    assert "imported" not in METHODS and method_named("imported").title == "Imported"
    assert differences(first.record, run.record)[0].text == "Method Walk → Imported"
    assert runs_table(project.runs()).rows[run.number]["status"].text == "finished"
    assert methods_paragraph(run.record, 25.875) and method_rows(run.record)
    with pytest.raises(UsageError, match="cannot be computed"):
        prepare_run(stack, replace(request_for(), method="imported", params=method_named("imported").params_type()))
    with pytest.raises(UsageError, match="cannot be computed"):
        resume_run(project, run.number)
