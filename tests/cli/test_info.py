"""What is in a file: as a table for people, as one JSON object for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile


def test_the_json_is_the_object_of_the_contract(fluogan, stack_file) -> None:
    said = fluogan("info", stack_file, "--json")
    assert (said.code, said.err) == (0, "")
    content = json.loads(said.out)
    assert set(content) == {"reader", "files", "scenes", "warnings"}
    (scene,) = content["scenes"]
    promised = {"name", "sizes", "axes", "dtype", "pixel_size_nm", "time_step_ms", "channels"}
    optics = {"emissions_nm", "numerical_aperture", "objective"}
    assert set(scene) == promised | optics | {"time_axis", "plane_step_nm", "exposure_ms", "camera", "facts"}
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
    for command in (("info", ""), ("info", " ", "--json"), ("check", ""), ("reconstruct", "", "-o", tmp_path / "p")):
        fluogan(*command).refused("name of the file is empty")


def test_a_library_that_prints_does_not_spoil_the_json(fluogan, stack_file, monkeypatch) -> None:
    from fluogan_app.core.readers import open as opening

    described = opening.describe(stack_file)

    def chatty(path: str, alone: bool = False) -> object:
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
    assert (content["frames"], content["roi"], content["drift"]) == (None, None, None)
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


@pytest.fixture
def hyperstack(tmp_path: Path) -> Path:
    """Four time points, three planes and two channels, each frame of one number that names its place."""
    frames = np.zeros((4, 3, 2, 5, 6), np.uint16) + np.arange(24, dtype=np.uint16).reshape(4, 3, 2, 1, 1)
    path = tmp_path / "hyper.ome.tif"
    notes = {
        "axes": "TZCYX", "PhysicalSizeX": 0.08, "PhysicalSizeY": 0.08, "TimeIncrement": 0.5, "TimeIncrementUnit": "s",
        "Channel": {"Name": ["DAPI", "GFP"], "EmissionWavelength": [465.0, 525.0]},
    }  # fmt: skip
    tifffile.imwrite(path, frames, ome=True, metadata=notes, photometric="minisblack")
    return path


def test_one_image_is_described_as_it_would_be_taken(fluogan, hyperstack) -> None:
    said = fluogan("info", hyperstack, "--channel", 1, "--z", 2, "--frames", "1:3")
    assert said.code == 0
    assert "Taken: channel 1, plane 2, frames 1 to 2 (2 of 4), 5 × 6 pixels from row 0, column 0." in said.out
    assert "525 nm (from the file)" in said.out and "500 ms, 2 frames/s (from the file)" in said.out
    taken = json.loads(fluogan("info", hyperstack, "--plane", 2, "--json").out)["taken"]
    assert taken == {"scene": 0, "channel": 0, "plane": 2, "frames": [0, 4], "roi": [0, 0, 5, 6]}
    fluogan("info", hyperstack, "--channel", 2).refused("no channel 2", "from 0 to 1")
    fluogan("info", hyperstack, "--frames", "2:9").refused("frames")


def test_the_axis_that_is_time_can_be_chosen(fluogan, hyperstack) -> None:
    sizes = json.loads(fluogan("info", hyperstack, "--time-axis", "z", "--json").out)["scenes"][0]["sizes"]
    assert (sizes["T"], sizes["Z"], sizes["C"]) == (3, 4, 2)
    said = fluogan("info", hyperstack, "--time-axis", "z")
    assert "3 (axis Z)" in said.out and "frames/s" not in said.out, "the time step is that of axis T"
    assert "time step belongs to axis T" in said.err
    sizes = json.loads(fluogan("info", hyperstack, "--time-axis", "none", "--json").out)["scenes"][0]["sizes"]
    assert (sizes["T"], sizes["Z"], sizes["C"]) == (1, 12, 2)
    fluogan("info", hyperstack, "--time-axis", "Q").refused("no axis Q", "T, Z, C")
    fluogan("info", hyperstack, "--time-axis", "TZ").refused("no axis TZ")


def test_a_guess_is_shown_with_the_flags_that_change_it(fluogan, tmp_path) -> None:
    tifffile.imwrite(tmp_path / "pages.tif", np.ones((7, 5, 6), np.uint16), photometric="minisblack", metadata=None)
    said = fluogan("info", tmp_path / "pages.tif")
    assert "7 (axis I, a guess: the file names no time axis; change it with --time-axis none)" in said.out


def test_the_files_own_words_are_a_tree(fluogan, stack_file) -> None:
    said = fluogan("info", stack_file, "--metadata")
    assert "in the file's own words:" in said.out and "ImageJ" in said.out.partition("own words:")[2]
    content = json.loads(fluogan("info", stack_file, "--metadata", "--json").out)
    assert content["scenes"][0]["metadata"]


def test_colours_tell_origins_on_a_terminal_only(fluogan, stack_file, monkeypatch) -> None:
    from fluogan_app.cli import report

    assert "\033[" not in fluogan("info", stack_file).out
    monkeypatch.setattr(report._Stream, "is_terminal", True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[32m100 nm (from the file)\033[0m" in fluogan("info", stack_file).out
    assert "\033[" not in fluogan("info", stack_file, "--json").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[" not in fluogan("info", stack_file).out


def test_numbered_files_are_one_stack_unless_one_is_wanted_alone(fluogan, tmp_path) -> None:
    for number in range(8, 12):
        tifffile.imwrite(tmp_path / f"{number}.tif", np.full((5, 6), number, np.uint16))
    for opened in (tmp_path, tmp_path / "9.tif"):
        content = json.loads(fluogan("info", opened, "--json").out)
        assert (content["files"], content["scenes"][0]["sizes"]["T"]) == (4, 4)
        assert content["warnings"][0] == "4 numbered files, 8.tif to 11.tif, are taken as one stack."
    alone = json.loads(fluogan("info", tmp_path / "9.tif", "--alone", "--json").out)
    assert (alone["files"], alone["scenes"][0]["sizes"]["T"]) == (1, 1)


def test_a_project_shows_what_was_chosen(fluogan, hyperstack, project_path, quick, tmp_path) -> None:
    table = tmp_path / "drift.csv"
    table.write_text("frame,y_pixels,x_pixels\n0,0,0\n1,0.5,0\n2,0.5,0\n")
    chosen = ("--channel", 1, "--z", 2, "--time-axis", "z", "--frames", "1:3", "--roi", "1,2,9,9")
    noise = np.random.default_rng(1).poisson(40, (4, 3, 2, 12, 13)).astype(np.uint16)
    notes = {"axes": "TZCYX", "PhysicalSizeX": 0.08, "PhysicalSizeY": 0.08}
    tifffile.imwrite(hyperstack, noise, ome=True, metadata=notes, photometric="minisblack")
    assert fluogan("reconstruct", hyperstack, "-o", project_path, *quick, *chosen, "--drift", table).code == 0
    said = fluogan("info", project_path).out
    assert "scene 0, channel 1, plane 2, axis Z as time" in said and "1 to 2 (2)" in said
    assert "9 × 9 pixels at row 1, column 2" in said and "0.5 pixels, corrected" in said
    content = json.loads(fluogan("info", project_path, "--json").out)
    selection = {"scene": 0, "channel": 1, "plane": 2, "time_axis": "Z", "alone": False}
    assert (content["selection"], content["frames"], content["roi"]) == (selection, [1, 3], [1, 2, 9, 9])
    assert content["drift"]["span_pixels"] == 0.5


def test_every_fact_of_the_table_is_in_the_json(fluogan, hyperstack) -> None:
    (scene,) = json.loads(fluogan("info", hyperstack, "--json").out)["scenes"]
    facts = {fact.pop("name"): fact for fact in scene["facts"]}
    assert facts["emission_nm"] == {"label": "Emission wavelength", "text": "465 nm", "origin": "file", "note": ""}
    assert (facts["fwhm_nm"]["text"], facts["fwhm_nm"]["origin"]) == ("220 nm", "assumed")
    assert (facts["objective"]["text"], facts["objective"]["origin"]) == ("not stated", "missing")
    (scene,) = json.loads(fluogan("info", hyperstack, "--channel", 1, "--json").out)["scenes"]
    assert {fact["name"]: fact["text"] for fact in scene["facts"]}["emission_nm"] == "525 nm"


def test_pixels_that_are_not_square_come_with_what_to_do(fluogan, tmp_path) -> None:
    notes = {"axes": "TYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.2}
    tifffile.imwrite(tmp_path / "a.ome.tif", np.ones((3, 5, 6), np.uint16), ome=True, metadata=notes)
    said = fluogan("info", tmp_path / "a.ome.tif")
    assert "100 nm wide, 200 nm high (from the file; a run needs square pixels: resample the stack, or" in said.out


def test_a_files_name_steers_no_terminal(fluogan, stack_file, monkeypatch) -> None:
    from fluogan_app.cli import report

    path = stack_file.rename(stack_file.with_name("red\033[31m\nline\u202e.tif"))
    assert fluogan("info", path).out.startswith("red\\x1b[31m\\nline\\u202e.tif (read as")
    fluogan("info", path.with_name("no\033[2J.tif")).refused("no\\x1b[2J.tif")
    assert json.loads(fluogan("info", path, "--metadata", "--json").out)["scenes"]
    monkeypatch.setattr(report._Stream, "is_terminal", True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[32m100 nm (from the file)\033[0m" in fluogan("info", path).out
