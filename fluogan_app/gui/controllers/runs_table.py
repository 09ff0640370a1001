"""The table of runs: read in the background, marked, named, noted on and judged."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.files import write_text_atomic
from fluogan_app.core.project.differences import differences
from fluogan_app.core.project.kept_quality import QUALITY, quality_folder
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.run_notes import RunNotes, write_notes
from fluogan_app.core.project.runs_table import RunsTable, runs_table
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.quality import judgement_of
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.views.pane_grid import MOST
from fluogan_app.gui.views.runs_page import RunsPage
from fluogan_app.gui.watched_work import Watch, WatchedWork

if TYPE_CHECKING:
    from fluogan_app.core.project.store import Project

log = logging.getLogger(__name__)



class RunsTableController(QObject):
    """Keeps the page equal to the session while it is in sight."""

    compare_wanted = Signal(object)  # tuple of numbers
    shown_wanted = Signal()

    def __init__(self, context: Context, page: RunsPage) -> None:
        super().__init__(context.window)
        self._context, self._page = context, page
        self._work = WatchedWork(context.workbench, self)
        self._request, self._stale = 0, True
        self._table = RunsTable((), {}, {})
        #: Of all runs, and those that were written here: the disk may not have them yet.
        self._notes: dict[int, RunNotes] = {}
        self._own: dict[int, RunNotes] = {}
        #: Whose note is in sight: its project may be left before the note is told.
        self._noting: tuple[Project, Run] | None = None
        session = context.session
        for signal in (session.runs_changed, session.project_changed, session.job_changed):
            signal.connect(self.refresh)
        session.shown_run_changed.connect(self._follow)
        page.list.marked_changed.connect(self._show_marked)
        page.list.shown_requested.connect(self._show_run)
        page.list.renamed.connect(self._rename)
        page.note_left.connect(self._note)
        page.compare_requested.connect(self.compare)
        page.judge_requested.connect(self.judge_all)
        page.csv_requested.connect(self._ask_where)
        self._work.progressed.connect(lambda share: self._enable(f"Judging… {share:.0%}"))

    @property
    def marked(self) -> tuple[int, ...]:
        """Numbers of the marked runs; of the shown one where the table is out of sight or none is marked."""
        shown = self._context.session.shown_run
        marked = self._page.list.marked if self._page.isVisible() else ()
        return marked or ((shown.number,) if shown is not None else ())

    def refresh(self) -> None:
        """The runs are others, or one has ended."""
        self._stale = True
        if self._page.isVisible():
            self.page_shown()
        self._enable()

    def page_shown(self) -> None:
        """Read what there is, in the background; the newest wish wins."""
        self._stale = False
        self._request += 1
        done, failed = partial(self._show, self._request), partial(self._fail, "The runs could not be read")
        self._context.workbench.do(partial(runs_table, self._context.session.runs, dict(self._own)), done, failed)

    def stop(self) -> None:
        """Give up what goes on; what was typed is kept."""
        self._page.note.settle()
        self._work.stop()

    def forget(self) -> None:
        """Another project is open: give up what goes on in the one before."""
        self._page.show_note(None, "")
        self._own = {}
        self._work.stop()
        self.refresh()

    def _show(self, request: int, table: RunsTable) -> None:
        if request != self._request:
            return
        self._page.note.settle()
        self._table, self._notes = table, {**table.notes, **self._own}
        self._page.set_table(table)
        if not self._page.list.marked:
            self._follow()
        self._show_marked()

    def _fail(self, title: str, error: FluoganError) -> None:
        self._context.fail(title, error)

    # What is marked

    def _follow(self) -> None:
        """The run that is shown is marked, unless several are."""
        shown = self._context.session.shown_run
        if shown is not None and len(self._page.list.marked) < 2:
            self._page.list.mark((shown.number,))
            self._show_marked()

    def _show_marked(self) -> None:
        self._page.note.settle()
        marked = self._page.list.marked
        runs = [run for number in marked for run in self._context.session.runs if run.number == number]
        if len(runs) == 2:
            first, second = sorted(runs, key=lambda run: run.number)
            self._page.show_differences(first.number, second.number, differences(first.record, second.record))
        else:
            self._noting = (self._context.session.project, runs[0]) if len(runs) == 1 else None
            number = runs[0].number if len(runs) == 1 else None
            self._page.show_note(number, self._notes.get(number, RunNotes()).note if number else "")
        self._enable()

    def _enable(self, words: str = "") -> None:
        session, marked = self._context.session, self._page.list.marked
        writable = session.project is not None and not session.project.read_only
        free = writable and not self._work.busy and session.running_number not in marked
        some = 1 < len(marked) <= MOST
        self._page.set_can(some, bool(marked) and free, bool(self._unjudged()) and free and not session.busy, words)

    def _show_run(self, number: int) -> None:
        self._context.session.show_run(number)
        self.shown_wanted.emit()

    def compare(self) -> None:
        """The marked runs beside each other."""
        marked = self._page.list.marked
        if 1 < len(marked) <= MOST:
            self.compare_wanted.emit(marked)

    # Names and notes

    def _rename(self, number: int, title: str) -> None:
        run = next((run for run in self._context.session.runs if run.number == number), None)
        if run is not None:
            note = self._notes.get(number, RunNotes()).note
            self._keep(self._context.session.project, run, RunNotes(title, note))

    def _note(self, number: int, text: str) -> None:
        if self._noting is not None and self._noting[1].number == number:
            self._keep(*self._noting, RunNotes(self._notes.get(number, RunNotes()).title, text))

    def _keep(self, project: Project, run: Run, notes: RunNotes) -> None:
        number = run.number
        if notes == self._notes.get(number):
            return
        before = self._notes.get(number, RunNotes())
        self._notes[number] = self._own[number] = notes

        def failed(error: FluoganError) -> None:
            if self._context.session.project is not project:
                log.warning("%s", error.one_line)
                return
            self._own[number] = before
            self._fail("Name and notes could not be kept", error)
            self.page_shown()

        self._context.workbench.do(partial(_write_notes, project, run, notes), _nothing, failed)

    # Judging all

    def judge_all(self) -> None:
        """Judge what is not judged yet."""
        runs = self._unjudged()
        if runs and not self._work.busy:
            self._enable("Judging…")
            self._work.start(partial(_judge, runs), self._judged, partial(self._fail, "Not all runs could be judged"))

    def _judged(self, _: object) -> None:
        self.page_shown()

    def _unjudged(self) -> list[Run]:
        judged = {number for number, cells in self._table.rows.items() if "rsp" in cells and cells["rsp"].text}
        return [run for run in self._context.session.runs if run.has_ended and run.number not in judged]

    # The table as a file

    def _ask_where(self) -> None:
        session, settings = self._context.session, self._context.settings
        choose_new_file(
            self._context.window, "choose_runs_table", "Save the table of runs", settings.folder("export"),
            f"{session.title}-runs.csv", "Table (*.csv)", self._write,
        )  # fmt: skip

    def _write(self, path: Path) -> None:
        self._context.settings.set_folder("export", path.parent)
        shown = self._page.list
        text = self._table.csv_text(shown.in_sight, shown.columns_in_sight)
        done = lambda _: self._context.say(f"Wrote {path}")  # noqa: E731
        self._context.workbench.do(
            partial(write_text_atomic, path, text), done, partial(self._fail, "The table could not be written")
        )


def _write_notes(project: Project, run: Run, notes: RunNotes) -> None:
    project.check_writable()
    write_notes(run.folder, notes)


def _judge(runs: Sequence[Run], watch: Watch) -> int:
    """On a thread; how many were judged."""
    for done, run in enumerate(runs):
        if watch.cancelled():
            return done
        watch.note(done, len(runs))
        if not (quality_folder(run) / QUALITY).exists():
            judgement_of(run, keep=True)
    return len(runs)


def _nothing(_: object) -> None:
    return None
