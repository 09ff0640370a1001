"""What is in a file: as a table for people, as one JSON object for scripts."""

from __future__ import annotations

import json


def test_the_json_is_the_object_of_the_contract(fluogan, stack_file) -> None:
    said = fluogan("info", stack_file, "--json")
    assert (said.code, said.err) == (0, "")
    content = json.loads(said.out)
    assert set(content) == {"reader", "files", "scenes", "warnings"}
    (scene,) = content["scenes"]
    promised = {"name", "sizes", "axes", "dtype", "pixel_size_nm", "time_step_ms", "channels"}
    optics = {"emissions_nm", "numerical_aperture", "objective"}
    assert set(scene) == promised | optics | {"time_axis", "plane_step_nm", "exposure_ms", "camera"}
    assert scene["sizes"] == {"T": 12, "C": 1, "Z": 1, "Y": 11, "X": 14}
    assert scene["pixel_size_nm"] == {"y": 100.0, "x": 100.0, "origin": "file"}
    assert scene["dtype"] == "uint16"


def test_the_table_gives_every_number_its_unit_and_origin(fluogan, stack_file) -> None:
    said = fluogan("info", stack_file)
    assert said.code == 0
    assert "100 nm (from the file)" in said.out
    assert "11 × 14 pixels" in said.out


def test_a_missing_pixel_size_comes_with_the_flag_that_gives_it(fluogan, stack_without_scale) -> None:
    said = fluogan("info", stack_without_scale)
    assert "not stated (give --pixel-size-nm)" in said.out
    assert json.loads(fluogan("info", stack_without_scale, "--json").out)["scenes"][0]["pixel_size_nm"]["y"] is None


def test_a_sample_stack_can_be_named(fluogan) -> None:
    content = json.loads(fluogan("info", "sample:mitochondria", "--json").out)
    assert content["scenes"][0]["sizes"]["T"] == 50
    fluogan("info", "sample:mitochondrium").refused("mitochondrium", "mitochondria")


def test_what_is_no_stack_is_refused_in_one_line(fluogan, tmp_path) -> None:
    text = tmp_path / "text.tif"
    text.write_text("not a TIFF")
    fluogan("info", text).refused("text.tif")
    fluogan("info", text, "--json").refused("text.tif")
    fluogan("info", tmp_path / "absent.tif").refused("absent.tif")
    fluogan("info", tmp_path).refused(str(tmp_path))


def test_a_library_that_prints_does_not_spoil_the_json(fluogan, stack_file, monkeypatch) -> None:
    from fluogan_app.core.readers import open as opening

    described = opening.describe(stack_file)

    def chatty(path: str) -> object:
        print("by the way")
        return described

    monkeypatch.setattr(opening, "describe", chatty)
    said = fluogan("info", stack_file, "--json")
    assert json.loads(said.out)["reader"] == described.reader
    assert said.err == ""


def test_of_a_project_the_runs_are_listed(fluogan, reconstruct, project_path) -> None:
    reconstruct()
    reconstruct("--lambda1", 2)
    said = fluogan("info", project_path)
    assert said.code == 0
    assert "11 × 14 pixels of 100 nm" in said.out
    assert "Run 2: fluogan, finished at step 6 of 6" in said.out
    content = json.loads(fluogan("info", project_path, "--json").out)
    assert content["stack"]["shape_tyx"] == [12, 11, 14]
    assert [(run["run"], run["status"], run["steps"]) for run in content["runs"]] == [
        (1, "finished", 6),
        (2, "finished", 6),
    ]


def test_a_run_that_cannot_be_read_is_told_beside_the_others(fluogan, reconstruct, project_path) -> None:
    reconstruct()
    reconstruct()
    (project_path / "runs" / "0001-fluogan" / "run.json").write_text("{")
    said = fluogan("info", project_path)
    assert said.code == 0 and "Run 2" in said.out
    assert said.err.startswith("Warning:") and "0001-fluogan" in said.err and len(said.err.splitlines()) == 1
    (warning,) = json.loads(fluogan("info", project_path, "--json").out)["warnings"]
    assert "0001-fluogan" in warning and "damaged" in warning
