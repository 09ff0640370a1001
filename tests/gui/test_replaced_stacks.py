"""Projects whose raw stack is another one now, other images of one file, and frames that cannot be read for a while."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import Qt

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers.open import open_stack

FRAMES = np.random.default_rng(8).poisson(50, (40, 32, 24)).astype(np.uint16)
DRIFT = Drift.of([(0.0, 0.02 * frame) for frame in range(40)], "From a table")


def write(path: Path, frames: np.ndarray) -> None:
    """A stack of the same kind, a minute younger than the one that stood there."""
    before = path.stat().st_mtime_ns if path.exists() else None
    tifffile.imwrite(path, frames, imagej=True, metadata={"axes": "TYX"})
    if before is not None:
        os.utime(path, ns=(before + 60 * 10**9,) * 2)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "a.tif"
    write(path, FRAMES)
    return path


@pytest.fixture
def project(raw: Path, tmp_path: Path) -> Path:
    """A saved project with a region, a range of frames and a drift."""
    stack = open_stack(raw)
    document = ProjectDocument(
        acquisition=stack.acquisition, roi=Roi(4, 4, 20, 12), frames=FrameRange(0, 36), drift=DRIFT
    )
    made = Project.create(tmp_path / "kept.fluogan", document)
    made.attach(stack, hashed=True)
    stack.close()
    return made.folder


@pytest.mark.parametrize("others", [FRAMES[:30], FRAMES[:, :20, :], FRAMES.astype(np.float32)])
def test_another_stack_is_not_taken(open_window: Callable, raw: Path, project: Path, others: np.ndarray) -> None:
    mean = Project.open(project).mean()[0]
    write(raw, others)
    user = open_window(project)
    user.sees(lambda: user.window.workspace.browser.pane.image is not None)
    words = user.window.notices.text("locate")
    assert "is not the stack that the project was made with" in words and "can be seen and exported" in words
    np.testing.assert_allclose(user.window.workspace.browser.pane.image, mean, rtol=1e-6)
    document = user.session.document
    assert user.session.stack is None and not user.session.unsaved
    assert (document.roi, document.frames, document.drift) == (Roi(4, 4, 20, 12), FrameRange(0, 36), DRIFT)
    # The recorded one again, at another place.
    found = raw.with_name("found.tif")
    write(found, FRAMES)
    user.click("notice_locate_locate")
    user.names_file("choose_stack", found)
    user.sees(lambda: user.session.stack is not None and user.session.stack.path == found)
    user.sees(lambda: user.window.workspace.browser.pane.title.text().startswith("found.tif, drift corrected"))
    assert user.session.document.drift == DRIFT and user.window.notices.text("locate") == ""


def test_a_series_that_lost_a_file_is_not_taken(open_window: Callable, tmp_path: Path) -> None:
    folder = tmp_path / "series"
    folder.mkdir()
    for number in range(6):
        tifffile.imwrite(folder / f"f{number}.tif", FRAMES[number], metadata=None)
    stack = open_stack(folder / "f1.tif")
    made = Project.create(tmp_path / "kept.fluogan", ProjectDocument(acquisition=stack.acquisition))
    made.attach(stack, hashed=True)
    stack.close()
    (folder / "f3.tif").unlink()
    user = open_window(made.folder)
    user.sees(lambda: "not the stack" in user.window.notices.text("locate"))
    assert user.session.stack is None


def test_other_pixels_of_the_same_shape_are_opened_with_a_warning(
    open_window: Callable, raw: Path, project: Path
) -> None:
    write(raw, FRAMES[::-1])
    user = open_window(project)
    user.sees_stack()
    user.sees(lambda: "content differs" in user.window.notices.text("stack"))
    assert user.session.document.drift == DRIFT


def test_the_same_stack_is_opened_without_a_word(open_window: Callable, raw: Path, project: Path) -> None:
    write(raw, FRAMES)
    user = open_window(project)
    user.sees_stack()
    user.sees(lambda: not user.window.workbench.busy)
    assert user.window.notices.text("stack") == user.window.notices.text("locate") == ""


@pytest.mark.parametrize("wrong", [Drift.of(np.ones((39, 2))), Drift.of(np.ones((40, 2)), defects_yx=((32, 0),))])
def test_a_drift_of_another_stack_never_reaches_the_frames(open_window: Callable, raw: Path, wrong: Drift) -> None:
    """A draft, for example, that was kept of another stack."""
    user = open_window(raw)
    user.sees_stack()
    user.session.change(drift=wrong)
    assert user.session.document.drift is None and user.session.shown_stack is user.session.stack


@pytest.fixture
def two_channels(tmp_path: Path) -> Path:
    path = tmp_path / "two.ome.tif"
    tifffile.imwrite(path, np.stack([FRAMES, FRAMES + 7], 1), metadata={"axes": "TCYX"}, photometric="minisblack")
    return path


def test_another_channel_keeps_frames_region_and_drift(open_window: Callable, two_channels: Path) -> None:
    user = open_window()
    user.drops(two_channels)
    user.click("chooser_open", inside=user.dialog("stack_chooser"))
    user.sees_stack()
    user.types("stack_range_first", "5")
    user.session.change(drift=Drift.of(DRIFT.positions, DRIFT.how, defects_yx=((3, 4),)), roi=Roi(4, 4, 20, 12))
    user.sees(lambda: not user.window.workbench.busy)
    box = user.find("select_channel")
    box.setFocus()
    user.qtbot.keyClick(box, Qt.Key.Key_Down)
    user.answers("unsaved_question", "discard")
    user.sees(lambda: user.session.stack is not None and user.session.stack.selection.channel == 1)
    user.sees_stack()
    document = user.session.document
    assert (document.frames, document.roi) == (FrameRange(5, 40), Roi(4, 4, 20, 12))
    assert document.drift.positions.tolist() == DRIFT.positions.tolist() and document.drift.defects_yx is None
    said = user.window.statusBar().currentMessage()
    assert "frames 5 to 39" in said and "moved alike in all channels" in said
    assert "drift corrected" in user.window.workspace.browser.pane.title.text()


def test_a_frame_that_could_not_be_read_is_told_in_its_place(open_window: Callable, tmp_path: Path) -> None:
    folder = tmp_path / "series"
    folder.mkdir()
    for number in range(6):
        tifffile.imwrite(folder / f"f{number}.tif", FRAMES[number], metadata=None)
    user = open_window(folder / "f0.tif")
    user.sees_stack()
    user.sees(lambda: not user.window.workbench.busy)
    away = folder.rename(tmp_path / "away")
    browser = user.window.workspace.browser
    user.types("stack_frame", "4")
    user.reads_error()
    assert browser.pane.image is None and browser.pane.detail.text() == "frame 4 could not be read"
    assert browser.slider.value() == 4 and "could not be read" in user.window.statusBar().currentMessage()
    shutil.move(away, folder)
    user.types("stack_frame", "3")
    user.sees(lambda: browser.pane.image is not None)
    np.testing.assert_array_equal(browser.pane.image, FRAMES[3])
    assert user.window.statusBar().currentMessage() == "Frame 3 is read."
    shutil.move(folder, away)
    user.click("stack_view_mean")
    user.sees(lambda: browser.pane.image is None and "frame 0 could not be read" in browser.pane.detail.text())
    shutil.move(away, folder)
    user.click("stack_view_mean")
    user.sees(lambda: browser.pane.image is not None)
    np.testing.assert_allclose(browser.pane.image, FRAMES[:6].mean(axis=0), rtol=1e-5)
    assert user.window.statusBar().currentMessage() == "The frames are read."
