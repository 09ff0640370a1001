"""Any picture in any viewer, two in one, the loupe and the keys, as a user has them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.project.store import Project
from fluogan_app.gui.picture_kinds import PictureChoice, PictureKind
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.pane_image import PaneImage
from tests.gui.two_runs import REGION, two_runs

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project and its raw data, made once."""
    folder = tmp_path_factory.mktemp("made")
    two_runs(folder)
    return folder


@pytest.fixture
def project(tmp_path: Path, made: Path) -> Path:
    """A saved project with two runs of five and of nine steps, of a region, and its raw data."""
    shutil.copytree(made, tmp_path / "own")
    return tmp_path / "own" / "crossing.fluogan"


@pytest.fixture
def user(open_window: Callable, project: Path):
    """At the project's newest run."""
    user = open_window(project)
    user.sees_stack()
    user.sees(lambda: user.window.workspace.panes.pane("estimate").image is not None)
    user.presses("show_result")
    return user


def panes_of(user):
    return user.window.workspace.panes


def picks(user, viewer: str, kind: str, run: int | None = None) -> None:
    """Open a viewer's menu with the keys and choose in it with the mouse."""
    panes_of(user).pane(viewer).canvas.setFocus()
    user.presses("choose_picture")
    menu = user.find(f"picture_menu_{viewer}", QMenu)
    if run is not None:
        within = menu.findChild(QMenu, f"picture_menu_{viewer}_{run}")
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(within.menuAction()).center())
        user.sees(within.isVisible)
        menu = within
    action = next(one for one in menu.actions() if one.objectName() == f"picture_{kind}_{run or 'shown'}")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    user.sees(lambda: not user.window.workbench.busy)


def image_of(project: Path, number: int, name: str) -> np.ndarray:
    return getattr(Project.open(project).run(number).result(), name)


def test_two_runs_stand_side_by_side_and_the_pinned_one_stays(user, project: Path) -> None:
    """The mean's viewer gets run 1's estimate; then another run is shown, and only the others follow."""
    picks(user, "mean", "estimate", run=1)
    panes = panes_of(user)
    np.testing.assert_array_equal(panes.pane("mean").image, image_of(project, 1, "estimate"))
    np.testing.assert_array_equal(panes.pane("estimate").image, image_of(project, 2, "estimate"))
    assert panes.pane("mean").title.text() == "Estimate · run 1"
    assert panes.show_buttons["mean"].text() == "Estimate · run 1"
    user.presses("previous_run")
    user.sees(lambda: np.array_equal(panes.pane("estimate").image, image_of(project, 1, "estimate")))
    user.presses("next_run")
    user.sees(lambda: np.array_equal(panes.pane("estimate").image, image_of(project, 2, "estimate")))
    np.testing.assert_array_equal(panes.pane("mean").image, image_of(project, 1, "estimate"))


def test_what_is_chosen_is_there_again_when_the_project_is_opened(user, open_window: Callable, project: Path) -> None:
    picks(user, "background", "estimate", run=1)
    user.presses("add_viewer")
    picks(user, "fourth", "mean")
    user.presses("compare_flicker")
    user.presses("save")
    user.sees(lambda: not user.window.workbench.busy)
    user.window.close()
    user.sees(lambda: not user.window.isVisible())
    user.window.shut_down()
    later = open_window(project)
    later.sees_stack()
    panes, pictures = panes_of(later), later.window.results.pictures
    assert pictures.choices["background"] == PictureChoice("estimate", 1)
    assert pictures.choices["fourth"] == PictureChoice("mean")
    assert panes.shown == ("mean", "estimate", "background", "fourth")
    assert panes.comparison.mode == "flicker"
    later.sees(lambda: np.array_equal(panes.pane("background").image, image_of(project, 1, "estimate")))


def test_the_fourth_viewer_shows_the_raw_frame_and_follows_it(user) -> None:
    user.presses("add_viewer")
    panes, browser = panes_of(user), user.window.workspace.browser
    pane = panes.pane("fourth")
    user.sees(lambda: pane.image is not None)
    np.testing.assert_array_equal(pane.image, user.session.stack.frame(0))
    assert pane.title.text() == "Raw frame" and pane.unit == "counts"
    user.presses("next_frame")
    user.sees(lambda: np.array_equal(pane.image, user.session.stack.frame(1)))
    assert browser.slider.value() == 1 and "frame 1" in pane.detail.text()
    # A frame is the whole field: the region of the run lies in it where its estimate lies.
    size_nm = user.session.document.acquisition.pixel_size_nm
    assert panes.pane("estimate").extent.left_nm == pytest.approx(REGION.x0 * size_nm)
    assert pane.extent.left_nm == 0


