"""The words above a diagram: its title, and each curve with its value, which can be switched by a click."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy

from fluogan_app.core.data.curve_parts import value_at
from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.gui.style import curve_colours, quiet_colour, small_font
from fluogan_app.gui.views.controls import number_text

NO_UNIT = "dimensionless"
_SHOWN, _HIDDEN = "&#9632;", "&#9633;"


class CurveLegend(QLabel):
    """Each curve is a link; `term_clicked` carries the name of its metric."""

    term_clicked = Signal(str)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        #: About how many lines the words take: asking Qt for their height costs more than drawing a curve.
        self.lines = 1
        self.setFont(small_font(self))
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.setToolTip("Click on a curve's name to hide or show it; the numbers are its newest values")
        self.linkActivated.connect(self.term_clicked)

    def set_title(self, title: str) -> None:
        """What the diagram is called, from the next writing on."""
        self._title = title

    def write(
        self, metrics: Sequence[Metric], curves: Curves, hidden: Collection[str] = (), step: int | None = None
    ) -> None:
        """Title and curves, each with its value at a step, or its newest; a unit that all share is with the title."""
        colours, unit = curve_colours(QApplication.palette()), leading_unit(metrics)
        where = f"step {number_text(step)}" if step is not None else ""
        about = ", ".join(part for part in (unit, where) if part)
        text = f"<b>{self._title}</b>" + (f" ({about})" if about else "")
        alone, widths = True, []
        for index, metric in enumerate(metrics):
            said = (metric.unit or NO_UNIT) == unit
            words = term_words(metric, value_at(curves, metric.name, step), said)
            # Longer than a line, it is broken and has its lines for itself; else it stays whole, beside others.
            widths.append(self.fontMetrics().horizontalAdvance(f"■ {words}"))
            before, alone = alone, widths[-1] > self.width()
            words = words if alone else words.replace(" ", "&nbsp;")
            text += "<br>" if alone or before else "&ensp; "
            text += self._entry(metric.name, words, colours[index % len(colours)], metric.name in hidden)
        self.lines = _lines(self.fontMetrics().horizontalAdvance(f"{self._title} ({about})"), widths, self.width())
        if text != self.text():
            self.setText(text)

    def _entry(self, name: str, words: str, colour, hidden: bool) -> str:
        palette = QApplication.palette()
        ink = (quiet_colour(palette) if hidden else palette.text().color()).name()
        sign = f'<span style="color:{colour.name()}">{_HIDDEN if hidden else _SHOWN}</span>'
        return f'<a href="{name}" style="text-decoration:none;color:{ink}">{sign}&nbsp;{words}</a>'


def _lines(title_width: int, widths: Sequence[int], room: int) -> int:
    """Lines of a title and entries that are not broken, unless one is longer than a line."""
    lines, used = 1 + title_width // max(room, 1), title_width % max(room, 1)
    for width in widths:
        if used + width > room:
            lines, used = lines + 1 + width // max(room, 1), width % max(room, 1)
        else:
            used += width
    return lines


def units_of(metrics: Sequence[Metric]) -> list[str]:
    """The units of a diagram in order: the first one's axis is at the left, the second one's at the right."""
    return list(dict.fromkeys(metric.unit or NO_UNIT for metric in metrics)) or [NO_UNIT]


def leading_unit(metrics: Sequence[Metric]) -> str:
    """The unit that stands with the title: that of the axis at the left. Others stand with their numbers.

    Where a curve has none, each number has its own: who reads the title would take it for that of all.
    """
    units = units_of(metrics) if metrics else [""]
    return "" if NO_UNIT in units[1:] else units[0]


def term_words(metric: Metric, value: float | None, unit_is_said: bool) -> str:
    """A curve's name and its value, with the unit where that does not stand elsewhere."""
    number = number_text(value) if value is not None else "–"
    return f"{metric.label} {number} {'' if unit_is_said or value is None else metric.unit}".strip()


def summary_words(title: str, metrics: Sequence[Metric], curves: Curves) -> str:
    """The newest values for who hears the diagram."""
    terms = "; ".join(term_words(metric, value_at(curves, metric.name), False) for metric in metrics)
    last = f" at step {number_text(int(curves.steps[-1]))}" if len(curves.steps) else ""
    return f"{title}{last}: {terms}" if terms else title
