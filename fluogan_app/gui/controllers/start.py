"""What there is to begin with: the samples, and what was open before, as far as its drive does not deny it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from fluogan_app.core.errors import ReadError
from fluogan_app.core.samples import samples
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.files import FilesController
from fluogan_app.gui.reachability import Reachability
from fluogan_app.gui.settings import FOLDERS
from fluogan_app.gui.views.welcome import Welcome


class StartController(QObject):
    """Fills the welcome page, and knows which of the files and folders that were used before are there."""

    def __init__(self, context: Context, welcome: Welcome, files: FilesController) -> None:
        super().__init__(context.window)
        self._context, self._welcome = context, welcome
        self._reachability = Reachability(context.workbench, self)
        settings = context.settings
        settings.is_there, settings.note_there = self._reachability.knows, self._reachability.note
        self._reachability.changed.connect(self._fill_recent)
        context.session.project_changed.connect(self._show_project)
        welcome.open_requested.connect(files.choose_stack)
        welcome.sample_requested.connect(files.open_sample)
        welcome.recent_requested.connect(lambda path: files.open_path(Path(path)))
        self._show_project()

    @property
    def recent(self) -> list[str]:
        """What was open before, the newest first, without what is known to be gone."""
        return [path for path in self._context.settings.stored_recent if self._reachability.knows(path) is not False]

    def ask_drives(self) -> None:
        """Find out which of the files and folders that were used before are there now."""
        settings = self._context.settings
        folders = [folder for purpose in FOLDERS if (folder := settings.stored_folder(purpose))]
        self._reachability.ask([*settings.stored_recent, *folders])

    def _show_project(self) -> None:
        if self._context.session.project is None:
            self._fill_samples()
            self._fill_recent()
            self.ask_drives()

    def _fill_samples(self) -> None:
        try:
            self._welcome.set_samples([(sample.name, sample.title, sample.description) for sample in samples()])
        except ReadError as error:
            self._context.say(error.one_line)

    def _fill_recent(self) -> None:
        self._welcome.set_recent([(path, Path(path).name) for path in self.recent])
