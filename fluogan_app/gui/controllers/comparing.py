"""Methods side by side: which are in sight, their pictures, and their measures, computed in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject

from fluogan_app.core.data.stack import Stack
from fluogan_app.core.project.beside import remarks_on, truth_beside, why_not_beside
from fluogan_app.core.project.queue import Queue
from fluogan_app.core.project.run import Run
from fluogan_app.gui.compared import MEAN, TRUTH, Entry, entries_of, ordered, usual
from fluogan_app.gui.compared_measures import ComparedMeasures
from fluogan_app.gui.compared_figure import write_figure
from fluogan_app.gui.compared_pictures import ComparedPictures
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.views.comparing_list import ListRow
from fluogan_app.gui.views.comparing_page import ComparingPage
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.pane_grid import MOST, GridPicture

Waiting = Callable[[], tuple[Queue, Mapping[str, str], bool]]
#: Maps of errors are no images of the sample: they have colours of their own.
_MAP = DisplaySettings("viridis")


class ComparingController(QObject):
    """Keeps the page equal to the session and the queue while it is in sight.

    `methods`: those that were asked for together; their newest runs are in sight until the user chooses others.
    """

    def __init__(self, context: Context, page: ComparingPage, waiting: Waiting) -> None:
        """waiting: the runs that wait, why some of them were refused, and whether they begin one after another."""
        super().__init__(context.window)
        self._context, self._page, self._waiting = context, page, waiting
        self._order: tuple[str, ...] = ()
        self._chosen: tuple[str, ...] | None = None
        self.methods: tuple[str, ...] = ()
        self._errors = False
        self._running: int | None = None
        self.entries: tuple[Entry, ...] = ()
        self.pictures = ComparedPictures(context.workbench, self)
        self.measures = ComparedMeasures(context, self)
        session = context.session
        for signal in (session.runs_changed, session.job_changed, session.project_changed):
            signal.connect(self.refresh)
        session.stack_changed.connect(self._seek_truth)
        self.pictures.changed.connect(self._show_pictures)
        self.measures.changed.connect(self._show)
        page.list.chosen_changed.connect(self.choose)
        page.list.order_changed.connect(self._put_in_order)
        page.errors_toggled.connect(self.show_errors)
        page.cancel_requested.connect(self.measures.cancel)

    # What is in sight

    @property
    def chosen(self) -> tuple[Entry, ...]:
        """What stands side by side, in order."""
        keys = usual(self.entries, self.methods) if self._chosen is None else self._chosen
        return tuple(one for one in self.entries if one.key in keys)[:MOST]

    def follow(self, methods: Sequence[str]) -> None:
        """Show the newest run of each of these methods, as they come."""
        self.methods, self._chosen = tuple(methods), None
        self.refresh()

    def add(self, key: str) -> None:
        """Let one more stand beside the others."""
        self.page_shown()
        self.choose(tuple({**{one.key: None for one in self.chosen}, key: None}))

    def refresh(self) -> None:
        """The runs are others, one has begun or ended, or others wait."""
        self._note_end()
        if self._page.isVisible():
            self.page_shown()

    def page_shown(self) -> None:
        """Show what there is now."""
        session = self._context.session
        queue, refused, _ = self._waiting()
        found = entries_of(session.runs, queue, refused, session.running_number, self.pictures.truth is not None)
        self.entries = ordered(found, self._order)
        self.measures.want([one.run for one in self.chosen if one.finished])
        self._show()

    def show_errors(self, shown: bool) -> None:
        """Error maps in the place of the images, or the images again."""
        self._errors = shown
        self._page.set_errors(shown)
        self._show_pictures()

    def forget(self) -> None:
        """Another project is open."""
        self._order, self._chosen, self.methods, self._running = (), None, (), None
        self.entries = ()
        self.pictures.forget()
        self.measures.forget()
        self._seek_truth()
        self.refresh()

    def stop(self) -> None:
        """Begin nothing any more."""
        self.pictures.stop()
        self.measures.stop()

    # What a project remembers

    def gather(self) -> dict[str, Any]:
        """As plain values."""
        chosen = None if self._chosen is None else list(self._chosen)
        return {
            "order": list(self._order), "chosen": chosen, "methods": list(self.methods), "errors": self._errors,
            "same_scale": self._page.grid.same_scale, "alone": self._page.grid.alone,
        }  # fmt: skip

    def restore(self, kept: Mapping[str, Any]) -> None:
        """What `gather` gave."""
        chosen = kept.get("chosen")
        self._chosen = None if chosen is None else _words(chosen)
        self._order, self.methods = _words(kept.get("order", ())), _words(kept.get("methods", ()))
        self._page.set_same_scale(bool(kept.get("same_scale", False)))
        self._errors = bool(kept.get("errors", False))
        self._page.set_errors(self._errors)
        self.refresh()
        self._page.grid.set_alone(str(kept.get("alone", "")))

    # The user's wishes

    def choose(self, keys: Sequence[str]) -> None:
        """Let these stand side by side."""
        if len(keys) > MOST:
            self._context.say(f"At most {MOST} images stand side by side: untick one first.")
            self._show()
            return
        self._chosen = tuple(keys)
        self.page_shown()

    def _put_in_order(self, keys: Sequence[str]) -> None:
        self._chosen = tuple(one.key for one in self.chosen)
        self._order = tuple(keys)
        self.entries = ordered(self.entries, self._order)
        self._show()

    # Showing

    def _show(self) -> None:
        table = self.measures.table([one.run for one in self.chosen if one.run is not None])
        rows = [
            ListRow(one.key, one.in_list, self._notes_of(one), **table.row(one.run))
            for one in self.entries
        ]
        self._page.list.set_rows(table.columns, rows, [one.key for one in self.chosen])
        self._page.set_message(" ".join(self._remarks()), "  ·  ".join(self._noted()))
        self._page.set_words(self.measures.words, self.measures.busy)
        self._page.set_can_write(any(one.run is not None for one in self.chosen))
        self._show_pictures()

    def _show_pictures(self) -> None:
        place = self.place
        self.pictures.want(self.chosen, place)
        picture = self._error_picture if self._errors else self._picture
        usual_colours = _MAP if self._errors else DisplaySettings()
        # Mean and truth are no estimates: they have no errors to show.
        shown = [one for one in self.chosen if not self._errors or one.key not in (MEAN, TRUTH)]
        self._page.grid.set_pictures([picture(one, one.run or place) for one in shown], usual_colours)

    def _picture(self, one: Entry, run: Run | None) -> GridPicture:
        image = None if one.words else self.pictures.image(one.key, run)
        words = one.words or self.pictures.words(one.key, run)
        return GridPicture(one.key, one.title, image, "" if image is not None else words)

    def _error_picture(self, one: Entry, run: Run | None) -> GridPicture:
        image = self.measures.error_map(one.run) if one.run is not None else None
        words = one.words or self.measures.words_of(one.run)
        return GridPicture(one.key, one.title, image, "" if image is not None else words)

    @property
    def place(self) -> Run | None:
        """The run whose region mean and truth are shown of: the first in sight."""
        return next((one.run for one in self.chosen if one.finished), None) or next(
            (one.run for one in self.entries if one.run is not None and one.run.has_ended), None
        )

    def _remarks(self) -> tuple[str, ...]:
        """What is not alike between the runs in sight."""
        runs = [one.run for one in self.chosen if one.run is not None]
        if not runs:
            return () if self.entries else (_EMPTY,)
        elsewhere = (why_not_beside(runs[0].record, run.record) for run in runs[1:])
        return (*(words for words in elsewhere if words), *remarks_on(runs))

    def _notes_of(self, one: Entry) -> str:
        """What is to be known of an image: why there is none, why it is not finished, what was measured of it."""
        return one.words or " ".join(words for words in (one.state, self.measures.notes_of(one.run)) if words)

    def _noted(self) -> list[str]:
        """The same of all in sight; of what could not start also where it has no place among them."""
        told = [one for one in self.chosen if not one.words] + [one for one in self.entries if one.refused]
        named = [(one, self._notes_of(one)) for one in told]
        return [f"{one.in_list} could not start: {words}" if one.refused else f"{one.in_list}: {words}"
                for one, words in named if words]  # fmt: skip

    def figure(self) -> Callable[[Path], Path] | None:
        """Writes what is ticked into a file, for a thread; None where nothing of it is measured yet."""
        project, runs = self._context.session.project, [one.run for one in self.chosen if one.run is not None]
        if project is None or not self.measures.entries(runs):
            return None
        record = self.measures.record(runs).replace(
            same_scale=self._page.grid.same_scale, shown="errors" if self._errors else "images"
        )
        truth = self.pictures.truth if TRUTH in {one.key for one in self.chosen} else None
        return partial(write_figure, project, record, runs, self.measures.maps(runs), truth)

    # From elsewhere

    def _note_end(self) -> None:
        """What a run looked like while it went on is not what it looks like now."""
        running = self._context.session.running_number
        if self._running is not None and running != self._running:
            self.pictures.forget(f"run:{self._running}")
        self._running = running
        # Not between two runs of the queue either: the next one would wait for it.
        self.measures.set_may_measure(not self._context.session.busy and not self._waiting()[2])

    def _seek_truth(self) -> None:
        """Whether a simulation's truth lies beside the stack; the drive is asked on a thread."""
        stack = self._context.session.stack
        self.pictures.truth = None
        if stack is None:
            self._take_truth(None, None)
        else:
            take = partial(self._take_truth, stack)
            self._context.workbench.do(partial(truth_beside, stack.path), take, lambda _: take(None))

    def _take_truth(self, stack: Stack | None, path: Path | None) -> None:
        if stack is self._context.session.stack:
            self.pictures.truth = path
            self.measures.take_up(path, known=stack is not None)
            self.refresh()


_EMPTY = "There is no run yet. “Compare methods…” runs several methods on the region and frames that are set."


def _words(values: Any) -> tuple[str, ...]:
    return tuple(one for one in values if isinstance(one, str)) if isinstance(values, list | tuple) else ()

