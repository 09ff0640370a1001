"""Which command does what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QMenu

from fluogan_app.core.errors import ReadError
from fluogan_app.core.methods.registry import DEFAULT_METHOD
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.samples import samples
from fluogan_app.gui.dialogs.about import AboutDialog
from fluogan_app.gui.dialogs.shortcuts_dialog import ShortcutsDialog
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.run_state import only_for_reading
from fluogan_app.gui.session import Session
from fluogan_app.gui.settings import SCHEMES
from fluogan_app.gui.shortcuts import Shortcuts
from fluogan_app.gui.workspace import CHECK, LOG, RESULT, STACK

_UNFINISHED = (RunStatus.INTERRUPTED, RunStatus.CANCELLED, RunStatus.FAILED)

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow


def connect_commands(window: MainWindow) -> None:
    """Connect every command of the window, and fill the menus that change."""
    handlers = {**_file_commands(window), **_view_commands(window), **_run_commands(window)}
    for feature in window.features:
        handlers |= feature.handlers()
    Shortcuts(window.actions_, window.settings).apply()
    for name, act in handlers.items():
        window.actions_[name].triggered.connect(lambda _=False, act=act: act())
    _connect_choices(window)
    _add_file_menus(window)
    _connect_tree(window)
    _connect_selection(window)


def connect_parts(window: MainWindow) -> None:
    """What one part of the window asks of another."""
    place = window.workspace
    window.runs.started.connect(place.look_at_run)
    window.runs.field_wanted.connect(window.parameters.focus)
    window.runs.save_wanted.connect(window.saving.save)
    window.runs.export_wanted.connect(window.exports.ask)
    window.saving.run_kept = window.runs.kept_words
    window.saving.going_on = lambda: [words for one in window.features if (words := one.going_on())]
    place.form.estimate_button.clicked.connect(window.estimates.ask)
    place.browser.metadata_requested.connect(window.metadata.show)
    window.stacks.image_shown.connect(window.checks.image_shown)
    window.checks.shown_wanted.connect(lambda: place.bottom.setCurrentIndex(CHECK))
    window.checks.drift_wanted.connect(window.drifts.ask)
    window.checks.camera_wanted.connect(window.estimates.ask)
    place.tree.stack_selected.connect(lambda: place.centre.setCurrentIndex(STACK))
    place.tree.run_selected.connect(lambda _: place.centre.setCurrentIndex(RESULT))


def needs_that_are_met(session: Session, features: Iterable[Feature]) -> set[str]:
    """What the commands may need, as far as it is so."""
    status = session.shown_run.record.status if session.shown_run is not None and not session.busy else None
    writable = session.project is not None and not only_for_reading(session)
    so = {
        "project": session.project is not None,
        "stack": session.stack is not None,
        "run": session.shown_run is not None,
        "idle": session.project is not None and not session.busy,
        "may_run": writable and not session.busy,
        "job": session.busy,
        "finished": writable and status is RunStatus.FINISHED and session.shown_run.record.takes_more_steps,
        "unfinished": writable and status in _UNFINISHED,
    }
    return {name for name, met in so.items() if met}.union(*(feature.needs_met() for feature in features))


def _file_commands(window: MainWindow) -> dict[str, Callable[[], object]]:
    files, saving = window.files, window.saving
    return {
        "open_stack": files.choose_stack,
        "open_folder": files.choose_folder,
        "open_project": files.choose_project,
        "choose_image": files.choose_again,
        "save": saving.save,
        "save_as": saving.save_as,
        "export": window.exports.ask,
        "locate": files.raw_stack.locate,
        "metadata": window.metadata.show,
        "close_project": window.close_project,
        "quit": window.close,
        "shortcuts": lambda: ShortcutsDialog(window).show(),
        "about": lambda: AboutDialog(window).show(),
    }


def _view_commands(window: MainWindow) -> dict[str, Callable[[], object]]:
    place = window.workspace
    slider = place.browser.slider
    return {
        "show_stack": lambda: place.centre.setCurrentIndex(STACK),
        "show_result": lambda: place.centre.setCurrentIndex(RESULT),
        "show_curves": place.show_curves,
        "show_log": lambda: place.bottom.setCurrentIndex(LOG),
        "show_check": lambda: place.bottom.setCurrentIndex(CHECK),
        "previous_frame": lambda: slider.setValue(slider.value() - 1),
        "next_frame": lambda: slider.setValue(slider.value() + 1),
        "play": _button(window, "stack_play").click,
        "fit": lambda: _button(window, place.tool_name("fit")).click(),
        "linked": _button(window, "panes_link").click,
        "draw_region": lambda: (place.centre.setCurrentIndex(STACK), _button(window, "stack_draw_region").click()),
        "clear_region": _button(window, "stack_clear_region").click,
        "all_frames": _button(window, "stack_range_all").click,
    }


def _button(window: MainWindow, name: str) -> QAbstractButton:
    """A button of the views, which does the same as the command."""
    return window.findChild(QAbstractButton, name)


def _run_commands(window: MainWindow) -> dict[str, Callable[[], object]]:
    runs = window.runs
    return {
        "run": runs.start,
        "pause": runs.toggle_pause,
        "cancel": runs.cancel,
        "resume": runs.resume,
        "more_steps": runs.ask_more_steps,
        "estimate": window.estimates.ask,
        "drift": window.drifts.ask,
        "use_run": window.parameters.take_over_run,
        "defaults": lambda: window.parameters.take_preset("default"),
        "preset_2023": lambda: window.parameters.take_preset("paper-2023", DEFAULT_METHOD),
        "preset_2024": lambda: window.parameters.take_preset("paper-2024", DEFAULT_METHOD),
    }


def _connect_choices(window: MainWindow) -> None:
    actions, browser = window.actions_, window.workspace.browser
    for kind, button in browser.view_buttons.items():
        actions[f"projection_{kind}"].triggered.connect(lambda _=False, button=button: button.click())
    for scheme in SCHEMES:
        action = actions[f"scheme_{scheme}"]
        action.setChecked(scheme == window.settings.scheme)
        action.triggered.connect(lambda _=False, scheme=scheme: window.set_scheme(scheme))
    actions["full_screen"].triggered.connect(lambda on: window.showFullScreen() if on else window.showNormal())
    window.menus["View"].aboutToShow.connect(lambda: _show_choices(window))


def _show_choices(window: MainWindow) -> None:
    """Tick what is so, just before the menu is seen."""
    place, actions = window.workspace, window.actions_
    actions["linked"].setChecked(place.panes.linked)
    actions["play"].setChecked(place.browser.playing)
    actions[f"projection_{place.browser.view}"].setChecked(True)
    actions["full_screen"].setChecked(window.isFullScreen())


def _add_file_menus(window: MainWindow) -> None:
    menu, before = window.menus["File"], window.actions_["save"]
    recent, sample_menu = QMenu("Open &recent", window), QMenu("Open sa&mple", window)
    recent.setObjectName("menu_recent")
    sample_menu.setObjectName("menu_samples")
    menu.insertMenu(before, recent)
    menu.insertMenu(before, sample_menu)
    menu.insertSeparator(before)
    recent.aboutToShow.connect(lambda: _fill_recent(window, recent))
    _fill_samples(window, sample_menu)


def _fill_recent(window: MainWindow, menu: QMenu) -> None:
    menu.clear()
    window.starts.ask_drives()
    for path in window.starts.recent:
        action = menu.addAction(Path(path).name)
        action.setToolTip(path)
        action.triggered.connect(lambda _=False, path=path: window.files.open_path(Path(path)))
    if menu.isEmpty():
        menu.addAction("Nothing yet").setEnabled(False)
        return
    menu.addSeparator()
    menu.addAction("Forget all").triggered.connect(lambda: window.settings.forget_recent())


def _fill_samples(window: MainWindow, menu: QMenu) -> None:
    try:
        known = samples()
    except ReadError as error:
        window.say(error.one_line)
        return
    for sample in known:
        action = menu.addAction(sample.title)
        action.setToolTip(sample.description)
        action.triggered.connect(lambda _=False, name=sample.name: window.files.open_sample(name))


def _connect_tree(window: MainWindow) -> None:
    tree, session = window.workspace.tree, window.session
    tree.open_requested.connect(window.files.choose_stack)
    tree.resume_requested.connect(lambda number: (session.show_run(number), window.runs.resume()))
    tree.export_requested.connect(lambda number: (session.show_run(number), window.exports.ask()))
    tree.reuse_requested.connect(lambda number: (session.show_run(number), window.parameters.take_over_run()))


def _connect_selection(window: MainWindow) -> None:
    bar, files, session = window.workspace.selection, window.files, window.session

    def show_choices() -> None:
        stack = session.stack
        if stack is None:
            bar.set_choices(None)
        else:
            bar.set_choices(stack.description, stack.selection, stack.warnings)

    session.stack_changed.connect(show_choices)
    bar.selection_changed.connect(files.select)
    bar.choose_requested.connect(files.choose_again)
