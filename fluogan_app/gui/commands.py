"""Everything that the window can be told to do, declared once: menus, keys and the list of shortcuts come from here."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from fluogan_app.gui.command import Command
from fluogan_app.gui.features.registry import FEATURES


_OWN: tuple[Command, ...] = (
    Command("open_stack", "&File", "&Open stack…", ("Ctrl+O",), "Open an image stack from disk"),
    Command("open_folder", "&File", "Open &folder…", ("Ctrl+Alt+O",),
            "Open the numbered files or the recording in a folder as one stack"),
    Command("open_project", "&File", "Open &project…", ("Ctrl+Shift+O",), "Open a saved project"),
    Command("choose_image", "&File", "Choose &image of the file…", ("Ctrl+I",),
            "Choose another image, channel, plane or time axis of the open file", needs="stack"),
    Command("save", "&File", "&Save", ("Ctrl+S",), "Save the project", needs="project", starts_section=True),
    Command("save_as", "&File", "Save &as…", ("Ctrl+Shift+S",), "Save the project in another place", needs="project"),
    Command("export", "&File", "&Export…", ("Ctrl+E",),
            "Write images, curves and a figure of the shown run", needs="run"),
    Command("locate", "&File", "&Locate raw data…", ("Ctrl+Shift+L",),
            "Say where the raw stack is now", needs="project"),
    Command("metadata", "&File", "File me&tadata…", ("Ctrl+Shift+I",),
            "What the file states, and which of it is used", needs="stack"),
    Command("close_project", "&File", "&Close project", ("Ctrl+W",), needs="project", starts_section=True),
    Command("quit", "&File", "&Quit", ("Ctrl+Q",)),
    Command("show_stack", "&View", "&Stack", ("Ctrl+1",), "Look through the recorded frames", needs="project"),
    Command("show_result", "&View", "&Result", ("Ctrl+2",),
            "Compare mean, reconstruction and background", needs="project"),
    Command("show_curves", "&View", "&Curves", ("Ctrl+3",),
            "What a run measures of itself against the step", needs="project"),
    Command("show_log", "&View", "Lo&g", ("Ctrl+4",), "What happened, in words", needs="project"),
    Command("show_check", "&View", "Data c&heck", ("Ctrl+5",),
            "What was found in the frames, and what it means for a reconstruction", needs="project"),
    Command("previous_frame", "&View", "&Previous frame", ("Ctrl+Left",), needs="stack", starts_section=True),
    Command("next_frame", "&View", "&Next frame", ("Ctrl+Right",), needs="stack"),
    Command("play", "&View", "P&lay frames", ("Ctrl+Space",), needs="stack", checkable=True),
    Command("projection_frame", "&View", "Single &frame", ("Alt+1",),
            group="projection", needs="stack", starts_section=True),
    Command("projection_mean", "&View", "&Mean over time", ("Alt+2",), group="projection", needs="stack"),
    Command("projection_max", "&View", "Ma&ximum over time", ("Alt+3",), group="projection", needs="stack"),
    Command("projection_std", "&View", "Standard &deviation over time", ("Alt+4",), group="projection", needs="stack"),
    Command("projection_sum", "&View", "Sum over time", ("Alt+5",), group="projection", needs="stack"),
    Command("fit", "&View", "Fit to &window", ("Ctrl+0",), needs="project", starts_section=True),
    Command("linked", "&View", "Lin&k the viewers", ("Ctrl+L",),
            "Zoom and pan all viewers together", checkable=True, needs="project"),
    Command("scheme_system", "&View", "Colours of the s&ystem", ("Ctrl+Alt+1",), group="scheme", starts_section=True),
    Command("scheme_light", "&View", "L&ight colours", ("Ctrl+Alt+2",), group="scheme"),
    Command("scheme_dark", "&View", "D&ark colours", ("Ctrl+Alt+3",), group="scheme"),
    Command("full_screen", "&View", "F&ull screen", ("F11",), checkable=True, starts_section=True),
    Command("draw_region", "&Region", "&Draw region", ("Ctrl+D",),
            "Choose the part that is reconstructed", needs="stack"),
    Command("clear_region", "&Region", "&Whole frame", ("Ctrl+Shift+D",), "Reconstruct the whole frame", needs="stack"),
    Command("all_frames", "&Region", "&All frames", ("Ctrl+Shift+A",), "Reconstruct from all frames", needs="stack"),
    Command("run", "R&un", "&Run", ("F5", "Ctrl+Return"), "Start a reconstruction", needs="may_run"),
    Command("pause", "R&un", "&Pause or go on", ("F6",), "Pause the run, or let it go on", needs="job"),
    Command("cancel", "R&un", "&Cancel", ("Ctrl+.",), "End the run and keep its last state", needs="job"),
    Command("resume", "R&un", "R&esume the shown run", ("Shift+F5",),
            "Go on from its last state", needs="unfinished", starts_section=True),
    Command("more_steps", "R&un", "Go on with &more steps…", ("Ctrl+M",),
            "A new run that goes on where the shown one ended", needs="finished"),
    Command("estimate", "R&un", "Est&imate from the frames…", ("Ctrl+T",),
            "Gain, offset, PSF width and fluctuation as the frames show them", needs="stack"),
    Command("drift", "R&un", "Correct &drift…", ("Ctrl+Shift+T",),
            "How the sample moved while it was recorded, and frames moved back by it", needs="stack"),
    Command("use_run", "R&un", "Take o&ver its parameters", ("Ctrl+U",),
            "Set the form to what the shown run was made with", needs="run"),
    Command("defaults", "R&un", "Rese&t the parameters", ("Ctrl+Shift+R",),
            "Set all parameters of the method to their defaults", needs="project"),
    Command("preset_2023", "R&un", "Parameters as published in &2023", (),
            "FluoGAN with the parameters of the first paper", needs="project"),
    Command("preset_2024", "R&un", "Parameters as published in 202&4", (),
            "FluoGAN with the parameters of the double-Poisson paper", needs="project"),
    Command("shortcuts", "&Help", "&Keyboard shortcuts", ("F1",)),
    Command("about", "&Help", "&About FluoGAN", ("Shift+F1",)),
)  # fmt: skip

#: The window's own commands, then those that the features bring, at the end of their menus.
COMMANDS: tuple[Command, ...] = (*_OWN, *(command for feature in FEATURES for command in feature.commands))


#: The menus as they stand in the bar; those that are not named here stand before the last one.
MENU_ORDER = ("&File", "&Edit", "&View", "&Region", "R&un", "&Help")


class Actions(QObject):
    """The commands as actions of one window, by name."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._groups: dict[str, QActionGroup] = {}
        self.by_name: dict[str, QAction] = {command.name: self._action(command) for command in COMMANDS}

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def enable(self, available: set[str]) -> None:
        """Enable the commands whose needs are met; those without needs always are."""
        for command in COMMANDS:
            self.by_name[command.name].setEnabled(not command.needs or command.needs in available)

    def _action(self, command: Command) -> QAction:
        action = QAction(command.text, self.parent())
        action.setObjectName(f"action_{command.name}")
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        if command.tip:
            action.setToolTip(command.tip)
            action.setStatusTip(command.tip)
        action.setCheckable(command.checkable or bool(command.group))
        if command.group:
            group = self._groups.setdefault(command.group, QActionGroup(self))
            group.addAction(action)
        if command.name in ("quit", "about"):
            roles = {"quit": QAction.MenuRole.QuitRole, "about": QAction.MenuRole.AboutRole}
            action.setMenuRole(roles[command.name])
        else:
            action.setMenuRole(QAction.MenuRole.NoRole)
        return action


def fill_menus(bar: QMenuBar, actions: Actions) -> dict[str, QMenu]:
    """Put every command into its menu. Returns the menus by their title without the mark of the key."""
    menus = {title.replace("&", ""): bar.addMenu(title) for title in _menu_titles()}
    for title, menu in menus.items():
        menu.setObjectName(f"menu_{title.lower()}")
        menu.setToolTipsVisible(True)
    for command in COMMANDS:
        title = command.menu.replace("&", "")
        if command.starts_section and not menus[title].isEmpty():
            menus[title].addSeparator()
        # Before no action means at the end.
        menus[title].insertAction(actions[command.before] if command.before else None, actions[command.name])
    return menus


def _menu_titles() -> list[str]:
    named = dict.fromkeys(command.menu for command in COMMANDS)
    others = [title for title in named if title not in MENU_ORDER]
    *first, last = (title for title in MENU_ORDER if title in named)
    return [*first, *others, last]
