"""Shows what the open file states, keeps that up to date, and writes it to disk on request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from fluogan_app.core.data.facts import facts
from fluogan_app.core.files import write_text_atomic
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.dialogs.metadata_dialog import MetadataDialog
from fluogan_app.gui.views.scene_words import count_text, scene_names


class MetadataController(QObject):
    """One dialog at a time, for the stack that is open."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._dialog: MetadataDialog | None = None
        context.session.stack_changed.connect(self._show_file)
        context.session.document_changed.connect(lambda changed: "acquisition" in changed and self._show_facts())

    def show(self) -> None:
        """Open the dialog, or bring it to the front."""
        if self._context.session.stack is None:
            return
        if self._dialog is None:
            dialog = self._dialog = MetadataDialog(self._context.window)
            dialog.finished.connect(lambda _: self._forget())
            dialog.save_wanted.connect(self._ask_where)
            self._show_file()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _show_file(self) -> None:
        stack = self._context.session.stack
        if self._dialog is None:
            return
        if stack is None:
            self._dialog.close()
            return
        description = stack.description
        parts = [stack.reader, str(stack.path)]
        if description is not None and len(description.scenes) > 1:
            parts.insert(1, scene_names(description.scenes)[stack.selection.scene])
        if len(stack.files) > 1:
            parts.append(count_text(len(stack.files), "file"))
        self._dialog.show_file(stack.path.name, " · ".join(parts), stack.metadata, stack.warnings)
        self._show_facts()

    def _show_facts(self) -> None:
        session = self._context.session
        stack = session.stack
        if self._dialog is not None and stack is not None and stack.scene is not None:
            self._dialog.show_facts(facts(stack.scene, session.document.acquisition, stack.selection.channel))

    def _forget(self) -> None:
        self._dialog = None

    def _ask_where(self) -> None:
        session, settings = self._context.session, self._context.settings
        name = f"{Path(session.stack_name).stem}-metadata.txt"
        choose_new_file(
            self._dialog, "choose_metadata", "Save the metadata", settings.folder("export"), name,
            "Text (*.txt);;JSON (*.json)", self._write,
        )  # fmt: skip

    def _write(self, path: Path) -> None:
        if self._dialog is None:
            return
        self._context.settings.set_folder("export", path.parent)
        work = partial(write_metadata, path, self._dialog.metadata, self._dialog.text())
        failed = partial(self._context.fail, "The metadata could not be written")
        self._context.workbench.do(work, lambda _: self._context.say(f"Wrote {path}"), failed)


def write_metadata(path: Path, metadata: Mapping[str, Any], text: str) -> None:
    """As JSON where the name ends so, else as text. On a thread. Raises ProjectError."""
    if path.suffix.lower() == ".json":
        # What JSON has no word for, dates for example, is written as it is read.
        text = json.dumps(metadata, indent=2, ensure_ascii=False, default=str)
    write_text_atomic(path, text + "\n")
