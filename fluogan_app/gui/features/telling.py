"""Telling of a run's end to a user who works elsewhere meanwhile; the title tells how far it is."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from fluogan_app.core.jobs.events import Ended, Outcome, Progress
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

log = logging.getLogger(__name__)

#: Who started a shorter run waits for it.
LEAST_S = 30.0
_SHOWN_MS = 10_000
_SWITCH = "tell_ends"
_PERCENT = re.compile(r"^\d+ % – ")
_WORDS = {Outcome.FINISHED: "has finished", Outcome.CANCELLED: "was cancelled", Outcome.FAILED: "has failed"}


class Telling(Feature):
    """Message, sound and the task bar's sign, where another window is in use and the run was long."""

    name = "telling"
    commands = (
        Command("tell_ends", "R&un", "Tell when a run ends", ("Ctrl+Alt+N",),
                "Message and sound at the end of a run of more than half a minute, while another window is in use",
                checkable=True),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._tray: QSystemTrayIcon | None = None
        window.runs.progressed.connect(self._show_percent)
        window.runs.ended.connect(self._tell)
        self.session.job_changed.connect(self._clear_percent)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        self.window.actions_["tell_ends"].setChecked(self.on)
        return {"tell_ends": lambda: self.set_on(self.window.actions_["tell_ends"].isChecked())}

    @property
    def on(self) -> bool:
        """Whether ends are told; so it is until the user switches it off."""
        return self.context.settings.switch(_SWITCH, True)

    def set_on(self, on: bool) -> None:
        """Switch it on or off."""
        self.context.settings.set_switch(_SWITCH, on)
        self.context.say(f"The end of a run is {'told' if on else 'not told'} while another window is in use.")

    def stop(self, seconds: float) -> bool:
        """Take the icon away, which would outlast the window."""
        if self._tray is not None:
            self._tray.hide()
        return True

    def _tell(self, ended: Ended) -> None:
        if not self.on or ended.seconds <= LEAST_S or QApplication.activeWindow() is not None:
            return
        run = self.session.shown_run
        title = f"Run {run.number}" if run is not None else "The run"
        text = f"{title} {_WORDS[ended.outcome]} after {ended.steps} steps and {seconds_text(ended.seconds)}."
        log.info("telling the desktop: %s", text)
        QApplication.alert(self.window)
        QApplication.beep()
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._tray = self._tray or QSystemTrayIcon(self.window.windowIcon(), self.window)
            self._tray.show()
            self._tray.showMessage("FluoGAN", text, QSystemTrayIcon.MessageIcon.Information, _SHOWN_MS)

    # How far it is

    def _show_percent(self, progress: Progress) -> None:
        percent = 100 * progress.step // max(progress.total_steps, 1)
        self.window.setWindowTitle(f"{percent} % – {_PERCENT.sub('', self.window.windowTitle())}")

    def _clear_percent(self) -> None:
        if not self.session.busy:
            self.window.setWindowTitle(_PERCENT.sub("", self.window.windowTitle()))
