"""Undo and redo: of every edit, step by step, by keys; what is typed in a field has its own; runs and saving stay."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.project.model import InputLink, ProjectDocument
from fluogan_app.core.project.store import Project
from fluogan_app.gui.history import History
from fluogan_app.gui.session import Session

LINK = InputLink(path="cells.tif", shape_tyx=(9, 30, 40), dtype="uint16")


def opened(tmp_path, name: str = "p") -> Session:
    project = Project.create(tmp_path / f"{name}.fluogan", ProjectDocument(link=LINK))
    session = Session()
    session.show_project(project, None, untitled=False)
    return session


def test_every_kind_of_edit_is_undone_and_redone_step_by_step(qapp, tmp_path) -> None:
    """Back through all snapshots in their order, and forth again to the last."""
    session = opened(tmp_path)
    edits = [
        lambda: session.edit(FluoganParams, "zoom", 8),
        lambda: session.edit(Acquisition, "gain", 2.0),
        lambda: session.edit(RunSettings, "seed", 4),
        lambda: session.change(roi=Roi(1, 1, 5, 5)),
        lambda: session.change(frames=FrameRange(0, 4)),
        lambda: session.change(acquisition=session.document.acquisition.with_values(Origin.ESTIMATED, offset=9.0)),
    ]
    snapshots, titles = [session.document], []
    for edit in edits:
        edit()
        snapshots.append(session.document)
        titles.append(session.history.undo_title)
    assert titles[0] == "Zoom L 6 → 8 fine pixels per pixel" and titles[4] == "Frames all → 0 to 3"
    for before, title in zip(reversed(snapshots[:-1]), reversed(titles)):
        assert session.history.undo_title == title
        session.undo()
        assert session.document == before and session.history.redo_title == title
    assert session.history.undo_title == ""
    session.undo()
    for after in snapshots[1:]:
        session.redo()
        assert session.document == after
    assert session.history.redo_title == ""


def test_edits_of_one_field_in_a_row_are_one_step_until_something_comes_between(qapp, tmp_path) -> None:
    session = opened(tmp_path)
    for value in (1, 12, 9):
        session.edit(FluoganParams, "zoom", value)
    assert session.history.undo_title.startswith("Zoom L 6 → 9")
    session.edit(FluoganParams, "steps", 800)
    session.edit(FluoganParams, "zoom", 5)
    session.set_job(True)
    session.edit(FluoganParams, "zoom", 4)
    for zoom, steps in ((5, 800), (9, 800), (9, 700), (6, 700)):
        session.undo()
        assert (session.params.zoom, session.params.steps) == (zoom, steps)


def test_going_back_to_where_one_was_by_hand_is_no_step(qapp, tmp_path) -> None:
    session = opened(tmp_path)
    session.edit(FluoganParams, "zoom", 7)
    session.edit(FluoganParams, "zoom", 6)
    assert session.history.undo_title == ""


def test_a_region_that_is_dragged_is_one_step_and_the_next_one_another(qapp) -> None:
    now = [0.0]
    history = History(clock=lambda: now[0])
    regions = [ProjectDocument(roi=Roi(0, 0, side, side)) for side in (3, 4, 5, 9)]
    for before, after, moment in zip(regions, regions[1:], (0.0, 0.1, 5.0)):
        now[0] = moment
        history.note(before, after, field="roi")
    assert history.undo() is regions[2] and history.undo() is regions[0] and history.undo() is None


def test_a_new_edit_forgets_what_was_undone_and_another_project_all(qapp, tmp_path) -> None:
    session = opened(tmp_path)
    session.edit(FluoganParams, "zoom", 7)
    session.undo()
    session.edit(FluoganParams, "steps", 10)
    assert session.history.redo_title == "" and session.history.undo_title
    session.project.save(session.document)
    session.note_saved(session.project.document)
    assert session.history.undo_title, "saving is no reason to forget"
    session.undo()
    assert session.unsaved, "what stands on disk was not undone"
    session.redo()
    session.show_project(Project.create(tmp_path / "q.fluogan"), None, untitled=False)
    assert session.history.undo_title == "" == session.history.redo_title


def test_where_the_view_looks_is_no_step(qapp, tmp_path) -> None:
    session = opened(tmp_path)
    session.change(view={"shown_run": 3})
    assert session.history.undo_title == ""


def test_keys_and_menu_undo_in_the_window(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    menu = user.window.actions_
    assert not menu["undo"].isEnabled()
    titles = [action.text() for action in user.window.menuBar().actions()]
    assert titles[:3] == ["&File", "&Edit", "&View"] and titles[-1] == "&Help"
    user.types("param_zoom", "8")
    user.types("stack_range_last", "9")
    user.types("param_gain", "much")
    user.types("param_gain", "2.5")
    assert menu["undo"].text() == "&Undo Camera gain 1 → 2.5 counts/photon"
    row = user.window.workspace.form.row("gain")
    user.presses("undo")
    assert row.value == 1.0 and user.session.document.acquisition.origin("gain") is Origin.ASSUMED
    user.presses("undo")
    assert user.session.document.frames is None and user.window.workspace.browser.range_controls.last.value() == 49
    user.presses("undo")
    assert user.session.params.zoom == 6 and not menu["undo"].isEnabled()
    user.presses("redo")
    assert user.session.params.zoom == 8 and menu["redo"].text() == "&Redo Frames all → 0 to 9"


def test_what_is_typed_is_undone_in_its_field_first(open_window: Callable) -> None:
    """The field has the keys as long as it has something to undo; then they are the window's, with the cursor in it."""
    user = open_window()
    user.opens_sample()
    user.types("param_steps", "900")
    field = user.find("param_zoom")
    user.turns_to(user.window)
    field.setFocus()
    user.qtbot.keyClick(field, Qt.Key.Key_End)
    user.qtbot.keyClicks(field, "0")
    assert field.text() == "60" and user.window.workspace.form.problems
    user.qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "6" and not user.window.workspace.form.problems and user.session.params.steps == 900
    user.qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is field and user.session.params.steps == 700


def test_a_preset_a_runs_parameters_and_reset_are_a_step_each(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.types("param_gain", "3")
    user.presses("defaults")
    assert user.session.history.undo_title == "Camera gain 1 → 3 counts/photon", "it changed nothing"
    user.window.actions_["preset_2023"].trigger()
    assert user.session.history.undo_title == "Preset: As published in 2023"
    user.click("reset_all")
    assert user.session.history.undo_title == "Reset all" and user.session.params == FluoganParams()
    user.presses("undo")
    assert user.session.params.zoom == 6 and user.session.params.delta == 1
    assert user.session.document.acquisition.gain == 3.0
    user.presses("undo")
    user.presses("undo")
    assert user.session.document.acquisition.gain == 1.0 and user.session.history.undo_title == ""
