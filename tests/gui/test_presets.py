"""Presets in the window: which one stands and what differs, taken, kept, renamed, deleted, exchanged as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.project.preset_folder import PresetFolder, export_preset
from fluogan_app.core.project.presets import preset_from
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.gui.features.presets import Presets

CAMERA = ProjectDocument(acquisition=Acquisition().with_values(Origin.USER, gain=15.5, offset=100.0))


@pytest.fixture
def user(open_window: Callable):
    user = open_window()
    user.opens_sample()
    return user


def feature_of(user) -> Presets:
    return next(each for each in user.window.features if isinstance(each, Presets))


def takes(user, name: str) -> None:
    """Open the menu at the head of the form and choose an entry with the mouse."""
    user.click("presets")
    menu = feature_of(user).button.menu_
    user.sees(menu.isVisible)
    action = next(action for action in menu.actions() if action.objectName() == f"preset_{name}")
    user.qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def names(dialog) -> list[str]:
    """What the list of presets shows."""
    return [dialog.list.item(row).text() for row in range(dialog.list.count())]


def test_the_head_of_the_form_says_which_preset_stands_and_what_differs(user) -> None:
    button = feature_of(user).button
    assert button.words == "Preset: Defaults"
    user.types("param_zoom", "8")
    assert button.words == "Preset: Defaults, 1 changed"
    takes(user, "paper-2024")
    assert button.words == "Preset: As published in 2024" and user.session.params.critic == "paper-2024"
    user.types("param_lambda1", "3")
    user.click("presets")
    said = [action.text() for action in button.menu_.actions()]
    assert "Sparsity λ1 1 → 3" in said and "Other than in “As published in 2024”" in said
    button.menu_.close()
    user.presses("undo")
    user.presses("undo")
    assert user.session.params.zoom == 8 and user.session.params.critic == "patch"


def test_values_that_are_kept_can_be_taken_again(user) -> None:
    user.types("param_gain", "15.5")
    user.types("param_zoom", "8")
    takes(user, "save")
    dialog = user.dialog("save_preset_dialog")
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    assert not save.isEnabled()
    user.types("preset_name", "My camera", inside=dialog)
    user.click("preset_group_camera", inside=dialog)
    user.click("preset_group_method", inside=dialog)
    user.click("preset_save_button", inside=dialog)
    user.sees(lambda: any(preset.name == "My camera" for preset in feature_of(user).presets))
    assert feature_of(user).button.words == "Preset: My camera"
    user.click("reset_all")
    assert user.session.document.acquisition.gain == 1.0
    takes(user, "My camera")
    recording = user.session.document.acquisition
    assert recording.gain == 15.5 and recording.origin("gain") is Origin.USER and user.session.params.zoom == 6
    assert user.session.history.undo_title == "Preset: My camera"
    user.presses("save_preset")
    dialog = user.dialog("save_preset_dialog")
    user.types("preset_name", "my camera", inside=dialog)
    save = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    assert "replaced" in dialog.words.text() and save.text() == "&Replace"
    dialog.close()


def test_presets_are_renamed_exported_imported_and_deleted(user, tmp_path: Path) -> None:
    PresetFolder().save(preset_from(CAMERA, "Andor", ["camera"]))
    user.window.actions_["manage_presets"].trigger()
    dialog = user.dialog("manage_presets_dialog")
    user.sees(lambda: dialog.list.count() == 1)
    assert "Camera gain 15.5 counts/photon" in dialog.detail.text()
    user.click("presets_rename", inside=dialog)
    field = dialog.list.findChild(QLineEdit)
    field.selectAll()
    user.qtbot.keyClicks(field, "Hamamatsu")
    user.qtbot.keyClick(field, Qt.Key.Key_Return)
    user.sees(lambda: dialog.list.item(0).text() == "Hamamatsu" and dialog.current.name == "Hamamatsu")
    user.click("presets_export", inside=dialog)
    user.names_file("export_preset", tmp_path / "shared.json")
    user.sees(lambda: (tmp_path / "shared.json").exists())
    user.turns_to(dialog)
    user.click("presets_import", inside=dialog)
    user.names_file("import_preset", tmp_path / "shared.json")
    user.sees(lambda: names(dialog) == ["Hamamatsu", "Hamamatsu (2)"])
    user.turns_to(dialog)
    user.click("presets_delete", inside=dialog)
    user.answers("delete_preset_question", "delete")
    user.sees(lambda: names(dialog) == ["Hamamatsu"])
    user.click("presets_take", inside=dialog)
    assert user.session.document.acquisition.gain == 15.5
    dialog.close()


def test_a_file_that_is_none_is_told_in_one_sentence(user, tmp_path: Path) -> None:
    export_preset(preset_from(CAMERA, "Andor", ["camera"]), tmp_path / "bad.json")
    held = json.loads((tmp_path / "bad.json").read_text(encoding="utf-8"))
    held["values"]["camera"]["gain"] = -1
    (tmp_path / "bad.json").write_text(json.dumps(held), encoding="utf-8")
    takes(user, "import")
    user.names_file("import_preset", tmp_path / "bad.json")
    message, _ = user.reads_error()
    assert message.startswith("bad.json cannot be used: Camera gain") and not PresetFolder().presets()[0]


def test_the_preset_taken_last_is_remembered(user) -> None:
    takes(user, "paper-2023")
    user.types("param_zoom", "5")
    kept = feature_of(user).gather()
    feature_of(user).restore({})
    assert feature_of(user).button.words.startswith("Preset: Defaults")
    feature_of(user).restore(kept)
    assert feature_of(user).button.words == "Preset: As published in 2023, 1 changed"
