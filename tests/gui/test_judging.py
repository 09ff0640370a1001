"""The Quality page: a run is judged when it is looked at, costly parts on a button, and all of it is there again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from fluogan_app.core.project.kept_quality import quality_folder


def runs(user, steps: int = 30) -> None:
    user.types("param_delta", "0")
    user.types("param_zoom", "2")
    user.types("param_steps", str(steps))
    user.click("run")
    user.sees_end()


def chooses_picture(user, name: str) -> None:
    """Go through the choice with the keys until that picture is in sight."""
    choice = user.find("quality_choice")
    choice.setFocus()
    user.qtbot.keyClick(choice, Qt.Key.Key_Home)
    for _ in range(choice.count()):
        if user.window.features and choice.currentData() == name:
            return
        user.qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert choice.currentData() == name


@pytest.fixture
def user(open_window):
    made = open_window()
    made.opens_sample()
    return made


def words_of(user, name: str) -> str:
    return user.find(name).text()


def test_a_run_is_judged_as_soon_as_the_page_is_seen(user) -> None:
    user.presses("show_quality")
    assert "none yet" in words_of(user, "quality_state")
    runs(user)
    user.presses("show_quality")
    user.sees(lambda: "recorded light" in words_of(user, "quality_summary"))
    photons, numbers = user.find("quality_photons"), user.find("quality_numbers")
    assert photons.rowCount() == 4 and numbers.rowCount() >= 8
    assert user.find("quality_choice").currentData() == "residual"
    pane = user.find("quality_pane")
    assert pane.unit == "sd" and pane.image.shape == user.session.shown_run.result().mean.shape
    low, high = pane.levels
    assert low == -high
    numbers.setFocus()
    user.qtbot.keyClick(numbers, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QApplication.clipboard().text()
    assert copied.startswith("Measure\tValue") and "RSP\t" in copied
    chooses_picture(user, "histogram")
    assert "4.55 %" in words_of(user, "quality_meaning")
    # Other seeds change nothing without a critic.
    kind = user.find("quality_kind")
    kind.setFocus()
    user.qtbot.keyClick(kind, Qt.Key.Key_Down)
    assert "every seed gives the same image" in words_of(user, "quality_time_repeat")
    assert not user.find("quality_repeat").isEnabled()
    user.qtbot.keyClick(kind, Qt.Key.Key_Up)
    assert user.find("quality_repeat").isEnabled() and "about" in words_of(user, "quality_time_repeat")
    chooses_picture(user, "error_map")
    user.click("quality_viewer")
    panes = user.window.workspace.panes
    user.sees(lambda: any("Error map" in panes.pane(name).title.text() for name in panes.shown))
    viewer = next(name for name in panes.shown if "Error map" in panes.pane(name).title.text())
    user.sees(lambda: panes.pane(viewer).image is not None)
    assert panes.pane(viewer).unit == "photons/frame/px" and panes.pane(viewer).image.min() >= 0


def test_halves_and_repeats_are_made_kept_and_there_again(user, open_window, tmp_path) -> None:
    runs(user)
    user.presses("show_quality")
    user.sees(lambda: "not measured yet" in words_of(user, "quality_summary"))
    user.click("quality_halves")
    user.sees(lambda: "Odd and even frames" in words_of(user, "quality_summary"))
    chooses_picture(user, "frc")
    user.types("quality_count", "3")
    user.click("quality_repeat")
    user.sees(lambda: "Over 3 runs" in words_of(user, "quality_summary"))
    # What is there is not offered again, nor counted in what more of it takes.
    assert "3 of them are there" in words_of(user, "quality_time_repeat")
    assert not user.find("quality_repeat").isEnabled()
    user.types("quality_count", "5")
    assert "for 2 more" in words_of(user, "quality_time_repeat") and user.find("quality_repeat").isEnabled()
    chooses_picture(user, "trusted_halves")
    user.types("quality_threshold", "5")
    user.sees(lambda: "exceeds 5 %" in words_of(user, "quality_meaning"))
    user.click("quality_variance")
    user.sees(lambda: user.find("quality_choice").findData("variance") >= 0)
    user.click("quality_save")
    folder = quality_folder(user.session.shown_run)
    user.sees(lambda: (folder / "quality.json").exists() and (folder / "trusted-halves.ome.tif").exists())
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "kept.fluogan")
    user.sees(lambda: not user.session.untitled and not user.window.workbench.busy)
    other = open_window(tmp_path / "kept.fluogan")
    other.sees_stack()
    other.presses("show_quality")
    other.sees(lambda: "Over 3 runs" in words_of(other, "quality_summary"))
    assert other.find("quality_threshold").value() == 5


def test_repeats_can_be_cancelled_and_what_is_done_is_kept(user) -> None:
    runs(user)
    user.presses("show_quality")
    user.sees(lambda: "not measured yet" in words_of(user, "quality_summary"))
    user.types("quality_count", "1000")
    user.click("quality_repeat")
    kept = quality_folder(user.session.shown_run) / "repeats-halves-deviation.ome.tif"
    user.sees(kept.exists)
    user.click("quality_cancel")
    user.sees(lambda: user.find("quality_repeat").isEnabled() and kept.exists())
    # A window that is closed meanwhile waits for no thousand repeats.
    user.click("quality_repeat")
    user.sees(lambda: user.find("quality_cancel").isEnabled())
    user.window.close()
    question = user.dialog("going_on_question")
    assert "Repeats, 1000 in all, run 1: those that are done are kept." in question.informativeText()
    user.click("answer_cancel", inside=question)


def test_the_page_follows_the_shown_run_and_a_run_that_goes_on(user) -> None:
    runs(user, 20)
    runs(user, 25)
    user.presses("show_quality")
    user.sees(lambda: "not measured yet" in words_of(user, "quality_summary"))
    assert words_of(user, "quality_title") == "Quality of run 2"
    (user.session.runs[0].folder / "x.ome.tif").write_bytes(b"II*\0 broken")
    user.session.show_run(1)
    user.sees(lambda: words_of(user, "quality_title") == "Quality of run 1")
    user.sees(lambda: "cannot be read" in words_of(user, "quality_state"))
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(5)
    user.presses("show_quality")
    assert "goes on" in words_of(user, "quality_state")
    user.click("cancel")
    user.sees_end()
    user.sees(lambda: "light" in words_of(user, "quality_summary") and words_of(user, "quality_state") == "")
