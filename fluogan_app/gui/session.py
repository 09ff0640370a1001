"""The one place of the window that changes: which project, stack and run it shows, and the values as they stand.

What it holds is frozen; going back means setting an older snapshot. Views are told by signals and never hold state.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.registry import METHODS, method_named
from fluogan_app.core.params import Params, problem_with
from fluogan_app.core.project.differences import PARTS, differences, fitting
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.gui.history import History
from fluogan_app.gui.wording import for_the_eye

if TYPE_CHECKING:
    from fluogan_app.core.project.store import Project, Run

#: What a user would miss if it were not saved. Where the view looks is kept too, but asks no question.
OWNED = (*PARTS, "drawn")


class Session(QObject):
    """Holds the project's snapshots and says when one was exchanged.

    `document_changed` carries the names of the fields that changed, as a frozenset; `stack_left` the stack that nobody
    needs any more, for whoever reads from it to close.
    """

    project_changed = Signal()
    stack_changed = Signal()
    stack_left = Signal(object)
    document_changed = Signal(object)
    problems_changed = Signal()
    runs_changed = Signal()
    shown_run_changed = Signal()
    job_changed = Signal()
    unsaved_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project: Project | None = None
        self.untitled = False
        self.stack: Stack | None = None
        self.document = ProjectDocument()
        self.history = History(self)
        self.runs: tuple[Run, ...] = ()
        self.shown_run: Run | None = None
        self.running_number: int | None = None
        self.busy = False
        self._corrected: Stack | None = None
        self._saved = self.document
        self._problems: dict[str, str] = {}
        self._stated = Acquisition()
        self._was_unsaved = False

    # What is open

    def show_project(
        self,
        project: Project,
        stack: Stack | None,
        untitled: bool,
        saved: ProjectDocument | None = None,
        runs: Sequence[Run] | None = None,
    ) -> None:
        """Take another project in, with its stack where the raw file is at hand.

        `saved` is what counts as saved, where that is not what stands on disk: a project that a crash left behind.
        `runs` are the project's, where they were read already: else its drive is asked now.
        """
        self._leave_stack()
        self.project, self.stack, self.untitled = project, stack, untitled
        self.document, self._saved = _fitting(project.document, stack), saved or project.document
        noted = project.document.acquisition
        self._stated = noted if untitled or stack is None else _with_noted(stack.acquisition, noted)
        self._problems = {}
        self.history.clear()
        self.runs = tuple(project.runs() if runs is None else runs)
        self.shown_run = self.runs[-1] if self.runs else None
        self._announce_all()

    def show_nothing(self) -> None:
        """Close the project."""
        self._leave_stack()
        self.project, self.untitled, self.runs, self.shown_run = None, False, (), None
        self.document = self._saved = ProjectDocument()
        self._problems = {}
        self.history.clear()
        self._announce_all()

    def moved_to(self, project: Project, runs: Sequence[Run]) -> None:
        """The same project, now in a folder that the user chose, with its runs as they are there."""
        number = self.shown_run.number if self.shown_run else None
        self.project, self.untitled = project, False
        self.runs = tuple(runs)
        self.shown_run = next((run for run in self.runs if run.number == number), None)
        self.note_saved(project.document)
        self.project_changed.emit()
        self.runs_changed.emit()

    def set_stack(self, stack: Stack) -> None:
        """The raw stack was found again."""
        self._leave_stack()
        self.stack = stack
        fits = _fitting(self.document, stack)
        self._exchange({"roi": fits.roi, "frames": fits.frames, "drift": fits.drift})
        self.stack_changed.emit()

    @property
    def shown_stack(self) -> Stack | None:
        """The stack as it is looked at: its frames moved back by the drift that the document holds."""
        stack, drift = self.stack, self.document.drift
        if stack is None or drift is None:
            return stack
        if self._corrected is None or self._corrected.drift != drift:
            self._corrected = corrected(stack, drift)
        return self._corrected

    def _leave_stack(self) -> None:
        left, self.stack = self.stack, None
        self._corrected = None
        if left is not None:
            self.stack_left.emit(left)

    def _announce_all(self) -> None:
        self.project_changed.emit()
        self.stack_changed.emit()
        self.document_changed.emit(frozenset(ProjectDocument.model_fields))
        self.problems_changed.emit()
        self.runs_changed.emit()
        self.shown_run_changed.emit()
        self._note_unsaved()

    # The values as they stand

    @property
    def method(self) -> Method:
        """The method that the next run takes."""
        return METHODS.get(self.document.method) or next(iter(METHODS.values()))

    @property
    def params(self) -> Params:
        """The method's parameters as they stand: what was set, else the default."""
        return self.params_of(self.method.name)

    def params_of(self, method: str) -> Params:
        """The parameters of one method. What an older project holds that is no longer valid falls to its default."""
        return fitting(method_named(method).params_type, self.document.params.get(method, {}))

    def values_of(self, params_type: type[Params]) -> Params:
        """The snapshot of one section of the form."""
        sections = {Acquisition: self.document.acquisition, RunSettings: self.document.settings}
        return sections.get(params_type) or self.params

    def change(self, **fields: Any) -> None:
        """Exchange fields of the document, as one step that can be undone. Nothing is said where nothing changed.

        A drift that is not one of the stack is left out, wherever it comes from: no frame could be shown with it.
        """
        # One region after the other is a step each, but not every pixel that one is dragged by.
        (only,) = fields if len(fields) == 1 else ("",)
        self._note(self.document, self._exchange(fields), only if only in ("roi", "frames") else None)

    def _exchange(self, fields: Mapping[str, Any]) -> frozenset[str]:
        """Set fields without a step; the names of those that changed."""
        drift = _fitting(self.document.replace(**fields), self.stack).drift
        fields = {**fields, "drift": drift}
        changed = frozenset(name for name, value in fields.items() if getattr(self.document, name) != value)
        if changed:
            self.document = self.document.replace(**fields)
            self.document_changed.emit(changed)
            self._note_unsaved()
        return changed

    def _note(self, before: ProjectDocument, changed: frozenset[str], field: Hashable = None) -> None:
        if changed & set(PARTS):
            self.history.note(before, self.document, field=field)

    # Back and forth

    def step(self, title: str) -> AbstractContextManager[None]:
        """All that is changed inside is one step for undo, under that title."""
        return self.history.group(title, lambda: self.document)

    def undo(self) -> None:
        """Take the last edit back. Runs and what is saved stay."""
        self._go_to(self.history.undo())

    def redo(self) -> None:
        """Do again what was undone."""
        self._go_to(self.history.redo())

    def _go_to(self, snapshot: ProjectDocument | None) -> None:
        if snapshot is None:
            return
        fits = _fitting(snapshot, self.stack)
        changed = {difference.name for difference in differences(self.document, fits)}
        self.note_problems({name: kept for name, kept in self._problems.items() if name not in changed})
        self._exchange({name: getattr(fits, name) for name in PARTS})

    def edit(self, params_type: type[Params], name: str, value: Any) -> None:
        """The user set one value. One that does not fit changes nothing, but its field is marked with the reason."""
        sentence = problem_with(params_type, name, value)
        if sentence is None:
            self._store(params_type, name, value)
            self.note_problems({other: kept for other, kept in self._problems.items() if other != name})
        else:
            self.note_problems({**self._problems, name: sentence})

    def reset(self, params_type: type[Params], names: Iterable[str]) -> None:
        """Values went back to what the file states, or to their defaults: so does the word on where they come from."""
        if params_type is not Acquisition:
            return
        origins = {name: origin for name, origin in self.document.acquisition.origins.items() if name not in names}
        origins |= {name: origin for name, origin in self._stated.origins.items() if name in names}
        values = {name: getattr(self._stated, name) for name in names}
        before, field = self.document, (Acquisition.__name__, *names)
        acquisition = self.document.acquisition.replace(**values, origins=origins)
        self._note(before, self._exchange({"acquisition": acquisition}), field)

    @property
    def stated(self) -> Acquisition:
        """What the file, or the sample's description, states of the recording."""
        return self._stated

    def _store(self, params_type: type[Params], name: str, value: Any) -> None:
        if params_type is Acquisition:
            origin = Origin.MISSING if value is None else Origin.USER
            fields = {"acquisition": self.document.acquisition.with_values(origin, **{name: value})}
        elif params_type is RunSettings:
            fields = {"settings": self.document.settings.replace(**{name: value})}
        else:
            values = self.params.replace(**{name: value}).model_dump()
            fields = {"params": {**self.document.params, self.method.name: values}}
        self._note(self.document, self._exchange(fields), (params_type.__name__, name))

    # What keeps a run from starting

    @property
    def problems(self) -> Mapping[str, str]:
        """The sentence of every field that holds a wrong value, or none where one is needed."""
        return {**missing_values(self), **self._problems}

    def note_problems(self, problems: Mapping[str, str]) -> None:
        """These fields hold values that do not fit; what is missing is known without being told."""
        missing = missing_values(self)
        worded = {name: for_the_eye(name, sentence) for name, sentence in problems.items()}
        noted = {name: sentence for name, sentence in worded.items() if missing.get(name) != sentence}
        if noted != self._problems:
            self._problems = noted
            self.problems_changed.emit()

    # Runs

    def refresh_runs(self, runs: Sequence[Run] | None = None) -> None:
        """Take up the runs as they are on disk now; where they were not read on a thread, the drive is asked."""
        if self.project is None:
            return
        shown = self.shown_run.number if self.shown_run else None
        self.runs = tuple(self.project.runs() if runs is None else runs)
        self.shown_run = next((run for run in self.runs if run.number == shown), None)
        self.runs_changed.emit()

    def show_run(self, number: int | None) -> None:
        """Look at another run."""
        chosen = next((run for run in self.runs if run.number == number), None)
        if chosen is not self.shown_run:
            self.shown_run = chosen
            self.shown_run_changed.emit()

    def set_job(self, busy: bool, number: int | None = None) -> None:
        """A job has started, has its run, or has ended."""
        if (busy, number) != (self.busy, self.running_number):
            self.busy, self.running_number = busy, number
            self.history.close_step()
            self.job_changed.emit()

    # Saved or not

    def note_saved(self, document: ProjectDocument) -> None:
        """A document stands on disk. Values that were changed since stay as they are, and count as unsaved."""
        self.document = self.document.replace(link=document.link)
        if not self.untitled:
            self._saved = document
        self._note_unsaved()

    @property
    def unsaved(self) -> bool:
        """Whether closing now would lose something that the user made."""
        if self.project is None:
            return False
        if self.untitled and self.runs:
            return True
        return any(getattr(self.document, name) != getattr(self._saved, name) for name in OWNED)

    @property
    def title(self) -> str:
        """What the project is called."""
        if self.project is None:
            return ""
        if self.untitled:
            return self.stack_name or "Not saved yet"
        return self.project.folder.stem

    @property
    def stack_name(self) -> str:
        """The raw file's name, at hand or not."""
        link = self.document.link
        if self.stack is not None:
            return self.stack.path.name
        return link.path.replace("\\", "/").rsplit("/", 1)[-1] if link else ""

    def _note_unsaved(self) -> None:
        if self.unsaved != self._was_unsaved:
            self._was_unsaved = self.unsaved
            self.unsaved_changed.emit(self.unsaved)


def missing_values(session: Session) -> dict[str, str]:
    """Fields that are empty and must not be, each with its sentence."""
    if session.project is None:
        return {}
    try:
        (session.stack.recording if session.stack else Recording()).completed(session.document.acquisition)
    except ParameterError as error:
        return {name: for_the_eye(name, sentence) for name, sentence in error.problems.items()}
    return {}


def _fitting(document: ProjectDocument, stack: Stack | None) -> ProjectDocument:
    return document if stack is None else document.fitting(stack.shape)


def _with_noted(stated: Acquisition, noted: Acquisition) -> Acquisition:
    """What the file states, and what came with it when the project was made: a sample's description, for example."""
    names = [name for name, origin in noted.origins.items() if origin is Origin.FILE and name not in stated.origins]
    values = {name: getattr(noted, name) for name in names}
    return stated.replace(**values, origins={**stated.origins, **dict.fromkeys(names, Origin.FILE)})
