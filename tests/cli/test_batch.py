"""`fluogan batch`: many files in one go."""

from __future__ import annotations

import json
from pathlib import Path

from fluogan_app.core.project.store import Project


def test_a_folder_of_stacks_becomes_a_folder_of_projects(fluogan, make_stack, quick, tmp_path: Path) -> None:
    make_stack("one.tif"), make_stack("two.tif")
    (tmp_path / "broken.tif").write_bytes(b"no stack")
    said = fluogan("batch", tmp_path, "-o", tmp_path / "out", *quick, "--fwhm-nm", 300)
    assert said.code == 2, said
    assert "3 files: 2 finished, 1 failed." in said.out and "broken.tif" in said.out
    assert (tmp_path / "out" / "batch.csv").read_text(encoding="utf-8").count("\n") == 4
    for name in ("one", "two"):
        record = Project.open(tmp_path / "out" / f"{name}.fluogan").run(1).record
        assert record.steps == 6 and record.acquisition.fwhm_nm == 300

    again = fluogan("batch", tmp_path / "one.tif", "-o", tmp_path / "out", *quick, "--fwhm-nm", 300, "--json")
    assert again.code == 0 and again.err == ""
    (told,) = json.loads(again.out)["files"]
    assert told["state"] == "skipped" and told["run"] == 1 and told["measures"]


def test_what_is_wrong_with_all_is_refused_before_anything_is_written(fluogan, make_stack, quick, tmp_path) -> None:
    make_stack("one.tif")
    fluogan("batch", tmp_path / "one.tif", "-o", tmp_path / "out", *quick, "--zoom", 99).refused("zoom", "99")
    (tmp_path / "empty").mkdir()
    fluogan("batch", tmp_path / "empty", *quick).refused("no stacks")
    assert not (tmp_path / "out").exists()
