"""What there is to choose in a file: when to ask, and what each choice would open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.description import FileDescription, SceneDescription
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.choice import (
    CHANNEL, PLANE, TIME, fitting, is_clear, kept_place, roles_of, with_time_axis,
)  # fmt: skip
from fluogan_app.core.readers.open import describe, open_stack
from fluogan_app.core.readers.roles import NO_TIME


def _scene(time: str = "T", **counts: int) -> SceneDescription:
    """A scene with axes of these lengths; all that is neither time nor channel is planes."""
    planes = 1
    for letter, count in counts.items():
        planes *= 1 if letter in (time, "C") else count
    sizes = {"T": counts.get(time, 1), "C": counts.get("C", 1), "Z": planes, "Y": 8, "X": 9}
    return SceneDescription("cells", sizes, "".join(counts) + "YX", "uint16", axis_counts=counts, time_axis=time)


def _file(*scenes: SceneDescription) -> FileDescription:
    return FileDescription(Path("cells.tif"), "test", scenes)


def test_one_series_is_no_question() -> None:
    assert is_clear(_file(_scene(T=500)))
    assert is_clear(_file(_scene("Z", Z=500))), "a series that was taken as time by a guess has no rival"
    assert is_clear(_file(_scene("")))


@pytest.mark.parametrize(
    "file",
    [
        _file(_scene(T=5), _scene(T=5)),
        _file(_scene(T=5, C=2)),
        _file(_scene(T=5, Z=2)),
        _file(_scene("", Z=40)),
    ],
)
def test_what_has_rivals_is_a_question(file: FileDescription) -> None:
    assert not is_clear(file)


def test_another_axis_as_time_makes_planes_of_the_one_before() -> None:
    scene = _scene(T=5, C=2, Z=40)
    assert roles_of(scene) == {"T": TIME, "C": CHANNEL, "Z": PLANE}
    taken = with_time_axis(scene, "Z")
    assert (taken.sizes["T"], taken.sizes["C"], taken.sizes["Z"]) == (40, 2, 5)
    assert roles_of(taken) == {"T": PLANE, "C": CHANNEL, "Z": TIME}
    colours = with_time_axis(scene, "C")
    assert (colours.sizes["T"], colours.sizes["C"], colours.sizes["Z"]) == (2, 1, 200)
    still = with_time_axis(scene, NO_TIME)
    assert (still.sizes["T"], still.sizes["C"], still.sizes["Z"], still.time_axis) == (1, 2, 200, "")
    assert roles_of(still) == {"T": PLANE, "C": CHANNEL, "Z": PLANE}


def test_as_the_file_says_is_the_scene_itself() -> None:
    scene = _scene(T=5, Z=2)
    assert with_time_axis(scene, "") is scene and with_time_axis(scene, "T") is scene
    with pytest.raises(ReadError):
        with_time_axis(scene, "Q")


def test_an_earlier_choice_holds_as_long_as_it_fits() -> None:
    file = _file(_scene(T=2), _scene(T=9, C=2), _scene(T=3))
    assert fitting(Selection(scene=1, channel=1), file) == Selection(scene=1, channel=1)
    for misfit in (None, Selection(scene=3), Selection(channel=1), Selection(plane=1), Selection(time_axis="Q")):
        assert fitting(misfit, file) == Selection(scene=1), "else the longest scene"


@pytest.mark.parametrize("letter", ("Z", "C", NO_TIME))
def test_what_is_said_of_a_scene_with_other_axes_is_what_opening_it_so_says(tmp_path: Path, letter: str) -> None:
    path = tmp_path / "cells.ome.tif"
    frames = np.zeros((4, 3, 2, 9, 8), np.uint16)
    metadata = {"axes": "TZCYX", "PhysicalSizeX": 0.2, "PhysicalSizeY": 0.1, "TimeIncrement": 2.0}
    tifffile.imwrite(path, frames, metadata=metadata, photometric="minisblack")
    before = describe(path).scenes[0]
    stack = open_stack(path, Selection(time_axis=letter))
    stack.close()
    taken = with_time_axis(before, letter)
    assert before.warnings and set(before.warnings) < set(taken.warnings)
    assert sorted(taken.warnings) == sorted(stack.warnings) and taken.time_step_ms is stack.time_step_ms is None


def test_a_guess_that_is_taken_back_is_said_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    tifffile.imwrite(path, np.zeros((7, 9, 8), np.uint16), metadata=None, photometric="minisblack")
    scene = describe(path).scenes[0]
    assert scene.time_guessed and "are taken as time" in scene.warnings[0]
    assert with_time_axis(scene, NO_TIME).warnings == open_stack(path, Selection(time_axis=NO_TIME)).warnings


def test_channel_and_plane_are_kept_where_the_other_image_has_them() -> None:
    scene, other = _scene(T=5, C=2, Z=40), _scene(T=9, C=3, Z=40)
    assert kept_place(1, 7, scene, other) == (1, 7)
    assert kept_place(1, 7, scene, _scene(T=5, C=2, Z=30)) == (1, 0)
    assert kept_place(1, 7, scene, _scene(T=5)) == (0, 0)
    assert kept_place(1, 7, scene, with_time_axis(scene, "Z")) == (1, 0)
    assert kept_place(1, 7, scene, with_time_axis(scene, "C")) == (0, 0)
    named, reverse = _named(scene, "GFP", "DAPI"), _named(other, "DAPI", "Cy5", "GFP")
    assert kept_place(0, 7, named, reverse) == (2, 7)
    assert kept_place(1, 0, reverse, named) == (0, 0), "it has no Cy5"


def _named(scene: SceneDescription, *names: str) -> SceneDescription:
    return replace(scene, recording=Recording(channels=names))