def test_projections_of_the_stack_are_made_when_they_are_wanted(user) -> None:
    frames = np.stack([user.session.stack.frame(index) for index in range(user.session.stack.shape[0])])
    for viewer, kind, of in (("background", "stack_std", np.std), ("mean", "stack_mean", np.mean)):
        picks(user, viewer, kind)
        pane = panes_of(user).pane(viewer)
        user.sees(lambda pane=pane: pane.image is not None and pane.unit == "counts")
        np.testing.assert_allclose(pane.image, of(frames.astype(np.float64), axis=0), rtol=2e-2)


def test_features_add_pictures_that_runs_have_and_pictures_of_no_run(user) -> None:
    """One made from the run on a thread, one that is pushed and renewed."""
    pictures = user.window.results.pictures
    twice = lambda run: PaneImage(run.result().estimate * 2, 20.0, "a unit")  # noqa: E731
    own = DisplaySettings("viridis", levels=(0.0, 7.0))
    pictures.register(PictureKind("twice", "Twice", twice, display=own))
    picks(user, "mean", "twice", run=1)
    pane = panes_of(user).pane("mean")
    np.testing.assert_array_equal(pane.image, user.session.runs[0].result().estimate * 2)
    assert (pane.title.text(), pane.unit, pane.display) == ("Twice · run 1", "a unit", own)
    picks(user, "mean", "background")
    assert pane.display == DisplaySettings(), "its colours go with it"
    pictures.offer("step", "Step 10", PaneImage(np.eye(4, dtype=np.float32), 20.0))
    assert pictures.show("step") == "fourth"
    assert panes_of(user).pane("fourth").isVisible() and panes_of(user).pane("fourth").title.text() == "Step 10"
    pictures.offer("step", "Step 20", PaneImage(np.eye(5, dtype=np.float32), 20.0))
    assert panes_of(user).pane("fourth").image.shape == (5, 5)


def test_what_a_run_has_not_is_off_in_the_menu_and_said_in_its_place(user) -> None:
    user.sees(lambda: not user.window.workbench.busy)
    panes_of(user).pane("mean").canvas.setFocus()
    user.presses("choose_picture")
    menu = user.find("picture_menu_mean", QMenu)
    of_run = menu.findChild(QMenu, "picture_menu_mean_1")
    there = {action.objectName(): action.isEnabled() for action in of_run.actions()}
    assert there["picture_estimate_1"] and not there["picture_deviation_1"]
    checked = [action.objectName() for action in menu.actions() if action.isChecked()]
    assert checked == ["picture_mean_shown"]
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    picks(user, "background", "deviation")
    canvas = panes_of(user).pane("background").canvas
    assert "no standard deviation" in canvas.words
    assert panes_of(user).pane("background").title.text() == "Deviation"


def test_another_project_shows_nothing_of_the_one_before(user, tmp_path: Path) -> None:
    """Both have a run 1, and a viewer is pinned to it; saving the first elsewhere leaves it pinned."""
    panes, other = panes_of(user), tmp_path / "other"
    other.mkdir()
    folder = two_runs(other, seed=9)
    picks(user, "background", "estimate", run=1)
    before = panes.pane("background").image
    user.presses("save_as")
    user.names_file("choose_new_project", tmp_path / "elsewhere")
    user.sees(lambda: user.session.project.folder.name == "elsewhere.fluogan")
    assert panes.pane("background").image is before and user.window.results.pictures.choices["background"].pinned
    user.drops(folder)
    user.sees(lambda: user.session.project.folder == folder and panes.pane("background").image is not None)
    np.testing.assert_array_equal(panes.pane("background").image, image_of(folder, 2, "background"))
    assert not user.window.results.pictures.choices["background"].pinned


def test_everything_goes_by_keys(user) -> None:
    _modes(user)
    _viewers_in_turn(user)
    _contrast(user)
    panes = panes_of(user)
    panes.set_shifts({"estimate": (200.0, 100.0)})
    assert "moved 200 nm right, 100 nm down" in panes.pane("estimate").detail.text()
    user.presses("align_viewers")
    assert panes.pane("estimate").view == panes.pane("mean").view
    _added_and_removed(user)


def _modes(user) -> None:
    panes = panes_of(user)
    for command, mode in (("compare_swipe", "swipe"), ("compare_flicker", "flicker"), ("compare_overlay", "overlay")):
        user.presses(command)
        assert panes.comparison.mode == mode and panes.compare_pane.isVisible()
    user.presses("compare_flicker")
    before = panes.compare_pane.title.text()
    user.presses("other_picture")
    assert panes.compare_pane.title.text() != before
    user.presses("compare_flicker")
    assert panes.comparison is None, "the same key again goes back"
    user.presses("compare_swipe")
    user.presses("compare_side")
    assert panes.comparison is None and panes.pane("mean").isVisible()


