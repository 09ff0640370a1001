"""What every controller needs of the window around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import Workbench
from fluogan_app.gui.dialogs.error_dialog import show_error
from fluogan_app.gui.notice_bar import NoticeBar
from fluogan_app.gui.session import Session
from fluogan_app.gui.settings import Settings


@dataclass(frozen=True)
class Context:
    """Session, settings and the ways to speak to the user. `say` writes one line into status bar and log."""

    session: Session
    settings: Settings
    window: QWidget
    notices: NoticeBar
    workbench: Workbench
    say: Callable[[str], None]
    log_path: Path | None = None

    def fail(self, title: str, error: FluoganError) -> None:
        """Show an error beside the window and note it in the log."""
        self.say(f"{title}. {error.one_line}")
        show_error(self.window, title, error, self.log_path)
