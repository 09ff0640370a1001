"""Several methods on the same region and frames: which, with which values, and into the queue with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.methods.registry import METHODS, method_named
from fluogan_app.core.project.method_requests import AS_SET, document_of, request_of, run_like, ways_of
from fluogan_app.core.project.run import Run
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.queue import QueueController
from fluogan_app.gui.dialogs.compare_methods import CompareMethodsDialog, MethodRow
from fluogan_app.gui.pace import Pace
from fluogan_app.gui.run_state import only_for_reading, reason_against
from fluogan_app.gui.views.pane_grid import MOST


@dataclass
class _Wish:
    """What the user wants of one method. way: "" until one is chosen."""

    ticked: bool = True
    way: str = ""


class ComparingMethods(QObject):
    """Asks, and adds to the queue what no finished run shows yet. `asked` carries the names of the methods."""

    asked = Signal(object)

    def __init__(self, context: Context, queue: Callable[[], QueueController]) -> None:
        super().__init__(context.window)
        self._context, self._queue = context, queue
        self._dialog: CompareMethodsDialog | None = None
        self._wishes: dict[str, _Wish] = {}
        self._again = False
        session = context.session
        for signal in (session.document_changed, session.runs_changed, session.problems_changed, session.job_changed):
            signal.connect(lambda *_: self._show())
        session.stack_changed.connect(self._leave)

    def ask(self) -> None:
        """Open the dialog, with all methods ticked at first."""
        if self._context.session.stack is None:
            return
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        for name in METHODS:
            self._wishes.setdefault(name, _Wish())
        dialog = self._dialog = CompareMethodsDialog(self._rows(), self._context.window)
        dialog.ticked.connect(self._tick)
        dialog.way_chosen.connect(self._take_way)
        dialog.again_toggled.connect(self._set_again)
        dialog.start_requested.connect(self._start)
        dialog.destroyed.connect(lambda: self._forget(dialog))
        dialog.again.setChecked(self._again)
        self._show()
        dialog.show()

    # The user's wishes

    def _tick(self, name: str, on: bool) -> None:
        self._wishes[name].ticked = on
        self._show()

    def _take_way(self, name: str, way: str) -> None:
        self._wishes[name].way = way
        self._show()

    def _set_again(self, on: bool) -> None:
        self._again = on
        self._show()

    def _start(self) -> None:
        """Add what is missing to the queue, and let it go."""
        names, queue = self._ticked, self._queue()
        missing = [name for name in names if self._run_of(name) is None]
        queue.add_requests([self._request(name) for name in missing])
        self._dialog.close()
        self.asked.emit(names)
        if missing:
            queue.go()

    # Showing

    @property
    def _ticked(self) -> list[str]:
        return [name for name in METHODS if self._wishes[name].ticked]

    def _request(self, name: str):
        document = self._context.session.document
        return request_of(document, name, self._way(name, ways_of(document, name)))

    def _way(self, name: str, ways: Mapping[str, str]) -> str:
        """The values as they were chosen; else those of the form, where they are of its own."""
        chosen = self._wishes[name].way
        return chosen if chosen in ways else AS_SET if AS_SET in ways else next(iter(ways))

    def _run_of(self, name: str) -> Run | None:
        """The finished run that shows just that already; None where it is to be run."""
        if self._again:
            return None
        session = self._context.session
        return run_like(session.document, self._request(name), session.runs)

    def _rows(self) -> Sequence[MethodRow]:
        return [self._row(name) for name in METHODS]

    def _row(self, name: str) -> MethodRow:
        method, ways = method_named(name), ways_of(self._context.session.document, name)
        run = self._run_of(name)
        words = f"run {run.number} shows it" if run is not None else self._time(name)
        return MethodRow(name, method.title, method.summary, method.citation, ways, self._way(name, ways), words)

    def _time(self, name: str) -> str:
        session, request = self._context.session, self._request(name)
        pace = Pace(self._context.settings)
        return pace.estimate_text(document_of(session.document, request), request.params, session.stack.shape[1:])

    def _show(self) -> None:
        dialog, session = self._dialog, self._context.session
        if dialog is None or session.stack is None:
            return
        names = self._ticked
        dialog.show_rows(self._rows(), names)
        dialog.set_asked(self._asked_words())
        why_not = only_for_reading(session) or reason_against(session)
        missing = [name for name in names if self._run_of(name) is None]
        if why_not:
            dialog.set_start(False, why_not, wrong=True)
        elif not names:
            dialog.set_start(False, "Tick the methods to compare.")
        else:
            dialog.set_start(True, _what_follows(len(names), len(missing)))

    def _asked_words(self) -> str:
        session = self._context.session
        document, (count, *shape_yx) = session.document, session.stack.shape
        roi, frames = document.roi or Roi.whole(tuple(shape_yx)), document.frames or FrameRange.whole(count)
        zoom = getattr(session.params, "zoom", None)
        parts = [f"{roi.height} rows × {roi.width} columns", f"{len(frames)} frames"]
        parts += [f"zoom {zoom}"] if zoom else []
        parts += ["drift corrected"] if document.drift is not None else []
        return f"All of them get the same: {', '.join(parts)}. Other values are set in the form beside this window."

    def _leave(self) -> None:
        if self._dialog is not None:
            self._dialog.close()

    def _forget(self, dialog: CompareMethodsDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None


def _what_follows(wanted: int, missing: int) -> str:
    if not missing:
        return "All of them are there already: they are shown side by side."
    runs = "1 run is" if missing == 1 else f"{missing} runs are"
    there = wanted - missing
    rest = f" {there} {'is' if there == 1 else 'are'} there already." if there else ""
    others = f" {MOST} at most stand side by side: the others can be ticked in the list in their place."
    most = others if wanted > MOST else ""
    return f"{runs} added to the queue.{rest}{most}"
