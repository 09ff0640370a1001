"""In which order the tabulator reaches fields that were not made in the order in which they stand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def order_tabs(first: QWidget, parts: Sequence[QWidget], last: QWidget) -> None:
    """From one widget through the fields of the parts, one part after the other, to the last widget."""
    fields = [field for part in parts for field in part.findChildren(QWidget) if _takes_tab(field, first.window())]
    chain = [first, *fields, last]
    for before, after in zip(chain, chain[1:], strict=False):
        QWidget.setTabOrder(before, after)


def _takes_tab(field: QWidget, window: QWidget) -> bool:
    """Whether the tabulator stops there: lists that fold out of a field are windows of their own."""
    takes = bool(field.focusPolicy() & Qt.FocusPolicy.TabFocus) and field.focusProxy() is None
    return takes and field.window() is window
