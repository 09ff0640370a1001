"""One project, one writer: who else has it open, and what can be done about it."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject

from fluogan_app.core.project.store import Project
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.notice_bar import Offer

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_TOPIC, _RESTORED = "holding", "restored"


class Holding(Feature):
    """Tells why a project is only for reading, and lets go of projects that are left."""

    name = "holding"

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._project: Project | None = None
        self.session.project_changed.connect(self._changed)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that is closed has left its project. A minimised one is hidden by the system, and has not."""
        if watched is self.window and not event.spontaneous():
            if event.type() == QEvent.Type.Hide:
                self.stop(0.2)
            elif event.type() == QEvent.Type.Show and self._project is not self.session.project:
                self._take_again(self.session.project)
        return False

    def _take_again(self, project: Project) -> None:
        """The window was hidden, but not for good."""
        self._project = project
        bench = self.context.workbench
        bench.leave_behind(bench.do(project.hold, lambda _: None, lambda error: self.context.say(error.one_line)))

    def stop(self, seconds: float) -> bool:
        """Let go of the open project. Its drive may have vanished: nobody waits for it longer than that."""
        project, self._project = self._project, None
        if project is not None:
            letting_go = threading.Thread(target=project.let_go, daemon=True)
            letting_go.start()
            letting_go.join(seconds)
        return True

    def _changed(self) -> None:
        former, self._project = self._project, self.session.project
        if former is self._project:
            return
        if former is not None:
            bench = self.context.workbench
            bench.leave_behind(bench.do(former.let_go, lambda _: None, lambda error: self.context.say(error.one_line)))
        for topic in (_TOPIC, _RESTORED):
            self.context.notices.clear(topic)
        if self._project is not None and self._project.read_only:
            self._tell(self._project)
        if self._project is not None and self._project.restored:
            self.context.say(self._project.restored)
            self.context.notices.show_notice(_RESTORED, self._project.restored)

    def _tell(self, project: Project) -> None:
        text = f"{project.read_only} It is opened for reading; what you change can be saved in another place."
        again = Offer("Try again", partial(self.window.files.open_again, project))
        offers = [Offer("Save as…", self.window.saving.save_as), again]
        holder = project.holder
        if holder is not None and holder.stale:
            text = (
                f"{project.read_only} It has not been heard of since {holder.silence}. Take the project over only if "
                "FluoGAN does not run there any more."
            )
            offers.append(Offer("Take over", partial(self.window.files.open_again, project, True)))
        self.context.say(project.read_only)
        self.context.notices.show_notice(_TOPIC, text, offers)
