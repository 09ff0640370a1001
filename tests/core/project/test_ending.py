"""The end of a run that could not be put on disk is put there later, in its project or in one that took its place."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from fluogan_app.core import files
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.project.ending import write_again
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import start_run


@pytest.fixture
def unwritten(project, stack, walk, request_for, monkeypatch):
    """A run whose disk is full from its first step on."""
    real, full = os.replace, []

    def failing(source, target):
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(files.os, "replace", failing)
    walk.options["during"] = full.append
    run, ended = start_run(project, stack, request_for(steps=20))
    yield run, ended, full.clear
    walk.options.clear()


def test_it_is_written_when_there_is_room_again(project, unwritten, same_result):
    run, ended, make_room = unwritten
    assert ended.outcome is Outcome.FAILED and ended.unwritten.outcome is Outcome.FINISHED
    with pytest.raises(ProjectError, match="No space left"):
        write_again(project, run, ended.unwritten)
    make_room()
    assert write_again(project, run, ended.unwritten).number == run.number
    found = Project.open(project.folder).run()
    assert found.record.status is RunStatus.FINISHED and found.record.steps == 20 and found.record.error == ""
    same_result(found.result(), ended.result)
    assert list(found.curves().steps) == list(ended.curves.steps)


def test_a_project_that_took_the_place_of_a_vanished_one_takes_it(project, unwritten, same_result, tmp_path):
    run, ended, make_room = unwritten
    make_room()
    shutil.rmtree(project.folder)
    with pytest.raises(ProjectError, match="not there any more"):
        write_again(project, run, ended.unwritten)
    elsewhere = Project.create(tmp_path / "elsewhere.fluogan", project.document)
    write_again(elsewhere, run, ended.unwritten)
    same_result(Project.open(elsewhere.folder).run(run.number).result(), ended.result)


def test_it_never_takes_the_place_of_another_run(project, unwritten, tmp_path):
    run, ended, make_room = unwritten
    make_room()
    elsewhere = Project.create(tmp_path / "elsewhere.fluogan", project.document)
    other = elsewhere.add_run(run.record.replace(started="2001-01-01T00:00:00+00:00"))
    assert write_again(elsewhere, run, ended.unwritten).number == other.number + 1
    assert Project.open(elsewhere.folder).run(other.number).record.started.startswith("2001")
