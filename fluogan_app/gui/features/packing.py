"""A project as one archive, and an archive as a project again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.pack import ENDING, pack_project
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.unpack import is_packed, unpack_project
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.file_dialogs import choose_archive, choose_folder, choose_new_file
from fluogan_app.gui.dialogs.pack_dialog import PackDialog
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.watched_work import Watch, WatchedWork

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_TOPIC, _KIND = "pack", f"Packed projects (*{ENDING})"


class Packing(Feature):
    """Packs the open project, unpacks others. Both tell how far they are and can be given up."""

    name = "packing"
    commands = (
        Command("unpack", "&File", "Open pac&ked project…", ("Ctrl+Alt+Shift+K",),
                "Unpack a project from its archive, and open it", before="choose_image"),
        Command("pack", "&File", "Pack pro&ject…", ("Ctrl+Alt+K",),
                "Put the project into one archive, with or without its raw stack", needs="idle", before="locate"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._work = WatchedWork(window.workbench, self)
        self._work.progressed.connect(self._show_progress)
        self._doing = ""
        window.files.packed_wanted.connect(self._ask_where)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"pack": self.ask, "unpack": self._choose}

    def stop(self, seconds: float) -> bool:
        """See Feature.stop."""
        self._work.stop()
        return True

    # Packing

    def ask(self) -> None:
        """Ask whether the raw stack goes along, then where to. What was changed is saved first."""
        session = self.session
        if session.project is None:
            return
        link = session.document.link
        known = (link.total_bytes or link.size_bytes) if link is not None else 0
        there = session.stack is not None
        PackDialog(session.title, session.stack_name, known, there, self._choose_place, self.window).show()

    def _choose_place(self, raw: bool) -> None:
        session = self.session
        stem = Path(session.stack_name).stem if session.untitled else session.project.folder.stem
        folder = self.context.settings.folder("export")
        chosen = partial(self._save_and_pack, raw)
        choose_new_file(self.window, "choose_archive_name", "Pack as", folder, stem + ENDING, _KIND, chosen)

    def _save_and_pack(self, raw: bool, path: Path) -> None:
        self.context.settings.set_folder("export", path.parent)
        path = path if is_packed(path) else path.with_name(path.name + ENDING)
        session = self.session
        if session.untitled:
            # An archive's name is that of its project: one that was never saved gets a place first.
            self.window.saving.save_as(lambda: self._pack(raw, path))
        elif session.project.read_only:
            self._pack(raw, path)
        else:
            # Where nothing was changed, lines that were drawn and the view go in all the same.
            self.window.saving.save(lambda: self._pack(raw, path))

    def _pack(self, raw: bool, path: Path) -> None:
        project = self.session.project
        self._begin(f"Packing {project.folder.name}")
        done = partial(self._packed, path)
        self._work.start(partial(_pack, project, path, raw), done, partial(self._failed, "The project is not packed"))

    def _packed(self, path: Path, outcome: Path | None) -> None:
        self.context.notices.clear(_TOPIC)
        if outcome is None:
            return
        self.context.say(f"The project is packed in {path}")
        show = Offer("Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
        self.context.notices.show_notice(_TOPIC, f"The project is packed in {path}", [show])

    # Unpacking

    def _choose(self) -> None:
        folder = self.context.settings.folder("export")
        choose_archive(self.window, "Open a packed project", folder, self._ask_where)

    def _ask_where(self, archive: Path) -> None:
        folder = self.context.settings.folder("save")
        choose_folder(self.window, f"Unpack {archive.name} into", folder, partial(self._unpack, archive))

    def _unpack(self, archive: Path, folder: Path) -> None:
        self._begin(f"Unpacking {archive.name}")
        failed = partial(self._failed, f"{archive.name} could not be unpacked")
        self._work.start(partial(_unpack, archive, folder), self._unpacked, failed)

    def _unpacked(self, folder: Path | None) -> None:
        self.context.notices.clear(_TOPIC)
        if folder is not None:
            self.context.say(f"Unpacked {folder}")
            self.window.files.open_path(folder)

    # Both

    def _begin(self, doing: str) -> None:
        self._doing = doing
        self.context.say(f"{doing}…")
        self._show_progress(0.0)

    def _show_progress(self, fraction: float) -> None:
        text = f"{self._doing}: {100 * fraction:.0f} %"
        self.context.notices.show_notice(_TOPIC, text, [Offer("Cancel", self._give_up)])

    def _give_up(self) -> None:
        self._work.stop()
        self.context.say(f"{self._doing} was given up: nothing was written.")

    def _failed(self, title: str, error: FluoganError) -> None:
        self.context.notices.clear(_TOPIC)
        self.context.fail(title, error)


def _pack(project: Project, path: Path, raw: bool, watch: Watch) -> Path | None:
    """On a thread. Raises UsageError, ProjectError."""
    return pack_project(project, path, raw, watch.note, watch.cancelled)


def _unpack(archive: Path, folder: Path, watch: Watch) -> Path | None:
    """On a thread. Raises ProjectError."""
    return unpack_project(archive, folder, watch.note, watch.cancelled)
