"""A user at the window: mouse and keys only, and nobody else's dialogs, threads or windows left behind."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QThread, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QWidget

from fluogan_app.gui.dialogs.error_dialog import ErrorDialog
from fluogan_app.gui.main_window import MainWindow
from fluogan_app.gui.settings import Settings
from fluogan_app.gui.style import apply_scheme
from tests.gui.slow_drive import drive, slow  # noqa: F401 - fixtures

WAIT_MS = 60_000
W = TypeVar("W", bound=QWidget)


#: Windows that come and go by themselves.
_POPUPS = (Qt.WindowType.Popup, Qt.WindowType.ToolTip)


class Dialogs(QObject):
    """Notes every dialog that is shown, until somebody expects it, and every part that shows as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.unexpected: list[str] = []
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            if not isinstance(watched, MainWindow) and watched.windowType() not in _POPUPS:
                self.unexpected.append(watched.objectName() or watched.windowTitle() or type(watched).__name__)
        return False


class User:
    """What a person can do at one window."""

    def __init__(self, qtbot, dialogs: Dialogs, window: MainWindow) -> None:
        self.qtbot, self.window, self._dialogs = qtbot, window, dialogs

    @property
    def session(self):
        return self.window.session

    def sees(self, condition: Callable[[], bool], within_ms: int = WAIT_MS) -> None:
        """Wait until something is so. An error that nobody expects ends the waiting."""
        self.qtbot.waitUntil(lambda: condition() or bool(_error_words()), timeout=within_ms)
        assert condition(), f"an error came up instead: {_error_words()}"

    def find(self, name: str, kind: type[W] = QWidget, inside: QWidget | None = None) -> W:
        """The one visible widget of that object name, as soon as there is one."""

        def visible() -> list[W]:
            return [widget for widget in (inside or self.window).findChildren(kind, name) if widget.isVisible()]

        self.qtbot.waitUntil(lambda: len(visible()) == 1, timeout=5000)
        return visible()[0]

    def click(self, name: str, inside: QWidget | None = None) -> None:
        """Press a button with the mouse."""
        button = self.find(name, inside=inside)
        assert button.isEnabled(), f"{name} cannot be pressed"
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def types(self, name: str, text: str, inside: QWidget | None = None) -> None:
        """Replace the text of a field and leave it with the tabulator."""
        field = self.find(name, inside=inside)
        editor = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit) or field
        self.turns_to(field.window())
        editor.setFocus()
        self.qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClick(editor, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(editor, text)
        self.qtbot.keyClick(editor, Qt.Key.Key_Tab)

    def presses(self, name: str) -> None:
        """Use the keys of a command."""
        action = self.window.findChild(QAction, f"action_{name}")
        assert action is not None and action.isEnabled(), f"the command {name} cannot be used"
        self.turns_to(self.window)
        keys = action.shortcut()
        assert not keys.isEmpty(), f"the command {name} has no key"
        stroke = keys[0]
        QTest.keyClick(self.window, stroke.key(), stroke.keyboardModifiers())

    def draws(self, canvas: QWidget, start: QPoint, end: QPoint) -> None:
        """Drag with the left button."""
        self.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
        self.qtbot.mouseMove(canvas, (start + end) / 2)
        self.qtbot.mouseMove(canvas, end)
        self.qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)

    def drops(self, *paths: Path) -> bool:
        """Drag files onto the window; whether they were taken."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
        QApplication.sendEvent(self.window, enter)
        if not enter.isAccepted():
            return False
        drop = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
        QApplication.sendEvent(self.window, drop)
        return True

    def dialog(self, name: str) -> QDialog:
        """Wait for a dialog that is expected."""

        def shown() -> list[QDialog]:
            widgets = QApplication.topLevelWidgets()
            dialogs = [widget for widget in widgets if isinstance(widget, QDialog) and widget.isVisible()]
            return [dialog for dialog in dialogs if dialog.objectName() == name]

        self.qtbot.waitUntil(lambda: bool(shown()), timeout=WAIT_MS)
        self._dialogs.unexpected.remove(name)
        self.turns_to(shown()[0])
        return shown()[0]

    def is_asked(self, name: str) -> bool:
        """Whether a dialog is open that may or may not come."""
        return name in _open_dialogs()

    def turns_to(self, window: QWidget) -> None:
        """Make a window the one that gets the keys."""
        window.activateWindow()
        self.qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)

    def answers(self, question: str, answer: str) -> None:
        """Answer a question."""
        box = self.dialog(question)
        self.click(f"answer_{answer}", inside=box)
        self.sees(lambda: question not in _open_dialogs())

    def names_file(self, dialog: str, path: Path) -> None:
        """Type a path into a file dialog."""
        box = self.dialog(dialog)
        assert isinstance(box, QFileDialog)
        field = self.find("fileNameEdit", QLineEdit, box)
        # The list of completions would take the keys that follow.
        field.setCompleter(None)
        field.selectAll()
        self.qtbot.keyClicks(field, str(path))
        self.qtbot.keyClick(field, Qt.Key.Key_Return)
        self.sees(lambda: dialog not in _open_dialogs())

    def reads_error(self) -> tuple[str, str]:
        """Message and hint of the error dialog, which is then closed."""
        box = self.dialog("error_dialog")
        message = self.find("error_message", inside=box).text()
        hint = box.findChild(QWidget, "error_hint")
        words = hint.text() if hint is not None else ""
        self.qtbot.keyClick(box, Qt.Key.Key_Escape)
        self.sees(lambda: "error_dialog" not in _open_dialogs())
        return message, words

    def opens_sample(self, index: int = 0) -> None:
        """Press a sample on the welcome page, and wait for its first frame and its place on disk."""
        self.click(f"welcome_sample_{index}")
        self.sees_stack()

    def sees_stack(self) -> None:
        """Wait until a stack is open, shown, and linked on disk."""
        self.sees(lambda: self.session.stack is not None and self.window.workspace.browser.pane.image is not None)
        self.sees(lambda: self.session.document.link is not None)

    def sees_step(self, at_least: int) -> None:
        """Wait until a run has come so far."""
        self.sees(lambda: self.window.workspace.run_panel.state.step >= at_least)

    def sees_end(self) -> None:
        """Wait until no run goes on and its result is shown."""
        self.sees(lambda: not self.session.busy and not self.window.workbench.busy)


@pytest.fixture
def dialogs(qapp: QApplication) -> Iterator[Dialogs]:
    """Every dialog that comes up must have been expected."""
    watcher = Dialogs()
    yield watcher
    qapp.removeEventFilter(watcher)
    assert not watcher.unexpected, f"dialogs that nobody expected: {watcher.unexpected}"


@pytest.fixture
def open_window(qtbot, qapp: QApplication, dialogs: Dialogs) -> Iterator[Callable[..., User]]:
    """Opens windows; at the end each must close without leaving a thread, a window or a dialog."""
    users: list[User] = []

    def open_one(path: Path | None = None, show: bool = True) -> User:
        apply_scheme(qapp, "light")
        window = MainWindow(Settings())
        window.resize(1280, 800)
        user = User(qtbot, dialogs, window)
        users.append(user)
        window.show()
        qtbot.waitExposed(window)
        window.start(path)
        return user

    yield open_one
    for user in users:
        end(user.window)
    users.clear()
    gc.collect()
    # What is left, the libraries above all, need not be gone through again after each window.
    gc.freeze()
    assert not _open_dialogs()


@pytest.fixture
def take(qapp: QApplication) -> Callable[[QWidget, str], None]:
    """Writes a picture of a widget where FLUOGAN_PICTURES says; without it the test is skipped."""
    stated = os.environ.get("FLUOGAN_PICTURES")
    if not stated:
        pytest.skip("FLUOGAN_PICTURES does not name a folder for the pictures")
    folder = Path(stated)
    folder.mkdir(parents=True, exist_ok=True)

    def take_one(widget: QWidget, name: str) -> None:
        for _ in range(3):
            qapp.processEvents()
        assert widget.grab().save(str(folder / f"{name}.png")), f"{name} could not be written"

    return take_one


def end(window: MainWindow) -> None:
    """End a window as the program does, in whatever state the test left it."""
    threads = window.findChildren(QThread)
    if window.session.busy:
        window.runs.cancel()
    assert window.shut_down(seconds=30), "a thread did not end"
    QApplication.processEvents()
    assert not [thread for thread in threads if _runs(thread)], "a thread was left running"
    window._closing = True
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def _runs(thread: QThread) -> bool:
    try:
        return thread.isRunning()
    except RuntimeError:  # deleted already
        return False


def _error_words() -> str:
    widgets = QApplication.topLevelWidgets()
    return " ".join(box.report for box in widgets if isinstance(box, ErrorDialog) and box.isVisible())


def _open_dialogs() -> list[str]:
    widgets = QApplication.topLevelWidgets()
    return [widget.objectName() for widget in widgets if isinstance(widget, QDialog) and widget.isVisible()]
