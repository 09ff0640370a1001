"""A run, the command line that is copied from it, and the script: three ways to the same bits."""

from __future__ import annotations

import ast
import os
import runpy
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.cli.main import run as command_line
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import preset_named
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.repeating import Recipe, command_of, quoted, recipe_of, script_of
from fluogan_app.core.project.report_words import methods_paragraph
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.trash import discard
from fluogan_app.core.project.workflow import RunRequest, resume_run, start_run
from fluogan_app.core.readers.open import open_stack
from tests.cli.conftest import two_spots

FLUOGAN = METHODS["fluogan"]
KNOWN = Acquisition().with_values(Origin.ESTIMATED, pixel_size_nm=100 / 3, fwhm_nm=90.1, gain=1.7, offset=3.25)
#: y, x of 12 frames, with a hot pixel that no search would find in so few frames.
DRIFT = Drift.of(np.stack([np.linspace(0, 1.5, 12), np.linspace(0, -0.7, 12)], 1), "by hand", 0.05, ((3, 4),))


def write_raw(folder: Path) -> Path:
    """Two channels of 12 frames, in a folder whose name every shell takes apart if it may."""
    path = folder / "it's $HOME & more" / "-spots 1.tif"
    path.parent.mkdir()
    light = np.stack([two_spots((12, 20, 22)), two_spots((12, 20, 22))[::-1, ::-1]], 1)
    tifffile.imwrite(path, light, imagej=True, metadata={"axes": "TCYX"})
    return path


def write_psf(folder: Path) -> Path:
    y, x = np.mgrid[-7:8, -7:8]
    spot = 1000 * np.exp(-(y**2 + 1.3 * x**2) / 6.0) + 5
    np.save(folder / "bead.npy", spot.astype(np.float32))
    return folder / "bead.npy"


def quick(**values: object):
    return FLUOGAN.params_type(**{"delta": 0, "steps": 4, "zoom": 2, **values})


CASES: dict[str, Callable[[Path], dict]] = {
    "plain": lambda _: {},
    "a part of it": lambda _: {"roi": Roi(1, 2, 8, 9), "frames": FrameRange(2, 11)},
    "another channel": lambda _: {"selection": Selection(channel=1)},
    "drift": lambda _: {"drift": DRIFT, "roi": Roi(0, 0, 10, 12)},
    "a measured PSF": lambda folder: {
        "acquisition": KNOWN.with_values(Origin.USER, psf="measured", psf_file=str(write_psf(folder)),
                                         psf_pixel_size_nm=16.5, fwhm_nm=None)
    },
    "an assumed PSF": lambda _: {"acquisition": Acquisition().with_values(Origin.FILE, pixel_size_nm=100.0)},
    "a lens": lambda _: {
        "acquisition": Acquisition().with_values(
            Origin.FILE, pixel_size_nm=40.0, numerical_aperture=1.4, emission_nm=607.3, psf="airy"
        )
    },
    "repeats": lambda _: {"settings": RunSettings(seed=7, device="cpu", repeats=2)},
    "as published": lambda _: {
        "params": FLUOGAN.params_type(
            **{**preset_named(FLUOGAN, "paper-2024").values, "steps": 2, "batch_size": 3, "lambda1": 0.1 + 0.2}
        )
    },
}  # fmt: skip


def first_run(folder: Path, case: dict) -> tuple[Project, Run]:
    path = write_raw(folder)
    request = RunRequest(
        "fluogan", case.get("params", quick()), case.get("settings", RunSettings(seed=5, device="cpu")),
        case.get("acquisition", KNOWN), case.get("roi"), case.get("frames"), case.get("drift"),
    )  # fmt: skip
    stack = open_stack(path, case.get("selection", Selection()))
    try:
        project = Project.create(folder / "first")
        run, _ = start_run(project, stack, request)
    finally:
        stack.close()
    return project, run


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_command_and_script_give_the_same_bits(tmp_path, monkeypatch, one_torch_thread, case) -> None:
    project, run = first_run(tmp_path, case(tmp_path))
    monkeypatch.chdir(tmp_path)
    recipe = recipe_of(Project.open(project.folder), Run.open(run.folder))
    program, *words = shlex.split(command_of(recipe, "posix"))
    assert program == "fluogan" and command_line(words) == 0
    script = tmp_path / "again.py"
    script.write_text(script_of(recipe), encoding="utf-8")
    runpy.run_path(str(script), run_name="__main__")

    wanted = run.result()
    for again in Project.open(tmp_path / recipe.output).runs():
        found = again.result()
        assert np.array_equal(found.estimate, wanted.estimate) and np.array_equal(found.background, wanted.background)
        assert wanted.deviation is None or np.array_equal(found.deviation, wanted.deviation)
        assert again.record.roi == run.record.roi and again.record.params == run.record.params
        camera, first = again.record.acquisition, run.record.acquisition
        assert {name: camera.origin(name) for name in first.origins} == first.origins
    assert again.number == 2
    written = tifffile.imread(tmp_path / recipe.output.replace(".fluogan", ".tif"))
    assert np.array_equal(written, wanted.estimate)


