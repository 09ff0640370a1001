"""A project on disk: a folder NAME.fluogan with its document, what it needs of the raw stack, and its runs."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from fluogan_app import __version__
from fluogan_app.core.data.projections import Projections
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError, ProjectError, ReadError
from fluogan_app.core.files import cannot_write, gone, write_json_atomic
from fluogan_app.core.project import link as links
from fluogan_app.core.project.document import keep_previous, read_document, with_fitting_drift
from fluogan_app.core.project.folder import (
    DOCUMENT,
    check_free,
    copy_folder,
    existing_folder,
    is_project,
    project_folder,
    put_in_place,
)
from fluogan_app.core.project.images import read_image, write_ome
from fluogan_app.core.project.model import InputLink, ProjectDocument, RunRecord, now_text
from fluogan_app.core.project.open_lock import WINDOW, Holder, OpenLock
from fluogan_app.core.project.run import RECORD, Run, run_name

__all__ = ["Project", "is_project", "project_folder"]

log = logging.getLogger(__name__)

#: Where deleted runs are until the trash is emptied; their numbers are not given again.
TRASH = "trash"
#: The stored mean takes in evenly spaced frames of at most this many bytes in all, so that attaching stays quick.
MEAN_BYTES = 1_000_000_000


def _to_log(error: ProjectError) -> None:
    log.warning("%s", error.one_line)


class Project:
    """One open project. `document` is what project.json holds; it changes only by `save`.

    read_only: why nothing may be written here, in a sentence; "" where it may. holder: who else has it open.
    restored: a sentence where project.json was damaged and the version before it was taken; else "".
    """

    def __init__(self, folder: Path, document: ProjectDocument, restored: str = "") -> None:
        self.folder = folder
        self.document = document
        self.restored, self.read_only = restored, ""
        self.holder: Holder | None = None
        self._lock: OpenLock | None = None
        self._saving = threading.RLock()

    @classmethod
    def create(cls, folder: str | Path, document: ProjectDocument | None = None, overwrite: bool = False) -> Project:
        """Make a project, complete with project.json. `overwrite` replaces a FluoGAN project, never another folder.

        Raises ProjectError; what stood there before stands still.
        """
        target = project_folder(folder)
        check_free(target, overwrite)
        document = document or ProjectDocument()

        def fill(staged: Path) -> None:
            for name in ("input", "runs"):
                (staged / name).mkdir()
            write_json_atomic(staged / DOCUMENT, document.content())

        put_in_place(target, fill)
        return cls(target, document)

    @classmethod
    def open(cls, folder: str | Path) -> Project:
        """Read a project; its raw stack need not be there. A damaged document gives way to the one before it.

        Raises ProjectError.
        """
        place = existing_folder(folder)
        path = place / DOCUMENT
        if not path.is_file():
            what = "is not a FluoGAN project: it has no project.json" if place.exists() else "is not there"
            raise ProjectError(f"{place} {what}.", "Choose a folder whose name ends in .fluogan.")
        return cls(place, *read_document(place))

    def hold(self, program: str = WINDOW, like: Project | None = None, force: bool = False) -> bool:
        """Take the project for writing, if nobody else has it; `read_only` says why not. Asks the drive.

        `like`: the same project as it was open in this process before, whose lock is shared. `force` takes it from a
        holder that has not been heard of for long.
        """
        if like is not None and like.folder == self.folder and like._lock is not None:
            self._lock = like._lock.share()
            return True
        lock = OpenLock(self.folder, program)
        try:
            self.holder = lock.take(force)
        except OSError as error:
            self.read_only = f"The folder of {self.folder.name} cannot be written: {error.strerror or error}."
            return False
        self.read_only = f"{self.folder.name} is open {self.holder.words}." if self.holder else ""
        self._lock = None if self.holder else lock
        return self._lock is not None

    def let_go(self) -> None:
        """Others may take the project. Asks the drive."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()

    def check_writable(self) -> None:
        """Raises ProjectError where the project is only for reading, or not there any more."""
        if self.read_only:
            raise ProjectError(self.read_only, "Save it in another place (File › Save as), and go on there.")
        self._check_present()

    def save(self, document: ProjectDocument) -> None:
        """Put the document on disk in one step, then take it over. Raises ProjectError; the old one then stands."""
        with self._saving:
            self.check_writable()
            if document.link is None:
                # A stack is never detached: a snapshot without a link was taken before the stack was attached.
                document = document.replace(link=self.document.link)
            document = _relinked(document, self.folder).replace(modified=now_text(), app_version=__version__)
            keep_previous(self.folder, damaged=bool(self.restored))
            write_json_atomic(self.folder / DOCUMENT, document.content())
            self.document, self.restored = document, ""

    def save_as(
        self, folder: str | Path, overwrite: bool = False, document: ProjectDocument | None = None
    ) -> Project:
        """A complete copy at another place, put there in one step. Raises ProjectError; this project stays as it is.

        `document`: what the copy holds instead of what was saved here.
        """
        target = project_folder(folder)
        source = Path(os.path.realpath(self.folder))
        if target == source or source in target.parents or target in source.parents:
            raise ProjectError(f"The project {source} cannot be copied onto or into itself.", "Choose another place.")
        self._check_present()
        check_free(target, overwrite)
        document = document or self.document
        # As in `save`: a snapshot without a link was taken before the stack was attached.
        document = document.replace(link=document.link or self.document.link)
        document = _relinked(document, target).replace(modified=now_text())

        def fill(staged: Path) -> None:
            copy_folder(source, staged)
            _write_link(staged, document)
            write_json_atomic(staged / DOCUMENT, document.content())

        put_in_place(target, fill)
        return Project(target, document)

    def runs(self, on_damaged: Callable[[ProjectError], None] = _to_log) -> list[Run]:
        """The runs in their order. One that cannot be read is left out, and `on_damaged` is told why."""
        found = []
        for folder in self._run_folders():
            try:
                found.append(Run.open(folder))
            except ProjectError as error:
                on_damaged(error)
        return found

    def run(self, number: int | None = None) -> Run:
        """One run, or the last one. Raises ProjectError."""
        folders = {_number(folder): folder for folder in self._run_folders()}
        if not folders:
            raise ProjectError(f"The project {self.folder.name} has no runs yet.", "Run a reconstruction first.")
        if number is None:
            number = max(folders)
        if number not in folders:
            known = ", ".join(str(known) for known in sorted(folders))
            raise ProjectError(f"The project {self.folder.name} has no run {number}.", f"There are: {known}.")
        return Run.open(folders[number])

    def add_run(self, record: RunRecord) -> Run:
        """A new run's folder with its record; the record's number and name are set here. Raises ProjectError."""
        self.check_writable()
        folder = self._new_run_folder(record.method)
        run = Run(folder, record)
        try:
            run.write_record(record.replace(number=_number(folder), name=folder.name))
        except ProjectError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return run

    def attach(self, stack: Stack, hashed: bool = False) -> None:
        """Remember a stack: the link to its file, and its mean as it is, so that the project opens without it.

        Raises ReadError, ProjectError.
        """
        self.check_writable()
        before = self.document.link
        link = links.make_link(stack, self.folder)
        mean_path = self.folder / "input" / "mean.ome.tif"
        unchanged = links.is_unchanged(link, before)
        # Reading a long stack takes its time, and the window must be able to save meanwhile: no lock is held here.
        if not (unchanged and mean_path.exists() and _drift_of_mean(mean_path) == _drift_words(stack)):
            _write_mean(mean_path, stack)
        known = before.sha256 if unchanged and before else ""
        link = link.replace(sha256=known or (links.fingerprint_of(links.files_of(stack)) if hashed else ""))
        with self._saving:
            document = with_fitting_drift(self.document.replace(link=link))
            _write_link(self.folder, document)
            self.save(document)

    def mean(self) -> tuple[np.ndarray, float | None] | None:
        """The stack's mean over time in counts (Y, X) and its pixel size in nm; None before `attach`.

        Raises ProjectError.
        """
        path = self.folder / "input" / "mean.ome.tif"
        if not path.exists():
            return None
        image, pixel_size_nm, _ = read_image(path)
        return image, pixel_size_nm

    def open_stack(self) -> Stack:
        """The raw stack, where the link finds it; its warnings say where it is another file of the same shape and type.

        Whether the content is still the same takes reading it: `link.doubts`. Raises ReadError, whose hint says to
        locate it, where it is not there, or where another stack is in its place.
        """
        link = self.document.link
        if link is None:
            raise ReadError("The project has no stack yet.", "Open a stack.")
        return self._opened(links.find(link, self.folder), link, with_hash=False)

    def locate(self, path: str | Path) -> Stack:
        """Take the raw stack from another place. The stack's warnings say where it differs from the one before.

        Raises ReadError where it is no stack or of another shape: region and runs would not fit.
        """
        stack = self._opened(Path(path), self.document.link, with_hash=True)
        if not self.read_only:
            self.attach(stack, hashed=True)
        return stack

    def trouble_with_stack(self) -> tuple[str, ...]:
        """Why the raw stack is not at hand, or may be another one than the project was made with; none where it is.

        It is opened, and where it was written since it is read once.
        """
        link = self.document.link
        if link is None:
            return ()
        try:
            with closing(self.open_stack()) as stack:
                return links.doubts(link, stack)
        except FluoganError as error:
            return (error.one_line,)

    def _opened(self, path: Path, link: InputLink | None, with_hash: bool) -> Stack:
        from fluogan_app.core.readers.open import open_stack

        if link is None:
            return open_stack(path)
        stack = open_stack(path, link.selection)
        try:
            links.check_fits(link, stack)
            found = links.warned(links.differences(link, stack, with_hash))
        except BaseException:
            stack.close()
            raise
        return replace(stack, warnings=(*stack.warnings, *found))

    def _check_present(self) -> None:
        """A folder that was moved away must not be made again with half of its content."""
        if not (self.folder / DOCUMENT).is_file():
            raise gone("project", self.folder)

    def _new_run_folder(self, method: str) -> Path:
        runs = self.folder / "runs"
        try:
            runs.mkdir(exist_ok=True)
            taken = (*runs.iterdir(), *(self.folder / TRASH).glob("*"))
            number = max((_number(folder) for folder in taken), default=0) + 1
            while not _made(folder := runs / run_name(number, method)):
                number += 1
        except OSError as error:
            raise cannot_write(runs, error) from error
        return folder

    def _run_folders(self) -> list[Path]:
        runs = self.folder / "runs"
        if not runs.is_dir():
            return []
        return sorted(folder for folder in runs.iterdir() if _number(folder) and (folder / RECORD).is_file())