def _viewers_in_turn(user) -> None:
    panes = panes_of(user)
    panes.pane("background").canvas.setFocus()
    order = []
    for _ in range(4):
        user.presses("next_viewer")
        order += [name for name, pane in panes.panes.items() if pane.canvas.hasFocus()]
    assert order == ["mean", "estimate", "background", "mean"]
    user.presses("previous_viewer")
    assert panes.pane("background").canvas.hasFocus()


def _contrast(user) -> None:
    pane = panes_of(user).pane("estimate")
    pane.canvas.setFocus()
    low, high = pane.levels
    user.presses("brighter")
    assert pane.levels == pytest.approx((low, low + (high - low) / 1.25))
    user.presses("darker")
    user.presses("darker")
    assert pane.levels == pytest.approx((low, low + (high - low) * 1.25))
    user.presses("auto_contrast")
    assert pane.levels == (low, high) and pane.display.levels is None
    user.presses("show_stack")
    stack = user.window.workspace.browser.pane
    before = stack.levels
    user.presses("brighter")
    assert stack.levels[1] < before[1]
    user.presses("show_result")


def _added_and_removed(user) -> None:
    panes = panes_of(user)
    user.presses("add_viewer")
    assert len(panes.shown) == 4
    user.presses("add_viewer")
    assert len(panes.shown) == 4
    panes.pane("mean").canvas.setFocus()
    user.presses("remove_viewer")
    assert panes.shown == ("estimate", "background", "fourth")
    for _ in range(4):
        user.presses("remove_viewer")
    assert len(panes.shown) == 1


def test_the_loupe_shows_the_place_under_the_pointer_in_every_image(user, project: Path) -> None:
    """Raw frame, mean, x and b at one point in nm, eight times enlarged at least, with values and units."""
    user.presses("loupe")
    panes, loupe = panes_of(user), user.window.findChild(object, "loupe")
    canvas = panes.pane("estimate").canvas
    x_nm, y_nm = canvas.extent.left_nm + 730.0, canvas.extent.top_nm + 410.0
    point = canvas.screen.point(x_nm, y_nm).toPoint()
    QTest.mouseMove(canvas, point)
    user.sees(loupe.isVisible)
    x_nm, y_nm = canvas.screen.sample(point.toPointF())
    assert [one.title for one in loupe.glimpses] == ["Stack, frame 0", "Mean", "Estimate", "Background"]
    size_nm = user.session.document.acquisition.pixel_size_nm
    frame = user.session.stack.frame(0)[int(y_nm / size_nm), int(x_nm / size_nm)]
    estimate = image_of(project, 2, "estimate")
    fine_nm = size_nm * REGION.height / estimate.shape[0]
    row, column = int((y_nm - REGION.y0 * size_nm) / fine_nm), int((x_nm - REGION.x0 * size_nm) / fine_nm)
    assert loupe.glimpses[0].value == f"{float(frame):.4g} counts"
    assert loupe.glimpses[2].value.startswith(f"{float(estimate[row, column]):.4g}"[:4])
    assert loupe.glimpses[2].value.endswith("photons/frame/fine px")
    assert loupe.nm_per_pixel <= fine_nm / 8
    assert loupe.width() <= 0.4 * user.window.width()
    assert user.window.centralWidget().rect().contains(loupe.geometry())
    assert "µm" in loupe.words and loupe.accessibleDescription() == loupe.words


def test_the_loupe_follows_the_cursor_of_the_keys_and_goes_with_it(user) -> None:
    user.presses("loupe")
    canvas, loupe = panes_of(user).pane("mean").canvas, user.window.findChild(object, "loupe")
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    assert loupe.isVisible()
    before = loupe.glimpses[1].at_nm
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    assert loupe.glimpses[1].at_nm[0] - before[0] == pytest.approx(80.0)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not loupe.isVisible()
    QTest.keyClick(canvas, Qt.Key.Key_Right, SHIFT)
    user.presses("loupe")
    assert not loupe.isVisible()


    user.presses("loupe")
    user.presses("compare_overlay")
    canvas = panes_of(user).compare_pane.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Left, SHIFT)
    assert loupe.isVisible() and len(loupe.glimpses) == 4
    user.presses("show_stack")
    canvas = user.window.workspace.browser.pane.canvas
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Left, SHIFT)
    assert loupe.isVisible() and loupe.glimpses[0].value.endswith("counts")


def test_a_run_that_goes_on_is_seen_beside_a_pinned_one(user, project: Path) -> None:
    """The live estimate stays where it always is, and run 1's beside it."""
    picks(user, "background", "estimate", run=1)
    panes = panes_of(user)
    before = panes.pane("background").image
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(3)
    user.sees(lambda: panes.pane("estimate").image is not None and "of 100 000" in panes.pane("estimate").detail.text())
    assert panes.pane("background").image is before
    user.click("cancel")
    user.sees_end()
    assert panes.pane("background").image is before
    assert Roi.whole(panes.pane("mean").image.shape).height == REGION.height
