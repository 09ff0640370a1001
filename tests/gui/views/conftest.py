"""Listening to what a view tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget

from fluogan_app.gui.style import apply_scheme


class Ear:
    """Notes every emission of every signal of an object, by name."""

    def __init__(self, speaker: QObject) -> None:
        self.heard: list[tuple] = []
        for name in self.signal_names(speaker):
            getattr(speaker, name).connect(lambda *values, name=name: self.heard.append((name, *values)))

    @staticmethod
    def signal_names(speaker: QObject) -> list[str]:
        """The signals that the class declares, and those of ours that it stands on."""
        own = [base for base in type(speaker).__mro__ if base.__module__.startswith("fluogan_app.")]
        return [name for base in own for name, value in vars(base).items() if type(value).__name__ == "Signal"]

    def values(self, name: str) -> list[tuple]:
        """What one signal carried."""
        return [entry[1:] for entry in self.heard if entry[0] == name]

    def clear(self) -> None:
        """Forget."""
        self.heard.clear()


@pytest.fixture
def listen(qapp: QApplication) -> Callable[[QObject], Ear]:
    """Listen to all signals of a view. The pointer, which another test may have left over it, is taken away first."""
    QCursor.setPos(QPoint(-1000, -1000))
    qapp.processEvents()
    return Ear


@pytest.fixture
def shown(qtbot, qapp: QApplication) -> Iterator[Callable[..., QWidget]]:
    """Puts a view on the screen in some size, and takes it away for good at the end."""
    apply_scheme(qapp, "light")
    views: list[QWidget] = []

    def show(view: QWidget, width: int = 600, height: int = 480) -> QWidget:
        views.append(view)
        view.resize(width, height)
        view.show()
        qtbot.waitExposed(view)
        QApplication.processEvents()
        return view

    yield show
    for view in views:
        view.close()
        view.deleteLater()
    # A view that only waits to be deleted would follow every change of colours in the tests to come.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
