"""Another stack where the project's raw stack was: never taken in silence."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.project import link as links
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers.open import open_stack


def write(path: Path, frames: np.ndarray, **more) -> None:
    """A file of the same kind, dated a minute later than the one that stood there."""
    tifffile.imwrite(path, frames, imagej=True, metadata={"axes": "TYX", **more})
    later = time.time_ns() + 60_000_000_000
    os.utime(path, ns=(later, later))


@pytest.fixture
def made(project, stack) -> Project:
    """A project with the stack's fingerprint, opened anew."""
    project.attach(stack, hashed=True)
    return Project.open(project.folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda frames: frames[:7], "7 frames of 9 × 11 pixels, not 12 frames"),
        (lambda frames: frames[:, :, :10], "9 × 10 pixels"),
        (lambda frames: frames.astype(np.float32), "float32, not uint16"),
    ],
)
def test_another_shape_or_type_is_not_taken(made, raw, frames, change, words):
    write(raw, change(frames))
    with pytest.raises(ReadError, match="not the stack that the project was made with") as caught:
        made.open_stack()
    assert words in caught.value.message and "Locate" in caught.value.hint
    (trouble,) = made.trouble_with_stack()
    assert words in trouble
    with pytest.raises(ReadError, match="not the stack"):
        made.locate(raw)


def test_another_size_is_opened_with_a_warning(made, raw, frames):
    write(raw, frames, Info="written anew")
    opened = made.open_stack()
    (warning,) = [text for text in opened.warnings if "not the file that the project was made with" in text]
    assert "bytes" in warning
    assert links.doubts(made.document.link, opened) == made.trouble_with_stack() == (warning,)
    opened.close()


def test_other_pixels_of_the_same_size_are_told_by_their_content(made, raw, frames):
    write(raw, frames[::-1])
    opened = made.open_stack()
    (doubt,) = links.doubts(made.document.link, opened)
    assert "content differs" in doubt
    opened.close()


def test_without_a_fingerprint_a_later_date_is_said(project, stack, raw, frames):
    project.attach(stack)
    write(raw, frames[::-1])
    (doubt,) = project.trouble_with_stack()
    assert "written after the project was made" in doubt


def test_the_same_stack_is_taken_without_a_word(made, raw, frames, monkeypatch):
    opened = made.open_stack()
    later = time.time_ns()
    os.utime(raw, ns=(later, later))
    assert not opened.warnings and made.trouble_with_stack() == ()
    opened.close()
    os.utime(raw, ns=(made.document.link.modified_ns,) * 2)
    monkeypatch.setattr(links, "fingerprint_of", lambda files: pytest.fail("read although nothing was written"))
    assert made.trouble_with_stack() == ()


@pytest.mark.parametrize("lost", [2, 5])
def test_a_series_that_lost_a_file_is_not_taken(tmp_path, project, lost):
    for number in range(6):
        tifffile.imwrite(tmp_path / f"f{number}.tif", np.full((5, 6), number, np.uint16), metadata=None)
    with closing(open_stack(tmp_path / "f1.tif")) as stack:
        project.attach(stack, hashed=True)
    (tmp_path / f"f{lost}.tif").unlink()
    with pytest.raises(ReadError, match="not the stack"):
        project.open_stack()


def test_a_series_of_which_one_file_was_written_anew_is_doubted(tmp_path, project):
    for number in range(4):
        tifffile.imwrite(tmp_path / f"f{number}.tif", np.full((5, 6), number, np.uint16), metadata=None)
    with closing(open_stack(tmp_path / "f1.tif")) as stack:
        project.attach(stack, hashed=True)
    assert project.trouble_with_stack() == ()
    tifffile.imwrite(tmp_path / "f2.tif", np.full((5, 6), 99, np.uint16), metadata=None)
    later = time.time_ns() + 60_000_000_000
    os.utime(tmp_path / "f2.tif", ns=(later, later))
    assert "content differs" in project.trouble_with_stack()[0]


def test_a_stack_that_is_gone_is_trouble_in_words(made, raw):
    raw.unlink()
    assert "not there any more" in made.trouble_with_stack()[0]


DOCUMENT = ProjectDocument(
    roi=Roi(2, 3, 6, 7),
    frames=FrameRange(0, 36),
    drift=Drift.of(np.zeros((40, 2)), defects_yx=((1, 2),)),
    method="walk",
)


@pytest.mark.parametrize(
    ("shape", "left"),
    [
        ((40, 9, 11), {"roi", "frames", "drift"}),
        ((38, 9, 11), {"roi", "frames"}),
        ((30, 9, 11), {"roi"}),
        ((40, 8, 9), {"frames", "drift"}),
    ],
)
def test_what_is_not_of_a_stack_is_left_out(shape, left):
    fitting = DOCUMENT.fitting(shape)
    assert {name for name in ("roi", "frames", "drift") if getattr(fitting, name) is not None} == left
    assert fitting.method == "walk"


def test_what_holds_for_another_image():
    before = Selection()
    channel = DOCUMENT.for_another_image(before, Selection(channel=1))
    assert (channel.roi, channel.frames) == (DOCUMENT.roi, DOCUMENT.frames)
    # Another channel may have another camera, with other pixels that stand still.
    assert channel.drift.positions.shape == (40, 2) and channel.drift.defects_yx is None
    scene = DOCUMENT.for_another_image(before, Selection(scene=1))
    assert scene == ProjectDocument(frames=DOCUMENT.frames, created=scene.created, modified=scene.modified)
    axis = DOCUMENT.for_another_image(before, Selection(time_axis="Z"))
    assert (axis.roi, axis.frames, axis.drift) == (None, None, None)
