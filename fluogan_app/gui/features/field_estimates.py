"""A small button beside each field that the frames can tell: estimated on a thread, seen with its evidence, taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.estimate.result import Estimate, Finding
from fluogan_app.core.methods.registry import DEFAULT_METHOD
from fluogan_app.core.project.estimating import FROM_FITS, FROM_FRAMES, estimate_from_frames, estimate_weight
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.parameter_row import BUTTON_SIDE, ParameterRow
from fluogan_app.gui.watched_work import Watch, WatchedWork

if TYPE_CHECKING:
    from fluogan_app.core.project.model import ProjectDocument
    from fluogan_app.gui.main_window import MainWindow
    from fluogan_app.gui.views.estimate_popover import EstimatePopover

_STEPS_TO_A_FIT = "The fits take some ten seconds."


@dataclass(frozen=True)
class _Found:
    """What was found, in which part of the stack, and with which values of the recording."""

    finding: Finding
    used: str
    known: Acquisition


class FieldEstimates(Feature):
    """One popover at a time. What was found is kept as long as stack, region, frames and drift are the same."""

    name: ClassVar[str] = "field_estimates"
    commands: ClassVar[tuple[Command, ...]] = (
        Command("estimate_field", "&Edit", "&Estimate the field's value…", ("Ctrl+Alt+T",),
                "What the frames tell of the field with the cursor", needs="stack"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._form = window.workspace.form
        self._found: dict[str, _Found] = {}
        self._wanted = ""
        self.popover: EstimatePopover | None = None
        self.buttons: dict[str, IconButton] = {}
        self._furnished: dict[str, ParameterRow] = {}
        self._work = WatchedWork(window.workbench, self)
        self._work.progressed.connect(self._show_progress)
        self._form.sections_changed.connect(self._add_buttons)
        self._add_buttons()
        session = self.session
        session.stack_changed.connect(self._forget)
        session.document_changed.connect(self._follow)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """The field with the cursor, else the first."""
        return {"estimate_field": self._estimate_at_cursor}

    def stop(self, seconds: float) -> bool:
        """Nobody waits for an estimate any more."""
        self._work.stop()
        return True

    def ask(self, name: str) -> None:
        """Show the estimate for a field; make it where there is none."""
        if self.session.stack is None:
            return
        self._open(name)
        if name in self._found:
            self._show(name)
        else:
            self._begin(name)

    # The popover

    def _open(self, name: str) -> None:
        from fluogan_app.gui.views.estimate_popover import EstimatePopover

        self._close()
        self._wanted = name
        popover = self.popover = EstimatePopover(self._form.row(name).spec.label, self.window)
        popover.wanted.connect(self._take)
        popover.again_wanted.connect(lambda: self._begin(name))
        popover.all_wanted.connect(lambda: (self._close(), self.window.estimates.ask()))
        popover.cancelled.connect(self._give_up)
        popover.closed.connect(lambda: self._leave(popover))
        popover.show_progress(None)
        popover.show_at(self.buttons[name])

    def _close(self) -> None:
        if self.popover is not None:
            self.popover.close()

    def _leave(self, popover: EstimatePopover) -> None:
        """Closed by whatever it was. What goes on is finished, and kept for the next time."""
        if popover is self.popover:
            self.popover = None
            popover.deleteLater()

    def _give_up(self) -> None:
        self._work.stop()
        self._close()

    def _show(self, name: str) -> None:
        found, popover = self._found[name], self.popover
        if popover is None or name != self._wanted:
            text = found.finding.text if isinstance(found.finding, Estimate) else found.finding.reason
            self.context.say(f"{found.finding.label}: {text}")
            return
        stale = _others(found.known, name) != _others(self.session.document.acquisition, name)
        idle = self.window.estimates.idle_words(name)
        popover.show_finding(found.finding, found.used, idle, stale)
        popover.place_at(self.buttons[name])

    def _show_progress(self, fraction: float) -> None:
        if self.popover is not None and fraction > 0:
            self.popover.show_progress(fraction)

    def _take(self, estimate: Estimate) -> None:
        self.window.estimates.take(estimate)
        self._close()
        self._form.focus(estimate.name)

    # The work

    def _begin(self, name: str) -> None:
        session, stack = self.session, self.session.shown_stack
        if stack is None or self.popover is None:
            return
        self.popover.show_progress(None)
        if name in FROM_FITS:
            work = partial(_weight, stack, session.document, session.method, session.params)
        else:
            work = partial(_from_frames, stack, session.document)
        self._work.start(work, partial(self._take_in, name), self._fail)

    def _take_in(self, name: str, found: Mapping[str, _Found]) -> None:
        self._found |= found
        self._show(name) if name in self._found else self._close()

    def _fail(self, error: FluoganError) -> None:
        self.context.say(error.one_line)
        if self.popover is not None:
            self.popover.show_failure(error.one_line)

    # The session

    def _follow(self, changed: frozenset[str]) -> None:
        if changed & {"roi", "frames", "drift"}:
            self._forget()
        elif changed & {"params", "method"}:
            for name in FROM_FITS:
                self._found.pop(name, None)

    def _forget(self) -> None:
        self._found.clear()
        self._give_up()
        for button in self.buttons.values():
            button.setEnabled(self.session.stack is not None)

    def _add_buttons(self) -> None:
        rows = {name: self._form.row(name) for _, name in self._form.rows}
        before, self._furnished = self._furnished, rows
        self.buttons = {name: button for name, button in self.buttons.items() if before[name] is rows.get(name)}
        fits = FROM_FITS if self.session.method.name == DEFAULT_METHOD else ()
        for name in (*FROM_FRAMES, *fits):
            if name in rows and name not in self.buttons:
                self._add_button(name)

    def _add_button(self, name: str) -> None:
        row = self._form.row(name)
        tip = f"Estimate {row.spec.label} from the frames, with the evidence."
        button = IconButton(
            "estimate", f"estimate_field_{name}", f"Estimate {row.spec.label}",
            f"{tip} {_STEPS_TO_A_FIT}" if name in FROM_FITS else tip,
        )  # fmt: skip
        button.setFixedSize(BUTTON_SIDE, BUTTON_SIDE)
        button.setEnabled(self.session.stack is not None)
        button.clicked.connect(lambda: self.ask(name))
        row.add_tool(button)
        self.buttons[name] = button

    def _estimate_at_cursor(self) -> None:
        focused = (name for name in self.buttons if self._form.row(name).editor.hasFocus())
        name = next(focused, next(iter(self.buttons)))
        self._form.focus(name)
        self.ask(name)


def _others(acquisition: Acquisition, name: str) -> dict[str, Any]:
    """The values of a recording that the estimate of one of them rests on."""
    return {other: getattr(acquisition, other) for other in Acquisition.model_fields if other not in (name, "origins")}


def _from_frames(stack: Any, document: ProjectDocument, _watch: Watch) -> dict[str, _Found]:
    found = estimate_from_frames(stack, document.acquisition, document.roi, document.frames)
    return {each.name: _Found(each, found.used, document.acquisition) for each in found.findings}


def _weight(stack: Any, document: ProjectDocument, method: Any, params: Any, watch: Watch) -> dict[str, _Found]:
    finding = estimate_weight(
        stack, document.acquisition, method, params, document.roi, document.frames, (), watch.note, watch.cancelled
    )
    used = "the brightest part of the region"
    return {} if finding is None else {finding.name: _Found(finding, used, document.acquisition)}
