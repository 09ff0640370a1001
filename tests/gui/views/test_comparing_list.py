"""The table of what is compared: ticked, put in order by keys, dragging and heads, and copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.gui.views.comparing_list import ComparingList, ListColumn, ListRow

LEFT, ALT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
COLUMNS = (ListColumn("rsp", "RSP", "As the mean"), ListColumn("seconds", "Time (s)"))
ROWS = (
    ListRow("mean", "Mean"),
    ListRow("run:1", "Wiener", "", {"rsp": "0.97", "seconds": "0.4"}, {"rsp": 0.97, "seconds": 0.4},
            frozenset({"rsp"})),
    ListRow("run:2", "SOFI", "Dim.", {"rsp": "0.61", "seconds": "1.1"}, {"rsp": 0.61, "seconds": 1.1}),
)  # fmt: skip


@pytest.fixture
def table(shown) -> ComparingList:
    view = shown(ComparingList(), 600, 160)
    view.set_rows(COLUMNS, ROWS, ("mean", "run:1"))
    return view


def place(table: ComparingList, row: int, x: int = 120) -> QPoint:
    return QPoint(x, table.visualItemRect(table.topLevelItem(row)).center().y())


def test_setters_tell_nothing_and_ticks_tell_what_is_chosen(table, listen) -> None:
    ear = listen(table)
    table.set_rows(COLUMNS, ROWS, ("run:2",))
    table.set_rows((), ROWS, ("run:2", "mean"))
    table.set_rows(COLUMNS, ROWS, ("mean", "run:1"))
    assert ear.heard == []
    table.setFocus()
    table.setCurrentItem(table.topLevelItem(2))
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert ear.values("chosen_changed") == [(("mean", "run:1", "run:2"),)]
    QTest.mouseClick(table.viewport(), LEFT, pos=place(table, 0, 12))
    assert table.chosen == ("run:1", "run:2")


def test_a_line_is_moved_by_keys_and_by_dragging(table, listen) -> None:
    ear = listen(table)
    table.setCurrentItem(table.topLevelItem(2))
    QTest.keyClick(table, Qt.Key.Key_Up, ALT)
    assert table.order == ("mean", "run:2", "run:1")
    QTest.mousePress(table.viewport(), LEFT, pos=place(table, 0))
    QTest.mouseMove(table.viewport(), place(table, 2))
    QTest.mouseRelease(table.viewport(), LEFT, pos=place(table, 2))
    assert table.order == ("run:2", "run:1", "mean") and table.chosen == ("run:1", "mean")
    assert [values for (values,) in ear.values("order_changed")] == [("mean", "run:2", "run:1"), table.order]
    QTest.keyClick(table, Qt.Key.Key_Down, ALT)
    assert table.order == ("run:2", "run:1", "mean"), "the last one stays the last"


def test_a_head_sorts_and_what_is_not_known_stands_last(table) -> None:
    header = table.header()

    def press(column: int) -> None:
        at = QPoint(header.sectionViewportPosition(column) + 8, header.height() // 2)
        QTest.mouseClick(header.viewport(), LEFT, pos=at)

    press(1)
    assert table.order == ("run:2", "run:1", "mean")
    press(1)
    assert table.order == ("run:1", "run:2", "mean")
    press(0)
    assert table.order == ("mean", "run:2", "run:1") and table.chosen == ("mean", "run:1")


def test_the_best_is_marked_quietly_and_said(table) -> None:
    best, other = table.topLevelItem(1), table.topLevelItem(2)
    assert best.font(1).bold() and not other.font(1).bold() and not best.font(2).bold()
    assert "best" in best.data(1, Qt.ItemDataRole.AccessibleTextRole) and "best" not in other.toolTip(1)
    assert other.toolTip(0) == "Dim." and "As the mean" in table.headerItem().toolTip(1)


def test_what_is_ticked_is_copied_with_heads_and_units(table) -> None:
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_C, CTRL)
    assert QApplication.clipboard().text() == "Method\tRSP\tTime (s)\nMean\t\t\nWiener\t0.97\t0.4"
