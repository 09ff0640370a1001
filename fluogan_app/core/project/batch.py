"""One set of parameters on many files: one project for each, whatever becomes of the others.

What is done is on disk as soon as it is done: each file's project, and a table of all files. A batch that was ended,
by its user or by a power failure, is started again and goes on with the files that are not done.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.data.wanted import Wanted
from fluogan_app.core.errors import FluoganError, ProjectError, UsageError
from fluogan_app.core.files import write_text_atomic
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Outcome, Sink
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.params import Params
from fluogan_app.core.project import link as links
from fluogan_app.core.project.folder import SUFFIX, is_project, project_folder
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.prepare import RunRequest, prepare_run
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.watching import kept_on_disk
from fluogan_app.core.project.workflow import run_prepared

log = logging.getLogger(__name__)

TABLE = "batch.csv"
#: Endings of the files that are taken of a folder; a file that is named is tried whatever it is called.
ENDINGS = (
    ".tif", ".tiff", ".btf", ".tf8", ".czi", ".nd2", ".lif", ".lof", ".oib", ".oif", ".dv", ".spe", ".stk", ".lsm",
)  # fmt: skip
#: Settings that change the image; where it is computed does not, but for rounding.
_SAME = ("seed", "repeats", "stop_when_still")


class ItemState(StrEnum):
    """What became of one file."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class BatchItem:
    """One file of a batch, the project that it gets, and what became of it.

    words: why it failed or was skipped, "" otherwise. measures: of its result.
    """

    path: Path
    project: Path
    state: ItemState = ItemState.WAITING
    run: int | None = None
    seconds: float | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    words: str = ""


#: What is asked of one file, once it is open. Raises FluoganError where its data do not allow it.
Ask = Callable[[Stack], RunRequest]
#: Is told of each change: the item's number from 0, and how it stands.
Told = Callable[[int, BatchItem], None]


def batch_items(paths: Iterable[Path], folder: Path | None = None) -> tuple[BatchItem, ...]:
    """The files of a batch, folders among them taken apart, each with its project: beside it, or in one folder.

    Raises UsageError where there is nothing to do.
    """
    files = list(dict.fromkeys(file for path in paths for file in _files_in(path)))
    if not files:
        raise UsageError("There are no stacks among these files.", f"Name files, or folders with {', '.join(ENDINGS)}.")
    taken: set[Path] = set()
    return tuple(BatchItem(file, _free_project(file, folder or file.parent, taken)) for file in files)


def same_for_each(
    method: str, params: Params, settings: RunSettings, here: Acquisition, stated: Acquisition | None = None
) -> Ask:
    """Ask of each file what stands for the one that is open: `here`, of which the file itself states `stated`.

    What the user set or took from an estimate holds where another file states nothing of its own, or where it overrules
    what the open file states. The whole field and all frames are taken.
    """
    set_here = {name: origin for name, origin in here.origins.items() if origin in (Origin.USER, Origin.ESTIMATED)}
    overruled = {name for name in set_here if stated is not None and stated.origin(name) is Origin.FILE}

    def ask(stack: Stack) -> RunRequest:
        known = stack.acquisition
        for name, origin in set_here.items():
            if name in overruled or known.origin(name) is not Origin.FILE:
                known = known.with_values(origin, **{name: getattr(here, name)})
        return RunRequest(method, params, settings, stack.recording.completed(known))

    return ask


def run_batch(
    items: Sequence[BatchItem], ask: Ask, control: Control, sink: Sink, told: Told, table: Path | None = None,
    again: bool = False, selection: Selection | Wanted = Wanted(),
) -> tuple[BatchItem, ...]:  # fmt: skip
    """Run one file after the other; how each came out. Never raises for what is wrong with one of them.

    told: called on this thread. table: a CSV that is written anew after each file. again: also run what is done.
    selection: which image of each file.
    Raises ProjectError where that table cannot be written.
    """
    done, seen = list(items), set[Path]()
    for index, item in enumerate(items):
        if control.cancelled:
            break

        def note(now: BatchItem, index: int = index) -> None:
            done[index] = now
            told(index, now)

        note(replace(item, state=ItemState.RUNNING))
        note(_one(item, ask, _Way(control, sink, again, selection), seen))
        if table is not None:
            write_table(table, done)
    return tuple(done)


