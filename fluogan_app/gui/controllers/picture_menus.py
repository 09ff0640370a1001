"""The menus above the viewers from which their pictures are chosen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from fluogan_app.core.project.run import Run
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.pictures import Pictures
from fluogan_app.gui.picture_kinds import PictureChoice, PictureKind
from fluogan_app.gui.views.linked_panes import LinkedPanes


class PictureMenus(QObject):
    """Fills each viewer's menu when it is opened. What each run has is looked up in the background before."""

    def __init__(self, context: Context, panes: LinkedPanes, pictures: Pictures) -> None:
        super().__init__(context.window)
        self._context, self._panes, self._pictures = context, panes, pictures
        self._has: dict[int, frozenset[str]] = {}
        self._looked_for: frozenset[str] = frozenset()
        self._open: list[tuple[QAction, PictureChoice]] = []
        for viewer, pane in panes.panes.items():
            menu = QMenu(pane.chooser_button)
            menu.setObjectName(f"picture_menu_{viewer}")
            menu.aboutToShow.connect(partial(self._fill, viewer, menu))
            pane.chooser_button.setMenu(menu)
            pane.chooser_button.setVisible(True)
        context.session.runs_changed.connect(self._look_up)
        context.session.job_changed.connect(self._look_up)
        pictures.changed.connect(self._show_tips)

    def open(self, viewer: str) -> None:
        """Open a viewer's menu, below its button."""
        button = self._panes.pane(viewer).chooser_button
        button.menu().popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _look_up(self) -> None:
        runs, kinds = tuple(self._context.session.runs), tuple(self._pictures.kinds.values())
        if runs:
            self._context.workbench.do(partial(_what_each_has, runs, kinds), self._note, lambda error: None)

    def _note(self, found: tuple[frozenset[str], dict[int, frozenset[str]]]) -> None:
        self._looked_for, self._has = found
        for action, choice in self._open:
            action.setEnabled(self._is_there(choice))

    def _is_there(self, choice: PictureChoice) -> bool:
        """What was not looked for yet may be there."""
        if choice.run is None or choice.kind not in self._looked_for or choice.run not in self._has:
            return True
        return choice.kind in self._has[choice.run]

    def _show_tips(self) -> None:
        for viewer, choice in self._pictures.choices.items():
            words = f"Choose what this viewer shows (now: {self._pictures.title_of(choice)})"
            button = self._panes.pane(viewer).chooser_button
            button.setToolTip(words)
            button.setAccessibleName(words)

    def _fill(self, viewer: str, menu: QMenu) -> None:
        menu.clear()
        self._open.clear()
        self._look_up()
        for child in menu.findChildren(QMenu):
            child.deleteLater()
        group, session = QActionGroup(menu), self._context.session
        shown = session.shown_run
        menu.addSection(f"Of the shown run ({shown.number})" if shown is not None else "Of the shown run")
        self._add_kinds(viewer, menu, group, None)
        menu.addSection("Of the stack, and others")
        for name in self._pictures.offered:
            self._add(viewer, menu, group, PictureChoice(name))
        if session.runs:
            menu.addSection("Of one run, whichever is shown")
        for run in reversed(session.runs):
            runs_menu = menu.addMenu(f"Run {run.number}")
            runs_menu.setObjectName(f"picture_menu_{viewer}_{run.number}")
            self._add_kinds(viewer, runs_menu, group, run.number)

    def _add_kinds(self, viewer: str, menu: QMenu, group: QActionGroup, number: int | None) -> None:
        for name in self._pictures.kinds:
            self._add(viewer, menu, group, PictureChoice(name, number))

    def _add(self, viewer: str, menu: QMenu, group: QActionGroup, choice: PictureChoice) -> None:
        action = QAction(self._pictures.title_of(PictureChoice(choice.kind)), menu, checkable=True)
        action.setObjectName(f"picture_{choice.kind}_{choice.run or 'shown'}")
        action.setChecked(self._pictures.choices[viewer] == choice)
        action.setEnabled(self._is_there(choice))
        action.triggered.connect(lambda: self._pictures.choose(viewer, choice.kind, choice.run))
        group.addAction(action)
        menu.addAction(action)
        self._open.append((action, choice))


def _what_each_has(
    runs: tuple[Run, ...], kinds: tuple[PictureKind, ...]
) -> tuple[frozenset[str], dict[int, frozenset[str]]]:
    """On a thread: the kinds that were looked for, and those that each run has."""
    has = {run.number: frozenset(kind.name for kind in kinds if kind.available(run)) for run in runs}
    return frozenset(kind.name for kind in kinds), has