def test_a_repetition_is_told_from_another_run(tmp_path, monkeypatch, one_torch_thread) -> None:
    project, run = first_run(tmp_path, {})
    monkeypatch.chdir(tmp_path)
    recipe = recipe_of(project, run)
    line = command_of(recipe, "posix").replace("--seed 5", "--seed 6").replace("--gain 1.7", "--gain 1.8")
    assert command_line(shlex.split(line)[1:]) == 0
    again = Project.open(tmp_path / recipe.output).run().result()
    assert not np.array_equal(again.estimate, run.result().estimate)


def test_only_what_differs_is_said(tmp_path, one_torch_thread) -> None:
    project, run = first_run(tmp_path, {})
    words = shlex.split(command_of(recipe_of(project, run), "posix"))
    flags = {word for word in words if word.startswith("--")}
    assert flags == {
        "--pixel-size-nm", "--fwhm-nm", "--gain", "--offset", "--origins", "--steps", "--zoom", "--seed", "--device",
    }  # fmt: skip
    assert ast.parse(script_of(recipe_of(project, run)))


@pytest.fixture
def continued(tmp_path, one_torch_thread) -> tuple[Project, Run]:
    """A run of 60 steps that went on to 90, and from there to 120."""
    project, _ = first_run(tmp_path, {"params": quick(steps=60)})
    resume_run(project, total_steps=90)
    return project, resume_run(project, total_steps=120)[0]


def test_a_run_that_went_on_is_repeated_in_the_same_turns(continued, tmp_path, monkeypatch) -> None:
    project, run = continued
    monkeypatch.chdir(tmp_path)
    recipe = recipe_of(Project.open(project.folder), run)
    lines = command_of(recipe, "posix").splitlines()
    for line in lines:
        assert command_line(shlex.split(line)[1:]) == 0
    by_command = Project.open(tmp_path / recipe.output).run().result()
    script = tmp_path / "again.py"
    script.write_text(script_of(recipe), encoding="utf-8")
    runpy.run_path(str(script), run_name="__main__")
    wanted = run.result().estimate
    assert len(lines) == 3 and np.array_equal(by_command.estimate, wanted)
    assert np.array_equal(tifffile.imread(tmp_path / recipe.output.replace(".fluogan", ".tif")), wanted)
    # In one go the numbers are others: the turns count.
    assert command_line(shlex.split(lines[0].replace("--steps 60", "--steps 120"))[1:]) == 0
    assert not np.array_equal(Project.open(tmp_path / recipe.output).run().result().estimate, wanted)
    before = tuple(project.run(number).record for number in (1, 2))
    assert "taken in turns: to step 60 of 60, then to step 90 of 90, then to step 120 of 120" in methods_paragraph(
        run.record, 10.0, before
    )


def test_a_run_whose_beginning_was_deleted_is_not_said_to_be_repeatable(continued) -> None:
    project, run = continued
    discard(project, 1)
    with pytest.raises(ProjectError, match="Run 3 went on from run 1, which is not in the project any more"):
        recipe_of(project, run)
    assert "not kept any more" in methods_paragraph(run.record, 10.0)


def test_a_run_that_was_stopped_is_copied_with_a_word_of_caution(tmp_path, capsys, one_torch_thread) -> None:
    project, run = first_run(tmp_path, {"params": quick(steps=60)})
    assert recipe_of(project, run).cautions == () and run.record.earlier_goals == ()
    run.write_record(run.record.replace(status=RunStatus.CANCELLED, steps=60, total_steps=80))
    assert "was cancelled at step 60 of 80" in recipe_of(project, run).cautions[0]
    again, _ = resume_run(project, total_steps=90)
    assert again.number == 1 and again.record.earlier_goals == ((60, 80),)
    assert again.record.status is RunStatus.FINISHED
    assert command_line(["repeat", str(project.folder)]) == 0
    printed = capsys.readouterr()
    assert "Warning: Run 1 was meant to have 80 steps until it was stopped at step 60" in printed.err
    assert "Warning" not in printed.out and "to step 60 of 80, then to step 90 of 90" in methods_paragraph(
        again.record, 10.0
    )


