"""One parameter in the form: label, field with unit, where the value comes from, reset, and what is wrong with it."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.params import Params, ParamSpec, problem_with
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import ORIGIN_WORDS, origin_colour, problem_colour, quiet_colour, set_colour, small_font
from fluogan_app.gui.views.controls import WrappedLabel, row_of
from fluogan_app.gui.views.parameter_editors import EDITORS, TextEditor, Unreadable
from fluogan_app.gui.views.parameter_help import help_text, tip_text, value_text
from fluogan_app.gui.wording import for_the_eye

LABEL_WIDTH = 118
#: Side of the small buttons beside a field: no higher than the field, so that rows stay where they are.
BUTTON_SIDE = 20
_HELP_KEY = QKeyCombination(Qt.Key.Key_F1)

class ParameterRow(QObject):
    """The widgets of one parameter. `edited` carries a valid value that the user gave; `problem_changed` the rest."""

    edited = Signal(object)
    problem_changed = Signal()
    reset_clicked = Signal()
    help_wanted = Signal(str)
    help_toggled = Signal()
    reset_state_changed = Signal()  # there is something to reset now, or nothing any more

    def __init__(self, params_type: type[Params], spec: ParamSpec, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.params_type, self.spec = params_type, spec
        self.default = spec.default
        self._own_problem: str | None = None
        self._given_problem: str | None = None
        self._origin: Origin | None = None
        self._mark = self._idle = ""
        self._said: tuple[str, ...] = ()
        self._was_changed = False
        self._former: Any = spec.default
        self._told = self._going_back = False
        self.label, self.chip, self.problem_label = WrappedLabel(spec.label), QLabel(), WrappedLabel()
        self.editor = EDITORS[spec.kind](params_type, spec)
        self.reset_button = IconButton("reset", f"reset_{spec.name}", f"Reset {spec.label}")
        self._labelled = row_of((self.label,), (0, 0, 0, 0))
        self._labelled.setSpacing(2)
        self._dress()
        self.editor.user_edited.connect(self._user_edited)
        if isinstance(self.editor, TextEditor):
            self.editor.editingFinished.connect(self._settle)
        self.reset_button.clicked.connect(self._reset)
        self.show_value(self.default)

    # Setters

    def show_value(self, value: Any) -> None:
        """Show a checked value, unless the user is typing one that is not valid yet."""
        if self._going_back:
            return
        if self._own_problem is None or not self.editor.hasFocus():
            self._own_problem = None
            self.editor.show_value(value)
            if not self._told:
                self._former = value
        self._refresh()

    def show_origin(self, origin: Origin | None) -> None:
        """Show where the value comes from, as a coloured word."""
        if origin is not self._origin:
            self._origin = origin
            self._refresh()

    def show_problem(self, sentence: str | None) -> None:
        """Mark the field with a reason that lies outside it; None takes the mark away."""
        self._given_problem = sentence
        self._refresh()

    def set_mark(self, words: str) -> None:
        """Mark the field with a dot and say why: what it was in another run, for example; "" takes the dot away."""
        if words != self._mark:
            self._mark = words
            self._refresh()

    def set_idle(self, sentence: str) -> None:
        """Let the label stand back and say why the value changes nothing as the others stand; "" brings it back."""
        if sentence != self._idle:
            self._idle = sentence
            self._refresh()

    @property
    def idle(self) -> str:
        """Why the value changes nothing."""
        return self._idle

    @property
    def mark(self) -> str:
        """What the dot says."""
        return self._mark

    def add_tool(self, tool: QWidget) -> None:
        """Put a small button between label and field."""
        self.label.setFixedWidth(LABEL_WIDTH - BUTTON_SIDE - 2)
        self._labelled.addWidget(tool, 0, Qt.AlignmentFlag.AlignTop)

    def drop_text(self) -> None:
        """Give up a text that is no value, so that the next value is shown in its place."""
        if self._going_back:  # the value before counts again, and the text stays for the user to mend
            return
        self._own_problem = self._given_problem = None
        self._refresh()

    def set_default(self, value: Any) -> None:
        """What the reset button goes back to."""
        self.default = value
        self._refresh()

    @property
    def problem(self) -> str | None:
        """What is wrong with the field."""
        return self._own_problem or self._given_problem

    @property
    def value(self) -> Any:
        """The value in the field. Raises Unreadable."""
        return self.editor.value()

    @property
    def changed_from_default(self) -> bool:
        """Whether reset would do anything."""
        try:
            return self.value != self.default
        except Unreadable:
            return True

    def put(self, grid: QGridLayout, row: int) -> None:
        """Place the widgets into two rows of a grid."""
        grid.addLayout(self._labelled, row, 0)
        grid.addWidget(self.editor, row, 1)
        # What the file or an assumption gave cannot be reset: word and button seldom need room at the same time.
        grid.addLayout(row_of((self.chip, self.reset_button), (0, 0, 0, 0)), row, 2, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.problem_label, row + 1, 0, 1, 3)

    # The user's hands

    def reset(self) -> bool:
        """Go back to the default. Returns whether anything changed."""
        if not self.changed_from_default:
            return False
        self._own_problem = self._given_problem = None
        self.editor.show_value(self.default)
        self._refresh()
        return True

    def _reset(self) -> None:
        wrong = self.problem is not None
        if self.reset():
            if wrong:
                self.problem_changed.emit()
            self.edited.emit(self.default)
            self.reset_clicked.emit()

    def _user_edited(self) -> None:
        before, self._given_problem = self.problem, None
        try:
            value = self.value
            sentence = problem_with(self.params_type, self.spec.name, value)
            self._own_problem = for_the_eye(self.spec.name, sentence) if sentence else None
        except Unreadable as unreadable:
            value, self._own_problem = None, str(unreadable)
        self._refresh()
        if self._own_problem is not None and self._told:
            # On the way to this text a beginning of it was a value, as 1 of 1,000: nobody meant that one.
            self._told = False
            self._going_back = True
            self.edited.emit(self._former)
            self._going_back = False
        if self.problem != before:
            self.problem_changed.emit()
        if self._own_problem is None:
            # A field that was emptied is meant to be empty.
            self._former, self._told = (None, False) if value is None else (self._former, True)
            self.edited.emit(value)

    def _settle(self) -> None:
        """What the field holds now is what counts, should the text that is typed next be none."""
        try:
            value = self.value
        except Unreadable:
            return
        if problem_with(self.params_type, self.spec.name, value) is None:
            self._former, self._told = value, False

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Show the help of the field that the user has come to; F1 shows and hides it."""
        if event.type() == QEvent.Type.FocusIn and self._own_problem is None:
            self._settle()
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.Enter):
            self.help_wanted.emit(help_text(self.spec))
        if isinstance(event, QKeyEvent) and event.keyCombination() == _HELP_KEY:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # else the key would be the window's
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.help_wanted.emit(help_text(self.spec))
                self.help_toggled.emit()
                return True
        return False

    # Display

    def _dress(self) -> None:
        spec, words = self.spec, tip_text(self.spec)
        self.editor.setObjectName(f"param_{spec.name}")
        self.editor.setAccessibleName(f"{spec.label}, {spec.unit}" if spec.unit else spec.label)
        self.editor.setAccessibleDescription(spec.help)
        self.label.setBuddy(self.editor)
        self.label.setFixedWidth(LABEL_WIDTH)
        for part in (self.label, self.editor):
            part.setToolTip(words)
            part.setWhatsThis(words)
            part.installEventFilter(self)
        self.chip.setObjectName(f"origin_{spec.name}")
        self.chip.setFont(small_font(self.chip))
        self.problem_label.setObjectName(f"problem_{spec.name}")
        self.problem_label.setFont(small_font(self.problem_label))
        self.reset_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset_button.setFixedSize(BUTTON_SIDE, BUTTON_SIDE)
        self.reset_button.setIconSize(QSize(14, 14))

    def refresh_colours(self) -> None:
        """Follow a change between light and dark."""
        self._refresh()

    def _refresh(self) -> None:
        palette = QApplication.palette()
        self._show_mark(palette)
        changed = self.changed_from_default
        self.reset_button.setVisible(changed)
        if changed != self._was_changed:
            self._was_changed = changed
            self.reset_state_changed.emit()
        default = value_text(self.default) or self.spec.none_text or "empty"
        self.reset_button.setToolTip(f"Back to {default} {self.spec.unit if value_text(self.default) else ''}".strip())
        self.problem_label.setVisible(self.problem is not None)
        self.problem_label.setText(f"⚠ {self.problem}" if self.problem else "")
        set_colour(self.problem_label, problem_colour(palette))
        self._frame_field(problem_colour(palette).name() if self.problem else None)
        self.chip.setVisible(self._origin is not None)
        if self._origin is not None:
            self.chip.setText(self._origin.value)
            self.chip.setToolTip(ORIGIN_WORDS[self._origin])
            set_colour(self.chip, origin_colour(self._origin, palette))

    def _show_mark(self, palette: QPalette) -> None:
        colour, words = palette.color(QPalette.ColorRole.Link).name(), tip_text(self.spec)
        said = (self._mark, self._idle, colour)
        if said == self._said:
            return
        self._said = said
        dot = f'&nbsp;<span style="color:{colour}">●</span>' if self._mark else ""
        self.label.setText(f"{escape(self.spec.label)}{dot}" if dot else self.spec.label)
        more = [f"● {escape(self._mark)}"] * bool(self._mark) + [escape(self._idle)] * bool(self._idle)
        self.label.setToolTip("<br>".join([words, *more]))
        description = (self.spec.help, self._mark, self._idle)
        self.editor.setAccessibleDescription(" ".join(part for part in description if part))
        set_colour(self.label, quiet_colour(palette) if self._idle else palette.windowText().color())

    def _frame_field(self, colour: str | None) -> None:
        kind = type(self.editor).__bases__[0].__name__
        sheet = f"{kind} {{ border: 2px solid {colour}; border-radius: 3px; }}" if colour else ""
        if self.editor.styleSheet() != sheet:
            self.editor.setStyleSheet(sheet)
