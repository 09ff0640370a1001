"""Two images in one viewer: swiped, flickered or overlaid, each with its own contrast and its own colour bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QMenu, QSlider, QToolButton, QWidget, QWidgetAction

from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.colour_bar import ColourBar
from fluogan_app.gui.views.comparison import PACES, PAIRS, Compared, Comparison, SecondImage
from fluogan_app.gui.views.controls import CalmComboBox, ElidedLabel, row_of
from fluogan_app.gui.views.display import colour_table, tint_table
from fluogan_app.gui.views.display_menu import DisplayMenu
from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.readings import position_text, value_text
from fluogan_app.gui.views.swipe_handle import SwipeHandle


class ComparePane(QWidget):
    """Setters never emit; the user's hands do. Which viewers there are to choose from is set by their titles."""

    comparison_changed = Signal(object)  # Comparison
    display_changed = Signal(str, object)  # name, DisplaySettings
    left = Signal()
    pointer_moved = Signal(str, float, float, float)  # name, x_nm, y_nm, value
    pointer_left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_pane")
        self._comparison = Comparison("swipe", "", "")
        self._pair: tuple[Compared, Compared] | None = None
        self.canvas, self._second = ImageCanvas(), SecondImage()
        self.canvas.setObjectName("compare_canvas")
        self.canvas.set_placeholder("Choose two viewers that show an image")
        self.canvas.add_layer(self._second)
        self.handle = SwipeHandle(self.canvas)
        self.bars, self.menus = (ColourBar(), ColourBar()), (DisplayMenu(), DisplayMenu())
        self.choices = (_choice("compare_first", "First image"), _choice("compare_second", "Second image"))
        self.contrast_buttons = tuple(
            _contrast_button(menu, which) for menu, which in zip(self.menus, ("first", "second"), strict=True)
        )
        self.close_button = IconButton("clear", "compare_close", "Back to side by side")
        self.flick_button = IconButton("flick", "compare_flick", "Show the other image")
        self.pace, self.colours = _choice("compare_pace", "Changes"), _choice("compare_colours", "Pair of colours")
        self.strengths = (_strength("first"), _strength("second"))
        self.title, self.read_out = ElidedLabel(), ElidedLabel(quiet=True)
        for bar in self.bars:
            policy = bar.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            bar.setSizePolicy(policy)
        self._timer = QTimer(self)
        self._lay_out()
        self._connect()

    # What is shown

    @property
    def comparison(self) -> Comparison:
        """Which two are compared, and how."""
        return self._comparison

    def set_comparison(self, comparison: Comparison) -> None:
        """Compare two viewers."""
        if comparison.mode != self._comparison.mode:
            self._second.in_front = False
        self._comparison = comparison
        self.handle.set_place(comparison.divider)
        self._show_controls()
        self._show_images()

    def set_titles(self, titles: Mapping[str, str]) -> None:
        """The viewers that can be chosen, by name."""
        for choice in self.choices:
            blocked = QSignalBlocker(choice)
            choice.clear()
            for name, title in titles.items():
                choice.addItem(title, name)
            del blocked
        self._show_controls()

    def set_pair(self, pair: tuple[Compared, Compared] | None, shift_nm: tuple[float, float] = (0.0, 0.0)) -> None:
        """Show these two; None where one of them has no image. shift_nm: of the second, against the first."""
        self._pair, self._second.shift_nm = pair, shift_nm
        self._show_images()

    @property
    def pair(self) -> tuple[Compared, Compared] | None:
        """The two images."""
        return self._pair

    @property
    def second_in_front(self) -> bool:
        """Whether a flicker shows the second image now."""
        return self._second.in_front

    def flick(self) -> None:
        """Show the other image, as the user does."""
        if self._comparison.mode == "flicker":
            self._second.in_front = not self._second.in_front
            self._show_title()
            self.canvas.update()

    # Inside

    def _show_images(self) -> None:
        pair, comparison = self._pair, self._comparison
        self._second.mode, self._second.divider = comparison.mode, comparison.divider
        self.handle.setVisible(pair is not None and comparison.mode == "swipe")
        for part in self.contrast_buttons:
            part.setVisible(pair is not None)
        if pair is None:
            self.canvas.set_placed(None)
            self._second.image = None
            self._show_title()
            return
        placed = self._tinted(pair) if comparison.mode == "overlay" else [one.placed for one in pair]
        self._second.image = placed[1]
        self.canvas.set_placed(placed[0])
        self._show_bars(pair)
        self._show_title()

    def _tinted(self, pair: tuple[Compared, Compared]) -> list:
        colours = PAIRS[self._comparison.colours][1:]
        strengths = self._comparison.strengths
        return [one.tinted(rgb, strength) for one, rgb, strength in zip(pair, colours, strengths, strict=True)]

    def _show_bars(self, pair: tuple[Compared, Compared]) -> None:
        tints = PAIRS[self._comparison.colours][1:]
        for bar, menu, one, rgb in zip(self.bars, self.menus, pair, tints, strict=True):
            look = one.display
            overlaid = self._comparison.mode == "overlay"
            table = (
                tint_table(rgb, 1.0, look.gamma, look.scale)
                if overlaid
                else colour_table(look.colormap, look.gamma, look.scale)
            )
            bar.show_levels(one.levels, table, one.unit, look.scale)
            bar.setAccessibleName(f"Colours of {one.title}")
            menu.show_image(one.placed.array)
            menu.show_settings(look, one.levels, one.unit)

    def _show_title(self) -> None:
        """In words which image is where, and the colour bars of those that are seen."""
        flicker, front = self._comparison.mode == "flicker", int(self._second.in_front)
        for index, bar in enumerate(self.bars):
            bar.setVisible(self._pair is not None and (not flicker or index == front))
        self.title.setText(self._title_words())
        self.canvas.setAccessibleName(self.title.text() or "Compared images")

    def _title_words(self) -> str:
        if self._pair is None:
            return ""
        first, second = (one.title for one in self._pair)
        if self._comparison.mode == "flicker":
            return second if self._second.in_front else first
        if self._comparison.mode == "overlay":
            colours = PAIRS[self._comparison.colours][0].lower().split(" and ")
            return f"{colours[0].capitalize()}: {first}    {colours[1].capitalize()}: {second}"
        return f"Left: {first}    Right: {second}"

    def _show_controls(self) -> None:
        comparison = self._comparison
        entries = ((self.pace, comparison.per_second), (self.colours, comparison.colours))
        names = zip(self.choices, (comparison.first, comparison.second), strict=True)
        for choice, value in (*names, *entries):
            blocked = QSignalBlocker(choice)
            choice.setCurrentIndex(choice.findData(value))
            del blocked
        for slider, strength in zip(self.strengths, comparison.strengths, strict=True):
            blocked = QSignalBlocker(slider)
            slider.setValue(round(100 * strength))
            del blocked
        for part in (self.pace, self.flick_button):
            part.setVisible(comparison.mode == "flicker")
        for part in (self.colours, *self.strengths):
            part.setVisible(comparison.mode == "overlay")
        self._pace_flicker()

    def _pace_flicker(self) -> None:
        wanted = self._comparison.per_second if self._comparison.mode == "flicker" and self.isVisible() else 0.0
        if wanted:
            self._timer.start(round(1000 / wanted))
        else:
            self._timer.stop()

    def showEvent(self, event) -> None:
        """A flicker goes on by itself only where it can be seen."""
        super().showEvent(event)
        self._pace_flicker()

    def hideEvent(self, event) -> None:
        """And stops where it cannot."""
        super().hideEvent(event)
        self._pace_flicker()

    # The user's hands

    def _change(self, **changes) -> None:
        self.set_comparison(replace(self._comparison, **changes))
        self.comparison_changed.emit(self._comparison)

    def _point(self, x_nm: float, y_nm: float) -> None:
        if self._pair is None:
            return
        right, down = self._second.shift_nm
        first, second = self._pair
        values = (first.placed.value_at(x_nm, y_nm), second.placed.value_at(x_nm + right, y_nm + down))
        read = [(one, value) for one, value in zip(self._pair, values, strict=True) if value is not None]
        words = [f"{one.title} {value_text(value, one.unit)}" for one, value in read]
        place = position_text(x_nm, y_nm, first.placed.calibrated)
        self.read_out.setText(f"{place}: {', '.join(words)}" if words else "")
        self.pointer_moved.emit(first.name, x_nm, y_nm, float("nan") if values[0] is None else values[0])

    def _unpoint(self) -> None:
        self.read_out.setText("")
        self.pointer_left.emit()

    def _lay_out(self) -> None:
        for pace, value in PACES.items():
            self.pace.addItem(pace, value)
        for name, (words, *_) in PAIRS.items():
            self.colours.addItem(words, name)
        tools = (self.pace, self.flick_button, self.colours, *self.strengths, self.close_button)
        first, second = self.choices
        head = row_of((first, self.contrast_buttons[0], second, self.contrast_buttons[1], None, *tools), (4, 0, 4, 0))
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 2, 4, 2)
        grid.setSpacing(2)
        grid.addLayout(head, 0, 0, 1, 3)
        grid.addWidget(self.title, 1, 0, 1, 3)
        grid.addWidget(self.bars[0], 2, 0)
        grid.addWidget(self.canvas, 2, 1)
        grid.addWidget(self.bars[1], 2, 2)
        grid.addWidget(self.read_out, 3, 0, 1, 3)
        grid.setRowStretch(2, 1)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        for choice, which in zip(self.choices, ("first", "second"), strict=True):
            choice.activated.connect(lambda _, name=which, choice=choice: self._change(**{name: choice.currentData()}))
        for menu, index in zip(self.menus, (0, 1), strict=True):
            menu.changed.connect(lambda look, index=index: self._choose_display(index, look))
        self.pace.activated.connect(lambda _: self._change(per_second=self.pace.currentData()))
        self.colours.activated.connect(lambda _: self._change(colours=self.colours.currentData()))
        for slider in self.strengths:
            slider.valueChanged.connect(lambda _: self._change(strengths=self._chosen_strengths()))
        self.handle.moved.connect(lambda place: self._change(divider=place))
        self.flick_button.clicked.connect(self.flick)
        self.close_button.clicked.connect(self.left)
        self._timer.timeout.connect(self.flick)
        self.canvas.pointed.connect(self._point)
        self.canvas.pointer_left.connect(self._unpoint)

    def _chosen_strengths(self) -> tuple[float, float]:
        first, second = (slider.value() / 100 for slider in self.strengths)
        return first, second

    def _choose_display(self, index: int, look) -> None:
        if self._pair is not None:
            self.display_changed.emit(self._pair[index].name, look)


def _choice(name: str, words: str) -> QComboBox:
    choice = CalmComboBox()
    choice.setObjectName(name)
    choice.setAccessibleName(words)
    choice.setToolTip(words)
    return choice


def _contrast_button(menu: DisplayMenu, which: str) -> IconButton:
    button = IconButton("contrast", f"compare_{which}_display", f"Contrast and colours of the {which} image")
    popup, action = QMenu(button), QWidgetAction(button)
    action.setDefaultWidget(menu)
    popup.addAction(action)
    button.setMenu(popup)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def _strength(which: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setObjectName(f"compare_{which}_strength")
    slider.setAccessibleName(f"Strength of the {which} image, percent")
    slider.setToolTip(f"How strongly the {which} image is shown, in percent")
    slider.setRange(0, 100)
    slider.setMaximumWidth(70)
    return slider
