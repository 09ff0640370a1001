"""The preset in force: a button that names it and says how much differs, and the menu that it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from fluogan_app.core.project.differences import Difference
from fluogan_app.core.project.method_words import method_title
from fluogan_app.core.project.presets import Preset
from fluogan_app.gui.views.popover import HeadButton

#: Differences that the menu lists; of more, it says how many.
_MOST_LISTED = 8


class PresetButton(HeadButton):
    """Setters never emit. The signals say what was chosen from the menu."""

    chosen = Signal(object)  # Preset
    save_wanted = Signal()
    manage_wanted = Signal()
    import_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("presets", "Take all values of a preset, or keep the ones that stand now as a preset")
        self._presets: tuple[Preset, ...] = ()
        self._times: Mapping[str, str] = {}
        self._base: Preset | None = None
        self._differences: tuple[Difference, ...] = ()
        self.menu_ = QMenu(self)
        self.menu_.setObjectName("preset_menu")
        self.menu_.setAccessibleName("Presets")
        self.menu_.setToolTipsVisible(True)
        self.menu_.aboutToShow.connect(self._fill)
        self.clicked.connect(self.open)
        self.show_presets((), None, ())

    def show_presets(
        self, presets: Sequence[Preset], base: Preset | None, differences: Sequence[Difference]
    ) -> None:
        """Show which preset stands, or which one was taken last and what differs from it."""
        self._presets, self._base, self._differences = tuple(presets), base, tuple(differences)
        count = len(self._differences)
        more = f", {count} changed" if count else ""
        name = base.name if base is not None else "none"
        self.set_words(f"Preset: {name}{more}", f"{name}{more}")

    def set_times(self, times: Mapping[str, str]) -> None:
        """The expected time with each preset, in words, by its name."""
        self._times = dict(times)

    def open(self) -> None:
        """Open the menu below the button."""
        self.menu_.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _fill(self) -> None:
        self.menu_.clear()
        self._group = QActionGroup(self.menu_)
        self._list_differences()
        own = [preset for preset in self._presets if preset.path is not None]
        for title, presets in (("Built in", [each for each in self._presets if each.path is None]), ("Your own", own)):
            if presets:
                self.menu_.addSection(title)
            for preset in presets:
                self._add(preset)
        self.menu_.addSeparator()
        for text, signal, name in (
            ("&Save as preset…", self.save_wanted, "save"),
            ("&Import a preset…", self.import_wanted, "import"),
            ("&Manage presets…", self.manage_wanted, "manage"),
        ):
            action = self.menu_.addAction(text)
            action.setObjectName(f"preset_{name}")
            action.triggered.connect(lambda _=False, signal=signal: signal.emit())

    def _list_differences(self) -> None:
        if not self._differences or self._base is None:
            return
        self.menu_.addSection(f"Other than in “{self._base.name}”")
        for difference in self._differences[:_MOST_LISTED]:
            self.menu_.addAction(difference.text.replace("&", "&&")).setEnabled(False)
        left = len(self._differences) - _MOST_LISTED
        if left > 0:
            self.menu_.addAction(f"and {left} more").setEnabled(False)

    def _add(self, preset: Preset) -> None:
        time = self._times.get(preset.name, "")
        # One's own may be of another method than the built-in ones, and bring it along.
        other = preset.method and preset.method != self._presets[0].method
        name = f"{preset.name} ({method_title(preset.method)})" if other else preset.name
        words = f"{name}\t{time}" if time else name
        action = self.menu_.addAction(words.replace("&", "&&"))
        action.setObjectName(f"preset_{preset.key}")
        action.setCheckable(True)
        self._group.addAction(action)
        action.setChecked(preset == self._base and not self._differences)
        action.setToolTip(f"{preset.note} Sets: {preset.groups_text}.".strip())
        action.triggered.connect(lambda: self.chosen.emit(preset))
