"""The parameters as they stand, on many files: one project for each, in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from fluogan_app.core.jobs.events import Progress
from fluogan_app.core.project.batch import TABLE, BatchItem, batch_items, run_batch, same_for_each
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.batch_thread import BatchThread
from fluogan_app.gui.command import Command
from fluogan_app.gui.controllers.results import summary
from fluogan_app.gui.dialogs.batch_dialog import BatchDialog
from fluogan_app.gui.dialogs.file_dialogs import choose_folder, choose_stacks
from fluogan_app.gui.dialogs.questions import ask_cancel_batch
from fluogan_app.gui.features.feature import Feature

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_LOOK_MS = 100


class Batching(Feature):
    """One batch at a time. What is asked of each file is taken when it starts, and nothing set later changes it."""

    name = "batch"
    commands = (
        Command("batch", "&Queue", "Reconstruct many &files…", ("Ctrl+Shift+F5",),
                "Run the parameters as they stand on many files, one project for each", starts_section=True),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._dialog: BatchDialog | None = None
        self._thread: BatchThread | None = None
        self._paths: tuple[Path, ...] = ()
        self._folder: Path | None = None
        self._leaving = False
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"batch": self.show}

    def show(self) -> None:
        """Show the batch, which goes on while its window is closed."""
        if self._dialog is None:
            self._dialog = self._made_dialog()
        self._dialog.set_asked(self._asked_words())
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window does not close over a batch without a question."""
        if event.type() != QEvent.Type.Close or watched is not self.window or self._thread is None:
            return False
        event.ignore()
        if not self._leaving:
            self._leaving = True
            # Not from within this event: Qt takes no dialog inside a close.
            QTimer.singleShot(0, self, lambda: ask_cancel_batch(self.window, self._answered))
        return True

    def _answered(self, answer: str) -> None:
        if answer != "stop":
            self._leaving = False
        elif self._thread is not None:
            self._cancel()
        else:
            self.window.close()

    def stop(self, seconds: float) -> bool:
        """End the run in work within a step; what is done is done."""
        self._timer.stop()
        if self._dialog is not None:
            self._dialog.close()
        self._leaving = False
        if self._thread is None:
            return True
        self._thread.control.cancel()
        return self._thread.wait(int(seconds * 1000))

    def _made_dialog(self) -> BatchDialog:
        dialog = BatchDialog(lambda item: summary((), item.measures), self.window)
        dialog.add_files_requested.connect(self._choose_files)
        dialog.add_folder_requested.connect(self._choose_folder)
        dialog.folder_requested.connect(self._choose_place)
        dialog.remove_requested.connect(self._remove)
        dialog.start_requested.connect(self._start)
        dialog.cancel_requested.connect(self._cancel)
        dialog.open_requested.connect(self._open)
        return dialog

    def _asked_words(self) -> str:
        session = self.session
        params = session.params.model_dump()
        known = [f"{name} {params[name]}" for name in ("zoom", "steps") if name in params]
        facts = ", ".join([session.method.title, *known])
        return (
            f"Each file gets the parameters as they stand in the window: {facts}. The whole field and all frames are "
            "taken. Pixel size, gain and the like are those of each file where it states them."
        )

    # Which files, and where to

    def _choose_files(self) -> None:
        choose_stacks(self._dialog, self.context.settings.folder("open"), self._add)

    def _choose_folder(self) -> None:
        folder = self.context.settings.folder("open")
        choose_folder(self._dialog, "All stacks of a folder", folder, lambda path: self._add([path]))

    def _choose_place(self) -> None:
        folder = self.context.settings.folder("save")
        choose_folder(self._dialog, "The folder of the projects", folder, self._set_place)

    def _set_place(self, folder: Path) -> None:
        self._folder = folder
        self._dialog.set_place(folder)
        self._list(self._paths)

    def _add(self, paths: Sequence[Path]) -> None:
        self._list((*self._paths, *paths))

    def _remove(self, rows: Sequence[int]) -> None:
        kept = tuple(item.path for index, item in enumerate(self._dialog.items) if index not in rows)
        self._paths = kept
        if kept:
            self._list(kept)
        else:
            self._dialog.set_items(())

    def _list(self, paths: Sequence[Path]) -> None:
        """Folders are looked into on a thread."""
        if paths and self._thread is None:
            work = partial(batch_items, tuple(paths), self._folder)
            self.context.workbench.do(work, self._listed, lambda error: self._dialog.set_words(error.one_line))

    def _listed(self, items: Sequence[BatchItem]) -> None:
        self._paths = tuple(item.path for item in items)
        self._dialog.set_items(items)
        self._dialog.set_words("")

    # The batch as it goes on

    def _start(self) -> None:
        session, dialog = self.session, self._dialog
        if self._thread is not None or not dialog.items:
            return
        if session.busy:
            dialog.set_words("Wait until the run in the window has ended, or cancel it.")
            return
        if problem := next(iter(self._wrong_fields()), ""):
            dialog.set_words(problem)
            return
        document = session.document
        ask = same_for_each(
            session.method.name, session.params, document.settings, document.acquisition, session.stated
        )
        table = self._folder / TABLE if self._folder is not None else None
        work = partial(_worked_through, self._fresh(), ask, table)
        self._thread = BatchThread(work, self)
        self._thread.finished.connect(self._finished)
        dialog.set_asked(self._asked_words())
        dialog.set_running(True)
        self.context.say(f"A batch of {len(dialog.items)} files has begun.")
        self.window.installEventFilter(self)
        self._thread.start()
        self._timer.start()

    def _fresh(self) -> tuple[BatchItem, ...]:
        items = tuple(BatchItem(item.path, item.project) for item in self._dialog.items)
        self._dialog.set_items(items)
        return items

    def _wrong_fields(self) -> list[str]:
        """Fields of the window that hold no value; one that only this file leaves open is no fault of the others."""
        return [] if self.session.stack is None else list(self.session.problems.values())

    def _cancel(self) -> None:
        if self._thread is not None:
            self._thread.control.cancel()
            self._dialog.set_cancelling()

    def _look(self) -> None:
        if self._thread is None:
            return
        changed, progress = self._thread.take()
        for index, item in changed.items():
            self._dialog.set_item(index, item)
        if progress is not None:
            self._dialog.set_words(_progress_words(progress))

    def _finished(self) -> None:
        self._look()
        self._timer.stop()
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self.window.removeEventFilter(self)
        self._dialog.set_running(False)
        thread.deleteLater()
        if thread.error is not None:
            self._dialog.set_words(thread.error.one_line)
        self.context.say(f"The batch has ended: {self._dialog.words.text()}.")
        if self._leaving:
            self._leaving = False
            self.window.close()

    def _open(self, row: int) -> None:
        """Open the project of a file that is done."""
        item = self._dialog.items[row]
        if item.run is not None and self._thread is None:
            self.window.files.open_path(item.project)


def _worked_through(items, ask, table, control, sink, told):
    """On the thread."""
    return run_batch(items, ask, control, sink, told, table)


def _progress_words(progress: Progress) -> str:
    left = f", {seconds_text(progress.seconds_left)} left for this file" if progress.seconds_left is not None else ""
    return f"{progress.phase}: step {progress.step} of {progress.total_steps}{left}"
