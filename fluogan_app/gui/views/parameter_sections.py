"""What the form's fields are sorted by: headings of groups, and the fold of those that seldom need a change."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.controls import QuietText
from fluogan_app.gui.views.parameter_row import LABEL_WIDTH


class GroupHeading(QWidget):
    """The title of a group of fields, what it is about, and a button that resets all of them."""

    help_wanted = Signal(str)
    reset_clicked = Signal()

    def __init__(self, title: str, words: str) -> None:
        super().__init__()
        self._words = words
        self.label = heading_label(title)
        self.label.setToolTip(words)
        self.reset_button = IconButton(
            "reset", f"reset_group_{title.lower()}", f"Reset {title}", f"Back to the recommended values of {title}"
        )
        self.reset_button.setFixedSize(18, 18)
        self.reset_button.setIconSize(QSize(12, 12))
        self.reset_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset_button.clicked.connect(self.reset_clicked)
        # The room is kept, so that nothing moves when the button comes and goes.
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        self.reset_button.hide()
        self.reset_button.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.label)
        row.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)

    def show_reset(self, possible: bool) -> None:
        """Show the button where it would do something."""
        self.reset_button.setVisible(possible)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer asks what the group is about."""
        super().enterEvent(event)
        self._tell()

    def eventFilter(self, _watched, event: QEvent) -> bool:
        """So does the cursor on its button."""
        if event.type() == QEvent.Type.FocusIn:
            self._tell()
        return False

    def _tell(self) -> None:
        if self._words:
            self.help_wanted.emit(self._words)


class Fold(QToolButton):
    """A button that shows and hides what is below it: `body`, filled through `column`."""

    def __init__(self, name: str, count: int) -> None:
        super().__init__()
        self.body = QWidget()
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self.body.setVisible(False)
        self.setText(f"Advanced ({count})")
        self.setObjectName(f"fold_{name}")
        self.setAccessibleName("Show advanced parameters")
        self.setToolTip("Parameters that seldom need a change")
        self.setCheckable(True)
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setArrowType(Qt.ArrowType.RightArrow)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self._follow)

    def _follow(self, unfolded: bool) -> None:
        self.body.setVisible(unfolded)
        self.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)


class DerivedValues(QWidget):
    """What follows from the values, line by line: label and text with its unit."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("derived_values")
        self._lines: tuple[tuple[str, str], ...] = ()
        self.hide()

    def show_lines(self, lines: tuple[tuple[str, str], ...]) -> None:
        """Show other lines; none hides it all."""
        if lines == self._lines:
            return
        self._lines = lines
        old = self.layout()
        if old is not None:
            QWidget().setLayout(old)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 4)
        grid.setVerticalSpacing(2)
        grid.addWidget(heading_label("What follows from this"), 0, 0, 1, 2)
        for index, (label, text) in enumerate(lines, start=1):
            for column, words in enumerate((label, text)):
                part = QuietText(words)
                part.setAlignment(Qt.AlignmentFlag.AlignTop)
                grid.addWidget(part, index, column)
            part.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        self.setVisible(bool(lines))


def heading_label(text: str) -> QLabel:
    """A small bold title over fields."""
    label = QLabel(text)
    label.setFont(small_font(label, 1.0, bold=True))
    label.setContentsMargins(0, 5, 0, 1)
    return label