@pytest.mark.parametrize("said", ["fwhm_nm=guessed", "colour=file", "fwhm_nm", "origins=file", "fwhm_nm=missing"])
def test_an_origin_that_is_none_is_refused(tmp_path, capsys, said) -> None:
    path = write_raw(tmp_path)
    words = ["reconstruct", str(path), "-o", str(tmp_path / "p"), "--pixel-size-nm", "50", "--origins", said]
    assert command_line(words) == 2
    assert "names no origin" in capsys.readouterr().err and not (tmp_path / "p.fluogan").exists()


def test_a_published_run_is_said_by_its_name(tmp_path, one_torch_thread) -> None:
    project, run = first_run(tmp_path, CASES["as published"](tmp_path))
    recipe = recipe_of(project, run)
    assert recipe.preset == "paper-2024" and set(recipe.params) == {"steps", "batch_size", "lambda1"}
    assert "--lambda1 0.30000000000000004" in command_of(recipe, "posix")


def test_a_file_that_was_moved_is_named_where_it_is(tmp_path, one_torch_thread) -> None:
    project, run = first_run(tmp_path, {})
    path = Path(run.record.link.path)
    moved = path.rename(tmp_path / "moved.tif")
    project.locate(moved).close()
    assert recipe_of(project, run).stack == str(moved)


def test_another_file_in_the_raw_ones_place_is_told(tmp_path, one_torch_thread) -> None:
    project, run = first_run(tmp_path, {})
    path = Path(run.record.link.path)
    before = path.stat()
    assert recipe_of(project, run).cautions == ()
    tifffile.imwrite(path, tifffile.imread(path)[::-1].copy(), imagej=True, metadata={"axes": "TCYX"})
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))
    recipe = recipe_of(project, run)
    assert "is not the file" in recipe.cautions[0] and recipe.cautions[0].split("\n")[0] in script_of(recipe)
    path.unlink()
    gone = recipe_of(project, run)
    assert gone.stack == str(path) and "is not there any more" in gone.cautions[0]


def test_frames_in_memory_cannot_be_repeated(tmp_path, one_torch_thread) -> None:
    project, run = first_run(tmp_path, {})
    run.write_record(run.record.replace(link=None))
    with pytest.raises(ProjectError, match="in memory"):
        recipe_of(project, run)


def windows_words(line: str) -> list[str]:
    """Words as a program on Windows gets them, by the rules of its C library."""
    words, word, quotes, slashes, begun = [], "", False, 0, False
    for letter in line + " ":
        if letter == "\\":
            slashes += 1
            continue
        word += "\\" * (slashes // 2 if letter == '"' else slashes)
        if letter == '"' and slashes % 2 == 0:
            quotes, begun = not quotes, True
        elif letter == " " and not quotes:
            if word or begun:
                words.append(word)
            word, begun = "", False
        else:
            word += letter
        slashes = 0
    return words


@given(st.lists(st.text(st.sampled_from("aä .\\'\"&%$-"), max_size=8), min_size=1, max_size=4))
def test_words_come_through_the_shell_as_they_were(words) -> None:
    assert shlex.split(quoted(words, "posix")) == words
    assert windows_words(quoted(words, "nt")) == words
    assert windows_words(" ".join(words)) != words or not any(set(word) & set(' "') for word in words)


def test_what_a_shell_reads_stands_in_quotation_marks() -> None:
    words = ["C:\\a b\\x.tif", "R&D", "C:\\plain\\x.tif", "0,0,4,4"]
    assert quoted(words, "nt") == '"C:\\a b\\x.tif" "R&D" C:\\plain\\x.tif "0,0,4,4"'


def test_a_script_is_not_led_astray_by_a_name(tmp_path) -> None:
    name = '"""\nimport os; os.abort()\n"""'
    recipe = Recipe(name, "C:\\new\\'x'.tif", "o.fluogan", "fluogan", "default", {}, None, None, "", {}, {}, {})
    body = ast.parse(script_of(recipe)).body
    assert [type(node).__name__ for node in body] == ["Expr", "ImportFrom", "If"]
    assert any(isinstance(node, ast.Constant) and node.value == recipe.stack for node in ast.walk(body[2]))


def test_the_command_line_prints_both(tmp_path, capsys, one_torch_thread) -> None:
    project, run = first_run(tmp_path, {})
    recipe = recipe_of(project, run)
    capsys.readouterr()
    assert command_line(["repeat", str(project.folder)]) == 0
    assert capsys.readouterr().out.strip() == command_of(recipe, os.name)
    assert command_line(["repeat", str(project.folder), "--run", "1", "--python"]) == 0
    assert capsys.readouterr().out == script_of(recipe)