def write_table(path: Path, items: Sequence[BatchItem]) -> None:
    """All files with what became of them, one row each. Raises ProjectError."""
    names = list(dict.fromkeys(name for item in items for name in item.measures))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["file", "project", "run", "state", "seconds", *names, "remark"])
    for item in items:
        run, seconds = item.run or "", "" if item.seconds is None else f"{item.seconds:.3f}"
        measures = [repr(item.measures[name]) if name in item.measures else "" for name in names]
        rows.writerow([item.path, item.project, run, item.state.value, seconds, *measures, item.words])
    write_text_atomic(path, text.getvalue())


@dataclass(frozen=True)
class _Way:
    """How each file is run."""

    control: Control
    sink: Sink
    again: bool
    selection: Selection | Wanted


def _one(item: BatchItem, ask: Ask, way: _Way, seen: set[Path]) -> BatchItem:
    from fluogan_app.core.readers.open import open_stack

    if item.path.resolve() in seen:
        return replace(item, state=ItemState.SKIPPED, words="It belongs to the series of a file before it.")
    try:
        stack = open_stack(item.path, way.selection)
        try:
            seen.update(path.resolve() for path in links.files_of(stack))
            return _reconstructed(item, stack, ask(stack), way)
        finally:
            stack.close()
    except FluoganError as error:
        return replace(item, state=ItemState.FAILED, words=error.one_line)
    except Exception as error:  # noqa: BLE001 - whatever one file does, the others have their turn
        log.exception("%s could not be reconstructed", item.path)
        return replace(item, state=ItemState.FAILED, words=f"{type(error).__name__}: {error}")


def _reconstructed(item: BatchItem, stack: Stack, request: RunRequest, way: _Way) -> BatchItem:
    project = Project.open(item.project) if is_project(item.project) else None
    if project is not None:
        _check_same(project, stack)
        before = None if way.again else _done_before(project, request)
        if before is not None:
            return _told_of(item, before, ItemState.SKIPPED, "It was done before with these parameters.")
    prepared = prepare_run(stack, request)
    if way.control.cancelled:
        return replace(item, state=ItemState.CANCELLED)
    target = project or Project.create(item.project)
    run, ended = run_prepared(target, prepared, way.control, way.sink, watched=kept_on_disk)
    return _ended(item, run, ended)


def _ended(item: BatchItem, run: Run, ended: Ended) -> BatchItem:
    if ended.outcome is Outcome.FAILED:
        return _told_of(item, run, ItemState.FAILED, ended.error.one_line if ended.error else "")
    return _told_of(item, run, ItemState(ended.outcome.value), "")


def _told_of(item: BatchItem, run: Run, state: ItemState, words: str) -> BatchItem:
    record = run.record
    return replace(
        item, state=state, run=run.number, seconds=record.seconds, measures=dict(record.measures), words=words
    )


def _check_same(project: Project, stack: Stack) -> None:
    link = project.document.link
    found = links.differences(link, stack) if link is not None else []
    if found:
        raise ProjectError(
            f"{project.folder} holds runs on {link.path}. {' '.join(found)}", "Choose another folder for the projects."
        )


def _done_before(project: Project, request: RunRequest) -> Run | None:
    """A finished run of the project that was asked the same."""
    params = request.params.model_dump(mode="json")
    for run in reversed(project.runs()):
        record = run.record
        same = all(getattr(record.settings, name) == getattr(request.settings, name) for name in _SAME)
        asked_region = request.roi in (None, record.roi) and request.frames in (None, record.frames)
        if record.status is RunStatus.FINISHED and record.method == request.method and record.params == params:
            if same and asked_region and record.drift == request.drift:
                return run
    return None


def _files_in(path: Path) -> list[Path]:
    if not path.is_dir() or is_project(path):
        return [path]
    return sorted(file for file in path.iterdir() if file.is_file() and file.suffix.lower() in ENDINGS)


def _free_project(file: Path, folder: Path, taken: set[Path]) -> Path:
    """The project of a file: NAME.fluogan; of two files of one name the second one has a number."""
    stem, number = file.name.removesuffix(file.suffix), 1
    target = project_folder(folder / (stem + SUFFIX))
    while target in taken:
        number += 1
        target = project_folder(folder / f"{stem}-{number}{SUFFIX}")
    taken.add(target)
    return target
