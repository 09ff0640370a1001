"""The method in the window: chosen by mouse and keys, undone, kept; form, presets and runs follow it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QWidget

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.methods.mean.params import MeanParams
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.preset_folder import PresetFolder
from fluogan_app.core.project.presets import preset_from
from fluogan_app.core.project.store import Project
from fluogan_app.gui.features.method_choice import MethodChoosing
from fluogan_app.gui.features.presets import Presets
from fluogan_app.gui.views.method_chooser import MethodChooser


@pytest.fixture
def user(open_window: Callable):
    user = open_window()
    user.opens_sample()
    return user


def chooser_of(user) -> MethodChooser:
    return next(each for each in user.window.features if isinstance(each, MethodChoosing)).chooser


def chooses(user, name: str) -> None:
    """Open the list at the head of the form with the mouse, and take a method with the arrows."""
    chooser = chooser_of(user)
    user.qtbot.mouseClick(chooser.list, Qt.MouseButton.LeftButton)
    view: QAbstractItemView = chooser.list.view()
    user.sees(view.isVisible)
    user.qtbot.keyClick(view, Qt.Key.Key_Home)
    for _ in range(chooser.list.findData(name)):
        user.qtbot.keyClick(view, Qt.Key.Key_Down)
    user.qtbot.keyClick(view, Qt.Key.Key_Return)
    user.sees(lambda: user.session.method.name == name)


def fields_of(user) -> set[str]:
    """Names of the fields in sight of the form, and of those folded away."""
    return {name for _, name in user.window.workspace.form.rows}


def test_a_method_is_chosen_and_the_form_is_its(user) -> None:
    form = user.window.workspace.form
    assert chooser_of(user).list.currentText() == "FluoGAN" and "lambda1" in fields_of(user)
    user.types("param_zoom", "4")
    user.types("param_gain", "wrong")
    chooses(user, "mean")
    assert "lambda1" not in fields_of(user)
    assert form.row("zoom", MeanParams).value == 4, "the grid goes with the choice"
    user.sees(lambda: not form.row("zoom", MeanParams).editor.visibleRegion().isEmpty())
    assert form.problems.keys() == {"gain"}, "what is typed elsewhere stays to be mended"
    assert user.session.history.undo_title == "Method FluoGAN → Mean"
    assert "draws nothing at random" in form.row("seed").idle
    assert "goes through the frames once" in form.row("stop_when_still").idle
    assert "without any method" in form.help.text() and "photons per frame" in form.help.text()
    user.presses("undo")
    assert chooser_of(user).list.currentText() == "FluoGAN" and "lambda1" in fields_of(user)
    user.presses("redo")
    assert user.session.method.name == "mean" and user.session.params == MeanParams(zoom=4)


def test_each_method_keeps_its_values_and_wrong_ones_go_with_the_form(user) -> None:
    user.types("param_lambda1", "3.5")
    user.types("param_gamma", "wrong")
    assert "gamma" in user.session.problems
    chooses(user, "mean")
    assert not user.session.problems and user.find("run").isEnabled()
    user.types("param_zoom", "3")
    chooses(user, "fluogan")
    assert user.session.params.lambda1 == 3.5 and user.session.params.zoom == 3
    assert user.find("param_lambda1", QWidget).value() == 3.5


def test_presets_are_the_method_s_and_one_s_own_bring_theirs(user) -> None:
    presets = next(each for each in user.window.features if isinstance(each, Presets))
    mean = ProjectDocument(method="mean", params={"mean": {"zoom": 3}})
    PresetFolder().save(preset_from(mean, "Plain", ["method"]))
    user.window.actions_["manage_presets"].trigger()
    dialog = user.dialog("manage_presets_dialog")
    user.sees(lambda: dialog.list.count() == 1)
    dialog.close()
    user.click("presets")
    titles = {action.objectName(): action.text().partition("\t")[0] for action in presets.button.menu_.actions()}
    assert titles["preset_Plain"] == "Plain (Mean)" and "preset_paper-2023" in titles
    presets.button.menu_.close()
    presets.take(next(preset for preset in presets.presets if preset.name == "Plain"))
    assert user.session.method.name == "mean" and user.session.params.zoom == 3
    assert presets.button.words == "Preset: Plain"
    user.click("presets")
    names = {action.objectName() for action in presets.button.menu_.actions()}
    assert "preset_paper-2023" not in names and "preset_default" in names
    presets.button.menu_.close()
    user.window.actions_["preset_2023"].trigger()
    assert user.session.method.name == "fluogan" and user.session.params.critic == "paper-2023"


def test_a_network_of_ones_own_is_chosen_by_its_file(user, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"weights")
    chooses(user, "lsparcom")
    user.click("browse_network")
    user.names_file("choose_network", path)
    user.sees(lambda: user.session.params.network == str(path))
    user.presses("undo")
    assert user.session.params.network == "" and user.session.method.name == "lsparcom"


def test_by_keys_alone(user) -> None:
    user.presses("choose_method")
    view = chooser_of(user).list.view()
    user.sees(view.isVisible)
    user.qtbot.keyClick(view, Qt.Key.Key_End)
    user.qtbot.keyClick(view, Qt.Key.Key_Return)
    last = list(METHODS)[-1]
    user.sees(lambda: user.session.method.name == last)
    user.sees(lambda: not view.isVisible())
    shown = user.window.workspace.form.help.isVisible()
    user.qtbot.keyClick(chooser_of(user).list, Qt.Key.Key_F1)
    assert user.window.workspace.form.help.isVisible() is not shown


def test_a_run_of_another_method_is_its_own_and_a_project_keeps_the_choice(user, tmp_path: Path) -> None:
    user.session.change(roi=Roi(20, 20, 14, 18))
    chooses(user, "mean")
    user.click("run")
    user.sees_end()
    record = user.session.shown_run.record
    assert record.method == "mean" and record.claims.title == "Mean"
    panes = user.window.workspace.panes
    assert panes.pane("estimate").title.text().startswith("Mean") and panes.pane("background").image is None
    assert panes.pane("background").canvas.words == "Mean tells no background apart"
    assert panes.in_sight == ("mean", "estimate") and not user.find("panes_show_background").isEnabled()
    assert user.window.workspace.plots.empty.text() == "Mean has no curves."
    assert not user.window.actions_["more_steps"].isEnabled()
    chooses(user, "fluogan")
    user.click("differences")
    said = {difference.text for difference in user.window.findChild(QWidget, "differences").differences}
    assert said == {"Method Mean → FluoGAN"}
    user.presses("use_run")
    assert user.session.method.name == "mean" and chooser_of(user).list.currentText() == "Mean"
    user.presses("save_as")
    user.names_file("choose_new_project", tmp_path / "two.fluogan")
    user.sees(lambda: not user.session.untitled)
    assert Project.open(tmp_path / "two.fluogan").document.method == "mean"
