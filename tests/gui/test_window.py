"""The window as a whole: session and views in both directions, keys, and what it must not do."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import FluoganError, ReadError
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.gui.commands import COMMANDS
from fluogan_app.gui.dialogs import error_dialog
from fluogan_app.gui.dialogs.error_dialog import show_error

# Session and views


def test_what_the_user_sets_reaches_the_session(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.types("param_zoom", "4")
    user.types("param_gain", "2.5")
    user.types("param_seed", "7")
    user.types("stack_range_first", "3")
    user.types("stack_region_height", "30")
    document = user.session.document
    assert user.session.params.zoom == 4 and document.settings.seed == 7
    assert document.acquisition.gain == 2.5 and document.acquisition.origin("gain") is Origin.USER
    assert document.frames == FrameRange(3, 50) and document.roi == Roi(0, 0, 30, 74)
    user.presses("clear_region")
    user.presses("all_frames")
    assert user.session.document.roi is None and user.session.document.frames is None


def test_what_the_session_holds_is_shown(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    session, place = user.session, user.window.workspace
    session.edit(FluoganParams, "zoom", 3)
    session.change(roi=Roi(1, 2, 10, 12), frames=FrameRange(4, 9))
    assert place.form.row("zoom").value == 3
    assert place.browser.region == Roi(1, 2, 10, 12) and place.browser.frame_range == FrameRange(4, 9)
    session.edit(Acquisition, "pixel_size_nm", 160.0)
    assert place.browser.pane.extent.width_nm == 74 * 160.0


def test_showing_is_no_edit(open_window: Callable) -> None:
    """A setter of a view never comes back as a wish of the user."""
    user = open_window()
    user.opens_sample()
    document = user.session.document
    user.window.parameters.refresh()
    user.window.stacks._show_document(frozenset(("roi", "frames", "acquisition")))
    assert user.session.document is document


def test_run_leads_to_the_field_that_is_wrong(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.types("param_pixel_size_nm", "")
    assert "missing" in user.find("problem_pixel_size_nm").text()
    assert "missing" in user.find("run_message").text()
    user.click("run")
    assert not user.session.busy
    editor = user.find("param_pixel_size_nm")
    focused = user.window.focusWidget()
    assert editor is focused or editor.isAncestorOf(focused)
    user.types("param_pixel_size_nm", "80")
    assert user.find("run").isEnabled() and not user.session.problems


def test_a_value_out_of_range_is_marked_and_kept_out(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.types("param_zoom", "99")
    sentence = user.find("problem_zoom").text()
    assert "Zoom" in sentence and "99" in sentence and "12" in sentence
    assert user.session.params.zoom != 99 and list(user.session.problems) == ["zoom"]
    user.click("run")
    assert not user.session.busy
    user.click("reset_zoom")
    assert not user.session.problems and user.window.workspace.form.row("zoom").value == FluoganParams().zoom


def test_reset_goes_back_to_what_the_file_states(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.types("param_pixel_size_nm", "100")
    assert user.find("origin_pixel_size_nm").text() == "user"
    user.click("reset_pixel_size_nm")
    assert user.session.document.acquisition.pixel_size_nm == 80.0
    assert user.find("origin_pixel_size_nm").text() == "file"


def test_projections_and_frames_by_keys(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    browser = user.window.workspace.browser
    first = browser.pane.image
    user.presses("next_frame")
    user.sees(lambda: browser.slider.value() == 1 and browser.pane.image is not first)
    user.presses("projection_std")
    user.sees(lambda: browser.view == "std")
    assert browser.pane.image.min() >= 0


def test_the_tree_shows_stack_and_runs(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.types("stack_region_height", "12")
    user.types("param_steps", "5")
    for number in (1, 2):
        user.click("run")
        user.sees_end()
        assert user.session.shown_run.number == number
    tree = user.window.workspace.tree.tree
    stack = tree.topLevelItem(0)
    assert stack.text(0) == "mitochondria.tif" and stack.childCount() == 2
    middle = tree.visualItemRect(stack.child(0)).center()
    user.qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    user.sees(lambda: user.session.shown_run.number == 1)
    user.types("param_steps", "9")
    user.presses("use_run")
    assert user.session.params.steps == 5 and user.window.workspace.form.row("steps").value == 5


def test_the_papers_parameters_come_from_the_menu(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.types("param_lambda1", "3")
    user.window.actions_["preset_2024"].trigger()
    assert user.window.workspace.form.row("critic").value == "paper-2024"
    assert (user.session.params.batch_size, user.session.params.lambda1) == (200, 1.0)
    said = user.window.statusBar().currentMessage()
    assert said.startswith("Parameters: As published in 2024") and said.endswith("…"), "cut off without a sign"
    user.window.actions_["defaults"].trigger()
    assert user.session.params.critic == "patch"


def test_parameters_from_the_menu_replace_what_is_no_value(open_window: Callable) -> None:
    """A field never shows another value than the one that is used; what the preset does not set stays as typed."""
    user = open_window()
    user.opens_sample()
    user.types("param_zoom", "99")
    user.types("param_gain", "much")
    user.window.actions_["preset_2024"].trigger()
    form = user.window.workspace.form
    assert form.row("zoom").value == user.session.params.zoom == 4
    assert set(form.problems) == set(user.session.problems) == {"gain"}


# Keys and menus


def test_every_key_has_one_meaning() -> None:
    keys = Counter(QKeySequence(key).toString() for command in COMMANDS for key in command.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_menu_letters_are_unique_within_their_menu(open_window: Callable) -> None:
    window = open_window().window
    for menu in window.menus.values():
        texts = [action.text() for action in menu.actions() if "&" in action.text()]
        letters = Counter(text[text.find("&") + 1].lower() for text in texts)
        assert [letter for letter, count in letters.items() if count > 1] == [], menu.title()


def test_commands_that_make_no_sense_are_off(open_window: Callable) -> None:
    user = open_window()
    actions = user.window.actions_
    assert actions["open_stack"].isEnabled() and not actions["save"].isEnabled() and not actions["export"].isEnabled()
    user.opens_sample()
    assert actions["save"].isEnabled() and not actions["export"].isEnabled()


# What it must not do


def test_references_of_none_stay_level(open_window: Callable, qapp: QApplication) -> None:
    """PySide6 6.12.0 on Python 3.11 lost one with every call, and the process died after some thousand."""
    open_window()
    qapp.processEvents()
    before = sys.getrefcount(None)
    for _ in range(1000):
        qapp.processEvents()
    # Timers and caches may come and go; a fault would show as a thousand.
    assert abs(sys.getrefcount(None) - before) < 100


@pytest.mark.parametrize(
    "module", ["gui.application", "gui.views.curve_plots"]
)
def test_importing_the_window_loads_no_torch(module: str, checkout: Path) -> None:
    code = f"import sys, fluogan_app.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=checkout, timeout=60).returncode == 0


def test_showing_the_window_and_a_stack_loads_no_torch(checkout: Path) -> None:
    code = """
