"""The raw stack of a project that is not where it was: looked for nearby at once, and in a folder when asked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.model import InputLink
from fluogan_app.core.project.search import search_folder, search_near
from fluogan_app.core.project.store import Project
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.file_dialogs import choose_folder
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.settings import FOLDERS
from fluogan_app.gui.watched_work import Watch, WatchedWork

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_TOPIC = "search"


class Searching(Feature):
    """Finds it by size and content, whatever it is called now, on threads."""

    name = "searching"
    commands = (
        Command("search_raw", "&File", "Searc&h for raw data…", ("Ctrl+Alt+Shift+L",),
                "Search a folder and all below it for the raw stack, also under another name", needs="project",
                before="metadata"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._work = WatchedWork(window.workbench, self)
        self._work.progressed.connect(lambda _: self._show_progress())
        self._looked = (0, "")
        self._raw = window.files.raw_stack
        self._raw.missed.connect(self._look_nearby)
        self._raw.search_wanted.connect(self.ask)
        self.session.project_changed.connect(self._leave)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"search_raw": self.ask}

    def stop(self, seconds: float) -> bool:
        """See Feature.stop."""
        self._work.stop()
        return True

    def ask(self) -> None:
        """Ask for a folder, and search it."""
        link = self.session.document.link
        if link is None:
            self.context.say("The project has no stack yet: open one.")
            return
        title = f"Search for {self.session.stack_name} in"
        choose_folder(self.window, title, self.context.settings.folder("open"), partial(self._search, link))

    def _search(self, link: InputLink, folder: Path) -> None:
        self._looked = (0, str(folder))
        work, done = partial(self._through, link, folder), partial(self._ended, folder)
        self._work.start(work, done, self._failed)
        self._show_progress()

    def _through(self, link: InputLink, folder: Path, watch: Watch) -> Path | None:
        """On a thread."""

        def note(count: int, place: str) -> None:
            self._looked = count, place

        return search_folder(link, folder, note, watch.cancelled)

    def _look_nearby(self) -> None:
        """Nobody asked for this one: it is silent, and gives way to one that was asked for."""
        project, settings = self.session.project, self.context.settings
        if project is not None and not self._work.busy:
            folders = [Path(stored) for purpose in FOLDERS if (stored := settings.stored_folder(purpose))]
            self._looked = (0, "")
            self._work.start(partial(_near, project, folders), self._found_nearby, lambda error: None)

    def _found_nearby(self, path: Path | None) -> None:
        if path is not None and self.session.stack is None:
            self.context.say(f"The raw stack was moved, and was found at {path}")
            self._raw.locate_at(path)

    def _show_progress(self) -> None:
        count, place = self._looked
        if place:
            text = f"Searching for {self.session.stack_name}: {count} files so far, now in {place}"
            self.context.notices.show_notice(_TOPIC, text, [Offer("Cancel", self._give_up)])

    def _ended(self, folder: Path, path: Path | None) -> None:
        self.context.notices.clear(_TOPIC)
        if path is not None:
            self._raw.locate_at(path)
            return
        text = f"{self.session.stack_name} is not in {folder}, under no name."
        self.context.say(text)
        self.context.notices.show_notice(_TOPIC, text, [Offer("Another folder…", self.ask)])

    def _failed(self, error: FluoganError) -> None:
        self.context.notices.clear(_TOPIC)
        self.context.fail("The folder could not be searched", error)

    def _give_up(self) -> None:
        self._work.stop()
        self.context.say("The search was given up.")

    def _leave(self) -> None:
        self._work.stop()
        self.context.notices.clear(_TOPIC)


def _near(project: Project, folders: list[Path], watch: Watch) -> Path | None:
    """On a thread."""
    return search_near(project, folders, watch.cancelled)
