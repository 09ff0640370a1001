"""The form of all parameters, made from their declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QScrollArea, QStyle
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.params import Params, ParamSpec, specs
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import PaletteWatcher, small_font
from fluogan_app.gui.views.controls import WordButton, row_of
from fluogan_app.gui.views.help_area import HelpArea
from fluogan_app.gui.views.parameter_help import group_text, help_text
from fluogan_app.gui.views.parameter_row import LABEL_WIDTH, ParameterRow
from fluogan_app.gui.views.parameter_sections import DerivedValues, Fold, GroupHeading
from fluogan_app.gui.views.tab_order import order_tabs

_WORD_WIDTH = 24
_RESET_TIP = "Back to the recommended value everywhere; what the file states stays"
_ESTIMATE_TIP = "What the frames tell of camera and PSF, with the evidence"
_HELP_TIP = "Show the help on the field with the cursor, or not (F1 in it)"

Sections = Sequence[tuple[str, type[Params]]]


class ParameterForm(QWidget):
    """Fields for one or more parameter sets, each under its title. Setters never emit; the user's hands do.

    `edited(params_type, name, value)` carries valid values only; what is wrong with the others is in `problems`.
    """

    edited = Signal(object, str, object)
    problems_changed = Signal(object)  # {name: sentence}
    was_reset = Signal(object, object)  # params_type, tuple of names; follows the `edited` of each
    several_began = Signal(str)  # the `edited` and `was_reset` that follow are one thing that the user did, in words
    several_ended = Signal()
    sections_changed = Signal()  # the fields were made anew

    def __init__(self, sections: Sections = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("parameter_form")
        self._rows: dict[tuple[type[Params], str], ParameterRow] = {}
        self._folds: dict[str, Fold] = {}
        self._headings: dict[tuple[type[Params], str, bool], GroupHeading] = {}
        self._footers: dict[tuple[type[Params], str, bool], QWidget] = {}
        self._places: dict[tuple[type[Params], str, bool], QVBoxLayout] = {}
        #: Above the fields: room for what speaks of all of them, in one row and below it.
        self.head_row, self.head = row_of((), (4, 0, 4, 0)), QVBoxLayout()
        self.help = HelpArea("Move to a field to read what it does.")
        self.derived = DerivedValues()
        self.reset_all_button = WordButton("Reset all", "reset", "reset_all", _RESET_TIP)
        self.estimate_button = WordButton("Estimate…", "estimate", "estimate_values", _ESTIMATE_TIP)
        self.help_button = IconButton("help", "form_help", "Help on the field", _HELP_TIP)
        self._scroll, self._line = _scrolling("Parameters"), QFrame()
        self._parts: dict[tuple[str, type[Params]], QWidget] = {}
        self._column = _bare(QVBoxLayout(page := QWidget()), (8, 2, 6, 6))
        self._scroll.setWidget(page)
        self._lay_out()
        PaletteWatcher(self).changed.connect(self._recolour)
        self.set_sections(sections)

    # Setters

    def set_sections(self, sections: Sections) -> None:
        """Show other parameter sets, with their defaults; those that stay keep their fields and what is in them."""
        wanted = tuple(sections)
        for key in self._parts.keys() - set(wanted):
            self._drop(key)
        while self._column.count():
            self._column.takeAt(0)
        for title, params_type in wanted:
            if (title, params_type) not in self._parts:
                self._parts[title, params_type] = self._section(title, params_type)
            self._column.addWidget(self._parts[title, params_type])
            if params_type is Acquisition:
                self._column.addWidget(self.estimate_button, 0, Qt.AlignmentFlag.AlignRight)
        self._column.addWidget(self.reset_all_button, 0, Qt.AlignmentFlag.AlignRight)
        self._column.addWidget(self.derived)
        self._column.addStretch(1)
        # In the order in which they stand, whatever was made first.
        self._rows = {key: row for _, kept in wanted for key, row in self._rows.items() if key[0] is kept}
        self.sections_changed.emit()
        order_tabs(self.help_button, [self._parts[key] for key in wanted], self.reset_all_button)
        self._keep_width()

    def set_values(
        self,
        params_type: type[Params],
        values: Mapping[str, Any] | Params,
        origins: Mapping[str, Origin] | None = None,
    ) -> None:
        """Show checked values, and where they come from. Names without a field are passed over."""
        given = values.model_dump() if isinstance(values, Params) else values
        for name, value in given.items():
            row = self._rows.get((params_type, name))
            if row is not None:
                row.show_value(value)
                row.show_origin(origins.get(name) if origins is not None else None)

    def set_defaults(self, params_type: type[Params], values: Mapping[str, Any]) -> None:
        """What reset goes back to, where it is not the declared default: what the file states, for example."""
        for name, value in values.items():
            row = self._rows.get((params_type, name))
            if row is not None:
                row.set_default(value)

    def set_problem(self, name: str, sentence: str | None, params_type: type[Params] | None = None) -> None:
        """Mark a field with a reason, or take the mark away."""
        for row in self._matching(name, params_type):
            row.show_problem(sentence)
            if sentence and row.spec.advanced:
                self._folds[row.params_type.__name__].setChecked(True)

    def drop_text(self, name: str) -> None:
        """Give up what was typed into a field and is no value: another value is about to be shown there."""
        for row in self._matching(name, None):
            row.drop_text()

    def set_derived(self, lines: Iterable[tuple[str, str]]) -> None:
        """Show values that follow from the others, below the fields."""
        self.derived.show_lines(tuple(lines))

    def set_footers(self, params_type: type[Params], group: str, below: QWidget, folded: QWidget) -> None:
        """Put views below the fields of a group, and below those that are folded away; they stay with other sets."""
        for advanced, footer in ((False, below), (True, folded)):
            self._footers[params_type, group, advanced] = footer
            place = self._places.get((params_type, group, advanced))
            if place is not None:
                place.addWidget(footer)
        self.sections_changed.emit()
        self._keep_width()

    def show_help(self, shown: bool) -> None:
        """Show the help below the fields or not."""
        for part in (self.help, self._line):
            part.setVisible(shown)

    def set_editable(self, editable: bool) -> None:
        """Let the fields be changed."""
        for row in self._rows.values():
            row.editor.setEnabled(editable)
            row.reset_button.setEnabled(editable)
        self.reset_all_button.setEnabled(editable)

    # What is in the form

    @property
    def problems(self) -> dict[str, str]:
        """Field name to what is wrong with it."""
        return {name: row.problem for (_, name), row in self._rows.items() if row.problem}

    @property
    def rows(self) -> Mapping[tuple[type[Params], str], ParameterRow]:
        """All fields by parameter set and name."""
        return self._rows

    def row(self, name: str, params_type: type[Params] | None = None) -> ParameterRow:
        """The widgets of one parameter. Raises KeyError."""
        matching = self._matching(name, params_type)
        if not matching:
            raise KeyError(name)
        return matching[0]

    def focus(self, name: str) -> None:
        """Bring a field into sight and put the cursor into it."""
        row = self.row(name)
        if row.spec.advanced:
            self._folds[row.params_type.__name__].setChecked(True)
            # What was folded away until now has its place only when the layouts have been heard.
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        self._scroll.ensureWidgetVisible(row.editor)
        row.editor.setFocus()

    def reveal(self, params_type: type[Params]) -> None:
        """Scroll to the beginning of a parameter set."""
        part = next((part for (_, known), part in self._parts.items() if known is params_type), None)
        if part is not None:
            # Fields that were made just now have their places only when the layouts have been heard.
            QTimer.singleShot(0, part, lambda: self._scroll.verticalScrollBar().setValue(part.y()))

    # Making the form

    def _section(self, title: str, params_type: type[Params]) -> QWidget:
        part = QWidget()
        column = _bare(QVBoxLayout(part))
        plain = [spec for spec in specs(params_type) if not spec.advanced]
        advanced = [spec for spec in specs(params_type) if spec.advanced]
        groups = list(dict.fromkeys(spec.group for spec in plain))
        for group in groups:
            heading = title if len(groups) == 1 else group or title
            self._add_group(column, heading, params_type, [spec for spec in plain if spec.group == group])
            self._add_footer(column, params_type, group, False)
        if advanced:
            self._add_fold(column, params_type, advanced)
        return part

    def _drop(self, key: tuple[str, type[Params]]) -> None:
        """Take a set with its fields away. Views that were put below a group of it stay with whoever made them."""
        part, params_type = self._parts.pop(key), key[1]
        for (kind, *_), footer in self._footers.items():
            if kind is params_type:
                footer.setParent(None)
        for known in (self._rows, self._headings, self._places):
            for name in [name for name in known if name[0] is params_type]:
                known.pop(name).deleteLater()
        self._folds.pop(params_type.__name__, None)
        part.hide()
        part.deleteLater()

    def _add_group(
        self, column: QVBoxLayout, title: str, params_type: type[Params], declared: Sequence[ParamSpec]
    ) -> None:
        """A heading with its help, and its fields. Its reset reaches those of the group that are folded too."""
        group = declared[0].group
        heading = GroupHeading(title, group_text(params_type, group))
        heading.help_wanted.connect(self.help.setText)
        heading.reset_clicked.connect(lambda: self._reset(f"Reset {title}", self._keys(params_type, group)))
        self._headings[params_type, group, declared[0].advanced] = heading
        column.addWidget(heading)
        column.addLayout(self._grid(params_type, declared))

    def _keep_width(self) -> None:
        """Nothing of the fields may lie beyond the edge: the form scrolls down, not sideways."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self._scroll.setMinimumWidth(self._scroll.widget().minimumSizeHint().width() + bar + 2)

    def _add_footer(self, column: QVBoxLayout, params_type: type[Params], group: str, advanced: bool) -> None:
        place = self._places[params_type, group, advanced] = QVBoxLayout()
        column.addLayout(place)
        footer = self._footers.get((params_type, group, advanced))
        if footer is not None:
            place.addWidget(footer)

    def _add_fold(self, column: QVBoxLayout, params_type: type[Params], declared: Sequence[ParamSpec]) -> None:
        fold = Fold(params_type.__name__, len(declared))
        groups = list(dict.fromkeys(spec.group for spec in declared))
        for group in groups:
            grouped = [spec for spec in declared if spec.group == group]
            if len(groups) > 1:
                self._add_group(fold.column, group, params_type, grouped)
            else:
                fold.column.addLayout(self._grid(params_type, grouped))
            self._add_footer(fold.column, params_type, group, True)
        self._folds[params_type.__name__] = fold
        column.addWidget(fold)
        column.addWidget(fold.body)

    def _grid(self, params_type: type[Params], declared: Sequence[ParamSpec]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(5)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(2, _word_width(self))
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        for index, spec in enumerate(declared):
            row = ParameterRow(params_type, spec, self)
            row.put(grid, 2 * index)
            row.edited.connect(lambda value, key=(params_type, spec.name): self.edited.emit(*key, value))
            row.problem_changed.connect(lambda: self.problems_changed.emit(self.problems))
            row.reset_clicked.connect(lambda key=(params_type, spec.name): self.was_reset.emit(key[0], (key[1],)))
            row.help_wanted.connect(self.help.setText)
            row.help_toggled.connect(self.toggle_help)
            row.reset_state_changed.connect(self._show_resets)
            self._rows[params_type, spec.name] = row
        return grid

    def _lay_out(self) -> None:
        self.help.entered.connect(self._help_with_focus)
        column = _bare(QVBoxLayout(self))
        self._line.setFrameShape(QFrame.Shape.HLine)
        self._line.setFrameShadow(QFrame.Shadow.Sunken)
        self.head.addLayout(self.head_row)
        column.addLayout(self.head)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._line)
        column.addWidget(self.help)
        self.reset_all_button.clicked.connect(lambda: self._reset("Reset all", self._rows))
        self.head_row.addWidget(self.help_button)
        self.help_button.clicked.connect(self.toggle_help)

    def _keys(self, params_type: type[Params], group: str) -> list[tuple[type[Params], str]]:
        return [key for key, row in self._rows.items() if key[0] is params_type and row.spec.group == group]

    def _show_resets(self) -> None:
        """A group can be reset where one of its fields can."""
        for (params_type, group, _), heading in self._headings.items():
            rows = [self._rows[key] for key in self._keys(params_type, group)]
            heading.show_reset(any(row.changed_from_default for row in rows))

    # The user's hands

    def toggle_help(self) -> None:
        """Show the help below the fields, or leave its room to them."""
        self.show_help(self.help.isHidden())

    def _reset(self, title: str, keys: Iterable[tuple[type[Params], str]]) -> None:
        changed: dict[type[Params], list[str]] = {}
        self.several_began.emit(title)
        for params_type, name in keys:
            row = self._rows[params_type, name]
            if row.reset():
                changed.setdefault(params_type, []).append(name)
                self.edited.emit(params_type, name, row.default)
        self.problems_changed.emit(self.problems)
        for params_type, names in changed.items():
            self.was_reset.emit(params_type, tuple(names))
        self.several_ended.emit()

    def _help_with_focus(self) -> None:
        """Who goes to the help to read on wants that of the field with the cursor."""
        for row in self._rows.values():
            if row.editor.hasFocus():
                self.help.setText(help_text(row.spec))

    # Inside

    def _matching(self, name: str, params_type: type[Params] | None) -> list[ParameterRow]:
        named = [(kind, row) for (kind, known), row in self._rows.items() if known == name]
        return [row for kind, row in named if params_type is None or kind is params_type]

    def _recolour(self) -> None:
        for row in self._rows.values():
            row.refresh_colours()


def _scrolling(words: str) -> QScrollArea:
    area = QScrollArea()
    area.setAccessibleName(words)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def _bare(column: QVBoxLayout, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    column.setContentsMargins(*margins)
    column.setSpacing(2)
    return column


def _word_width(form: QWidget) -> int:
    """Room for the word that stands most often beside a field, so that all fields end in one line."""
    metrics = QFontMetrics(small_font(form))
    return max(_WORD_WIDTH, metrics.horizontalAdvance(Origin.ASSUMED.value))
