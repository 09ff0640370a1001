"""Going on with runs: where they stopped, from the start, or with more steps."""

from __future__ import annotations

import json
import shutil

from fluogan_app.core.project.store import Project


def test_more_steps_for_a_finished_run_make_a_new_one(fluogan, reconstruct, project_path) -> None:
    reconstruct()
    content = json.loads(fluogan("resume", project_path, "--steps", 10, "--json").out)
    assert (content["run"], content["outcome"], content["steps"]) == (2, "finished", 10)
    assert content["parameters"]["zoom"] == 2
    project = Project.open(project_path)
    assert project.run(2).record.parent == 1
    assert project.run(1).record.steps == 6


def test_a_finished_run_without_more_steps_says_what_to_do(fluogan, reconstruct, project_path) -> None:
    reconstruct()
    fluogan("resume", project_path).refused("Run 1 is finished after 6 steps", "more than 6 steps")
    fluogan("resume", project_path, "--steps", 6).refused("6")
    fluogan("resume", project_path, "--steps", "many").refused("Steps (steps) is 'many'", "from 1 to 1 000 000")
    fluogan("resume", project_path, "--run", 4, "--steps", 9).refused("4", "1")


def test_a_method_without_steps_takes_no_other_number_of_them(fluogan, stack_file, project_path) -> None:
    fluogan("reconstruct", stack_file, "-o", project_path, "--method", "mean", "--pixel-size-nm", 100)
    fluogan("resume", project_path, "--steps", 400).refused("Mean has no number of steps to change", "without --steps")
    fluogan("resume", project_path).refused("finished after 1 steps", "Mean has no more to do")


def test_a_stack_that_was_moved_is_named(fluogan, reconstruct, stack_file, project_path, make_stack, tmp_path) -> None:
    reconstruct()
    moved = tmp_path / "elsewhere" / "moved.tif"
    moved.parent.mkdir()
    shutil.move(stack_file, moved)
    fluogan("resume", project_path, "--steps", 9).refused("spots.tif", "--stack")
    other = make_stack("other.tif", (12, 9, 9))
    fluogan("resume", project_path, "--steps", 9, "--stack", other).refused("other.tif")
    assert fluogan("resume", project_path, "--steps", 9, "--stack", moved).code == 0
    assert fluogan("resume", project_path, "--steps", 12).code == 0


def test_a_project_without_runs_says_what_to_do(fluogan, project_path) -> None:
    Project.create(project_path)
    fluogan("resume", project_path).refused("no runs", "reconstruction")


def test_another_stack_is_refused_and_the_project_keeps_its_own(fluogan, reconstruct, project_path, make_stack) -> None:
    reconstruct()
    before = {path: path.read_bytes() for path in project_path.rglob("*") if path.is_file()}
    other = make_stack("other.tif", (12, 11, 14))
    other.write_bytes(other.read_bytes()[:-1] + b"\xff")
    fluogan("resume", project_path, "--steps", 9, "--stack", other).refused("other.tif", "content differs")
    assert {path: path.read_bytes() for path in project_path.rglob("*") if path.is_file()} == before
