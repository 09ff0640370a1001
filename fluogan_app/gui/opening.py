"""What is done on a thread when something is opened: stack or project, and a project for what is only a stack."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.description import FileDescription
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.errors import FluoganError, ProjectError
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project, Run, is_project
from fluogan_app.core.readers.choice import is_clear
from fluogan_app.core.readers.open import describe, open_stack
from fluogan_app.gui.unsaved_projects import UnsavedProjects


@dataclass(frozen=True)
class Opened:
    """What came of opening a path. `trouble` says why the raw stack of a project is not at hand, `kept` in a sentence
    what holds on from the image before.

    An untitled project is `fresh` if it was made just now; else a crash left it behind, with what the user did in it.
    """

    project: Project
    stack: Stack | None
    untitled: bool
    trouble: FluoganError | None = None
    fresh: bool = False
    runs: tuple[Run, ...] = ()
    kept: str = ""

    @property
    def saved(self) -> ProjectDocument | None:
        """What counts as saved: of a project that was left behind, nothing but what its file states."""
        if not self.untitled or self.fresh:
            return None
        return ProjectDocument(acquisition=self.stack.acquisition if self.stack is not None else Acquisition())


class Opener:
    """Every method may take as long as the drive does, and is for a thread."""

    def __init__(self, unsaved: UnsavedProjects, current: Callable[[], Project | None] = lambda: None) -> None:
        self._unsaved, self._current = unsaved, current

    def path(self, path: Path, force: bool = False) -> Opened | FileDescription:
        """A project or the one stack of a file; of a file that holds several, what there is to choose.

        `force` takes a project from a holder that has not been heard of for long. Raises FluoganError.
        """
        if is_project(path):
            return self._project(path, force)
        try:
            stack = open_stack(path)
        except FluoganError:
            # The first image may be damaged where others of the file are not; a damaged file raises again.
            description = describe(path)
            if is_clear(description):
                raise
            return description
        if stack.description is None or is_clear(stack.description):
            return self._with_project(stack)
        with closing(stack):
            return stack.description

    def stack(
        self,
        path: Path,
        known: Acquisition = Acquisition(),
        selection: Selection = Selection(),
        kept: ProjectDocument = ProjectDocument(),
    ) -> Opened:
        """One stack of a file, completed by what is known of it, with the region, frames and drift of `kept`.

        Those that are not ones of this stack are left out. Raises FluoganError.
        """
        return self._with_project(open_stack(path, selection), known, kept)

    def another_image(self, path: Path, known: Acquisition, selection: Selection, kept: ProjectDocument) -> Opened:
        """Another image of the file that is open, and what holds for it too. Raises FluoganError."""
        opened = self.stack(path, known, selection, kept)
        return replace(opened, kept=_kept_words(opened.project.document))

    def _project(self, path: Path, force: bool) -> Opened:
        project = Project.open(path)
        untitled = self._unsaved.contains(project.folder)
        if untitled and not self._unsaved.hold(project):
            raise ProjectError(f"The project {project.folder.name} is open in another window.", "Close it there first.")
        if not untitled:
            project.hold(like=self._current(), force=force)
        runs = tuple(project.runs())
        if project.document.link is None:
            return Opened(project, None, untitled, runs=runs)
        try:
            return Opened(project, project.open_stack(), untitled, runs=runs)
        except FluoganError as error:
            return Opened(project, None, untitled, error, runs=runs)

    def _with_project(
        self, stack: Stack, known: Acquisition = Acquisition(), kept: ProjectDocument = ProjectDocument()
    ) -> Opened:
        """The stack with a project for it that stands on disk at once."""
        try:
            # Read here and not by the viewer: what cannot show its first frame is no stack to work on.
            stack.frame(0)
            document = kept.fitting(stack.shape).replace(acquisition=_with_known(stack.acquisition, known))
            project = self._unsaved.create(stack.path.stem.removesuffix(".ome"), document)
        except BaseException:
            stack.close()
            raise
        return Opened(project, stack, untitled=True, fresh=True)


def _kept_words(document: ProjectDocument) -> str:
    """What a new image has from the one before; "" where that is nothing."""
    parts = [str(document.frames)] if document.frames is not None else []
    parts += ["the region"] if document.roi is not None else []
    if document.drift is not None:
        parts.append("the correction of the drift (the sample moved alike in all channels and planes)")
    return f"Kept from the image before: {', '.join(parts)}." if parts else ""


def _with_known(stated: Acquisition, known: Acquisition) -> Acquisition:
    """What the file states, completed by what is known of a sample."""
    values = {name: getattr(known, name) for name in known.origins}
    return stated.replace(**values, origins={**stated.origins, **known.origins})
