"""A disk that fails at any one step of any write: the project opens as it was before or after, never broken."""

from __future__ import annotations

import builtins
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import FluoganError, ProjectError
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.project.document import DAMAGED, PREVIOUS
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.pack import pack_project
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.unpack import unpack_project
from fluogan_app.core.project.workflow import resume_run, start_run

#: More steps than any of the operations has.
MOST = 200


class Disk:
    """Counts what is asked of the disk, and refuses the n-th and all that follows, or the n-th alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.fails_at, self.stays_full = 0, 0, True
        for module, name in ((os, "replace"), (os, "rename"), (os, "fsync"), (os, "mkdir"), (shutil, "copyfile")):
            monkeypatch.setattr(module, name, self._watched(getattr(module, name)))
        real = builtins.open

        def opened(file, mode="r", *rest, **more):
            if set(mode) & set("wax+"):
                self._step()
            return real(file, mode, *rest, **more)

        monkeypatch.setattr(builtins, "open", opened)

    def arm(self, fails_at: int, stays_full: bool) -> None:
        self.count, self.fails_at, self.stays_full = 0, fails_at, stays_full

    def disarm(self) -> None:
        self.fails_at = 0

    def _watched(self, real: Callable) -> Callable:
        def step(*rest, **more):
            self._step()
            return real(*rest, **more)

        return step

    def _step(self) -> None:
        self.count += 1
        if self.fails_at and (self.count == self.fails_at or (self.stays_full and self.count > self.fails_at)):
            raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def fail_at_each_step(
    disk: Disk, prepare: Callable[[], None], act: Callable[[], object], check: Callable, stays: tuple = (True, False),
    every: int = 1,
) -> int:  # fmt: skip
    """Let `act` fail at its first step, at its second, and so on until it does not; how many steps it has."""
    for stays_full in stays:
        for number in range(1, MOST, every):
            prepare()
            disk.arm(number, stays_full)
            try:
                outcome = act()
            except FluoganError as error:
                outcome = error
            finally:
                disk.disarm()
            check(outcome)
            if disk.count < number:
                break
        else:
            raise AssertionError("the operation has too many steps")
    return number - 1


BEFORE, AFTER = ProjectDocument(roi=Roi(0, 0, 3, 3)), ProjectDocument(roi=Roi(1, 1, 4, 4))


def test_a_save(disk, project) -> None:
    def check(outcome) -> None:
        roi = Project.open(project.folder).document.roi
        assert roi in (BEFORE.roi, AFTER.roi)
        if isinstance(outcome, ProjectError):
            assert "No space left" in outcome.message and outcome.hint and project.document.roi == BEFORE.roi
        else:
            assert roi == AFTER.roi

    steps = fail_at_each_step(disk, lambda: project.save(BEFORE), lambda: project.save(AFTER), check)
    assert steps >= 4  # two files written, flushed, and put in place


def test_a_save_that_writes_in_place_is_found_out(disk, project) -> None:
    """The check above can fail: here the document itself is opened for writing."""

    def save_in_place() -> None:
        try:
            with open(project.folder / "project.json", "w") as file:
                os.fsync(file.fileno())
                file.write("{}")
        except OSError as error:
            raise ProjectError(str(error)) from error

    def prepare() -> None:
        project.save(BEFORE)
        (project.folder / PREVIOUS).unlink()

    with pytest.raises(ProjectError, match="damaged|understood|version"):
        fail_at_each_step(disk, prepare, save_in_place, lambda _: Project.open(project.folder))


def test_a_copy_to_another_place(disk, project, stack) -> None:
    project.attach(stack)
    target = project.folder.with_name("copy.fluogan")

    def check(outcome) -> None:
        assert Project.open(project.folder).document.link is not None
        if isinstance(outcome, Project):
            assert Project.open(target).mean() is not None
        else:
            assert not target.exists() or Project.open(target).mean() is not None
        assert not [path for path in target.parent.iterdir() if path.name.startswith(".")]

    fail_at_each_step(
        disk, lambda: shutil.rmtree(target, ignore_errors=True), lambda: project.save_as(target), check
    )


def test_a_stack_that_is_attached(disk, project, stack) -> None:
    fail_at_each_step(
        disk, lambda: None, lambda: project.attach(stack), lambda _: Project.open(project.folder).runs()
    )
    assert Project.open(project.folder).document.link is not None


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_a_run(disk, tmp_path, stack, walk, request_for, every) -> None:
    """Whatever fails: the project opens, and a run that stands in it can be resumed to its end."""
    places = iter(range(10_000))
    made: list[Project] = []

    def prepare() -> None:
        made.append(Project.create(tmp_path / f"p{next(places)}"))

    def act():
        return start_run(made[-1], stack, request_for(steps=3))

    def check(outcome) -> None:
        project = Project.open(made[-1].folder)
        runs = project.runs()
        if isinstance(outcome, FluoganError):
            assert runs == [] or runs[0].record.status.value != "finished"
        elif outcome[1].outcome is Outcome.FINISHED:
            assert runs[0].result().steps == 3
        else:
            assert outcome[1].result is not None and "No space left" in outcome[1].error.message
        if runs and runs[0].record.status.value != "finished":
            assert resume_run(project, stack=stack)[1].outcome is Outcome.FINISHED
            assert np.isfinite(Project.open(project.folder).run().result().estimate).all()
        shutil.rmtree(made[-1].folder)

    fail_at_each_step(disk, prepare, act, check, stays=(True,), every=every)


def test_packing_and_unpacking(disk, project, stack, tmp_path) -> None:
    project.attach(stack)
    archive, there = tmp_path / "p.zip", tmp_path / "there"

    def packed(outcome) -> None:
        assert archive.exists() is (outcome == archive)

    fail_at_each_step(
        disk, lambda: archive.unlink(missing_ok=True), lambda: pack_project(project, archive, raw=True), packed
    )
    pack_project(project, archive, raw=True)

    def unpacked(outcome) -> None:
        folder = there / project.folder.name
        assert Project.open(folder).mean() is not None if folder.exists() else isinstance(outcome, ProjectError)

    fail_at_each_step(
        disk, lambda: shutil.rmtree(there, ignore_errors=True), lambda: unpack_project(archive, there), unpacked
    )


@pytest.mark.parametrize("text", ["", "{", '{"schema_version": 1, "roi": 3}'])
def test_a_damaged_document_gives_way_to_the_one_before(project, text) -> None:
    project.save(BEFORE)
    project.save(AFTER)
    (project.folder / "project.json").write_text(text)
    opened = Project.open(project.folder)
    assert opened.document.roi == BEFORE.roi and "is damaged" in opened.restored
    opened.save(AFTER)
    again = Project.open(project.folder)
    assert again.document.roi == AFTER.roi and again.restored == ""
    assert (project.folder / DAMAGED).read_text() == text
    (project.folder / "project.json").write_text("{")
    assert Project.open(project.folder).document.roi == BEFORE.roi


def test_a_newer_document_is_no_damaged_one(project) -> None:
    project.save(BEFORE)
    project.save(AFTER)
    (project.folder / "project.json").write_text('{"schema_version": 999}')
    with pytest.raises(ProjectError, match="newer FluoGAN"):
        Project.open(project.folder)


def test_with_both_damaged_the_present_one_is_named(project) -> None:
    project.save(BEFORE)
    for name in ("project.json", PREVIOUS):
        Path(project.folder, name).write_text("{")
    with pytest.raises(ProjectError, match="project.json is damaged"):
        Project.open(project.folder)