import sys
from fluogan_app.gui import application
from fluogan_app.gui.main_window import MainWindow
from fluogan_app.gui.settings import Settings
app = application.make_application()
window = MainWindow(Settings())
window.show()
window.files.open_sample("mitochondria")
while window.session.document.link is None:
    app.processEvents()
loaded = "torch" in sys.modules
window.shut_down()
sys.exit(loaded)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=checkout, timeout=100).returncode == 0


# Errors


def test_the_error_dialog_never_makes_it_worse(open_window: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    user = open_window()

    def broken(*_: object) -> None:
        raise RuntimeError("the dialog itself is broken")

    monkeypatch.setattr(error_dialog, "ErrorDialog", broken)
    assert show_error(user.window, "Something", ReadError("A page is damaged.")) is None


def test_the_report_names_the_cause(open_window: Callable) -> None:
    user = open_window()
    error = FluoganError("The frames could not be read.", "Copy the file again.")
    error.__cause__ = ValueError("page 12")
    show_error(user.window, "Reading", error, Path("window.log"))
    dialog = user.dialog("error_dialog")
    user.click("error_copy", inside=dialog)
    words = QApplication.clipboard().text()
    wanted = ("Reading", "could not be read", "Copy the file again.", "page 12", "window.log")
    assert all(part in words for part in wanted)
    user.qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_many_wrong_fields_are_squeezed_neither_nor_cut(open_window: Callable) -> None:
    """Sentences come, grow and shrink under the fields; every field and every sentence keeps the height it needs."""
    user = open_window()
    user.opens_sample()
    form = user.window.workspace.form
    names = ("pixel_size_nm", "fwhm_nm", "numerical_aperture", "gain", "zoom", "steps", "gamma")
    for name in names:
        for text in ("9" * 36, "abc"):
            user.types(f"param_{name}", text)
    user.click("run")
    page = form._scroll.widget()
    for _ in range(3):
        QApplication.processEvents()
    assert page.height() >= page.minimumSizeHint().height()
    for row in map(form.row, names):
        assert row.editor.height() >= row.editor.minimumSizeHint().height()
        label = row.problem_label
        assert label.isVisible() and label.height() >= label.heightForWidth(label.width())
        assert f"({row.spec.name})" not in label.text(), "the command line's names do not help here"


def test_the_stack_has_the_room_of_curves_that_are_not_there_yet(open_window: Callable) -> None:
    """Before the first run the frames take it; with the first run the curves get theirs, as the user had it."""
    user = open_window()
    user.opens_sample()
    place, splitter = user.window.workspace, user.window.workspace._splitters["right"]
    user.sees(lambda: place.bottom.height() < 100)
    alone = splitter.sizes()[0]
    assert alone > 0.8 * splitter.height()
    user.presses("show_log")
    user.sees(lambda: place.bottom.height() > 150)
    user.presses("show_curves")
    user.sees(lambda: splitter.sizes()[0] == alone)
    user.types("param_steps", "2")
    user.click("run")
    user.sees_end()
    user.sees(lambda: place.bottom.height() > 150)
    splitter.setSizes([300, 300])  # other than the 430 to 240 of the first start
    user.presses("close_project")
    user.answers("unsaved_question", "discard")
    user.opens_sample()
    user.sees(lambda: place.bottom.height() < 100)
    place.keep_layout(user.window.settings)
    place.set_has_curves(True)
    user.sees(lambda: place.bottom.height() > 270, within_ms=5000)
    splitter.setSizes([500, 100])
    place.restore_layout(user.window.settings)
    user.sees(lambda: place.bottom.height() > 270, within_ms=5000)


def test_what_a_sample_states_is_not_said_to_come_from_the_user(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    assert set(user.session.document.acquisition.origins.values()) == {Origin.FILE}
