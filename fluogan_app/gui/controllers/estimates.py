"""Estimates from the frames: asked for, made in the background, shown, and taken into the form one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.estimate.result import Estimate
from fluogan_app.core.params import specs
from fluogan_app.core.project.estimating import estimate_from_frames
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.estimates_dialog import EstimatesDialog

if TYPE_CHECKING:
    from fluogan_app.core.estimate.recording import Findings


class EstimatesController(QObject):
    """One dialog at a time, for the stack that is open; it goes when the stack does."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._dialog: EstimatesDialog | None = None
        context.session.stack_left.connect(lambda _: self._close())

    def ask(self) -> None:
        """Estimate from the chosen region and frames, and show what comes out."""
        session = self._context.session
        if session.stack is None:
            return
        self._close()
        dialog = self._dialog = EstimatesDialog(session.stack_name, self._context.window)
        dialog.wanted.connect(self._take)
        dialog.finished.connect(lambda _: self._forget(dialog))
        dialog.show()
        work = partial(estimates_of, session.shown_stack, session.document)
        self._context.workbench.do(work, partial(self._show, dialog), partial(self._fail, dialog))

    def _show(self, dialog: EstimatesDialog, found: Findings) -> None:
        if dialog is self._dialog:
            dialog.show_findings(found.findings, self._usable(), found.used)

    def _fail(self, dialog: EstimatesDialog, error: FluoganError) -> None:
        self._context.say(error.one_line)
        if dialog is self._dialog:
            dialog.show_failure(error.one_line)

    def _usable(self) -> frozenset[str]:
        method = self._context.session.method.params_type
        return frozenset(spec.name for params_type in (Acquisition, method) for spec in specs(params_type))

    def _take(self, estimate: Estimate) -> None:
        self.take(estimate)
        if self._dialog is not None:
            self._dialog.show_used(estimate.name, self.idle_words(estimate.name))

    def take(self, estimate: Estimate) -> None:
        """Into the form, with as many digits as mean something."""
        session, value = self._context.session, estimate.rounded
        session.note_problems({name: kept for name, kept in session.problems.items() if name != estimate.name})
        with session.step(f"{estimate.label} {value:g} {estimate.unit}, estimated".replace(" ,", ",")):
            if estimate.name in {spec.name for spec in specs(Acquisition)}:
                taken = session.document.acquisition.with_values(Origin.ESTIMATED, **{estimate.name: value})
                session.change(acquisition=taken)
            else:
                session.edit(session.method.params_type, estimate.name, value)
        said = f"{estimate.label} {value:g} {estimate.unit}".rstrip()
        self._context.say(f"{said} is estimated from the frames. {self.idle_words(estimate.name)}".rstrip())

    def idle_words(self, name: str) -> str:
        """Why a value changes nothing as the others stand; "" where it counts."""
        return self._context.session.params.without_effect().get(name, "")

    def _close(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.close()

    def _forget(self, dialog: EstimatesDialog) -> None:
        """Closed dialogs are gone: what still comes for them is dropped."""
        if dialog is self._dialog:
            self._dialog = None


def estimates_of(stack: Stack, document: ProjectDocument) -> Findings:
    """What the chosen region and frames tell. On a thread. Raises FluoganError."""
    return estimate_from_frames(stack, document.acquisition, document.roi, document.frames)
