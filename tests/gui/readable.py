"""What a screen reader, and a small screen, need of a window: rules that look at real widgets and complain."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenuBar,
    QScrollBar,
    QSizePolicy,
    QSplitter,
    QSplitterHandle,
    QTabBar,
    QTabWidget,
    QWidget,
)

#: Parts that a control is made of, or that take the keys for the views inside them.
_PARTS = (QScrollBar, QSplitter, QSplitterHandle, QHeaderView, QMenuBar, QTabBar, QTabWidget)


def nameless(window: QWidget) -> list[str]:
    """Controls without a name for those who hear the window."""
    return [_which(widget) for widget in _controls(window) if not _name_of(widget)]


def cut_off(window: QWidget) -> list[str]:
    """Words and buttons in sight that have less room than they need, or none inside the window."""
    return [_which(widget) for widget in window.findChildren(QWidget) if widget.isVisible() and _is_cut(widget, window)]


def too_large(window: QWidget, screen: QSize) -> list[str]:
    """The window itself, where it cannot be made as small as a screen."""
    least = window.minimumSizeHint().expandedTo(window.minimumSize())
    fits = least.width() <= screen.width() and least.height() <= screen.height()
    return [] if fits else [f"{_which(window)} needs {least.width()} × {least.height()}"]


def _controls(window: QWidget) -> Iterator[QWidget]:
    """What takes keys or clicks. What was put away for now may get its words when it is brought out."""
    for widget in window.findChildren(QWidget):
        if widget.isHidden() or _is_inner(widget) or isinstance(widget, (*_PARTS, QLabel)):
            continue
        if isinstance(widget, QAbstractButton) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
            yield widget


def _is_inner(widget: QWidget) -> bool:
    """Whether it is a part of a control, which speaks for it."""
    parent = widget.parentWidget()
    if isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget:
        return True
    while parent is not None:
        if isinstance(parent, (QAbstractSpinBox, QComboBox)):
            return True
        parent = parent.parentWidget()
    return widget.objectName().startswith("qt_")


def _name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else widget.accessibleName()


def _is_cut(widget: QWidget, window: QWidget) -> bool:
    if isinstance(widget, QLabel):
        stiff = widget.sizePolicy().horizontalPolicy() != QSizePolicy.Policy.Ignored
        short = bool(widget.text()) and stiff and not widget.wordWrap() and widget.width() < widget.sizeHint().width()
        return short or (bool(widget.text()) and widget.wordWrap() and widget.height() < _height_needed(widget))
    if isinstance(widget, QAbstractButton) and widget.text():
        return widget.width() < widget.minimumSizeHint().width()
    if isinstance(widget, QAbstractSpinBox):
        return widget.width() < widget.minimumSizeHint().width()
    if isinstance(widget, QLineEdit) and not _is_inner(widget):
        return widget.width() < 24
    return False


def _height_needed(label: QLabel) -> int:
    return label.heightForWidth(label.width()) - 2


def _which(widget: QWidget) -> str:
    trail, parent = [], widget
    while parent is not None and len(trail) < 3:
        trail.append(parent.objectName() or type(parent).__name__)
        parent = parent.parentWidget()
    text = getattr(widget, "text", lambda: "")()
    return " in ".join(trail) + (f" “{str(text)[:40]}”" if text else "")
