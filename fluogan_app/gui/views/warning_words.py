"""What is to be heeded of a file, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.gui.style import PaletteWatcher, origin_colour, set_colour
from fluogan_app.gui.views.controls import WrappedLabel


class WarningWords(WrappedLabel):
    """One sentence on a line, in the colour of what is not sure; out of sight where there is none.

    most: so many are shown, and how many more there are; all of them are in the tooltip.
    """

    def __init__(self, object_name: str, most: int | None = None) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._most = most
        PaletteWatcher(self).changed.connect(self._colour)
        self._colour()

    def set_warnings(self, sentences: Sequence[str]) -> None:
        """Show these."""
        shown = sentences[: self._most]
        more = len(sentences) - len(shown)
        self.setText("\n".join([*(f"⚠ {sentence}" for sentence in shown), *[f"… and {more} more"] * (more > 0)]))
        self.setToolTip("\n".join(sentences) if more else "")
        self.setVisible(bool(sentences))

    def _colour(self) -> None:
        set_colour(self, origin_colour(Origin.ASSUMED, QApplication.palette()))
