"""Another file where a project's raw stack was."""

from __future__ import annotations

import json
import os

import pytest


@pytest.fixture
def replaced(fluogan, reconstruct, project_path, make_stack, stack_file):
    """Makes a project with a run, then puts another stack, or one with other pixels, in the place of its own."""

    def put(shape_tyx: tuple[int, int, int] = (12, 11, 14)) -> None:
        reconstruct()
        before = stack_file.stat().st_mtime_ns
        make_stack(stack_file.name, shape_tyx)
        content = stack_file.read_bytes()
        stack_file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        os.utime(stack_file, ns=(before + 10**10,) * 2)

    return put


@pytest.mark.parametrize(
    ("shape_tyx", "words"),
    [((9, 11, 14), "9 frames of 11 × 14 pixels, not 12"), ((12, 14, 11), "14 × 11"), ((12, 11, 14), "content differs")],
)
def test_no_run_goes_on_and_none_is_measured_by_it(fluogan, replaced, project_path, shape_tyx, words) -> None:
    replaced(shape_tyx)
    before = {path: path.read_bytes() for path in project_path.rglob("*") if path.is_file()}
    fluogan("resume", project_path, "--steps", 9).refused("spots.tif", words)
    fluogan("measure", project_path, "--frc").refused("spots.tif", words)
    assert {path: path.read_bytes() for path in project_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(("shape_tyx", "words"), [((9, 11, 14), "not the stack"), ((12, 11, 14), "not the file")])
def test_a_project_tells_what_is_in_the_place_of_its_stack(fluogan, replaced, project_path, shape_tyx, words) -> None:
    replaced(shape_tyx)
    said = fluogan("info", project_path)
    assert said.code == 0 and "Run 1" in said.out and said.err.startswith("Warning:") and words in said.err
    (warning,) = json.loads(fluogan("info", project_path, "--json").out)["warnings"]
    assert words in warning


def test_a_project_tells_that_its_stack_is_gone(fluogan, reconstruct, project_path, stack_file) -> None:
    reconstruct()
    assert fluogan("info", project_path).err == ""
    stack_file.unlink()
    said = fluogan("info", project_path)
    assert said.code == 0 and "not there any more" in said.err
