"""From a stack to a project with a run: what is asked is what is computed, kept and told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.params import specs
from fluogan_app.core.project.store import Project
from tests.cli.conftest import QUICK


def test_the_json_says_what_was_done_and_nothing_else_is_printed(reconstruct, project_path) -> None:
    said = reconstruct("--json", "--seed", 5, "--fwhm-nm", 260)
    assert (said.code, said.err) == (0, "")
    content = json.loads(said.out)
    assert content["project"] == str(project_path)
    assert (content["run"], content["outcome"], content["steps"]) == (1, "finished", 6)
    assert (content["device"], content["seed"]) == ("cpu", 5)
    assert content["seconds"] >= 0
    parameters = content["parameters"]
    assert (parameters["zoom"], parameters["delta"], parameters["steps"]) == (2, 0, 6)
    assert (parameters["pixel_size_nm"], parameters["fwhm_nm"]) == (100.0, 260.0)
    assert (content["origins"]["pixel_size_nm"], content["origins"]["fwhm_nm"]) == ("file", "user")
    assert content["assumed"] == ["gain", "offset", "read_noise"]
    assert content["measures"]


def test_the_project_keeps_what_the_json_says(reconstruct, project_path) -> None:
    content = json.loads(reconstruct("--json", "--lambda1", 0.5, "--gain", 2, "--read-noise", 1.5, "--offset", -3).out)
    record = Project.open(project_path).run(1).record
    assert {name: content["parameters"][name] for name in record.params} == record.params
    for declared in specs(Acquisition):
        assert content["parameters"][declared.name] == getattr(record.acquisition, declared.name)
    assert (record.acquisition.gain, record.acquisition.offset, record.acquisition.read_noise) == (2.0, -3.0, 1.5)
    assert record.acquisition.origin("gain") is Origin.USER


def test_a_preset_sets_what_no_flag_says(reconstruct, project_path) -> None:
    content = json.loads(reconstruct("--json", "--preset", "paper-2024", "--kappa", 7).out)
    parameters = content["parameters"]
    assert (parameters["critic"], parameters["generator"], parameters["batch_size"]) == (
        "paper-2024", "double-poisson", 200,
    )  # fmt: skip
    # What the flags say, here and in the short way to reconstruct, comes before it.
    assert (parameters["kappa"], parameters["delta"], parameters["zoom"]) == (7.0, 0, 2)


def test_a_preset_from_a_file_sets_camera_optics_and_run_too(reconstruct, project_path, tmp_path) -> None:
    path = tmp_path / "mine.json"
    values = {"camera": {"gain": 3.0, "colour": 1}, "optics": {"fwhm_nm": 250.0}, "run": {"seed": 9}}
    path.write_text(json.dumps({"fluogan_preset": 1, "name": "Mine", "values": values}), encoding="utf-8")
    said = reconstruct("--json", "--preset", path, "--numerical-aperture", 1.2, "--emission-nm", 600)
    content = json.loads(said.out)
    assert (content["parameters"]["gain"], content["seed"], content["origins"]["gain"]) == (3.0, 9, "user")
    assert content["parameters"]["fwhm_nm"] == pytest.approx(255.0), "flags come before the preset"
    assert "Preset Mine: “colour” is not known and is left out." in content["warnings"]
    path.write_text(path.read_text().replace("3.0", "-3.0"))
    said = reconstruct("--preset", path, "-o", tmp_path / "other.fluogan")
    assert said.code == 2 and "mine.json cannot be used: Camera gain (gain) is -3;" in said.err


def test_an_unknown_preset_is_refused_before_anything_is_written(reconstruct, project_path) -> None:
    said = reconstruct("--preset", "2024")
    assert said.code == 2 and "no preset “2024”" in said.err and "paper-2024" in said.err
    assert not project_path.exists()


def test_region_and_frames_are_cut_as_asked(reconstruct, project_path) -> None:
    assert reconstruct("--roi", "1,2,8,9", "--frames", "3:10").code == 0
    run = Project.open(project_path).run(1)
    assert (run.record.roi, run.record.frames) == (Roi(1, 2, 8, 9), FrameRange(3, 10))
    assert run.result().estimate.shape == (16, 18)


def test_an_open_end_of_the_frames_means_the_end_of_the_stack(reconstruct, project_path) -> None:
    assert reconstruct("--frames", "4:").code == 0
    assert Project.open(project_path).run(1).record.frames == FrameRange(4, 12)


def test_the_width_follows_from_aperture_and_wavelength(reconstruct, project_path) -> None:
    assert reconstruct("--numerical-aperture", 1.4, "--emission-nm", 600).code == 0
    acquisition = Project.open(project_path).run(1).record.acquisition
    assert acquisition.psf_fwhm_nm == pytest.approx(0.51 * 600 / 1.4)
    assert acquisition.psf_origin is Origin.USER


def test_a_pixel_size_that_is_given_overrules_the_file(reconstruct, project_path) -> None:
    assert reconstruct("--pixel-size-nm", 65).code == 0
    acquisition = Project.open(project_path).run(1).record.acquisition
    assert (acquisition.pixel_size_nm, acquisition.origin("pixel_size_nm")) == (65.0, Origin.USER)


def test_what_is_assumed_is_said_with_its_unit_and_flag(reconstruct) -> None:
    said = reconstruct()
    assert said.code == 0
    assert "Assumed: PSF width FWHM 220 nm, Camera gain 1 counts/photon" in said.err
    assert "--fwhm-nm, --gain, --offset, --read-noise" in said.err
    quiet = reconstruct("--fwhm-nm", 260, "--gain", 1, "--offset", 0, "--read-noise", 0)
    assert "Assumed" not in quiet.err


def test_the_summary_gives_images_their_scale_and_the_next_command(reconstruct, project_path) -> None:
    said = reconstruct()
    assert "22 × 28 pixels of 50 nm (1.1 µm × 1.4 µm)" in said.out
    assert f"fluogan export {project_path} --estimate spots.tif" in said.out


def test_a_second_reconstruction_joins_the_project(reconstruct, project_path) -> None:
    assert json.loads(reconstruct("--json").out)["run"] == 1
    assert json.loads(reconstruct("--json", "--seed", 2).out)["run"] == 2
    project = Project.open(project_path)
    assert [run.record.settings.seed for run in project.runs()] == [0, 2]
    assert project.document.settings.seed == 2


def test_overwrite_replaces_the_project(reconstruct, project_path, tmp_path) -> None:
    reconstruct()
    reconstruct()
    assert json.loads(reconstruct("--json", "--overwrite").out)["run"] == 1
    assert len(Project.open(project_path).runs()) == 1
    assert not list(tmp_path.glob("*replaced*"))


def test_a_missing_ending_is_added_with_a_word(fluogan, stack_file, tmp_path, quick) -> None:
    said = fluogan("reconstruct", stack_file, "-o", tmp_path / "cell", *quick)
    assert said.code == 0
    assert f"Project: {tmp_path / 'cell.fluogan'}" in said.err
    assert Project.open(tmp_path / "cell.fluogan").run(1)


def test_a_sample_brings_its_optics(fluogan, project_path, quick) -> None:
    flags = ("--roi", "0,0,12,12", "--frames", "0:6", *quick)
    content = json.loads(fluogan("reconstruct", "sample:mitochondria", "-o", project_path, *flags, "--json").out)
    assert content["parameters"]["fwhm_nm"] == pytest.approx(0.51 * 608 / 1.4)
    assert content["origins"]["pixel_size_nm"] == "file"
    assert "fwhm_nm" not in content["assumed"]


def test_a_channel_that_nobody_chose_is_named(fluogan, tmp_path, project_path, quick) -> None:
    frames = np.random.default_rng(2).poisson(20, (6, 2, 9, 8)).astype(np.uint16)
    path = tmp_path / "two.tif"
    tifffile.imwrite(path, frames, imagej=True, metadata={"axes": "TCYX", "unit": "um"}, resolution=(10, 10))
    line = ("reconstruct", path, *quick, "--json")
    warnings = json.loads(fluogan(*line, "-o", project_path).out)["warnings"]
    assert warnings == ["The file holds 2 channels; the first one is taken. Choose another with --channel."]
    chosen = json.loads(fluogan(*line, "-o", tmp_path / "second.fluogan", "--channel", 1).out)
    assert chosen["warnings"] == []
    mean, _ = Project.open(tmp_path / "second.fluogan").mean()
    np.testing.assert_allclose(mean, frames[:, 1].mean(axis=0), rtol=1e-6)
    fluogan(*line, "-o", project_path, "--channel", 1).refused("another stack", "channel")


def test_frames_without_noise_are_reconstructed(fluogan, tmp_path, project_path, quick) -> None:
    y, x = np.mgrid[:11, :14]
    frame = (100 + 500 * np.exp(-((y - 5) ** 2 + (x - 6) ** 2) / 8)).astype(np.uint16)
    path = tmp_path / "same.tif"
    tifffile.imwrite(path, np.repeat(frame[None], 6, axis=0), imagej=True, metadata={"axes": "TYX"})
    line = ("reconstruct", path, "-o", project_path, *quick, "--pixel-size-nm", 100, "--json")
    content = json.loads(fluogan(*line).out)
    assert content["outcome"] == "finished"
    assert None not in content["measures"].values()


def test_bad_input_leaves_no_project_behind(fluogan, stack_file, stack_without_scale, project_path, quick) -> None:
    fluogan("reconstruct", stack_without_scale, "-o", project_path, *quick).refused("Pixel size", "--pixel-size-nm")
    fluogan("reconstruct", stack_file, "-o", project_path, *quick, "--roi", "0,0,99,5").refused("99 × 5", "11 × 14")
    fluogan("reconstruct", stack_file, "-o", project_path, *quick, "--frames", "0:99").refused("0:99", "12")
    assert not project_path.exists()


def test_a_run_that_cannot_start_replaces_nothing(fluogan, reconstruct, stack_file, project_path) -> None:
    reconstruct()
    before = contents(project_path)
    fluogan("reconstruct", stack_file, "-o", project_path, "--overwrite", "--zoom", 99).refused("Zoom L (zoom) is 99")
    fluogan("reconstruct", stack_file, "-o", project_path, "--overwrite", "--roi", "0,0,99,5").refused("99 × 5")
    assert contents(project_path) == before


def test_a_disk_that_fills_up_at_the_start_costs_no_old_project(reconstruct, project_path, monkeypatch) -> None:
    reconstruct()
    before = contents(project_path)

    def full(*_: object) -> None:
        raise ProjectError("The disk is full.")

    monkeypatch.setattr("fluogan_app.cli.commands.reconstruct.run_prepared", full)
    reconstruct("--overwrite").refused("The disk is full.")
    assert contents(project_path) == before
    assert list(project_path.parent.glob("*.fluogan")) == [project_path]


def test_another_stack_does_not_join_these_runs(fluogan, reconstruct, make_stack, project_path, quick) -> None:
    reconstruct()
    other = make_stack("other.tif", (12, 9, 9))
    fluogan("reconstruct", other, "-o", project_path, *quick).refused("another stack", "spots.tif", "Its shape")


def test_a_stack_that_was_written_anew_does_not_join_these_runs(reconstruct, stack_file) -> None:
    reconstruct()
    stack_file.write_bytes(stack_file.read_bytes()[:-1] + b"\xff")
    reconstruct().refused("Its content differs")


def test_a_project_of_the_longest_name_can_be_replaced(fluogan, stack_file, tmp_path, quick) -> None:
    folder = tmp_path / ("n" * 240 + ".fluogan")
    for flags in ((), ("--overwrite",)):
        assert fluogan("reconstruct", stack_file, "-o", folder, *quick, *flags).code == 0
    assert [run.number for run in Project.open(folder).runs()] == [1]


def test_what_is_no_project_is_never_replaced(fluogan, stack_file, tmp_path, quick) -> None:
    folder = tmp_path / "notes.fluogan"
    folder.mkdir()
    (folder / "diary.txt").write_text("mine")
    for flags in ((), ("--overwrite",)):
        fluogan("reconstruct", stack_file, "-o", folder, *quick, *flags).refused("notes.fluogan", "no FluoGAN project")
    assert (folder / "diary.txt").read_text() == "mine"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_pixels_that_are_not_square_are_named_and_stay_in_the_notes(fluogan, reconstruct, project_path, tmp_path):
    frames = np.random.default_rng(1).poisson(40, (12, 11, 14)).astype(np.uint16)
    oblong = {"axes": "TYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.2}
    path = tmp_path / "oblong.ome.tif"
    tifffile.imwrite(path, frames, ome=True, metadata=oblong, photometric="minisblack")
    said = fluogan("reconstruct", path, "-o", project_path, *QUICK)
    said.refused("100 nm wide and 200 nm high, and square ones are needed", "--pixel-size-nm")
    assert "does not state" not in said.err and not project_path.exists()
    fluogan("measure", path).refused("100 nm wide and 200 nm high, and square ones are needed", "--pixel-size-nm")
    said = fluogan("reconstruct", path, "-o", project_path, "--pixel-size-nm", 100, *QUICK)
    assert said.code == 0 and "Note: By the file, pixels are 100 nm wide and 200 nm high" in said.out
    assert any("taken as squares of 100 nm" in note for note in Project.open(project_path).run(1).record.notes)