def _relinked(document: ProjectDocument, folder: Path) -> ProjectDocument:
    """The document with the way from this folder to the raw stack."""
    link = document.link
    if link is None:
        return document
    return document.replace(link=link.replace(relative_path=links.relative_to(Path(link.path), folder)))


def _write_link(folder: Path, document: ProjectDocument) -> None:
    if document.link is not None:
        write_json_atomic(folder / "input" / "link.json", document.link.model_dump(mode="json"))


def _made(folder: Path) -> bool:
    """Make a folder, or say that another process was faster."""
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def _number(folder: Path) -> int:
    head = folder.name.split("-")[0]
    return int(head) if head.isdecimal() else 0


def _drift_words(stack: Stack) -> str:
    """Which correction a mean shows: a few letters that change with it, "" for frames as they were recorded."""
    if stack.drift is None:
        return ""
    return hashlib.sha256(repr(stack.drift).encode()).hexdigest()[:16]


def _drift_of_mean(path: Path) -> str:
    with suppress(ProjectError):
        return str(read_image(path)[2].get("drift", ""))
    return "unreadable"


def _write_mean(path: Path, stack: Stack) -> None:
    frame_count, height, width = stack.shape
    most = max(1, MEAN_BYTES // max(1, height * width * stack.dtype.itemsize))
    chosen = np.unique(np.linspace(0, frame_count - 1, min(frame_count, most)).round().astype(int))
    mean = Projections((height, width))
    for index in chosen.tolist():
        mean.add(stack.frame(index))
    about = {"quantity": "mean over time", "source": stack.path.name, "frames": len(chosen), "of_frames": frame_count}
    about |= {"drift": _drift_words(stack)}
    write_ome(path, mean.image("mean"), stack.acquisition.pixel_size_nm, "counts", about)
