"""Asks which stack of a file is meant, and reads the pictures to choose by."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace

from PySide6.QtCore import QObject

from fluogan_app.core.data.description import FileDescription
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.readers.choice import fitting
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.stack_chooser import StackChooser
from fluogan_app.gui.thumbnail_reader import ThumbnailReader

Chosen = Callable[[Selection, FrameRange | None], None]


class ChoosingController(QObject):
    """One chooser at a time."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._dialog: StackChooser | None = None

    def ask(self, description: FileDescription, chosen: Chosen) -> None:
        """Let the user choose in a file that is opened, beginning with what was chosen in it the last time."""
        selection, frames = self._last_choice(description)
        self._show(description, selection, frames, chosen).open()

    def ask_again(
        self, description: FileDescription, selection: Selection, frames: FrameRange | None, chosen: Chosen
    ) -> None:
        """Let the user choose anew in the file that is open."""
        self._show(description, selection, frames, chosen).show()

    def close(self) -> None:
        """Ask no longer."""
        if self._dialog is not None:
            self._dialog.reject()

    def _show(
        self, description: FileDescription, selection: Selection, frames: FrameRange | None, chosen: Chosen
    ) -> StackChooser:
        self.close()
        reader = ThumbnailReader(description.path, self._context.workbench, self)
        dialog = self._dialog = StackChooser(description, selection, frames, self._context.window)
        dialog.previews_wanted.connect(reader.want)
        reader.read.connect(dialog.show_preview)
        reader.failed.connect(dialog.show_failure)
        reader.overdue.connect(dialog.show_overdue)
        dialog.chosen.connect(lambda selection, frames: self._take(description, selection, frames, chosen))
        dialog.finished.connect(lambda _: self._forget(dialog, reader))
        return dialog

    def _take(
        self, description: FileDescription, selection: Selection, frames: FrameRange | None, chosen: Chosen
    ) -> None:
        # One file of a series is opened alone now and then; the next time it is the series again.
        content = {"selection": asdict(replace(selection, alone=False)), "frames": asdict(frames) if frames else None}
        self._context.settings.set_choice(description.path, json.dumps(content))
        chosen(selection, frames)

    def _forget(self, dialog: StackChooser, reader: ThumbnailReader) -> None:
        dialog.previews_wanted.disconnect(reader.want)
        reader.stop()
        reader.deleteLater()
        if dialog is self._dialog:
            self._dialog = None

    def _last_choice(self, description: FileDescription) -> tuple[Selection, FrameRange | None]:
        """What was chosen in this file before, as far as it still fits; what cannot be read counts as nothing."""
        try:
            content = json.loads(self._context.settings.choice(description.path))
            kept = Selection(**content["selection"])
            frames = FrameRange(**content["frames"]) if content["frames"] else None
        except (ValueError, TypeError, KeyError):
            return fitting(None, description), None
        selection = fitting(kept, description)
        return selection, frames if selection == kept else None
