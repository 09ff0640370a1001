"""A small window that says that the program is starting, in a process of its own; it ends with its standard input."""

from __future__ import annotations

import sys
import threading

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QSplashScreen


class _EndOfInput(QObject):
    reached = Signal()

    def wait(self) -> None:
        sys.stdin.buffer.read()
        self.reached.emit()


def main() -> int:
    """Show the splash until the parent process closes the pipe."""
    application = QApplication(sys.argv)
    label = QLabel("  FluoGAN is starting…  ")
    font = label.font()
    font.setPointSize(18)
    label.setFont(font)
    label.setMargin(24)
    splash = QSplashScreen(label.grab(), Qt.WindowType.WindowStaysOnTopHint)
    splash.show()
    end = _EndOfInput()
    end.reached.connect(application.quit)
    threading.Thread(target=end.wait, daemon=True).start()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
