"""The window: puts views, controllers and commands together, and nothing else."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from fluogan_app.gui import style
from fluogan_app.gui.background import Workbench
from fluogan_app.gui.crash_log import StartLog
from fluogan_app.gui.commands import Actions, fill_menus
from fluogan_app.gui.controllers.check import CheckController
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.drift import DriftController
from fluogan_app.gui.controllers.estimates import EstimatesController
from fluogan_app.gui.controllers.export import ExportController
from fluogan_app.gui.controllers.files import FilesController
from fluogan_app.gui.controllers.metadata import MetadataController
from fluogan_app.gui.controllers.parameters import ParametersController
from fluogan_app.gui.controllers.recovery import RecoveryController
from fluogan_app.gui.controllers.results import ResultsController
from fluogan_app.gui.controllers.run import RunController
from fluogan_app.gui.controllers.saving import SavingController
from fluogan_app.gui.controllers.start import StartController
from fluogan_app.gui.controllers.stack import StackController
from fluogan_app.gui.controllers.tree import TreeController
from fluogan_app.gui.controllers.view_state import ViewState
from fluogan_app.gui.features.registry import FEATURES
from fluogan_app.gui.notice_bar import NoticeBar
from fluogan_app.gui.session import Session
from fluogan_app.gui.settings import Settings
from fluogan_app.gui.stack_reader import StackReader
from fluogan_app.gui.unsaved_projects import UnsavedProjects
from fluogan_app.gui.views.log_view import LogView
from fluogan_app.gui.views.welcome import Welcome
from fluogan_app.gui.wiring import connect_commands, connect_parts, needs_that_are_met
from fluogan_app.gui.wording import standing, without_flags
from fluogan_app.gui.workspace import Workspace

log = logging.getLogger(__name__)

#: Time between two loads while nothing else happens, so that each is a hitch too short to notice.
_WARM_UP_MS = 500
#: What the corner for resizing takes of the status bar, with the space beside it.
_GRIP_WIDTH = 30


class MainWindow(QMainWindow):
    """One window with one project."""

    def __init__(self, settings: Settings, started: StartLog = StartLog()) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.settings, self.log_path, self.crashes = settings, started.path, started.crashes
        self.session, self.workbench = Session(self), Workbench(self)
        self.reader, self.unsaved = StackReader(self), UnsavedProjects()
        self.log, self.notices, self.welcome = LogView(), NoticeBar(), Welcome()
        self.workspace = Workspace(self.log)
        self._closing = False
        self._lay_out()
        self._make_controllers()
        self.features = tuple(make(self) for make in FEATURES)
        self.actions_ = Actions(self)
        self.menus = fill_menus(self.menuBar(), self.actions_)
        connect_commands(self)
        connect_parts(self)
        self._connect()
        self._restore_layout()
        self._show_project()

    def start(self, path: Path | None = None) -> None:
        """Open what was named on the command line, or offer what a crash left behind."""
        if path is not None:
            self.files.open_path(path)
        else:
            self.recovery.offer()

    def say(self, line: str) -> None:
        """Write one line into status bar and log."""
        line = without_flags(line)
        log.info("%s", line)
        bar = self.statusBar()
        # The bar would cut a long line off without a sign; the whole is in the log.
        shown = bar.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, bar.width() - _GRIP_WIDTH)
        bar.showMessage(shown, 15_000)
        self.log.append(f"{datetime.now():%H:%M:%S}  {line}")

    def set_scheme(self, scheme: str) -> None:
        """Light, dark, or as the system has it."""
        self.settings.scheme = scheme
        style.apply_scheme(QApplication.instance(), scheme)

    # Putting together

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.workspace)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notices)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(central)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setMaximumWidth(140)
        self.busy.setAccessibleName("Working")
        self.busy.hide()
        self.statusBar().addPermanentWidget(self.busy)

    def _make_controllers(self) -> None:
        place = self.workspace
        self.context = context = Context(
            self.session, self.settings, self, self.notices, self.workbench, self.say, self.log_path
        )
        self.saving = SavingController(context, self.unsaved, lambda: self.view_state.gather())
        self.files = FilesController(context, self.unsaved, self.saving.leave)
        self.recovery = RecoveryController(context, self.unsaved, self.files)
        self.starts = StartController(context, self.welcome, self.files)
        self.parameters = ParametersController(context, place.form)
        self.stacks = StackController(context, place.browser, self.reader)
        self.runs = RunController(context, place.run_panel)
        self.results = ResultsController(context, place.panes, place.plots, self.runs)
        self.tree = TreeController(context, place.tree)
        self.exports, self.estimates = ExportController(context), EstimatesController(context)
        self.metadata = MetadataController(context)
        self.checks = CheckController(context, place.check, place.browser.check_badge)
        self.drifts = DriftController(context, self.checks.drift_found)
        self.view_state = ViewState(
            self.session, place.browser, place.panes, place.tabs, self.stacks, self.results, lambda: self.features
        )
        self.saving.cancel_run = self.runs.cancel

    def _connect(self) -> None:
        session, place = self.session, self.workspace
        session.project_changed.connect(self._show_project)
        session.unsaved_changed.connect(self.setWindowModified)
        for signal in (session.stack_changed, session.runs_changed, session.shown_run_changed, session.job_changed):
            signal.connect(self._enable_commands)
        for signal in (session.runs_changed, session.job_changed, place.plots.drawn):
            signal.connect(lambda: place.set_has_curves(session.busy or (bool(session.runs) and place.plots.expected)))
        self.files.opened.connect(self._opened)
        self.files.busy_changed.connect(self._show_busy)

    def _opened(self) -> None:
        self.view_state.restore()
        for topic in ("recovery", "run", "save", "stack", "export", "draft"):
            self.notices.clear(topic)
        self.saving.keeping.offer()
        self.runs.offer_interrupted()
        QTimer.singleShot(_WARM_UP_MS, self, self._warm_up)

    def _warm_up(self) -> None:
        """While the user looks at the stack, load what the first run would stutter on; not when the window is done."""
        if self.session.project is None:
            return
        if self.workspace.plots.warm_up():
            QTimer.singleShot(_WARM_UP_MS, self, self._warm_up)
        else:
            self.runs.warm_up()

    def _show_project(self) -> None:
        session = self.session
        place = standing(session.project, session.untitled)
        self.setWindowTitle(f"{session.title}{place}[*] – FluoGAN" if session.project else "FluoGAN")
        self.pages.setCurrentWidget(self.workspace if session.project else self.welcome)
        self._enable_commands()

    def _show_busy(self, text: str) -> None:
        self.busy.setVisible(bool(text))
        if text:
            self.statusBar().showMessage(text)

    def _enable_commands(self) -> None:
        self.actions_.enable(needs_that_are_met(self.session, self.features))
        self.workspace.form.estimate_button.setEnabled(self.session.stack is not None)

    # Coming and going

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and project folders."""
        if _dropped_paths(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped: a file or a folder, of several the first."""
        paths = _dropped_paths(event)
        if paths:
            event.acceptProposedAction()
            self.files.open_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """See to a run and to unsaved work first; the window closes when that is done."""
        if self._closing:
            event.accept()
            return
        event.ignore()
        # Not from within this event: Qt takes no close inside a close.
        self.saving.leave(lambda: QTimer.singleShot(0, self, self._close))

    def close_project(self) -> None:
        """Back to the empty window."""
        self.saving.leave(self._leave_project)

    def _leave_project(self) -> None:
        project = self.session.project if self.session.untitled else None
        self.session.show_nothing()
        if project is not None:
            self.unsaved.discard(project.folder)

    def _close(self) -> None:
        self._closing = True
        self.settings.set_layout("window", self.saveGeometry())
        self.workspace.keep_layout(self.settings)
        self.settings.flush()
        self.close()

    def shut_down(self, seconds: float = 5.0) -> bool:
        """End all threads within a bounded time; whether they ended."""
        deadline = time.monotonic() + seconds

        def left() -> float:
            return max(0.0, deadline - time.monotonic())

        for controller in (self.checks, self.drifts, self.files):
            controller.stop()
        ended = [feature.stop(left()) for feature in self.features]
        ended += [self.runs.wait(left()), self.workbench.close(left())]
        self._leave_project()
        return all([*ended, self.reader.stop(left())])

    def _restore_layout(self) -> None:
        geometry = self.settings.layout("window")
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            available = self.screen().availableGeometry()
            self.resize(min(1280, available.width()), min(800, available.height()))
        self.workspace.restore_layout(self.settings)


def _dropped_paths(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
