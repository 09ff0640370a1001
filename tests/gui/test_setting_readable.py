"""Names for those who hear them, and whole words, in the dialogs and panels with which values are set."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.preset_folder import PresetFolder
from fluogan_app.core.project.presets import preset_from
from tests.gui.readable import cut_off, nameless
from tests.gui.test_field_estimates import asks, feature_of

CAMERA = ProjectDocument(acquisition=Acquisition().with_values(Origin.USER, gain=15.5, offset=100.0))


def test_panels_and_dialogs_are_heard_and_read(open_window: Callable) -> None:
    PresetFolder().save(preset_from(CAMERA, "Andor", ["camera"]))
    user = open_window()
    user.window.resize(QSize(1280, 720))
    user.opens_sample()
    parts = [asks(user, "gain")]
    assert user.window.rect().contains(parts[0].geometry()), "it lies within the window"
    user.presses("save_preset")
    parts.append(user.dialog("save_preset_dialog"))
    user.window.actions_["manage_presets"].trigger()
    parts.append(user.dialog("manage_presets_dialog"))
    user.sees(lambda: parts[-1].list.count() == 1)
    for part in (*parts, user.window.workspace.form):
        assert nameless(part) == [] and cut_off(part) == []
    for part in parts:
        part.close()
    assert feature_of(user).popover is None
