"""Choosing among the stacks of one file: what is asked, what is shown, and what is opened and remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QListWidget, QToolButton

from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import ArraySource, Selection
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers import open as opening
from fluogan_app.core.readers.base import Scene

MANY = np.random.default_rng(1).poisson(40, (4, 3, 2, 9, 8)).astype(np.uint16)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Four time points, three planes, two channels with names, 100 nm."""
    path = tmp_path / "many.ome.tif"
    metadata = {"axes": "TZCYX", "Channel": {"Name": ["GFP", "mCherry"]}, "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}
    tifffile.imwrite(path, MANY, metadata=metadata, photometric="minisblack")
    return path


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """Three images of 2, 6 and 3 frames, of different sizes."""
    path = tmp_path / "scenes.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as writer:
        for count, width in ((2, 8), (6, 12), (3, 10)):
            frames = np.full((count, 9, width), count, np.uint16)
            writer.write(frames, metadata={"axes": "TYX"}, photometric="minisblack")
    return path


@pytest.fixture
def depth(tmp_path: Path) -> Path:
    """Seven pages in depth, as the file says."""
    path = tmp_path / "depth.ome.tif"
    frames = np.random.default_rng(2).poisson(9, (7, 9, 8)).astype(np.uint16)
    tifffile.imwrite(path, frames, metadata={"axes": "ZYX"}, photometric="minisblack")
    return path


def words(chooser: QDialog) -> str:
    """What the chooser says it would open."""
    return chooser.findChild(QLabel, "chooser_summary").text()


def test_channel_plane_and_frames_are_chosen(open_window: Callable, many: Path) -> None:
    user = open_window()
    user.drops(many)
    chooser = user.dialog("stack_chooser")
    assert words(chooser) == "4 frames of 9 × 8 pixels, 100 nm (file), channel GFP, plane 1 of 3"
    channels = user.find("chooser_channels", QListWidget, chooser)
    channels.setFocus()
    user.qtbot.keyClick(channels, Qt.Key.Key_Right)
    user.types("chooser_plane", "3", chooser)
    user.types("chooser_range_first", "1", chooser)
    assert words(chooser).endswith("channel mCherry, plane 3 of 3") and "3 frames" in words(chooser)
    user.sees(lambda: chooser.pane.image is not None)
    user.click("chooser_open", inside=chooser)
    user.sees_stack()
    assert user.session.stack.selection == Selection(channel=1, plane=2)
    np.testing.assert_array_equal(user.window.workspace.browser.pane.image, MANY[0, 2, 1])
    assert user.session.document.frames == FrameRange(1, 4) and not user.session.unsaved
    assert Project.open(user.session.project.folder).document.link.selection == Selection(channel=1, plane=2)


def test_the_file_of_a_series_that_is_opened_chooses_its_channel(open_window: Callable, tmp_path: Path) -> None:
    for c, name in enumerate(("DAPI", "GFP")):
        for t in range(3):
            path = tmp_path / f"cell_w{c + 1}{name}_t{t}.tif"
            tifffile.imwrite(path, MANY[t, 0, c], metadata=None, photometric="minisblack")
    user = open_window()
    user.drops(tmp_path / "cell_w2GFP_t1.tif")
    chooser = user.dialog("stack_chooser")
    assert "channel w2GFP" in words(chooser)
    user.click("chooser_open", inside=chooser)
    user.sees_stack()
    assert user.session.stack.selection == Selection(channel=1)
    np.testing.assert_array_equal(user.window.workspace.browser.pane.image, MANY[0, 0, 1])


def test_the_picture_is_of_what_is_chosen(open_window: Callable, many: Path) -> None:
    user = open_window()
    user.drops(many)
    chooser = user.dialog("stack_chooser")
    user.types("chooser_plane", "2", chooser)
    # Of four frames the ones after a sixth, a half and five sixths.
    expected = MANY[[0, 2, 3], 1, 0].mean(0)
    user.sees(lambda: chooser.pane.image is not None and np.allclose(chooser.pane.image, expected, rtol=1e-5))
    user.click("chooser_cancel", inside=chooser)


@pytest.mark.parametrize(("size_um", "width"), [({}, 800.0), ({"PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}, 80_000.0)])
def test_a_picture_that_is_shrunk_keeps_its_scale(
    open_window: Callable, tmp_path: Path, size_um: dict[str, float], width: float
) -> None:
    """Lengths are those of the camera's pixels, in nm or, where no size is stated, in pixels."""
    path = tmp_path / "wide.ome.tif"
    frames = np.ones((2, 2, 10, 800), np.uint16)
    tifffile.imwrite(path, frames, metadata={"axes": "TCYX", **size_um}, photometric="minisblack")
    user = open_window()
    user.drops(path)
    chooser = user.dialog("stack_chooser")
    user.sees(lambda: chooser.pane.image is not None)
    assert chooser.pane.image.shape[1] < 400 and chooser.pane.extent.width_nm == pytest.approx(width, rel=0.01)
    user.click("chooser_cancel", inside=chooser)


def test_cancel_opens_nothing_and_leaves_what_was_open(open_window: Callable, many: Path) -> None:
    user = open_window()
    user.drops(many)
    user.qtbot.keyClick(user.dialog("stack_chooser"), Qt.Key.Key_Escape)
    user.sees(lambda: not user.window.workbench.busy)
    assert user.session.project is None
    user.opens_sample()
    before = user.session.project
    user.drops(many)
    user.qtbot.keyClick(user.dialog("stack_chooser"), Qt.Key.Key_Escape)
    user.sees(lambda: not user.window.workbench.busy)
    assert user.session.project is before


def test_the_longest_of_several_images_is_offered_first(open_window: Callable, scenes: Path) -> None:
    user = open_window()
    user.drops(scenes)
    chooser = user.dialog("stack_chooser")
    listed = user.find("chooser_scenes", QListWidget, chooser)
    assert listed.count() == 3 and listed.currentRow() == 1 and "6 frames of 9 × 12" in words(chooser)
    listed.setFocus()
    user.qtbot.keyClick(listed, Qt.Key.Key_Down)
    assert "3 frames of 9 × 10" in words(chooser)
    user.qtbot.keyClick(listed, Qt.Key.Key_Return)
    user.sees_stack()
    assert user.session.stack.selection == Selection(scene=2) and user.session.stack.shape == (3, 9, 10)


def test_channels_of_the_same_names_show_the_scenes_own_pictures(open_window: Callable, tmp_path: Path) -> None:
    path = tmp_path / "twins.ome.tif"
    ramp = np.tile(np.arange(16, dtype=np.uint16), (3, 2, 16, 1))
    with tifffile.TiffWriter(path, ome=True) as writer:
        for frames in (ramp, ramp.swapaxes(2, 3)):
            writer.write(np.ascontiguousarray(frames), metadata={"axes": "TCYX"}, photometric="minisblack")
    user = open_window()
    user.drops(path)
    chooser = user.dialog("stack_chooser")
    channels = user.find("chooser_channels", QListWidget, chooser)
    pictures = []
    for scene in (0, 1):
        chooser.scenes.setCurrentRow(scene)
        user.sees(lambda: not channels.rows_without_picture() and channels.count() == 2)
        pictures.append(channels.item(1).icon().pixmap(64).toImage())
    assert pictures[0] != pictures[1]
    user.click("chooser_cancel", inside=chooser)


def test_depth_can_be_taken_as_time(open_window: Callable, depth: Path) -> None:
    user = open_window()
    user.drops(depth)
    chooser = user.dialog("stack_chooser")
    assert words(chooser).startswith("1 frame of") and user.find("time_axis_none", QToolButton, chooser).isChecked()
    user.click("time_axis_Z", inside=chooser)
    assert words(chooser).startswith("7 frames of") and user.find("axis_Z_role", QLabel, chooser).text() == "time"
    user.click("chooser_open", inside=chooser)
    user.sees_stack()
    assert user.session.stack.selection == Selection(time_axis="Z") and user.session.stack.shape[0] == 7


def test_a_guess_is_marked_and_can_be_taken_back(open_window: Callable, tmp_path: Path) -> None:
    """Pages that are no time series become planes; the guess is said above the stack, and is gone then."""
    path = tmp_path / "pages.tif"
    tifffile.imwrite(path, np.arange(6 * 72, dtype=np.uint16).reshape(6, 9, 8), photometric="minisblack")
    user = open_window()
    user.drops(path)
    user.sees_stack()
    assert user.session.stack.shape[0] == 6 and "taken as time" in user.find("select_remark").text()
    before = user.session.project
    user.click("select_choose")
    chooser = user.dialog("stack_chooser")
    letter = user.session.stack.description.scenes[0].time_axis
    assert "guess" in user.find(f"axis_{letter}_role", QLabel, chooser).text()
    user.click("time_axis_none", inside=chooser)
    assert words(chooser) == "1 frame of 9 × 8 pixels, pixel size not stated, plane 1 of 6"
    user.types("chooser_plane", "4", chooser)
    user.click("chooser_open", inside=chooser)
    user.sees(lambda: user.session.project is not before)
    user.sees_stack()
    assert user.session.stack.selection == Selection(plane=3, time_axis="NONE")
    assert user.window.workspace.browser.pane.image[0, 0] == 3 * 72
    assert "taken as time" not in user.find("select_remark").text()


def test_what_was_chosen_is_offered_when_the_file_is_opened_again(open_window: Callable, many: Path) -> None:
    for _ in range(2):
        user = open_window()
        user.drops(many)
        chooser = user.dialog("stack_chooser")
        known = chooser.selection
        user.types("chooser_plane", "2", chooser)
        user.types("chooser_range_last", "2", chooser)
        user.click("chooser_open", inside=chooser)
        user.sees_stack()
    assert known == Selection(plane=1)
    assert user.session.document.frames == FrameRange(0, 3)


def test_a_project_is_opened_without_a_question(open_window: Callable, many: Path, tmp_path: Path) -> None:
    user = open_window()
    user.drops(many)
    chooser = user.dialog("stack_chooser")
    user.types("chooser_plane", "3", chooser)
    user.types("chooser_range_first", "2", chooser)
    user.click("chooser_open", inside=chooser)
    user.sees_stack()
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "kept.fluogan")
    user.sees(lambda: not user.session.untitled)
    later = open_window(tmp_path / "kept.fluogan")
    later.sees_stack()
    assert later.session.stack.selection.plane == 2 and later.session.document.frames == FrameRange(2, 4)


def test_choosing_again_in_the_open_file(open_window: Callable, many: Path) -> None:
    user = open_window()
    user.drops(many)
    user.click("chooser_open", inside=user.dialog("stack_chooser"))
    user.sees_stack()
    before = user.session.project
    user.click("select_choose")
    chooser = user.dialog("stack_chooser")
    user.types("chooser_range_last", "1", chooser)
    user.click("chooser_open", inside=chooser)
    assert user.session.document.frames == FrameRange(0, 2) and user.session.project is before, "the same stack stays"
    user.presses("choose_image")
    chooser = user.dialog("stack_chooser")
    assert chooser.frame_range == FrameRange(0, 2)
    user.types("chooser_plane", "2", chooser)
    user.click("chooser_open", inside=chooser)
    user.answers("unsaved_question", "discard")
    user.sees(lambda: user.session.project is not before)
    user.sees_stack()
    assert user.session.stack.selection == Selection(plane=1)


def test_a_picture_that_cannot_be_read_is_a_word(open_window: Callable, many: Path) -> None:
    user = open_window()
    user.drops(many)
    chooser = user.dialog("stack_chooser")
    user.sees(lambda: chooser.pane.image is not None)
    many.write_bytes(b"")
    user.types("chooser_plane", "3", chooser)
    user.sees(lambda: chooser.pane.image is None and not user.window.workbench.busy)
    assert "many.ome.tif is empty" in chooser.pane.canvas.words
    user.click("chooser_cancel", inside=chooser)


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """A folder with twelve numbered files of one frame each."""
    folder = tmp_path / "series"
    folder.mkdir()
    for number in range(12):
        frame = np.full((9, 8), number, np.uint16)
        tifffile.imwrite(folder / f"cells_{number:03d}.tif", frame, photometric="minisblack")
    return folder


def test_a_folder_of_numbered_files_is_one_stack_and_one_of_them_can_be_opened_alone(
    open_window: Callable, series: Path
) -> None:
    user = open_window()
    assert user.drops(series)
    user.sees_stack()
    assert user.session.stack.shape == (12, 9, 8) and "12 numbered files" in user.find("select_remark").text()
    before = user.session.project
    user.presses("choose_image")
    user.click("chooser_series", inside=user.dialog("stack_chooser"))
    user.sees(lambda: user.session.project is not before)
    user.sees_stack()
    assert user.session.stack.selection == Selection(alone=True) and user.session.stack.shape[0] == 1
    before = user.session.project
    user.presses("choose_image")
    user.click("chooser_series", inside=user.dialog("stack_chooser"))
    user.sees(lambda: user.session.project is not before)
    assert user.session.stack.shape[0] == 12


def test_the_files_of_one_series_are_dropped_together(open_window: Callable, series: Path) -> None:
    user = open_window()
    assert user.drops(*sorted(series.iterdir()))
    user.sees_stack()
    assert user.session.stack.shape[0] == 12
    assert not any("One stack is open at a time" in line for line in user.window.log.lines())


def test_a_folder_is_chosen_by_the_menu(open_window: Callable, series: Path) -> None:
    user = open_window()
    user.presses("open_folder")
    user.names_file("choose_folder", series)
    user.sees_stack()
    assert user.session.stack.shape[0] == 12


def test_an_image_that_is_damaged_keeps_nobody_from_the_others(
    open_window: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two images the first lacks frames: it is refused, said so in its picture, and the second opens."""
    path = tmp_path / "two.half"
    path.write_bytes(b"HALF")
    monkeypatch.setattr(opening, "READERS", (_HalfReader(), *opening.READERS))
    user = open_window()
    user.drops(path)
    chooser = user.dialog("stack_chooser")
    user.sees(lambda: "damaged" in chooser.pane.canvas.words)
    listed = user.find("chooser_scenes", QListWidget, chooser)
    listed.setFocus()
    user.qtbot.keyClick(listed, Qt.Key.Key_Down)
    user.sees(lambda: chooser.pane.image is not None)
    user.click("chooser_open", inside=chooser)
    user.sees_stack()
    assert user.session.stack.selection == Selection(scene=1)


class _HalfReader:
    name = "half"

    def recognises(self, path: Path, head: bytes) -> bool:
        return head == b"HALF"

    def open(self, path: Path) -> _HalfFile:
        return _HalfFile(path)


class _HalfFile:
    dialect = "half"

    def __init__(self, path: Path) -> None:
        self.files = (path,)
        whole = np.arange(4).reshape(-1, 1)
        torn = np.where(whole > 2, -1, whole)
        named = {"torn": torn, "whole": whole}
        self.scenes = tuple(Scene(name, "T", planes, 9, 8, np.dtype("u2")) for name, planes in named.items())

    def source(self, scene: Scene, addresses: np.ndarray) -> ArraySource:
        return ArraySource(np.ones((len(addresses), 9, 8), np.uint16))

    def close(self) -> None:
        pass
